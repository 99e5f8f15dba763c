// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <string>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The inputs of a self-test, one array a column, as a table that owns its cells; without the rows `gone`.
template <Number T>
class ArrayTable {
 public:
  ArrayTable(const std::vector<Array>& inputs, const Schema& schema,
             const std::vector<std::size_t>& gone = {}) {
    for (std::size_t j = 0; j < inputs.size(); ++j) {
      const std::string& name = schema.columns()[j].name;
      if (inputs[j].is_text()) {
        std::vector<Text>& cells = texts_.emplace_back();
        for_rows(inputs[j].texts(), gone, [&](const auto& text) { cells.push_back(text); });
        table_.add(name, cells);
      } else {
        std::vector<T>& cells = numbers_.emplace_back();
        for_rows(inputs[j].reals(), gone, [&](double value) { cells.push_back(round_to<T>(value)); });
        table_.add(name, cells);
      }
    }
  }
  ArrayTable(const ArrayTable&) = delete;
  ArrayTable& operator=(const ArrayTable&) = delete;

  const Table& table() const noexcept { return table_; }

 private:
  template <class Cells, class Add>
  static void for_rows(const Cells& cells, const std::vector<std::size_t>& gone, Add&& add) {
    std::size_t row = 0;
    for (const auto& cell : cells) {
      if (!std::binary_search(gone.begin(), gone.end(), row++)) add(cell);
    }
  }

  std::list<std::vector<T>> numbers_{};  // lists: the table's views must not move
  std::list<std::vector<Text>> texts_{};
  Table table_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
