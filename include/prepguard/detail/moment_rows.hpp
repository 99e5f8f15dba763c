// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/detail/lanes.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// How the cells of a type are added up without rounding. Every column has a size, a power of two that all
/// its cells are below; a cell of at least size / 2^`octaves` is a whole number of size / 2^`bits`. For each
/// sum: where it starts, and how many of its units make up the size (the squared size from sum `linear` on).
/// With `most_rows` cells in it every sum is a whole number of units below 2^53: exact in double, in whatever
/// order the numbers are added, contracted or not.
template <class T>
struct MomentParts;

/// A double is split into three parts of at most 23 bits. The sums: of the first parts, of the second, of the
/// third, then of the products first * first, first * second, first * third, second * second, second * third,
/// third * third. Adding to the first two rounds the parts off: they start at 1.5 * 2^52 units.
template <>
struct MomentParts<double> {
  static constexpr int octaves = 19, bits = 71;
  static constexpr std::size_t sums = 9, linear = 3;
  static constexpr double start[sums] = {0x1.8p29, 0x1.8p5};
  static constexpr double units[sums] = {0x1p23, 0x1p47, 0x1p71,  0x1p46, 0x1p70,
                                         0x1p94, 0x1p94, 0x1p118, 0x1p142};
};

/// The square of a float is exact in double. The sums: of the cells; of the squares, rounded to units; of
/// what was rounded off.
template <>
struct MomentParts<float> {
  static constexpr int octaves = 22, bits = 45;
  static constexpr std::size_t sums = 3, linear = 1;
  static constexpr double start[sums] = {0, 0x1.8p8};
  static constexpr double units[sums] = {0x1p45, 0x1p44, 0x1p90};
};

/// Rows after which the sums must be moved on (MomentTotals).
inline constexpr std::size_t most_moment_rows = 128;

/// Rows of `cols` cells side by side, and for each column the sums of its cells.
template <class T>
struct MomentRows {
  const T* cells;
  std::ptrdiff_t stride;
  std::size_t rows, cols;
  /// Cells of column j with magnitudes from `low[j]` on, below `low[j] + span[j]`, as bits, are added.
  const Bits<T>* low;
  const Bits<T>* span;
  Bits<T>* left_out;  ///< the magnitudes of all others, or-ed: 0 if there are none but zeros
  double* sums;       ///< sum k of column j at [k * pitch + j]
  std::size_t pitch;
  std::size_t ahead;  ///< bytes from a cell to one that will be read soon: the columns are walked down one by
                      ///< one, in steps that the processor does not foresee
};

/// Where the sums of `pitch` columns are moved to, a whole number of the widest vectors.
struct MomentTotals {
  double* sums;          ///< as in MomentRows
  std::int64_t* totals;  ///< total k of column j, in units, at [k * pitch + j]
  const double* size;
  const double* per_size;  ///< 1 / size
  std::size_t pitch;
};

/// Rows of `cols` cells side by side, and the ranges of their columns, which are widened to all cells but
/// NaN.
template <class T>
struct RangeRows {
  const T* cells;
  std::ptrdiff_t stride;
  std::size_t rows, cols;  ///< fewer rows than 2^31
  Bits<T>* low;            ///< the ends, as integers in the order of numbers (order_key)
  Bits<T>* high;
  Bits<T>* numbers;  ///< set to how many cells of each column are not NaN
  std::size_t ahead;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
