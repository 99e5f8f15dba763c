// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/guard.hpp"

// Models of several inputs.
namespace {

using namespace prepguard;
using cells::check_error;
using cells::infinity;
using cells::nan;
using cells::rows_of;

/// Doubles every cell.
MinMaxScaler<double> doubling() {
  MinMaxScaler<double> scaler({.feature_max = 4});
  scaler.fit(rows_of<double>({{0, 0}, {2, 2}}));
  return scaler;
}

const Matrix<double> two_rows = rows_of<double>({{1, 2}, {3, 4}});

struct Session {
  int runs = 0;
  Session() = default;
  Session(const Session&) = delete;
};

}  // namespace

/// An engine with two inputs.
struct TwoInputs {};
template <>
struct prepguard::CallModel<TwoInputs> {
  static double call(const TwoInputs&, prepguard::MatrixView<const double> x, double factor) {
    return factor * x(0, 0);
  }
};

namespace {

TEST_CASE("what a call has behind the rows is handed on behind the features") {
  const Eigen::MatrixXd second = Eigen::MatrixXd::Constant(2, 2, 10);
  const auto both = guard(doubling(), [&](const auto& x, const Eigen::MatrixXd& other) {
    CHECK(&other == &second);  // the object itself
    return (x + other).rowwise().sum().eval();
  });
  CHECK(both(two_rows, second) == Eigen::Vector2d(26, 34));
  CHECK(both.try_call(two_rows, second).value() == Eigen::Vector2d(26, 34));

  Session session;
  const auto with_session = guard(doubling(), [](MatrixView<const double> x, Session& own, bool mask) {
    ++own.runs;
    return std::vector<double>{mask ? 0 : x(0, 0), x(1, 0)};
  });
  CHECK(with_session(two_rows, session, true) == std::vector<double>{0, 6});
  CHECK(session.runs == 1);

  // Given away: what was a temporary may be moved from.
  const auto sink =
      guard(doubling(), [](const auto&, std::unique_ptr<int> given) { return std::vector<int>(2, *given); });
  CHECK(sink(two_rows, std::make_unique<int>(5)) == std::vector<int>{5, 5});

  const Matrix<double> one = rows_of<double>({{1, 2}});
  CHECK(guard(doubling(), TwoInputs())(one, 3.0) == 6.0);
  const auto pointers = guard(doubling(), [](const double* x, std::size_t rows, std::size_t cols,
                                             double more) { return x[rows * cols - 1] + more; });
  CHECK(pointers(one, 1) == 5.0);
  // The first of the forms that takes the further arguments too.
  struct Net {
    double operator()(const Eigen::MatrixXd&) const { return -1; }
    double operator()(std::span<const double> x, int times) const { return times * x[0]; }
  };
  CHECK(guard(doubling(), Net())(one) == -1.0);
  CHECK(cells::difference(guard(doubling(), Net())(two_rows, 10), {{20}, {60}}) == "");
  CHECK(guard(doubling(), Net())(std::array<double, 2>{1, 2}, 10) == 20.0);
}

TEST_CASE("a table and its binding are the rows, and what follows is handed on") {
  samples::Penguins penguins;
  const auto prep = samples::Penguins::fitted<double>();
  const Table table = penguins.table();
  const Binding binding = prep.schema().bind(table);
  const auto predict = guard(prep, [](MatrixView<const double> x, double more) {
    return std::vector<double>(x.rows(), static_cast<double>(x.cols()) + more);
  });
  const auto width = static_cast<double>(prep.output_width());
  CHECK(predict(table, 0.5) == std::vector<double>(4, width + 0.5));
  CHECK(predict(table, binding, 0.25) == std::vector<double>(4, width + 0.25));
}

TEST_CASE("two guards compose for two prepared inputs") {
  const auto inner = guard(doubling(), [](MatrixView<const double> items, MatrixView<const double> users) {
    return std::vector<double>{users(0, 0) + items(0, 0), users(1, 0) + items(1, 0)};
  });
  MinMaxScaler<double> same({.feature_max = 2});
  same.fit(rows_of<double>({{0}, {2}}));
  const auto predict = guard(
      same, [&](MatrixView<const double> users, const Matrix<double>& items) { return inner(items, users); });
  CHECK(predict(rows_of<double>({{1}, {2}}), two_rows) == std::vector<double>{3, 8});
  Matrix<double> bad = two_rows;
  bad(1, 1) = nan<double>;
  check_error([&] { predict(rows_of<double>({{1}, {2}}), bad); }, Errc::non_finite, {"row 1"});
  CHECK(inner.report().refused.calls == 1);
  CHECK(predict.report().threw.calls == 1);
}

TEST_CASE("rows are not taken out beside a further argument that has rows") {
  auto policy = Policy::serving();
  policy.set(Check::missing, Action::reject_row);
  const auto predict = guard(
      doubling(), [](MatrixView<const double> x, const auto&) { return std::vector<double>(x.rows(), 1); },
      policy);
  const Matrix<double> bad = rows_of<double>({{1, nan<double>}, {3, 4}});
  const std::vector<float> weights(2);
  CHECK(predict(two_rows, weights) == std::vector<double>{1, 1});
  check_error(
      [&] { predict(bad, weights); }, Errc::bad_parameter,
      {"policy: 1 row was rejected, and the call hands on a matrix or range", "do: choose another action"});
  CHECK(predict.report().of(Check::shape).failed == 1);
  check_error([&] { predict(bad, bad); }, Errc::bad_parameter, {});
  CHECK(predict(bad, 3)[1] == 1.0);
}

TEST_CASE("handing on allocates nothing") {
  std::vector<double> out(2);
  const auto predict =
      guard(doubling(), [&](const auto& x, const Matrix<double>& other) -> const std::vector<double>& {
        for (std::size_t i = 0; i < 2; ++i) out[i] = x(static_cast<Eigen::Index>(i), 0) + other(i, 0);
        return out;
      });
  predict(two_rows, two_rows);
  const std::uint64_t before = allocations();
  for (int i = 0; i < 100; ++i) predict(two_rows, two_rows);
  CHECK(allocations() == before);
  CHECK(out == std::vector<double>{3, 9});
}

}  // namespace
