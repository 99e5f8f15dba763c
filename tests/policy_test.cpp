// SPDX-License-Identifier: MIT
#include "prepguard/policy.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/prepguard.hpp"

namespace policy_test {

using namespace prepguard;
using cells::check_error;
using cells::infinity;
using cells::nan;

/// Columns `a` (training 0 to 10, median 5) and `b` (training 100 to 200, median 150), passed on as they are.
samples::Documented<StandardScaler<double>> two_columns() {
  StandardScaler<double> step({.with_mean = false, .with_std = false});
  step.fit(Matrix<double>(2, 2));
  const auto column = [](const char* name, double min, double max) {
    Column made = samples::number_column(name, {.count = 100, .min = min, .max = max});
    made.numbers.quantiles.assign(7, min + (max - min) / 2);
    return made;
  };
  return {step, {column("a", 0, 10), column("b", 100, 200)}};
}

const auto echo = [](const auto& features) { return Eigen::MatrixXd(features); };

/// Five rows, the third one bad: `a` is `cell`.
Matrix<double> rows_with(double cell) {
  return cells::rows_of<double>({{1, 110}, {2, 120}, {cell, 130}, {4, 140}, {5, 150}});
}

/// What the model got for the third row; nothing if the call was refused.
std::optional<double> served(const Policy& policy, double cell) {
  const auto predict = guard(two_columns(), echo, policy);
  const auto outcome = predict.try_call(rows_with(cell));
  if (!outcome) return std::nullopt;
  CHECK(outcome->rows() == 5);
  CHECK((*outcome)(1, 0) == 2);
  CHECK((*outcome)(3, 1) == 140);
  return (*outcome)(2, 0);
}

/// The third row of the report: failed, rejected, served of a check after one call.
Report::Found counted(const Policy& policy, double cell, Check check) {
  const auto predict = guard(two_columns(), echo, policy);
  (void)predict.try_call(rows_with(cell));
  return predict.report().of(check);
}

bool same(const Report::Found& found, std::uint64_t failed, std::uint64_t rejected,
          std::uint64_t served_rows) {
  return found.failed == failed && found.rejected == rejected && found.served == served_rows;
}

TEST_CASE("policy: every action of every check of a cell") {
  struct Case {
    Check check;
    double cell, replaced;
  };
  // In the place of a missing cell the median, of one out of range the nearest end of training.
  const Case cases[] = {{Check::inf, infinity<double>, 10},  {Check::inf, -infinity<double>, 0},
                        {Check::missing, nan<double>, 5},    {Check::out_of_range, 10.5, 10},
                        {Check::out_of_range, -0.5, 0},      {Check::far_out_of_range, 1e6, 10},
                        {Check::far_out_of_range, -101.0, 0}};
  for (const Case& sample : cases) {
    const Check check = sample.check;
    const double cell = sample.cell, replaced = sample.replaced;
    CAPTURE(name(check));
    CAPTURE(cell);
    const auto with = [&](Action action) {
      return Policy().set(check, action).set(Check::non_finite_output, Action::ignore);
    };
    CHECK(!served(with(Action::fail), cell));
    CHECK(same(counted(with(Action::fail), cell, check), 1, 0, 0));
    const auto gap = served(with(Action::reject_row), cell);
    REQUIRE(gap);
    CHECK(cells::same(*gap, nan<double>));
    CHECK(same(counted(with(Action::reject_row), cell, check), 0, 1, 0));
    CHECK(served(with(Action::replace), cell) == replaced);
    CHECK(same(counted(with(Action::replace), cell, check), 0, 0, 1));
    for (const Action action : {Action::count, Action::ignore}) {
      const auto passed = served(with(action), cell);
      REQUIRE(passed);
      CHECK(cells::same(*passed, cell));
      CHECK(same(counted(with(action), cell, check), 0, 0, action == Action::count ? 1 : 0));
    }
  }
}

TEST_CASE("policy: the last rule that names the column counts, else the last that names none") {
  Policy policy;
  policy.set(Check::missing, Action::replace, "a").set(Check::missing, Action::count);
  CHECK(policy.action(Check::missing, "a") == Action::replace);
  CHECK(policy.action(Check::missing, "b") == Action::count);
  policy.set(Check::missing, Action::fail, "a");
  CHECK(policy.action(Check::missing, "a") == Action::fail);
  CHECK(policy.action(Check::inf) == Action::fail);
  CHECK(policy.action(Check::out_of_range) == Action::count);
  CHECK(policy.value(Check::far_out_of_range) == 10);
  CHECK(policy.has_rule(Check::missing, "b"));
  CHECK(!policy.has_rule(Check::inf, "b"));
}

TEST_CASE("policy: presets") {
  struct Case {
    double cell;
    bool serving, strict;
  };
  for (const auto& sample : {Case{10.0, true, true}, Case{10.5, true, false}, Case{110.0, true, false},
                             Case{110.5, false, false}, Case{nan<double>, false, false}}) {
    const double cell = sample.cell;
    CAPTURE(cell);
    CHECK(served(Policy::serving(), cell).has_value() == sample.serving);
    CHECK(served(Policy::strict(), cell).has_value() == sample.strict);
    CHECK(served(Policy::observe(), cell).has_value());
  }
  CHECK(same(counted(Policy::observe(), 1e6, Check::far_out_of_range), 0, 0, 1));
}

TEST_CASE("policy: widened ranges are multiples of the training range, also of a column that was constant") {
  const auto with = [](Check check, double value) {
    return Policy::strict().set(check, Action::fail, "a", value);
  };
  CHECK(served(with(Check::out_of_range, 0.5), 15.0));
  CHECK(!served(with(Check::out_of_range, 0.5), 15.5));
  CHECK(served(with(Check::out_of_range, 0.5), -5.0));
  CHECK(!served(with(Check::out_of_range, 0.5), -5.5));
  const Policy far = Policy().set(Check::far_out_of_range, Action::fail, "a", 2);
  CHECK(served(far, 30.0));
  CHECK(!served(far, 30.5));

  StandardScaler<double> step({.with_mean = false, .with_std = false});
  step.fit(Matrix<double>(2, 1));
  const auto constant = samples::number_column("c", {.count = 9, .min = 50, .max = 50});
  const auto predict = guard(samples::Documented<StandardScaler<double>>(step, {constant}), echo);
  CHECK(predict.try_call(cells::rows_of<double>({{550}})));  // 10 times the 50 away
  CHECK(!predict.try_call(cells::rows_of<double>({{551}})));
  CHECK(predict.report().of(Check::out_of_range).served == 1);
  const auto near = guard(samples::Documented<StandardScaler<double>>(step, {constant}), echo,
                          Policy().set(Check::out_of_range, Action::fail, "c", 0.5));
  CHECK(near.try_call(cells::rows_of<double>({{75}})));
  CHECK(!near.try_call(cells::rows_of<double>({{75.5}})));
}

TEST_CASE(
    "policy: of both checks of the range the graver action counts, and a tolerance reaches as far as it "
    "says") {
  const Policy near = Policy::observe().set(Check::out_of_range, Action::fail);
  CHECK(!served(near, 10.5));
  CHECK(!served(near, 1e6));
  CHECK(!served(Policy::strict().set(Check::far_out_of_range, Action::count), 1e6));
  CHECK(served(Policy().set(Check::far_out_of_range, Action::count), 1e6));
  CHECK(served(Policy().set(Check::out_of_range, Action::count, "a", 20), 200.0));
  CHECK(!served(Policy().set(Check::out_of_range, Action::count, "a", 20), 210.5));
}

TEST_CASE("policy: training statistics that a float cannot hold") {
  StandardScaler<float> step({.with_mean = false, .with_std = false});
  step.fit(cells::rows_of<float>({{0}, {1}}));
  const auto wide = samples::number_column("w", {.count = 9, .min = -1e300, .max = 1e300});
  const auto predict = guard(
      samples::Documented<StandardScaler<float>>(step, {wide}),
      [](const auto& features) { return Eigen::MatrixXf(features); },
      Policy().set(Check::inf, Action::replace));
  CHECK(predict(cells::rows_of<float>({{cells::infinity<float>}}))(0, 0) ==
        std::numeric_limits<float>::max());
}

TEST_CASE("policy: rejected rows never reach the model, and their places are NaN in every kind of result") {
  const Policy policy = Policy().set(Check::missing, Action::reject_row);
  std::vector<double> seen;
  const auto rows =
      cells::rows_of<double>({{nan<double>, 1}, {2, 120}, {nan<double>, 1}, {4, 140}, {nan<double>, 1}});
  const auto check = [&](auto model, auto&& at) {
    seen.clear();
    auto predict = guard(two_columns(), std::move(model), policy);
    auto y = predict(rows);
    CHECK(seen == std::vector<double>{2, 4});
    for (const std::size_t gap : {0U, 2U, 4U}) CHECK(cells::same(double{at(y, gap)}, nan<double>));
    CHECK(at(y, 1) == 122);
    CHECK(at(y, 3) == 144);
    CHECK(predict.report().of(Check::missing).rejected == 3);
    CHECK(predict.report().served.rows == 5);
  };
  const auto note = [&](const auto& features) {
    for (Eigen::Index i = 0; i < features.rows(); ++i) seen.push_back(features(i, 0));
  };
  using Map = Features<double>;
  check(
      [&](const Map& x) {
        note(x);
        return x.rowwise().sum().eval();
      },
      [](const auto& y, std::size_t i) { return y(static_cast<Eigen::Index>(i)); });
  check(
      [&](const Map& x) {
        note(x);
        Eigen::MatrixXf y(x.rows(), 2);
        y.col(0).setZero();
        y.col(1) = x.rowwise().sum().cast<float>();
        return y;
      },
      [](const auto& y, std::size_t i) { return y(static_cast<Eigen::Index>(i), 1); });
  check(
      [&](const Map& x) {
        note(x);
        std::vector<double> y;
        for (Eigen::Index i = 0; i < x.rows(); ++i) y.push_back(x.row(i).sum());
        return y;
      },
      [](const auto& y, std::size_t i) { return y[i]; });
  check(
      [&](const Map& x) {
        note(x);
        return std::optional(x.rowwise().sum().eval());
      },
      [](const auto& y, std::size_t i) { return (*y)(static_cast<Eigen::Index>(i)); });
  check(
      [&](MatrixView<const double> x) {
        Matrix<float> y(x.rows(), 1);
        for (std::size_t i = 0; i < x.rows(); ++i) {
          seen.push_back(x(i, 0));
          y(i, 0) = static_cast<float>(x(i, 0) + x(i, 1));
        }
        return y;
      },
      [](const auto& y, std::size_t i) { return y(i, 0); });
  check(
      [&](std::span<const double> row) {
        seen.push_back(row[0]);
        return row[0] + row[1];
      },
      [](const auto& y, std::size_t i) { return y(i, 0); });
}

TEST_CASE(
    "policy: a result that cannot have gaps is an error before the model runs, as is a call without rows "
    "left") {
  const Policy policy = Policy().set(Check::missing, Action::reject_row);
  int calls = 0;
  auto whole = guard(
      two_columns(),
      [&](const auto& features) {
        ++calls;
        return std::vector<int>(static_cast<std::size_t>(features.rows()));
      },
      policy);
  check_error([&] { whole(rows_with(nan<double>)); }, Errc::bad_parameter,
              {"1 row was rejected", "cannot have gaps", "reject_row"});
  CHECK(calls == 0);
  CHECK(same(whole.report().of(Check::missing), 0, 0, 0));  // nothing was served with that row taken out
  using Short = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 8, 1>;  // memory for 8 rows inside
  auto shorter = guard(
      two_columns(), [](const auto& features) -> Short { return features.col(0); }, policy);
  check_error([&] { shorter(rows_with(nan<double>)); }, Errc::bad_parameter, {"cannot have gaps"});
  CHECK(whole(rows_with(3)).size() == 5);

  auto flat = guard(
      two_columns(),
      [](const auto& features) -> std::vector<double> {
        return std::vector<double>(2, double(features.rows()));
      },
      policy);
  check_error(
      [&] {
        flat(cells::rows_of<double>({{nan<double>, 1}, {2, 120}}));
      },
      Errc::bad_parameter, {"2 values for one row"});

  const auto predict = guard(two_columns(), echo, policy);
  check_error(
      [&] {
        predict(cells::rows_of<double>({{nan<double>, 1}, {nan<double>, 2}}));
      },
      Errc::non_finite, {"2 of 2 rows rejected at input", "column \"a\""});
  CHECK(predict.report().of(Check::missing).failed == 2);
}

TEST_CASE("policy: a row that fails takes the call with it, also beside rows that are only rejected") {
  const Policy policy =
      Policy().set(Check::missing, Action::reject_row).set(Check::inf, Action::reject_row, "b");
  const auto predict = guard(two_columns(), echo, policy);
  check_error(
      [&] {
        predict(cells::rows_of<double>({{nan<double>, 1}, {infinity<double>, 120}, {1, 130}}));
      },
      Errc::non_finite, {"2 of 3 rows rejected at input", "row 0, column \"a\"", "row 1, column \"a\""});
  CHECK(same(predict.report().of(Check::inf), 1, 0, 0));
  CHECK(same(predict.report().of(Check::missing), 1, 0, 0));
  const auto y = predict(cells::rows_of<double>({{2, infinity<double>}, {1, 130}}));
  CHECK(cells::same(y(0, 0), nan<double>));
  CHECK(same(predict.report().of(Check::inf), 1, 1, 0));
}

TEST_CASE("policy: the rows that failed the call are named first") {
  const Policy policy = Policy().set(Check::missing, Action::reject_row);
  Matrix<double> rows(7, 2);
  for (std::size_t i = 0; i < 7; ++i) {
    rows(i, 0) = i < 6 ? nan<double> : infinity<double>;
    rows(i, 1) = 150;
  }
  const auto predict = guard(two_columns(), echo, policy);
  const auto error = cells::error_of([&] { predict(rows); });
  REQUIRE(error);
  CHECK(error->info().row == 6);
  CHECK(error->info().check == "inf");
  CHECK(std::string(error->what()).find("7 of 7 rows rejected at input\n  row 6, column \"a\"") !=
        std::string::npos);
  CHECK(std::string(error->what()).find("\n  row 0, column \"a\"") != std::string::npos);
}

TEST_CASE("policy: messages about the output name the row that came in") {
  const Policy policy = Policy().set(Check::missing, Action::reject_row);
  const auto predict = guard(
      two_columns(),
      [](const auto& features) {
        Eigen::MatrixXd y(features);
        y(2, 1) = nan<double>;
        return y;
      },
      policy);
  const auto error = cells::error_of([&] {
    predict(cells::rows_of<double>({{nan<double>, 1}, {1, 110}, {nan<double>, 1}, {2, 120}, {3, 130}}));
  });
  REQUIRE(error);
  CHECK(error->info().row == 4);
  CHECK(std::string(error->what()).find("row 4, column 1") != std::string::npos);
}

TEST_CASE("policy: what a step cannot map is never served; the row may be taken out") {
  samples::Penguins penguins;
  penguins.island[2] = "Svalbard";
  const auto prep = samples::Penguins::fitted<double>();
  const auto strict = guard(prep, echo, Policy::observe());
  check_error([&] { strict(penguins.table()); }, Errc::unknown_category, {"Svalbard"});
  auto lenient = guard(prep, echo, Policy().set(Check::unknown_category, Action::reject_row, "island"));
  const Eigen::MatrixXd y = lenient(penguins.table());
  const Matrix<double> features = prep.transform(samples::Penguins().table());
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < features.cols(); ++k) {
      const double got = y(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
      CHECK(cells::same(got, i == 2 ? nan<double> : features(i, k)));
    }
  }
  CHECK(lenient.report().of(Check::unknown_category).rejected == 1);

  // Replaced first, transformed then: what the pipeline makes of the other rows of the tile stays.
  penguins = {};
  penguins.length[1] = nan<double>;
  lenient.set_policy(Policy().set(Check::missing, Action::reject_row, "length"));
  CHECK(cells::same(lenient(penguins.table())(1, 0), nan<double>));
  check_error([&] { lenient.set_policy(Policy().set(Check::missing, Action::replace, "island")); },
              Errc::bad_parameter, {"island", "to put in its place", "text"});
  check_error([&] { lenient.set_policy(Policy().set(Check::missing, Action::replace, "sex")); },
              Errc::bad_parameter, {"sex", "text"});  // its imputer fills NaN, not None
  CHECK(lenient.policy().action(Check::missing, "length") == Action::reject_row);  // the old one stays
}

TEST_CASE("policy: features and results that are not finite, by the policy") {
  StandardScaler<double> scaler;
  scaler.fit(cells::rows_of<double>({{0}, {1e-100}}));
  const auto rows = cells::rows_of<double>({{0}, {1e300}});
  const auto pass = [](const auto& features) { return Eigen::MatrixXd(features); };
  CHECK(!guard(scaler, pass).try_call(rows));
  const auto counting = guard(scaler, pass, Policy::observe());
  CHECK(cells::same(counting(rows)(1, 0), infinity<double>));
  CHECK(same(counting.report().of(Check::non_finite_features), 0, 0, 1));
  CHECK(same(counting.report().of(Check::non_finite_output), 0, 0, 1));
  const auto rejecting =
      guard(scaler, pass, Policy().set(Check::non_finite_features, Action::reject_row, "x0"));
  CHECK(cells::same(rejecting(rows)(1, 0), nan<double>));
  CHECK(rejecting(rows)(0, 0) == scaler.transform(cells::rows_of<double>({{0}}))(0, 0));
}

TEST_CASE("policy: rules that make no sense are refused, naming what would") {
  Policy policy;
  const Policy before = policy;
  check_error([&] { policy.set(Check::schema, Action::count); }, Errc::bad_parameter,
              {"schema", "one of fail", "count"});
  check_error([&] { policy.set(Check::unknown_category, Action::replace); }, Errc::bad_parameter,
              {"one of ignore, count, reject_row, fail"});
  check_error([&] { policy.set(Check::narrowing, Action::replace); }, Errc::bad_parameter,
              {"one of ignore, count, reject_row, fail"});
  check_error([&] { policy.set(Check::missing, Action::fail, "a", 2.0); }, Errc::bad_parameter,
              {"has no value", "2.0"});
  check_error([&] { policy.set(Check::out_of_range, Action::fail, "a", nan<double>); }, Errc::bad_parameter,
              {"at least 0", "nan"});
  check_error([&] { policy.set(Check::out_of_range, Action::fail, "a", -1.0); }, Errc::bad_parameter,
              {"at least 0"});
  check_error([&] { policy.set(Check::non_finite_output, Action::count, "y"); }, Errc::bad_parameter,
              {"no column by itself"});
  check_error(
      [&] {
        policy.add({"environment", "count", "", 0.0});
      },
      Errc::bad_version, {"environment", "newer library"});
  check_error(
      [&] {
        policy.add({"inf", "explode", "", 0.0});
      },
      Errc::bad_parameter, {"explode", "reject_row"});
  CHECK(policy == before);
  StandardScaler<double> unknown;
  unknown.fit(cells::rows_of<double>({{1}, {2}}));
  for (const Check check : {Check::inf, Check::out_of_range, Check::far_out_of_range}) {
    check_error([&] { (void)guard(unknown, echo, Policy().set(check, Action::replace)); },
                Errc::bad_parameter, {name(check).data(), "x0", "training statistics"});
  }
  check_error([&] { (void)guard(unknown, echo, Policy().set(Check::out_of_range, Action::fail, "x0")); },
              Errc::bad_parameter, {"out_of_range", "x0"});
  check_error([] { (void)guard(two_columns(), echo, Policy().set(Check::inf, Action::count, "c")); },
              Errc::bad_parameter, {"column that is not there", "\"c\""});
  check_error(
      [] { (void)guard(two_columns(), echo, Policy().set(Check::non_finite_features, Action::count, "a")); },
      Errc::bad_parameter, {"name of a feature", "\"a\""});
  StandardScaler<double> bare;
  bare.fit(cells::rows_of<double>({{1}, {2}}));
  check_error([&] { (void)guard(bare, echo, Policy().set(Check::missing, Action::replace)); },
              Errc::bad_parameter, {"training statistics", "x0"});
}

TEST_CASE("policy: findings are counted for every column, whatever becomes of the row") {
  auto predict = guard(two_columns(), echo, Policy().set(Check::missing, Action::reject_row));
  (void)predict(cells::rows_of<double>({{1, 110}, {nan<double>, 300}, {11, 120}, {12, 130}}));
  CHECK(!predict.try_call(cells::rows_of<double>({{infinity<double>, 110}})));
  predict.set_policy(Policy().set(Check::out_of_range, Action::ignore, "a"));
  (void)predict(cells::rows_of<double>({{11, 110}}));
  const auto counts = [](const auto& some) {
    std::vector<std::string> all;
    for (const ColumnFindings& found : some.report().by_column)
      all.push_back(std::string(name(found.check)) + " of " + found.column + ' ' +
                    std::to_string(found.rows));
    return all;
  };
  CHECK(counts(predict) == std::vector<std::string>{"inf of a 1", "missing of a 1", "out_of_range of a 2",
                                                    "out_of_range of b 1"});
  const auto copy = predict;
  CHECK(counts(copy).empty());
  CHECK(counts(std::move(predict)).size() == 4);
  StandardScaler<double> scaler({.with_mean = false});
  scaler.fit(cells::rows_of<double>({{0, 0}, {1e-3, 2}}));
  const auto tiny = guard(scaler, echo, Policy::observe());
  (void)tiny(cells::rows_of<double>({{1e306, 1}, {1, 1}}));
  CHECK(counts(tiny) == std::vector<std::string>{"non_finite_features of x0 1"});
}

TEST_CASE("policy: as text") {
  const std::string text = Policy().set(Check::out_of_range, Action::replace, "age", 0.1).to_text();
  CHECK(text.find("unknown_category      as the encoder does: fail or count\n") != std::string::npos);
  CHECK(Policy::strict().to_text().find("unknown_category      fail\n") != std::string::npos);
  CHECK(text.find("out_of_range          count, 0.0 training ranges\n") != std::string::npos);
  CHECK(text.find("out_of_range          replace, 0.1 training ranges  for \"age\"\n") != std::string::npos);
}

TEST_CASE("policy: set while calls go on in other threads") {
  auto predict = guard(two_columns(), echo);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto outcome = std::as_const(predict).try_call(rows_with(nan<double>));
        const bool sound = !outcome ? outcome.error().code() == Errc::non_finite
                                    : (cells::same((*outcome)(2, 0), nan<double>) || (*outcome)(2, 0) == 5) &&
                                          (*outcome)(4, 0) == 5;
        if (!sound) ++wrong;
      }
    });
  }
  for (int round = 0; round < 200; ++round) {
    for (const Action action : {Action::reject_row, Action::replace, Action::fail}) {
      predict.set_policy(Policy().set(Check::missing, action));
    }
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  auto copy = predict;
  copy.set_policy(Policy::strict());
  CHECK(predict.policy() == Policy().set(Check::missing, Action::fail));
  auto moved = std::move(predict);
  CHECK(moved.policy() == Policy().set(Check::missing, Action::fail));
  check_error([&] { (void)predict.policy(); }, Errc::bad_shape, {"not fitted"});
  const auto nothing = predict;
  check_error([&] { (void)nothing(rows_with(1)); }, Errc::bad_shape, {"not fitted"});
  copy = moved;
  CHECK(copy.policy() == moved.policy());
}

TEST_CASE("policy: a call that has begun finishes with its policy") {
  std::function<void()> change = [] {};
  auto predict = guard(
      two_columns(),
      [&](const auto& features) {
        change();
        return Eigen::MatrixXd(features * nan<double>);
      },
      Policy().set(Check::non_finite_output, Action::count));
  change = [&] { predict.set_policy(Policy::serving()); };
  CHECK(predict.try_call(rows_with(1)));
  CHECK(!predict.try_call(rows_with(1)));
}

TEST_CASE("policy: healthy and counted rows allocate nothing but the result") {
  auto sums = guard(two_columns(), [](const auto& features) { return double(features.sum()); });
  const auto one = cells::rows_of<double>({{10.5, 150}});
  CHECK(in_steady_state([&] { CHECK(sums(one) == 160.5); }) == 0);
  CHECK(sums.report().of(Check::out_of_range).served == 3);
}

}  // namespace policy_test
