// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/html_text.hpp"
#include "prepguard/detail/report_order.hpp"
#include "prepguard/detail/report_words.hpp"
#include "prepguard/report.hpp"

// The columns of the HTML report: training against serving.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a bin holds in words, for whoever does not see the bars: `4050 to 4750 (25 to 50 % of training):
/// serving 31 %, training 25 %`.
inline std::string bin_story(const ColumnReport& column, std::size_t bin) {
  const std::vector<double>& edges = column.edges;
  const std::string range = bin == 0 ? "below " + short_number(edges.front())
                            : bin == edges.size()
                                ? "above " + short_number(edges.back())
                                : short_number(edges[bin - 1]) + " to " + short_number(edges[bin]);
  return range + " (" + std::string(bin_names[bin]) + " of training): serving " +
         percent_text(share_of(column.shares[bin])) + ", training " + percent_text(training_shares[bin]);
}

/// The shares of serving (filled) beside those of training (dashed) between training's quantiles, as a figure
/// that says the same in words. `id` makes the names in it unique on the page.
inline std::string histogram(const ColumnReport& column, std::size_t id) {
  constexpr double width = 40.0, bar = 16.0, base = 92.0, tallest = 78.0;
  double most = 0.25;
  for (const double& share : column.shares) most = std::max(most, share_of(share));
  const auto rectangle = [&](double x, double share, std::string_view look) {
    const double height = std::max(tallest * share / most, share > 0.0 ? 1.0 : 0.0);
    return "<rect class=\"" + std::string(look) + "\" x=\"" + short_number(x) + "\" y=\"" +
           short_number(base - height) + "\" width=\"" + short_number(bar) + "\" height=\"" +
           short_number(height) + "\"/>";
  };
  const auto label = [](double x, double y, const std::string& text, std::string_view look) {
    return html_tag(
        "text", escaped_html(text),
        "x=\"" + short_number(x) + "\" y=\"" + short_number(y) + "\" class=\"" + std::string(look) + '"');
  };
  std::string bars, story;
  for (std::size_t i = 0; i < column.shares.size(); ++i) {
    const double x = width * static_cast<double>(i) + 3.0, share = share_of(column.shares[i]);
    const std::string words = escaped_html(bin_story(column, i));
    bars += html_tag("g", html_tag("title", words) + rectangle(x, training_shares[i], "training") +
                              rectangle(x + bar + 2.0, share, "serving"));
    const double top = base - tallest * share / most;
    bars += label(x + bar + 2.0 + bar / 2.0, top - 3.0, short_number(std::round(share * 100.0)), "value");
    story += words + ". ";
  }
  const std::string number = std::to_string(id);
  return html_tag("svg",
                  html_tag("title", "Shares of " + html_name(column.name, 60) + " between training quantiles",
                           "id=\"t" + number + '"') +
                      html_tag("desc", story, "id=\"d" + number + '"') + bars +
                      "<line x1=\"0\" y1=\"92\" x2=\"320\" y2=\"92\"/>" +
                      label(40, 105, short_number(column.edges[0]), "") + label(40, 117, "1 %", "") +
                      label(160, 105, short_number(column.edges[3]), "") + label(160, 117, "median", "") +
                      label(280, 105, short_number(column.edges[6]), "") + label(280, 117, "99 %", ""),
                  "viewBox=\"0 0 320 121\" role=\"img\" aria-labelledby=\"t" + number + " d" + number + '"');
}

/// How far a column moved, as a coloured word with a sign; the bounds are those in common use.
inline std::string moved_tag(const RankedColumn& ranked) {
  if (ranked.column->rows == 0) return html_tag("span", "no rows yet", "class=\"tag\"");
  if (!ranked.stability) return html_tag("span", "not compared", "class=\"tag\"");
  const double index = *ranked.stability;
  const std::string value = "PSI " + short_number(std::round(index * 1000.0) / 1000.0);
  if (index >= 0.25) return html_tag("span", "▲ far off, " + value, "class=\"tag bad\"");
  if (index >= 0.1) return html_tag("span", "◆ moved, " + value, "class=\"tag odd\"");
  return html_tag("span", "● values as in training, " + value, "class=\"tag good\"");
}

struct Compared {
  std::string_view what;
  std::string training, serving;
  std::string_view remark{};  ///< why the value of serving stands out
};

/// What is compared of a column, in training and in serving.
inline std::vector<Compared> compared(const ColumnReport& column) {
  const bool values = column.rows > column.missing;
  const auto number = [&](const double& value) { return values ? short_number(value) : std::string("-"); };
  const bool more = missing_share(column) > share_of(column.training_missing) + 0.05;
  const bool below = values && column.min < column.training_min,
             above = values && column.max > column.training_max;
  return {{"missing", percent_text(column.training_missing), percent_text(missing_share(column)),
           more ? " ▲ more" : ""},
          {"mean", short_number(column.training_mean), number(column.mean)},
          {"std", short_number(column.training_std), number(column.std)},
          {"min", short_number(column.training_min), number(column.min), below ? " ▼ below" : ""},
          {"max", short_number(column.training_max), number(column.max), above ? " ▲ above" : ""}};
}

inline std::string column_card(const RankedColumn& ranked, std::size_t id) {
  const ColumnReport& column = *ranked.column;
  std::string rows;
  for (const Compared& line : compared(column)) {
    const std::string serving = escaped_html(line.serving) + std::string(line.remark);
    rows +=
        html_tag("tr", html_tag("th", line.what, "scope=\"row\"") +
                           html_tag("td", escaped_html(line.training), "class=\"n\"") +
                           html_tag("td", serving, line.remark.empty() ? "class=\"n\"" : "class=\"n out\""));
  }
  const std::string head =
      "<thead><tr><td></td><th scope=\"col\" class=\"n\">training</th>"
      "<th scope=\"col\" class=\"n\">serving</th></tr></thead>";
  return html_tag(
      "article",
      html_tag("h3", html_name(column.name), "class=\"name\"") +
          html_tag("p", moved_tag(ranked) +
                            (ranked.accused ? html_tag("span", "▲ named above", "class=\"tag bad\"") : "") +
                            html_tag("span", counted_text(column.rows, "row"), "class=\"soft whole\"")) +
          (has_bins(column)
               ? histogram(column, id)
               : html_tag("p", "No histogram: no values, or no training quantiles.", "class=\"soft\"")) +
          html_tag("table", head + html_tag("tbody", rows)),
      "class=\"card\"");
}

/// The columns from `first` on as lines of one table.
inline std::string columns_table(const std::vector<RankedColumn>& ranked, std::size_t first,
                                 std::size_t last) {
  std::string rows;
  for (std::size_t i = first; i < last; ++i) {
    const ColumnReport& column = *ranked[i].column;
    std::string cells = html_tag("th", html_name(column.name, 60), "scope=\"row\" class=\"name\"") +
                        html_tag("td", moved_tag(ranked[i])) +
                        html_tag("td", grouped_number(column.rows), "class=\"n\"");
    for (const Compared& line : compared(column))
      cells += html_tag("td", escaped_html(line.training + " → " + line.serving), "class=\"n\"");
    rows += html_tag("tr", cells);
  }
  std::string head =
      "<th scope=\"col\">column</th><th scope=\"col\">moved</th><th scope=\"col\" class=\"n\">rows</th>";
  for (const std::string_view what : {"missing", "mean", "std", "min", "max"})
    head += html_tag("th", what, "scope=\"col\" class=\"n\"");
  return html_tag("div",
                  html_tag("table", "<caption class=\"soft\">training → serving</caption>" +
                                        html_tag("thead", html_tag("tr", head)) + html_tag("tbody", rows)),
                  "class=\"many scroll card\" tabindex=\"0\"");
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
