// SPDX-License-Identifier: MIT
#include "prepguard/transformers/spline_transformer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace spline_transformer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Contract;
using prepguard::Errc;
using prepguard::Extrapolation;
using prepguard::FitIssue;
using prepguard::KnotPlacement;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::SplineTransformer;
using Options = prepguard::SplineOptions;

static_assert(prepguard::Estimator<SplineTransformer<float>> &&
              !prepguard::Invertible<SplineTransformer<double>>);

Matrix<double> column(const std::vector<double>& cells) {
  Matrix<double> matrix(cells.size(), 1);
  for (std::size_t i = 0; i < cells.size(); ++i) matrix(i, 0) = cells[i];
  return matrix;
}

template <class T>
SplineTransformer<T> loaded(Contract contract, Extrapolation extrapolation, std::int64_t degree,
                            Array::Reals knots) {
  SplineTransformer<T> step(Options{.extrapolation = extrapolation});
  cells::set_field(step, "contract", contract);
  cells::set_field(step, "inputs", std::int64_t{1});
  cells::set_field(step, "degree", degree);
  cells::set_field(step, "knots", std::vector<Array>{Array(std::move(knots))});
  step.prepare(prepguard::Layout(1, prepguard::Kind::number), prepguard::detail::Place("step"));
  return step;
}

/// The floats as rows of one column.
MatrixView<const float> rows_of_floats(const std::vector<float>& cells) {
  return {cells.data(), cells.size(), 1};
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.SplineTransformer.html, the numbers
// there with all digits that scikit-learn 1.2.1 and 1.9.1 give them.
TEST_CASE("spline_transformer: scikit-learn's documented example, its knots too") {
  SplineTransformer<double> step(Options{.n_knots = 3, .degree = 2});
  const Matrix<double> rows = column({0, 1, 2, 3, 4, 5});
  step.fit(rows);
  CHECK(step.knots(0) == Array(Array::Reals{-5, -2.5, 0, 2.5, 5, 7.5, 10}));
  CHECK(
      difference(step.transform(rows), {{0.5, 0.5, 0, 0},
                                        {0x1.70a3d70a3d70cp-3, 0x1.7ae147ae147afp-1, 0x1.47ae147ae147bp-4, 0},
                                        {0x1.47ae147ae147bp-6, 0x1.51eb851eb851ep-1, 0x1.47ae147ae147bp-2, 0},
                                        {0, 0x1.47ae147ae147bp-2, 0x1.51eb851eb851ep-1, 0x1.47ae147ae147bp-6},
                                        {0, 0x1.47ae147ae147bp-4, 0x1.7ae147ae147afp-1, 0x1.70a3d70a3d70cp-3},
                                        {0, 0, 0.5, 0.5}}) == "");
  CHECK(step.feature_names_out({"a"}) == std::vector<std::string>{"a_sp_0", "a_sp_1", "a_sp_2", "a_sp_3"});
}

// scikit-learn 1.2.1 and 1.9.1 on the same knots.
TEST_CASE("spline_transformer: beyond the knots, for every extrapolation") {
  const Matrix<double> rows = column({0, 1, 2, 3, 4, 5}), far = column({-1.3, 7.1});
  const auto made = [&](Extrapolation extrapolation, bool bias = true) {
    SplineTransformer<double> step(
        Options{.n_knots = 3, .degree = 2, .extrapolation = extrapolation, .include_bias = bias});
    return step.fit(rows).transform(far);
  };
  CHECK(difference(made(Extrapolation::constant), {{0.5, 0.5, 0, 0}, {0, 0, 0.5, 0.5}}) == "");
  CHECK(difference(made(Extrapolation::constant, false), {{0.5, 0.5, 0}, {0, 0, 0.5}}) == "");
  CHECK(difference(made(Extrapolation::continued),
                   {{0x1.27bb2fec56d5dp+0, -0x1.295e9e1b089a1p-2, 0x1.14e3bcd35a859p-3, 0},
                    {0, 0x1.694467381d7dap-2, -0x1.0bac710cb295dp+0, 0x1.b15b573eab367p+0}}) == "");
  CHECK(difference(made(Extrapolation::linear), {{0x1.051eb851eb852p+0, -0x1.47ae147ae1480p-6, 0, 0},
                                                 {0, 0, -0x1.5c28f5c28f5c0p-2, 0x1.570a3d70a3d70p+0}}) == "");
  CHECK(difference(made(Extrapolation::periodic), {{0x1.7fcb923a29c78p-1, 0x1.0068db8bac711p-2},
                                                   {0x1.765fd8adab9f4p-2, 0x1.44d013a92a306p-1}}) == "");
  cells::check_error([&] { made(Extrapolation::error); }, Errc::unknown_category,
                     {"row 0", "-1.3", "outside of the knots", "[0.0, 5.0]"});
}

// float32 cells and knots that are no float32, scikit-learn 1.2.1 on NumPy 1.24 (the first of each) and 1.9.1
// on NumPy 2.4.
TEST_CASE("spline_transformer: the contract says in which type scikit-learn extrapolates") {
  const std::vector<float> cells{0.1F, 0.05F, 0.9F};
  const auto rows = rows_of_floats(cells);
  const auto made = [&](Contract contract, Extrapolation extrapolation, Array::Reals knots) {
    return loaded<float>(contract, extrapolation, 1, std::move(knots)).transform(rows);
  };
  const Array::Reals open{-0.09999999999999998, 0.1, 0.3, 0.7, 1.0999999999999999};
  constexpr auto narrow = Contract::sklearn_float32_coefficients,
                 wide = Contract::sklearn_float64_coefficients;
  CHECK(difference(made(narrow, Extrapolation::linear, open),
                   {{1, 0x1p-27F, 0}, {1.25F, -0.25F, 0}, {0, -0x1.fffffep-2F, 1.5F}}) == "");
  CHECK(difference(made(wide, Extrapolation::linear, open),
                   {{1, 0x1p-27F, 0}, {1.25F, -0.25F, 0}, {0, -0x1.fffffcp-2F, 1.5F}}) == "");
  const Array::Reals tiny{-1e-41, 0, 1e-41, 2e-41, 3e-41};  // slopes of 1e41: NumPy 1 goes on in double
  const std::vector<float> below{-1e-41F};
  CHECK(difference(loaded<float>(narrow, Extrapolation::linear, 1, tiny).transform(rows_of_floats(below)),
                   {{0x1.fffdd0p+0F, -0x1.fffb9ep-1F, 0}}) == "");
  cells::check_error(
      [&] {
        loaded<float>(narrow, Extrapolation::periodic, 1, {-2e-60, 0, 1e-60, 2e-60, 3e-60});
      },
      Errc::bad_state, {"knots[0]", "period above 0 as float32"});
  const Array::Reals closed{-0.3, 0.1, 0.3, 0.7, 0.8999999999999999};
  CHECK(difference(made(narrow, Extrapolation::periodic, closed),
                   {{1, 0x1p-27F}, {0x1.c00004p-1F, 0x1.ffffe8p-4F}, {0x1.ap-22F, 0x1.fffff4p-1F}}) == "");
  CHECK(difference(made(wide, Extrapolation::periodic, closed),
                   {{1, 0x1p-27F}, {0.875F, 0.125F}, {0x1p-23F, 0x1.fffffcp-1F}}) == "");
}

TEST_CASE("spline_transformer: the end rounded below itself is NaN with NumPy 1, and a guard tells why") {
  const Array::Reals knots{0.5999999999999999, 0.7, 0.8, 0.9, 1.0};
  const std::vector<float> ends{0.7F, 0.9F};  // 0.7F < 0.7
  constexpr float nan = cells::nan<float>;
  const auto narrow =
      loaded<float>(Contract::sklearn_float32_coefficients, Extrapolation::constant, 1, knots);
  CHECK(difference(narrow.transform(rows_of_floats(ends)),
                   {{nan, nan, nan}, {0, 0x1p-22F, 0x1.fffff8p-1F}}) == "");
  const auto wide = loaded<float>(Contract::sklearn_float64_coefficients, Extrapolation::constant, 1, knots);
  CHECK(difference(wide.transform(rows_of_floats(ends)), {{1, 0, 0}, {0, 0x1p-22F, 0x1.fffff8p-1F}}) == "");
  const auto finding = narrow.diagnose(rows_of_floats({0.7F}), {"a"}, "");
  REQUIRE(finding);
  CHECK(finding->what.find("NumPy 1") != std::string::npos);
}

TEST_CASE("spline_transformer: degree 0 is one step a knot") {
  SplineTransformer<double> step(Options{.n_knots = 3, .degree = 0, .extrapolation = Extrapolation::linear});
  step.fit(column({0, 4}));
  CHECK(difference(step.transform(column({-9, 0, 1.9, 2, 4, 9})),
                   {{1, 0}, {1, 0}, {1, 0}, {0, 1}, {0, 1}, {0, 1}}) == "");
}

// numpy.linspace and numpy.percentile of four numbers, by hand: three quarters from 1 to 2, half from 2 to 8
TEST_CASE("spline_transformer: knots are even, quantiles, or given") {
  const Matrix<double> rows = column({8, 1, 9, 2});
  SplineTransformer<double> step(Options{.n_knots = 3, .degree = 1, .knots = KnotPlacement::quantile});
  CHECK(step.fit(rows).knots(0) == Array(Array::Reals{-3, 1, 5, 9, 13}));
  SplineTransformer<double> third(Options{.n_knots = 5, .degree = 1, .knots = KnotPlacement::quantile});
  CHECK(third.fit(rows).knots(0) == Array(Array::Reals{0.25, 1, 1.75, 5, 8.25, 9, 9.75}));
  SplineTransformer<double> given(Options{.degree = 2, .base_knots = {{0, 2, 3}}});
  CHECK(given.fit(rows).knots(0) == Array(Array::Reals{-4, -2, 0, 2, 3, 4, 5}));
  SplineTransformer<double> repeated(
      Options{.degree = 2, .base_knots = {{0, 2, 3}}, .extrapolation = Extrapolation::periodic});
  CHECK(repeated.fit(rows).knots(0) == Array(Array::Reals{-3, -1, 0, 2, 3, 5, 6}));
}

TEST_CASE("spline_transformer: what it cannot learn from, and what cannot be served") {
  const auto refuse = [](Options options, std::initializer_list<const char*> words) {
    cells::check_error([&] { SplineTransformer<double>(std::move(options)); }, Errc::bad_parameter, words);
  };
  refuse({.degree = -1}, {"0 to 64", "-1"});
  refuse({.degree = 65}, {"0 to 64", "65"});
  refuse({.n_knots = 1}, {"2 to", "1"});
  refuse({.n_knots = 3, .extrapolation = Extrapolation::periodic}, {"4 to", "3"});
  refuse({.degree = 0}, {"constant", "continued"});
  refuse({.n_knots = 2, .degree = 0, .extrapolation = Extrapolation::linear, .include_bias = false},
         {"nothing"});
  refuse({.base_knots = {{0, 1}, {1, 1}}}, {"above"});
  refuse({.base_knots = {{0, 1}, {0, 1, 2}}}, {"one length"});
  cells::check_error(
      [] {
        SplineTransformer<double>(Options{.base_knots = {{0, 1}}}).fit(rows_of<double>({{1, 2}}));
      },
      Errc::bad_parameter, {"2 columns", "1"});
  cells::check_error(
      [] {
        SplineTransformer<double>().fit(column({0, cells::nan<double>}));
      },
      Errc::cannot_fit, {"NaN", "column 0"});
  constexpr double most = std::numeric_limits<double>::max();
  cells::check_error(
      [] {
        SplineTransformer<double>().fit(column({-most, most}));
      },
      Errc::cannot_fit, {"finite knots"});
  SplineTransformer<double> step(Options{.extrapolation = Extrapolation::continued});
  step.fit(column({0, 1}));
  cells::check_error(
      [&] {
        step.transform(column({0, cells::nan<double>}));
      },
      Errc::non_finite, {"NaN", "row 1"});
  cells::check_error(
      [&] {
        step.transform(column({0, 1e200}));
      },
      Errc::non_finite, {"1e+200", "overflow", "row 1"});
  step.fit(column({3, 3}));
  CHECK(step.health().has(FitIssue::constant, 0));
}

// Knots 0, 1, 4 with degree 1: the steepest slope is 1 / 1, the largest |x| is 4, and 2 for straight lines.
TEST_CASE("spline_transformer: tolerance through the slope") {
  using Tolerances = std::vector<std::int64_t>;
  const auto lines = loaded<double>(Contract::native, Extrapolation::constant, 1, {-1, 0, 1, 4, 7});
  CHECK(lines.tolerances({0}) == Tolerances{0, 0, 0});
  CHECK(lines.tolerances({8}) == Tolerances{48, 48, 48});
  const auto steps = loaded<double>(Contract::native, Extrapolation::continued, 0, {0, 1, 4});
  CHECK(steps.tolerances({8}) == Tolerances{0, 0});
}

}  // namespace spline_transformer_test
