// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "prepguard/detail/reading_plan.hpp"

namespace prepguard {

/// Where each schema column lies in a table; made once by `Schema::bind`, valid for every table of that shape, and
/// fastest for the one it was made for and its copies, however often their cells change.
class Binding {
 public:
  static constexpr std::size_t absent = std::numeric_limits<std::size_t>::max();

  explicit Binding(std::vector<std::size_t> positions, std::size_t extra)
      : positions_(std::move(positions)), extra_(extra) {}

  /// Position in the table of schema column `j`; `absent` for an unused column that was not given.
  std::size_t operator[](std::size_t j) const noexcept { return positions_[j]; }
  std::size_t size() const noexcept { return positions_.size(); }
  /// Columns of the table that the schema does not know; they are ignored.
  std::size_t extra() const noexcept { return extra_; }

  /// How to read the table it was made for.
  const ReadingPlan& plan() const noexcept { return plan_; }

 private:
  friend class Schema;

  std::vector<std::size_t> positions_;
  std::size_t extra_;
  ReadingPlan plan_{};
};

}  // namespace prepguard
