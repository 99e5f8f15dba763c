// SPDX-License-Identifier: MIT
// Categories that no encoder knows: where they are served, what the policy does, and which came most often.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/detail/frequent_values.hpp"
#include "prepguard/prepguard.hpp"

namespace unknown_category_test {

using namespace prepguard;
using cells::check_error;
using cells::rows_of;
using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

const auto echo = [](const auto& features) { return Eigen::MatrixXd(features); };

/// Encodes text columns `color` (red, green; ignored otherwise) and `size` (s, m; refused otherwise).
ColumnTransformer<double> coded() {
  using Encoder = OneHotEncoder<double, Text>;
  const Encoder ignoring(Encoder::Options{.handle_unknown = HandleUnknown::ignore});
  ColumnTransformer<double> prep{{"color", ignoring, {"color"}}, {"size", Encoder{}, {"size"}}};
  const std::vector<std::string> color{"red", "green"}, size{"s", "m"};
  Table rows;
  prep.fit(rows.add("color", color).add("size", size));
  return prep;
}

Eigen::MatrixXd ask(const auto& predict, const std::vector<std::string>& color,
                    const std::vector<std::string>& size) {
  Table rows;
  return predict(rows.add("color", color).add("size", size));
}

TEST_CASE("unknown categories: served and counted where the encoder serves them") {
  const auto predict = guard(coded(), echo);
  const std::vector<std::string> sizes(4, "m");
  const Eigen::MatrixXd y = ask(predict, {"red", "blue", "green", "Red"}, sizes);
  CHECK(y.row(1).head(2).isZero());
  CHECK(y(0, 1) == 1);
  const Report report = predict.report();
  CHECK(report.of(Check::unknown_category).served == 2);
  REQUIRE(report.unknown.size() == 1);
  CHECK(report.unknown[0].column == "color");
  CHECK(report.unknown[0].rows == 2);
  CHECK(report.unknown[0].top == Counts{{"Red", 1}, {"blue", 1}});
  CHECK_THROWS_AS(ask(predict, {"blue", "red", "red", "red"}, {"m", "xl", "s", "xl"}), Error);
  const std::vector<UnknownCategories> after = predict.report().unknown;
  REQUIRE(after.size() == 2);
  CHECK(after[0].top == Counts{{"blue", 2}, {"Red", 1}});  // also of a call that is refused
  CHECK(after[1].column == "size");
  CHECK(after[1].top == Counts{{"xl", 2}});
  CHECK(predict.report().of(Check::unknown_category).failed == 2);
  CHECK(predict.report().of(Check::unknown_category).served == 2);
}

TEST_CASE("unknown categories: every action of the policy") {
  const std::vector<std::string> color{"red", "blue"}, size{"s", "m"};
  auto predict = guard(coded(), echo, Policy().set(Check::unknown_category, Action::reject_row, "color"));
  const Eigen::MatrixXd y = ask(predict, color, size);
  CHECK(y(0, 1) == 1);
  CHECK(cells::same(y(1, 0), cells::nan<double>));
  CHECK(predict.report().of(Check::unknown_category).rejected == 1);
  for (const Policy& policy : {Policy().set(Check::unknown_category, Action::fail), Policy::strict()}) {
    predict.set_policy(policy);
    const auto error = cells::error_of([&] { ask(predict, color, size); });
    REQUIRE(error);
    CHECK(
        std::string(error->what()) ==
        "prepguard: 1 of 2 rows rejected at input\n"
        "  row 1, column \"color\" (1 of 2): unknown category \"blue\"; expected one of 2 categories seen in "
        "training (green, red)\n"
        "  do: send a known category, or let the policy count them: the encoder ignores them");
    CHECK(error->code() == Errc::unknown_category);
    CHECK(error->info().check == "unknown_category");
    CHECK(error->info().got == "\"blue\"");
  }
  CHECK(predict.report().unknown[0].rows == 3);
  predict.set_policy(Policy().set(Check::unknown_category, Action::ignore));
  CHECK(ask(predict, color, size).rows() == 2);
  CHECK(predict.report().unknown[0].rows == 3);
  predict.set_policy(Policy::observe());
  CHECK(ask(predict, color, size).rows() == 2);
  CHECK(predict.report().of(Check::unknown_category).served == 1);
  // What an encoder refuses no policy can serve; a rule that asks for it by name says so.
  CHECK_THROWS_AS(ask(predict, {"red"}, {"xl"}), Error);
  check_error([&] { predict.set_policy(Policy().set(Check::unknown_category, Action::count, "size")); },
              Errc::bad_parameter,
              {"column \"size\": its encoder refuses", "expected reject_row or fail, got count"});
}

TEST_CASE(
    "unknown categories: of numbers, behind imputers, in every kind of pipeline, not behind other steps") {
  using Encoder = OrdinalEncoder<double>;
  const Encoder encoder(
      Encoder::Options{.handle_unknown = HandleUnknown::use_encoded_value, .unknown_value = -1.0});
  const auto rows = rows_of<double>({{1, 10}, {2, 20}, {2, cells::nan<double>}});
  const auto others = rows_of<double>({{1, 10}, {3, 30}, {cells::nan<double>, 20}, {2.5, 30}});
  const auto check = [&](const auto& prep) {
    const auto predict = guard(prep, echo);
    predict(others);
    const Report report = predict.report();
    CHECK(report.of(Check::unknown_category).served == 2);
    CHECK(report.of(Check::missing).served == 1);
    REQUIRE(report.unknown.size() == 2);
    CHECK(report.unknown[0].top == Counts{{"2.5", 1}, {"3", 1}});
    CHECK(report.unknown[1].top == Counts{{"30", 2}});
  };
  Pipeline known{SimpleImputer<double>{}, encoder};
  known.fit(rows);
  check(known);
  check(AnyPipeline<double>(known));
  ColumnStep<double> both = feature_union<double>({{"codes", known}});
  both.fit(MixedView<const double>(rows));
  check(both);
  Pipeline scaled{SimpleImputer<double>{}, MinMaxScaler<double>{}, encoder};
  scaled.fit(rows);
  const auto predict = guard(scaled, echo);
  predict(others);
  CHECK(predict.report().unknown.empty());
}

TEST_CASE("unknown categories: the vocabulary of a lookup; hashes know none") {
  Lookup<double, Text> lookup;
  lookup.fit(rows_of<Text>({{"a"}, {"b"}}));
  const auto predict = guard(lookup, echo);
  CHECK(predict(rows_of<Text>({{"a"}, {"c"}}))(1, 0) == 0);
  CHECK(predict.report().unknown.at(0).top == Counts{{"c", 1}});
  CHECK(predict.report().unknown.at(0).column == "x0");
}

TEST_CASE(
    "unknown categories: healthy rows allocate nothing, unknown ones only when a column has its first") {
  const ColumnTransformer<double> prep = coded();
  const auto predict = guard(prep, [](const auto& features) { return double(features.sum()); });
  const std::vector<std::string> known{"red"}, unknown{"a color that fits into no small buffer"}, size{"s"};
  Table healthy, other;
  healthy.add("color", known).add("size", size);
  other.add("color", unknown).add("size", size);
  const Binding binding = prep.schema().bind(healthy);
  CHECK(in_steady_state([&] { predict(healthy, binding); }) == 0);
  CHECK(in_steady_state([&] { predict(other, binding); }) == 0);
  CHECK(predict.report().unknown[0].rows == 3);
}

TEST_CASE("frequent values: texts are cut at the end of a character") {
  using detail::start_of;
  const std::string a63(63, 'a'), a62(62, 'a'), a61(61, 'a');
  CHECK(start_of(a63 + "b", 64) == a63 + "b");
  CHECK(start_of(a63 + "bc", 64) == a63 + "b");
  CHECK(start_of(a63 + "\xC3\xA9", 64) == a63);  // 2 bytes
  CHECK(start_of(a62 + "\xC3\xA9", 64) == a62 + "\xC3\xA9");
  CHECK(start_of(a62 + "\xE2\x82\xAC", 64) == a62);      // 3 bytes
  CHECK(start_of(a61 + "\xF0\x9F\x90\xA7", 64) == a61);  // 4 bytes
  CHECK(start_of(a61 + "\xE2\x82\xAC" + "b", 64) == a61 + "\xE2\x82\xAC");
  const std::string broken(100, '\x80');
  CHECK(start_of(broken, 64).size() == 64);
  CHECK(start_of("", 64).empty());
}

TEST_CASE("frequent values: no count is too large, none too small by more than a 17th of all") {
  detail::FrequentValues values;
  std::map<std::string, std::uint64_t> truth;
  std::uint64_t state = 7;
  constexpr std::uint64_t all = 20000;
  for (std::uint64_t i = 0; i < all; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t draw = state >> 40;
    const std::string value = std::to_string(draw % 4 == 0 ? draw % 8 : draw % 5000);
    values.add(value);
    ++truth[value];
  }
  CHECK(values.values() == all);
  std::map<std::string, std::uint64_t> kept;
  for (const auto& [value, count] : values.top()) kept[value] = count;
  CHECK(kept.size() <= 16);
  for (const auto& some : truth) {
    CAPTURE(some.first);
    CHECK(kept[some.first] <= some.second);
    CHECK(some.second <= kept[some.first] + all / 17);
  }
}

TEST_CASE(
    "frequent values: a million rows with a million different categories take no more memory than one") {
  constexpr std::size_t rows = 1'000'000, batch = 1000;
  const ColumnTransformer<double> prep = coded();
  const std::vector<int> answers(batch, 7);
  const auto predict = guard(prep, [&](const auto&) -> const std::vector<int>& { return answers; });
  std::vector<std::string> color(batch);
  const std::vector<std::string> size(batch, "s");
  Table table;
  table.add("color", color).add("size", size);
  const Binding binding = prep.schema().bind(table);
  const auto send = [&](std::size_t first) {
    for (std::size_t i = 0; i < batch; ++i) {
      const std::size_t n = first + i;
      color[i] = n % 10 == 0 ? "cyan" : n % 12 == 1 ? "magenta" : std::to_string(n);
    }
    return predict.try_call(table, binding).has_value();
  };
  REQUIRE(send(0));
  const std::int64_t live = live_allocations();
  const std::uint64_t made = allocations_of([&] {
    for (std::size_t first = batch; first < rows; first += batch) REQUIRE(send(first));
  });
  CHECK(live_allocations() == live);
  CHECK(made < 100);
  const std::vector<UnknownCategories> unknown = predict.report().unknown;
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].rows == rows);
  CHECK(predict.report().of(Check::unknown_category).served == rows);
  REQUIRE(unknown[0].top.size() <= 16);
  std::uint64_t truth_magenta = 0;
  for (std::size_t n = 0; n < rows; ++n) truth_magenta += n % 10 != 0 && n % 12 == 1 ? 1U : 0U;
  CHECK(unknown[0].top[0].first == "cyan");
  CHECK(unknown[0].top[0].second <= rows / 10);
  CHECK(unknown[0].top[0].second >= rows / 10 - rows / 17);
  CHECK(unknown[0].top[1].first == "magenta");
  CHECK(unknown[0].top[1].second <= truth_magenta);
  CHECK(unknown[0].top[1].second >= truth_magenta - rows / 17);
}

TEST_CASE("unknown categories: counted exactly by threads that share a guard; moved along, not copied") {
  auto predict = guard(coded(), [](const auto& features) { return double(features.sum()); });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const std::vector<std::string> color{"blue"}, size{"s"};
      Table rows;
      rows.add("color", color).add("size", size);
      for (int i = 0; i < 500; ++i) static_cast<void>(std::as_const(predict).try_call(rows));
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(predict.report().unknown.at(0).top == Counts{{"blue", 2000}});
  const auto copy = predict;
  CHECK(copy.report().unknown.empty());
  const auto moved = std::move(predict);
  CHECK(moved.report().unknown.at(0).rows == 2000);
  CHECK(predict.report().unknown.empty());
}

}  // namespace unknown_category_test
