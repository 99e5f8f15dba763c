// SPDX-License-Identifier: MIT
#include "prepguard/transformers/polynomial_features.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "cells.hpp"
#include "prepguard/any_step.hpp"

namespace polynomial_features_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Errc;
using prepguard::Matrix;
using prepguard::MissingFlow;
using prepguard::PolynomialFeatures;

static_assert(prepguard::Estimator<PolynomialFeatures<float>> &&
              !prepguard::Invertible<PolynomialFeatures<double>>);

using Options = PolynomialFeatures<double>::Options;
using Names = std::vector<std::string>;

PolynomialFeatures<double> fitted(Options options, std::size_t width) {
  PolynomialFeatures<double> step(options);
  step.fit(Matrix<double>(1, width));
  return step;
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.PolynomialFeatures.html
TEST_CASE_TEMPLATE("polynomial_features: scikit-learn's documented example", T, float, double) {
  const auto rows = rows_of<T>({{0, 1}, {2, 3}, {4, 5}});
  PolynomialFeatures<T> squares;
  CHECK(difference(squares.fit(rows).transform(rows),
                   {{1, 0, 1, 0, 0, 1}, {1, 2, 3, 4, 6, 9}, {1, 4, 5, 16, 20, 25}}) == "");
  PolynomialFeatures<T> products(typename PolynomialFeatures<T>::Options{.interaction_only = true});
  CHECK(difference(products.fit(rows).transform(rows), {{1, 0, 1, 0}, {1, 2, 3, 6}, {1, 4, 5, 20}}) == "");
}

// scikit-learn 1.2.1 and 1.9.1; the last column of a product is multiplied first.
TEST_CASE("polynomial_features: scikit-learn's bits, float64") {
  const auto rows =
      rows_of<double>({{double(1.1), double(-7.3), double(0.6)}, {double(2.7), double(0.3), double(1e-3)}});
  PolynomialFeatures<double> cubes(Options{.max_degree = 3});
  CHECK(difference(cubes.fit(rows).transform(rows), {{0x1p+0,
                                                      0x1.199999999999ap+0,
                                                      -0x1.d333333333333p+2,
                                                      0x1.3333333333333p-1,
                                                      0x1.35c28f5c28f5dp+0,
                                                      -0x1.00f5c28f5c29p+3,
                                                      0x1.51eb851eb851fp-1,
                                                      0x1.aa51eb851eb85p+5,
                                                      -0x1.1851eb851eb85p+2,
                                                      0x1.70a3d70a3d70ap-2,
                                                      0x1.54bc6a7ef9db4p+0,
                                                      -0x1.1aa7ef9db22d2p+3,
                                                      0x1.73b645a1cac09p-1,
                                                      0x1.d4f3b645a1cadp+5,
                                                      -0x1.345a1cac08313p+2,
                                                      0x1.95810624dd2f2p-2,
                                                      -0x1.85045a1cac083p+8,
                                                      0x1.ff95810624dd3p+4,
                                                      -0x1.50624dd2f1a9fp+1,
                                                      0x1.ba5e353f7ced9p-3},
                                                     {0x1p+0,
                                                      0x1.599999999999ap+1,
                                                      0x1.3333333333333p-2,
                                                      0x1.0624dd2f1a9fcp-10,
                                                      0x1.d28f5c28f5c2ap+2,
                                                      0x1.9eb851eb851ecp-1,
                                                      0x1.61e4f765fd8aep-9,
                                                      0x1.70a3d70a3d70ap-4,
                                                      0x1.3a92a30553261p-12,
                                                      0x1.0c6f7a0b5ed8dp-20,
                                                      0x1.3aed916872b03p+4,
                                                      0x1.17ef9db22d0e6p+1,
                                                      0x1.ddc1e7967caebp-8,
                                                      0x1.f1a9fbe76c8b4p-3,
                                                      0x1.a8ac5c13fd0dp-11,
                                                      0x1.6a634b28f33e5p-19,
                                                      0x1.ba5e353f7ced9p-6,
                                                      0x1.797cc39ffd60ep-14,
                                                      0x1.421f5f40d8376p-22,
                                                      0x1.12e0be826d695p-30}}) == "");
  PolynomialFeatures<double> mixed(
      Options{.min_degree = 2, .max_degree = 3, .interaction_only = true, .include_bias = false});
  CHECK(difference(
            mixed.fit(rows).transform(rows),
            {{-0x1.00f5c28f5c29p+3, 0x1.51eb851eb851fp-1, -0x1.1851eb851eb85p+2, -0x1.345a1cac08313p+2},
             {0x1.9eb851eb851ecp-1, 0x1.61e4f765fd8aep-9, 0x1.3a92a30553261p-12, 0x1.a8ac5c13fd0dp-11}}) ==
        "");
}

// scikit-learn 1.2.1 and 1.9.1; the last column of a product is multiplied first.
TEST_CASE("polynomial_features: scikit-learn's bits, float32") {
  using FloatOptions = PolynomialFeatures<float>::Options;
  const auto rows =
      rows_of<float>({{float(1.1), float(-7.3), float(0.6)}, {float(2.7), float(0.3), float(1e-3)}});
  PolynomialFeatures<float> cubes(FloatOptions{.max_degree = 3});
  CHECK(difference(cubes.fit(rows).transform(rows),
                   {{0x1p+0f,         0x1.19999ap+0f,  -0x1.d33334p+2f, 0x1.333334p-1f,  0x1.35c29p+0f,
                     -0x1.00f5c4p+3f, 0x1.51eb86p-1f,  0x1.aa51ecp+5f,  -0x1.1851ecp+2f, 0x1.70a3d8p-2f,
                     0x1.54bc6cp+0f,  -0x1.1aa7f2p+3f, 0x1.73b648p-1f,  0x1.d4f3b8p+5f,  -0x1.345a1ep+2f,
                     0x1.958108p-2f,  -0x1.85045cp+8f, 0x1.ff9582p+4f,  -0x1.50625p+1f,  0x1.ba5e38p-3f},
                    {0x1p+0f,         0x1.59999ap+1f, 0x1.333334p-2f,  0x1.0624dep-10f, 0x1.d28f5ep+2f,
                     0x1.9eb854p-1f,  0x1.61e4f8p-9f, 0x1.70a3d8p-4f,  0x1.3a92a4p-12f, 0x1.0c6f7cp-20f,
                     0x1.3aed94p+4f,  0x1.17efap+1f,  0x1.ddc1e8p-8f,  0x1.f1a9fep-3f,  0x1.a8ac5ep-11f,
                     0x1.6a634ep-19f, 0x1.ba5e38p-6f, 0x1.797cc6p-14f, 0x1.421f62p-22f, 0x1.12e0c2p-30f}}) ==
        "");
  PolynomialFeatures<float> mixed(
      FloatOptions{.min_degree = 2, .max_degree = 3, .interaction_only = true, .include_bias = false});
  CHECK(difference(mixed.fit(rows).transform(rows),
                   {{-0x1.00f5c4p+3f, 0x1.51eb86p-1f, -0x1.1851ecp+2f, -0x1.345a1ep+2f},
                    {0x1.9eb854p-1f, 0x1.61e4f8p-9f, 0x1.3a92a4p-12f, 0x1.a8ac5ep-11f}}) == "");
}

// scikit-learn 1.2.1 and 1.9.1, get_feature_names_out.
TEST_CASE("polynomial_features: names") {
  const Names names{"a", "b", "c"};
  CHECK(fitted({}, 3).feature_names_out(names) ==
        Names{"1", "a", "b", "c", "a^2", "a b", "a c", "b^2", "b c", "c^2"});
  CHECK(fitted({.min_degree = 3, .max_degree = 3, .include_bias = false}, 3).feature_names_out(names) ==
        Names{"a^3", "a^2 b", "a^2 c", "a b^2", "a b c", "a c^2", "b^3", "b^2 c", "b c^2", "c^3"});
  CHECK(fitted({.min_degree = 2, .max_degree = 7, .interaction_only = true}, 3).feature_names_out(names) ==
        Names{"1", "a b", "a c", "b c", "a b c"});
  CHECK(fitted({.max_degree = 0}, 3).feature_names_out(names) == Names{"1"});
}

// comb(n + d, d), and sums of comb(n, d): scikit-learn's n_output_features_.
TEST_CASE("polynomial_features: widths") {
  CHECK(fitted({.max_degree = 3}, 100).output_width() == 176851);
  CHECK(fitted({.min_degree = 3, .max_degree = 3}, 100).output_width() == 171701);
  CHECK(fitted({.max_degree = 20, .interaction_only = true}, 20).output_width() == 1048576);
  CHECK(fitted({.max_degree = 1000}, 1).output_width() == 1001);
  const auto wide = fitted({.max_degree = 2}, 200);
  const Names names = wide.feature_names_out(prepguard::default_names(200));
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 20301);
  CHECK(names.back() == "x199^2");
  CHECK(wide.source_column(20299) == 198);
}

TEST_CASE("polynomial_features: more outputs than a file may hold are refused before memory is asked for") {
  for (const std::int64_t degree : {std::int64_t{4}, std::int64_t{1} << 40, INT64_MAX}) {
    cells::check_error([&] { fitted({.max_degree = degree}, 100); }, Errc::bad_parameter,
                       {"polynomial_features", "of 100 columns", "4194304", "another degree"});
  }
  cells::check_error([] { fitted({.max_degree = INT64_MAX, .interaction_only = true}, 23); },
                     Errc::bad_parameter, {"4194304"});
  // Lower degrees count too: they are computed on the way.
  cells::check_error([] { fitted({.min_degree = INT64_MAX, .max_degree = INT64_MAX}, 1); },
                     Errc::bad_parameter, {"4194304"});
}

TEST_CASE("polynomial_features: options without a meaning are refused") {
  for (const Options& bad :
       {Options{.min_degree = -1}, Options{.min_degree = 3}, Options{.max_degree = -1}}) {
    cells::check_error([&] { PolynomialFeatures<double>{bad}; }, Errc::bad_parameter, {"min_degree <="});
  }
  cells::check_error([] { PolynomialFeatures<double>{Options{.max_degree = 0, .include_bias = false}}; },
                     Errc::bad_parameter, {"nothing"});
  const Options none{.min_degree = 3, .max_degree = 3, .interaction_only = true, .include_bias = false};
  cells::check_error([&] { fitted(none, 2); }, Errc::bad_parameter, {"2 columns", "no products"});
}

TEST_CASE_TEMPLATE("polynomial_features: NaN is refused with its place, as in scikit-learn", T, float,
                   double) {
  PolynomialFeatures<T> step;
  const auto rows = rows_of<T>({{1, 2}, {3, cells::nan<T>}});
  cells::check_error([&] { step.fit(rows); }, Errc::cannot_fit, {"polynomial_features", "column 1", "NaN"});
  step.fit(rows_of<T>({{1, 2}}));
  cells::check_error([&] { static_cast<void>(step.transform(rows)); }, Errc::non_finite,
                     {"polynomial_features", "row 1", "\"x1\"", "NaN", "impute"});
  CHECK(step.missing_flow({MissingFlow::never, MissingFlow::nan}) ==
        std::vector<MissingFlow>(6, MissingFlow::refused));
}

TEST_CASE(
    "polynomial_features: an infinite product is explained; one of an infinite factor is not its fault") {
  const auto step = fitted({.max_degree = 3}, 2);
  cells::check_error(
      [&] {
        static_cast<void>(step.transform(rows_of<double>({{1, 1}, {2, -1.5e154}})));
      },
      Errc::non_finite, {"row 1", "-1.5e+154 * -1.5e+154 is not finite"});
  const auto row = rows_of<double>({{-0.0, cells::infinity<double>}});
  CHECK_FALSE(step.diagnose(row, {"a", "b"}, "").has_value());
}

}  // namespace polynomial_features_test
