// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "prepguard/detail/missing_marker.hpp"
#include "prepguard/detail/place.hpp"

namespace prepguard {

/// Which columns a MissingIndicator puts out: those that missed values in training, or all.
enum class IndicatorFeatures : std::uint8_t { missing_only, all };

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// How a MissingIndicator is fitted.
template <class Cell>
struct IndicatorOptions {
  MissingMarker missing = MissingMarker::nan;
  OptionValue<Cell> missing_value{};  ///< with MissingMarker::value
  IndicatorFeatures features = IndicatorFeatures::missing_only;
  bool error_on_new = true;  ///< refuse a missing value in a column that had none; not with `all`
};

/// The fitted state of an indicator, the same whether it reads numbers or text.
struct IndicatorState : MarkerState {
  std::vector<std::int64_t> indicator_{};  ///< columns that are put out, ascending
  bool error_on_new_ = true;

  friend bool operator==(const IndicatorState&, const IndicatorState&) = default;
};

/// Ascending positions of columns.
inline void check_positions(const Place& at, const std::vector<std::int64_t>& positions, std::size_t width) {
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const bool inside = positions[k] >= 0 && positions[k] < static_cast<std::int64_t>(width);
    if (inside && (k == 0 || positions[k - 1] < positions[k])) continue;
    at[k].fail("ascending column positions", std::to_string(positions[k]));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
