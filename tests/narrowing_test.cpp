// SPDX-License-Identifier: MIT
// Numbers of a table that do not survive becoming the pipeline's scalar type.
#include "prepguard/detail/narrowing.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/prepguard.hpp"

namespace narrowing_test {

using namespace prepguard;
using cells::check_error;
using detail::Lost;
using detail::lost_as;
using detail::ordinary;
using detail::tiny;

const auto echo = [](const auto& features) { return Eigen::MatrixXf(features); };

/// Passes the columns of `training` on as they are, all but those that are not used.
template <class T>
ColumnTransformer<T> passing(std::vector<Column> training) {
  const std::vector<double> cells{1, 2};
  Table rows;
  std::vector<std::string> used;
  for (const Column& column : training) {
    rows.add(column.name, cells);
    if (column.used) used.push_back(column.name);
  }
  ColumnTransformer<T> prep{{"all", StandardScaler<T>({.with_mean = false, .with_std = false}), used}};
  prep.fit(rows);
  return {Schema(std::move(training)), prep.step()};
}

/// Columns `when` (training 0 to 2e9), `size` (0 to 1) and `unread`.
ColumnTransformer<float> three_columns() {
  std::vector<Column> columns{samples::number_column("when", {.count = 9, .min = 0, .max = 2e9}),
                              samples::number_column("size", {.count = 9, .min = 0, .max = 1}),
                              samples::number_column("unread", {.count = 9, .min = 0, .max = 1})};
  columns[2].used = false;
  return passing<float>(std::move(columns));
}

/// Two rows; the second one has these cells.
template <class When, class Size>
struct Rows {
  std::array<When, 2> when{};
  std::array<Size, 2> size{};
  std::array<double, 2> unread{};

  Table table() const {
    Table rows;
    rows.add("when", when).add("size", size).add("unread", unread);
    return rows;
  }
};

std::uint64_t served(const Report& report, Check check) {
  return report.of(check).served;
}

TEST_CASE("narrowing: what is lost, against what the conversion makes of it") {
  // Expected from the definition: 2^24 + 1 is the first whole number that float rounds, 1e39 is above its
  // largest number, 1e-38 below its least normal one (1.1754944e-38), 1e-46 below half its least.
  struct Case {
    double value;
    Lost lost;
  };
  for (const Case& sample : {Case{0.0, Lost::nothing},
                             Case{0.1, Lost::nothing},
                             Case{1.0 / 3, Lost::nothing},
                             Case{16777216.0, Lost::nothing},
                             Case{16777217.0, Lost::digits},
                             Case{16777218.0, Lost::nothing},
                             Case{16777216.5, Lost::nothing},
                             Case{33554433.5, Lost::nothing},
                             Case{1700000001.0, Lost::digits},
                             Case{1700000000.0, Lost::nothing},
                             Case{0x1p100, Lost::nothing},
                             Case{0x1p100 + 0x1p60, Lost::digits},
                             Case{1e39, Lost::overflow},
                             Case{3.4028235677973366e38, Lost::overflow},
                             Case{3.4028234663852886e38, Lost::nothing},
                             Case{1e-38, Lost::underflow},
                             Case{1e-46, Lost::underflow},
                             Case{5e-324, Lost::underflow},
                             Case{0x1p-126, Lost::nothing},
                             Case{1.2e-38, Lost::nothing}}) {
    for (const double value : {sample.value, -sample.value}) {
      CAPTURE(value);
      CHECK(lost_as<float>(&value) == sample.lost);
      const bool looked_at = !ordinary<float>(&value) || tiny<float>(&value);
      CHECK((looked_at || sample.lost == Lost::nothing));
    }
  }
  for (const double value : {cells::infinity<double>, -cells::infinity<double>, cells::nan<double>}) {
    CHECK(lost_as<float>(&value) == Lost::nothing);
    CHECK(!ordinary<float>(&value));  // the bits need care
  }
  for (const double value : {0.0, -0.0, 1e-30, 0.1, -7.0, 16777216.0}) {
    CHECK(ordinary<float>(&value));
    CHECK(!tiny<float>(&value));
  }
}

TEST_CASE("narrowing: whole numbers survive exactly if converting there and back gives them again") {
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int64_t> numbers{0, 1, -1, far, -far, -far - 1, far - 1023, std::int64_t{1} << 62};
  for (int power = 20; power < 62; ++power) {
    for (std::int64_t near = -3; near <= 3; ++near) numbers.push_back((std::int64_t{1} << power) + near);
  }
  for (const std::int64_t number : numbers) {
    CAPTURE(number);
    __extension__ using Wide = __int128;
    const bool by_float = static_cast<Wide>(static_cast<float>(number)) == number;
    const bool by_double = static_cast<Wide>(static_cast<double>(number)) == number;
    CHECK((lost_as<float>(&number) == Lost::nothing) == by_float);
    CHECK((lost_as<double>(&number) == Lost::nothing) == by_double);
    if (ordinary<float>(&number)) CHECK(by_float);
    if (ordinary<double>(&number)) CHECK(by_double);
    const auto small = static_cast<std::int32_t>(number);
    CHECK((lost_as<float>(&small) == Lost::nothing) ==
          (static_cast<Wide>(static_cast<float>(small)) == small));
    CHECK(lost_as<double>(&small) == Lost::nothing);
  }
}

TEST_CASE("narrowing: counted unless the policy says otherwise, in columns that a step reads") {
  using Seconds = Rows<std::int64_t, double>;
  const Seconds rows{{5, 1700000001}, {0.1, 0.3}, {0, 16777217}};
  auto predict = guard(three_columns(), echo);
  CHECK(predict(rows.table())(1, 0) == 1700000000.0F);
  CHECK(served(predict.report(), Check::narrowing) == 1);
  CHECK(served(predict.report(), Check::out_of_range) == 0);
  predict(Seconds{{5, 1700000000}, {0.1, 0.3}, {}}.table());  // a multiple of 128, its distance from the next
  predict(Seconds{{5, 9}, {0.1, 1e-40}, {}}.table());
  predict(Rows<float, float>{{5, 1.7e9F}, {0, 1e-40F}, {}}.table());  // they were float before
  predict(Rows<double, double>{{5, 0.1}, {0, 0}, {}}.table());
  CHECK(served(predict.report(), Check::narrowing) == 2);
  predict.set_policy(Policy().set(Check::narrowing, Action::ignore, "when"));
  predict(rows.table());
  CHECK(served(predict.report(), Check::narrowing) == 2);
  CHECK(predict.report().served.calls == 6);

  predict.set_policy(Policy().set(Check::narrowing, Action::reject_row, "when"));
  const Eigen::MatrixXf gap = predict(rows.table());
  CHECK(gap(0, 0) == 5);
  CHECK(cells::same(gap(1, 0), cells::nan<float>));
  CHECK(predict.report().of(Check::narrowing).rejected == 1);
}

TEST_CASE("narrowing: the message says what became of which number") {
  const Policy strict = Policy::strict();
  const auto predict = guard(three_columns(), echo, strict);
  const auto error = cells::error_of([&] {
    predict(Rows<std::int64_t, double>{{5, 1700000001}, {0.1, 0.3}, {}}.table());
  });
  REQUIRE(error);
  CHECK(std::string(error->what()) ==
        "prepguard: 1 of 2 rows rejected at input\n"
        "  row 1, column \"when\" (1 of 3): 1700000001 becomes 1700000000 as float, which holds every whole "
        "number up to 16777216 only; training range [0, 2000000000]\n"
        "  do: send it from a nearer origin (a time since last year, not 1970) or in a larger unit, or load "
        "the "
        "pipeline as double");
  CHECK(error->code() == Errc::rejected);
  CHECK(error->info().check == "narrowing");
  CHECK(error->info().got == "1700000001");
  CHECK(error->info().expected == "a number that float holds");
  check_error(
      [&] {
        predict(Rows<double, double>{{0, 0}, {0, 1e-46}, {}}.table());
      },
      Errc::rejected,
      {"row 1, column \"size\" (2 of 3): 1e-46 becomes 0 as float, which has all its digits from "
       "1.1754944e-38 on only; training range [0, 1]",
       "do: check the unit of this column, or load the pipeline as double"});
  // Found by two checks, named once.
  const auto both = cells::error_of([&] {
    predict(Rows<double, double>{{0, 17000000001.0}, {0, 0}, {}}.table());
  });
  REQUIRE(both);
  CHECK(std::string(both->what()).find("more bad cells") == std::string::npos);
  CHECK(predict.report().of(Check::narrowing).failed == 3);
  CHECK(predict.report().of(Check::out_of_range).failed == 1);
  CHECK(predict.report().of(Check::far_out_of_range).failed == 0);
}

TEST_CASE("narrowing: a number that overflows is an infinity, told as the number it was") {
  const auto rows = Rows<double, double>{{0, 0}, {0, -1e300}, {}};
  const auto predict = guard(three_columns(), echo);
  const auto error = cells::error_of([&] { predict(rows.table()); });
  REQUIRE(error);
  CHECK(std::string(error->what()) ==
        "prepguard: 1 of 2 rows rejected at input\n"
        "  row 1, column \"size\" (2 of 3): -1e+300 overflows float, whose largest number is 3.4028235e+38; "
        "training range [0, 1]\n"
        "  do: check the unit of this column, or load the pipeline as double");
  CHECK(error->code() == Errc::non_finite);
  CHECK(error->info().check == "inf");
  CHECK(error->info().got == "-1e+300");
  const auto with = [&](const Policy& policy) { return guard(three_columns(), echo, policy); };
  CHECK(with(Policy().set(Check::inf, Action::replace))(rows.table())(1, 1) == 0);
  const auto counting = with(Policy::observe());
  CHECK(counting.try_call(rows.table()));
  CHECK(served(counting.report(), Check::inf) == 1);
  // Where infinities are let in, a number that becomes one still need not be.
  const auto strict = with(Policy::observe().set(Check::narrowing, Action::fail));
  check_error([&] { strict(rows.table()); }, Errc::non_finite, {"-1e+300 overflows float"});
  CHECK(strict.report().of(Check::narrowing).failed == 1);
  const auto infinite = Rows<double, double>{{0, 0}, {0, -cells::infinity<double>}, {}};
  CHECK(strict.try_call(infinite.table()));
  check_error([&] { predict(infinite.table()); }, Errc::non_finite,
              {"(2 of 3): -inf; training range [0, 1]"});
}

TEST_CASE("narrowing: int64 in a pipeline of double; missing values are none of its business") {
  const auto prep = passing<double>({samples::number_column("id", {.count = 9, .min = 0, .max = 1e18})});
  const auto predict = guard(
      prep, [](const auto& features) { return Eigen::MatrixXd(features); },
      Policy().set(Check::narrowing, Action::fail));
  const std::vector<std::int64_t> exact{(std::int64_t{1} << 53), (std::int64_t{1} << 60)},
      odd{(std::int64_t{1} << 53) + 1};
  Table rows;
  CHECK(predict.try_call(rows.add("id", exact)));
  Table others;
  check_error([&] { predict(others.add("id", odd)); }, Errc::rejected,
              {"9007199254740993 becomes 9007199254740992 as double", "up to 9007199254740992 only",
               "in a larger unit"});
  const std::uint8_t none = 0;
  Table absent;
  check_error([&] { predict(absent.add("id", odd, {&none})); }, Errc::non_finite, {"NaN"});
}

TEST_CASE("narrowing: several tiles; columns that convert allocate nothing") {
  std::vector<double> when(5000, 7.0), size(5000, 0.5), unread(5000, 0.0);
  when[4321] = 16777217;
  when[17] = cells::nan<double>;
  Table rows;
  rows.add("when", when).add("size", size).add("unread", unread);
  const ColumnTransformer<float> prep = three_columns();
  const Binding binding = prep.schema().bind(rows);
  const auto predict = guard(
      prep, [](const auto&) { return std::vector<int>(5000); }, Policy().set(Check::missing, Action::count));
  CHECK(in_steady_state([&] { predict(rows, binding); }) == 2);  // the result
  CHECK(served(predict.report(), Check::narrowing) == 3);
  CHECK(served(predict.report(), Check::missing) == 3);
}

}  // namespace narrowing_test
