// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "prepguard/detail/distribution.hpp"
#include "prepguard/detail/scalings.hpp"
#include "prepguard/report.hpp"

// What the checks of many rows find in a column, as numbers; text is made of them when somebody asks.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What one window shows about one column.
struct StreamFinding {
  std::optional<Check> check{};      ///< nothing: the column is as in training
  std::optional<Check> missing{};    ///< `missing_rate`, besides
  Explanation explained{};           ///< of `already_scaled` and `rescaled`
  std::size_t partner = 0;           ///< of `swapped_columns`: the column whose values these are
  double misfit = 0, stability = 0;  ///< of training's distribution; population stability index
  double missing_share = 0;
  double median = 0, mean = 0, std = 0;  ///< of the window
  std::uint64_t windows = 0;             ///< how many windows in a row `check` was found in

  bool has(Check what) const noexcept { return check == what || missing == what; }
};

/// Everything about a column of numbers in one window that the judge needs.
struct ColumnWindow {
  double rows = 0, present = 0;
  Edges below{}, not_above{};
  bool has_finite = false;
  double least = 0, most = 0;  ///< of the finite values
  double mean = 0, std = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
