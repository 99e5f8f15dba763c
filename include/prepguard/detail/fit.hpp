// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

[[noreturn]] inline void fail_fit(std::string_view where, std::size_t column, std::string what,
                                  std::string advice = {}) {
  throw Error(ErrorInfo{.code = Errc::cannot_fit,
                        .where = std::string(where),
                        .what = std::move(what),
                        .column = static_cast<std::int64_t>(column),
                        .advice = std::move(advice)});
}

/// What every fit demands of its rows: memory, at least one row and one column.
template <class Cell>
void check_fit_shape(std::string_view where, MatrixView<const Cell> rows) {
  check_memory(where, rows, "input");
  if (rows.cols() == 0) fail_shape(where, "expected at least 1 feature, got 0");
  if (rows.rows() == 0) throw Error(Errc::cannot_fit, std::string(where), "there are 0 rows to learn from");
}

/// No fit learns from an infinity.
template <class Cell>
void check_no_infinity(std::string_view where, MatrixView<const Cell> rows) {
  const auto bad = find_infinity(rows);
  if (!bad) return;
  throw Error(ErrorInfo{.code = Errc::cannot_fit,
                        .where = std::string(where),
                        .what = "infinity in the training rows",
                        .row = static_cast<std::int64_t>(bad->row),
                        .column = static_cast<std::int64_t>(bad->col),
                        .columns = static_cast<std::int64_t>(rows.cols()),
                        .expected = "finite numbers or NaN for missing ones",
                        .got = bad->kind == NonFiniteKind::positive_infinity ? "inf" : "-inf"});
}

/// Both at once, by a pass of its own over the rows.
template <class Cell>
void check_fit_rows(std::string_view where, MatrixView<const Cell> rows) {
  check_fit_shape(where, rows);
  if constexpr (Number<Cell>) {
    if (!all_finite(rows)) check_no_infinity(where, rows);
  }
}

/// Weights of the rows of a fit: one for each, finite, none negative.
inline void check_weights(std::string_view where, std::span<const double> weights, std::size_t rows) {
  if (weights.size() != rows) {
    fail_shape(where, "expected a weight for each of " + std::to_string(rows) + " rows, got " +
                          std::to_string(weights.size()));
  }
  for (std::size_t i = 0; i < rows; ++i) {
    if (is_finite(&weights[i]) && weights[i] >= 0.0) continue;
    throw Error(ErrorInfo{.code = Errc::bad_parameter,
                          .where = std::string(where),
                          .what = "the weight of a row",
                          .row = static_cast<std::int64_t>(i),
                          .expected = "a finite number, 0.0 or above",
                          .got = repr_text(weights[i])});
  }
}

/// Calls `visit(column, first_cell, stride, count)` for runs of rows, each run of a column once, in their
/// order. Runs of a row-major matrix are short enough to stay in the cache while its columns are walked down;
/// rows of numbers are first turned into short columns: walking down a large one takes five times as long as
/// reading it.
template <class T, class Visit>
void for_each_column_run(MatrixView<const T> rows, Visit&& visit) {
  constexpr std::size_t run = Number<T> ? 1024 : 64, strip = 8;
  constexpr std::size_t pitch =
      run + 8;  // not a power of two: columns of a strip would share their cache lines
  if (!Number<T> || rows.row_stride() == 1) {
    const std::size_t most = rows.row_stride() == 1 ? rows.rows() : run;
    for (std::size_t first = 0; first < rows.rows(); first += most) {
      const std::size_t count = std::min(most, rows.rows() - first);
      for (std::size_t j = 0; j < rows.cols(); ++j) visit(j, &rows(first, j), rows.row_stride(), count);
    }
    return;
  }
  std::vector<T> turned(strip * pitch);
  for (std::size_t first = 0; first < rows.rows(); first += run) {
    const std::size_t count = std::min(run, rows.rows() - first);
    for (std::size_t left = 0; left < rows.cols(); left += strip) {
      const std::size_t width = std::min(strip, rows.cols() - left);
      for (std::size_t i = 0; i < count; ++i) {
        const T* row = &rows(first + i, left);
        for (std::size_t j = 0; j < width; ++j) {
          turned[j * pitch + i] = row[static_cast<std::ptrdiff_t>(j) * rows.col_stride()];
        }
      }
      for (std::size_t j = 0; j < width; ++j)
        visit(left + j, turned.data() + j * pitch, std::ptrdiff_t{1}, count);
    }
  }
}

/// The order in which values are sorted for a fit. -0.0 comes before 0.0, so that what is learned does not
/// depend on the order of the rows; by bits, as -ffast-math knows no signed zeros.
template <class V>
bool comes_before(const V& a, const V& b) noexcept {
  if (a < b) return true;
  if constexpr (std::is_floating_point_v<V>) {
    return a == b && bits_of(&a) < 0 && bits_of(&b) == 0;
  } else {
    return false;
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
