// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/imputer_state.hpp"
#include "prepguard/detail/missing_marker.hpp"
#include "prepguard/detail/rounded.hpp"

// What the fits of imputers and indicators are made of; see column_statistics.hpp.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// How many cells are marked missing.
template <class Cell>
class ColumnMarks {
 public:
  void add(std::uint64_t marked, std::uint64_t cells) noexcept {
    marked_ += marked;
    cells_ += cells;
  }
  void merge(const ColumnMarks& other) noexcept { add(other.marked_, other.cells_); }
  std::uint64_t cells() const noexcept { return cells_; }
  std::uint64_t count() const noexcept { return cells_ - marked_; }
  std::uint64_t marked() const noexcept { return marked_; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
    visit("marked", self.marked_);
  }
  friend bool operator==(const ColumnMarks&, const ColumnMarks&) = default;

 private:
  std::uint64_t cells_ = 0;
  std::uint64_t marked_ = 0;
};

/// The middle of the numbers; of two their mean, in `T` as numpy computes it, without its overflow.
template <Number T>
T median_of(const ColumnValues<T>& values) {
  const Ranks<T> ranks(values);
  const std::uint64_t middle = ranks.size() / 2;
  if (ranks.size() % 2 == 1) return ranks[middle];
  const T low = ranks[middle - 1], high = ranks[middle];
  const T mean = divide(add(low, high), T{2});
  return is_infinite(&mean) ? add(divide(low, T{2}), divide(high, T{2})) : mean;
}

/// The most frequent value, of several the smallest; both zeros are one value, the sign is that of the first.
template <class Cell>
OptionValue<Cell> mode_of(const ColumnValues<Cell>& values) {
  std::size_t best = 0;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < values.size();) {
    const std::size_t first = i;
    std::uint64_t count = 0;
    while (i < values.size() && !(values.value(first) < values.value(i))) count += values.frequency(i++);
    if (count > most) best = first;
    most = count > most ? count : most;
  }
  return values.value(best);
}

/// The cells of a column that are not missing, as far as a strategy needs them: exact sums for the mean,
/// distinct values with their counts for median and mode, nothing for a constant.
template <class Cell>
class ImputerColumn {
 public:
  /// Throws cannot_fit for a cell that `marker` refuses.
  void add(std::string_view where, std::size_t j, const Cell* x, std::ptrdiff_t stride, std::size_t n,
           const MarkerState& marker, Strategy strategy) {
    const auto give = [&](const Cell* cells, std::size_t count) {
      if constexpr (Number<Cell>) {
        if (strategy == Strategy::mean) moments_.add(cells, 1, count);
      }
      if (strategy == Strategy::median || strategy == Strategy::most_frequent) values_.add(cells, 1, count);
    };
    marks_.add(marker.split(where, j, x, stride, n, give), n);
  }
  /// For the mean of all numbers, where NaN marks the missing ones: adds to each of the columns, which are as
  /// many as those of `rows`, its cells.
  static void add_rows_to_mean(std::vector<ImputerColumn>& columns,
                               const MatrixView<const Cell>& rows) requires Number<Cell> {
    std::vector<ExactMoments*> moments;
    for (ImputerColumn& column : columns) moments.push_back(&column.moments_);
    ExactMoments::add_rows(moments, rows);
    for (ImputerColumn& column : columns) {
      column.marks_ = {};
      column.marks_.add(column.moments_.missing(), column.moments_.cells());
    }
  }
  void merge(const ImputerColumn& other) {
    marks_.merge(other.marks_);
    values_.merge(other.values_);
    if constexpr (Number<Cell>) moments_.merge(other.moments_);
  }
  void settle() { values_.settle(); }

  /// Whether there is an infinity among the values that the strategy learns from.
  bool sees_infinity() const noexcept requires Number<Cell> {
    return moments_.infinite() != 0 || values_.sees_infinity();
  }
  std::uint64_t cells() const noexcept { return marks_.cells(); }
  std::uint64_t count() const noexcept { return marks_.count(); }
  std::uint64_t marked() const noexcept { return marks_.marked(); }

  /// Whether there is a value to learn from. A None that is not the marker is none.
  bool has_values(Strategy strategy) const noexcept {
    return strategy == Strategy::median || strategy == Strategy::most_frequent ? values_.count() != 0
                                                                               : count() != 0;
  }
  /// What replaces the marked cells; there is a value.
  OptionValue<Cell> fill(Strategy strategy) const {
    if constexpr (Number<Cell>) {
      if (strategy == Strategy::mean) return *moments_.mean();
      if (strategy == Strategy::median) return double{median_of(values_)};
    }
    return mode_of(values_);
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("marks", self.marks_);
    visit("values", self.values_);
    if constexpr (Number<Cell>) visit("moments", self.moments_);
  }
  friend bool operator==(const ImputerColumn&, const ImputerColumn&) = default;

 private:
  ColumnMarks<Cell> marks_{};
  ColumnValues<Cell> values_{};
  std::conditional_t<Number<Cell>, ExactMoments, std::monostate> moments_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
