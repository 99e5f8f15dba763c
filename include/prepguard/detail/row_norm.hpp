// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace prepguard {

/// What the cells of a row are divided by.
enum class Norm : std::uint8_t {
  l1,   ///< the sum of the magnitudes
  l2,   ///< the root of the sum of the squares
  max,  ///< the largest magnitude
};
inline constexpr std::array<std::string_view, 3> norm_names{"l1", "l2", "max"};

/// How the rows of training lay in memory, which decides in which order NumPy added up the cells of a row.
enum class RowOrder : std::uint8_t {
  c,  ///< row after row, or a single row
  f,  ///< column after column
};
inline constexpr std::array<std::string_view, 2> row_order_names{"c", "f"};

}  // namespace prepguard
