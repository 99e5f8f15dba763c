// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/column_table.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Divides every column by the largest magnitude it had in training, so that training lies in [-1, 1] and
/// zeros stay zeros: `x / scale`, scikit-learn's MaxAbsScaler bit for bit. NaN passes.
template <Number T>
class MaxAbsScaler : public ColumnEstimator<MaxAbsScaler<T>, T, detail::ColumnRange<T>> {
 public:
  static constexpr std::string_view type = "max_abs_scaler";
  static constexpr bool rounds_statistics = true;

  struct Options {
    bool clip = false;  ///< bound the results by -1 and 1
  };

  MaxAbsScaler() = default;
  MaxAbsScaler(const MaxAbsScaler&) = default;
  MaxAbsScaler(MaxAbsScaler&&) noexcept = default;
  MaxAbsScaler& operator=(MaxAbsScaler other) noexcept { return detail::replace(*this, std::move(other)); }
  ~MaxAbsScaler() = default;
  explicit MaxAbsScaler(Options options) : clip_(options.clip) {}

  /// A step of the same options that has learned nothing.
  MaxAbsScaler unfitted() const { return MaxAbsScaler(Options{clip_}); }

  /// The largest magnitude of every column; NaN is left out. One below 10 eps(T) counts as 1.
  void learn(const std::vector<detail::ColumnRange<T>>& columns, FitHealth& health) {
    std::vector<double> scales;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      detail::store_nan(&scales.emplace_back());
      if (!health.has_values(type, j, columns[j].count())) continue;
      const T below = -columns[j].low(), above = columns[j].high();
      const T largest = above > below ? above : below;
      const bool zero = largest < 10 * std::numeric_limits<T>::epsilon();
      scales.back() = zero ? T{1} : largest;
      if (zero) note_zero(largest, j, health);
    }
    scale_ = Array(std::move(scales), dtype_of<T>);
  }

  bool clip() const noexcept { return clip_; }
  /// The largest magnitudes, one a column. NaN: undefined, training had no value.
  const Array& scale() const noexcept { return scale_; }

  Applied apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    const Applied applied = Applied::arithmetic(table_.value.apply(in, out));
    if (clip_) {
      detail::clip_columns<T>(out.data(), out.row_stride(), out.data(), out.row_stride(), out.rows(),
                              out.cols(), T{-1}, T{1});
    }
    return applied;
  }
  /// Does not undo the clipping.
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    inverse_.value.apply(in, out);
    return true;
  }

  std::string formula(T x, std::size_t j) const {
    return detail::repr_text(double{x}) + " / " + detail::repr_text(scale_.reals()[j]) + " is not finite";
  }

  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::size_t j = 0; j < columns.size(); ++j) columns[j] = detail::scaled_tolerance(columns[j], 0.0, scale_.real(j));
    return columns;
  }

  /// The ends and the middle of the training range of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    return Array(Array::Reals{scale_.real(j), -scale_.real(j), scale_.real(j) / 2});
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    MaxAbsScaler::header(self, visit);
    visit("clip", self.clip_);
    visit("scale", self.scale_);
  }

  void validate(const detail::Place& at) const {
    detail::check_scale(at / "scale", scale_, this->input_width());
  }

  void rebuild() {
    const std::vector<double> scales = detail::coefficients<T>(scale_, this->contract());
    table_.value = detail::SubtractDivideTable<T>::scales(scales);
    inverse_.value = detail::MultiplyAddTable<T>::factors(scales);
  }

  friend bool operator==(const MaxAbsScaler&, const MaxAbsScaler&) = default;

 private:
  static void note_zero(T largest, std::size_t j, FitHealth& health) {
    health.add(largest == T{0} ? FitIssue::constant : FitIssue::underflow, j,
               "no magnitude above " + detail::repr_text(double{largest}) + "; scale 1");
  }

  bool clip_ = false;
  Array scale_{};
  detail::Derived<detail::SubtractDivideTable<T>> table_{};
  detail::Derived<detail::MultiplyAddTable<T>> inverse_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
