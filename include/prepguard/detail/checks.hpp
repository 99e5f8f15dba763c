// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "prepguard/error.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

[[noreturn]] inline void fail_shape(std::string_view where, std::string what, std::string advice = {}) {
  throw Error(Errc::bad_shape, std::string(where), std::move(what), std::move(advice));
}

/// Cells behind a null pointer and shapes whose product overflows are refused.
template <class T>
void check_memory(std::string_view where, const MatrixView<T>& view, std::string_view role) {
  constexpr std::size_t limit = static_cast<std::size_t>(PTRDIFF_MAX) / sizeof(T);
  std::size_t cells = 0;
  if (__builtin_mul_overflow(view.rows(), view.cols(), &cells) || cells > limit) [[unlikely]] {
    fail_shape(where, std::string(role) + " of " + std::to_string(view.rows()) + " x " +
                          std::to_string(view.cols()) + " cells is larger than memory");
  }
  if (view.data() == nullptr && cells != 0) [[unlikely]] {
    fail_shape(where, std::string(role) + " of " + std::to_string(view.rows()) + " x " +
                          std::to_string(view.cols()) + " cells is a null pointer");
  }
}

/// The one width check every call makes; a step that was never fitted has width 0.
inline void check_width(std::string_view where, std::size_t expected, std::size_t got, std::string_view unit) {
  if (expected == got) return;
  fail_shape(where, "expected " + std::to_string(expected) + ' ' + std::string(unit) + ", got " + std::to_string(got),
             expected < got && got != 1 ? "pass the columns of training, in that order"
                                        : "rows are samples, columns are features");
}

inline void check_fitted(std::string_view where, std::size_t width) {
  if (width == 0) fail_shape(where, "not fitted", "call fit, or load a fitted one");
}

/// Numbers and texts of a mixed block are columns of the same rows.
inline void check_same_rows(std::string_view where, std::size_t numbers, std::size_t texts) {
  if (numbers == texts) return;
  fail_shape(where, "expected numbers and texts of the same rows, got " + std::to_string(numbers) + " and " +
                        std::to_string(texts) + " rows",
             "give a block without numbers as a null view of n x 0 cells");
}

template <class T>
void check_out(std::string_view where, const MatrixView<T>& out, std::size_t rows, std::size_t cols) {
  check_memory(where, out, "output");
  if (out.rows() == rows && out.cols() == cols) return;
  fail_shape(where,
             "expected an output of " + std::to_string(rows) + " x " + std::to_string(cols) + " cells, got " +
                 std::to_string(out.rows()) + " x " + std::to_string(out.cols()),
             "the output is never resized");
}

/// The bytes between the first and the last cell of a view.
struct ByteRange {
  std::uintptr_t first = 0;
  std::uintptr_t last = 0;  // one past
};

template <class T>
ByteRange byte_range(const MatrixView<T>& view) noexcept {
  if (view.rows() * view.cols() == 0) return {};
  const std::ptrdiff_t down = static_cast<std::ptrdiff_t>(view.rows() - 1) * view.row_stride();
  const std::ptrdiff_t across = static_cast<std::ptrdiff_t>(view.cols() - 1) * view.col_stride();
  const std::ptrdiff_t low = std::min<std::ptrdiff_t>(down, 0) + std::min<std::ptrdiff_t>(across, 0);
  const std::ptrdiff_t high = std::max<std::ptrdiff_t>(down, 0) + std::max<std::ptrdiff_t>(across, 0) + 1;
  return {reinterpret_cast<std::uintptr_t>(view.data() + low), reinterpret_cast<std::uintptr_t>(view.data() + high)};
}

/// True if `a` and `b` are side by side in every line of one larger matrix: blocks of different columns (`stride`
/// is the row stride, `width` the columns), or of different rows of a column-major one.
inline bool side_by_side(std::ptrdiff_t offset, std::ptrdiff_t stride, std::size_t width_a, std::size_t width_b) {
  if (stride <= 0) return false;
  const auto line = static_cast<std::size_t>(stride);
  const auto begin = static_cast<std::size_t>(((offset % stride) + stride) % stride);
  return begin >= width_a && begin + width_b <= line;
}

enum class Overlap : std::uint8_t { none, same, partial };

/// Whether two views share cells: not at all, cell by cell (in place), or in some other way.
template <class A, class B>
Overlap overlap(const MatrixView<A>& a, const MatrixView<B>& b) noexcept {
  const ByteRange in = byte_range(a), out = byte_range(b);
  if (in.first >= out.last || out.first >= in.last) return Overlap::none;
  if constexpr (std::is_same_v<std::remove_const_t<A>, std::remove_const_t<B>>) {
    const bool same_lines = a.row_stride() == b.row_stride() || a.rows() == 1;
    const bool same_steps = a.col_stride() == b.col_stride() || a.cols() == 1;
    if (a.data() == b.data() && a.cols() == b.cols() && same_lines && same_steps) return Overlap::same;
    const std::ptrdiff_t offset = b.data() - a.data();
    if (a.col_stride() == 1 && b.col_stride() == 1 && a.row_stride() == b.row_stride() &&
        side_by_side(offset, a.row_stride(), a.cols(), b.cols())) {
      return Overlap::none;
    }
    if (a.row_stride() == 1 && b.row_stride() == 1 && a.col_stride() == b.col_stride() &&
        side_by_side(offset, a.col_stride(), a.rows(), b.rows())) {
      return Overlap::none;
    }
  }
  return Overlap::partial;
}

/// Refuses a partial overlap before the first write; true if the output *is* the input.
template <class A, class B>
bool check_overlap(std::string_view where, const MatrixView<A>& in, const MatrixView<B>& out) {
  const Overlap found = overlap(in, out);
  if (found == Overlap::partial) {
    fail_shape(where, "input and output overlap in part", "transform in place, or into separate memory");
  }
  return found == Overlap::same;
}

template <class T>
bool check_overlap(std::string_view where, const MixedView<const T>& in, const MixedView<T>& out) {
  const bool numbers = check_overlap(where, in.numbers, out.numbers);
  return check_overlap(where, in.texts, out.texts) || numbers;
}
template <class T>
bool check_overlap(std::string_view where, const MixedView<const T>& in, const MatrixView<T>& out) {
  return check_overlap(where, in.numbers, out);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
