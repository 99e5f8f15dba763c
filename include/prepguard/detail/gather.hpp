// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/narrowing.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/reading_plan.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A table bound to a schema, read tile by tile: numbers converted to `T` (rounded once, to nearest), missing
/// values spelled as in training, columns that no step reads and nobody sent filled as missing.
template <Number T>
class TableSource {
 public:
  /// `watched`: of which columns `tile_lost` tells.
  TableSource(const Table& table, const Schema& schema, const Binding& binding,
              const std::vector<bool>* watched = nullptr)
      : table_(table), schema_(schema), binding_(binding), watched_(watched) {}

  std::size_t rows() const noexcept { return table_.rows(); }

  MixedView<const T> tile(std::size_t first, std::size_t count, ScratchFrame& frame) const {
    const MixedView<T> cells{frame.matrix<T>(count, schema_.layout().numbers()),
                             frame.matrix<Text>(count, schema_.layout().texts())};
    tile_lost_ = false;
    fill(first, cells);
    return cells;
  }

  /// Whether a number of the last tile may have lost something when it became a `T`, in a column that is
  /// watched: `lost` knows.
  bool tile_lost() const noexcept { return tile_lost_; }
  /// What the number in row `i` of schema column `j` lost.
  Lost lost(std::size_t i, std::size_t j) const {
    return look(i, j, Lost::nothing, [](const auto* value) { return lost_as<T>(value); });
  }
  /// That number as it came, empty if there is none.
  std::string number_text(std::size_t i, std::size_t j) const {
    return look(i, j, std::string(), [](const auto* value) {
      if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(*value)>>) {
        return std::to_string(*value);
      } else {
        return repr_text(*value);
      }
    });
  }

  /// Writes rows `first`, `first + 1`, ... into `cells`, whose widths are those of the schema's layout; the
  /// cells of a row lie side by side.
  void fill(std::size_t first, const MixedView<T>& cells) const {
    const ReadingPlan& plan = binding_.plan();
    if (plan.is_for(table_.stamp(), schema_.stamp())) [[likely]] {
      fill_plain(plan, first, cells, std::make_index_sequence<ReadingPlan::kinds>());
      for (const ReadingPlan::Column& column : plan.others()) fill_one(column.column, first, cells);
    } else {
      for (std::size_t j = 0; j < schema_.size(); ++j) fill_one(j, first, cells);
    }
  }

 private:
  /// The columns whose cells are all there, those of one type after those of another.
  template <std::size_t... Kinds>
  void fill_plain(const ReadingPlan& plan, std::size_t first, const MixedView<T>& cells,
                  std::index_sequence<Kinds...>) const {
    (fill_plain<ReadingPlan::Value<Kinds>>(plan.plain(Kinds), first, cells), ...);
  }
  template <class V>
  void fill_plain(std::span<const ReadingPlan::Column> columns, std::size_t first,
                  const MixedView<T>& cells) const {
    if constexpr (std::is_arithmetic_v<V>) {
      fill_plain<V>(columns, first, cells.numbers);
    } else {
      fill_plain<V>(columns, first, cells.texts);
    }
  }
  template <class V, class Cell>
  void fill_plain(std::span<const ReadingPlan::Column> columns, std::size_t first,
                  const MatrixView<Cell>& cells) const {
    const std::size_t rows = cells.rows();
    const std::ptrdiff_t row_stride = cells.row_stride();
    Cell* const row = cells.data();
    if (rows == 1) {  // what one request is: no loop a column
      for (const ReadingPlan::Column& column : columns) {
        const V* const value = static_cast<const V*>(column.cells) + first;
        const bool lost = put(row + column.slot, value, column.missing);
        if (lost) [[unlikely]]
          note_lost(column.column);
      }
      return;
    }
    for (const ReadingPlan::Column& column : columns) {
      const V* const values = static_cast<const V*>(column.cells) + first;
      Cell* cell = row + column.slot;
      bool lost = false;
      for (std::size_t i = 0; i < rows; ++i, cell += row_stride)
        lost |= put(cell, values + i, column.missing);
      if (lost) note_lost(column.column);
    }
  }

  void fill_one(std::size_t j, std::size_t first, const MixedView<T>& cells) const {
    const std::size_t slot = schema_.layout().slot(j);
    if (schema_.layout().kind(j) == Kind::number) {
      fill_column(j, first, cells.numbers.middle_cols(slot, 1));
    } else {
      fill_column(j, first, cells.texts.middle_cols(slot, 1));
    }
  }

  void note_lost(std::size_t j) const {
    if (watched_ != nullptr && (*watched_)[j]) tile_lost_ = true;
  }

  template <class Cell>
  void fill_column(std::size_t j, std::size_t first, const MatrixView<Cell>& cells) const {
    const Missing missing = schema_.columns()[j].missing_text();
    if (binding_[j] == Binding::absent) {
      for (std::size_t i = 0; i < cells.rows(); ++i) put_missing(&cells(i, 0), missing);
      return;
    }
    const TableColumn& column = table_.columns()[binding_[j]];
    const bool lost = std::visit(
        [&](const auto& values) {
          bool any = false;
          for (std::size_t i = 0; i < cells.rows(); ++i) {
            if (column.validity(first + i)) {
              any |= put(&cells(i, 0), &values[first + i], missing);
            } else {
              put_missing(&cells(i, 0), missing);
            }
          }
          return any;
        },
        column.values);
    if (lost) note_lost(j);
  }

  /// What `read` makes of the number in a row of a column; `nothing` if there is none.
  template <class Result, class Read>
  Result look(std::size_t i, std::size_t j, Result nothing, Read&& read) const {
    if (binding_[j] == Binding::absent) return nothing;
    const TableColumn& column = table_.columns()[binding_[j]];
    if (!column.validity(i)) return nothing;
    return std::visit(
        [&](const auto& values) {
          using V = std::remove_cvref_t<decltype(values[0])>;
          if constexpr (std::is_arithmetic_v<V>) return read(&values[i]);
          return nothing;
        },
        column.values);
  }

  static void put_missing(T* cell, Missing) noexcept { store_nan(cell); }
  static void put_missing(Text* cell, Missing spelled) noexcept { *cell = Text(spelled); }

  /// Writes a number; true if it may have lost something. A column of ordinary numbers takes one branch all
  /// the way.
  template <class V>
  static bool put(T* cell, const V* value, Missing) noexcept {
    if constexpr (std::is_same_v<V, T>) {
      *cell = *value;
    } else if constexpr (narrows<T, V>) {
      if (!ordinary<T>(value)) [[unlikely]]
        return put_unusual(cell, value);
      *cell = static_cast<T>(*value);
      return tiny<T>(value);
    } else if constexpr (std::is_floating_point_v<V>) {
      put_unusual(cell, value);
    } else if constexpr (std::is_integral_v<V>) {
      *cell = static_cast<T>(*value);
    }
    return false;
  }
  template <class V>
  static bool put_unusual(T* cell, const V* value) noexcept {
    // A conversion may turn a NaN into anything under -ffinite-math-only.
    if constexpr (std::is_floating_point_v<V>) {
      if (is_nan(value)) {
        store_nan(cell);
        return false;
      }
    }
    *cell = static_cast<T>(*value);
    return lost_as<T>(value) != Lost::nothing;
  }
  template <class V>
  static bool put(Text* cell, const V* value, Missing spelled) noexcept {
    if constexpr (std::is_same_v<V, Text>) {
      *cell = value->is_missing() ? Text(spelled) : *value;
    } else if constexpr (!std::is_arithmetic_v<V>) {
      *cell = Text(std::string_view(*value));
    }
    return false;
  }

  const Table& table_;
  const Schema& schema_;
  const Binding& binding_;
  const std::vector<bool>* watched_;
  mutable bool tile_lost_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
