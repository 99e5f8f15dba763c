// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/detail/bare_call.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/row_findings.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"

// A single row that is taken out of others, changed cell by cell, and written as CSV. Never on the hot path.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// A cell that owns what it holds: nothing if it is missing.
using LooseCell = std::variant<std::monostate, double, std::int64_t, std::string>;

template <class V>
LooseCell loose_cell(const V* value) {
  if constexpr (std::is_same_v<V, Text>) {
    return value->is_missing() ? LooseCell() : LooseCell(std::string(value->view()));
  } else if constexpr (std::is_floating_point_v<V>) {
    return is_nan(value) ? LooseCell() : LooseCell(double{*value});
  } else if constexpr (std::is_same_v<V, bool>) {
    return double{*value ? 1.0 : 0.0};
  } else if constexpr (std::is_integral_v<V>) {
    return std::int64_t{*value};
  } else {
    return std::string(*value);
  }
}

/// What training saw most of in a column: its median, its most frequent text. Missing if nobody reads it.
/// `otherwise` if that is not known.
inline LooseCell ordinary_cell(const Column& column, const LooseCell& otherwise) {
  if (!column.used) return {};
  if (column.kind() == Kind::number) {
    const NumberTraining& seen = column.numbers;
    return seen.quantiles.size() == 7 ? LooseCell(seen.quantiles[3]) : otherwise;
  }
  const std::vector<std::int64_t>& counts = column.texts.frequencies;
  if (counts.empty()) return otherwise;
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  return column.texts.values[static_cast<std::size_t>(most)];
}

/// A field of RFC 4180: text in quotes, a number as the shortest digits that read back to the same double.
inline std::string csv_field(const LooseCell& cell) {
  std::string field;
  if (const auto* text = std::get_if<std::string>(&cell)) {
    field = "\"";
    for (const char c : *text) field.append(c == '"' ? 2 : 1, c);
    return field + '"';
  }
  if (const auto* number = std::get_if<double>(&cell)) append_repr(field, *number);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) field = std::to_string(*whole);
  return field;
}

/// A row of cells in the order of the pipeline's columns.
class OneRow {
 public:
  OneRow(const Table& table, const Schema& schema, std::size_t row) {
    const Binding binding = schema.bind(table);
    for (std::size_t j = 0; j < schema.size(); ++j) {
      cells_.emplace_back();
      if (binding[j] == Binding::absent) continue;
      const TableColumn& column = table.columns()[binding[j]];
      if (!column.validity(row)) continue;
      std::visit([&](const auto& values) { cells_.back() = loose_cell(&values[row]); }, column.values);
    }
  }
  template <class View>
  OneRow(const View& rows, const Layout& layout, std::size_t row) {
    for (std::size_t j = 0; j < layout.size(); ++j) {
      const std::size_t slot = layout.slot(j);
      cells_.push_back(layout.kind(j) == Kind::text ? loose_cell(&texts_of(rows)(row, slot))
                                                    : loose_cell(&numbers_of(rows)(row, slot)));
    }
  }

  std::size_t size() const noexcept { return cells_.size(); }
  LooseCell& operator[](std::size_t j) noexcept { return cells_[j]; }
  const LooseCell& operator[](std::size_t j) const noexcept { return cells_[j]; }

  /// The row as a table of `schema`'s columns, which refers to this object.
  Table table(const Schema& schema) {
    Table made;
    numbers_.resize(size());
    for (std::size_t j = 0; j < size(); ++j) {
      const Column& column = schema.columns()[j];
      if (column.kind() == Kind::text) {
        const auto* text = std::get_if<std::string>(&cells_[j]);
        static const std::string none;
        made.add(column.name, std::span<const std::string>(text == nullptr ? &none : text, 1),
                 validity(text != nullptr));
      } else if (const auto* whole = std::get_if<std::int64_t>(&cells_[j])) {
        made.add(column.name, std::span<const std::int64_t>(whole, 1));
      } else {
        const auto* number = std::get_if<double>(&cells_[j]);
        if (number != nullptr) numbers_[j] = *number;
        made.add(column.name, std::span<const double>(&numbers_[j], 1), validity(number != nullptr));
      }
    }
    return made;
  }

  /// The row as cells of bare numbers and texts, which belong to the caller.
  template <Number T>
  void fill(const Layout& layout, Matrix<T>& numbers, Matrix<Text>& texts) const {
    numbers = Matrix<T>(1, layout.numbers());
    texts = Matrix<Text>(1, layout.texts());
    for (std::size_t j = 0; j < size(); ++j) {
      const std::size_t slot = layout.slot(j);
      if (layout.kind(j) == Kind::text) {
        const auto* text = std::get_if<std::string>(&cells_[j]);
        texts(0, slot) = text == nullptr ? Text(Missing::nan) : Text(*text);
      } else if (const auto* number = std::get_if<double>(&cells_[j])) {
        numbers(0, slot) = static_cast<T>(*number);
      } else {
        store_nan(&numbers(0, slot));
      }
    }
  }

  /// Two lines of CSV: the names, and the row; a missing cell is an empty field.
  std::string csv(const std::vector<std::string>& names) const {
    std::string header, row;
    for (std::size_t j = 0; j < size(); ++j) {
      header += (j == 0 ? "" : ",") + csv_field(names[j]);
      row += (j == 0 ? "" : ",") + csv_field(cells_[j]);
    }
    return header + "\r\n" + (row.empty() ? "\"\"" : row) + "\r\n";  // a line of nothing would be no record
  }

 private:
  static Validity validity(bool there) noexcept {
    static constexpr std::uint8_t none = 0;
    return there ? Validity{} : Validity{&none};
  }

  std::vector<LooseCell> cells_{};
  std::vector<double> numbers_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
