// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/guard.hpp"

// Guards without a pipeline: their policy, and what they say about further inputs.
namespace bare_guard_test {

using namespace prepguard;
using cells::check_error;
using cells::infinity;
using cells::nan;
using cells::rows_of;

const auto ones = [](MatrixView<const double> x) { return std::vector<double>(x.rows(), 1); };
const Matrix<double> bad_rows =
    rows_of<double>({{1, 2}, {nan<double>, 3}, {-infinity<double>, 4}, {nan<double>, infinity<double>}});

TEST_CASE("a policy says what a bare guard does about missing and infinite cells") {
  auto predict = guard(ones, Policy().set(Check::missing, Action::count));
  check_error([&] { predict(bad_rows); }, Errc::non_finite,
              {"prepguard: 2 of 4 rows rejected at input\n  row 2, column \"x0\" (1 of 2): -inf\n"
               "  row 3, column \"x1\" (2 of 2): inf\n"});
  CHECK(predict.report().of(Check::inf).failed == 2);
  CHECK(predict.report().of(Check::missing).all() == 0);
  predict.set_policy(Policy::observe());
  CHECK(predict(bad_rows).size() == 4);
  CHECK(predict.report().of(Check::missing).served == 2);
  CHECK(predict.report().of(Check::inf).served == 2);
  predict.set_policy(Policy().set(Check::missing, Action::ignore).set(Check::inf, Action::ignore));
  CHECK(predict(bad_rows).size() == 4);
  CHECK(predict.report().of(Check::inf).served == 2);
  predict.set_policy(Policy::strict());
  check_error([&] { predict(bad_rows); }, Errc::non_finite, {"3 of 4 rows"});
  CHECK(predict.policy() == Policy::strict());
  CHECK(guard(ones).policy() == Policy());

  // Where cells were let in, the message about the output says so.
  const auto echo =
      guard([](const Eigen::MatrixXd& x) { return x; }, Policy().set(Check::missing, Action::count));
  check_error([&] { echo(rows_of<double>({{nan<double>}})); }, Errc::non_finite,
              {"model output is not finite", "the policy lets cells through that are not finite"});
  const auto seen = guard([](const Eigen::MatrixXd& x) { return x; }, Policy::observe());
  CHECK(seen(rows_of<double>({{nan<double>}})).rows() == 1);
  CHECK(seen.report().of(Check::non_finite_output).served == 1);
}

TEST_CASE("rules that a bare guard cannot follow are refused, and the old policy stays") {
  auto predict = guard(ones, Policy().set(Check::missing, Action::count));
  const auto refused = [&](const Policy& policy, const char* what) {
    check_error([&] { guard(ones, policy); }, Errc::bad_parameter, {what});
    check_error([&] { predict.set_policy(policy); }, Errc::bad_parameter, {what});
  };
  refused(
      Policy().set(Check::missing, Action::reject_row),
      "policy: check missing of a guard without a pipeline: expected fail, count or ignore, got reject_row");
  refused(Policy().set(Check::out_of_range, Action::replace), "got replace");
  refused(Policy().set(Check::inf, Action::count, "x0"), "expected a rule for all columns, got \"x0\"");
  CHECK(predict.policy().action(Check::missing) == Action::count);
}

TEST_CASE("further inputs of a bare model are checked where they are numbers") {
  const auto predict =
      guard([](MatrixView<const double> x, const auto&...) { return std::vector<double>(x.rows(), 1); });
  const Matrix<double> rows = rows_of<double>({{1, 2}, {3, 4}});
  Matrix<float> second = rows_of<float>({{1, 2, 3}});
  CHECK(predict(rows, second, 5, std::string("text")).size() == 2);
  second(0, 2) = nan<float>;
  check_error([&] { predict(rows, 5, second); }, Errc::non_finite,
              {"prepguard: 1 of 1 row rejected at input\n  row 0, column \"x2 of input 3\" (3 of 3): NaN"});
  check_error([&] { predict(rows, std::vector<double>{infinity<double>}); }, Errc::non_finite,
              {"x0 of input 2"});
  check_error([&] { predict(rows, infinity<double>); }, Errc::non_finite, {"x0 of input 2"});
  CHECK(predict.report().of(Check::missing).failed == 1);
  CHECK(predict.report().of(Check::inf).failed == 2);
  CHECK(predict(rows, std::ref(second)).size() == 2);  // opaque: nobody looks into it
}

TEST_CASE("a guard that was moved away says so") {
  auto predict = guard(ones);
  const auto moved = std::move(predict);
  CHECK(moved(rows_of<double>({{1}})).size() == 1);
  check_error([&] { predict(rows_of<double>({{1}})); }, Errc::bad_parameter, {"guard: it was moved away"});
}

}  // namespace bare_guard_test
