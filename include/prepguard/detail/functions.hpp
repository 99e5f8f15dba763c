// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/elementary.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// The functions a FunctionTransformer knows, by the names numpy gives them. `clip` takes two arguments, the
/// bounds; `sin_period` and `cos_period`, sin(x / period * 2 * pi), take the period; the others none.
enum class NamedFunction : std::uint8_t {
  identity,
  abs,
  negative,
  square,
  sqrt,
  reciprocal,
  sign,
  floor,
  ceil,
  rint,
  clip,             ///< as NumPy 1: a zero that meets a bound of zero becomes that zero
  clip_keeps_zero,  ///< as NumPy 2: it stays what it was
  log,
  log2,
  log10,
  log1p,
  exp,
  expm1,
  sin,
  cos,
  tanh,
  sin_period,
  cos_period,
  none,  ///< no inverse
};

inline constexpr std::array<std::string_view, 24> function_names{
    "identity", "abs",   "negative", "square",     "sqrt",       "reciprocal",
    "sign",     "floor", "ceil",     "rint",       "clip",       "clip_keeps_zero",
    "log",      "log2",  "log10",    "log1p",      "exp",        "expm1",
    "sin",      "cos",   "tanh",     "sin_period", "cos_period", ""};

namespace detail {

/// How far results may be from training's, in units of eps * max(1, |x|), where the C library is called; 0:
/// not at all.
inline constexpr std::int64_t transcendental_ulps = 8;

inline bool is_clip(NamedFunction f) noexcept {
  return f == NamedFunction::clip || f == NamedFunction::clip_keeps_zero;
}
inline bool is_periodic(NamedFunction f) noexcept {
  return f == NamedFunction::sin_period || f == NamedFunction::cos_period;
}
inline std::int64_t ulps_of(NamedFunction f) noexcept {
  return f >= NamedFunction::log && f <= NamedFunction::cos_period ? transcendental_ulps : 0;
}

/// What `arguments` should be for `f`, if they are something else.
inline std::string expected_arguments(NamedFunction f, const std::vector<double>& arguments) {
  for (const double& argument : arguments) {
    if (!is_finite(&argument)) return "finite numbers";
  }
  if (is_clip(f))
    return arguments.size() == 2 && arguments[0] <= arguments[1] ? "" : "two numbers, low <= high";
  if (is_periodic(f)) return arguments.size() == 1 && arguments[0] != 0 ? "" : "one number, not 0";
  return arguments.empty() ? "" : "none";
}

/// The function of the C library that `f` is, null if there is none.
inline Elementary library_function(NamedFunction f) noexcept {
  using F = NamedFunction;
  switch (f) {
    case F::sqrt:
      return sqrt_function;
    case F::floor:
      return floor_function;
    case F::ceil:
      return ceil_function;
    case F::rint:
      return rint_function;
    case F::log:
      return log_function;
    case F::log2:
      return log2_function;
    case F::log10:
      return log10_function;
    case F::log1p:
      return log1p_function;
    case F::exp:
      return exp_function;
    case F::expm1:
      return expm1_function;
    case F::sin:
    case F::sin_period:
      return sin_function;
    case F::cos:
    case F::cos_period:
      return cos_function;
    case F::tanh:
      return tanh_function;
    default:
      return nullptr;
  }
}

/// out = op(in) cell by cell; NaN passes. False if a number became NaN.
template <Number T, class Op>
bool map_cells(const MatrixView<const T>& in, const MatrixView<T>& out, const Op& op) noexcept {
  bool ok = true;
  for (std::size_t i = 0; i < in.rows(); ++i) {
    for (std::size_t j = 0; j < in.cols(); ++j) {
      const bool missing = is_nan(&in(i, j));
      if (missing) {
        __builtin_memcpy(&out(i, j), &in(i, j), sizeof(T));
      } else {
        out(i, j) = op(in(i, j));
        ok = !is_nan(&out(i, j)) && ok;
      }
    }
  }
  return ok;
}

/// A bound as T: the largest numbers stand for no bound.
template <Number T>
T bound(double argument) noexcept {
  constexpr double largest = std::numeric_limits<T>::max();
  return round_to<T>(std::min(std::max(argument, -largest), largest));
}

template <Number T>
bool map_clipped(bool keep_zero, const std::vector<double>& arguments, const MatrixView<const T>& in,
                 const MatrixView<T>& out) noexcept {
  clip_columns<T>(in.data(), in.row_stride(), out.data(), out.row_stride(), in.rows(), in.cols(),
                  bound<T>(arguments[0]), bound<T>(arguments[1]), keep_zero);
  return true;
}

/// x with other bits for the sign.
template <Number T>
T with_sign(T x, bool flip) noexcept {
  const Bits<T> bits = bits_of(&x), magnitude = bits & FloatBits<T>::magnitude;
  return __builtin_bit_cast(T, flip ? bits ^ ~FloatBits<T>::magnitude : magnitude);
}

template <Number T>
T sign_of(T x) noexcept {
  const Bits<T> bits = bits_of(&x);
  if ((bits & FloatBits<T>::magnitude) == 0) return T{0};
  return bits < 0 ? T{-1} : T{1};
}

/// out = f(in) as numpy computes it in T: functions of the C library in double, rounded. False if a number
/// became NaN.
template <Number T>
bool map_function(NamedFunction f, const std::vector<double>& arguments, const MatrixView<const T>& in,
                  const MatrixView<T>& out) noexcept {
  using F = NamedFunction;
  const Elementary library = library_function(f);
  switch (f) {
    case F::identity:
      return map_cells(in, out, [](const T& x) { return x; });
    case F::abs:
      return map_cells(in, out, [](const T& x) { return with_sign(x, false); });
    case F::negative:
      return map_cells(in, out, [](const T& x) { return with_sign(x, true); });
    case F::square:
      return map_cells(in, out, [](const T& x) { return multiply(x, x); });
    case F::reciprocal:
      return map_cells(in, out, [](const T& x) { return divide(T{1}, x); });
    case F::sign:
      return map_cells(in, out, [](const T& x) { return sign_of(x); });
    case F::clip:
      return map_clipped(false, arguments, in, out);
    case F::clip_keeps_zero:
      return map_clipped(true, arguments, in, out);
    case F::sin_period:
    case F::cos_period: {
      const T period = round_to<T>(arguments[0]), pi = round_to<T>(3.14159265358979323846);
      return map_cells(in, out, [&](const T& x) {
        return round_to<T>(call(library, double{multiply(multiply(divide(x, period), T{2}), pi)}));
      });
    }
    default:
      return map_cells(in, out, [&](const T& x) { return round_to<T>(call(library, double{x})); });
  }
}

/// `f(x)` in words.
template <Number T>
std::string function_text(NamedFunction f, const std::vector<double>& arguments, const T& x) {
  std::string text(function_names[static_cast<std::size_t>(f)]);
  text += '(' + repr_text(double{x});
  for (const double argument : arguments) text += ", " + repr_text(argument);
  return text + ')';
}

}  // namespace detail

}  // namespace prepguard::inline PREPGUARD_ABI
