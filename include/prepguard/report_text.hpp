// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/report_order.hpp"
#include "prepguard/detail/report_words.hpp"
#include "prepguard/detail/shown_text.hpp"
#include "prepguard/detail/text_table.hpp"
#include "prepguard/report.hpp"

// A report for a terminal.
namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// Nothing unless the hook missed something.
inline std::string hook_text(const Report::HookCalls& hook) {
  if (hook.suppressed + hook.threw == 0) return {};
  return "  hook told " + grouped_number(hook.told) + ", suppressed " + grouped_number(hook.suppressed) +
         ", threw " + grouped_number(hook.threw) + '\n';
}

inline std::string totals_text(const Report& report) {
  const auto total = [](const Report::Calls& some) {
    return counted_text(some.calls, "call") + " with " + counted_text(some.rows, "row");
  };
  return "prepguard: " + total({report.calls(), report.rows()}) + "\n  served " + total(report.served) +
         "; refused " + total(report.refused) + "; threw " + total(report.threw) + '\n' +
         hook_text(report.hook);
}

inline std::string checks_text(const Report& report) {
  const std::vector<Check> checks = found_checks(report);
  if (checks.empty()) return "  no check found anything\n";
  const auto cell = [](std::string text, std::size_t width) {
    return text.append(width - std::min(width, text.size()), ' ');
  };
  std::string text = "  stage     check                failed      rejected    served\n";
  for (const Check check : checks) {
    const Report::Found& some = report.of(check);
    text += "  " + cell(std::string(name(stage_of(check))), 10) + cell(std::string(name(check)), 21) +
            cell(std::to_string(some.failed), 12) + cell(std::to_string(some.rejected), 12) +
            std::to_string(some.served) + '\n';
  }
  return text;
}

inline std::string verdicts_text(const Report& report, std::size_t most = 20) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, report.verdicts.size()); ++i) {
    const Verdict& verdict = report.verdicts[i];
    text += "  " + std::string(name(verdict.check));
    if (!verdict.columns.empty()) text += " (" + names_text(verdict.columns) + ')';
    if (verdict.windows > 1) text += ", in " + counted_text(verdict.windows, "window") + " in a row";
    text += ": ";
    for (const char c : shown_text(verdict.text, 2000, true))
      text.append(c == '\n' ? "\n    " : "").append(c == '\n' ? 0 : 1, c);
    text += '\n';
  }
  if (!text.empty()) text.insert(0, "many rows together\n");
  return text + and_more(report.verdicts.size(), most, "verdict");
}

/// `training -> serving` of the columns that moved most.
inline std::string columns_text(const Report& report, std::size_t most = 10) {
  if (report.columns.empty()) return {};
  std::vector<std::vector<std::string>> rows{
      {"column", "PSI", "rows", "missing", "mean", "std", "min", "max"}};
  const auto pair = [](std::string training, std::string serving) { return training + " -> " + serving; };
  const std::vector<RankedColumn> ranked = ranked_columns(report);
  for (std::size_t i = 0; i < std::min(most, ranked.size()); ++i) {
    const ColumnReport& c = *ranked[i].column;
    rows.push_back({shown_text(c.name, 40),
                    ranked[i].stability ? short_number(std::round(*ranked[i].stability * 1000) / 1000) : "-",
                    std::to_string(c.rows),
                    pair(percent_text(c.training_missing), percent_text(missing_share(c)))});
    if (c.rows <= c.missing) continue;
    for (const auto& [training, serving] :
         {std::pair(&c.training_mean, &c.mean), std::pair(&c.training_std, &c.std),
          std::pair(&c.training_min, &c.min), std::pair(&c.training_max, &c.max)})
      rows.back().push_back(pair(short_number(*training), short_number(*serving)));
  }
  return "columns, worst first (training -> serving; PSI: population stability index)\n" + text_table(rows) +
         and_more(ranked.size(), most, "column");
}

inline std::string unknown_text(const Report& report, std::size_t most = 10) {
  std::string text;
  const std::vector<const UnknownCategories*> ranked = ranked_unknown(report);
  for (std::size_t i = 0; i < std::min(most, ranked.size()); ++i) {
    text += "  " + shown_text(ranked[i]->column, 60) + ", " + counted_text(ranked[i]->rows, "row") + ':';
    for (std::size_t k = 0; k < std::min<std::size_t>(5, ranked[i]->top.size()); ++k) {
      const auto& [value, count] = ranked[i]->top[k];
      text += (k == 0 ? " \"" : ", \"") + shown_text(value, 40) + "\" " + std::to_string(count);
    }
    text += '\n';
  }
  if (!text.empty()) text.insert(0, "unknown categories\n");
  return text + and_more(ranked.size(), most, "column");
}

}  // namespace detail

/// A screen for a terminal: totals, every check that found something, what many rows together showed, the
/// columns that moved most, unknown categories; worst first each. Names and values are cut and spelled so
/// that they cannot look like anything else.
inline std::string to_text(const Report& report) {
  const detail::FloatEnvironment environment;
  return detail::totals_text(report) + detail::checks_text(report) + detail::verdicts_text(report) +
         detail::columns_text(report) + detail::unknown_text(report);
}

}  // namespace prepguard::inline PREPGUARD_ABI
