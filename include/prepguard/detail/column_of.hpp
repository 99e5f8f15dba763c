// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <variant>

#include "prepguard/error.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The dtype that a table column's values are recorded with.
inline DType dtype_of_values(const TableColumn& column) {
  return std::visit(
      [](const auto& values) {
        using Value = typename std::remove_cvref_t<decltype(values)>::value_type;
        return std::is_arithmetic_v<Value> ? dtype_of<Value> : DType::string;
      },
      column.values);
}

/// The column that `given` is before it is trained on: its name, its dtype, and how it spells missing texts,
/// so that they reach the steps as they are. Throws bad_schema for a column that spells them as None and as
/// NaN.
inline Column column_of(const TableColumn& given) {
  Column column{.name = given.name, .dtype = dtype_of_values(given)};
  const auto* cells = std::get_if<std::span<const Text>>(&given.values);
  if (cells == nullptr) return column;
  for (std::size_t i = 0; i < cells->size(); ++i) {
    if (!given.validity(i)) continue;
    column.texts.none += (*cells)[i].missing() == Missing::none ? 1 : 0;
    column.texts.nan += (*cells)[i].missing() == Missing::nan ? 1 : 0;
  }
  if (column.texts.none > 0 && column.texts.nan > 0) {
    throw Error(ErrorInfo{.code = Errc::bad_schema,
                          .where = "input",
                          .what = "missing texts are spelled in two ways",
                          .column_name = given.name,
                          .expected = "None or NaN",
                          .got = "both"});
  }
  if (column.missing_seen() == 0) return column;
  column.texts.count = static_cast<std::int64_t>(cells->size());
  column.texts.other = column.texts.count - column.missing_seen();
  return column;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
