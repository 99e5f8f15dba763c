// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace prepguard {

/// What an encoding makes of the indices in a row.
enum class OutputMode : std::uint8_t {
  one_hot,    ///< 1 for the index of the only column
  multi_hot,  ///< 1 for every index that is there
  count,      ///< how often each is there
};

inline constexpr std::array<std::string_view, 3> output_mode_names{"one_hot", "multi_hot", "count"};

}  // namespace prepguard
