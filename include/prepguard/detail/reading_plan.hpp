// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "prepguard/detail/stamp.hpp"
#include "prepguard/table.hpp"
#include "prepguard/text.hpp"

namespace prepguard {

/// How the columns of one table become those of one schema: where the cells lie, by type, so that a row is
/// read without asking any column what it is.
class ReadingPlan {
 public:
  /// The types that values in a table may have, in the order of TableColumn::Values.
  static constexpr std::size_t kinds = std::variant_size_v<TableColumn::Values>;
  template <std::size_t Kind>
  using Value =
      std::remove_const_t<typename std::variant_alternative_t<Kind, TableColumn::Values>::element_type>;

  struct Column {
    std::size_t column = 0;         ///< of the schema
    std::size_t slot = 0;           ///< among the columns of its kind
    Missing missing = Missing::no;  ///< how a missing text is spelled
    const void* cells = nullptr;    ///< the first value in the table
    std::size_t kind = kinds;       ///< of the values; `kinds`: to be read one by one
  };

  /// Of no table.
  ReadingPlan() = default;
  ReadingPlan(const ContentStamp& table, const ContentStamp& schema, std::size_t columns)
      : table_(table), schema_(schema) {
    columns_.reserve(columns);
  }

  bool is_for(const ContentStamp& table, const ContentStamp& schema) const noexcept {
    return table_.is(table) && schema_.is(schema);
  }
  /// The column of the schema that comes from `given`, or from none.
  void add(Column column, const TableColumn* given) {
    if (given != nullptr && given->validity.bits == nullptr) {
      column.kind = given->values.index();
      column.cells =
          std::visit([](const auto& values) -> const void* { return values.data(); }, given->values);
    }
    columns_.push_back(column);
  }
  /// Called once after the last `add`.
  void settle() {
    std::sort(columns_.begin(), columns_.end(), [](const Column& a, const Column& b) {
      return a.kind < b.kind || (a.kind == b.kind && a.column < b.column);
    });
    for (const Column& column : columns_) {
      for (std::size_t k = column.kind; k < kinds; ++k) ++ends_[k];
    }
  }

  /// The columns of values of this kind, all of them there.
  std::span<const Column> plain(std::size_t kind) const noexcept {
    const std::size_t begin = kind == 0 ? 0 : ends_[kind - 1];
    return std::span(columns_).subspan(begin, ends_[kind] - begin);
  }
  /// Those that the table lacks, or whose values may be marked as missing.
  std::span<const Column> others() const noexcept { return std::span(columns_).subspan(ends_.back()); }

 private:
  ContentStamp table_{}, schema_{};
  std::vector<Column> columns_{};          // by kind
  std::array<std::size_t, kinds> ends_{};  // of each kind in them
};

}  // namespace prepguard
