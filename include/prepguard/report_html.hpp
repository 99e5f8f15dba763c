// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/html_columns.hpp"
#include "prepguard/detail/html_text.hpp"
#include "prepguard/detail/report_order.hpp"
#include "prepguard/detail/report_words.hpp"
#include "prepguard/report.hpp"
#include "prepguard/version.hpp"

// A report as one page of HTML, for people.
namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// What a page shows at most.
struct HtmlLimits {
  static constexpr std::size_t verdicts = 50, cards = 50, columns = 2000, unknown = 50, values = 20;
};

inline std::string section(std::string_view title, std::string_view note, const std::string& content) {
  return html_tag("section", html_tag("h2", title) +
                                 (note.empty() ? "" : html_tag("p", note, "class=\"soft\"")) + content) +
         '\n';
}

inline std::string not_shown(std::size_t all, std::size_t most, std::string_view of) {
  return all <= most
             ? ""
             : html_tag("p", "and " + counted_text(all - most, "more " + std::string(of)), "class=\"soft\"");
}

/// The first thing to read: is there anything to do?
inline std::string state_of(const Report& report) {
  const auto state = [](std::string_view look, const std::string& text) {
    return html_tag("p", text, "role=\"status\" class=\"state " + std::string(look) + '"');
  };
  std::vector<std::string> refused, served;
  for (const Check check : found_checks(report))
    (report.of(check).failed + report.of(check).rejected != 0 ? refused : served).emplace_back(name(check));
  if (!report.verdicts.empty()) {
    return state("bad", "▲ This data does not look like training: " +
                            counted_text(report.verdicts.size(), "finding") + " over many rows" +
                            (refused.empty() ? "" : "; rows were refused, too: " + names_text(refused, 4)));
  }
  if (!refused.empty()) return state("bad", "▲ Rows were refused: " + names_text(refused, 4));
  if (report.refused.calls != 0) return state("bad", "▲ Calls were refused");
  if (report.threw.calls != 0) return state("bad", "▲ The model threw");
  if (!served.empty())
    return state("odd", "◆ All rows were served, some with remarks: " + names_text(served, 4));
  if (report.calls() == 0) return state("good", "● Nothing was called yet");
  return state("good", "● No check found anything");
}

inline std::string sums(const Report& report) {
  const auto card = [](std::string_view what, const Report::Calls& some) {
    return html_tag("div",
                    html_tag("span", std::string(what), "class=\"soft\"") +
                        html_tag("b", grouped_number(some.rows)) +
                        html_tag("span", counted_text(some.calls, "call"), "class=\"soft\""),
                    "class=\"card\"");
  };
  return html_tag("div",
                  card("rows in served calls", report.served) +
                      card("rows in refused calls", report.refused) +
                      card("rows in calls that threw", report.threw),
                  "class=\"sums\"");
}

inline std::string verdict_cards(const Report& report) {
  if (report.verdicts.empty()) return {};
  std::string cards;
  for (std::size_t i = 0; i < std::min(HtmlLimits::verdicts, report.verdicts.size()); ++i) {
    const Verdict& verdict = report.verdicts[i];
    const std::string windows = verdict.windows > 1
                                    ? "in " + counted_text(verdict.windows, "window") + " in a row"
                                    : "in the last window";
    cards +=
        html_tag("article",
                 html_tag("h3", "▲ " + breakable(name(verdict.check)) + ' ' +
                                    html_tag("span", windows, "class=\"soft\"")) +
                     (verdict.columns.empty()
                          ? ""
                          : html_tag("p", escaped_html(names_text(verdict.columns, 12)), "class=\"name\"")) +
                     html_tag("p", html_text(verdict.text, 4000, true)),
                 "class=\"card verdict\"");
  }
  return section("What many rows together show", "",
                 cards + not_shown(report.verdicts.size(), HtmlLimits::verdicts, "verdict"));
}

inline std::string checks_table(const Report& report) {
  std::string rows;
  for (const Check check : found_checks(report)) {
    const Report::Found& some = report.of(check);
    const auto cell = [](std::uint64_t count, std::string_view look) {
      return html_tag("td", grouped_number(count), count == 0 ? "class=\"n soft\"" : look);
    };
    rows += html_tag(
        "tr", html_tag("th",
                       html_tag("b", breakable(name(check))) + "<br>" +
                           html_tag("span",
                                    std::string(name(stage_of(check))) + ": " + escaped_html(meaning(check)),
                                    "class=\"soft\""),
                       "scope=\"row\"") +
                  cell(some.failed, "class=\"n out\"") + cell(some.rejected, "class=\"n out\"") +
                  cell(some.served, "class=\"n\""));
  }
  if (rows.empty()) return {};
  return section(
      "Checks that found something, worst first",
      "Rows; of schema and shape calls, of checks of many rows windows. A row counts for every check "
      "that found something in it.",
      html_tag("div",
               html_tag("table",
                        "<thead><tr><th scope=\"col\">check</th><th scope=\"col\" class=\"n\">call refused"
                        "</th><th scope=\"col\" class=\"n\">taken out</th><th scope=\"col\" class=\"n\">"
                        "served</th></tr></thead>" +
                            html_tag("tbody", rows)),
               "class=\"scroll card\" tabindex=\"0\""));
}

inline std::string columns_section(const Report& report) {
  if (report.columns.empty()) return {};
  const std::vector<RankedColumn> ranked = ranked_columns(report);
  const std::size_t cards = std::min(HtmlLimits::cards, ranked.size());
  const std::size_t last = std::min(HtmlLimits::columns, ranked.size());
  std::string content;
  for (std::size_t i = 0; i < cards; ++i) content += column_card(ranked[i], i) + '\n';
  content = html_tag("div", content, "class=\"grid\"");
  if (last > cards) {
    content += html_tag("details",
                        html_tag("summary", "The other columns: " + std::to_string(ranked.size() - cards)) +
                            columns_table(ranked, cards, last) + not_shown(ranked.size(), last, "column"));
  }
  return section(
      "Columns, training against serving, worst first",
      "Percent of the values that lie between the training quantiles 1, 5, 25, 50, 75, 95, 99 %:"
      "<span class=\"key training\"></span>training<span class=\"key serving\"></span>serving. PSI is the "
      "population stability index, the sum of (serving - training) ln(serving / training) over these bins.",
      content);
}

inline std::string unknown_section(const Report& report) {
  if (report.unknown.empty()) return {};
  std::string cards;
  const std::vector<const UnknownCategories*> ranked = ranked_unknown(report);
  for (std::size_t i = 0; i < std::min(HtmlLimits::unknown, ranked.size()); ++i) {
    const UnknownCategories& unknown = *ranked[i];
    std::string rows;
    for (std::size_t k = 0; k < std::min(HtmlLimits::values, unknown.top.size()); ++k) {
      rows +=
          html_tag("tr", html_tag("th", html_name(unknown.top[k].first, 80), "scope=\"row\" class=\"name\"") +
                             html_tag("td", grouped_number(unknown.top[k].second), "class=\"n\""));
    }
    cards +=
        html_tag("article",
                 html_tag("h3", html_name(unknown.column), "class=\"name\"") +
                     html_tag("p", counted_text(unknown.rows, "row"), "class=\"soft\"") +
                     html_tag("table",
                              "<thead><tr><th scope=\"col\">category</th><th scope=\"col\" class=\"n\">rows"
                              "</th></tr></thead>" +
                                  html_tag("tbody", rows)),
                 "class=\"card\"");
  }
  return section(
      "Categories training never saw", "The most frequent ones.",
      html_tag("div", cards, "class=\"grid\"") + not_shown(ranked.size(), HtmlLimits::unknown, "column"));
}

}  // namespace detail

/// The report as one page that needs nothing else: no network, no script; light and dark, narrow and wide.
/// It shows what many rows together showed, the checks that found something, the columns that moved most
/// (the first 50 with histograms, at most 2,000 as a table), unknown categories. `title`: plain text, e.g.
/// what was checked against what.
inline std::string to_html(const Report& report, std::string_view title = "prepguard report") {
  const detail::FloatEnvironment environment;
  const std::string heading = detail::html_text(title, 300);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n" +
         detail::html_tag("title", heading) + "\n<style>\n" + std::string(detail::html_style) +
         "</style>\n</head>\n<body>\n<main>\n" + detail::html_tag("h1", heading) + '\n' +
         detail::state_of(report) + '\n' + detail::sums(report) + '\n' + detail::verdict_cards(report) +
         detail::checks_table(report) + detail::columns_section(report) + detail::unknown_section(report) +
         "<footer class=\"soft\">prepguard " PREPGUARD_VERSION "</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace prepguard::inline PREPGUARD_ABI
