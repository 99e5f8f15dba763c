// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Number of characters of UTF-8 text, for alignment.
inline std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Rows of cells as lines, in columns as wide as their widest cell.
inline std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], characters(row[k]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) {
      line += "  " + row[k] + std::string(widths[k] - characters(row[k]), ' ');
    }
    text.append(line, 0, line.find_last_not_of(' ') + 1).append(1, '\n');
  }
  return text;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
