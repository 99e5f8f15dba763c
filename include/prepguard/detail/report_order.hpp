// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/report.hpp"

// What stands first in a report: what an operator has to look at.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The shares of training in the bins of a ColumnReport.
inline constexpr std::array<double, 8> training_shares{0.01, 0.04, 0.2, 0.25, 0.25, 0.2, 0.04, 0.01};

/// The name of a bin: the training quantiles it lies between.
inline constexpr std::array<std::string_view, 8> bin_names{"below 1 %",  "1 to 5 %",   "5 to 25 %",
                                                           "25 to 50 %", "50 to 75 %", "75 to 95 %",
                                                           "95 to 99 %", "above 99 %"};

/// The checks that found something, worst first: refused before taken out before served.
inline std::vector<Check> found_checks(const Report& report) {
  std::vector<Check> checks;
  for (std::size_t i = 0; i < check_count; ++i) {
    if (report.found[i].all() != 0) checks.push_back(static_cast<Check>(i));
  }
  std::stable_sort(checks.begin(), checks.end(), [&](Check a, Check b) {
    const auto rank = [&](Check check) {
      const Report::Found& some = report.of(check);
      return std::tuple(some.failed, some.rejected, some.served);
    };
    return rank(a) > rank(b);
  });
  return checks;
}

/// A share between 0 and 1; what is none counts as 0.
inline double share_of(const double& value) noexcept {
  return is_finite(&value) ? std::clamp(value, 0.0, 1.0) : 0.0;
}
inline double missing_share(const ColumnReport& column) noexcept {
  if (column.rows == 0) return 0.0;
  return std::min(1.0, static_cast<double>(column.missing) / static_cast<double>(column.rows));
}

inline bool has_bins(const ColumnReport& column) noexcept {
  return column.edges.size() + 1 == column.shares.size() && column.rows > column.missing;
}

/// The population stability index of serving against training: sum over the bins of (s - t) ln(s / t), where
/// a bin without a row counts as half a row. Nothing if there are no bins, or no rows in them.
inline std::optional<double> stability_index(const ColumnReport& column) {
  if (!has_bins(column)) return std::nullopt;
  const double half_a_row = 0.5 / static_cast<double>(column.rows - column.missing);
  double sum = 0.0;
  for (std::size_t i = 0; i < training_shares.size(); ++i) {
    const double share = std::max(share_of(column.shares[i]), half_a_row);
    sum += (share - training_shares[i]) * std::log(share / training_shares[i]);
  }
  return sum;
}

struct RankedColumn {
  const ColumnReport* column;
  std::optional<double> stability;
  bool accused;  ///< a verdict names it

  /// How far serving is from training: the stability index and the change in the share of missing values.
  double distance() const noexcept {
    return stability.value_or(0.0) + std::abs(missing_share(*column) - share_of(column->training_missing));
  }
};

/// The columns, worst first: those that verdicts name, then by how far they moved; without rows last. They
/// point into `report`.
inline std::vector<RankedColumn> ranked_columns(const Report& report) {
  std::unordered_set<std::string_view> accused;
  for (const Verdict& verdict : report.verdicts)
    accused.insert(verdict.columns.begin(), verdict.columns.end());
  std::vector<RankedColumn> ranked;
  for (const ColumnReport& column : report.columns)
    ranked.push_back({&column, stability_index(column), accused.contains(column.name)});
  std::stable_sort(ranked.begin(), ranked.end(), [](const RankedColumn& a, const RankedColumn& b) {
    const auto rank = [](const RankedColumn& one) {
      return std::tuple(one.accused, one.column->rows != 0, one.distance());
    };
    return rank(a) > rank(b);
  });
  return ranked;
}

/// The columns with unknown categories, those with most rows first. They point into `report`.
inline std::vector<const UnknownCategories*> ranked_unknown(const Report& report) {
  std::vector<const UnknownCategories*> ranked;
  for (const UnknownCategories& unknown : report.unknown) ranked.push_back(&unknown);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto* a, const auto* b) { return a->rows > b->rows; });
  return ranked;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
