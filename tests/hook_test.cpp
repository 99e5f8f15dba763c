// SPDX-License-Identifier: MIT
#include "prepguard/hook.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/guard.hpp"

namespace hook_test {

using namespace prepguard;
using cells::check_error;
using cells::infinity;
using cells::nan;

constexpr double always = std::numeric_limits<double>::infinity();
const auto echo = [](const auto& features) { return Eigen::MatrixXd(features); };

/// Eight rows of `measured_scaler` with these cells in column `age`, training 2700 to 6300.
Matrix<double> ages(const std::vector<double>& age) {
  Matrix<double> rows = samples::measured_rows(8);
  for (std::size_t i = 0; i < age.size(); ++i) rows(i, 5) = age[i];
  return rows;
}

/// What a hook was told.
struct Heard {
  std::vector<std::pair<Severity, Violation>> all{};

  auto hook() {
    return [this](Severity severity, const Violation& violation) { all.emplace_back(severity, violation); };
  }
};

TEST_CASE("hook: silent by default, and on healthy rows") {
  auto predict = guard(samples::measured_scaler(), echo);
  Heard heard;
  (void)predict.try_call(ages({nan<double>}));
  predict.set_hook(heard.hook());
  predict(ages({}));
  CHECK(heard.all.empty());
  CHECK(predict.report().hook.told == 0);
}

TEST_CASE("hook: a refused call, with the first row that failed and how many did") {
  auto predict = guard(samples::measured_scaler(), echo);
  Heard heard;
  predict.set_hook(heard.hook());
  CHECK(!predict.try_call(ages({4000, nan<double>, nan<double>})));
  REQUIRE(heard.all.size() == 1);
  const auto& [severity, violation] = heard.all[0];
  CHECK(severity == Severity::error);
  CHECK(violation.check == Check::missing);
  CHECK(violation.rows == 2);
  CHECK(violation.info.row == 1);
  CHECK(violation.info.column_name == "age");
  CHECK(violation.info.what == "NaN; training had none in 344 rows and this pipeline does not impute it");

  CHECK(!predict.try_call(Matrix<double>(2, 6)));
  REQUIRE(heard.all.size() == 2);
  CHECK(heard.all[1].second.check == Check::schema);
  CHECK(heard.all[1].second.rows == 0);
}

TEST_CASE("hook: rows that are served or taken out, once for each check") {
  auto policy = Policy::serving();
  policy.set(Check::missing, Action::reject_row).set(Check::far_out_of_range, Action::replace, "age");
  auto predict = guard(samples::measured_scaler(), echo, policy);
  Heard heard;
  predict.set_hook(heard.hook());
  predict(ages({4000, 7000, nan<double>, 7001, 1e9, nan<double>}));
  REQUIRE(heard.all.size() == 3);
  const auto& [first, missing] = heard.all[0];
  CHECK(first == Severity::error);
  CHECK(missing.check == Check::missing);
  CHECK(missing.rows == 2);
  CHECK(missing.info.row == 2);
  const auto& [second, near] = heard.all[1];
  CHECK(second == Severity::warning);
  CHECK(near.check == Check::out_of_range);
  CHECK(near.rows == 2);
  CHECK(near.info.row == 1);
  CHECK(near.info.what == "7000; training range [2700, 6300]");
  CHECK(heard.all[2].second.check == Check::far_out_of_range);
  CHECK(heard.all[2].second.info.what == "1000000000; the policy replaces it");
}

TEST_CASE("hook: what an imputer replaces, and extra columns") {
  auto predict = guard(samples::Penguins::fitted<double>(), echo);
  Heard heard;
  predict.set_hook(heard.hook());
  samples::Penguins penguins;
  penguins.mass[2] = nan<double>;
  predict(penguins.table().add("note", penguins.length));
  REQUIRE(heard.all.size() == 2);
  CHECK(heard.all[0].first == Severity::warning);
  CHECK(heard.all[0].second.check == Check::schema);
  CHECK(heard.all[0].second.rows == 0);
  CHECK(heard.all[1].second.info.what == "NaN; the pipeline replaces it");
  CHECK(heard.all[1].second.info.column_name == "mass");
  CHECK(heard.all[1].second.info.row == 2);
}

TEST_CASE("hook: a call that is refused says nothing of the rows that would have been served") {
  auto predict = guard(samples::measured_scaler(), echo);
  Heard heard;
  predict.set_hook(heard.hook());
  CHECK(!predict.try_call(ages({7000, nan<double>})));
  REQUIRE(heard.all.size() == 1);
  CHECK(heard.all[0].second.check == Check::missing);
}

TEST_CASE("hook: a model without a pipeline, and results that are not finite") {
  auto predict = guard([](const Eigen::MatrixXd& x) { return Eigen::VectorXd(x.rowwise().sum()); });
  Heard heard;
  predict.set_hook(heard.hook());
  CHECK(!predict.try_call(Eigen::MatrixXd(Eigen::MatrixXd::Constant(2, 2, infinity<double>))));
  CHECK(!predict.try_call(Eigen::MatrixXd(Eigen::MatrixXd::Constant(3, 2, 1.7e308))));
  REQUIRE(heard.all.size() == 2);
  CHECK(heard.all[0].second.check == Check::inf);
  CHECK(heard.all[1].second.check == Check::non_finite_output);
  CHECK(heard.all[1].second.rows == 3);
}

TEST_CASE("hook: at a bounded rate, with the count of what was left out") {
  auto predict = guard(samples::measured_scaler(), echo);
  Heard heard;
  predict.set_hook(heard.hook(), 4.0);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) (void)predict.try_call(ages({nan<double>}));
  // Four at once, and one more for each quarter of a second that the loop took.
  const auto quarters =
      static_cast<std::size_t>((std::chrono::steady_clock::now() - began) / std::chrono::milliseconds(250));
  CHECK(heard.all.size() >= 4);
  CHECK(heard.all.size() <= 5 + quarters);
  const Report::HookCalls counts = predict.report().hook;
  CHECK(counts.told == heard.all.size());
  CHECK(counts.told + counts.suppressed == 100);
  std::uint64_t told_of = 0;
  for (const auto& [severity, violation] : heard.all) told_of += violation.suppressed;
  std::this_thread::sleep_for(std::chrono::milliseconds(260));
  (void)predict.try_call(ages({nan<double>}));
  CHECK(heard.all.size() == counts.told + 1);
  CHECK(heard.all.back().second.suppressed == counts.suppressed - told_of);
  check_error([&] { predict.set_hook(heard.hook(), 0.0); }, Errc::bad_parameter,
              {"hook", "above 0", "got 0.0"});
  check_error([&] { predict.set_hook(heard.hook(), nan<double>); }, Errc::bad_parameter, {"above 0"});
}

TEST_CASE("hook: text is made for calls of it only") {
  const std::vector<double> out{0, 1, 2, 3, 4, 5, 6, 7};
  auto predict =
      guard(samples::measured_scaler(), [&](const auto&) -> const std::vector<double>& { return out; });
  std::atomic<int> told = 0;
  predict.set_hook([&](Severity, const Violation&) { ++told; }, 1e-3);
  const Matrix<double> rows = ages({7000});
  for (int i = 0; i < 3; ++i) predict(rows);
  CHECK(told == 1);
  const std::uint64_t before = allocations();
  for (int i = 0; i < 100; ++i) predict(rows);
  CHECK(allocations() == before);
  CHECK(predict.report().hook.suppressed == 102);
}

TEST_CASE("hook: what it throws costs the caller nothing") {
  auto predict = guard(samples::measured_scaler(), echo);
  predict.set_hook([](Severity, const Violation&) { throw std::runtime_error("the disk is full"); }, always);
  CHECK(predict(ages({7000})).rows() == 8);
  check_error([&] { predict(ages({nan<double>})); }, Errc::non_finite, {"NaN"});
  CHECK(predict.report().hook.threw == 2);
  CHECK(predict.report().served.calls == 1);
  CHECK(predict.report().refused.calls == 1);
  // Memory that runs out while a description is made.
  for (std::size_t k = 0; k < 20; ++k) {
    std::vector<double> out(8);
    auto silent =
        guard(samples::measured_scaler(), [&](const auto&) -> const std::vector<double>& { return out; });
    silent.set_hook([](Severity, const Violation&) {}, always);
    const Matrix<double> rows = ages({7000});
    silent(rows);
    const FailAllocation fail(k);
    CHECK(silent.try_call(rows).has_value());
  }
}

TEST_CASE("hook: it may call the guard, be changed and taken away") {
  auto predict = guard(samples::measured_scaler(), echo);
  int depth = 0;
  predict.set_hook(
      [&](Severity, const Violation&) {
        if (++depth < 3) (void)predict.try_call(ages({nan<double>}));
      },
      always);
  (void)predict.try_call(ages({nan<double>}));
  CHECK(depth == 3);
  predict.set_hook({});
  (void)predict.try_call(ages({nan<double>}));
  CHECK(depth == 3);
  CHECK(predict.report().refused.calls == 4);
}

TEST_CASE("hook: a copy of a guard has it, a moved guard takes it along") {
  auto first = guard(samples::measured_scaler(), echo);
  Heard heard;
  first.set_hook(heard.hook(), always);
  (void)first.try_call(ages({nan<double>}));
  auto copy = first;
  (void)copy.try_call(ages({nan<double>}));
  CHECK(heard.all.size() == 2);
  CHECK(copy.report().hook.told == 1);
  auto moved = std::move(first);
  (void)moved.try_call(ages({nan<double>}));
  CHECK(heard.all.size() == 3);
  CHECK(moved.report().hook.told == 2);
}

TEST_CASE("hook: many threads") {
  auto predict = guard(samples::measured_scaler(), echo);
  std::atomic<std::uint64_t> first = 0, second = 0;
  predict.set_hook([&](Severity, const Violation&) { ++first; }, always);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) predict(ages({7000}));
    });
  }
  for (int i = 0; i < 20; ++i) predict.set_hook([&](Severity, const Violation&) { ++second; }, always);
  for (std::thread& thread : threads) thread.join();
  CHECK(first + second == 800);
  CHECK(predict.report().hook.told == 800);
}

}  // namespace hook_test
