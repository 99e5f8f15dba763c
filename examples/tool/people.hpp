// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/text_table.hpp"

/// Numbers and tables for people.
namespace tool {

using prepguard::detail::short_number;

/// "1 row", "3 rows".
inline std::string counted(std::size_t count, std::string_view noun) {
  return prepguard::detail::grouped_number(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
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

/// Prints rows of cells in columns as wide as their widest cell.
inline void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
  out << prepguard::detail::text_table(rows);
}

}  // namespace tool
