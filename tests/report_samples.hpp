// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/report.hpp"

/// Reports as a guard could give them, and worse ones, for the tests of the renderings.
namespace samples {

using namespace prepguard;

inline Report::Found& found(Report& report, Check check) {
  return report.found[static_cast<std::size_t>(check)];
}

/// A column whose serving is training's, moved by `shift` standard deviations.
inline ColumnReport measured(std::string name, double mean, double std, double shift) {
  ColumnReport column{.name = std::move(name), .rows = 20480, .missing = 41, .training_missing = 0.0058};
  column.training_mean = mean;
  column.training_std = std;
  column.training_min = mean - 2.5 * std;
  column.training_max = mean + 2.6 * std;
  column.mean = mean + shift * std;
  column.std = std;
  column.min = column.training_min + shift * std;
  column.max = column.training_max + shift * std;
  for (const double z : {-2.326, -1.645, -0.674, 0.0, 0.674, 1.645, 2.326})
    column.edges.push_back(mean + z * std);
  column.shares = {0.01, 0.04, 0.2, 0.25, 0.25, 0.2, 0.04, 0.01};
  if (shift > 2.0) column.shares = {0.0, 0.0, 0.0, 0.004, 0.031, 0.262, 0.329, 0.374};
  if (shift > 0.0 && shift <= 2.0) column.shares = {0.002, 0.011, 0.094, 0.2, 0.281, 0.293, 0.084, 0.035};
  return column;
}

/// Production on a bad day: one column in another unit, one drifting, a new island, some missing cells.
inline Report bad_day() {
  Report report;
  report.served = {3101, 20480};
  report.refused = {12, 96};
  report.hook = {40, 3105, 0};
  found(report, Check::missing) = {12, 0, 41};
  found(report, Check::unknown_category) = {0, 37, 0};
  found(report, Check::out_of_range) = {0, 0, 2904};
  found(report, Check::schema) = {0, 0, 3101};
  found(report, Check::rescaled) = {0, 0, 4};
  found(report, Check::drift) = {0, 0, 2};
  report.columns = {measured("bill_length_mm", 43.9, 5.46, 0.0), measured("bill_depth_mm", 17.2, 1.97, 0.0),
                    measured("flipper_length_mm", 200.9, 14.06, 0.9),
                    measured("body_mass_g", 4201.75, 801.95, 2.9), measured("year", 2008.03, 0.82, 0.0)};
  report.columns[4].missing = 0;
  report.columns[1].missing = 6100;
  report.verdicts = {
      {Check::rescaled,
       {"body_mass_g"},
       "body_mass_g looks multiplied by 1.55: median 6520 against 4201.75 in training over 4096 rows\n"
       "(serving median - training median) / training std = 2.9\ndo: check the unit of this column",
       4},
      {Check::drift,
       {"flipper_length_mm"},
       "population stability index 0.245 over 4096 rows, at least 0.2 is drift",
       1}};
  report.by_column = {{Check::missing, "bill_length_mm", 5}, {Check::unknown_category, "island", 37}};
  report.unknown = {{"island", 37, {{"Anvers", 30}, {"", 4}, {"torgersen", 3}}}};
  return report;
}

/// Names and values that no rendering may stumble over or pass on as they are.
inline std::vector<std::string> hostile_texts() {
  return {"quote\" and 'quote'",
          "back\\slash\\n",
          "two\nlines\r\n\ttab",
          "</title></svg></style><script>alert(1)</script>",
          "&lt;b&gt; <b onmouseover=x>",
          "emoji \xF0\x9F\x90\xA7\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC, \xC3\x85ngstr\xC3\xB6m",
          "not UTF-8 \xFF\xC3(\xE2\x82",
          std::string("NUL \0 here", 10),
          "terminal \x1b[31mred\x1b[0m",
          "\xE2\x80\xAEright to left",
          "{feature=\"x\"} 1\n# TYPE evil counter",
          "",
          std::string(5000, 'x')};
}

/// Every number that is none, every text that is hostile.
inline Report hostile() {
  using Limits = std::numeric_limits<double>;
  Report report;
  constexpr auto huge = std::numeric_limits<std::uint64_t>::max() / 4;
  report.served = {huge, huge};
  for (Report::Found& found : report.found) found = {huge, 1, huge};
  const double odd[] = {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::infinity(),   -Limits::infinity(),
                        Limits::max(),       Limits::lowest(),     Limits::denorm_min(), -0.0};
  const std::vector<std::string> texts = hostile_texts();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double value = odd[i % 8], other = odd[(i + 3) % 8];
    ColumnReport column{.name = texts[i], .rows = i % 5 == 0 ? 0 : huge, .missing = i % 3 == 0 ? huge : i};
    column.min = column.mean = column.training_max = value;
    column.max = column.std = column.training_missing = column.training_min = other;
    column.training_mean = column.training_std = value;
    if (i % 4 != 0) column.edges.assign(7, i % 2 == 0 ? value : 1.0);  // a constant column has equal edges
    column.shares = {value, other, value, 0.5, -1.0, 2.0, other, value};
    report.columns.push_back(std::move(column));
    report.verdicts.push_back({Check::drift, {texts[i], texts[i]}, texts[i], huge});
    report.by_column.push_back({Check::inf, texts[i], huge});
    report.unknown.push_back({texts[i], huge, {{texts[i], huge}, {"http://example.com", 1}}});
  }
  report.columns.push_back(report.columns.front());  // a name that is there twice
  report.verdicts.push_back({Check::already_scaled, texts, "all of them", 1});
  return report;
}

/// As many columns as large feature tables have; the last one moved most.
inline Report wide(std::size_t columns) {
  Report report;
  report.served = {10, 10000};
  for (std::size_t i = 0; i < columns; ++i)
    report.columns.push_back(measured("a_rather_long_feature_name_number_" + std::to_string(i), 1e6, 1234.5,
                                      i + 1 == columns ? 3.0
                                      : i % 7 == 0     ? 1.0
                                                       : 0.0));
  return report;
}

}  // namespace samples
