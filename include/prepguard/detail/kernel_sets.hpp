// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "prepguard/detail/column_op.hpp"
#include "prepguard/detail/lanes.hpp"
#include "prepguard/detail/row_sum.hpp"
#include "prepguard/detail/window_sums.hpp"
#include "prepguard/version.hpp"

// One body, kernels.inl, compiled once per instruction set. Each namespace below supplies what differs:
//   vector_bytes    size of the widest vector;
//   fence(v)        the compiler must hold the exact value of `v` here: nothing is contracted, reassociated
//   or
//                   hoisted across it, whatever the flags. It costs no instruction where registers hold `v`;
//   fence(a, b)     the same for both at once. A fence of an operand that is the same for all cells may itself be
//                   hoisted (clang 14), and then a reciprocal taken; tied to a cell it may not;
//   any_bit(v)      true if any bit is set in a vector of at most 32 bytes;
//   widen<N>(v)     N floats as doubles.
// Target regions, not attributes on each function: clang 14 rejects 64-byte asm operands in templates
// otherwise. A region holds no lambdas and calls no inline function from outside: those would not have its
// instruction set.

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::generic {

inline constexpr std::size_t vector_bytes = 8;

template <class V>
[[gnu::always_inline]] inline void fence(V& v) {
  asm("" : "+m"(v));
}
template <class V>
[[gnu::always_inline]] inline void fence(V& a, V& b) {
  asm("" : "+m"(a), "+m"(b));
}

template <class V>
[[gnu::always_inline]] inline bool any_bit(const V& v) {
  return __builtin_bit_cast(std::uint64_t, v) != 0;
}

template <std::size_t N>
[[gnu::always_inline]] inline double widen(const float& v) {
  return v;
}

#include "prepguard/detail/kernels.inl"

}  // namespace detail::generic
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__x86_64__)

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::sse2 {

inline constexpr std::size_t vector_bytes = 16;

#include "prepguard/detail/x86.inl"

#include "prepguard/detail/kernels.inl"

}  // namespace detail::sse2
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::avx2 {

inline constexpr std::size_t vector_bytes = 32;

#include "prepguard/detail/x86.inl"

#include "prepguard/detail/kernels.inl"

}  // namespace detail::avx2
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")
#endif

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::avx512 {

inline constexpr std::size_t vector_bytes = 64;

#include "prepguard/detail/x86.inl"

#include "prepguard/detail/kernels.inl"

}  // namespace detail::avx512
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#elif defined(__aarch64__)

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::neon {

inline constexpr std::size_t vector_bytes = 16;

template <class V>
[[gnu::always_inline]] inline void fence(V& v) {
  asm("" : "+w"(v));
}
template <class V>
[[gnu::always_inline]] inline void fence(V& a, V& b) {
  asm("" : "+w"(a), "+w"(b));
}

template <class V>
[[gnu::always_inline]] inline bool any_bit(const V& v) {
  Lanes<std::uint64_t, 2> bits{};
  __builtin_memcpy(&bits, &v, sizeof v);
  return (bits[0] | bits[1]) != 0;
}

template <std::size_t N>
[[gnu::always_inline]] inline Lanes<double, N> widen(const Lanes<float, N>& v) {
  if constexpr (N == 1) {
    return v;
  } else {
    return __builtin_convertvector(v, Lanes<double, N>);
  }
}

#include "prepguard/detail/kernels.inl"

}  // namespace detail::neon
}  // namespace prepguard::inline PREPGUARD_ABI

#endif
