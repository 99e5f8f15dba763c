// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// How quotients by a divisor that is known in advance are computed. All three give the bits of the first
/// wherever they are used (column_table.hpp).
enum class Quotient : std::uint8_t {
  divide,     ///< by division
  corrected,  ///< q = x * r, then q - (q * s - x) * r, where r is 1 / s to nearest: three operations
  split,      ///< x * r + x * l, where r + l is 1 / s to twice the precision: two operations
};

/// The statistics of the columns as a kernel reads them, each an array of `period` numbers, or of one a
/// column if `period` is 0: `x * a + b`, or `(x - a) / b`. What the two short forms of a quotient need is
/// null where it is not used.
template <class Lane>
struct ColumnTable {
  const Lane* a = nullptr;
  const Lane* b = nullptr;
  const Lane* reciprocal = nullptr;  ///< 1 / b, to nearest
  const Lane* low = nullptr;         ///< 1 / b - reciprocal, to nearest
  std::size_t period = 0;  ///< of statistics that are repeated for rows which lie end to end; 0: they are not
  Lane least = 0;  ///< a numerator other than 0 below this must be divided; 0: none is, whatever the cells
};

/// Where the rows a kernel reads and writes lie. Cells of a row lie side by side; strides count cells. `in`
/// and `out` may be the same rows, but must not overlap in any other way.
template <class T>
struct RowPair {
  const T* in;
  std::ptrdiff_t in_stride;
  T* out;
  std::ptrdiff_t out_stride;
  std::size_t rows;
  std::size_t cols;
  bool streams = false;  ///< results go past the caches where they fill vectors of whole cache lines
};

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
