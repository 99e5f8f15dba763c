// SPDX-License-Identifier: MIT
// What the guard says about rows and features, word for word, and that docs/guard.md says the same.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/prepguard.hpp"

namespace guard_messages_test {

using namespace prepguard;
using cells::infinity;
using cells::nan;
using cells::rows_of;

const auto sum = [](const auto& features) { return features.rowwise().sum().eval(); };

/// The text of the error that `call` gives.
std::string said(const std::function<void()>& call) {
  const auto error = cells::error_of(call);
  return error ? error->what() : "nothing";
}

/// What a guard around `step`, fitted to `fit`, says about `rows`.
template <class Step, class Cell>
std::string said_of(Step step, const Matrix<Cell>& fit, const Matrix<Cell>& rows) {
  step.fit(fit);
  return said([&] { guard(step, sum)(rows); });
}

std::string document() {
  std::ifstream in("docs/guard.md");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Message {
  std::string got, want;
};

void check_all(const std::vector<Message>& messages) {
  for (const Message& message : messages) CHECK(message.got == message.want);
}

TEST_CASE("messages: those that the documents show") {
  auto missing = samples::measured_rows(64), huge = samples::measured_rows(5);
  missing(17, 1) = nan<double>;
  huge(3, 4) = 1.2e308;
  const auto scaler = guard(samples::measured_scaler(), sum);
  const auto any_size =
      guard(samples::measured_scaler(), sum, Policy().set(Check::far_out_of_range, Action::ignore));
  const std::vector<double> when{0, 0}, size{0, -1e300}, third{0, 0};
  Table rows;
  rows.add("when", when).add("size", size).add("third", third);
  ColumnTransformer<float> narrow{{"all", MinMaxScaler<float>{}, {"when", "size", "third"}}};
  const std::vector<double> ends{0, 1};
  Table fit;
  narrow.fit(fit.add("when", ends).add("size", ends).add("third", ends));
  std::vector<Column> columns = narrow.schema().columns();
  columns[1].numbers = {.count = 2, .min = 0, .max = 1};
  const auto as_float = guard(ColumnTransformer<float>(Schema(columns), narrow.step()), sum);
  const std::string page = document();
  REQUIRE(page.size() > 1000);
  for (const std::string& text :
       {said([&] { scaler(missing); }), said([&] { any_size(huge); }), said([&] { as_float(rows); })}) {
    CAPTURE(text);
    CHECK(text.starts_with("prepguard: "));
    CHECK(page.find("```\n" + text + "\n```") != std::string::npos);
  }
}

TEST_CASE("messages: every check of a cell") {
  const auto one = [](std::size_t column, double cell, const Policy& policy = {}) {
    auto rows = samples::measured_rows(3);
    rows(2, column) = cell;
    const auto predict = guard(samples::measured_scaler(), sum, policy);
    return said([&] { predict(rows); });
  };
  const std::string rejected = "prepguard: 1 of 3 rows rejected at input\n  row 2, column ";
  const std::string
      impute = "\n  do: send a value, or export a pipeline with an imputer for this column",
      unit =
          "\n  do: check the unit of this column; if the number is right, train with such rows or "
          "widen the range in the policy",
      finite = "\n  do: send a finite number; find out where the infinity was made";
  check_all({
      {one(1, nan<double>),
       rejected +
           "\"bill_length_mm\" (2 of 7): NaN; training had 2 missing in 344 rows but this pipeline does not "
           "impute it" +
           impute},
      {one(0, nan<double>),
       rejected +
           "\"year\" (1 of 7): NaN; training had none in 344 rows and this pipeline does not impute it" +
           impute},
      {one(6, nan<double>), rejected + "\"egg\" (7 of 7): NaN; this pipeline does not impute it" + impute},
      {one(4, infinity<double>),
       rejected + "\"body_mass_g\" (5 of 7): inf; training range [2700, 6300]" + finite},
      {one(6, -infinity<double>), rejected + "\"egg\" (7 of 7): -inf" + finite},
      {one(4, 1e6),
       rejected +
           "\"body_mass_g\" (5 of 7): 1000000 is far from all of training; training range [2700, 6300]" +
           unit},
      {one(4, 6300.5, Policy::strict()),
       rejected + "\"body_mass_g\" (5 of 7): 6300.5; training range [2700, 6300]" + unit},
  });
}

TEST_CASE("messages: categories") {
  const auto with = [](const std::function<void(samples::Penguins&)>& change, const Policy& policy = {}) {
    samples::Penguins penguins;
    change(penguins);
    const auto predict = guard(samples::Penguins::fitted<double>(), sum, policy);
    return said([&] { predict(penguins.table()); });
  };
  const std::array<Text, 1> island{Text(Missing::none)}, sex{"male"};
  const std::array<double, 1> mass{3000}, length{40};
  Table missing;
  missing.add("mass", mass).add("length", length).add("island", island).add("sex", sex);
  const auto strict = guard(samples::Penguins::fitted<double>(), sum);
  check_all({
      {with([](samples::Penguins& p) { p.island[2] = "At\nlantis"; }),
       "prepguard: 1 of 4 rows rejected at input\n"
       "  row 2, column \"island\" (3 of 4): unknown category \"At\\nlantis\"; expected one of 3 categories "
       "seen in "
       "training (Biscoe, Dream, Torgersen); found by cat (one_hot_encoder)\n"
       "  do: send a known category, or train with handle_unknown=\"ignore\""},
      {with([](samples::Penguins& p) { p.sex[1] = ""; }, Policy().set(Check::unknown_category, Action::fail)),
       "prepguard: 1 of 4 rows rejected at input\n"
       "  row 1, column \"sex\" (4 of 4): unknown category \"\"; expected one of 2 categories seen in "
       "training "
       "(female, male)\n"
       "  do: send a known category, or let the policy count them: the encoder ignores them"},
      {said([&] { strict(missing); }),
       "prepguard: 1 of 1 row rejected at input\n"
       "  row 0, column \"island\" (3 of 4): NaN; this pipeline does not impute it\n"
       "  do: send a value, or export a pipeline with an imputer for this column"},
  });
}

TEST_CASE(
    "messages: the step and the operand of a feature that is not finite, of every step that can make one") {
  const auto fit = rows_of<double>({{1, 1e-10}, {2, 2e-10}, {3, 4e-10}});
  const auto huge = rows_of<double>({{2, 1e-10}, {3, 1e300}});
  const std::string near =
      "; input was 1e+300\n  do: send a value near the training range; check the unit of this column";
  const auto feature = [&](const char* name, const std::string& made) {
    return "prepguard: features are not finite: row 1, feature \"" + std::string(name) +
           "\" = inf\n  produced by " + made + near;
  };
  // The statistics are scikit-learn's own: scale_ and min_, center_ and scale_.
  check_all({
      {said_of(MinMaxScaler<double>{}, fit, huge),
       feature("x1", "min_max_scaler: 1e+300 * 3333333333.3333335 + -0.33333333333333337 is not finite")},
      {said_of(MaxAbsScaler<double>{}, fit, huge),
       feature("x1", "max_abs_scaler: 1e+300 / 4e-10 is not finite")},
      {said_of(RobustScaler<double>{}, fit, huge),
       feature("x1", "robust_scaler: (1e+300 - 2e-10) / 1.5e-10 is not finite")},
      {said_of(PolynomialFeatures<double>{}, fit, huge),
       feature("x1^2", "polynomial_features: 1e+300 * 1e+300 is not finite")},
      {said_of(FunctionTransformer<double>({.function = NamedFunction::expm1}), fit, huge),
       feature("x1", "function_transformer: expm1(1e+300) is not finite")},
  });
}

TEST_CASE("messages: a cell that a step refuses is a column, with what came in it") {
  const auto ones = rows_of<double>({{1, 1}, {2, 2}, {3, 4}});
  const std::string unit = "\n  do: send a value near the training range; check the unit of this column";
  const auto refused = [](const char* what) {
    return "prepguard: features are not finite: row 1, column \"x1\" (2 of 2): " + std::string(what);
  };
  const auto bad = [](double cell) { return rows_of<double>({{1, 1}, {2, cell}}); };
  PowerTransformer<double>::Options box_cox;
  box_cox.method = PowerMethod::box_cox;
  check_all({
      {said_of(FunctionTransformer<double>({.function = NamedFunction::log}), ones, bad(-2)),
       refused(
           "log(-2.0) is NaN; expected a number the function is defined for, or a missing value; found by "
           "function_transformer") +
           unit},
      {said_of(PowerTransformer<double>(box_cox), ones, bad(-2)),
       refused("Box-Cox power of -2.0; expected a number above 0, or a missing value; found by "
               "power_transformer") +
           unit},
  });
  PowerTransformer<double> power(box_cox);
  power.fit(ones);
  const auto error = cells::error_of([&] { guard(power, sum)(bad(-2)); });
  REQUIRE(error);
  CHECK(error->info().got == "-2");
  CHECK(error->info().column == 1);
  CHECK(error->info().check == "non_finite_features");

  SplineTransformer<double>::Options knots;
  knots.extrapolation = Extrapolation::error;
  CHECK(said_of(SplineTransformer<double>(knots), ones, bad(9)) ==
        "prepguard: 1 of 2 rows rejected at input\n"
        "  row 1, column \"x1\" (2 of 2): 9.0 is outside of the knots; expected a number from [1.0, 4.0]; "
        "found by "
        "spline_transformer\n"
        "  do: send a number of the training range, or train with another extrapolation");
}

TEST_CASE("messages: between two steps, and by the weight of a block") {
  const auto small = rows_of<double>({{0}, {1e-10}});
  MinMaxScaler<double>::Options clip;
  clip.clip = true;
  CHECK(said_of(Pipeline{MaxAbsScaler<double>{}, MinMaxScaler<double>(clip)}, small,
                rows_of<double>({{1e300}})) ==
        "prepguard: features are not finite: row 0, column \"x0\" (1 of 1): 1e+300 / 1e-10 is not finite; "
        "found by "
        "max_abs_scaler\n"
        "  do: send a value near the training range; check the unit of this column");
  ColumnStep<double> heavy = feature_union<double>(
      {{"raw", StandardScaler<double>({.with_mean = false, .with_std = false}), 1e300}});
  heavy.fit(MixedView<const double>(small));
  CHECK(said([&] { guard(heavy, sum)(rows_of<double>({{1e10}})); }) ==
        "prepguard: features are not finite: row 0, feature \"raw__x0\" = inf\n"
        "  produced by raw (its weight): 10000000000.0 * 1e+300 is not finite; input was 10000000000\n"
        "  do: send a value near the training range; check the unit of this column");
}

}  // namespace guard_messages_test
