// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/report_order.hpp"
#include "prepguard/detail/shown_text.hpp"
#include "prepguard/report.hpp"

// A report as metrics, in Prometheus' text format 0.0.4.
namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// Appends the samples of one metric. Prometheus refuses a page in which two samples have the same labels:
/// of those the first one counts.
class MetricFamily {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// `type`: counter or gauge.
  MetricFamily(std::string& out, std::string name, std::string_view type, std::string_view help)
      : out_(out), name_("prepguard_" + std::move(name)) {
    out_.append("# HELP ").append(name_).append(1, ' ').append(help).append("\n# TYPE ");
    out_.append(name_).append(1, ' ').append(type).append(1, '\n');
  }

  void add(Labels labels, std::uint64_t value) { add_text(labels, std::to_string(value)); }
  void add(Labels labels, const double& value) {
    if (is_finite(&value)) return add_text(labels, repr_text(value));
    const NonFiniteKind kind = non_finite_kind(&value);
    add_text(labels, kind == NonFiniteKind::nan                 ? "NaN"  // its sign says nothing
                     : kind == NonFiniteKind::positive_infinity ? "+Inf"
                                                                : "-Inf");
  }

 private:
  void add_text(Labels labels, const std::string& value) {
    std::string text;
    for (const auto& [name, content] : labels) {
      text.append(text.empty() ? "{" : ",")
          .append(name)
          .append("=\"")
          .append(escaped(content))
          .append(1, '"');
    }
    if (!text.empty()) text += '}';
    if (!written_.insert(text).second) return;
    out_.append(name_).append(text).append(1, ' ').append(value).append(1, '\n');
  }

  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : valid_utf8(shortened(text, longest_label))) {
      if (c == '\n') {
        out += "\\n";
      } else {
        out.append(c == '\\' || c == '"' ? "\\" : "").append(1, c);
      }
    }
    return out;
  }

  static constexpr std::size_t longest_label = 1000;

  std::string& out_;
  std::string name_;
  std::unordered_set<std::string> written_{};
};

inline void add_totals(std::string& out, const Report& report) {
  const std::initializer_list<std::pair<std::string_view, const Report::Calls*>> results{
      {"served", &report.served}, {"refused", &report.refused}, {"threw", &report.threw}};
  MetricFamily calls(out, "calls_total", "counter", "Calls of the guard by how they ended.");
  for (const auto& [result, some] : results) calls.add({{"result", result}}, some->calls);
  MetricFamily rows(out, "rows_total", "counter", "Rows of those calls.");
  for (const auto& [result, some] : results) rows.add({{"result", result}}, some->rows);
  MetricFamily hook(out, "hook_violations_total", "counter", "What became of what the hook was to be told.");
  hook.add({{"result", "told"}}, report.hook.told);
  hook.add({{"result", "suppressed"}}, report.hook.suppressed);
  hook.add({{"result", "threw"}}, report.hook.threw);
}

inline void add_checks(std::string& out, const Report& report) {
  MetricFamily found(out, "violations_total", "counter",
                     "Rows in which a check found something, by what became of them; of schema and shape "
                     "calls, of checks of many rows windows.");
  for (std::size_t i = 0; i < check_count; ++i) {
    const auto check = static_cast<Check>(i);
    const auto add = [&](std::string_view result, std::uint64_t count) {
      found.add({{"check", name(check)}, {"stage", name(stage_of(check))}, {"result", result}}, count);
    };
    add("failed", report.of(check).failed);
    add("rejected", report.of(check).rejected);
    add("served", report.of(check).served);
  }
}

inline void add_findings(std::string& out, const Report& report) {
  if (report.by_column.empty()) return;
  MetricFamily found(out, "column_violations_total", "counter",
                     "Rows in which a check found something in the column, whatever became of them.");
  for (const ColumnFindings& some : report.by_column) {
    found.add({{"check", name(some.check)}, {"stage", name(stage_of(some.check))}, {"feature", some.column}},
              some.rows);
  }
}

/// Every check of many rows has a sample, so that an alert ends when the finding does.
inline void add_verdicts(std::string& out, const Report& report) {
  std::map<std::pair<Check, std::string_view>, std::uint64_t> windows;
  for (std::size_t i = 0; i < check_count; ++i) {
    if (is_of_stream(static_cast<Check>(i))) windows[{static_cast<Check>(i), ""}] = 0;
  }
  for (const Verdict& verdict : report.verdicts) {
    const auto raise = [&](std::string_view feature) {
      std::uint64_t& most = windows[{verdict.check, feature}];
      most = std::max({most, verdict.windows, std::uint64_t{1}});
    };
    raise("");
    for (const std::string& column : verdict.columns) raise(column);
  }
  MetricFamily family(out, "verdict_windows", "gauge",
                      "In how many windows in a row many rows together showed something; 0: not in the last. "
                      "Without feature: in any.");
  for (const auto& [key, most] : windows)
    family.add({{"check", name(key.first)}, {"stage", "input"}, {"feature", key.second}}, most);
}

inline void add_columns(std::string& out, const Report& report) {
  if (report.columns.empty()) return;
  MetricFamily rows(out, "column_rows_total", "counter", "Rows looked at.");
  for (const ColumnReport& column : report.columns) rows.add({{"feature", column.name}}, column.rows);
  MetricFamily missing(out, "column_missing_total", "counter", "Rows without a value.");
  for (const ColumnReport& column : report.columns) missing.add({{"feature", column.name}}, column.missing);
  MetricFamily expected(out, "column_training_missing_ratio", "gauge", "Share without a value in training.");
  for (const ColumnReport& column : report.columns)
    expected.add({{"feature", column.name}}, column.training_missing);
  MetricFamily stability(out, "column_stability_index", "gauge",
                         "Population stability index of serving against training.");
  for (const ColumnReport& column : report.columns) {
    if (const auto index = stability_index(column)) stability.add({{"feature", column.name}}, *index);
  }
}

inline void add_unknown(std::string& out, const Report& report) {
  if (report.unknown.empty()) return;
  MetricFamily rows(out, "unknown_category_rows_total", "counter",
                    "Rows with a category training never saw.");
  for (const UnknownCategories& unknown : report.unknown)
    rows.add({{"feature", unknown.column}}, unknown.rows);
}

}  // namespace detail

/// The report in Prometheus' text format (Content-Type: text/plain; version=0.0.4): calls, rows, violations
/// by check and stage, and by column, verdicts, and for every column rows, missing values and stability
/// index. Names of columns are labels, never categories.
inline std::string to_prometheus(const Report& report) {
  const detail::FloatEnvironment environment;
  std::string out;
  detail::add_totals(out, report);
  detail::add_checks(out, report);
  detail::add_findings(out, report);
  detail::add_verdicts(out, report);
  detail::add_columns(out, report);
  detail::add_unknown(out, report);
  return out;
}

}  // namespace prepguard::inline PREPGUARD_ABI
