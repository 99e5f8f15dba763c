// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <type_traits>
#include <utility>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// Where the first cell that is not finite stands, and what it is. False in a condition if there is none.
struct NonFinite {
  bool found = false;
  std::size_t row = 0;
  std::size_t col = 0;
  NonFiniteKind kind = NonFiniteKind::nan;

  explicit constexpr operator bool() const noexcept { return found; }
  friend constexpr bool operator==(const NonFinite&, const NonFinite&) = default;
};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

template <class T>
concept FloatCell = std::same_as<T, float> || std::same_as<T, double>;

template <class M>
auto cell_pointer(M& m) {
  if constexpr (requires { m.rowStride(); }) {
    return m.data();
  } else {
    return std::ranges::data(m);
  }
}

/// The cell type of an object MatrixView can view: an Eigen object, Matrix, vector, span, array.
template <class M>
using CellOf = std::remove_cv_t<std::remove_pointer_t<decltype(cell_pointer(std::declval<M&>()))>>;

template <class M>
concept FloatCells = (requires(M & m) {
  m.data();
  m.rowStride();
} ||
                      std::ranges::contiguous_range<
                          M&>)&&FloatCell<CellOf<M>>&& std::convertible_to<M&, MatrixView<const CellOf<M>>>;

/// `lines` lines of `length` cells each.
template <class T>
struct Lines {
  const T* data;
  std::size_t lines;
  std::ptrdiff_t line_stride;
  std::size_t length;
  std::ptrdiff_t cell_stride;
};

constexpr std::ptrdiff_t distance(std::ptrdiff_t stride) noexcept {
  return stride < 0 ? -stride : stride;
}

/// The rows or the columns of `view`, whichever lie closer together in memory, walked upwards.
template <class T>
Lines<T> lines_of(const MatrixView<const T>& view) noexcept {
  const bool by_rows =
      view.rows() == 1 || (view.cols() != 1 && distance(view.col_stride()) <= distance(view.row_stride()));
  Lines<T> lines =
      by_rows ? Lines<T>{view.data(), view.rows(), view.row_stride(), view.cols(), view.col_stride()}
              : Lines<T>{view.data(), view.cols(), view.col_stride(), view.rows(), view.row_stride()};
  if (lines.cell_stride == -1) {
    lines.data -= lines.length - 1;
    lines.cell_stride = 1;
  }
  return lines;
}

template <class T>
bool all_finite_strided(const T* cells, std::size_t count, std::ptrdiff_t stride) noexcept {
  for (std::size_t i = 0; i < count; ++i, cells += stride) {
    if (!is_finite(cells)) return false;
  }
  return true;
}

}  // namespace detail

/// True if no cell of `view` is NaN or infinite; true if there are no cells. Reads integers only, so it holds
/// in code compiled with -ffast-math, and raises no floating-point exception. Any strides; fastest where the
/// cells of rows or of columns lie side by side.
template <class T>
requires detail::FloatCell<std::remove_const_t<T>>
bool all_finite(const MatrixView<T>& view) noexcept {
  if (view.rows() == 0 || view.cols() == 0) return true;
  const auto lines = detail::lines_of<std::remove_const_t<T>>(view);
  if (lines.cell_stride == 1 && lines.line_stride == static_cast<std::ptrdiff_t>(lines.length)) {
    return detail::all_finite(lines.data, lines.lines * lines.length);
  }
  for (std::size_t i = 0; i < lines.lines; ++i) {
    const auto* const cells = lines.data + static_cast<std::ptrdiff_t>(i) * lines.line_stride;
    const bool finite = lines.cell_stride == 1
                            ? detail::all_finite(cells, lines.length)
                            : detail::all_finite_strided(cells, lines.length, lines.cell_stride);
    if (!finite) return false;
  }
  return true;
}

/// The first cell of `view`, row by row, that is NaN or infinite.
template <class T>
requires detail::FloatCell<std::remove_const_t<T>> NonFinite find_non_finite(const MatrixView<T>& view)
noexcept {
  if (all_finite(view)) return {};
  for (std::size_t i = 0; i < view.rows(); ++i) {
    if (all_finite(view.middle_rows(i, 1))) continue;
    for (std::size_t j = 0; j < view.cols(); ++j) {
      const T* const cell = &view(i, j);
      if (!detail::is_finite(cell)) return {true, i, j, detail::non_finite_kind(cell)};
    }
  }
  return {};
}

/// The same for anything MatrixView can show: Eigen objects with storage, Matrix, and, as one row, vectors,
/// spans and arrays of float or double.
template <detail::FloatCells M>
bool all_finite(M&& cells) noexcept {
  return all_finite(MatrixView<const detail::CellOf<M>>(cells));
}

template <detail::FloatCells M>
NonFinite find_non_finite(M&& cells) noexcept {
  return find_non_finite(MatrixView<const detail::CellOf<M>>(cells));
}

}  // namespace prepguard::inline PREPGUARD_ABI
