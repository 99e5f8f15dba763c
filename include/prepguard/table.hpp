// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/detail/stamp.hpp"
#include "prepguard/error.hpp"
#include "prepguard/text.hpp"

namespace prepguard {

/// Which values of a column are there: bit `offset + i` (least significant first, Arrow's layout) is 1 if value `i`
/// is valid. A null pointer means that all are.
struct Validity {
  const std::uint8_t* bits = nullptr;
  std::size_t offset = 0;

  constexpr bool operator()(std::size_t i) const noexcept {
    return bits == nullptr || ((bits[(offset + i) / 8] >> ((offset + i) % 8)) & 1U) != 0;
  }
};

/// One named column of a table: values owned by somebody else. Missing are: NaN in floating values, a missing `Text`,
/// and whatever `validity` marks.
struct TableColumn {
  using Values =
      std::variant<std::span<const double>, std::span<const float>, std::span<const std::int64_t>,
                   std::span<const std::int32_t>, std::span<const bool>, std::span<const Text>,
                   std::span<const std::string_view>, std::span<const std::string>>;

  std::string name;
  Values values;
  Validity validity{};

  std::size_t size() const noexcept {
    return std::visit([](const auto& span) { return span.size(); }, values);
  }
  bool is_text() const noexcept { return values.index() >= 5; }
};

/// A batch of rows as named columns of numbers or text; owns the names, views the values.
///
/// ```
/// prepguard::Table rows;
/// rows.add("bill_length_mm", lengths).add("island", islands);   // vectors, spans, arrays
/// auto features = pipeline.transform(rows);                      // columns are bound by name
/// ```
class Table {
 public:
  Table() = default;

  /// Appends a column. Throws bad_parameter for an empty or repeated name, bad_shape for another length.
  Table& add(std::string name, TableColumn::Values values, Validity validity = {}) {
    TableColumn column{std::move(name), values, validity};
    if (column.name.empty()) throw Error(Errc::bad_parameter, "table", "a column has an empty name");
    for (const TableColumn& other : columns_) {
      if (other.name == column.name) {
        throw Error(Errc::bad_parameter, "table", "column \"" + column.name + "\" is given twice");
      }
    }
    if (!columns_.empty() && column.size() != rows_) {
      throw Error(ErrorInfo{.code = Errc::bad_shape,
                            .where = "table",
                            .what = "columns differ in length",
                            .column_name = column.name,
                            .expected = std::to_string(rows_) + " rows",
                            .got = std::to_string(column.size())});
    }
    rows_ = column.size();
    columns_.push_back(std::move(column));
    stamp_ = ContentStamp::fresh();
    return *this;
  }

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return columns_.size(); }
  const std::vector<TableColumn>& columns() const noexcept { return columns_; }
  /// Shared by copies, another after every `add`: by it a Binding knows its table again.
  const ContentStamp& stamp() const noexcept { return stamp_; }

 private:
  std::vector<TableColumn> columns_{};
  std::size_t rows_ = 0;
  ContentStamp stamp_{};
};

}  // namespace prepguard
