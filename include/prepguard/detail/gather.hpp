// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

#include "prepguard/detail/scratch.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Writes a quiet NaN by its bits: a NaN constant is fair game for -ffinite-math-only.
template <Number T>
void store_nan(T* cell) noexcept {
  if constexpr (sizeof(T) == 4) {
    constexpr std::uint32_t quiet = 0x7fc0'0000U;
    std::memcpy(cell, &quiet, sizeof quiet);
  } else {
    constexpr std::uint64_t quiet = 0x7ff8'0000'0000'0000U;
    std::memcpy(cell, &quiet, sizeof quiet);
  }
}

/// A table bound to a schema, read tile by tile: numbers converted to `T` (rounded once, to nearest), missing values
/// spelled as in training, columns that no step reads and nobody sent filled as missing.
template <Number T>
class TableSource {
 public:
  TableSource(const Table& table, const Schema& schema, const Binding& binding)
      : table_(table), schema_(schema), binding_(binding) {}

  std::size_t rows() const noexcept { return table_.rows(); }

  MixedView<const T> tile(std::size_t first, std::size_t count, ScratchFrame& frame) const {
    const MixedView<T> cells{frame.matrix<T>(count, schema_.layout().numbers()),
                             frame.matrix<Text>(count, schema_.layout().texts())};
    fill(first, cells);
    return cells;
  }

  /// Writes rows `first`, `first + 1`, ... into `cells`, whose widths are those of the schema's layout.
  void fill(std::size_t first, const MixedView<T>& cells) const {
    for (std::size_t j = 0; j < schema_.size(); ++j) {
      const std::size_t slot = schema_.layout().slot(j);
      if (schema_.layout().kind(j) == Kind::number) {
        fill_column(j, first, cells.numbers.middle_cols(slot, 1));
      } else {
        fill_column(j, first, cells.texts.middle_cols(slot, 1));
      }
    }
  }

 private:
  template <class Cell>
  void fill_column(std::size_t j, std::size_t first, const MatrixView<Cell>& cells) const {
    const Missing missing = schema_.columns()[j].missing_text();
    if (binding_[j] == Binding::absent) {
      for (std::size_t i = 0; i < cells.rows(); ++i) put_missing(&cells(i, 0), missing);
      return;
    }
    const TableColumn& column = table_.columns()[binding_[j]];
    std::visit(
        [&](const auto& values) {
          for (std::size_t i = 0; i < cells.rows(); ++i) {
            if (column.validity(first + i)) {
              put(&cells(i, 0), &values[first + i], missing);
            } else {
              put_missing(&cells(i, 0), missing);
            }
          }
        },
        column.values);
  }

  static void put_missing(T* cell, Missing) noexcept { store_nan(cell); }
  static void put_missing(Text* cell, Missing spelled) noexcept { *cell = Text(spelled); }

  template <class V>
  static void put(T* cell, const V* value, Missing) noexcept {
    if constexpr (std::is_same_v<V, T>) {
      *cell = *value;
    } else if constexpr (std::is_floating_point_v<V>) {
      // A conversion may turn a NaN into anything under -ffinite-math-only.
      if (is_nan(value)) {
        store_nan(cell);
      } else {
        *cell = static_cast<T>(*value);
      }
    } else if constexpr (std::is_integral_v<V>) {
      *cell = static_cast<T>(*value);
    }
  }
  template <class V>
  static void put(Text* cell, const V* value, Missing spelled) noexcept {
    if constexpr (std::is_same_v<V, Text>) {
      *cell = value->is_missing() ? Text(spelled) : *value;
    } else if constexpr (!std::is_arithmetic_v<V>) {
      *cell = Text(std::string_view(*value));
    }
  }

  const Table& table_;
  const Schema& schema_;
  const Binding& binding_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
