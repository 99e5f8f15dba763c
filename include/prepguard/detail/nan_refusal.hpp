// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/fit.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer.hpp"

// For steps that have no answer to NaN, as scikit-learn's have none.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// True if a cell is NaN. Rows that are finite, the usual ones, cost one fast look.
template <Number T>
bool has_nan(const MatrixView<const T>& rows) noexcept {
  if (all_finite(rows)) return false;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t j = 0; j < rows.cols(); ++j) {
      if (is_nan(&rows(i, j))) return true;
    }
  }
  return false;
}

/// What a row with a NaN is refused for.
template <Number T>
Finding refused_nan(const MatrixView<const T>& row) {
  std::size_t j = 0;
  while (j + 1 < row.cols() && !is_nan(&row(0, j))) ++j;
  return {.code = Errc::non_finite,
          .column = static_cast<std::int64_t>(j),
          .what = "NaN, which this step refuses as in training",
          .advice = "impute the column first"};
}

/// Refuses a run of training cells of column `j` with a NaN.
template <Number T>
void require_no_nan(std::string_view where, std::size_t j, const T* x, std::ptrdiff_t stride, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (is_nan(x + static_cast<std::ptrdiff_t>(i) * stride)) {
      fail_fit(where, j, "NaN, which this step cannot transform", "impute the column first");
    }
  }
}

/// The flow of a step where one missing cell fails the whole row.
inline std::vector<MissingFlow> refused_if_missing(const std::vector<MissingFlow>& in, std::size_t outputs) {
  const bool whole =
      std::all_of(in.begin(), in.end(), [](MissingFlow flow) { return flow == MissingFlow::never; });
  return std::vector<MissingFlow>(outputs, whole ? MissingFlow::never : MissingFlow::refused);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
