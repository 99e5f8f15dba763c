// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

// Functions of the C library in double, out of reach of the compiler: it knows neither which function is
// called nor what goes in or comes out, so no flag can put another in its place (a vector library, a
// reciprocal square root, an inline floor that forgets the sign of zero) or assume that there is no NaN. Only
// exact ones (sqrt, floor, ceil, rint) have the same bits on every machine.
namespace prepguard::inline PREPGUARD_ABI::detail {

using Elementary = double (*)(double);

inline constexpr Elementary sqrt_function = std::sqrt, floor_function = std::floor, ceil_function = std::ceil,
                            rint_function = std::rint, log_function = std::log, log2_function = std::log2,
                            log10_function = std::log10, log1p_function = std::log1p, exp_function = std::exp,
                            expm1_function = std::expm1, sin_function = std::sin, cos_function = std::cos,
                            tanh_function = std::tanh, erfc_function = std::erfc;

/// `function(x)`.
inline double call(Elementary function, double x) noexcept {
  volatile Elementary unknown = function;
  volatile double in = x;
  volatile double out = unknown(in);
  return out;
}

/// `x` to the power `y`.
inline double power(double x, double y) noexcept {
  double (*volatile unknown)(double, double) = std::pow;
  volatile double base = x, exponent = y;
  volatile double out = unknown(base, exponent);
  return out;
}

/// The remainder of `x / y` with the sign of `y`, as numpy's and Python's `%`; exact but for the change of sign, which
/// rounds once to `T`. `y` is not 0.
template <Number T>
T modulo(T x, T y) noexcept {
  double (*volatile unknown)(double, double) = std::fmod;
  volatile double dividend = double{x}, divisor = double{y};
  volatile double rest = unknown(dividend, divisor);
  const T found = static_cast<T>(rest);
  if (found == T{0}) return T{0};
  return (found < T{0}) != (y < T{0}) ? add(found, y) : found;
}

/// The distribution function of the standard normal distribution.
inline double normal_cdf(double x) noexcept {
  constexpr double root_half = 0.70710678118654752440;
  return multiply(0.5, call(erfc_function, multiply(-x, root_half)));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
