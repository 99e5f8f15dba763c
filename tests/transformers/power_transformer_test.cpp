// SPDX-License-Identifier: MIT
#include "prepguard/transformers/power_transformer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace power_transformer_test {
namespace {

using cells::rows_of;
using prepguard::Array;
using prepguard::Contract;
using prepguard::Errc;
using prepguard::FitIssue;
using prepguard::Matrix;
using prepguard::PowerFormula;
using prepguard::PowerMethod;
using prepguard::PowerTransformer;

static_assert(prepguard::Estimator<PowerTransformer<float>> &&
              prepguard::Invertible<PowerTransformer<double>>);

/// One column of this lambda, not standardised.
template <class T>
PowerTransformer<T> with_lambda(double lambda, PowerMethod method = PowerMethod::yeo_johnson,
                                PowerFormula formula = PowerFormula::expm1,
                                prepguard::DType dtype = prepguard::DType::float64) {
  PowerTransformer<T> step({.method = method, .standardize = false});
  cells::set_field(step, "contract", Contract::native);
  cells::set_field(step, "inputs", std::int64_t{1});
  cells::set_field(step, "formula", formula);
  cells::set_field(step, "lambdas", Array(Array::Reals{lambda}, dtype));
  step.prepare(prepguard::Layout(1, prepguard::Kind::number), prepguard::detail::Place("step"));
  return step;
}

template <class T>
T power_of(const PowerTransformer<T>& step, T x) {
  return step.transform(std::vector<T>{x})(0, 0);
}

/// Within `k` ulp.
template <class T>
bool near(const T& got, double want, double k = 8) {
  return std::abs(double{got} - want) <=
         k * double{std::numeric_limits<T>::epsilon()} * std::fmax(1, std::abs(want));
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.PowerTransformer.html:
// lambdas 1.386... and -3.100...; the digits are those of scikit-learn 1.9.1, and for Box-Cox.
TEST_CASE("power_transformer: scikit-learn's documented example") {
  const Matrix<double> data = rows_of<double>({{1, 2}, {3, 2}, {4, 5}});
  PowerTransformer<double> step;
  const Matrix<double> made = step.fit(data).transform(data);
  CHECK(std::abs(step.lambdas().real(0) - 1.3866817) < 1e-6);
  CHECK(std::abs(step.lambdas().real(1) + 3.1005331) < 1e-6);
  const double want[3][2] = {{-1.3161603, -0.70710678}, {0.2099826, -0.70710678}, {1.1061777, 1.41421356}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) CHECK(std::abs(made(i, j) - want[i][j]) < 1e-6);
  }
  CHECK(step.mean().size() == 2);
  const Matrix<double> back = step.inverse_transform(made);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) CHECK(near(back(i, j), data(i, j), 1000));
  }
}

// ((x + 1)^l - 1) / l and -((1 - x)^(2 - l) - 1) / (2 - l) where the powers are known numbers
TEST_CASE_TEMPLATE("power_transformer: powers that are known", T, float, double) {
  for (const PowerFormula formula : {PowerFormula::expm1, PowerFormula::expm1_rounded, PowerFormula::power}) {
    const auto power = [&](double lambda, T x) {
      return power_of(with_lambda<T>(lambda, PowerMethod::yeo_johnson, formula), x);
    };
    CHECK(near(power(0.5, T(3)), 2));
    CHECK(near(power(1.5, T(-3)), -2));
    CHECK(near(power(-1, T(1)), 0.5));
    CHECK(near(power(3, T(-1)), -0.5));
    CHECK(near(power(1, T(7.25)), 7.25));
    CHECK(near(power(1, T(-7.25)), -7.25));
    CHECK(near(power(0, T(1)), 0.69314718055994530942));
    CHECK(near(power(2, T(-1)), -0.69314718055994530942));
    CHECK(near(power(2, T(3)), 7.5));
    CHECK(near(power(0, T(-3)), -7.5));
  }
  const auto box_cox = [](double lambda, T x) {
    return power_of(with_lambda<T>(lambda, PowerMethod::box_cox), x);
  };
  CHECK(near(box_cox(0.5, T(4)), 2));
  CHECK(near(box_cox(-1, T(2)), 0.5));
  CHECK(near(box_cox(2, T(3)), 4));
  CHECK(near(box_cox(0, T(2)), 0.69314718055994530942));
  CHECK(near(box_cox(1e-20, T(2)), 0.69314718055994530942));
}

TEST_CASE("power_transformer: a file says how training computed") {
  const double tiny = 0x1p-54;  // vanishes beside 1
  CHECK(near(power_of(with_lambda<double>(0.5), tiny) / tiny, 1.0));
  const auto by_power = with_lambda<double>(0.5, PowerMethod::yeo_johnson, PowerFormula::power);
  CHECK(power_of(by_power, tiny) == 0.0);
  CHECK(power_of(by_power, -tiny) == 0.0);
  // 1.3 is no float: as float it is 1.2999999523162842, whose power of 2^80 is another float
  const float large = 0x1p80F;
  const double narrow = std::expm1(double{1.3F} * std::log(0x1p80)) / double{1.3F};
  const double wide = std::expm1(1.3 * std::log(0x1p80)) / 1.3;
  CHECK(near(power_of(with_lambda<float>(1.3, PowerMethod::box_cox), large), wide, 1));
  const auto rounded = with_lambda<float>(1.3, PowerMethod::box_cox, PowerFormula::expm1_rounded);
  CHECK(near(power_of(rounded, large), narrow, 1));
  CHECK(std::abs(narrow - wide) > 8 * 0x1p-23 * wide);
  // 2 - lambda is rounded to float where lambda is one
  const auto learned_as_float = with_lambda<double>(double{0.1F}, PowerMethod::yeo_johnson,
                                                    PowerFormula::expm1, prepguard::DType::float32);
  const double exponent = double{2.0F - 0.1F};
  CHECK(exponent != 2.0 - double{0.1F});
  CHECK(near(power_of(learned_as_float, -9.0), -std::expm1(exponent * std::log1p(9.0)) / exponent));
}

TEST_CASE_TEMPLATE("power_transformer: back again", T, float, double) {
  for (const double lambda : {-1.5, 0.0, 0.3, 1.0, 2.0, 3.25}) {
    for (const T x : {T(0.25), T(1), T(9.5)}) {
      for (const T sign : {T(1), T(-1)}) {
        const auto step = with_lambda<T>(lambda);
        CHECK(near(step.inverse_transform(step.transform(std::vector<T>{sign * x}))(0, 0), double{sign * x},
                   20000));
      }
      const auto box_cox = with_lambda<T>(lambda, PowerMethod::box_cox);
      CHECK(near(box_cox.inverse_transform(box_cox.transform(std::vector<T>{x}))(0, 0), double{x}, 2000));
    }
  }
  // no number has this power: they end at 1 / 1.5
  cells::check_error([] { with_lambda<T>(-1.5).inverse_transform(std::vector<T>{T(1)}); }, Errc::non_finite,
                     {"inverse of power_transformer"});
}

TEST_CASE("power_transformer: Box-Cox takes numbers above 0, in the fit and after it") {
  PowerTransformer<double> step({.method = PowerMethod::box_cox});
  cells::check_error(
      [&] {
        step.fit(rows_of<double>({{1, 2}, {2, 0}, {3, 1}}));
      },
      Errc::cannot_fit, {"column 1", "above 0", "0.0", "Yeo-Johnson"});
  step.fit(rows_of<double>({{1, 2}, {2, cells::nan<double>}, {3, 1}}));
  cells::check_error(
      [&] {
        step.transform(rows_of<double>({{1, 2}, {1, -0.5}}));
      },
      Errc::non_finite, {"row 1", "Box-Cox power of -0.5", "above 0"});
  CHECK(prepguard::detail::is_nan(&step.transform(rows_of<double>({{1, cells::nan<double>}}))(0, 1)));
}

// Of e^z, z normal, Box-Cox's lambda is 0 and of (1 + z / 10)^2 it is 1/2, up to chance: 1 / sqrt(n) times
// some units.
TEST_CASE("power_transformer: the lambda that made the data is found again") {
  std::mt19937 generator(5);
  std::normal_distribution<double> normal;
  Matrix<double> rows(20000, 3);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const double z = normal(generator);
    rows(i, 0) = std::exp(z);
    rows(i, 1) = (1 + z / 10) * (1 + z / 10);
    rows(i, 2) = 1e9 * std::exp(1e-3 * z);  // values so close together that powers of them lose all digits
  }
  PowerTransformer<double> step({.method = PowerMethod::box_cox, .standardize = false});
  step.fit(rows);
  CHECK(std::abs(step.lambdas().real(0)) < 0.02);
  CHECK(std::abs(step.lambdas().real(1) - 0.5) < 0.15);
  CHECK(prepguard::all_finite(step.transform(rows)));
}

TEST_CASE_TEMPLATE("power_transformer: columns without a best power", T, float, double) {
  PowerTransformer<T> step;
  step.fit(rows_of<T>({{5, 0, T(-2)}, {5, T(-0.0), cells::nan<T>}, {5, 0, T(-2)}}));
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(step.lambdas().real(j) == 1.0);
    CHECK(step.scale().real(j) == 1.0);
    CHECK(step.health().has(FitIssue::constant, j));
  }
  CHECK(cells::difference(step.transform(rows_of<T>({{5, 0, T(-2)}})), {{0, 0, 0}}) == "");
  cells::check_error([&] { step.fit(rows_of<T>({{cells::nan<T>}})); }, Errc::cannot_fit,
                     {"all values are NaN"});
  constexpr T most = std::numeric_limits<T>::max();
  step.fit(rows_of<T>({{most}, {most / 2}, {most / 4}}));
  CHECK(prepguard::all_finite(step.transform(rows_of<T>({{most}, {1}}))));
}

// 8, and 3 for each bit of the power: 64 of them if nothing is known of its size. With lambda 0.5 it is 8 (1
// + 1 / 0.5) = 24 where 1 was subtracted; what comes in grows by 1 + 1.5, or 1 + 0.5. Standardised, powers
// are up to 1.5 (1 + 8 / 4) + 1 = 5.5, 3 bits; (y - 1) / 0.25: times 1 + 4.
TEST_CASE("power_transformer: tolerance") {
  using Tolerances = std::vector<std::int64_t>;
  auto step = with_lambda<double>(0.5);
  CHECK(step.tolerances({0}) == Tolerances{200});
  CHECK(step.tolerances({8}) == Tolerances{200 + 20});
  CHECK(with_lambda<double>(0.5, PowerMethod::box_cox).tolerances({8}) == Tolerances{200 + 12});
  CHECK(with_lambda<double>(0.5, PowerMethod::yeo_johnson, PowerFormula::power).tolerances({0}) ==
        Tolerances{24});
  cells::set_field(step, "standardize", true);
  cells::set_field(step, "mean", Array(Array::Reals{1.0}));
  cells::set_field(step, "scale", Array(Array::Reals{0.25}));
  step.prepare(prepguard::Layout(1, prepguard::Kind::number), prepguard::detail::Place("step"));
  CHECK(step.tolerances({0}) == Tolerances{(8 + 3 * 3) * 5});
}

}  // namespace power_transformer_test
