// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "prepguard/detail/distribution.hpp"
#include "prepguard/detail/permutation.hpp"
#include "prepguard/detail/row_rules.hpp"
#include "prepguard/detail/row_window.hpp"
#include "prepguard/detail/scalings.hpp"
#include "prepguard/detail/stream_findings.hpp"
#include "prepguard/detail/text_distribution.hpp"
#include "prepguard/detail/window_columns.hpp"
#include "prepguard/schema.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Judges windows of rows by what training saw: compares every column with its training distribution, and
/// explains those that do not fit. The limit of the misfit makes false alarms rarer than one in 10,000
/// windows for all columns together: e^-16, split among all comparisons; e^-11.5 (1 in 100,000) for a column
/// stuck at one value.
template <class T>
class StreamJudge {
 public:
  StreamJudge(const std::vector<Column>& columns, const Layout& layout, std::size_t padded)
      : window_(padded), findings_(columns.size()), seen_(columns.size()) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (!columns[j].used) continue;
      const std::size_t slot = layout.slot(j);
      if (layout.kind(j) == Kind::text) {
        if (columns[j].texts.count > 0) texts_.push_back({j, slot, TextDistribution(columns[j].texts)});
      } else if (const auto training = Distribution::of(columns[j].numbers)) {
        numbers_.push_back({j, slot, *training, static_cast<double>(columns[j].rows_seen()),
                            static_cast<double>(columns[j].missing_seen())});
        window_.set_training(slot, *training);
      }
    }
    const double columns_judged =
        static_cast<double>(std::max<std::size_t>(1, numbers_.size() + texts_.size()));
    limit_ = 16.0 + std::log(2.0 * quantile_levels.size() * columns_judged);
    stuck_limit_ = 11.5 + std::log(columns_judged);
  }

  /// False if nothing is known about training.
  bool knows_training() const noexcept { return !numbers_.empty() || !texts_.empty(); }
  double limit() const noexcept { return limit_; }
  /// For every input column, what the last window showed.
  const std::vector<StreamFinding>& findings() const noexcept { return findings_; }
  /// The numbers of the last window, column by column.
  const std::vector<ColumnWindow>& seen() const noexcept { return seen_; }
  std::size_t judged_numbers() const noexcept { return numbers_.size(); }

  /// `rules` say which findings are ignored, and from which population stability index on a column drifts.
  void judge(const RowWindows<T>& windows, std::size_t which, const RowRules<T>& rules) {
    const std::size_t rows = windows.rows(which);
    window_.summarize(windows.cells(which), rows);
    odd_.clear();
    for (std::size_t k = 0; k < numbers_.size(); ++k) judge_numbers(k, rules);
    if (!odd_.empty()) explain(windows, which, rules);
    for (const TextColumn& column : texts_) {
      const std::uint32_t* marks = windows.marks(which) + column.slot;
      settle(column.column,
             column.training.judge(marks, windows.texts(), rows, limit_, rules.drift_from(column.column)),
             rules);
    }
  }

 private:
  struct NumberColumn {
    std::size_t column, slot;
    Distribution training;
    double rows, missing;  // of training
  };
  struct TextColumn {
    std::size_t column, slot;
    TextDistribution training;
  };
  struct Odd {
    std::size_t number;  // place in numbers_
    StreamFinding finding;
    std::vector<double> sorted;
  };
  static constexpr std::size_t most_swapped = 64;  // columns compared with each other

  /// Keeps what is not ignored, and count of the windows in a row that showed the same.
  void settle(std::size_t column, StreamFinding found, const RowRules<T>& rules) {
    StreamFinding& kept = findings_[column];
    for (std::optional<Check>* check : {&found.check, &found.missing}) {
      if (*check && rules.action(**check, column) == Action::ignore) check->reset();
    }
    const bool again = found.check == kept.check && found.missing == kept.missing;
    found.windows = found.check || found.missing ? (again ? kept.windows : 0) + 1 : 0;
    kept = found;
  }

  void judge_numbers(std::size_t k, const RowRules<T>& rules) {
    const NumberColumn& column = numbers_[k];
    const ColumnWindow& now = seen_[column.column] = window_.column(column.slot);
    StreamFinding found;
    found.mean = now.mean;
    found.std = now.std;
    found.missing_share = 1.0 - now.present / now.rows;
    if (is_unusually_missing(found.missing_share, now.rows, column.missing, column.rows, limit_))
      found.missing = Check::missing_rate;
    if (now.present > 0) {
      const Edges shares = shares_below(now.below, now.not_above, now.present);
      if (is_stuck(now, column.training)) {
        found.check = Check::constant_column;
        found.median = now.least;
      } else if (!surely_fits(shares, now.present, column.training.present, limit_)) {
        found.misfit = misfit(shares, now.present, column.training.present);
        found.stability = stability_index(shares, now.present);
        if (found.misfit > limit_) {
          odd_.push_back({k, found, {}});
          return;
        }
      }
    }
    settle(column.column, found, rules);
  }

  /// All values equal, which they would hardly be if they came from training's distribution.
  bool is_stuck(const ColumnWindow& now, const Distribution& training) const {
    if (!now.has_finite || now.least != now.most || !(training.max > training.min)) return false;
    return misfit(1.0, now.present, largest_share_at(training, now.least), training.present) > stuck_limit_;
  }

  void explain(const RowWindows<T>& windows, std::size_t which, const RowRules<T>& rules) {
    for (Odd& odd : odd_) sort_values(odd, windows, which);
    find_swaps();
    for (Odd& odd : odd_) {
      const NumberColumn& column = numbers_[odd.number];
      StreamFinding& found = odd.finding;
      if (!found.check && !odd.sorted.empty()) {
        if (const auto change = ChangeFinder(odd.sorted, column.training, limit_ / 2).find()) {
          found.check = is_scaler(change->scaling) ? Check::already_scaled : Check::rescaled;
          found.explained = *change;
        } else if (found.stability >= rules.drift_from(column.column)) {
          found.check = Check::drift;
        }
      }
      settle(column.column, found, rules);
    }
  }

  void sort_values(Odd& odd, const RowWindows<T>& windows, std::size_t which) const {
    const T* cell = windows.cells(which) + numbers_[odd.number].slot;
    for (std::size_t i = 0; i < windows.rows(which); ++i, cell += windows.columns()) {
      if (is_finite(cell)) odd.sorted.push_back(double{*cell});
    }
    std::sort(odd.sorted.begin(), odd.sorted.end());
    if (!odd.sorted.empty()) odd.finding.median = odd.sorted[odd.sorted.size() / 2];
  }

  /// Columns that fit each other's training in a cycle: two that were swapped, or more in another order.
  void find_swaps() {
    const std::size_t count = std::min(odd_.size(), most_swapped);
    std::vector<std::vector<double>> cost(count, std::vector<double>(count, 2.0 * limit_));
    for (std::size_t i = 0; i < count; ++i) {
      const double present = static_cast<double>(odd_[i].sorted.size());
      for (std::size_t j = 0; j < count && present > 0; ++j) {
        const Distribution& other = numbers_[odd_[j].number].training;
        if (i != j) cost[i][j] = misfit(shares_below(odd_[i].sorted, other, {}), present, other.present);
      }
    }
    const Pairing pairing(cost, limit_ / 2);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t other = pairing.in_cycle(i);
      if (other == Pairing::none) continue;
      odd_[i].finding.check = Check::swapped_columns;
      odd_[i].finding.partner = numbers_[odd_[other].number].column;
    }
  }

  WindowColumns<T> window_;
  std::vector<NumberColumn> numbers_{};
  std::vector<TextColumn> texts_{};
  std::vector<StreamFinding> findings_;
  std::vector<ColumnWindow> seen_;
  std::vector<Odd> odd_{};
  double limit_ = 0, stuck_limit_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
