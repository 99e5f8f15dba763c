// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "prepguard/detail/json_text.hpp"
#include "prepguard/report_html.hpp"
#include "prepguard/report_json.hpp"
#include "prepguard/report_prometheus.hpp"
#include "prepguard/report_text.hpp"
#include "report_samples.hpp"

namespace report_renderings_test {

using namespace prepguard;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::size_t times(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// Neither a byte that is no UTF-8, nor a control character but line ends, nor a turn of direction.
bool is_clean(std::string_view text) {
  const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == '\x7f';
  });
  return !controls && detail::reason_unfit(text.substr(0, std::size_t{1} << 20)).empty() &&
         !has(text, "\xE2\x80\xAE");
}

TEST_CASE("the stability index by its formula") {
  ColumnReport column{.rows = 100, .edges = {1, 2, 3, 4, 5, 6, 7}};
  column.shares = {0.01, 0.04, 0.2, 0.25, 0.25, 0.2, 0.04, 0.01};
  CHECK(*detail::stability_index(column) == 0.0);
  column.shares = {0.01, 0.04, 0.2, 0.5, 0.0, 0.2, 0.04, 0.01};
  // 0.25 ln(2) for the bin that doubled; the empty one counts as half a row: (0.005 - 0.25) ln(0.005 / 0.25)
  CHECK(*detail::stability_index(column) == doctest::Approx(0.25 * 0.6931472 + 0.245 * 3.912023));
  column.missing = 100;
  CHECK(!detail::stability_index(column));
  column.missing = 0;
  column.edges.clear();
  CHECK(!detail::stability_index(column));
}

TEST_CASE("columns that verdicts name come first, then those that moved most, then those without rows") {
  Report report = samples::bad_day();
  report.verdicts.resize(1);
  report.verdicts[0].columns = {"year"};
  report.columns[0].rows = 0;
  std::string order;
  for (const auto& ranked : detail::ranked_columns(report)) order += ranked.column->name + ' ';
  CHECK(order == "year body_mass_g bill_depth_mm flipper_length_mm bill_length_mm ");
}

TEST_CASE("the terminal's report names what an operator needs") {
  const std::string text = to_text(samples::bad_day());
  for (const char* part :
       {"  hook told 40, suppressed 3,105, threw 0\n",
        "rescaled (body_mass_g), in 4 windows in a row: body_mass_g looks multiplied by 1.55",
        "\n    do: check the unit of this column", "body_mass_g        5.576  20480  0.6 % -> 0.2 %",
        "4201.75 -> 6527.41", "island, 37 rows: \"Anvers\" 30, \"\" 4, \"torgersen\" 3"}) {
    CHECK_MESSAGE(has(text, part), part);
  }
  CHECK(text.find("body_mass_g  ") < text.find("flipper_length_mm  "));
  CHECK(has(to_text(samples::wide(30)), "and 20 more columns"));
}

TEST_CASE("hostile names and values in every rendering") {
  const Report report = samples::hostile();
  for (const std::string& text : {to_text(report), to_html(report)}) {
    CHECK(is_clean(text));
    CHECK(has(text, "terminal \\u001b[31mred"));
    CHECK(has(text, "\\u202eright to left"));
    CHECK(has(text, "\xF0\x9F\x90\xA7"));
    CHECK(has(text, "not UTF-8 \xEF\xBF\xBD"));
    CHECK(times(text, std::string(4001, 'x')) == 0);
  }
  const std::string html = to_html(report, "<script>\"title\"");
  CHECK(!has(html, "<script"));
  CHECK(times(html, "</svg>") == times(html, "<svg "));
  CHECK(times(html, "</title>") == times(html, "<title"));
  CHECK(has(html, "&lt;/title&gt;&lt;/svg&gt;&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK(has(html, "<h1>&lt;script&gt;&quot;title&quot;</h1>"));
  CHECK(has(html, "&amp;lt;b&amp;gt; &lt;b onmouseover=x&gt;"));

  const std::string json = to_json(report);
  for (const char* word : {"nan", "NaN", "inf", "Infinity"})
    CHECK_MESSAGE(!has(json, ": " + std::string(word)), word);
  CHECK(has(json, "\"mean\": null"));
  CHECK(has(json, "4611686018427387903"));

  const std::string metrics = to_prometheus(report);
  CHECK(!has(metrics, "-nan"));
  CHECK(!has(metrics, "nan\n"));
  CHECK(has(metrics, "{feature=\"quote\\\" and 'quote'\"}"));
  CHECK(has(metrics, "{feature=\"two\\nlines\r\\n\ttab\"}"));
  CHECK(has(metrics, "{feature=\"back\\\\slash\\\\n\"}"));
  CHECK(!has(metrics, "example.com"));
}

TEST_CASE("every rendering of nothing") {
  CHECK(has(to_html(Report{}), "Nothing was called yet"));
  CHECK(has(to_prometheus(Report{}), "prepguard_calls_total{result=\"served\"} 0\n"));
  CHECK(has(to_json(Report{}), "\"columns\": []"));
}

TEST_CASE("a page of 3,000 columns stays bounded, and says what it leaves out") {
  const Report report = samples::wide(3000);
  const std::string html = to_html(report);
  CHECK(times(html, "<svg ") == 50);
  CHECK(times(html, "<tr><th scope=\"row\" class=\"name\">") == 1950);
  CHECK(has(html, "The other columns: 2950"));
  CHECK(has(html, "and 1,000 more columns"));
  CHECK(html.size() < 2'000'000);
  CHECK(html.find("number_2999<") < html.find("number_0<"));
}

TEST_CASE("the page needs nothing from elsewhere") {
  for (const Report& report : {samples::bad_day(), samples::wide(100), Report{}}) {
    const std::string html = to_html(report);
    for (const char* part : {"http:", "https:", "<script", "<link", "<img", "@import", "url("})
      CHECK(!has(html, part));
  }
}

TEST_CASE("the first line of the page says whether there is anything to do") {
  Report report;
  report.served = {1, 10};
  CHECK(has(to_html(report), "No check found anything"));
  samples::found(report, Check::out_of_range).served = 3;
  CHECK(has(to_html(report), "All rows were served, some with remarks: out_of_range"));
  samples::found(report, Check::missing).rejected = 1;
  CHECK(has(to_html(report), "Rows were refused: missing"));
  report.verdicts = {{Check::drift, {}, "", 1}};
  CHECK(has(to_html(report),
            "does not look like training: 1 finding over many rows; rows were refused, too: missing"));
}

TEST_CASE("numbers and texts for people") {
  CHECK(detail::grouped_number(0) == "0");
  CHECK(detail::grouped_number(999) == "999");
  CHECK(detail::grouped_number(1234567) == "1,234,567");
  CHECK(detail::short_number(4201.754) == "4201.75");
  CHECK(detail::short_number(1e300) == "1e+300");
  CHECK(detail::percent_text(0.3075) == "30.8 %");
  CHECK(detail::percent_text(1e-9) == "< 0.1 %");
  CHECK(detail::shown_text("a\tb\x7f\xC2\x9B") == "a\\tb\\u007f\\u009b");
  CHECK(detail::shown_text("a\nb", 10, true) == "a\nb");
  CHECK(detail::valid_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace report_renderings_test
