// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "prepguard/transformer.hpp"
#include "prepguard/version.hpp"

// Scalar arithmetic for `fit`, where a few operations a column decide: every result is rounded to T on its own,
// whatever -ffast-math, -ffp-contract or -freciprocal-math would like to do. For float the operation is done in
// double, which then rounds to the same float (53 >= 2 * 24 + 2, Figueroa 1995) and cannot become `rcpss`.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The compiler must have the exact value of `x` here: nothing is reassociated, contracted or precomputed across it. Costs
/// no instruction; for loops whose every addition counts.
inline void pin(double& x) noexcept {
#if defined(__x86_64__)
  asm("" : "+x"(x));
#elif defined(__aarch64__)
  asm("" : "+w"(x));
#else
  asm("" : "+m"(x));
#endif
}

/// The result of one operation, or an operand, fenced like that.
inline double pinned(double x) noexcept {
  pin(x);
  return x;
}

template <Number T>
T round_to(double x) noexcept {
  volatile double in_double = x;
  volatile T rounded = static_cast<T>(in_double);
  return rounded;
}

template <Number T>
T add(T a, T b) noexcept {
  return round_to<T>(double{a} + double{b});
}
template <Number T>
T subtract(T a, T b) noexcept {
  return round_to<T>(double{a} - double{b});
}
template <Number T>
T multiply(T a, T b) noexcept {
  return round_to<T>(double{a} * double{b});
}
template <Number T>
T divide(T a, T b) noexcept {
  volatile double divisor = double{b};  // a divisor that is known would become its reciprocal
  return round_to<T>(double{a} / divisor);
}
inline double square_root(double x) noexcept { return round_to<double>(std::sqrt(x)); }

}  // namespace prepguard::inline PREPGUARD_ABI::detail
