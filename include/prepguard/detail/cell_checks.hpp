// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_rules.hpp"
#include "prepguard/detail/known_categories.hpp"
#include "prepguard/detail/narrowing.hpp"
#include "prepguard/detail/row_findings.hpp"
#include "prepguard/detail/row_rules.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What the checks of single cells find in the rows of `Source`.
template <Number T, class Source>
class CellChecks {
 public:
  CellChecks(const InputRules& input, const KnownCategories<T>& known, const RowRules<T>& rules,
             const Source& source, const FindingCounts& counts) noexcept
      : input_(input), known_(known), rules_(rules), source_(source), counts_(counts) {}

  /// True if there is nothing to find in a tile; its numbers are finite.
  template <class In>
  bool healthy(const In& in) const noexcept {
    return !tile_lost() && rules_.all_within(numbers_of(in)) && !any_missing(texts_of(in)) &&
           known_.knows_all(rules_.watched_categories(), in);
  }

  /// All findings in the cells of row `number`; calls `on_unknown(j)` for each unknown category.
  template <class In, class OnUnknown>
  RowFindings look_at(const In& row, std::size_t number, OnUnknown&& on_unknown) const {
    RowFindings found{&counts_};
    const Layout& layout = input_.layout();
    std::size_t next = 0;  // among the categories that are watched, which come in the order of their columns
    for (std::size_t j = 0; j < layout.size(); ++j) {
      const std::optional<Check> check = check_of_cell(row, j, number);
      const bool imputed = check == Check::missing && input_.may_be(missing_of(row, j), j);
      if (check && !imputed) found.add(*check, rules_.action(*check, j), j);
      if (imputed && rules_.action(*check, j) != Action::ignore) {
        found.counted[static_cast<std::size_t>(Check::missing)] = true;
        counts_.add(Check::missing, j);
      }
      if (check != Check::inf && check != Check::narrowing && lost(number, j) != Lost::nothing)
        found.add(Check::narrowing, rules_.action(Check::narrowing, j), j);
      if (knows_category(row, j, next)) continue;
      found.add(Check::unknown_category, rules_.action(Check::unknown_category, j), j);
      on_unknown(j);
    }
    return found;
  }

  /// What is wrong with a cell of row `number`, but for what narrowing took and for unknown categories.
  template <class In>
  std::optional<Check> check_of_cell(const In& row, std::size_t column, std::size_t number) const noexcept {
    const std::size_t slot = input_.layout().slot(column);
    if (missing_of(row, column) != Missing::no) return Check::missing;
    if (input_.layout().kind(column) == Kind::text) return std::nullopt;
    const auto numbers = numbers_of(row);
    if (is_finite(&numbers(0, slot))) return rules_.outside(numbers(0, slot), column, slot);
    // A number that overflowed is an infinity, unless only the other check refuses it.
    const Action narrowing = rules_.action(Check::narrowing, column);
    const bool graver = narrowing >= Action::reject_row && narrowing > rules_.action(Check::inf, column);
    return graver && lost(number, column) == Lost::overflow ? Check::narrowing : Check::inf;
  }

  template <class In>
  Missing missing_of(const In& row, std::size_t column) const noexcept {
    const std::size_t slot = input_.layout().slot(column);
    if (input_.layout().kind(column) == Kind::text) return texts_of(row)(0, slot).missing();
    return is_nan(&numbers_of(row)(0, slot)) ? Missing::nan : Missing::no;
  }

  /// A bad cell in words: NaN, inf, -inf, 12.5, or None in a column of text.
  template <class In>
  std::string spelled(const In& cells, std::size_t column) const {
    const std::size_t slot = input_.layout().slot(column);
    if (input_.layout().kind(column) == Kind::text) return shown(texts_of(cells)(0, slot));
    const T& cell = numbers_of(cells)(0, slot);
    return is_finite(&cell) ? plain_number(cell) : non_finite_name(&cell);
  }

 private:
  /// Whether the encoders that would serve an unknown category of column `j` know its cell.
  template <class In>
  bool knows_category(const In& row, std::size_t j, std::size_t& next) const noexcept {
    const std::vector<std::size_t>& watched = rules_.watched_categories();
    bool known = true;
    for (; next < watched.size() && known_.column(watched[next]) == j; ++next)
      known = known && known_.knows(watched[next], row, 0);
    return known;
  }

  /// What the number of a column that is watched lost when it became a cell.
  Lost lost(std::size_t number, std::size_t j) const noexcept {
    if constexpr (requires { source_.lost(number, j); }) {
      if (tile_lost() && rules_.watched_for_narrowing()[j]) return source_.lost(number, j);
    }
    return Lost::nothing;
  }
  bool tile_lost() const noexcept {
    if constexpr (requires { source_.tile_lost(); }) return source_.tile_lost();
    return false;
  }

  const InputRules& input_;
  const KnownCategories<T>& known_;
  const RowRules<T>& rules_;
  const Source& source_;
  const FindingCounts& counts_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
