// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "prepguard/detail/elementary.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// Which family of powers PowerTransformer takes.
enum class PowerMethod : std::uint8_t {
  yeo_johnson,  ///< of any number
  box_cox,      ///< of numbers above 0
};
inline constexpr std::array<std::string_view, 2> power_method_names{"yeo-johnson", "box-cox"};

/// How training computed them. Equal in algebra, but `power` loses the last digits where lambda or x is
/// small.
enum class PowerFormula : std::uint8_t {
  expm1,          ///< expm1(lambda log1p(x)) / lambda: newer scikit-learn, and Box-Cox in all versions
  expm1_rounded,  ///< the same with lambda rounded to the type of the cells: NumPy 1
  power,          ///< ((x + 1)^lambda - 1) / lambda, all in that type: older scikit-learn
};
inline constexpr std::array<std::string_view, 3> power_formula_names{"expm1", "expm1_rounded", "power"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// (e^(l t) - 1) / l, every operation rounded to P; `is_zero`: l counts as 0.
template <Number P>
P raise_log(P t, P l, bool is_zero) noexcept {
  if (is_zero) return t;
  return divide(round_to<P>(call(expm1_function, double{multiply(l, t)})), l);
}
/// The t for which raise_log gives y; NaN if there is none.
inline double lower_to_log(double y, double l, bool is_zero) noexcept {
  return is_zero ? y : divide(call(log1p_function, multiply(l, y)), l);
}

/// The powers of one column.
template <Number T>
class PowerColumn {
 public:
  /// `is_float`: lambda was learned as float, so 2 - lambda is one, and float cells are raised in float.
  PowerColumn(PowerMethod method, PowerFormula formula, double lambda, bool is_float) noexcept
      : method_(method), formula_(formula), lambda_(lambda), is_float_(is_float) {}

  bool takes(const T& x) const noexcept { return method_ == PowerMethod::yeo_johnson || x > T{0}; }

  /// Of a number that it takes.
  T forward(const T& x) const noexcept {
    if (method_ == PowerMethod::box_cox) {
      const double l = in_type() ? double{round_to<T>(lambda_)} : lambda_;
      return round_to<T>(raise_log(call(log_function, double{x}), l, is_zero(false)));
    }
    const bool negative = x < T{0};
    const T size = negative ? -x : x;
    const T raised =
        formula_ == PowerFormula::power ? by_power(size, negative) : by_logarithm(size, negative);
    return negative ? -raised : raised;
  }

  /// NaN where no number has this power.
  T backward(const T& y) const noexcept {
    if (method_ == PowerMethod::box_cox) {
      return round_to<T>(call(exp_function, lower_to_log(double{y}, lambda_, is_zero(false))));
    }
    const bool negative = y < T{0};
    const double size = negative ? -double{y} : double{y};
    const T x = round_to<T>(call(expm1_function, lower_to_log(size, exponent(negative), is_zero(negative))));
    return negative ? -x : x;
  }

 private:
  bool in_type() const noexcept { return formula_ == PowerFormula::expm1_rounded; }
  double exponent(bool negative) const noexcept {
    if (!negative) return lambda_;
    return is_float_ ? double{subtract(2.0F, static_cast<float>(lambda_))} : subtract(2.0, lambda_);
  }
  /// scikit-learn's tests, where a logarithm takes the place of a power.
  bool is_zero(bool negative) const noexcept {
    const double size = std::abs(exponent(negative));
    if (method_ == PowerMethod::box_cox) return size < 1e-19;
    return negative ? size <= 0x1p-52 : size < 0x1p-52;
  }

  T by_logarithm(T size, bool negative) const noexcept {
    const T t = round_to<T>(call(log1p_function, double{size}));
    if (in_type() || (is_float_ && sizeof(T) == sizeof(float))) {
      return raise_log(t, round_to<T>(exponent(negative)), is_zero(negative));
    }
    return round_to<T>(raise_log(double{t}, exponent(negative), is_zero(negative)));
  }
  T by_power(T size, bool negative) const noexcept {
    if (is_zero(negative)) return round_to<T>(call(log1p_function, double{size}));
    const T l = round_to<T>(exponent(negative));
    const T raised = round_to<T>(power(double{add(size, T{1})}, double{l}));
    return divide(subtract(raised, T{1}), l);
  }

  PowerMethod method_;
  PowerFormula formula_;
  double lambda_;
  bool is_float_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
