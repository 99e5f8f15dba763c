// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/counters.hpp"
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

/// `row 17, column "bill_length_mm" (2 of 7): NaN; training had ...` or, made by the pipeline,
/// `row 3, feature "num__body_mass_g" = inf`, then which step did it.
inline std::string line_of(const Violation& violation) {
  const ErrorInfo& info = violation.info;
  const std::string row = "row " + std::to_string(info.row) + ", ";
  if (stage_of(violation.check) == Stage::features) {
    return row + "feature \"" + info.column_name + "\" = " + info.got + "\n  " + info.what;
  }
  return row + "column \"" + info.column_name + "\" (" + std::to_string(info.column + 1) + " of " +
         std::to_string(info.columns) + "): " + info.what;
}

/// The rows of one batch that must not reach the model: all counted, the first few described. Costs nothing
/// until there is one.
class Rejection {
 public:
  /// Whether another row would be described.
  bool lists_more() const noexcept { return listed_.size() < listed; }
  void list(Violation violation) { listed_.push_back(std::move(violation)); }
  /// A row failed a check; `add_row` counts the row itself, once.
  void add(Check check) noexcept { ++failed_[static_cast<std::size_t>(check)]; }
  void add_row() noexcept { ++bad_rows_; }

  /// Throws the report if one of the `rows` rows of the batch is bad.
  void finish(std::size_t rows, Tally& tally) const {
    if (bad_rows_ == 0) [[likely]]
      return;
    for (std::size_t i = 0; i < check_count; ++i) {
      if (failed_[i] != 0) tally.fail(static_cast<Check>(i), failed_[i]);
    }
    throw Error(text(rows), listed_.front().info);
  }

 private:
  static constexpr std::size_t listed = 5;

  std::string text(std::size_t rows) const {
    const bool made = failed_[static_cast<std::size_t>(Check::non_finite_features)] != 0;
    const bool sent = bad_rows_ != failed_[static_cast<std::size_t>(Check::non_finite_features)];
    std::string text = "prepguard: ";
    if (sent) {
      text += rows_of_rows(bad_rows_, rows) + " rejected at input" + (made ? " and features" : "") + "\n  ";
    } else {
      text +=
          "features are not finite" + (bad_rows_ > 1 ? " in " + rows_of_rows(bad_rows_, rows) : "") + ": ";
    }
    for (const Violation& violation : listed_) {
      if (&violation != &listed_.front()) text += "\n  ";
      text += line_of(violation);
    }
    const std::size_t more = bad_rows_ - listed_.size();
    if (more != 0) text += "\n  and " + std::to_string(more) + (more == 1 ? " more row" : " more rows");
    return text + "\n  do: " + listed_.front().info.advice;
  }

  std::size_t bad_rows_ = 0;
  std::array<std::size_t, check_count> failed_{};
  std::vector<Violation> listed_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
