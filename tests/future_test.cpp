// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/guard.hpp"

// Models that answer later.
namespace {

/// Of a library of its own: no get().
struct Ticket {
  std::shared_ptr<std::promise<std::vector<double>>> office;
};

}  // namespace

template <>
struct prepguard::ModelFuture<Ticket> {
  static std::vector<double> get(Ticket& ticket) { return ticket.office->get_future().get(); }
};

namespace {

using namespace prepguard;
using cells::check_error;
using cells::nan;
using cells::rows_of;

/// Doubles every cell.
MinMaxScaler<double> doubling() {
  MinMaxScaler<double> scaler({.feature_max = 4});
  scaler.fit(rows_of<double>({{0, 0}, {2, 2}}));
  return scaler;
}

const Matrix<double> two_rows = rows_of<double>({{1, 2}, {3, 4}});
const std::vector<double> doubled_sums{6, 14};

std::vector<double> sums(MatrixView<const double> x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows(); ++i) y.push_back(x(i, 0) + x(i, 1));
  return y;
}

/// Models that wait until they may answer, and so read the features long after the call has returned.
struct Gate {
  std::promise<void> opened{};
  std::shared_future<void> open = opened.get_future().share();
};

/// What the calling thread's working memory holds is overwritten, as its next call would do.
void overwrite_scratch() {
  const auto other = guard(doubling(), [](MatrixView<const double> x) { return sums(x); });
  CHECK(other(rows_of<double>({{2, 2}, {2, 2}})) == std::vector<double>{8, 8});
}

TEST_CASE("a future comes back guarded, and the features live until it is got") {
  Gate gate;
  const auto predict = guard(doubling(), [&](const auto& x) {
    return std::async(std::launch::async, [&x, &gate] {  // x itself must live
      gate.open.wait();
      return sums(x);
    });
  });
  Matrix<double> rows = two_rows;
  GuardedFuture<std::vector<double>> later = predict(rows);
  static_assert(!std::is_copy_constructible_v<decltype(later)> &&
                std::is_nothrow_move_constructible_v<decltype(later)>);
  rows(0, 0) = 1000;
  overwrite_scratch();
  CHECK(later.valid());
  CHECK(predict.report().calls() == 0);
  gate.opened.set_value();
  GuardedFuture<std::vector<double>> moved = std::move(later);
  CHECK(!later.valid());
  moved.wait();
  CHECK(predict.report().calls() == 0);
  CHECK(moved.get() == doubled_sums);
  CHECK(!moved.valid());
  CHECK(predict.report().served.calls == 1);
  CHECK(predict.report().served.rows == 2);
  check_error([&] { moved.get(); }, Errc::bad_parameter, {"guarded future: it has no result to ask for"});
  check_error([&] { moved.wait(); }, Errc::bad_parameter, {});
}

TEST_CASE("a bare model that answers later gets a copy of the rows, which may go") {
  Gate gate;
  const auto predict = guard([&](MatrixView<const double> x) {
    return std::async(std::launch::async, [x, &gate] {
      gate.open.wait();
      return sums(x);
    });
  });
  auto rows = std::make_unique<Matrix<double>>(two_rows);
  auto later = predict(*rows);
  for (double& cell : rows->row(0)) cell = nan<double>;
  rows.reset();
  gate.opened.set_value();
  CHECK(later.get() == std::vector<double>{3, 7});
}

/// A model that answers at once, in a future of kind `std::async(deferred)`.
template <class Result>
auto deferred(Result result) {
  return [result](MatrixView<const double>) {
    return std::async(std::launch::deferred, [result] { return result; });
  };
}

TEST_CASE("what comes later is checked as what comes at once") {
  const auto bad = guard(doubling(), deferred(std::vector<double>{1, nan<double>}));
  auto later = bad(two_rows);
  const auto outcome = later.try_get();
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().code() == Errc::non_finite);
  CHECK(std::string(outcome.error().what())
            .starts_with("prepguard: model output is not finite: row 1, column 0"));
  check_error([&] { bad(two_rows).get(); }, Errc::non_finite, {"row 1"});
  const auto shape = guard(doubling(), deferred(std::vector<double>{1, 2, 3}));
  check_error([&] { shape(two_rows).get(); }, Errc::bad_shape, {"expected 2 rows, got 3"});
  CHECK(bad.report().refused.calls == 2);
  CHECK(bad.report().of(Check::non_finite_output).failed == 2);
  CHECK(shape.report().of(Check::shape).failed == 1);

  // Rows are checked when the call is made.
  const auto good = guard(doubling(), deferred(std::vector<double>{1, 2}));
  const Matrix<double> bad_rows = rows_of<double>({{1, 2}, {nan<double>, 4}});
  check_error([&] { (void)good(bad_rows); }, Errc::non_finite, {"1 of 2 rows rejected at input"});
  CHECK(!good.try_call(bad_rows).has_value());
  CHECK(good.try_call(two_rows).value().get() == std::vector<double>{1, 2});
  CHECK(good.report().refused.calls == 2);
  CHECK(good.report().of(Check::missing).failed == 2);
}

TEST_CASE("gaps for rejected rows, and tuples, come out of futures too") {
  auto policy = Policy::serving();
  policy.set(Check::missing, Action::reject_row);
  const auto later_sums = [](MatrixView<const double> x) {
    return std::async(std::launch::async, [x] { return sums(x); });
  };
  const auto predict = guard(doubling(), later_sums, policy);
  const auto y = predict(rows_of<double>({{nan<double>, 0}, {1, 2}})).get();
  REQUIRE(y.size() == 2);
  CHECK(detail::is_nan(&y[0]));
  CHECK(y[1] == 6.0);
  CHECK(predict.report().of(Check::missing).rejected == 1);

  const auto pair = guard(doubling(), deferred(std::pair(std::vector<double>{1, 2}, std::vector<int>{3, 4})));
  CHECK(pair(two_rows).get().second == std::vector<int>{3, 4});
}

TEST_CASE("futures of other kinds") {
  // shared_future: its result is copied, for it may be shared.
  std::promise<std::vector<double>> promise;
  const auto shared =
      guard(doubling(), [both = promise.get_future().share()](MatrixView<const double>) { return both; });
  auto first = shared(two_rows), second = shared(two_rows);
  promise.set_value({1, 2});
  CHECK(first.get() == std::vector<double>{1, 2});
  CHECK(second.get() == std::vector<double>{1, 2});

  struct Ready {
    std::unique_ptr<double> value;
    double get() && { return *value; }
  };
  const auto ready =
      guard(doubling(), [](MatrixView<const double>) { return Ready{std::make_unique<double>(3)}; });
  CHECK(ready(rows_of<double>({{1, 2}})).get() == 3.0);

  const auto office = std::make_shared<std::promise<std::vector<double>>>();
  const auto adapted = guard(doubling(), [&](MatrixView<const double>) { return Ticket{office}; });
  auto later = adapted(two_rows);
  office->set_value({4, 5});
  CHECK(later.get() == std::vector<double>{4, 5});

  // Not futures, though they have get().
  static_assert(!detail::LaterResult<std::unique_ptr<double>>);
  static_assert(!detail::LaterResult<std::shared_ptr<double>>);
  static_assert(!detail::LaterResult<std::reference_wrapper<double>>);
}

TEST_CASE("a model that is asked row by row is asked for all rows before the first answer is awaited") {
  std::vector<std::promise<double>> asked(2);
  std::size_t next = 0;
  auto predict = guard(doubling(), [&](std::span<const double>) { return asked[next++].get_future(); });
  auto later = predict(two_rows);
  CHECK(next == 2);
  asked[1].set_value(20);
  asked[0].set_value(10);
  CHECK(cells::difference(later.get(), {{10}, {20}}) == "");
  CHECK(predict(Matrix<double>(0, 2)).get().rows() == 0);

  next = 0;
  asked = std::vector<std::promise<double>>(1);
  auto one = predict(std::array<double, 2>{1, 2});
  asked[0].set_value(7);
  CHECK(one.get() == 7.0);

  const auto vectors = guard(doubling(), [](const std::vector<double>& row) {
    return std::async(std::launch::async, [&row] { return row; });  // the vector itself must live
  });
  CHECK(cells::difference(vectors(two_rows).get(), {{2, 4}, {6, 8}}) == "");
}

TEST_CASE("what the model throws passes unchanged, from the call and from the future") {
  const auto thrown = [](bool at_once) {
    return guard(doubling(), [at_once](MatrixView<const double>) {
      if (at_once) throw std::string("queue full");
      return std::async(std::launch::async, []() -> double { throw std::string("engine"); });
    });
  };
  const auto full = thrown(true), broken = thrown(false);
  CHECK_THROWS_AS((void)full(two_rows), std::string);
  CHECK(full.report().threw.calls == 1);
  auto later = broken(two_rows);
  CHECK(broken.report().calls() == 0);
  CHECK_THROWS_AS(later.get(), std::string);
  CHECK(!later.valid());
  CHECK_THROWS_AS((void)broken(two_rows).try_get(), std::string);
  CHECK(broken.report().threw.calls == 2);
  CHECK(broken.report().threw.rows == 4);
}

TEST_CASE("a future nobody asks waits for its model, which reads the features, and counts as thrown") {
  std::atomic<bool> done{false};
  const auto slow = guard(doubling(), [&](MatrixView<const double> x) {
    std::packaged_task<std::vector<double>()> task([&done, x] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      done = sums(x) == doubled_sums;
      return sums(x);
    });
    auto later = task.get_future();  // unlike std::async's, it does not wait when it goes
    std::thread(std::move(task)).detach();
    return later;
  });
  { const auto forgotten = slow(two_rows); }
  CHECK(done);
  CHECK(slow.report().threw.calls == 1);

  int taken = 0;
  struct OnlyGet {
    int* count;
    double get() { return ++*count; }
  };
  const auto only_get = guard(doubling(), [&](MatrixView<const double>) { return OnlyGet{&taken}; });
  { const auto forgotten = only_get(rows_of<double>({{1, 2}})); }
  CHECK(taken == 1);
  CHECK(only_get(rows_of<double>({{1, 2}})).get() == 2.0);
  CHECK(taken == 2);

  bool ran = false;
  const auto lazy = guard(doubling(), [&](MatrixView<const double>) {
    return std::async(std::launch::deferred, [&ran] { return ran = true; });
  });
  { const auto forgotten = lazy(two_rows); }
  CHECK(!ran);
}

TEST_CASE("threads ask one guard for futures, and take each other's") {
  constexpr int threads = 4, rounds = 60;
  std::atomic<int> wrong{0};
  const auto predict = guard(doubling(), [](const auto& x) {
    return std::async(std::launch::async, [&x] {
      std::vector<double> y;
      for (Eigen::Index i = 0; i < x.rows(); ++i) y.push_back(x(i, 0) < 0 ? nan<double> : x(i, 0));
      return y;
    });
  });
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      std::vector<GuardedFuture<std::vector<double>>> mine;
      for (int i = 0; i < rounds; ++i) {
        const double x = t * rounds + i + 1, sign = i % 3 == 0 ? -1 : 1;
        mine.push_back(predict(rows_of<double>({{sign * x, 2}, {x, 0}})));
        if (i % 4 != 3) continue;
        std::thread([&, taken = std::move(mine), x]() mutable {  // got on another thread than asked
          for (int back = 3; back >= 0; --back) {
            const bool bad = (i - back) % 3 == 0;
            const auto y = taken[static_cast<std::size_t>(3 - back)].try_get();
            if (y.has_value() == bad) ++wrong;
            if (y && y.value() != std::vector<double>{2 * (x - back), 2 * (x - back)}) ++wrong;
          }
        })
            .join();
        mine.clear();
      }
    });
  }
  for (std::thread& thread : pool) thread.join();
  CHECK(wrong == 0);
  const Report report = predict.report();
  CHECK(report.refused.calls == threads * rounds / 3);
  CHECK(report.served.calls == threads * rounds * 2 / 3);
  CHECK(report.of(Check::non_finite_output).failed == threads * rounds / 3);
}

TEST_CASE("memory that runs out while a call is made for a later answer leaks nothing") {
  const auto predict = guard(doubling(), deferred(std::array<double, 2>{1, 2}));
  (void)predict(two_rows).get();
  std::size_t failed = 0;
  for (bool done = false; !done; ++failed) {
    const std::int64_t live = live_allocations();
    const FailAllocation fail(failed);
    try {
      done = predict(two_rows).get()[1] == 2.0;
    } catch (const std::bad_alloc&) {
    }
    REQUIRE(live_allocations() == live);
    REQUIRE(failed < 100);
  }
  CHECK(failed > 3);
  CHECK(predict.report().threw.calls + 2 == predict.report().calls());
}

}  // namespace
