// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/shown_text.hpp"
#include "prepguard/report.hpp"

// Words and numbers of a report for people.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// `1 row`, `3 rows`
inline std::string counted_text(std::uint64_t count, std::string_view of) {
  return grouped_number(count) + ' ' + std::string(of) + (count == 1 ? "" : "s");
}

/// A share as a percentage with one digit: `12.5 %`.
inline std::string percent_text(const double& share) {
  if (!is_finite(&share)) return "?";
  const double tenths = share * 1000.0;
  if (!is_finite(&tenths)) return "?";
  if (share > 0.0 && tenths < 0.5) return "< 0.1 %";
  return short_number(std::round(tenths) / 10.0) + " %";
}

/// `a, b, ... (12 in all)`
inline std::string names_text(const std::vector<std::string>& names, std::size_t most = 8) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += (i == 0 ? "" : ", ") + shown_text(names[i], 60);
  return names.size() <= most ? text : text + ", ... (" + std::to_string(names.size()) + " in all)";
}

/// The last lines of a list that was cut: `  and 3 more columns`.
inline std::string and_more(std::size_t all, std::size_t shown, std::string_view of) {
  return all <= shown ? "" : "  and " + counted_text(all - shown, "more " + std::string(of)) + '\n';
}

/// What a check found, for somebody who has not read the documents.
constexpr std::string_view meaning(Check check) noexcept {
  constexpr std::array<std::string_view, check_count> meanings{
      "missing columns, another kind, a wrong number of columns; extra columns are served",
      "infinite numbers",
      "missing values",
      "numbers outside of the training range",
      "numbers many training ranges away",
      "categories training never saw",
      "numbers that lose their value in the pipeline's type",
      "rows that look as if they had been scaled before",
      "a column off by a constant factor or shift",
      "columns that look like one another's training",
      "a column stuck at one value",
      "far more missing values than in training",
      "a column distributed as never in training",
      "NaN or infinity made by the pipeline",
      "results that do not match the rows",
      "NaN or infinity in the model's results",
      "results at a bound far too often",
      "all results alike, or no probabilities"};
  return meanings[static_cast<std::size_t>(check)];
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
