// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Arrays of one number a column, each repeated until it fills whole pairs of vectors of every instruction
/// set, so that rows which lie end to end are one long row to a kernel. All arrays start at a cache line.
template <class Lane>
class LaneArrays {
 public:
  LaneArrays() = default;
  LaneArrays(std::size_t arrays, std::size_t cols) : cols_(cols) {
    const std::size_t together = std::lcm(cols, pair);
    if (cols == 0) return;
    if (together <= longest) period_ = together * std::max<std::size_t>(shortest / together, 1);
    lines_ = (filled() + per_line - 1) / per_line;
    memory_.resize(arrays * lines_);
  }

  /// How many numbers of an array a kernel may run through before it starts again; 0 if only one row at a
  /// time.
  std::size_t period() const noexcept { return period_; }
  bool empty() const noexcept { return memory_.empty(); }

  const Lane* operator[](std::size_t array) const noexcept { return memory_[array * lines_].lanes; }
  /// Sets the number of column `j`.
  void set(std::size_t array, std::size_t j, Lane value) noexcept {
    Lane* const lanes = memory_[array * lines_].lanes;
    for (std::size_t at = j; at < filled(); at += cols_) lanes[at] = value;
  }

 private:
  /// A kernel that starts within a vector of the period may read beyond its end.
  std::size_t filled() const noexcept { return period_ == 0 ? cols_ : period_ + 3 * pair; }

  static constexpr std::size_t per_line = 64 / sizeof(Lane);
  static constexpr std::size_t pair = 2 * per_line;  ///< two of the widest vectors
  static constexpr std::size_t shortest = 4 * pair;  ///< fewer would mean more loop than work
  static constexpr std::size_t longest = 16 * pair;  ///< more would crowd the cells out of the L1 cache
  struct alignas(64) Line {
    Lane lanes[per_line];
  };

  std::vector<Line> memory_{};
  std::size_t cols_ = 0, period_ = 0, lines_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
