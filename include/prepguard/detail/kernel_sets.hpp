// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "prepguard/detail/column_op.hpp"
#include "prepguard/detail/lanes.hpp"
#include "prepguard/detail/moment_rows.hpp"
#include "prepguard/detail/row_sum.hpp"
#include "prepguard/detail/window_sums.hpp"
#include "prepguard/version.hpp"

// One body, kernels.inl, compiled once per instruction set. Each namespace below supplies what differs:
//   vector_bytes    size of the widest vector;
//   fence(v)        the compiler must hold the exact value of `v` here: nothing is contracted, reassociated
//   or
//                   hoisted across it, whatever the flags. It costs no instruction where registers hold `v`;
//   fence(a, b)     the same for both at once. A fence of an operand that is the same for all cells may
//   itself be
//                   hoisted (clang 14), and then a reciprocal taken; tied to a cell it may not;
//   any_bit(v)      true if any bit is set in a vector of at most 32 bytes;
//   widen<N>(v)     N floats as doubles;
//   widen_at<N>(p)  the N floats at p as doubles;
//   has_quiet_fma   whether quiet_add_zero_times(sum, v) is there, for the widest vector: sum + 0 * v, NaN if
//   a lane of v
//                   is not finite, without ever raising an exception;
//   can_stream      whether store_past_caches(p, v) is there, for whole vectors at multiples of their size;
//   has_fma         whether there are fused operations (x86_fused.inl names them); each rounds once, under
//   any
//                   flags.
// Target regions, not attributes on each function: clang 14 rejects 64-byte asm operands in templates
// otherwise. A region holds no lambdas and calls no inline function from outside: those would not have its
// instruction set.

// Before the loops of kernels: part of what calls them, which knows their operands, but not where nothing is
// optimised. There every vector that is inlined has a place of its own on the stack, 170 KB of them under the
// address sanitizer.
#if defined(__OPTIMIZE__)
#define PREPGUARD_LOOP [[gnu::always_inline]] inline
#else
#define PREPGUARD_LOOP inline
#endif

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::generic {

inline constexpr std::size_t vector_bytes = 8;
inline constexpr bool has_fma = false;
inline constexpr bool can_stream = false;
inline constexpr bool has_quiet_fma = false;

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
template <std::size_t N>
[[gnu::always_inline]] inline double widen_at(const float* p) {
  float cell;
  __builtin_memcpy(&cell, p, sizeof cell);
  return cell;
}

#include "prepguard/detail/kernels.inl"

}  // namespace detail::generic
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__x86_64__)

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::sse2 {

inline constexpr std::size_t vector_bytes = 16;
inline constexpr bool has_fma = false;
inline constexpr bool can_stream = true;
inline constexpr bool has_quiet_fma = false;

#include "prepguard/detail/x86.inl"

#include "prepguard/detail/kernels.inl"

}  // namespace detail::sse2
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::avx2 {

inline constexpr std::size_t vector_bytes = 32;
inline constexpr bool has_fma = true;
inline constexpr bool can_stream = true;
inline constexpr bool has_quiet_fma = false;

#include "prepguard/detail/x86.inl"

#include "prepguard/detail/x86_fused.inl"

#include "prepguard/detail/kernels.inl"

}  // namespace detail::avx2
}  // namespace prepguard::inline PREPGUARD_ABI

#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), \
                             apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,fma")
#endif

namespace prepguard::inline PREPGUARD_ABI {
namespace detail::avx512 {

inline constexpr std::size_t vector_bytes = 64;
inline constexpr bool has_fma = true;
inline constexpr bool can_stream = true;
inline constexpr bool has_quiet_fma = true;

#include "prepguard/detail/x86.inl"

#include "prepguard/detail/x86_fused.inl"

template <class Lane, class V>
[[gnu::always_inline]] inline void quiet_add_zero_times(V& sum, const V& v) {
  if constexpr (sizeof(Lane) == 8) {
    asm("vfmadd231pd {%{rn-sae%}, %2, %1, %0|%0, %1, %2, %{rn-sae%}}" : "+v"(sum) : "v"(v), "v"(V{}));
  } else {
    asm("vfmadd231ps {%{rn-sae%}, %2, %1, %0|%0, %1, %2, %{rn-sae%}}" : "+v"(sum) : "v"(v), "v"(V{}));
  }
}

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
inline constexpr bool has_fma = true;
inline constexpr bool can_stream = false;
inline constexpr bool has_quiet_fma = false;

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

template <std::size_t N>
[[gnu::always_inline]] inline Lanes<double, N> widen_at(const float* p) {
  Lanes<float, N> v;
  __builtin_memcpy(&v, p, sizeof v);
  return widen<N>(v);
}

/// a * b + c, rounded once. `Lane` is the type of the lanes of `V`, a vector or a single number.
template <class Lane, class V>
[[gnu::always_inline]] inline V fused_multiply_add(const V& a, const V& b, V c) {
  if constexpr (std::is_same_v<V, double>) {
    asm("fmadd %d0, %d1, %d2, %d0" : "+w"(c) : "w"(a), "w"(b));
  } else if constexpr (std::is_same_v<V, float>) {
    asm("fmadd %s0, %s1, %s2, %s0" : "+w"(c) : "w"(a), "w"(b));
  } else if constexpr (sizeof(Lane) == 8) {
    asm("fmla %0.2d, %1.2d, %2.2d" : "+w"(c) : "w"(a), "w"(b));
  } else if constexpr (sizeof(V) == 16) {
    asm("fmla %0.4s, %1.4s, %2.4s" : "+w"(c) : "w"(a), "w"(b));
  } else {
    asm("fmla %0.2s, %1.2s, %2.2s" : "+w"(c) : "w"(a), "w"(b));
  }
  return c;
}

/// a * b - c, rounded once.
template <class Lane, class V>
[[gnu::always_inline]] inline V fused_multiply_subtract(const V& a, const V& b, const V& c) {
  return fused_multiply_add<Lane, V>(a, b, -c);
}

/// c - a * b, rounded once.
template <class Lane, class V>
[[gnu::always_inline]] inline V fused_negative_multiply_add(const V& a, const V& b, const V& c) {
  return fused_multiply_add<Lane, V>(-a, b, c);
}

#include "prepguard/detail/kernels.inl"

}  // namespace detail::neon
}  // namespace prepguard::inline PREPGUARD_ABI

#endif

#undef PREPGUARD_LOOP
