// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cereal/archives/binary.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cells.hpp"
#include "prepguard/prepguard.hpp"
#include "prepguard/serialize.hpp"

namespace executor_test {
namespace {

using prepguard::Errc;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Number;
using prepguard::OneHotEncoder;
using prepguard::StandardScaler;
using prepguard::Text;
using Task = std::function<void(std::size_t)>;

/// Runs tasks on threads of its own, the last first, each by whoever is free.
struct Threads {
  std::size_t count;
  std::size_t tasks_seen = 0;

  void operator()(std::size_t tasks, const Task& task) {
    tasks_seen = tasks;
    std::atomic<std::size_t> left = tasks;
    const auto work = [&] {
      for (std::size_t i = left.load(); i != 0;) {
        if (left.compare_exchange_weak(i, i - 1)) task(i - 1);
      }
    };
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < count; ++k) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
  }
};

/// Rows for several tasks: some columns of few values, some of many, one that rounded sums would not survive.
template <class Cell>
Matrix<Cell> many_rows(std::size_t rows) {
  static const std::vector<std::string> words{"a", "b", "", "a longer text than fits into a word", "b "};
  std::mt19937 random(4);
  Matrix<Cell> cells(rows, 9);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 9; ++j) {
      if constexpr (Number<Cell>) {
        const double value = static_cast<double>(random() % (j < 3 ? 2000 : 20)) * 0.1 + 0.1;
        cells(i, j) = static_cast<Cell>(j == 4 ? 1e15 + value : value);
      } else {
        cells(i, j) = Text(words[random() % words.size()]);
      }
    }
  }
  return cells;
}

template <class X>
std::string bytes_of(const X& value) {
  std::ostringstream stream;
  cereal::BinaryOutputArchive archive(stream);
  archive(value);
  return stream.str();
}

/// How many of some executors, for rows row by row and column by column, make other bytes than none.
template <class Step>
std::size_t wrong_fits(const Step& step, std::size_t& least_tasks) {
  using Cell = typename Step::Input;
  constexpr std::size_t count = 9000;
  const auto rows = many_rows<Cell>(count);
  const MatrixView<const Cell> whole(rows), half = whole.middle_rows(1, count / 2);
  const MatrixView<const Cell> columns(rows.data(), 9, count, 1, 9);  // its columns are the rows
  const std::string want = bytes_of(step.partial(whole)), want_half = bytes_of(step.partial(half));
  std::size_t wrong =
      bytes_of(step.partial(columns)) == bytes_of(step.partial(Matrix<Cell>(columns))) ? 0u : 1u;
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
    Threads executor{threads};
    wrong += bytes_of(step.partial(whole, executor)) == want ? 0u : 1u;
    least_tasks = std::min(least_tasks, executor.tasks_seen);
    wrong += bytes_of(step.partial(half, executor)) == want_half ? 0u : 1u;
  }
  return wrong;
}

}  // namespace

TEST_CASE("executor: 1, 2, 3 and 7 threads learn the bits of none, for every step") {
  std::size_t least_tasks = 1000;
  const auto over = [&]<class... Steps>(prepguard::StepList<Steps...>) {
    const auto one = [&]<class Step>(const Step& step) {
      if constexpr (requires { typename Step::Partial; }) {
        const std::string type(Step::type);
        CAPTURE(type);
        CHECK(wrong_fits(step, least_tasks) == 0);
      }
    };
    (one(Steps()), ...);
  };
  over(prepguard::BuiltInSteps<float>());
  over(prepguard::BuiltInSteps<double>());
  CHECK(least_tasks >= 2);
}

TEST_CASE(
    "executor: fit and partial_fit on threads are those without; columns side by side are divided too") {
  const auto rows = many_rows<double>(9000);
  StandardScaler<double> alone, threaded, batches;
  alone.fit(rows);
  threaded.fit(rows, Threads{3});
  CHECK(threaded == alone);
  const MatrixView<const double> view(rows);
  batches.partial_fit(view.middle_rows(0, 4500), Threads{2});
  batches.partial_fit(view.middle_rows(4500, 4500), Threads{7});
  CHECK(batches == alone);
  // By column: an Eigen matrix, a table of columns.
  Matrix<double> turned(9, 9000);
  for (std::size_t i = 0; i < 9000; ++i) {
    for (std::size_t j = 0; j < 9; ++j) turned(j, i) = rows(i, j);
  }
  Threads executor{3};
  threaded.fit(MatrixView<const double>(turned.data(), 9000, 9, 1, 9000), executor);
  CHECK(executor.tasks_seen == 9);
  CHECK(threaded == alone);
  // The order of additions is scikit-learn's, whatever the executor.
  StandardScaler<double> in_order({.summation = prepguard::Summation::sklearn_c}), with_threads = in_order;
  CHECK(with_threads.fit(rows, Threads{3}) == in_order.fit(rows));
}

TEST_CASE("executor: errors of threads reach the caller, the same for any number, and nothing has changed") {
  auto rows = many_rows<double>(9000);
  StandardScaler<double> scaler;
  scaler.fit(rows);
  const StandardScaler<double> before = scaler;
  rows(8000, 2) = -cells::infinity<double>;
  rows(8999, 0) = cells::infinity<double>;
  for (const std::size_t threads : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    cells::check_error([&] { scaler.fit(rows, Threads{threads}); }, Errc::cannot_fit,
                       {"infinity in the training rows", "row 8000", "column 2", "-inf"});
  }
  CHECK(scaler == before);
  // A task that throws: this step refuses NaN.
  rows(8000, 2) = cells::nan<double>;
  rows(8999, 0) = 1;
  prepguard::KBinsDiscretizer<double> bins;
  for (const std::size_t threads : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    cells::check_error([&] { bins.fit(rows, Threads{threads}); }, Errc::cannot_fit, {"column 2", "NaN"});
  }
}

TEST_CASE("executor: one that fails, or does not run all tasks, is an error without threads too") {
  const auto rows = many_rows<double>(9000);
  StandardScaler<double> scaler;
  CHECK_THROWS_AS(scaler.fit(rows, [](std::size_t, const Task&) { throw std::runtime_error("no threads"); }),
                  std::runtime_error);
  cells::check_error([&] { scaler.fit(rows, [](std::size_t, const Task& task) { task(0); }); },
                     Errc::bad_parameter, {"the executor ran 1 of", "task(i) for every i"});
  CHECK(scaler.mean().size() == 0);
}

TEST_CASE("values: thousands of different ones are sorted, counted and told apart, from any layout") {
  constexpr std::size_t count = 30'000;
  std::mt19937 random(9);
  Matrix<double> rows(count, 2);
  std::map<double, std::uint64_t> expected;
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t pick = random() % 5000;
    rows(i, 0) = pick == 0 ? cells::nan<double> : (static_cast<double>(pick) - 2500) * 0.37;
    rows(i, 1) = static_cast<double>(pick % 2);
    missing += pick == 0 ? 1u : 0u;
    if (pick != 0) ++expected[rows(i, 0)];
  }
  const auto part = OneHotEncoder<double>().partial(rows);
  const auto& values = part.columns()[0];
  REQUIRE(values.size() == expected.size());
  CHECK(values.nan() == missing);
  CHECK(values.cells() == count);
  std::size_t i = 0, wrong = 0;
  for (const auto& [value, times] : expected) {
    wrong += values.value(i) == value && values.frequency(i) == times ? 0u : 1u;
    ++i;
  }
  CHECK(wrong == 0);
  CHECK(part.columns()[1].size() == 2);

  std::vector<std::string> names;
  for (std::size_t k = 0; k < count; ++k) names.push_back("name " + std::to_string(random() % 5000));
  Matrix<Text> texts(count, 1);
  std::map<std::string, std::uint64_t> told;
  for (std::size_t k = 0; k < count; ++k) {
    texts(k, 0) = Text(names[k]);
    ++told[names[k]];
  }
  const auto counted = OneHotEncoder<double, Text>().partial(texts);
  REQUIRE(counted.columns()[0].size() == told.size());
  std::size_t at = 0;
  for (const auto& [text, times] : told) {
    CHECK(counted.columns()[0].value(at) == text);
    CHECK(counted.columns()[0].frequency(at++) == times);
  }
}

}  // namespace executor_test
