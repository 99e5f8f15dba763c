// SPDX-License-Identifier: MIT
#include "prepguard/transformers/function_transformer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers/min_max_scaler.hpp"
#include "prepguard/transformers/one_hot_encoder.hpp"
#include "prepguard/transformers/standard_scaler.hpp"

namespace function_transformer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Errc;
using prepguard::FunctionTransformer;
using prepguard::Matrix;
using F = prepguard::NamedFunction;

static_assert(prepguard::Estimator<FunctionTransformer<float>> &&
              prepguard::Invertible<FunctionTransformer<double>>);

template <class T>
FunctionTransformer<T> transformer(F function, std::vector<double> arguments = {}, F inverse = F::none) {
  using Options = typename FunctionTransformer<T>::Options;
  FunctionTransformer<T> step(
      Options{.function = function, .inverse_function = inverse, .arguments = std::move(arguments)});
  step.fit(rows_of<T>({{1}}));
  return step;
}

/// One function of a column.
template <class T>
Matrix<T> results(F function, std::initializer_list<T> cells, std::vector<double> arguments = {}) {
  const std::vector<T> column(cells);
  return transformer<T>(function, std::move(arguments))
      .transform(prepguard::MatrixView<const T>(column.data(), column.size(), 1));
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.FunctionTransformer.html
TEST_CASE_TEMPLATE("function_transformer: scikit-learn's documented example", T, float, double) {
  using Options = typename FunctionTransformer<T>::Options;
  FunctionTransformer<T> step(Options{.function = F::log1p, .inverse_function = F::expm1});
  const auto rows = rows_of<T>({{0, 1}, {2, 3}});
  const auto features = step.fit(rows).transform(rows);
  const double want[2][2] = {{0, 0.69314718055994530942}, {1.09861228866810969140, 1.38629436111989061883}};
  const auto back = step.inverse_transform(features);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      CHECK(std::abs(double{features(i, j)} - want[i][j]) <= 2 * double{std::numeric_limits<T>::epsilon()});
      CHECK(std::abs(double{back(i, j)} - double{rows(i, j)}) <=
            8 * double{std::numeric_limits<T>::epsilon()});
    }
  }
}

// The ends of numpy 1.24 and 2.4: np.sign([-0., 0., 3., -2., nan]) is [0., 0., 1., -1., nan], and so on.
TEST_CASE_TEMPLATE("function_transformer: exact functions treat zeros, halves and NaN as numpy does", T,
                   float, double) {
  constexpr T gap = cells::nan<T>;
  CHECK(difference(results<T>(F::identity, {T(-0.0), gap}), {{T(-0.0)}, {gap}}) == "");
  CHECK(difference(results<T>(F::abs, {T(-0.0), T(-2.5), gap}), {{T(0.0)}, {T(2.5)}, {gap}}) == "");
  CHECK(difference(results<T>(F::negative, {T(0.0), T(-2.5), gap}), {{T(-0.0)}, {T(2.5)}, {gap}}) == "");
  CHECK(difference(results<T>(F::square, {T(-3), T(-0.0)}), {{T(9)}, {T(0.0)}}) == "");
  CHECK(difference(results<T>(F::sqrt, {T(9), T(-0.0)}), {{T(3)}, {T(-0.0)}}) == "");
  CHECK(difference(results<T>(F::reciprocal, {T(-4), gap}), {{T(-0.25)}, {gap}}) == "");
  CHECK(difference(results<T>(F::sign, {T(-0.0), T(0.0), T(3), T(-2), gap}), {{0}, {0}, {1}, {-1}, {gap}}) ==
        "");
  CHECK(difference(results<T>(F::floor, {T(-0.0), T(-0.5), T(1.5)}), {{T(-0.0)}, {-1}, {1}}) == "");
  CHECK(difference(results<T>(F::ceil, {T(-0.5), T(1.5)}), {{T(-0.0)}, {2}}) == "");
  CHECK(difference(results<T>(F::rint, {T(-0.3), T(0.5), T(1.5), T(2.5)}), {{T(-0.0)}, {0}, {2}, {2}}) == "");
}

TEST_CASE_TEMPLATE("function_transformer: clip at a bound of zero follows numpy 1 or numpy 2", T, float,
                   double) {
  CHECK(difference(results<T>(F::clip, {T(-0.0), T(0.0), T(-1), T(2)}, {0.0, 1.0}), {{0}, {0}, {0}, {1}}) ==
        "");
  CHECK(difference(results<T>(F::clip_keeps_zero, {T(-0.0), T(0.0), T(-1), T(2)}, {0.0, 1.0}),
                   {{T(-0.0)}, {0}, {0}, {1}}) == "");
  CHECK(difference(results<T>(F::clip_keeps_zero, {T(-0.0), T(0.0), T(-1), T(2)}, {-3.0, -0.0}),
                   {{T(-0.0)}, {0}, {-1}, {T(-0.0)}}) == "");
  constexpr double none = std::numeric_limits<double>::max();
  constexpr T most = std::numeric_limits<T>::max();
  CHECK(difference(results<T>(F::clip, {-most, most, T(5)}, {-none, 3.0}), {{-most}, {3}, {3}}) == "");
}

// numpy 1.24.2 and 2.4.6: np.sin(np.arange(0, 24, 6) / 24 * 2 * np.pi); float32: of a float32 array.
TEST_CASE("function_transformer: the sine of a period, in the order of scikit-learn's example") {
  const auto wide = results<double>(F::sin_period, {0, 6, 12, 18}, {24});
  CHECK(difference(wide, {{0}, {1}, {0x1.1a62633145c07p-53}, {-1}}) == "");
  const auto narrow = results<float>(F::sin_period, {0, 6, 12, 18}, {24});
  CHECK(difference(narrow, {{0}, {1}, {-0x1.777a5cp-24F}, {-1}}) == "");
  CHECK(difference(results<double>(F::cos_period, {0, 12}, {24}), {{1}, {-1}}) == "");
}

TEST_CASE_TEMPLATE("function_transformer: NaN and infinity made here carry the step's name", T, float,
                   double) {
  cells::check_error(
      [] {
        results<T>(F::log, {T(1), T(-1.5)});
      },
      Errc::non_finite, {"function_transformer", "log(-1.5) is NaN", "row 1", "x0"});
  cells::check_error(
      [] {
        results<T>(F::log, {T(1), T(0)});
      },
      Errc::non_finite, {"function_transformer", "log(0.0) is not finite", "row 1"});
  cells::check_error([] { results<T>(F::reciprocal, {T(0)}); }, Errc::non_finite,
                     {"reciprocal(0.0) is not finite"});
  cells::check_error([] { results<T>(F::exp, {T(1e4)}); }, Errc::non_finite, {"exp(10000.0) is not finite"});
  CHECK(difference(results<T>(F::log, {cells::nan<T>}), {{cells::nan<T>}}) == "");
}

TEST_CASE("function_transformer: impossible options are refused, and an inverse that is not named") {
  using Options = FunctionTransformer<double>::Options;
  const auto made = [](Options options) { return FunctionTransformer<double>(std::move(options)); };
  cells::check_error([&] { made({.function = F::none}); }, Errc::bad_parameter, {"function: expected"});
  cells::check_error(
      [&] {
        made({.function = F::clip, .arguments = {2, 1}});
      },
      Errc::bad_parameter, {"low <= high"});
  cells::check_error([&] { made({.function = F::sin_period, .arguments = {0}}); }, Errc::bad_parameter,
                     {"not 0"});
  cells::check_error([&] { made({.arguments = {1}}); }, Errc::bad_parameter, {"arguments: expected none"});
  cells::check_error(
      [&] {
        made({.function = F::clip, .arguments = {cells::nan<double>, 1}});
      },
      Errc::bad_parameter, {"finite"});
  cells::check_error([&] { made({.inverse_function = F::cos_period}); }, Errc::bad_parameter,
                     {"inverse_arguments"});
  const auto step = transformer<double>(F::log1p);
  cells::check_error([&] { static_cast<void>(step.inverse_transform(rows_of<double>({{1}}))); },
                     Errc::bad_parameter, {"function_transformer", "no inverse"});
}

// An error of k * eps * max(1, |x|) in x is one of k * max(1 / scale, 1 + |mean| / scale) in (x - mean) /
// scale.
TEST_CASE("function_transformer: later steps carry the tolerance on; those with edges take none") {
  using prepguard::Pipeline;
  using Tolerances = std::vector<std::int64_t>;
  const auto log = transformer<double>(F::log1p);
  CHECK(log.tolerances({0}) == Tolerances{8});
  CHECK(transformer<double>(F::abs).tolerances({3}) == Tolerances{3});
  CHECK(transformer<double>(F::floor).tolerances({3}) == Tolerances{0});
  CHECK(transformer<double>(F::square).tolerances({3}) == Tolerances{6});
  Pipeline scaled{log, prepguard::StandardScaler<double>(),
                  prepguard::MinMaxScaler<double>({.feature_max = 2})};
  scaled.fit(rows_of<double>({{std::expm1(1.0)}, {std::expm1(2.0)}, {std::expm1(3.0)}}));
  const double std = std::sqrt(2.0 / 3), after_scaler = std::ceil(8 * (1 + 2 / std));
  const double factor = 2 / (2 / std);  // the range is -1 / std to 1 / std, the offset 1
  CHECK(scaled.tolerances({0}) ==
        Tolerances{static_cast<std::int64_t>(std::ceil(after_scaler * std::fmax(factor, 2)))});
  Pipeline encoded{log, prepguard::OneHotEncoder<double>()};
  encoded.fit(rows_of<double>({{1}, {2}}));
  CHECK(encoded.tolerances({0}) == Tolerances{0, 0});
}

}  // namespace function_transformer_test
