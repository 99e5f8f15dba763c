// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

template <class T, std::size_t N>
struct LanesOf {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <class T>
struct LanesOf<T, 1> {
  using type = T;
};

/// `N` values of `T` handled as one: a GNU vector, or a plain `T` if `N` is 1.
template <class T, std::size_t N>
using Lanes = typename LanesOf<T, N>::type;

/// The IEEE layout of `T` as integers. `magnitude` is everything but the sign; `exponent` all exponent bits,
/// which infinity and NaN have set: infinity has magnitude `exponent`, a NaN a larger one.
template <class T>
struct FloatBits;
template <>
struct FloatBits<float> {
  using Signed = std::int32_t;
  static constexpr Signed exponent = 0x7f800000;
  static constexpr Signed magnitude = 0x7fffffff;
};
template <>
struct FloatBits<double> {
  using Signed = std::int64_t;
  static constexpr Signed exponent = 0x7ff0000000000000;
  static constexpr Signed magnitude = 0x7fffffffffffffff;
};

template <class T>
using Bits = typename FloatBits<T>::Signed;

// numeric_limits::is_iec559 is false under -ffinite-math-only, so the layout is asserted piece by piece.
static_assert(sizeof(float) == 4 && std::numeric_limits<float>::digits == 24 &&
                  std::numeric_limits<float>::max_exponent == 128,
              "prepguard needs IEEE single precision");
static_assert(sizeof(double) == 8 && std::numeric_limits<double>::digits == 53 &&
                  std::numeric_limits<double>::max_exponent == 1024,
              "prepguard needs IEEE double precision");

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
