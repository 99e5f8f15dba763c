// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "prepguard/detail/finding_counts.hpp"
#include "prepguard/policy.hpp"
#include "prepguard/report.hpp"
#include "prepguard/transformer_base.hpp"

// What the guard's checks see of a tile, and what they find in a row of it.
namespace prepguard::inline PREPGUARD_ABI::detail {

template <class T>
MatrixView<const Text> texts_of(const MixedView<T>& tile) noexcept {
  return tile.texts;
}
template <class T>
MatrixView<const Text> texts_of(const MatrixView<T>& tile) noexcept {
  if constexpr (std::is_same_v<std::remove_const_t<T>, Text>) {
    return tile;
  } else {
    return {};
  }
}

inline bool any_missing(const MatrixView<const Text>& texts) noexcept {
  for (std::size_t i = 0; i < texts.rows(); ++i) {
    for (std::size_t j = 0; j < texts.cols(); ++j) {
      if (texts(i, j).is_missing()) return true;
    }
  }
  return false;
}

/// A row whose numbers are others.
template <class T>
MixedView<const T> with_numbers(const MixedView<const T>& row, const MatrixView<const T>& numbers) noexcept {
  return {numbers, row.texts};
}
template <class T, class U>
MatrixView<const U> with_numbers(const MatrixView<const U>& row,
                                 const MatrixView<const T>& numbers) noexcept {
  if constexpr (std::is_same_v<T, U>) {
    return numbers;
  } else {
    return row;  // of text, which is never replaced
  }
}

/// What the checks found in one row.
struct RowFindings {
  const FindingCounts* counts = nullptr;  ///< where every finding is counted, if anywhere
  std::size_t bad = 0;                    ///< cells for which the row may not reach the model
  std::size_t first = 0;                  ///< column of the first of them
  std::size_t last = 0;                   ///< column of the last of them
  Check check{};                          ///< what it is
  Action action{};                        ///< the gravest action of all cells
  bool replace = false;                   ///< cells are to be replaced before the row is transformed
  bool finite = true;  ///< false if the row is to be served with a cell that is infinite or missing
  std::array<bool, check_count> refused{}, counted{};

  void add(Check what, Action then, std::size_t column) noexcept {
    if (then <= Action::count && (what == Check::inf || what == Check::missing)) finite = false;
    if (then == Action::ignore) return;
    if (counts != nullptr) counts->add(what, column);
    action = std::max(action, then);
    if (then < Action::reject_row) {
      counted[static_cast<std::size_t>(what)] = true;
      replace = replace || then == Action::replace;
      return;
    }
    refused[static_cast<std::size_t>(what)] = true;
    if (bad != 0 && last == column) return;  // found twice
    last = column;
    if (bad++ != 0) return;
    first = column;
    check = what;
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
