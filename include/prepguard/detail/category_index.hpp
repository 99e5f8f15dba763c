// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/number_index.hpp"
#include "prepguard/detail/text_index.hpp"
#include "prepguard/text.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

template <class Cell>
struct IndexFor {
  using Type = NumberIndex<Cell>;
};
template <>
struct IndexFor<Text> {
  using Type = TextIndex;
};

/// Finds a cell among the categories of a column, and with it what an encoder makes of that category: its
/// position and its target lie side by side, so that one look-up gives either. Built once; may be copied.
template <class Cell>
class CategoryIndex {
 public:
  CategoryIndex() = default;

  /// `categories` holds text for `Text`, numbers representable in `Cell` otherwise; no category twice. The
  /// target of a category is its position, that of other cells -1.
  explicit CategoryIndex(const Array& categories) {
    for (std::size_t i = 0; i < categories.size(); ++i) insert(categories, i, static_cast<std::int32_t>(i));
    index_.settle();
  }
  /// The same with a target for each category; cells that are none have the target `unknown`.
  CategoryIndex(const Array& categories, const std::vector<std::int32_t>& targets, std::int32_t unknown)
      : index_(CategoryEntry{-1, unknown}) {
    for (std::size_t i = 0; i < categories.size(); ++i) insert(categories, i, targets[i]);
    index_.settle();
  }

  /// Position of `*cell` in the categories, or -1.
  std::int32_t find(const Cell* cell) const noexcept { return index_.look_up(cell).position; }
  /// The target of `*cell`.
  std::int32_t target(const Cell* cell) const noexcept { return index_.look_up(cell).target; }

  /// Calls `use(i, target)` for each of the `rows` cells of a column, `stride` apart.
  template <class Use>
  void for_each_target(const Cell* cells, std::ptrdiff_t stride, std::size_t rows, Use&& use) const noexcept {
    index_.for_each(cells, stride, rows,
                    [&use](std::size_t i, const CategoryEntry& found) { use(i, found.target); });
  }
  /// Calls `use(i, position)` for each of them.
  template <class Use>
  void for_each_position(const Cell* cells, std::ptrdiff_t stride, std::size_t rows,
                         Use&& use) const noexcept {
    index_.for_each(cells, stride, rows,
                    [&use](std::size_t i, const CategoryEntry& found) { use(i, found.position); });
  }

  /// Category `i` as a cell.
  static Cell cell_at(const Array& categories, std::size_t i) {
    if constexpr (Number<Cell>) {
      return static_cast<Cell>(categories.real(i));
    } else {
      return categories.texts()[i];
    }
  }

 private:
  void insert(const Array& categories, std::size_t i, std::int32_t target) {
    index_.insert(cell_at(categories, i), CategoryEntry{static_cast<std::int32_t>(i), target},
                  categories.size());
  }

  typename IndexFor<Cell>::Type index_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
