// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/row_rules.hpp"
#include "prepguard/detail/row_window.hpp"
#include "prepguard/detail/stream_judge.hpp"
#include "prepguard/detail/stream_text.hpp"
#include "prepguard/detail/stream_totals.hpp"
#include "prepguard/detail/tally.hpp"
#include "prepguard/error.hpp"
#include "prepguard/report.hpp"
#include "prepguard/schema.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The checks of many rows: collects the rows of all calls into windows, judges each full window, and keeps
/// the last verdict of every column. A copy starts anew, a moved one takes the windows with it.
template <class T>
class StreamChecks {
 public:
  /// Looks at nothing.
  StreamChecks() = default;
  /// Looks at nothing if training is not known.
  StreamChecks(std::vector<Column> columns, const Layout& layout)
      : state_(std::make_unique<State>(std::move(columns), layout)) {
    if (!state_->judge.knows_training()) state_.reset();
  }
  StreamChecks(const StreamChecks& other)
      : state_(other.state_ ? std::make_unique<State>(other.state_->columns, other.state_->layout)
                            : nullptr) {}
  StreamChecks(StreamChecks&&) noexcept = default;
  StreamChecks& operator=(StreamChecks other) noexcept {
    state_ = std::move(other.state_);
    return *this;
  }
  ~StreamChecks() = default;

  /// Every how manyth row of a call is looked at; 0: none. At most a window of a call. While the last window
  /// was as in training, one row in eight, and at most a quarter of a window.
  std::size_t stride(std::size_t rows, const RowRules<T>& rules) const noexcept {
    if (!state_ || !rules.watches_streams()) return 0;
    if (!state_->calm.load(std::memory_order_relaxed))
      return std::max<std::size_t>(1, (rows + window_rows - 1) / window_rows);
    return std::max<std::size_t>(8, (4 * rows + window_rows - 1) / window_rows);
  }

  /// Looks at every `stride`th row of all tiles that come in this thread.
  template <class In>
  void observe(const In& tile, std::size_t stride, const RowRules<T>& rules) const noexcept {
    thread_local std::size_t skip = 0;  // rows until the next one that is looked at
    skip = std::min(skip, stride - 1);
    for (std::size_t row = skip; row < tile.rows();) {
      const auto claim = state_->windows.claim((tile.rows() - row + stride - 1) / stride);
      if (claim.count == 0) break;
      for (std::size_t i = 0; i < claim.count; ++i, row += stride) state_->windows.put(claim, i, tile, row);
      if (state_->windows.filled(claim)) judge(claim.window, rules);
    }
    skip = (skip + stride - tile.rows() % stride) % stride;
  }

  /// Judges the rows that wait for a full window.
  void judge_now(const RowRules<T>& rules) const noexcept {
    if (!state_) return;
    const auto claim = state_->windows.close();
    if (claim.count != 0 && state_->windows.filled(claim)) judge(claim.window, rules);
  }

  /// Throws what the last window showed, if the policy refuses calls for it.
  void refuse(const RowRules<T>& rules, Tally& tally) const {
    if (!state_ || (state_->found.load(std::memory_order_relaxed) & rules.refused_streams()) == 0) [[likely]]
      return;
    const std::lock_guard lock(state_->mutex);
    for (std::size_t c = 0; c < check_count; ++c) {
      const auto check = static_cast<Check>(c);
      if (!is_of_stream(check)) continue;
      const auto fails = [&](std::size_t column) { return rules.action(check, column) == Action::fail; };
      const std::vector<std::size_t> columns = columns_with(check, fails);
      if (columns.empty()) continue;
      tally.fail(check);
      fail(check, columns);
    }
  }

  void add_to(Report& report) const {
    if (!state_) return;
    const std::lock_guard lock(state_->mutex);
    for (std::size_t j = 0; j < state_->columns.size(); ++j) {
      if (state_->columns[j].kind() == Kind::number && state_->columns[j].used)
        report.columns.push_back(state_->totals[j].report(state_->columns[j]));
    }
    for (std::size_t c = 0; c < check_count; ++c) {
      const auto check = static_cast<Check>(c);
      report.found[c].served += state_->windows_with[c];
      const std::vector<std::size_t> columns = columns_with(check, [](std::size_t) { return true; });
      if (!columns.empty()) report.verdicts.push_back(verdict(check, columns));
    }
  }

 private:
  struct State {
    State(std::vector<Column> input, const Layout& order)
        : columns(std::move(input)),
          layout(order),
          windows(layout.numbers(), layout.texts()),
          judge(columns, layout, windows.columns()),
          totals(columns.size()) {}

    std::vector<Column> columns;
    Layout layout;
    RowWindows<T> windows;
    std::atomic<std::uint32_t> found{0};  // bit c: check c found something in the last window
    std::atomic<bool> calm{false};
    std::mutex mutex{};  // of what follows
    StreamJudge<T> judge;
    std::vector<ColumnTotals> totals;
    std::array<std::uint64_t, check_count> windows_with{};
    std::size_t rows = 0;  // of the last window
  };

  /// Out of memory, a window stays unjudged.
  [[gnu::noinline]] void judge(std::size_t window, const RowRules<T>& rules) const noexcept {
    try {
      const std::lock_guard lock(state_->mutex);
      state_->rows = state_->windows.rows(window);
      state_->judge.judge(state_->windows, window, rules);
      std::uint32_t found = 0;
      for (std::size_t j = 0; j < state_->columns.size(); ++j) {
        state_->totals[j].add(state_->judge.seen()[j]);
        const StreamFinding& finding = state_->judge.findings()[j];
        if (finding.check) found |= bit(*finding.check);
        if (finding.missing) found |= bit(*finding.missing);
      }
      for (std::size_t c = 0; c < check_count; ++c) state_->windows_with[c] += (found >> c) & 1U;
      state_->found.store(found, std::memory_order_relaxed);
      state_->calm.store(found == 0, std::memory_order_relaxed);
    } catch (...) {
    }
    state_->windows.reopen(window);
  }

  template <class Wanted>
  std::vector<std::size_t> columns_with(Check check, const Wanted& wanted) const {
    std::vector<std::size_t> columns;
    for (std::size_t j = 0; j < state_->columns.size(); ++j) {
      if (state_->judge.findings()[j].has(check) && wanted(j)) columns.push_back(j);
    }
    return columns;
  }
  StreamText text() const {
    return {state_->columns, state_->judge.findings(), state_->judge.judged_numbers(), state_->rows};
  }

  Verdict verdict(Check check, const std::vector<std::size_t>& columns) const {
    Verdict verdict{.check = check, .text = text().of(check, columns)};
    for (const std::size_t j : columns) {
      verdict.columns.push_back(state_->columns[j].name);
      verdict.windows = std::max(verdict.windows, state_->judge.findings()[j].windows);
    }
    return verdict;
  }

  [[noreturn]] void fail(Check check, const std::vector<std::size_t>& columns) const {
    const StreamText words = text();
    throw Error("prepguard: " + words.of(check, columns),
                ErrorInfo{.code = Errc::rejected,
                          .where = "input",
                          .what = words.headline(check, columns),
                          .column = static_cast<std::int64_t>(columns.front()),
                          .columns = static_cast<std::int64_t>(state_->columns.size()),
                          .column_name = state_->columns[columns.front()].name,
                          .expected = "columns as in training",
                          .got = "columns that are not",
                          .advice = std::string(StreamText::advice(check)),
                          .check = std::string(name(check))});
  }
  static std::uint32_t bit(Check check) noexcept { return 1U << static_cast<unsigned>(check); }

  std::unique_ptr<State> state_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
