// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <new>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/guard.hpp"

// G11: no allocation in the steady state. G12: many threads on one guard.
namespace guard_steady_test {

using namespace prepguard;
using cells::nan;

/// Allocations of 100 calls after two that warm up.
template <class Call>
std::uint64_t steady_allocations(const char* what, Call&& call) {
  call();
  call();
  const std::uint64_t before = allocations();
  for (int i = 0; i < 100; ++i) call();
  const std::uint64_t made = allocations() - before;
  std::printf("G11 guard, %s: %llu allocations in 100 calls\n", what, static_cast<unsigned long long>(made));
  return made;
}

TEST_CASE("a guarded call allocates nothing in the steady state") {
  Pipeline pipe{SimpleImputer<double>{}, StandardScaler<double>{}};
  Matrix<double> cells(300, 30);
  for (std::size_t i = 0; i < 300; ++i) {
    for (std::size_t j = 0; j < 30; ++j) cells(i, j) = static_cast<double>((i * 7 + j * 13) % 101);
  }
  pipe.fit(cells);
  const AnyPipeline<double> any(pipe);
  Eigen::MatrixXd by_column = as_eigen(std::as_const(cells));
  const std::vector<double> row(cells.row(5).begin(), cells.row(5).end());
  std::vector<double> out(300);
  const auto into_memory = [&out](const auto& x) -> const std::vector<double>& {
    for (Eigen::Index i = 0; i < x.rows(); ++i) out[static_cast<std::size_t>(i)] = x.row(i).sum();
    return out;
  };
  const auto sum = [](std::span<const double> x) { return x[0] + x[29]; };

  CHECK(allocations() > 0);
  const auto batch = guard(pipe, into_memory);
  const auto any_batch = guard(any, into_memory);
  CHECK(steady_allocations("pipeline, 300 rows", [&] { batch(cells); }) == 0);
  CHECK(steady_allocations("pipeline, 300 rows by column", [&] { batch(by_column); }) == 0);
  CHECK(steady_allocations("run-time pipeline, 300 rows", [&] { any_batch(cells); }) == 0);
  const auto single = guard(pipe, sum);
  const auto any_single = guard(any, sum);
  CHECK(steady_allocations("pipeline, one row", [&] { single(row); }) == 0);
  CHECK(steady_allocations("pipeline, one row, try_call", [&] { (void)single.try_call(row); }) == 0);
  CHECK(steady_allocations("run-time pipeline, one row", [&] { any_single(row); }) == 0);
  const auto bare = guard([](const Eigen::MatrixXd& x) { return std::span<const double>(x.data(), 300); });
  CHECK(steady_allocations("bare model", [&] { bare(by_column); }) == 0);

  // Missing values that are replaced, and text.
  cells(7, 7) = nan<double>;
  CHECK(steady_allocations("pipeline with a missing value", [&] { batch(cells); }) == 0);
  samples::Penguins penguins;
  const auto prep = samples::Penguins::fitted<double>();
  const Table table = penguins.table();
  const Binding binding = prep.schema().bind(table);
  out.resize(4);
  const auto mixed = guard(prep, into_memory);
  CHECK(steady_allocations("table and binding", [&] { mixed(table, binding); }) == 0);
}

TEST_CASE("memory that runs out during a call is reported as such and leaks nothing") {
  Matrix<double> rows = samples::measured_rows(4);
  rows(1, 1) = nan<double>;
  rows(2, 4) = 1.2e308;
  const auto predict = guard(samples::measured_scaler(), [](const auto& x) { return x.sum(); });
  CHECK(!predict.try_call(rows));
  std::size_t failed = 0;
  for (bool done = false; !done; ++failed) {
    const std::int64_t live = live_allocations();
    const FailAllocation fail(failed);
    try {
      done = !predict.try_call(rows).has_value();
    } catch (const std::bad_alloc&) {
    }
    REQUIRE(live_allocations() == live);
    REQUIRE(failed < 1000);
  }
  CHECK(failed > 10);
  const Report report = predict.report();
  CHECK(report.refused.calls == 2);
  CHECK(report.threw.calls == failed - 1);
  CHECK(predict(samples::measured_rows(1)) == 0.0);
  std::printf("G13 guard: %zu allocations of a failing call failed in turn\n", failed - 1);
}

TEST_CASE("counts are exact and results the same when threads share a guard") {
  constexpr int threads = 8, rounds = 400, together = 24;  // more threads than counters
  StandardScaler<double> scaler;
  scaler.fit(cells::rows_of<double>({{0, 0}, {2, 4}}));
  const auto predict = guard(scaler, [&](std::span<const double> row) {
    if (row[0] > 100) throw std::string("too large");
    return row[0] < -100 ? nan<double> : row[0] + row[1];
  });
  std::atomic<int> wrong{0};
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        const double x = (t * rounds + i) % 50;
        if (predict(std::vector<double>{x, 2}) != x - 1) ++wrong;
        if (predict.try_call(std::vector<double>{nan<double>, 2})) ++wrong;
        if (predict.try_call(std::vector<double>{-1000, 2})) ++wrong;
        try {
          predict(std::vector<double>{1000, 2});
          ++wrong;
        } catch (const std::string&) {
        }
        const Report report = predict.report();  // while the others go on
        if (report.calls() < report.served.calls) ++wrong;
      }
    });
  }
  for (std::thread& thread : pool) thread.join();
  pool.clear();
  CHECK(wrong == 0);
  const auto shared = guard([](double x) { return x; });
  for (int t = 0; t < together; ++t) {
    pool.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) shared(std::array<double, 1>{1});
    });
  }
  for (std::thread& thread : pool) thread.join();
  CHECK(shared.report().served.calls == together * 20000);
  const Report report = predict.report();
  constexpr std::uint64_t each = threads * rounds;
  CHECK(report.served.calls == each);
  CHECK(report.refused.calls == 2 * each);
  CHECK(report.threw.calls == each);
  CHECK(report.rows() == 4 * each);
  CHECK(report.of(Check::missing).failed == each);
  CHECK(report.of(Check::non_finite_output).failed == each);
  std::printf("G12 guard: 8 threads, %llu calls, counts exact\n",
              static_cast<unsigned long long>(report.calls()));
}

}  // namespace guard_steady_test
