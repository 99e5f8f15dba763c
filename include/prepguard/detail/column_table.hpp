// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/division.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/lane_arrays.hpp"
#include "prepguard/detail/quotient_proof.hpp"
#include "prepguard/detail/streaming.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

// The statistics of a step, made ready for the kernels once, when the step is fitted or loaded.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What `multiply_add` and `subtract_divide` tables share: rows of a tile for the kernels.
template <class T>
RowPair<T> row_pair(const MatrixView<const T>& in, const MatrixView<T>& out) noexcept {
  const bool streams = in.data() != out.data() && streamed_memory.holds(out.data());
  return {in.data(), in.row_stride(), out.data(), out.row_stride(), in.rows(), in.cols(), streams};
}

/// -x, for every x.
inline std::vector<double> negated(std::vector<double> values) noexcept {
  for (double& value : values) value = -value;
  return values;
}

/// Whether all values are floats.
inline bool are_floats(const std::vector<double>& values) noexcept {
  return std::all_of(values.begin(), values.end(), [](const double& value) {
    volatile float narrow = static_cast<float>(value);
    const double wide = narrow;
    return bits_of(&wide) == bits_of(&value);
  });
}

/// x * a + b in every column, product and sum each rounded to `T`.
template <class T>
class MultiplyAddTable {
 public:
  MultiplyAddTable() = default;
  /// Statistics of the same number of columns.
  MultiplyAddTable(const std::vector<double>& factors, const std::vector<double>& offsets) {
    if constexpr (sizeof(T) == sizeof(float)) {
      if (are_floats(factors) && are_floats(offsets)) {
        fill(floats_, factors, offsets);
        return;
      }
    }
    fill(doubles_, factors, offsets);
  }
  static MultiplyAddTable factors(const std::vector<double>& factors) {
    return {factors, std::vector<double>(factors.size(), -0.0)};  // x + -0.0 is x, also for both zeros
  }
  static MultiplyAddTable offsets(const std::vector<double>& offsets) {
    return {std::vector<double>(offsets.size(), 1.0), offsets};
  }

  /// A tile of rows, in place if `in` is `out`. True if all results, and so all cells, are finite.
  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const noexcept {
    const RowPair<T> rows = row_pair(in, out);
    if constexpr (sizeof(T) == sizeof(float)) {
      if (!floats_.empty()) return multiply_add_columns(rows, table(floats_));
    }
    return doubles_.empty() || multiply_add_columns(rows, table(doubles_));
  }

 private:
  template <class Lane>
  static void fill(LaneArrays<Lane>& arrays, const std::vector<double>& factors,
                   const std::vector<double>& offsets) {
    arrays = LaneArrays<Lane>(2, factors.size());
    for (std::size_t j = 0; j < factors.size(); ++j) {
      arrays.set(0, j, static_cast<Lane>(factors[j]));
      arrays.set(1, j, static_cast<Lane>(offsets[j]));
    }
  }
  template <class Lane>
  static ColumnTable<Lane> table(const LaneArrays<Lane>& arrays) noexcept {
    return {arrays[0], arrays[1], nullptr, nullptr, arrays.period(), Lane{0}};
  }

  LaneArrays<double> doubles_{};
  LaneArrays<float> floats_{};
};

/// (x - a) / b in every column, difference and quotient each rounded to `T`.
template <class T>
class SubtractDivideTable {
 public:
  SubtractDivideTable() = default;
  /// Statistics of the same number of columns.
  SubtractDivideTable(const std::vector<double>& shifts, const std::vector<double>& scales)
      : divided_(2, shifts.size()) {
    for (std::size_t j = 0; j < shifts.size(); ++j) {
      divided_.set(0, j, shifts[j]);
      divided_.set(1, j, scales[j]);
    }
    const FloatEnvironment environment;  // reciprocals are rounded to nearest
    if constexpr (sizeof(T) == sizeof(float)) {
      if (are_floats(shifts) && are_floats(scales) && fill(floats_, shifts, scales)) return;
    }
    fill(doubles_, shifts, scales);
  }
  /// How quotients are computed where fused operations are, the cells allow it and division is not forced.
  Quotient form() const noexcept {
    const bool split = doubles_.split || floats_.split;
    if (split) return Quotient::split;
    return doubles_.arrays.empty() && floats_.arrays.empty() ? Quotient::divide : Quotient::corrected;
  }

  static SubtractDivideTable scales(const std::vector<double>& scales) {
    return {std::vector<double>(scales.size(), 0.0), scales};  // x - 0.0 is x, also for both zeros
  }

  /// A tile of rows, in place if `in` is `out`. True if all results, and so all cells, are finite.
  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const noexcept {
    const RowPair<T> rows = row_pair(in, out);
    if (divided_.empty()) return true;
    if (!always_divides()) {
      if constexpr (sizeof(T) == sizeof(float)) {
        if (!floats_.arrays.empty()) return run(rows, floats_.table());
      }
      if (!doubles_.arrays.empty()) return run(rows, doubles_.table());
    }
    return subtract_divide_columns(rows, divided(0));
  }

 private:
  /// The short form that is proven for all columns, if there is one.
  template <class Lane>
  struct Quotients {
    LaneArrays<Lane> arrays{};
    bool split = false;
    Lane least = 0;

    ColumnTable<Lane> table() const noexcept {
      return {arrays[0], arrays[1], arrays[2], split ? arrays[3] : nullptr, arrays.period(), least};
    }
  };

  ColumnTable<double> divided(std::size_t first) const noexcept {
    return {divided_[0] + first, divided_[1] + first, nullptr, nullptr, divided_.period(), 0.0};
  }

  /// By a short form; where that does not have all the bits it says so by a result that is not finite, and
  /// the rows are divided. In place that needs a copy of the cells.
  template <class Lane>
  bool run(const RowPair<T>& rows, const ColumnTable<Lane>& table) const noexcept {
    if (rows.in == rows.out) return run_in_place(rows, table);
    return subtract_quotient_columns(rows, table) || subtract_divide_columns(rows, divided(0));
  }

  template <class Lane>
  bool run_in_place(const RowPair<T>& rows, const ColumnTable<Lane>& table) const noexcept {
    constexpr std::size_t room = 512;
    T cells[room];
    const std::size_t width = std::min(rows.cols, room), height = rows.cols <= room ? room / width : 1;
    bool finite = true;
    for (std::size_t i = 0; i < rows.rows; i += height) {
      for (std::size_t j = 0; j < rows.cols; j += width) {
        RowPair<T> part{cells,           static_cast<std::ptrdiff_t>(width), rows.out,
                        rows.out_stride, std::min(height, rows.rows - i),    std::min(width, rows.cols - j)};
        part.out += static_cast<std::ptrdiff_t>(i) * rows.out_stride + static_cast<std::ptrdiff_t>(j);
        for (std::size_t k = 0; k < part.rows; ++k)
          std::copy_n(part.out + static_cast<std::ptrdiff_t>(k) * part.out_stride, part.cols,
                      cells + k * width);
        finite = (subtract_quotient_columns(part, shifted(table, j)) ||
                  subtract_divide_columns(part, divided(j))) &&
                 finite;
      }
    }
    return finite;
  }
  template <class Lane>
  static ColumnTable<Lane> shifted(ColumnTable<Lane> table, std::size_t first) noexcept {
    table.a += first;
    table.b += first;
    table.reciprocal += first;
    if (table.low != nullptr) table.low += first;
    return table;
  }

  template <class Lane>
  static bool fill(Quotients<Lane>& quotients, const std::vector<double>& shifts,
                   const std::vector<double>& scales) {
    constexpr int numerator_bits = std::numeric_limits<T>::digits;  // a difference is rounded to T
    Quotients<Lane> made{.arrays = LaneArrays<Lane>(4, shifts.size()), .split = true};
    for (std::size_t j = 0; j < shifts.size(); ++j) {
      const auto shift = static_cast<Lane>(shifts[j]), scale = static_cast<Lane>(scales[j]);
      if (!Range<Lane>::holds(shift, scale) || !is_proven(Quotient::corrected, scale, numerator_bits))
        return false;
      const auto inverse = Reciprocal<Lane>::of(scale);
      const bool zero = shift == Lane{0};
      made.split =
          made.split && is_proven(Quotient::split, scale, numerator_bits) && !(zero && inverse.low < Lane{0});
      if (zero) made.least = std::max(made.least, Range<Lane>::least(scale));
      made.arrays.set(0, j, shift);
      made.arrays.set(1, j, scale);
      made.arrays.set(2, j, inverse.high);
      made.arrays.set(3, j, inverse.low);
    }
    made.split = made.split && made.least == Lane{0};
    quotients = std::move(made);
    return true;
  }

  /// Powers of two between which nothing that a short form computes underflows, whatever the cell (what
  /// overflows shows in the result): x - a is 0 or at least 2^-54 |a| (floats: 2^-25 |a|), its quotient must
  /// be large enough for an exact residual and for a low product whose error does not count. `sparse`: cells
  /// are floats and lanes double, so that 24 bits are rounded in registers (columns.inl), for differences
  /// within the range of normal floats.
  template <class Lane>
  struct Range {
    static constexpr bool is_float = sizeof(Lane) == 4, sparse = sizeof(T) < sizeof(Lane);
    static constexpr Lane power(double float_lanes, double double_lanes) {
      return static_cast<Lane>(is_float ? float_lanes : double_lanes);
    }
    static constexpr Lane largest_scale = power(0x1p96, 0x1p800);
    static constexpr Lane least_shift = power(0x1p-70, sparse ? 0x1p-70 : 0x1p-900);
    static constexpr Lane shift_limit = power(0x1p127, sparse ? 0x1p102 : 0x1p1023);
    static constexpr Lane least_ratio = power(0x1p-70, 0x1p-900);  ///< of a nonzero shift and the scale
    static constexpr Lane least_numerator = power(0x1p-95, 0x1p-950), least_quotient = least_numerator;

    static bool holds(Lane shift, Lane scale) noexcept {
      if (!is_finite(&shift) || !is_finite(&scale) || !(scale >= 1 / largest_scale && scale <= largest_scale))
        return false;
      const Lane size = shift < 0 ? -shift : shift;
      return size == 0 || (size >= std::max(least_shift, least_ratio * scale) && size < shift_limit);
    }
    /// The least numerator over a scale whose shift is 0; a float in double lanes is never too small.
    static Lane least(Lane scale) noexcept {
      return sparse ? 0 : std::max(least_numerator, least_quotient * scale);
    }
  };

  LaneArrays<double> divided_{};
  Quotients<double> doubles_{};
  Quotients<float> floats_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
