// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/rounded.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Standardises every column: `(x - mean) / scale`, scikit-learn's StandardScaler bit for bit. NaN passes.
///
/// ```
/// prepguard::StandardScaler<double> scaler;
/// scaler.fit(X);                                   // n rows x d columns
/// prepguard::Matrix<double> Z = scaler.transform(X);
/// ```
template <Number T>
class StandardScaler : public ColumnEstimator<StandardScaler<T>, T, detail::ExactMoments> {
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
  StandardScaler& operator=(StandardScaler other) noexcept { return detail::replace(*this, std::move(other)); }
  ~StandardScaler() = default;
  explicit StandardScaler(Options options) : with_mean_(options.with_mean), with_std_(options.with_std) {}

  /// A step of the same options that has learned nothing.
  StandardScaler unfitted() const { return StandardScaler(Options{with_mean_, with_std_}); }

  /// Mean and population standard deviation of every column; NaN is left out. Both are exact sums rounded once, so they
  /// do not depend on the order of the rows. A column that scikit-learn would call constant (variance below the
  /// rounding error of its computation) gets scale 1. Throws cannot_fit for a variance beyond the largest double.
  void learn(const std::vector<detail::ExactMoments>& columns, FitHealth& health) {
    std::vector<double> means, scales;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      detail::store_nan(&means.emplace_back());
      detail::store_nan(&scales.emplace_back());
      if (!health.has_values(type, j, columns[j].count())) continue;
      const auto variance = columns[j].variance();
      if (!variance) detail::fail_fit(type, j, "the variance exceeds the largest double", "rescale the column first");
      means.back() = *columns[j].mean();
      const bool flat = is_flat(*variance, means.back(), static_cast<double>(columns[j].count()));
      scales.back() = flat ? 1.0 : detail::square_root(*variance);
      if (flat) note_flat(columns[j], *variance, j, health);
    }
    if (with_mean_) mean_ = Array(std::move(means));
    if (with_std_) scale_ = Array(std::move(scales));
  }

  bool with_mean() const noexcept { return with_mean_; }
  bool with_std() const noexcept { return with_std_; }
  /// Learned means and scales, one a column; empty if not used. NaN: undefined, training had no value.
  const Array& mean() const noexcept { return mean_; }
  const Array& scale() const noexcept { return scale_; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    using detail::ColumnOp;
    run<ColumnOp::subtract, ColumnOp::divide>(in, out, mean_coefficients_, scale_coefficients_, with_mean_, with_std_);
    return true;
  }
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    using detail::ColumnOp;
    run<ColumnOp::multiply, ColumnOp::add>(in, out, scale_coefficients_, mean_coefficients_, with_std_, with_mean_);
    return true;
  }

  /// What is computed for `x` in column `j`, for error messages.
  std::string formula(T x, std::size_t j) const {
    std::string text = detail::repr_text(double{x});
    if (with_mean_) text = '(' + text + " - " + detail::repr_text(mean_.reals()[j]) + ')';
    if (with_std_) text += " / " + detail::repr_text(scale_.reals()[j]);
    return text + " is not finite";
  }

  /// Two typical cells below and above the centre of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    const double centre = with_mean_ ? mean_.real(j) : 0.0, step = with_std_ ? scale_.real(j) : 1.0;
    return Array(Array::Reals{centre, centre - step, centre + step});
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    StandardScaler::header(self, visit);
    visit("with_mean", self.with_mean_);
    visit("with_std", self.with_std_);
    visit("mean", self.mean_);
    visit("scale", self.scale_);
  }

  void validate(const detail::Place& at) const {
    detail::check_statistic(at / "mean", mean_, with_mean_ ? this->input_width() : 0);
    detail::check_scale(at / "scale", scale_, with_std_ ? this->input_width() : 0, this->contract());
    if (with_mean_ && with_std_) detail::check_same_undefined(at / "mean", mean_, scale_);
  }

  void rebuild() {
    mean_coefficients_.value = detail::coefficients<T>(mean_, this->contract());
    scale_coefficients_.value = detail::coefficients<T>(scale_, this->contract());
  }

  friend bool operator==(const StandardScaler&, const StandardScaler&) = default;

 private:
  using Coefficients = detail::Derived<std::vector<double>>;

  /// scikit-learn's rule for a constant column: a variance within the rounding error of its two-pass algorithm
  /// (Chan, Golub and LeVeque 1983) cannot be told from zero.
  static bool is_flat(double variance, double mean, double n) noexcept {
    using detail::multiply;
    constexpr double eps = 0x1p-52;
    const double offset = multiply(multiply(n, mean), eps);
    const double bound = detail::add(multiply(multiply(n, eps), variance), multiply(offset, offset));
    return variance <= bound;
  }

  static void note_flat(const detail::ExactMoments& column, double variance, std::size_t j, FitHealth& health) {
    const std::string mean = detail::repr_text(*column.mean());
    if (column.constant()) {
      health.add(FitIssue::constant, j, "all " + std::to_string(column.count()) + " values are " + mean + "; scale 1");
    } else if (variance == 0.0) {
      health.add(FitIssue::underflow, j, "the variance is too small for a double; scale 1");
    } else {
      health.add(FitIssue::nearly_constant, j, "variance " + detail::repr_text(variance) + " around " + mean +
                                                   " is within the rounding error; scale 1");
    }
  }

  template <detail::ColumnOp First, detail::ColumnOp Second>
  static void run(const MatrixView<const T>& in, const MatrixView<T>& out, const Coefficients& first, const Coefficients& second,
                  bool with_first, bool with_second) {
    using detail::ColumnOp;
    const double *a = first.value.data(), *b = second.value.data();
    if (with_first && with_second) {
      detail::apply_columns<T, First, Second>(in, out, a, b);
    } else if (with_first) {
      detail::apply_columns<T, First, ColumnOp::none>(in, out, a, nullptr);
    } else if (with_second) {
      detail::apply_columns<T, ColumnOp::none, Second>(in, out, nullptr, b);
    } else {
      detail::copy_cells(in, out);
    }
  }

  bool with_mean_ = true;
  bool with_std_ = true;
  Array mean_{};
  Array scale_{};
  Coefficients mean_coefficients_{};
  Coefficients scale_coefficients_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
