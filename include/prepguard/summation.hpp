// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace prepguard {

/// How a fit adds up the rows of a column.
enum class Summation : std::uint8_t {
  native,     ///< exactly, rounded once: any order of rows, any division into parts, the same bits
  sklearn_c,  ///< as NumPy does for row-major data of two or more columns: one row after the other
  sklearn_f,  ///< as NumPy 1 does for column-major data, or a single column: pairwise, in blocks of 8,192
              ///< rows
  sklearn_f_numpy2,  ///< the same for NumPy 2, which adds a column of float64 pairwise as a whole
};
inline constexpr std::array<std::string_view, 4> summation_names{"native", "sklearn_c", "sklearn_f",
                                                                 "sklearn_f_numpy2"};

}  // namespace prepguard
