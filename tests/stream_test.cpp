// SPDX-License-Identifier: MIT
// The checks of many rows. How often they are right on real data is measured by tests/stream/main.py.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/detail/permutation.hpp"
#include "prepguard/detail/training.hpp"
#include "prepguard/guard.hpp"

namespace stream_test {

using namespace prepguard;
using cells::check_error;
using cells::infinity;
using cells::nan;

/// Rows of a mass (normal, 4200 and 800), a length (normal, 190 and 14), an amount (skewed) and a count of
/// few values; the same for the same seed on every machine.
Matrix<double> rows_of_people(std::size_t rows, unsigned seed) {
  std::mt19937 random(seed);
  const auto uniform = [&] { return (static_cast<double>(random()) + 0.5) / 4294967296.0; };
  const auto normal = [&] {
    return std::sqrt(-2.0 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
  };
  Matrix<double> made(rows, 4);
  for (std::size_t i = 0; i < rows; ++i) {
    made(i, 0) = 4200 + 800 * normal();
    made(i, 1) = 190 + 14 * normal();
    made(i, 2) = -50 * std::log(uniform());
    made(i, 3) = std::floor(5 * uniform() * uniform());
  }
  return made;
}

constexpr std::array<const char*, 4> names{"mass", "length", "amount", "count"};

/// A pipeline that knows what 1,000 such rows look like.
samples::Documented<StandardScaler<double>> people() {
  const Matrix<double> rows = rows_of_people(1000, 1);
  StandardScaler<double> scaler;
  scaler.fit(rows);
  std::vector<Column> columns;
  for (std::size_t j = 0; j < names.size(); ++j) {
    std::vector<double> cells;
    for (std::size_t i = 0; i < rows.rows(); ++i) cells.push_back(rows(i, j));
    columns.push_back(samples::number_column(names[j], detail::training_of_numbers(cells, names[j])));
  }
  return {scaler, columns};
}

const auto first_column = [](const auto& features) { return Eigen::VectorXd(features.col(0)); };

/// The verdicts after these rows were served.
std::vector<Verdict> verdicts_of(const Matrix<double>& rows, Policy policy = Policy::observe()) {
  const auto predict = guard(people(), first_column, std::move(policy));
  (void)predict(rows);
  return predict.report().verdicts;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

template <class Change>
Matrix<double> changed(std::size_t column, Change change) {
  Matrix<double> rows = rows_of_people(256, 2);
  for (std::size_t i = 0; i < rows.rows(); ++i) rows(i, column) = change(rows(i, column));
  return rows;
}

void check_verdict(const std::vector<Verdict>& verdicts, Check check, std::vector<std::string> columns,
                   std::vector<std::string_view> words) {
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].check == check);
  CHECK(verdicts[0].columns == columns);
  CHECK(verdicts[0].windows == 1);
  for (const std::string_view word : words) CHECK_MESSAGE(contains(verdicts[0].text, word), verdicts[0].text);
}

TEST_CASE("rows as in training give no verdict, whatever the batches") {
  const Matrix<double> rows = rows_of_people(2048, 3);
  for (const std::size_t batch : {1U, 7U, 64U, 256U, 2048U}) {
    const auto predict = guard(people(), first_column);
    for (std::size_t first = 0; first < rows.rows(); first += batch) {
      const std::size_t count = std::min(batch, rows.rows() - first);
      (void)predict(MatrixView<const double>(rows).middle_rows(first, count));
    }
    predict.judge();
    const Report report = predict.report();
    CHECK(report.verdicts.empty());
    REQUIRE(report.columns.size() == 4);
    CHECK(report.columns[0].name == "mass");
    CHECK(report.columns[0].rows >= 256);
    CHECK(report.columns[0].missing == 0);
    CHECK(std::abs(report.columns[0].mean - 4200) < 200);
    CHECK(std::abs(report.columns[0].std - 800) < 120);
    CHECK(report.columns[0].training_max == people().schema().columns()[0].numbers.max);
  }
}

TEST_CASE("data that is already scaled is refused, and served again when it is raw") {
  const auto prep = people();
  const Matrix<double> good = rows_of_people(256, 4), scaled = prep.transform(good);
  const auto predict = guard(prep, first_column);
  check_error([&] { (void)predict(scaled); }, Errc::rejected,
              {"prepguard: this data looks already scaled: 4 of 4 numeric columns have mean 0 +- ",
               " and standard deviation 1 +- ", " over 256 rows",
               "\"mass\": standardized, (x - mean) / standard deviation", "; training mean 42",
               ", standard deviation 8", "do: pass raw values; the pipeline scales them"});
  CHECK(predict.report().of(Check::already_scaled).failed == 1);
  CHECK(predict.report().of(Check::already_scaled).served == 1);  // windows
  CHECK(!predict.try_call(MatrixView<const double>(good).middle_rows(0, 1)));
  CHECK(predict.report().refused.rows == 257);
  CHECK(!predict.try_call(MatrixView<const double>(good).middle_rows(1, 200)));
  CHECK(predict.try_call(MatrixView<const double>(good).middle_rows(0, 64)));  // fills a good window
  CHECK(predict.report().verdicts.empty());
}

TEST_CASE("single rows are judged together") {
  const auto prep = people();
  const Matrix<double> scaled = prep.transform(rows_of_people(256, 5));
  const auto predict = guard(prep, first_column);
  for (std::size_t i = 0; i < 256; ++i) {
    const std::span<const double> row(scaled.row(i));
    CHECK(static_cast<bool>(predict.try_call(row)) == (i < 255));
  }
  CHECK(predict.report().of(Check::already_scaled).failed == 1);
}

TEST_CASE("what was done to a column is named") {
  const NumberTraining mass = people().schema().columns()[0].numbers;
  const auto standard = [&](double x) { return (x - mass.mean) / mass.std; };
  check_verdict(verdicts_of(changed(0, standard)), Check::already_scaled, {"mass"},
                {"1 of 4 numeric columns have mean 0 +- 0.", "standardized"});
  check_verdict(verdicts_of(changed(0, [&](double x) { return standard(standard(x)); })),
                Check::already_scaled, {"mass"}, {"standardized twice"});
  check_verdict(verdicts_of(changed(0, [&](double x) { return x * mass.std + mass.mean; })),
                Check::already_scaled, {"mass"}, {"scaled back, x * standard deviation + mean"});
  check_verdict(verdicts_of(changed(0, [&](double x) { return (x - mass.min) / (mass.max - mass.min); })),
                Check::already_scaled, {"mass"}, {"scaled to [0, 1], (x - min) / (max - min)"});
  check_verdict(verdicts_of(changed(0, [](double x) { return x / 1000; })), Check::rescaled, {"mass"},
                {"training's values times 0.001;", "median 4.", "training's 4"});
  check_verdict(verdicts_of(changed(2, [](double x) { return 37.5 * x; })), Check::rescaled, {"amount"},
                {"training's values times 3", ", about"});
  check_verdict(verdicts_of(changed(1, [](double x) { return x + 273.15; })), Check::rescaled, {"length"},
                {"training's values plus 273.1"});
  check_verdict(verdicts_of(changed(3, [](double) { return 0.0; })), Check::constant_column, {"count"},
                {"every value is 0; training range [0, 4]"});
  check_verdict(verdicts_of(changed(1, [](double x) { return x < 190 ? x : x + 30; })), Check::drift,
                {"length"},
                {"population stability index", "the sum of (p - q) * ln(p / q) over 8 bins", "median 189"});
}

TEST_CASE("swapped columns are named, two or more") {
  Matrix<double> rows = rows_of_people(256, 6);
  for (std::size_t i = 0; i < rows.rows(); ++i) std::swap(rows(i, 0), rows(i, 1));
  check_verdict(verdicts_of(rows), Check::swapped_columns, {"mass", "length"},
                {"columns look swapped: \"mass\", \"length\"",
                 "\"mass\": its values are distributed like training's \"length\""});
  for (std::size_t i = 0; i < rows.rows(); ++i) std::swap(rows(i, 1), rows(i, 2));
  check_verdict(verdicts_of(rows), Check::swapped_columns, {"mass", "length", "amount"},
                {"\"amount\": its values"});
}

TEST_CASE("cycles of a pairing") {
  const double no = 9, yes = 1;
  const std::vector<std::vector<double>> cost{
      {no, yes, no, 0.5}, {no, no, yes, no}, {yes, no, no, no}, {no, no, no, no}};
  const detail::Pairing pairing(cost, 2);
  CHECK(pairing.in_cycle(0) == 1);  // 3 is cheaper, but leads nowhere
  CHECK(pairing.in_cycle(1) == 2);
  CHECK(pairing.in_cycle(2) == 0);
  CHECK(pairing.in_cycle(3) == detail::Pairing::none);
}

TEST_CASE("missing values and infinities") {
  Matrix<double> rows = rows_of_people(256, 7);
  for (std::size_t i = 0; i < 40; ++i) rows(i * 3, 1) = nan<double>;
  check_verdict(verdicts_of(rows), Check::missing_rate, {"length"}, {"15.62 % missing, 0 % in training"});
  rows = rows_of_people(256, 8);
  rows(3, 0) = infinity<double>;
  rows(4, 0) = -infinity<double>;
  rows(5, 0) = -nan<double>;
  const auto predict = guard(people(), first_column, Policy::observe());
  (void)predict(rows);
  const Report report = predict.report();
  CHECK(report.verdicts.empty());
  CHECK(report.columns[0].missing == 1);
  CHECK(report.columns[0].min > 1000);
  CHECK(report.columns[0].max < 8000);
  CHECK(std::abs(report.columns[0].mean - 4200) < 200);
}

TEST_CASE("what the policy ignores gives no verdict; a threshold of drift") {
  const auto drifting = changed(1, [](double x) { return x < 190 ? x : x + 30; });
  CHECK(verdicts_of(drifting, Policy::observe().set(Check::drift, Action::ignore)).empty());
  CHECK(verdicts_of(drifting, Policy::observe().set(Check::drift, Action::ignore, "length")).empty());
  CHECK(verdicts_of(drifting, Policy::observe().set(Check::drift, Action::count, "length", 50.0)).empty());
  CHECK(verdicts_of(drifting, Policy::observe().set(Check::drift, Action::count, "mass", 50.0)).size() == 1);
  auto policy = Policy::observe().set(Check::out_of_range, Action::ignore);
  policy.set(Check::drift, Action::fail, "length");
  const auto predict = guard(people(), first_column, policy);
  check_error([&] { (void)predict(drifting); }, Errc::rejected, {"columns drift from training: \"length\""});
  policy = Policy::observe();
  for (const Check check : {Check::already_scaled, Check::rescaled, Check::swapped_columns,
                            Check::constant_column, Check::missing_rate, Check::drift}) {
    policy.set(check, Action::ignore);
  }
  const auto blind = guard(people(), first_column, policy);
  (void)blind(drifting);
  blind.judge();
  CHECK(blind.report().columns[0].rows == 0);
}

TEST_CASE("fewer rows are judged on demand, and copies begin anew") {
  const auto scaled = people().transform(rows_of_people(20, 9));
  const auto predict = guard(people(), first_column, Policy::observe());
  (void)predict(scaled);
  CHECK(predict.report().verdicts.empty());
  const auto copy = predict;
  predict.judge();
  check_verdict(predict.report().verdicts, Check::already_scaled, {"mass", "length", "amount", "count"},
                {"over 20 rows"});
  copy.judge();
  CHECK(copy.report().columns[0].rows == 0);
  const Matrix<double> good = rows_of_people(3, 10);
  (void)predict(good);
  predict.judge();
  CHECK(predict.report().verdicts.empty());  // three rows show nothing
}

TEST_CASE("columns of text: stuck, missing, drifting") {
  const detail::TextDistribution training(
      {.count = 1000, .values = {"a", "b", "c", "d"}, .frequencies = {500, 300, 100, 100}});
  const auto judged = [&](const std::vector<std::string>& cells) {
    std::vector<std::uint32_t> marks;
    for (std::size_t i = 0; i < 256; ++i) {
      const std::string& cell = cells[i % cells.size()];
      marks.push_back(detail::mark_of(cell.empty() ? Text(Missing::nan) : Text(cell)));
    }
    return training.judge(marks.data(), 1, marks.size(), 20.0, 0.25);
  };
  CHECK(!judged({"a", "a", "a", "a", "a", "b", "b", "b", "c", "d"}).check);
  CHECK(judged({"a"}).check == Check::constant_column);
  CHECK(judged({"z"}).check == Check::constant_column);
  CHECK(judged({"c", "d"}).check == Check::drift);
  CHECK(judged({"a", "", "b"}).missing == Check::missing_rate);
  // By hand, shares .5 .5 0 0 against .5 .3 .1 .1, and half a value of 256 in an empty bin
  const double none = 0.5 / 256;
  CHECK(judged({"a", "b"}).stability ==
        doctest::Approx(0.2 * std::log(5.0 / 3) + 2 * (none - 0.1) * std::log(none / 0.1)));
}

TEST_CASE("a misfit is -log of a likelihood ratio") {
  // 30 of 100 against 10 of 50, all at 4 / 15; scipy: power_divergence of the table,
  // lambda_="log-likelihood", / 2
  const double expected = 100 * (0.3 * std::log(0.3 * 15 / 4) + 0.7 * std::log(0.7 * 15 / 11)) +
                          50 * (0.2 * std::log(0.2 * 15 / 4) + 0.8 * std::log(0.8 * 15 / 11));
  CHECK(detail::misfit(0.3, 100, 0.2, 50) == doctest::Approx(expected));
  CHECK(detail::misfit(0.2, 100, 0.2, 50) == doctest::Approx(0.0));
  for (const double share : {0.0, 0.01, 0.4, 0.99, 1.0}) {
    for (const double p : detail::quantile_levels)
      CHECK(detail::misfit(share, 256, p, 100) <= detail::misfit_bound(share, 256, p, 100) + 1e-9);
  }
}

TEST_CASE("windows filled and judged by many threads") {
  const auto predict = guard(people(), first_column, Policy::observe());
  const Matrix<double> scaled = people().transform(rows_of_people(512, 12));
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 512; ++i) {
        if (t % 2 == 0) {
          (void)predict(std::span<const double>(scaled.row((i + 100 * t) % 512)));
        } else {
          (void)predict(MatrixView<const double>(scaled).middle_rows(i % 480, 1 + i % 32));
        }
      }
    });
  }
  std::thread judge([&] {
    while (!stop) predict.judge();
  });
  std::thread reader([&] {
    while (!stop) {
      for (const Verdict& verdict : predict.report().verdicts) {
        if (verdict.check != Check::already_scaled) CHECK(verdict.text.size() > 20);
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  judge.join();
  reader.join();
  for (std::size_t i = 0; i < 256; ++i) (void)predict(std::span<const double>(scaled.row(i)));
  predict.judge();
  const Report report = predict.report();
  CHECK(report.calls() == 6 * 512 + 256);
  REQUIRE(report.columns.size() == 4);
  CHECK(report.columns[0].rows > 1000);
  CHECK(report.columns[0].rows <= report.rows());
  CHECK(report.of(Check::already_scaled).served > 0);
}

TEST_CASE("watching streams allocates nothing in the steady state") {
  const auto predict = guard(people(), [](std::span<const double> x) { return x[0]; });
  const Matrix<double> rows = rows_of_people(2600, 13);
  for (std::size_t i = 0; i < 300; ++i) (void)predict(std::span<const double>(rows.row(i)));
  const std::uint64_t before = allocations();
  for (std::size_t i = 300; i < 2600; ++i) (void)predict(std::span<const double>(rows.row(i)));
  CHECK(allocations() == before);
}

}  // namespace stream_test
