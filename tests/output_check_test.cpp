// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <future>
#include <limits>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "golden_files.hpp"
#include "prepguard/file.hpp"
#include "prepguard/guard.hpp"

// What a guard says about results that are finite and of the right shape, and wrong all the same.
namespace output_check_test {

using namespace prepguard;
using cells::check_error;
using cells::nan;
using cells::rows_of;

/// n rows of features 0, 1, 2, ...
Matrix<double> counting(std::size_t rows) {
  Matrix<double> cells(rows, 1);
  for (std::size_t i = 0; i < rows; ++i) cells(i, 0) = static_cast<double>(i);
  return cells;
}
Policy failing() {
  return Policy::serving()
      .set(Check::degenerate_output, Action::fail)
      .set(Check::saturated_output, Action::fail);
}
/// A bare guard of a model that returns `y`, whatever it is asked.
template <class Y>
auto returning(Y y, Policy policy = failing()) {
  return guard([y](MatrixView<const double>) { return y; }, std::move(policy));
}
std::uint64_t served(const Report& report, Check check) {
  return report.of(check).served;
}

TEST_CASE("results that are all equal for different features") {
  const auto stuck = returning(std::vector<double>(8, 0.5));
  check_error([&] { stuck(counting(8)); }, Errc::rejected,
              {"prepguard: model output is degenerate: all 8 rows are equal although their features differ\n",
               "  each is (0.5); nobody said how often ordinary rows are equal\n",
               "  do: see whether the model reads its features"});
  CHECK(stuck.report().of(Check::degenerate_output).failed == 8);
  CHECK(stuck(Matrix<double>(8, 1)).size() == 8);  // equal features
  CHECK(returning(std::vector<double>(7, 0.5))(counting(7)).size() == 7);
  CHECK(returning(std::vector<int>(8, 1))(counting(8)).size() == 8);  // a class
  std::vector<double> last(8, 0.5);
  last[7] = 0.25;
  CHECK(returning(last)(counting(8)) == last);
  check_error([&] { returning(Eigen::MatrixXf::Ones(9, 2).eval())(counting(9)); }, Errc::rejected,
              {"each is (1, 1)"});
  // Of several results every one is looked at.
  check_error([&] { returning(std::tuple(last, std::vector<float>(8, 2)))(counting(8)); }, Errc::rejected,
              {"model output 2 is degenerate"});

  const auto counted = returning(std::vector<double>(8, 0.5), {});  // the default
  CHECK(counted(counting(8)).size() == 8);
  CHECK(served(counted.report(), Check::degenerate_output) == 8);
  auto ignored =
      returning(std::vector<double>(8, 0.5), Policy().set(Check::degenerate_output, Action::ignore));
  ignored(counting(8));
  CHECK(ignored.report().of(Check::degenerate_output).all() == 0);

  // Where ordinary rows are often equal it takes more of them: 0.5^13 > 1e-4 > 0.5^14.
  for (const std::size_t rows : {13U, 14U}) {
    auto tree = returning(std::vector<double>(rows, 0.5));
    tree.expect({.repeated = 0.5});
    CHECK(tree.try_call(counting(rows)).has_value() == (rows == 13));
    if (rows == 13) continue;
    check_error([&] { tree(counting(14)); }, Errc::rejected,
                {"of ordinary rows at most 50 % are equal: 14 x ln(14 / (14 x 0.5)) = 9.7, more than "
                 "ln(10000) = 9.21"});
  }
}

/// What a guard says that expects probabilities.
template <class Y>
std::string said_of(Y y, std::size_t rows, std::size_t classes) {
  auto predict = returning(std::move(y));
  predict.expect(OutputExpectation::probabilities_of(classes));
  const auto outcome = predict.try_call(counting(rows));
  return outcome ? "" : outcome.error().what();
}

TEST_CASE("declared probabilities sum to 1 and are in [0, 1], from the first row on") {
  CHECK(said_of(rows_of<double>({{0.25, 0.75}, {1, 0}}), 2, 2) == "");
  const std::string sum = said_of(rows_of<double>({{0.25, 0.75}, {0.25, 0.5}}), 2, 2);
  CHECK(
      sum.starts_with("prepguard: model output is degenerate: 1 of 2 rows does not hold probabilities\n"
                      "  row 1: 0.25 + 0.5 = 0.75, which is not 1 within (64 + 4 x 2) x 2.22e-16 = 1.6e-14\n"
                      "  do: end the model with softmax or sigmoid, once"));
  CHECK(said_of(rows_of<double>({{-0.25, 1.25}}), 1, 2)
            .find("row 0, column 0 (1 of 2) = -0.25 is not in [0, 1]") != std::string::npos);
  CHECK(said_of(std::vector<double>{0.5, 1.5}, 2, 1).find("row 1, column 0 (1 of 1) = 1.5") !=
        std::string::npos);
  CHECK(said_of(std::vector<double>{0, 1}, 2, 1) == "");

  // A thousand times 0.001f is off by a few roundings of float, a thousandth is not.
  CHECK(said_of(Matrix<float>(MatrixView<const float>(std::vector<float>(1000, 0.001F))), 1, 1000) == "");
  std::vector<float> off(1000, 0.001F);
  off[7] = 0.002F;
  CHECK(said_of(off, 1, 1000) != "");
  // Doubles that are floats are as exact as floats.
  const double third = double{1.0F / 3}, other = double{2.0F / 3};
  CHECK(said_of(rows_of<double>({{third, other}}), 1, 2) == "");
  CHECK(third + other != 1.0);
  CHECK(said_of(rows_of<double>({{third + 1e-12, other}}), 1, 2) != "");
  // A rounding above 1 is none of the model's fault.
  CHECK(said_of(std::vector<float>{std::nextafter(1.0F, 2.0F)}, 1, 1) == "");
}

TEST_CASE("scores of all classes of a target are taken for probabilities if all look like it") {
  const auto artifact = load_file<double>(golden::folder / "standard_scaler.prepguard.json")
                            .with_target(Target(Array(Array::Integers{1, 2, 3})));
  const auto table = [&](std::size_t rows, auto&& use) {
    const std::vector<double> ages(rows, 40), ones(rows, 0);
    Table cells;
    for (const std::string& name : artifact.schema().names()) cells.add(name, name == "age" ? ages : ones);
    return use(cells);
  };
  const auto rows_counted = [&](std::vector<double> scores, std::size_t rows) {
    Policy all = Policy::observe();
    for (const Check check : {Check::missing, Check::inf, Check::far_out_of_range})
      all.set(check, Action::ignore);
    const auto predict = guard(
        artifact,
        [&](MatrixView<const double> x) {
          Matrix<double> y(x.rows(), scores.size());
          for (std::size_t i = 0; i < x.rows(); ++i) std::ranges::copy(scores, y.row(i).begin());
          return y;
        },
        all);
    table(rows, [&](const Table& cells) { return predict(cells).rows(); });
    return served(predict.report(), Check::degenerate_output);
  };
  CHECK(rows_counted({0.5, 0.25, 0.25}, 8) == 0);
  CHECK(rows_counted({0.5, 0.25, 0.5}, 8) == 8);
  CHECK(rows_counted({0.5, 0.25, 0.5}, 7) == 0);
  CHECK(rows_counted({0.5, 0.25, 1.5}, 8) == 0);  // logits are scores too
  CHECK(rows_counted({0.5, 0.25}, 8) == 0);       // decode says what is wrong
}

TEST_CASE("results outside of a declared range, and of another width") {
  auto predict = returning(std::vector<double>{0, 5000, 5000.5, -1});
  predict.expect(OutputExpectation::range(0, 5000));
  check_error([&] { predict(counting(4)); }, Errc::rejected,
              {"prepguard: model output is saturated: 2 of 4 rows in column 0 (1 of 1)\n",
               "  row 2 = 5000.5; 2 outside of [0, 5000]\n",
               "  do: see whether the rows are like those of training"});
  CHECK(predict.report().of(Check::saturated_output).failed == 2);
  predict.expect(OutputExpectation::range(-1, 5001));
  CHECK(predict(counting(4)).size() == 4);
  predict.expect(OutputExpectation::range(0, 1, 2));
  check_error([&] { predict(counting(4)); }, Errc::bad_shape,
              {"model output: wrong width: expected 2 columns, as outputs are expected, got 1"});
  CHECK(predict.report().of(Check::shape).failed == 1);
  predict.expect({});
  CHECK(predict(counting(4)).size() == 4);

  // Both storage orders, and both types; 0.1f is a little above 0.1.
  Eigen::MatrixXf wide = Eigen::MatrixXf::Constant(3, 2, 0.1F);
  auto both = returning(wide);
  both.expect(OutputExpectation::range(0.0, 0.1, 2));
  check_error([&] { both(counting(3)); }, Errc::rejected, {"3 of 3 rows in column 0 (1 of 2)"});
  auto by_row = returning(Eigen::Matrix<float, 3, 2, Eigen::RowMajor>(wide));
  by_row.expect(OutputExpectation::range(0.0, double{0.1F}, 2));
  CHECK(by_row(counting(3)).size() == 6);
  by_row.expect(OutputExpectation::range(double{0.1F}, 1.0, 2));
  CHECK(by_row(counting(3)).size() == 6);
  // And 0.7f is a little below 0.7.
  auto below = returning(std::vector<float>{0.7F});
  below.expect(OutputExpectation::range(0.7, 1));
  CHECK(!below.try_call(counting(1)));
  auto above = returning(std::vector<float>{0.1F});
  above.expect(OutputExpectation::range(0, 0.1));
  CHECK(!above.try_call(counting(1)));
}

TEST_CASE("more results at a bound than ordinary") {
  std::vector<double> y(64, 0.5);
  const auto at_bounds = [&](std::size_t count) {
    for (std::size_t i = 0; i < 64; ++i)
      y[i] = i < count ? (i % 2 == 0 ? 1.0 : 0.0) : 0.5 + 0.001 * double(i);
    auto predict = returning(y);
    predict.expect(
        {.columns = {{.low = 0, .high = 1, .at_bounds = 0.25}}, .probabilities = true, .rows = 20});
    const auto outcome = predict.try_call(counting(64));
    return outcome ? std::string() : std::string(outcome.error().what());
  };
  // 33 is the first k of which P(Binomial(64, 0.25) >= k) is bounded by 1e-4.
  CHECK(at_bounds(16) == "");
  CHECK(at_bounds(32) == "");
  CHECK(
      at_bounds(33).starts_with("prepguard: model output is saturated: 33 of 64 rows in column 0 (1 of 1)"));
  CHECK(at_bounds(40).find(
            "row 0 = 1; 40 at or beyond the ends of [0, 1], of ordinary results at most 25 %: 40 x "
            "ln(40 / (64 x 0.25)) + 24 x ln(24 / (64 x 0.75)) = 20, more than ln(10000) = 9.21; "
            "learned from 20 rows") != std::string::npos);
}

TEST_CASE("a verdict about shares is wrong once in ten thousand calls at most") {
  double worst = 0.0;
  for (const int n : {1, 2, 3, 5, 8, 20, 64, 200, 1000}) {
    for (const double p : {1e-4, 0.001, 0.01, 0.1, 0.26, 0.5, 0.9}) {
      double tail = 0.0;  // of the binomial distribution, from its end on
      for (int k = n; k > 0; --k) {
        if (!detail::is_surprising(detail::surprise(k, n, p))) break;
        tail += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                         (n - k) * std::log1p(-p));
      }
      worst = std::max(worst, tail);
    }
  }
  CHECK(worst <= 1e-4 * (1 + 1e-9));
  CHECK(worst > 1e-5);  // and it does speak
  std::printf("figure: output shares: at most %.1g false alarms a call\n", worst);
  CHECK(detail::largest_share(0, 16) == doctest::Approx(0.437659));  // 1 - 1e-4^(1/16)
  CHECK(detail::largest_share(2, 100) == doctest::Approx(0.1430132));
}

TEST_CASE("ordinary results are learned from a call") {
  auto predict = guard([](double x) { return 10.0 + x; }, failing());
  const OutputExpectation learned = predict.learn_outputs(counting(101));  // 10 to 110
  REQUIRE(learned.columns.size() == 1);
  CHECK(learned.rows == 101);
  CHECK(!learned.probabilities);
  const OutputRange range = learned.columns[0];
  CHECK(std::array{range.low, range.high, range.far_low, range.far_high} ==
        std::array{10.0, 110.0, -90.0, 210.0});
  CHECK(range.at_bounds > 0.14);  // 2 of 101 at the ends, which may be 14.2 %
  CHECK(range.at_bounds < 0.15);
  CHECK(predict.expected() == learned);
  CHECK(learned.to_text().starts_with(
      "outputs, as learned from 101 rows\n  at most 11.9 % of the rows are equal\n  "
      "column 0: [10, 110], never outside of [-90, 210], at most 14.2 % at or"));
  CHECK(predict.report().served.calls == 1);

  CHECK(predict(rows_of<double>({{199}, {-99}})).rows() == 2);
  check_error(
      [&] {
        predict(rows_of<double>({{0}, {201}}));
      },
      Errc::rejected, {"row 1 = 211; 1 outside of [-90, 210]"});
  // Beyond the ends but not far: 8 rows could not be chance, 2 could.
  Matrix<double> shifted = counting(8);
  for (std::size_t i = 0; i < 8; ++i) shifted(i, 0) += 101;
  check_error([&] { predict(shifted); }, Errc::rejected, {"8 at or beyond the ends of [10, 110]"});

  // Probabilities are recognised, and so are scores in [0, 1].
  auto classes = guard([](double x) { return std::array{x / 128, 1 - x / 128}; }, failing());
  CHECK(classes.learn_outputs(counting(101)).probabilities);
  auto score = guard([](double x) { return x / 128; }, failing());
  const OutputExpectation unit = score.learn_outputs(counting(101));
  CHECK(!unit.probabilities);
  CHECK(unit.columns[0].low == 0.0);
  CHECK(unit.columns[0].high == 1.0);
  CHECK(unit.columns[0].far_high == doctest::Approx(2 * 100 / 128.0));
  auto constant = guard([](double) { return 7.0; });
  CHECK(constant.learn_outputs(counting(9)).columns[0].far_high == 14.0);
  CHECK(constant.expected().repeated == 1.0);
  constant(counting(100));
  CHECK(constant.report().of(Check::degenerate_output).served == 9);  // before it had learned
  auto integers = guard([](double x) { return static_cast<int>(x); });
  CHECK(integers.learn_outputs(counting(9)).columns.size() == 1);
  integers(counting(9));

  auto later = guard(
      [](MatrixView<const double> x) {
        return std::async(std::launch::async,
                          [x] { return std::vector<double>(x.data(), x.data() + x.rows()); });
      },
      failing());
  CHECK(later.learn_outputs(counting(21)).columns[0].high == 20.0);
  auto outside = later(rows_of<double>({{100}}));
  check_error([&] { outside.get(); }, Errc::rejected, {"outside of [-20, 40]"});
}

TEST_CASE("ordinary results are learned from the self-test rows that the guard serves") {
  auto artifact = load_file<double>(golden::folder / "column_transformer.prepguard.json");
  const auto stored = static_cast<std::size_t>(artifact.self_tests().front().rows);
  std::size_t asked = 0;
  auto predict = guard(artifact, [&](const auto& x) {
    asked = static_cast<std::size_t>(x.rows());
    return x.rowwise().sum().eval();
  });
  const OutputExpectation learned = predict.learn_outputs();
  CHECK(learned.rows == asked);
  CHECK(asked > 5);
  CHECK(asked <= stored);
  CHECK(learned.columns.size() == 1);
  CHECK(predict.report().refused.calls == 0);
  CHECK(predict.report().rows() == asked);
  // Another policy serves other rows of them: here all, though some are far out of the training range.
  const auto count = [&](const auto& x) {
    return (asked = static_cast<std::size_t>(x.rows()), x.col(0).eval());
  };
  auto observing = guard(artifact, count, Policy::observe());
  CHECK(observing.learn_outputs().rows == asked);
  CHECK(asked == stored);
  CHECK(learned.rows < stored);
  CHECK(guard(artifact, count, Policy::strict()).learn_outputs().rows < learned.rows);
}

TEST_CASE("of a scaled target the results are those that the caller gets") {
  StandardScaler<double> scaler;
  scaler.fit(rows_of<double>({{100}, {300}}));  // mean 200, scale 100
  auto artifact = load_file<double>(golden::folder / "standard_scaler.prepguard.json")
                      .with_target(Target({"price"}, scaler));
  Policy policy = Policy::observe();
  policy.set(Check::non_finite_output, Action::fail).set(Check::saturated_output, Action::fail);
  auto predict = guard(
      artifact, [](MatrixView<const double> x) { return std::vector<double>(x.rows(), 3.0); }, policy);
  const std::vector<double> one{40};
  Table rows;
  for (const std::string& name : artifact.schema().names()) rows.add(name, one);
  predict.expect(OutputExpectation::range(0, 600));
  CHECK(predict(rows)[0] == 500.0);
  predict.expect(OutputExpectation::range(0, 400));
  check_error([&] { predict(rows); }, Errc::rejected, {"row 0 = 500; 1 outside of [0, 400]"});
}

TEST_CASE("rows are named as they came in") {
  MaxAbsScaler<double> same;
  same.fit(rows_of<double>({{1}}));
  auto predict = guard(
      same, [](MatrixView<const double> x) { return std::vector<double>(x.data(), x.data() + x.rows()); },
      failing().set(Check::missing, Action::reject_row));
  predict.expect(OutputExpectation::range(0, 1));
  check_error(
      [&] {
        predict(rows_of<double>({{nan<double>}, {0.5}, {nan<double>}, {2}}));
      },
      Errc::rejected, {"1 of 2 rows in column 0", "row 3 = 2"});
  const auto y = predict(rows_of<double>({{nan<double>}, {0.5}}));
  CHECK(y[1] == 0.5);
  CHECK(predict.learn_outputs(rows_of<double>({{nan<double>}, {0.5}, {0.25}})).rows == 2);
}

TEST_CASE("expectations that are none, and how they print") {
  auto predict = returning(std::vector<double>{1});
  const auto refused = [&](OutputRange range, const char* what) {
    check_error([&] { predict.expect({.columns = {range}}); }, Errc::bad_parameter, {what});
  };
  refused(
      {.low = 1, .high = 0},
      "output expectation: column 0: expected far_low <= low <= high <= far_high, got 1.0, 1.0, 0.0, 0.0");
  refused({.low = 0, .high = 1, .far_high = 0.5}, "far_high");
  refused({.high = nan<double>}, "expected finite bounds, got nan");
  refused({.at_bounds = 1.5}, "a share at its bounds in [0, 1], got 1.5");
  check_error([&] { predict.expect({.repeated = -1}); }, Errc::bad_parameter, {"a share of equal rows"});
  CHECK(predict.expected() == OutputExpectation());
  CHECK(OutputExpectation::probabilities_of(1).to_text() ==
        "outputs, as declared: probabilities\n  column 0: [0, 1], never outside of [0, 1]\n");
  CHECK(OutputExpectation().to_text() == "outputs, as declared\n");
}

TEST_CASE("looking at outputs allocates nothing, whether something is found or not") {
  std::vector<float> out(300 * 4);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(i % 7);
  auto predict =
      guard([&](MatrixView<const double> x) { return MatrixView<const float>(out.data(), x.rows(), 4); });
  const Matrix<double> rows = counting(300);
  predict.learn_outputs(rows);
  const auto allocated = [&] {
    predict(rows);
    const std::uint64_t before = allocations();
    for (int i = 0; i < 100; ++i) predict(rows);
    return allocations() - before;
  };
  CHECK(allocated() == 0);
  CHECK(served(predict.report(), Check::saturated_output) == 0);
  for (float& cell : out) cell = 100;
  CHECK(allocated() == 0);
  CHECK(served(predict.report(), Check::saturated_output) == 101 * 300);
  CHECK(served(predict.report(), Check::degenerate_output) == 101 * 300);
}

TEST_CASE("threads call while expectations and policies change") {
  auto predict = guard([](double x) { return x; }, Policy());
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> pool;
  for (int t = 0; t < 3; ++t) {
    pool.emplace_back([&] {
      const Matrix<double> rows = counting(16);
      while (!stop) {
        const auto y = predict.try_call(rows);
        if (y && y->rows() != 16) ++wrong;
        if (!y && y.error().code() != Errc::rejected) ++wrong;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    predict.expect(i % 2 == 0 ? OutputExpectation::range(0, 20) : OutputExpectation::range(0, 10 + i % 5));
    predict.set_policy(i % 3 == 0 ? failing() : Policy());
    (void)predict.expected().to_text();
  }
  stop = true;
  for (std::thread& thread : pool) thread.join();
  CHECK(wrong == 0);
  const auto copy = predict;
  CHECK(copy.expected() == predict.expected());
}

}  // namespace output_check_test
