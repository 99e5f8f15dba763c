// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/bspline.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/elementary.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The splines of one column, ready to be evaluated. `narrow`: what scikit-learn computes outside of scipy,
/// it computes in the type of the rows if
/// that has the operands (NumPy 1), else in double (NumPy 2).
template <Number T>
class SplineColumn {
 public:
  SplineColumn(std::vector<double> knots, std::size_t degree, Extrapolation extrapolation, bool include_bias,
               bool narrow)
      : knots_(std::move(knots)), degree_(degree), extrapolation_(extrapolation) {
    const FloatEnvironment environment;
    const bool periodic = extrapolation_ == Extrapolation::periodic;
    splines_ = knots_.size() - (periodic ? 2 : 1) * degree_ - 1;
    outputs_ = splines_ - (include_bias ? 0 : 1);
    low_ = knots_[degree_];
    high_ = knots_[knots_.size() - degree_ - 1];
    const double period = subtract(high_, low_);
    narrow_ = narrow && is_float(low_) && is_float(high_) && (!periodic || is_float(period));
    ends_ = {rounded(low_), rounded(high_)};
    period_ = rounded(period);
    const double at[] = {low_, high_};
    std::vector<double> work(2 * (degree_ + 1));
    for (std::size_t end = 0; end < 2; ++end) {
      values_[end] = at_end(at[end], false, work.data());
      slopes_[end] = at_end(at[end], true, work.data());
    }
  }

  std::size_t outputs() const noexcept { return outputs_; }
  /// False if the period is 0 in the type that divides by it.
  bool has_period() const noexcept { return low_ == high_ || period_ > 0.0; }
  double steepest() const noexcept { return detail::steepest(knots_, degree_); }
  /// `[0.0, 5.0]`
  std::string range() const { return '[' + repr_text(low_) + ", " + repr_text(high_) + ']'; }

  /// Writes the outputs for x. False if they overflow, for NaN, and outside of the range where that is an
  /// error.
  bool map(const T& cell, double* work, T* out) const {
    std::fill_n(out, outputs_, T{0});
    if (is_nan(&cell)) return false;
    double x = double{cell};
    const bool within = low_ <= x && x <= high_;
    if (extrapolation_ == Extrapolation::error && !within) return false;
    if (extrapolation_ == Extrapolation::periodic) {
      if (!(low_ < high_)) {
        x = 0.0;  // as scikit-learn 1.9; 1.2 has no number for it
      } else {
        x = narrow_ ? double{wrapped(static_cast<float>(x))} : wrapped(x);
      }
    } else if (extrapolation_ == Extrapolation::constant || extrapolation_ == Extrapolation::linear) {
      if (x < ends_[0] || x > ends_[1]) {
        continue_from(x < ends_[0] ? 0 : 1, x, out);
        return true;
      }
      if (!within) {
        for (std::size_t k = 0; k < outputs_; ++k) store_nan(out + k);
        return true;
      }
    }
    return spread(x, work, out);
  }

  /// True for x that is inside of the rounded ends and outside of the ends: what scipy makes NaN of.
  bool falls_between(const T& cell) const noexcept {
    const double x = double{cell};
    const bool held = extrapolation_ == Extrapolation::constant || extrapolation_ == Extrapolation::linear;
    return held && ends_[0] <= x && x <= ends_[1] && !(low_ <= x && x <= high_);
  }

  std::vector<double> typical_cells() const {
    std::vector<double> cells;
    const double width = subtract(high_, low_);
    for (const double share : {0.5, 0.125, 0.875}) cells.push_back(add(low_, multiply(share, width)));
    if (extrapolation_ == Extrapolation::error) return cells;
    for (const double share : {0.25, -0.25, 1.25}) cells.push_back(add(low_, multiply(share, width)));
    return cells;
  }

 private:
  BasisFunctions basis() const noexcept { return {knots_, degree_}; }
  static bool is_float(double x) noexcept { return std::abs(x) <= double{std::numeric_limits<float>::max()}; }
  double rounded(double x) const noexcept { return narrow_ ? double{round_to<float>(x)} : x; }

  template <Number U>
  U wrapped(U x) const noexcept {
    const U low = static_cast<U>(ends_[0]);
    return add(low, modulo(subtract(x, low), static_cast<U>(period_)));
  }

  /// What the splines that may not be 0 at an end are there, from the first of them on.
  std::vector<double> at_end(double x, bool slopes, double* work) const {
    const std::size_t interval = basis().interval_of(x), first = interval - degree_;
    basis().evaluate(x, interval, slopes, work);
    std::vector<double> all(splines_, 0.0);
    for (std::size_t a = 0; a <= degree_; ++a) all[(first + a) % splines_] = add(0.0, work[a]);
    return all;
  }

  /// Only the outermost splines go on beyond an end: as many as `degree`, of straight pieces one more.
  void continue_from(std::size_t end, double x, T* out) const {
    const bool linear = extrapolation_ == Extrapolation::linear;
    const std::size_t some = linear && degree_ <= 1 ? degree_ + 1 : degree_;
    const std::size_t first = end == 0 ? 0 : splines_ - some;
    for (std::size_t k = first; k < std::min(first + some, outputs_); ++k) {
      double y = values_[end][k];
      if (linear) {
        const double way = rounded(subtract(x, ends_[end])), slope = slopes_[end][k];
        y = narrow_ && is_float(slope) ? rounded(add(rounded(y), rounded(multiply(way, rounded(slope)))))
                                       : add(y, multiply(way, slope));
      }
      out[k] = round_to<T>(y);
    }
  }

  bool spread(double x, double* work, T* out) const {
    const std::size_t interval = basis().interval_of(x), first = interval - degree_;
    basis().evaluate(x, interval, false, work);
    for (std::size_t a = 0; a <= degree_; ++a) {
      if (!is_finite(work + a)) return false;
    }
    for (std::size_t a = 0; a < std::min(degree_ + 1, splines_); ++a) {
      const std::size_t k = first + a < splines_ ? first + a : first + a - splines_;
      double y = pinned(pinned(0.0) + pinned(work[a]));  // scipy adds to 0, so there is no -0.0
      if (a + splines_ <= degree_) y = pinned(y + pinned(work[a + splines_]));
      if (k < outputs_) out[k] = static_cast<T>(y);
    }
    return true;
  }

  std::vector<double> knots_;
  std::size_t degree_;
  Extrapolation extrapolation_;
  bool narrow_ = false;
  std::size_t splines_ = 0, outputs_ = 0;
  double low_ = 0, high_ = 0, period_ = 0;
  std::array<double, 2> ends_{};
  std::array<std::vector<double>, 2> values_{}, slopes_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
