// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/categories.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The numbers 0, 1, ... of the categories of a column: their positions, unless some are infrequent, which
/// then share one number.
class ReducedList {
 public:
  /// As a one-hot encoder orders its outputs: the frequent ones in order, then the group.
  explicit ReducedList(const EncodedColumn& column) : size_(column.categories.size()) {
    if (column.infrequent.empty()) return;
    size_ -= column.infrequent.size() - 1;
    std::int32_t next = 0;
    for (std::size_t i = 0; i < column.categories.size(); ++i)
      numbers_.push_back(column.is_infrequent(i) ? group() : next++);
  }

  /// What is no category counts among the infrequent ones.
  void unknown_joins_group() noexcept { unknown_ = group(); }
  /// As an ordinal encoder orders its codes: where NaN is the last of the frequent ones it comes behind the
  /// group.
  void put_group_before_nan(const Array& categories) noexcept {
    const std::int32_t last = group();
    const auto is_nan = [&](std::size_t i) { return categories.missing(i) == Missing::nan; };
    std::size_t nan = 0;
    while (nan < numbers_.size() && !is_nan(nan)) ++nan;
    if (nan == numbers_.size() || numbers_[nan] != last - 1) return;
    for (std::int32_t& number : numbers_) number -= number == last ? 1 : 0;
    numbers_[nan] = last;
  }

  std::size_t size() const noexcept { return size_; }
  /// The number of the category at `position`; of position -1: that of unknown ones, or -1.
  std::int32_t number(std::int32_t position) const noexcept {
    if (position < 0) return unknown_;
    return numbers_.empty() ? position : numbers_[static_cast<std::size_t>(position)];
  }

 private:
  std::int32_t group() const noexcept { return static_cast<std::int32_t>(size_) - 1; }

  std::size_t size_;
  std::vector<std::int32_t> numbers_{};  // empty: as the positions
  std::int32_t unknown_ = -1;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
