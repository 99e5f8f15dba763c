// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/detail/shift_and_divide.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Standardises every column: `(x - mean) / scale`, scikit-learn's StandardScaler bit for bit. NaN passes.
///
/// ```
/// prepguard::StandardScaler<double> scaler;
/// scaler.fit(X);                                   // n rows x d columns
/// prepguard::Matrix<double> Z = scaler.transform(X);
/// ```
template <Number T>
class StandardScaler : public ColumnEstimator<StandardScaler<T>, T, detail::ExactMoments>,
                       private detail::ShiftAndDivide<T> {
  using State = detail::ShiftAndDivide<T>;

 public:
  static constexpr std::string_view type = "standard_scaler";
  static constexpr bool rounds_statistics = true;
  static constexpr bool has_keras_layer = true;

  struct Options {
    bool with_mean = true;  ///< subtract the mean
    bool with_std = true;   ///< divide by the standard deviation
  };

  StandardScaler() = default;
  StandardScaler(const StandardScaler&) = default;
  StandardScaler(StandardScaler&&) noexcept = default;
  StandardScaler& operator=(StandardScaler other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~StandardScaler() = default;
  explicit StandardScaler(Options options) : State(options.with_mean, options.with_std) {}

  /// A step of the same options that has learned nothing.
  StandardScaler unfitted() const { return StandardScaler(Options{this->with_shift_, this->with_scale_}); }

  /// Mean and population standard deviation of every column; NaN is left out. Both are exact sums rounded
  /// once, so they do not depend on the order of the rows. A column that scikit-learn would call constant
  /// (variance below the rounding error of its computation) gets scale 1. Throws cannot_fit for a variance
  /// beyond the largest double.
  void learn(const std::vector<detail::ExactMoments>& columns, FitHealth& health) {
    std::vector<double> means, scales;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      detail::store_nan(&means.emplace_back());
      detail::store_nan(&scales.emplace_back());
      if (!health.has_values(type, j, columns[j].count())) continue;
      const auto variance = columns[j].variance();
      if (!variance)
        detail::fail_fit(type, j, "the variance exceeds the largest double", "rescale the column first");
      means.back() = *columns[j].mean();
      const bool flat = is_flat(*variance, means.back(), static_cast<double>(columns[j].count()));
      scales.back() = flat ? 1.0 : detail::square_root(*variance);
      if (flat) note_flat(columns[j], *variance, j, health);
    }
    if (this->with_shift_) this->shift_ = Array(std::move(means));
    if (this->with_scale_) this->scale_ = Array(std::move(scales));
  }

  bool with_mean() const noexcept { return this->with_shift_; }
  bool with_std() const noexcept { return this->with_scale_; }
  /// Learned means and scales, one a column; empty if not used. NaN: undefined, training had no value.
  const Array& mean() const noexcept { return this->shift_; }
  const Array& scale() const noexcept { return this->scale_; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    State::apply(in, out);
    return true;
  }
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    State::invert(in, out);
    return true;
  }
  using State::formula;
  using State::typical_cells;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    StandardScaler::header(self, visit);
    visit("with_mean", self.with_shift_);
    visit("with_std", self.with_scale_);
    visit("mean", self.shift_);
    visit("scale", self.scale_);
  }

  void validate(const detail::Place& at) const {
    this->check(at, "mean", this->input_width(), this->contract());
  }
  void rebuild() { this->build(this->contract()); }

  friend bool operator==(const StandardScaler&, const StandardScaler&) = default;

 private:
  /// scikit-learn's rule for a constant column: a variance within the rounding error of its two-pass
  /// algorithm (Chan, Golub and LeVeque 1983) cannot be told from zero.
  static bool is_flat(double variance, double mean, double n) noexcept {
    using detail::multiply;
    constexpr double eps = 0x1p-52;
    const double offset = multiply(multiply(n, mean), eps);
    const double bound = detail::add(multiply(multiply(n, eps), variance), multiply(offset, offset));
    return variance <= bound;
  }

  static void note_flat(const detail::ExactMoments& column, double variance, std::size_t j,
                        FitHealth& health) {
    const std::string mean = detail::repr_text(*column.mean());
    if (column.constant()) {
      health.add(FitIssue::constant, j,
                 "all " + std::to_string(column.count()) + " values are " + mean + "; scale 1");
    } else if (variance == 0.0) {
      health.add(FitIssue::underflow, j, "the variance is too small for a double; scale 1");
    } else {
      health.add(FitIssue::nearly_constant, j,
                 "variance " + detail::repr_text(variance) + " around " + mean +
                     " is within the rounding error; scale 1");
    }
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI
