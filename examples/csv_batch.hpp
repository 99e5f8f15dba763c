// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csv.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"

namespace csv {

/// Some records as columns of numbers or text, as the schema wants them; memory is reused from batch to
/// batch. An empty field is missing. Numbers are read as Python reads them: to double first, whatever type
/// the pipeline computes in.
class Batch {
 public:
  Batch(const Reader& reader, const prepguard::Schema& schema, std::size_t capacity)
      : capacity_(capacity), extra_(capacity) {
    for (const std::string& name : reader.header()) columns_.push_back({name, dtype_of(schema, name)});
  }

  /// Reads up to `capacity` records; false if none was left.
  bool fill(Reader& reader) {
    lines_.clear();
    for (Cells& column : columns_) column.clear(capacity_);
    while (lines_.size() < capacity_ && reader.next()) {
      for (std::size_t k = 0; k < columns_.size(); ++k) add(reader, k);
      lines_.push_back(reader.line());
    }
    return !lines_.empty();
  }

  std::size_t rows() const noexcept { return lines_.size(); }
  /// The line of the input on which row `i` begins.
  std::size_t line(std::size_t i) const { return lines_[i]; }

  /// The rows as a table; valid until the next `fill`. Columns that the schema does not know are there
  /// without values.
  prepguard::Table table() const {
    prepguard::Table table;
    for (const Cells& column : columns_) {
      if (column.name.empty()) continue;
      if (!column.dtype) {
        table.add(column.name, std::span(extra_).first(rows()));
      } else if (column.dtype == prepguard::DType::string) {
        table.add(column.name, std::span(column.texts).first(rows()), {column.valid.data()});
      } else {
        table.add(column.name, std::span(column.numbers));
      }
    }
    return table;
  }

 private:
  struct Cells {
    std::string name;
    std::optional<prepguard::DType> dtype;  // none: the schema does not know the column
    std::vector<double> numbers{};
    std::vector<std::string> texts{};   // `capacity` of them, so that their memory is kept
    std::vector<std::uint8_t> valid{};  // one bit a text

    void clear(std::size_t capacity) {
      numbers.clear();
      if (dtype != prepguard::DType::string) return;
      texts.resize(capacity);
      valid.assign((capacity + 7) / 8, 0);
    }
  };

  static std::optional<prepguard::DType> dtype_of(const prepguard::Schema& schema, std::string_view name) {
    for (const prepguard::Column& column : schema.columns()) {
      if (column.name == name) return column.dtype;
    }
    return std::nullopt;
  }

  void add(const Reader& reader, std::size_t k) {
    Cells& column = columns_[k];
    if (!column.dtype) return;
    const std::string_view text = reader.field(k);
    const std::size_t row = lines_.size();
    if (column.dtype != prepguard::DType::string) {
      column.numbers.push_back(number(reader, k, *column.dtype));
    } else if (!text.empty()) {
      column.texts[row].assign(text);
      column.valid[row / 8] = static_cast<std::uint8_t>(column.valid[row / 8] | 1U << row % 8);
    }
  }

  static double number(const Reader& reader, std::size_t k, prepguard::DType dtype) {
    const std::string_view text = reader.field(k);
    if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
    if (const auto value = prepguard::detail::parse_number<double>(text)) return *value;
    // For the pipeline to refuse, which says more: nothing else that a guard reproduces is unreadable.
    if (text == "inf" || text == "-inf") {
      const double infinity = std::numeric_limits<double>::infinity();
      return text == "inf" ? infinity : -infinity;
    }
    if (dtype == prepguard::DType::boolean && (text == "True" || text == "False"))
      return text == "True" ? 1.0 : 0.0;
    reader.fail("not a number", "a finite number", '"' + std::string(text.substr(0, 60)) + '"', k,
                "leave the field empty if the value is missing");
  }

  std::size_t capacity_;
  std::vector<std::string_view> extra_;
  std::vector<Cells> columns_{};
  std::vector<std::size_t> lines_{};
};

}  // namespace csv
