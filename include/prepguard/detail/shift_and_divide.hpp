// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/column_table.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/tolerance.hpp"
#include "prepguard/leaf.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The state of a scaler that moves and divides every column, `(x - shift) / scale`, each only if it is asked
/// for; and all that such scalers have in common: they differ in what they learn.
template <Number T>
struct ShiftAndDivide {
  ShiftAndDivide() = default;
  ShiftAndDivide(bool with_shift, bool with_scale) noexcept
      : with_shift_(with_shift), with_scale_(with_scale) {}

  bool with_shift_ = true;
  bool with_scale_ = true;
  Array shift_{};  // one a column; empty if not used
  Array scale_{};

  Applied apply(const MatrixView<const T>& in, const MatrixView<T>& out) const noexcept {
    if (with_scale_) return Applied::arithmetic(quotients_.value.apply(in, out));
    if (with_shift_) return Applied::arithmetic(differences_.value.apply(in, out));
    copy_cells(in, out);
    return true;
  }
  void invert(const MatrixView<const T>& in, const MatrixView<T>& out) const noexcept {
    if (with_shift_ || with_scale_) {
      inverse_.value.apply(in, out);
    } else {
      copy_cells(in, out);
    }
  }

  /// What is computed for `x` in column `j`, for error messages.
  std::string formula(T x, std::size_t j) const {
    std::string text = repr_text(double{x});
    if (with_shift_) text = '(' + text + " - " + repr_text(shift_.reals()[j]) + ')';
    if (with_scale_) text += " / " + repr_text(scale_.reals()[j]);
    return text + " is not finite";
  }

  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      columns[j] = scaled_tolerance(columns[j], with_shift_ ? shift_.real(j) : 0.0,
                                    with_scale_ ? scale_.real(j) : 1.0);
    }
    return columns;
  }

  /// Typical cells at, below and above the centre of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    const double centre = with_shift_ ? shift_.real(j) : 0.0, step = with_scale_ ? scale_.real(j) : 1.0;
    return Array(Array::Reals{centre, centre - step, centre + step});
  }

  void check(const Place& at, std::string_view shift, std::size_t width) const {
    check_statistic(at / shift, shift_, with_shift_ ? width : 0);
    check_scale(at / "scale", scale_, with_scale_ ? width : 0);
    if (with_shift_ && with_scale_) check_same_undefined(at / shift, shift_, scale_);
  }

  void build(Contract contract) {
    const std::vector<double> shifts = coefficients<T>(shift_, contract),
                              scales = coefficients<T>(scale_, contract);
    quotients_.value = {};
    differences_.value = {};
    if (with_scale_) {
      quotients_.value =
          with_shift_ ? SubtractDivideTable<T>(shifts, scales) : SubtractDivideTable<T>::scales(scales);
    } else if (with_shift_) {
      differences_.value = MultiplyAddTable<T>::offsets(negated(shifts));  // x - a is x + -a
    }
    if (with_scale_ && with_shift_) {
      inverse_.value = MultiplyAddTable<T>(scales, shifts);
    } else {
      inverse_.value =
          with_scale_ ? MultiplyAddTable<T>::factors(scales) : MultiplyAddTable<T>::offsets(shifts);
    }
  }

  friend bool operator==(const ShiftAndDivide&, const ShiftAndDivide&) = default;

 private:
  Derived<SubtractDivideTable<T>> quotients_{};  // (x - shift) / scale, or x / scale
  Derived<MultiplyAddTable<T>> differences_{};   // x - shift, where there is no scale
  Derived<MultiplyAddTable<T>> inverse_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
