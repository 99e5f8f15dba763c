// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/one_hot_state.hpp"
#include "prepguard/detail/reduced_list.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// One column of a one-hot encoder, ready for use: categories to outputs and back.
template <class Cell>
class OneHotTable {
 public:
  static constexpr std::int32_t zeros = -1, refused = -2;

  /// `first`: the column's first output.
  OneHotTable(const OneHotColumn& column, HandleUnknown handle_unknown, std::size_t first)
      : reduced_(column),
        outputs_(column.outputs()),
        dropped_(column.dropped()),
        leading_(handle_unknown == HandleUnknown::first_column) {
    const std::vector<std::int32_t> targets =
        column.targets(static_cast<std::int32_t>(first + (leading_ ? 1 : 0)));
    const bool joins = handle_unknown == HandleUnknown::infrequent_if_exist && !column.infrequent.empty();
    if (handle_unknown == HandleUnknown::error) {
      unknown_ = refused;
    } else if (leading_) {
      unknown_ = static_cast<std::int32_t>(first);
    } else if (joins) {
      unknown_ = targets[static_cast<std::size_t>(column.infrequent.front())];
      reduced_.unknown_joins_group();
    }
    index_ = CategoryIndex<Cell>(column.categories, targets, unknown_);
  }

  /// The categories and the group that have an output, in that order.
  const std::vector<ReducedCategory>& outputs() const noexcept { return outputs_; }
  /// Number of outputs, one that marks unknown categories included.
  std::size_t width() const noexcept { return outputs_.size() + (leading_ ? 1 : 0); }
  bool knows(const Cell* cell) const noexcept { return index_.find(cell) >= 0; }

  /// Where the outputs that are 1 are found: targets of at least 0; `zeros` or `refused`.
  const CategoryIndex<Cell>& index() const noexcept { return index_; }
  /// How categories are numbered without regard to outputs.
  const ReducedList& reduced() const noexcept { return reduced_; }

  /// What the outputs at `cells` stand for; false if for nothing that `out` can hold.
  template <Number T>
  bool decode(const Array& categories, const T* cells, Cell* out) const {
    const T* largest = std::max_element(cells, cells + width());
    if (width() == 0 || *largest == T{0}) {
      if (dropped_) return put(categories, *dropped_, out);
      put_missing(out);
      return unknown_ == zeros;
    }
    const auto k = static_cast<std::size_t>(largest - cells);
    if (!leading_) return put(categories, outputs_[k], out);
    put_missing(out);
    return k == 0 || put(categories, outputs_[k - 1], out);
  }

 private:
  static bool put(const Array& categories, ReducedCategory category, Cell* out) {
    if (category.is_group) return put_group(out);
    *out = CategoryIndex<Cell>::cell_at(categories, category.position);
    return true;
  }

  CategoryIndex<Cell> index_{};
  ReducedList reduced_;
  std::vector<ReducedCategory> outputs_;
  std::optional<ReducedCategory> dropped_;
  std::int32_t unknown_ = zeros;
  bool leading_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
