// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/place.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// One output of a column: a category by its position, or the group of infrequent ones.
struct ReducedCategory {
  std::size_t position = 0;
  bool is_group = false;
};

/// The fitted state of one encoded column.
struct OneHotColumn : EncodedColumn {
  std::int64_t drop = -1;  ///< position in the reduced list; -1: none

  /// The frequent categories in order, then the group of infrequent ones.
  std::vector<ReducedCategory> reduced() const {
    std::vector<ReducedCategory> list;
    for (std::size_t i = 0; i < categories.size(); ++i) {
      if (!is_infrequent(i)) list.push_back({i, false});
    }
    if (!infrequent.empty()) list.push_back({0, true});
    return list;
  }
  /// The reduced list without the dropped one: one output each.
  std::vector<ReducedCategory> outputs() const {
    std::vector<ReducedCategory> list = reduced();
    if (drop >= 0) list.erase(list.begin() + static_cast<std::ptrdiff_t>(drop));
    return list;
  }
  std::optional<ReducedCategory> dropped() const {
    if (drop < 0) return std::nullopt;
    return reduced()[static_cast<std::size_t>(drop)];
  }
  /// The output of every category, counted from `first`; -1 for a dropped one.
  std::vector<std::int32_t> targets(std::int32_t first) const {
    std::vector<std::int32_t> targets(categories.size(), -1);
    const std::vector<ReducedCategory> list = outputs();
    for (std::size_t k = 0; k < list.size(); ++k) {
      const auto target = first + static_cast<std::int32_t>(k);
      if (!list[k].is_group) targets[list[k].position] = target;
      if (!list[k].is_group) continue;
      for (const std::int64_t i : infrequent) targets[static_cast<std::size_t>(i)] = target;
    }
    return targets;
  }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    EncodedColumn::fields(self, visit);
    visit("drop", self.drop);
  }
  friend bool operator==(const OneHotColumn&, const OneHotColumn&) = default;
};

/// What the name of an output says after the column's. scikit-learn turns categories beside a group into
/// objects, so that float32 ones then print as the doubles they equal.
inline std::string output_text(const OneHotColumn& column, const ReducedCategory& output) {
  if (output.is_group) return std::string(infrequent_name);
  const bool as_double = column.categories.dtype() == DType::float32 && !column.infrequent.empty() &&
                         column.categories.missing(output.position) == Missing::no;
  return as_double ? repr_text(column.categories.real(output.position))
                   : python_text(column.categories, output.position);
}

/// The fitted state of an encoder, the same whether it reads numbers or text.
struct OneHotState {
  HandleUnknown handle_unknown_ = HandleUnknown::error;
  std::vector<OneHotColumn> columns_{};
  friend bool operator==(const OneHotState&, const OneHotState&) = default;
};

template <class Cell>
void check_one_hot_column(const Place& at, const OneHotColumn& column, bool keras) {
  check_encoded_column<Cell>(at, column, keras);
  const auto choices = static_cast<std::int64_t>(column.reduced().size());
  if (column.drop < -1 || column.drop >= choices) {
    (at / "drop")
        .fail("-1 or a position in the reduced list of " + std::to_string(choices),
              std::to_string(column.drop));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
