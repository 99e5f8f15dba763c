// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <vector>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Calls `visit(cells, stride, count)` for runs of rows whose cells lie side by side; `stride` leads from one
/// row to the next. Rows of other layouts are copied, some at a time.
template <class T, class Visit>
void for_each_row_block(const MatrixView<const T>& rows, Visit&& visit) {
  if (rows.contiguous_rows()) {
    visit(rows.data(), rows.row_stride(), rows.rows());
    return;
  }
  constexpr std::size_t at_once = 128;
  std::vector<T> copy(at_once * rows.cols());
  for (std::size_t first = 0; first < rows.rows(); first += at_once) {
    const std::size_t count = std::min(at_once, rows.rows() - first);
    T* next = copy.data();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < rows.cols(); ++j) std::memcpy(next++, &rows(first + i, j), sizeof(T));
    }
    visit(copy.data(), static_cast<std::ptrdiff_t>(rows.cols()), count);
  }
}

/// How the columns of rows are walked down one by one: so many rows at once that they stay in the first
/// cache, while those to come are on their way.
struct RowSteps {
  std::size_t rows;   ///< a power of two
  std::size_t ahead;  ///< bytes from a cell to the one of a later step

  static constexpr std::size_t least = 16, most = 128, bytes_at_once = 32768;

  /// For rows of `width` bytes, `pitch` bytes apart.
  RowSteps(std::size_t width, std::ptrdiff_t pitch) noexcept
      : rows(std::bit_floor(std::clamp(bytes_at_once / (width + 1), least, most))), ahead(0) {
    const std::size_t step = rows * static_cast<std::size_t>(pitch < 0 ? -pitch : pitch);
    if (step != 0) ahead = (bytes_at_once + step - 1) / step * step;
    if (pitch < 0) ahead = -ahead;
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
