// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/row_blocks.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer.hpp"

// Mergeable statistics of one column, what fits are made of (ExactMoments, in exact_moments.hpp, is one
// more). Each is the same, bit for bit, for the same cells in any order and any number of shards:
//   add(x, stride, n)   takes the cells x[0], x[stride], ...
//   merge(other)        takes all that `other` has seen; associative and commutative
//   cells(), count()    cells seen, and those of them that hold a value
//   fields, prepare, == the state, for serialization; prepare throws bad_state if it contradicts itself
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Only how many cells there were: for steps that learn nothing but their width.
template <class Cell>
class ColumnSeen {
 public:
  void add(const Cell*, std::ptrdiff_t, std::size_t n) noexcept { cells_ += n; }
  void merge(const ColumnSeen& other) noexcept { cells_ += other.cells_; }
  std::uint64_t cells() const noexcept { return cells_; }
  std::uint64_t count() const noexcept { return cells_; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
  }
  friend bool operator==(const ColumnSeen&, const ColumnSeen&) = default;

 private:
  std::uint64_t cells_ = 0;
};

/// A number as an integer of the same order; -0.0 comes just below 0.0. NaN lies outside of all numbers.
template <Number T>
Bits<T> order_key(Bits<T> bits) noexcept {
  return bits < 0 ? bits ^ FloatBits<T>::magnitude : bits;
}
template <Number T>
Bits<T> order_key(const T* x) noexcept {
  return order_key<T>(bits_of(x));
}
template <Number T>
T number_of(Bits<T> key) noexcept {
  const Bits<T> bits = key < 0 ? key ^ FloatBits<T>::magnitude : key;
  return __builtin_bit_cast(T, bits);
}

/// The smallest and the largest number of a column; NaN is left out.
template <Number T>
class ColumnRange {
 public:
  void add(const T* x, std::ptrdiff_t stride, std::size_t n) {
    constexpr std::size_t width = 64;  // numbers that are compared with each other last
    std::vector<ColumnRange> lanes(stride == 1 && n >= 2 * width ? width : 1);
    const std::size_t whole = n / lanes.size() * lanes.size();
    const auto pitch = static_cast<std::ptrdiff_t>(lanes.size()) * stride;
    add_rows(lanes, MatrixView<const T>(x, n / lanes.size(), lanes.size(), pitch, stride));
    for (const ColumnRange& lane : lanes) merge(lane);
    if (whole != n) add(x + static_cast<std::ptrdiff_t>(whole) * stride, stride, n - whole);
  }
  /// Adds to each of the columns, which are as many as those of `rows`, its cells.
  static void add_rows(std::vector<ColumnRange>& columns, const MatrixView<const T>& rows) {
    if (rows.row_stride() == 1 && rows.col_stride() != 1) {
      for (std::size_t j = 0; j < columns.size(); ++j) columns[j].add(&rows(0, j), 1, rows.rows());
      return;
    }
    const std::size_t cols = columns.size();
    std::vector<Bits<T>> ends(3 * cols);
    for (std::size_t j = 0; j < cols; ++j) {
      ends[j] = columns[j].low_;
      ends[cols + j] = columns[j].high_;
      columns[j].cells_ += rows.rows();
      columns[j].missing_ += rows.rows();
    }
    for_each_row_block(rows, [&](const T* cells, std::ptrdiff_t stride, std::size_t count) {
      forget_values_at(cells);
      const RowSteps step(cols * sizeof(T), stride * std::ptrdiff_t{sizeof(T)});
      for (std::size_t first = 0; first < count; first += step.rows) {
        const RangeRows<T> block{cells + static_cast<std::ptrdiff_t>(first) * stride,
                                 stride,
                                 std::min(step.rows, count - first),
                                 cols,
                                 ends.data(),
                                 ends.data() + cols,
                                 ends.data() + 2 * cols,
                                 step.ahead};
        with_kernels([&](auto kernels) { kernels.template extend_ranges<T>(block); });
        for (std::size_t j = 0; j < cols; ++j)
          columns[j].missing_ -= static_cast<std::uint64_t>(ends[2 * cols + j]);
      }
    });
    for (std::size_t j = 0; j < cols; ++j) {
      columns[j].low_ = ends[j];
      columns[j].high_ = ends[cols + j];
    }
  }
  void merge(const ColumnRange& other) noexcept {
    low_ = std::min(low_, other.low_);
    high_ = std::max(high_, other.high_);
    cells_ += other.cells_;
    missing_ += other.missing_;
  }
  std::uint64_t cells() const noexcept { return cells_; }
  std::uint64_t count() const noexcept { return cells_ - missing_; }
  /// Whether there is an infinity among the cells.
  bool sees_infinity() const noexcept { return count() != 0 && !(number_key(low_) && number_key(high_)); }
  /// The ends; meaningless if `count()` is 0.
  T low() const noexcept { return number_of<T>(low_); }
  T high() const noexcept { return number_of<T>(high_); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
    visit("missing", self.missing_);
    visit("low", self.low_);
    visit("high", self.high_);
  }
  void prepare() const {
    const bool finite = number_key(low_) && number_key(high_) && low_ <= high_;
    Place("partial").require(missing_ <= cells_ && (count() == 0 || finite), "a range of some of the cells",
                             "another");
  }
  friend bool operator==(const ColumnRange&, const ColumnRange&) = default;

 private:
  static bool number_key(Bits<T> key) noexcept {
    const T number = number_of<T>(key);
    return is_finite(&number);
  }

  std::uint64_t cells_ = 0;
  std::uint64_t missing_ = 0;
  Bits<T> low_ = std::numeric_limits<Bits<T>>::max();  // order keys
  Bits<T> high_ = std::numeric_limits<Bits<T>>::min();
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
