// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/names.hpp"

/// Numbers and tables for people.
namespace tool {

/// Six significant digits.
inline std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// "1,234,567".
inline std::string with_commas(std::size_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

/// "1 row", "3 rows".
inline std::string counted(std::size_t count, std::string_view noun) {
  return with_commas(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

/// Items with commas between them; of a long list the first ones and how many there are.
inline std::string listed(const std::vector<std::string>& items, std::size_t shown = 8) {
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, items.size()); ++i)
    text.append(i == 0 ? "" : ", ").append(items[i]);
  return items.size() <= shown ? text : text + ", ... (" + std::to_string(items.size()) + " in all)";
}

/// The values of an array, shortened.
inline std::string listed(const prepguard::Array& array) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const bool number = array.is_real() && array.missing(i) == prepguard::Missing::no;
    items.push_back(number ? short_number(array.real(i)) : prepguard::detail::python_text(array, i));
  }
  return listed(items);
}

/// Number of characters of UTF-8 text, for alignment.
inline std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Prints rows of cells in columns as wide as their widest cell.
inline void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], characters(row[k]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) {
      line += "  " + row[k] + std::string(widths[k] - characters(row[k]), ' ');
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

}  // namespace tool
