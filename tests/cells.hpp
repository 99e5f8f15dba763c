// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/text.hpp"

/// What several tests need: literal matrices, comparison by bits, cells laid out in every way, expected
/// errors.
namespace cells {

using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Text;

template <class T>
constexpr T nan = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

/// A literal matrix: `rows_of<double>({{1, 2}, {3, 4}})`.
template <class Cell>
Matrix<Cell> rows_of(std::initializer_list<std::initializer_list<Cell>> rows) {
  auto matrix = Matrix<Cell>(rows.size(), rows.size() == 0 ? 0 : rows.begin()->size());
  std::size_t i = 0;
  for (const auto& row : rows) std::copy(row.begin(), row.end(), matrix.row(i++).begin());
  return matrix;
}

/// Equal bits (so -0.0 and +0.0 differ); any NaN equals any NaN.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Text>) {
    return a == b;
  } else {
    if (prepguard::detail::is_nan(&a) || prepguard::detail::is_nan(&b)) {
      return prepguard::detail::is_nan(&a) && prepguard::detail::is_nan(&b);
    }
    return std::memcmp(&a, &b, sizeof a) == 0;
  }
}

template <class T>
std::string shown(const T& cell) {
  if constexpr (std::is_same_v<T, Text>) {
    return cell.is_missing() ? "missing" : '"' + std::string(cell.view()) + '"';
  } else {
    return prepguard::detail::repr_text(cell);
  }
}

/// Where two blocks differ, in words; empty if shape and all bits are equal.
template <class Cell>
std::string difference(MatrixView<const Cell> got, MatrixView<const Cell> want) {
  if (got.rows() != want.rows() || got.cols() != want.cols()) {
    return std::to_string(got.rows()) + " x " + std::to_string(got.cols()) + " instead of " +
           std::to_string(want.rows()) + " x " + std::to_string(want.cols());
  }
  for (std::size_t i = 0; i < got.rows(); ++i) {
    for (std::size_t j = 0; j < got.cols(); ++j) {
      if (same(got(i, j), want(i, j))) continue;
      return "row " + std::to_string(i) + ", column " + std::to_string(j) + ": " + shown(got(i, j)) +
             " instead of " + shown(want(i, j));
    }
  }
  return "";
}
template <class Cell>
std::string difference(const Matrix<Cell>& got, const Matrix<Cell>& want) {
  return difference(MatrixView<const Cell>(got), MatrixView<const Cell>(want));
}
template <class Cell>
std::string difference(const Matrix<Cell>& got,
                       std::initializer_list<std::initializer_list<std::type_identity_t<Cell>>> want) {
  return difference(got, rows_of<Cell>(want));
}

/// One way of laying out a block of `r` rows and `c` columns in memory.
struct Layout {
  const char* name;
  std::ptrdiff_t (*first)(std::ptrdiff_t r, std::ptrdiff_t c);
  std::ptrdiff_t (*row_stride)(std::ptrdiff_t r, std::ptrdiff_t c);
  std::ptrdiff_t (*col_stride)(std::ptrdiff_t r, std::ptrdiff_t c);
};

inline constexpr Layout layouts[] = {
    {"row-major", [](auto, auto) -> std::ptrdiff_t { return 0; }, [](auto, auto c) { return c; },
     [](auto, auto) -> std::ptrdiff_t { return 1; }},
    {"column-major", [](auto, auto) -> std::ptrdiff_t { return 0; },
     [](auto, auto) -> std::ptrdiff_t { return 1; }, [](auto r, auto) { return r; }},
    {"block of a larger matrix", [](auto, auto) -> std::ptrdiff_t { return 3; },
     [](auto, auto c) { return c + 5; }, [](auto, auto) -> std::ptrdiff_t { return 1; }},
    {"transposed block", [](auto, auto) -> std::ptrdiff_t { return 2; },
     [](auto, auto) -> std::ptrdiff_t { return 1; }, [](auto r, auto) { return r + 3; }},
    {"every second cell", [](auto, auto) -> std::ptrdiff_t { return 1; }, [](auto, auto c) { return 2 * c; },
     [](auto, auto) -> std::ptrdiff_t { return 2; }},
    {"reversed map", [](auto r, auto c) { return r * c - 1; }, [](auto, auto c) { return -c; },
     [](auto, auto) -> std::ptrdiff_t { return -1; }},
    {"upside down", [](auto r, auto c) { return (r - 1) * c; }, [](auto, auto c) { return -c; },
     [](auto, auto) -> std::ptrdiff_t { return 1; }},
    {"misaligned by one cell", [](auto, auto) -> std::ptrdiff_t { return 1; }, [](auto, auto c) { return c; },
     [](auto, auto) -> std::ptrdiff_t { return 1; }},
};

/// What lies around a block: an infinity, which no transformer accepts.
template <class Cell>
Cell poison() {
  if constexpr (std::is_same_v<Cell, Text>) {
    return "outside";
  } else {
    return infinity<Cell>;
  }
}

/// Memory of its own for a block, arranged by a layout, poison everywhere else.
template <class Cell>
class Arranged {
 public:
  Arranged(const Layout& layout, std::size_t rows, std::size_t cols)
      : memory_(1, 2 * (rows + 5) * (cols + 5)) {
    std::fill_n(memory_.data(), memory_.cols(), poison<Cell>());
    const auto r = static_cast<std::ptrdiff_t>(rows), c = static_cast<std::ptrdiff_t>(cols);
    const std::ptrdiff_t first = rows * cols == 0 ? 0 : layout.first(r, c);
    view_ = MatrixView<Cell>(memory_.data() + first, rows, cols, layout.row_stride(r, c),
                             layout.col_stride(r, c));
  }
  Arranged(const Layout& layout, MatrixView<const Cell> cells)
      : Arranged(layout, cells.rows(), cells.cols()) {
    for (std::size_t i = 0; i < cells.rows(); ++i) {
      for (std::size_t j = 0; j < cells.cols(); ++j) view_(i, j) = cells(i, j);
    }
  }

  MatrixView<Cell> view() const { return view_; }
  MatrixView<const Cell> readable() const { return view_; }
  /// How many cells outside the block are no longer poison.
  std::size_t spoiled() const {
    std::size_t kept = 0;
    for (const Cell& cell : memory_.row(0)) kept += same(cell, poison<Cell>()) ? 1U : 0U;
    return memory_.cols() - view_.rows() * view_.cols() - kept;
  }

 private:
  Matrix<Cell> memory_;
  MatrixView<Cell> view_{};
};

/// Cells in pages that cannot be written: a write ends the program.
template <class Cell>
class ReadOnly {
 public:
  explicit ReadOnly(MatrixView<const Cell> cells) : size_(cells.rows() * cells.cols() * sizeof(Cell) + 1) {
    pages_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages_ == MAP_FAILED) throw std::bad_alloc();
    const MatrixView<Cell> writable(static_cast<Cell*>(pages_), cells.rows(), cells.cols());
    for (std::size_t i = 0; i < cells.rows(); ++i) {
      for (std::size_t j = 0; j < cells.cols(); ++j) writable(i, j) = cells(i, j);
    }
    view_ = writable;
    REQUIRE(mprotect(pages_, size_, PROT_READ) == 0);
  }
  ~ReadOnly() { munmap(pages_, size_); }
  ReadOnly(const ReadOnly&) = delete;
  ReadOnly& operator=(const ReadOnly&) = delete;

  MatrixView<const Cell> view() const { return view_; }

 private:
  std::size_t size_;
  void* pages_;
  MatrixView<const Cell> view_{};
};

/// The error that `action` throws, if it throws one.
template <class Action>
std::optional<prepguard::Error> error_of(Action&& action) {
  try {
    action();
  } catch (const prepguard::Error& error) {
    return error;
  }
  return std::nullopt;
}

/// Checks that `action` throws an Error of this code whose text holds all the words.
template <class Action>
void check_error(Action&& action, prepguard::Errc code, std::initializer_list<const char*> words) {
  const auto error = error_of(action);
  REQUIRE(error.has_value());
  const std::string text = error->what();
  CAPTURE(text);
  CHECK(name(error->code()) == name(code));
  for (const char* const word : words) {
    CAPTURE(word);
    CHECK(text.find(word) != std::string::npos);
  }
}

/// Gives `value` to the field called `key` of a step, as a loader does. The state may then be anything: see
/// `prepare`.
template <class Step, class Value>
void set_field(Step& step, std::string_view key, const Value& value) {
  bool found = false;
  Step::fields(step, [&](std::string_view name, auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Value>) {
      if (name != key) return;
      field = value;
      found = true;
    }
  });
  REQUIRE(found);
}

}  // namespace cells
