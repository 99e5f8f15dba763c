// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/tally.hpp"
#include "prepguard/error.hpp"
#include "prepguard/report.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// An error of the guard that concerns no single row.
[[noreturn]] inline void throw_refusal(ErrorInfo info) {
  const std::string text = "prepguard: " + to_text(info);
  throw Error(text, std::move(info));
}

/// `3 of 64 rows`
inline std::string rows_of_rows(std::size_t some, std::size_t all) {
  return std::to_string(some) + " of " + std::to_string(all) + (all == 1 ? " row" : " rows");
}

/// Which row of those that came in is row `row` of those left, when the rows `gone` were taken out.
inline std::size_t row_that_came_in(std::size_t row, const std::vector<std::size_t>& gone) noexcept {
  for (const std::size_t other : gone) row += other <= row ? 1 : 0;
  return row;
}

/// `row 17, column "bill_length_mm" (2 of 7): NaN; training had ...` or, made by the pipeline,
/// `row 3, feature "num__body_mass_g" = inf`, then which step did it.
inline std::string line_of(const Violation& violation) {
  const ErrorInfo& info = violation.info;
  const std::string row = "row " + std::to_string(info.row) + ", ";
  if (stage_of(violation.check) == Stage::features && info.expected == finite_feature) {
    return row + "feature \"" + info.column_name + "\" = " + info.got + "\n  " + info.what;
  }
  if (info.column_name.empty()) return row + info.what;  // between two steps, where columns have no names
  std::string text = row + "column \"" + info.column_name + '"';
  if (info.columns > 0)
    text += " (" + std::to_string(info.column + 1) + " of " + std::to_string(info.columns) + ')';
  return text + ": " + info.what;
}

/// What a Rejection holds once there is a row.
struct RejectedRows {
  std::vector<std::size_t> rows{};
  bool fails = false;
  std::array<std::size_t, check_count> refused{};
  std::vector<Violation> failing{}, others{};  // a few rows of those that fail the call, and of the others
};

/// The rows of one batch that must not reach the model: all counted, the first few described. Costs nothing
/// until there is one.
class Rejection {
 public:
  /// Whether another row would be described: some of those that fail the call, and some of the others.
  bool lists_more(bool fails = true) noexcept {
    return (fails ? all().failing : all().others).size() < listed;
  }
  void list(Violation violation, bool fails = true) {
    (fails ? all().failing : all().others).push_back(std::move(violation));
  }
  /// A row was refused by a check; `add_row` counts the row itself, once.
  void add(Check check) noexcept { ++all().refused[static_cast<std::size_t>(check)]; }
  /// `fails`: the whole call is refused with it.
  void add_row(std::size_t row, bool fails = true) {
    all().rows.push_back(row);
    all().fails = all().fails || fails;
  }

  /// Throws the report if one of the `rows` rows of the batch fails, or none is left; else returns the rows
  /// that are taken out.
  std::vector<std::size_t> finish(std::size_t rows, Tally& tally) {
    if (!all_ || all_->rows.empty()) [[likely]]
      return {};
    const bool fails = all_->fails || all_->rows.size() == rows;
    for (std::size_t i = 0; i < check_count; ++i) {
      if (all_->refused[i] == 0) continue;
      if (fails) {
        tally.fail(static_cast<Check>(i), all_->refused[i]);
      } else {
        tally.reject(static_cast<Check>(i), all_->refused[i]);
      }
    }
    if (fails) fail(rows);
    for (Violation& violation : all_->others)
      tally.describe(Severity::error, violation.check, [&] { return std::move(violation); });
    return std::move(all_->rows);
  }

 private:
  static constexpr std::size_t listed = 5;
  RejectedRows& all() noexcept { return all_ ? *all_ : all_.emplace(); }

  [[noreturn]] void fail(std::size_t rows) {
    for (Violation& violation : all_->others) {
      if (all_->failing.size() < listed) all_->failing.push_back(std::move(violation));
    }
    throw Error(text(rows), all_->failing.front().info);
  }

  std::string text(std::size_t rows) const {
    const bool made = all_->refused[static_cast<std::size_t>(Check::non_finite_features)] != 0;
    const bool sent =
        all_->rows.size() != all_->refused[static_cast<std::size_t>(Check::non_finite_features)];
    std::string text = "prepguard: ";
    if (sent) {
      text += rows_of_rows(all_->rows.size(), rows) + " rejected at input" + (made ? " and features" : "") +
              "\n  ";
    } else {
      text += "features are not finite" +
              (all_->rows.size() > 1 ? " in " + rows_of_rows(all_->rows.size(), rows) : "") + ": ";
    }
    for (const Violation& violation : all_->failing) {
      if (&violation != &all_->failing.front()) text += "\n  ";
      text += line_of(violation);
    }
    const std::size_t more = all_->rows.size() - all_->failing.size();
    if (more != 0) text += "\n  and " + std::to_string(more) + (more == 1 ? " more row" : " more rows");
    return text + "\n  do: " + all_->failing.front().info.advice;
  }

  std::optional<RejectedRows> all_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
