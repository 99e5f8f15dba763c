// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/stream_findings.hpp"
#include "prepguard/schema.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The verdicts of the checks of many rows in words, with the numbers behind them and their formulas.
class StreamText {
 public:
  /// `numbers`: how many columns of numbers were judged, over the last `rows` rows.
  StreamText(const std::vector<Column>& columns, const std::vector<StreamFinding>& findings,
             std::size_t numbers, std::size_t rows)
      : columns_(columns), findings_(findings), numbers_(numbers), rows_(std::to_string(rows)) {}

  /// Headline, a line for each of the first columns, advice.
  std::string of(Check check, const std::vector<std::size_t>& columns) const {
    std::string text = headline(check, columns);
    for (std::size_t k = 0; k < std::min(columns.size(), listed); ++k)
      text += "\n  " + named(columns[k]) + ": " + line(check, columns[k]);
    if (columns.size() > listed) text += "\n  and " + std::to_string(columns.size() - listed) + " more";
    return text + "\n  do: " + std::string(advice(check));
  }

  std::string headline(Check check, const std::vector<std::size_t>& columns) const {
    const std::string over = " over " + rows_ + " rows";
    switch (check) {
      case Check::already_scaled:
        return "this data looks already scaled: " + std::to_string(columns.size()) + " of " +
               std::to_string(numbers_) + " numeric columns " + scaled_like(columns) + over;
      case Check::rescaled:
        return "columns are off by a factor or shift: " + listed_names(columns) + over;
      case Check::swapped_columns:
        return "columns look swapped: " + listed_names(columns) + over;
      case Check::constant_column:
        return "columns are stuck at one value: " + listed_names(columns) + over;
      case Check::missing_rate:
        return "far more missing values than in training: " + listed_names(columns) + over;
      default:
        return "columns drift from training: " + listed_names(columns) + over;
    }
  }

  static constexpr std::string_view advice(Check check) noexcept {
    switch (check) {
      case Check::already_scaled:
        return "pass raw values; the pipeline scales them";
      case Check::rescaled:
        return "send the unit that training had";
      case Check::swapped_columns:
        return "send the columns in training's order, or bind a table by name";
      case Check::constant_column:
        return "look for a default in the place of the value";
      case Check::missing_rate:
        return "look for a source that fell silent";
      default:
        return "look at where the rows come from; if they are right, train again";
    }
  }

 private:
  static constexpr std::size_t listed = 5;

  static std::string shown(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", x);
    return text;
  }
  static std::string percent(double share) { return shown(100.0 * share) + " %"; }
  std::string named(std::size_t column) const { return '"' + columns_[column].name + '"'; }
  std::string listed_names(const std::vector<std::size_t>& columns) const {
    std::string text;
    for (std::size_t k = 0; k < std::min(columns.size(), listed); ++k)
      text += (k == 0 ? "" : ", ") + named(columns[k]);
    return columns.size() > listed ? text + " and " + std::to_string(columns.size() - listed) + " more"
                                   : text;
  }

  /// `have mean 0 +- 0.1 and standard deviation 1 +- 0.1` if that is what they have in common.
  std::string scaled_like(const std::vector<std::size_t>& columns) const {
    const Scaling scaling = findings_[columns.front()].explained.scaling;
    double mean_off = 0.0, std_off = 0.0;
    for (const std::size_t j : columns) {
      const StreamFinding& found = findings_[j];
      if (found.explained.scaling != scaling) return "look like what scalers make or undo";
      mean_off = std::max(mean_off, std::abs(found.mean));
      std_off = std::max(std_off, std::abs(found.std - 1.0));
    }
    if (scaling != Scaling::standardized) return "are as if " + std::string(name(scaling));
    const auto tenths = [](double x) { return shown(std::ceil(10.0 * x) / 10.0); };
    return "have mean 0 +- " + tenths(mean_off) + " and standard deviation 1 +- " + tenths(std_off);
  }

  std::string line(Check check, std::size_t column) const {
    const StreamFinding& found = findings_[column];
    const Column& seen = columns_[column];
    switch (check) {
      case Check::already_scaled:
        return std::string(name(found.explained.scaling)) + "; " + medians(column) + "; training mean " +
               shown(seen.numbers.mean) + ", standard deviation " + shown(seen.numbers.std) + evidence(found);
      case Check::rescaled:
        return changed(found.explained) + "; " + medians(column) + evidence(found);
      case Check::swapped_columns:
        return "its values are distributed like training's " + named(found.partner) + "; " + medians(column);
      case Check::constant_column:
        if (seen.kind() == Kind::text) return "every value is the same";
        return "every value is " + shown(found.median) + "; training range [" + shown(seen.numbers.min) +
               ", " + shown(seen.numbers.max) + ']';
      case Check::missing_rate:
        return percent(found.missing_share) + " missing, " +
               percent(static_cast<double>(seen.missing_seen()) / static_cast<double>(seen.rows_seen())) +
               " in training";
      default:
        return "population stability index " + shown(found.stability) +
               ", the sum of (p - q) * ln(p / q) over 8 bins" + (seen.kind() == Kind::text ? "" : "; ") +
               medians(column);
    }
  }

  std::string medians(std::size_t column) const {
    const Column& seen = columns_[column];
    if (seen.kind() == Kind::text || seen.numbers.quantiles.size() != 7) return {};
    return "median " + shown(findings_[column].median) + ", training's " + shown(seen.numbers.quantiles[3]);
  }
  static std::string changed(const Explanation& explained) {
    const Change& change = explained.change;
    std::string text;
    if (change.factor != 1.0) text = "training's values times " + shown(change.factor);
    if (change.shift != 0.0)
      text += (text.empty() ? "training's values plus " : " plus ") + shown(change.shift);
    return text + (explained.scaling == Scaling::unit ? "" : ", about");
  }
  static std::string evidence(const StreamFinding& found) {
    return "; unchanged, training's values look like this with a probability of less than e^-" +
           shown(std::floor(std::min(found.misfit, 1e6)));
  }

  const std::vector<Column>& columns_;
  const std::vector<StreamFinding>& findings_;
  std::size_t numbers_;
  std::string rows_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
