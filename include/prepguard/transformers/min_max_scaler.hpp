// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/column_table.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Maps the training range of every column to `[feature_min, feature_max]`: `x * scale + min`, scikit-learn's
/// MinMaxScaler bit for bit. NaN passes. Without `clip` values outside the training range leave the feature range,
/// and even training values may by an ulp.
template <Number T>
class MinMaxScaler : public ColumnEstimator<MinMaxScaler<T>, T, detail::ColumnRange<T>> {
 public:
  static constexpr std::string_view type = "min_max_scaler";
  static constexpr bool rounds_statistics = true;
  static constexpr bool has_keras_layer = true;

  struct Options {
    double feature_min = 0.0;  ///< must be below feature_max
    double feature_max = 1.0;
    bool clip = false;  ///< bound the results by the feature range
  };

  MinMaxScaler() = default;
  MinMaxScaler(const MinMaxScaler&) = default;
  MinMaxScaler(MinMaxScaler&&) noexcept = default;
  MinMaxScaler& operator=(MinMaxScaler other) noexcept { return detail::replace(*this, std::move(other)); }
  ~MinMaxScaler() = default;
  /// Throws bad_parameter unless feature_min < feature_max.
  explicit MinMaxScaler(Options options)
      : feature_min_(options.feature_min), feature_max_(options.feature_max), clip_(options.clip) {
    if (detail::is_finite(&feature_min_) && detail::is_finite(&feature_max_) && feature_min_ < feature_max_) return;
    throw Error(Errc::bad_parameter, std::string(type),
                "expected feature_min < feature_max, got " + detail::repr_text(feature_min_) + " and " +
                    detail::repr_text(feature_max_));
  }

  /// A step of the same options that has learned nothing.
  MinMaxScaler unfitted() const { return MinMaxScaler(Options{feature_min_, feature_max_, clip_}); }

  /// The range of every column; NaN is left out. A range below 10 eps(T) counts as 1 (a constant column).
  /// Throws cannot_fit for a range beyond the largest number.
  void learn(const std::vector<detail::ColumnRange<T>>& columns, FitHealth& health) {
    std::vector<double> scales, mins;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      detail::store_nan(&scales.emplace_back());
      detail::store_nan(&mins.emplace_back());
      if (!health.has_values(type, j, columns[j].count())) continue;
      const T scale = scale_of(columns[j].low(), columns[j].high(), j, health);
      scales.back() = scale;
      mins.back() = detail::subtract(detail::round_to<T>(feature_min_), detail::multiply(columns[j].low(), scale));
      if (detail::is_infinite(&mins.back())) detail::fail_fit(type, j, "the offset exceeds the largest number");
    }
    scale_ = Array(std::move(scales), dtype_of<T>);
    min_ = Array(std::move(mins), dtype_of<T>);
  }

  double feature_min() const noexcept { return feature_min_; }
  double feature_max() const noexcept { return feature_max_; }
  bool clip() const noexcept { return clip_; }
  /// Learned factor and offset, one a column. NaN: undefined, training had no value.
  const Array& scale() const noexcept { return scale_; }
  const Array& min() const noexcept { return min_; }

  Applied apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    const Applied applied = Applied::arithmetic(table_.value.apply(in, out));
    if (clip_) {
      detail::clip_columns<T>(out.data(), out.row_stride(), out.data(), out.row_stride(), out.rows(), out.cols(),
                              detail::round_to<T>(feature_min_), detail::round_to<T>(feature_max_));
    }
    return applied;
  }
  /// Does not undo the clipping.
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    inverse_.value.apply(in, out);
    return true;
  }

  std::string formula(T x, std::size_t j) const {
    return detail::repr_text(double{x}) + " * " + detail::repr_text(scale_.reals()[j]) + " + " +
           detail::repr_text(min_.reals()[j]) + " is not finite";
  }

  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      columns[j] = detail::affine_tolerance(columns[j], scale_.real(j), min_.real(j));
    }
    return columns;
  }

  /// The ends and the middle of the training range of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    const double low = (feature_min_ - min_.real(j)) / scale_.real(j);
    const double high = (feature_max_ - min_.real(j)) / scale_.real(j);
    return Array(Array::Reals{low, high, low + (high - low) / 2});
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    MinMaxScaler::header(self, visit);
    visit("feature_min", self.feature_min_);
    visit("feature_max", self.feature_max_);
    visit("clip", self.clip_);
    visit("scale", self.scale_);
    visit("min", self.min_);
  }

  void validate(const detail::Place& at) const {
    if (!(feature_min_ < feature_max_)) (at / "feature_min").fail("less than feature_max", detail::repr_text(feature_min_));
    const bool rescaling = this->contract() == Contract::keras;  // any factor but 0
    detail::check_scale(at / "scale", scale_, this->input_width(), rescaling);
    detail::check_statistic(at / "min", min_, this->input_width());
    detail::check_same_undefined(at / "min", min_, scale_);
  }

  void rebuild() {
    const std::vector<double> scales = detail::coefficients<T>(scale_, this->contract()),
                              mins = detail::coefficients<T>(min_, this->contract());
    table_.value = detail::MultiplyAddTable<T>(scales, mins);
    inverse_.value = detail::SubtractDivideTable<T>(mins, scales);
  }

  friend bool operator==(const MinMaxScaler&, const MinMaxScaler&) = default;

 private:
  T scale_of(T low, T high, std::size_t j, FitHealth& health) const {
    const T range = detail::subtract(high, low);
    if (detail::is_infinite(&range)) detail::fail_fit(type, j, "the range exceeds the largest number", "rescale it first");
    const bool flat = range < 10 * std::numeric_limits<T>::epsilon();
    const T scale = detail::divide(detail::round_to<T>(detail::subtract(feature_max_, feature_min_)), flat ? T{1} : range);
    if (detail::is_infinite(&scale) || scale == T{0}) {
      detail::fail_fit(type, j, "the factor from the training range to the feature range is no ordinary number",
                       "choose a feature range nearer to the data, or rescale the data first");
    }
    if (flat) {
      health.add(range == T{0} ? FitIssue::constant : FitIssue::nearly_constant, j,
                 "all values lie from " + detail::repr_text(double{low}) + " to " + detail::repr_text(double{high}) +
                     "; they are moved, not scaled");
    }
    return scale;
  }

  double feature_min_ = 0.0;
  double feature_max_ = 1.0;
  bool clip_ = false;
  Array scale_{};
  Array min_{};
  detail::Derived<detail::MultiplyAddTable<T>> table_{};
  detail::Derived<detail::SubtractDivideTable<T>> inverse_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
