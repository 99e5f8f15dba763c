// SPDX-License-Identifier: MIT
#include "prepguard/transformers/robust_scaler.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace robust_scaler_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Contract;
using prepguard::DType;
using prepguard::Errc;
using prepguard::FitIssue;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::RobustScaler;

static_assert(prepguard::Estimator<RobustScaler<float>> && prepguard::Invertible<RobustScaler<double>>);

template <class T>
RobustScaler<T> loaded(Contract contract, Array center, Array scale) {
  RobustScaler<T> scaler;
  const std::size_t width = scale.size();
  cells::set_field(scaler, "contract", contract);
  cells::set_field(scaler, "inputs", static_cast<std::int64_t>(width));
  cells::set_field(scaler, "center", std::move(center));
  cells::set_field(scaler, "scale", std::move(scale));
  scaler.prepare(prepguard::Layout(width, Kind::number), prepguard::detail::Place("step"));
  return scaler;
}

template <class T>
Matrix<T> training() {
  return rows_of<T>({{T(1.1), T(-7.25), T(1e6 + 0.1)},
                     {T(2.3), T(0.5), T(1e6 + 0.7)},
                     {T(4.9), T(3.75), T(1e6 - 0.3)},
                     {T(0.7), T(11.5), T(1e6 + 2.9)}});
}

template <class T>
RobustScaler<T> fitted_on(std::initializer_list<T> column, typename RobustScaler<T>::Options options = {}) {
  const std::vector<T> cells(column);
  RobustScaler<T> scaler(options);
  scaler.fit(prepguard::MatrixView<const T>(cells.data(), cells.size(), 1));
  return scaler;
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.RobustScaler.html
TEST_CASE("robust_scaler: scikit-learn's documented example") {
  RobustScaler<double> scaler;
  const auto rows = rows_of<double>({{1, -2, 2}, {-2, 1, 3}, {4, 1, -2}});
  CHECK(difference(scaler.fit(rows).transform(rows), {{0, -2, 0}, {-1, 0, 0.4}, {1, 0, -1.6}}) == "");
  CHECK(scaler.feature_names_out({"a", "b", "c"}) == std::vector<std::string>{"a", "b", "c"});
}

// scikit-learn 1.2.1 and 1.9.1: RobustScaler(), fit, transform, inverse_transform of the training rows.
TEST_CASE("robust_scaler: scikit-learn's bits, float64") {
  RobustScaler<double> scaler;
  scaler.fit(training<double>());
  CHECK(scaler.center() == Array(Array::Reals{0x1.b333333333333p+0, 0x1.1p+1, 0x1.e8480ccccccccp+19}));
  CHECK(scaler.scale() == Array(Array::Reals{0x1.f333333333334p+0, 0x1.c8p+2, 0x1.4p+0}));
  const auto features = scaler.transform(training<double>());
  CHECK(difference(features, {{-0x1.3b13b13b13b12p-2, -0x1.50d79435e50d8p+0, -0x1.eb851eb666666p-3},
                              {0x1.3b13b13b13b12p-2, -0x1.d31674c59d316p-3, 0x1.eb851eb99999ap-3},
                              {0x1.a41a41a41a41ap+0, 0x1.d31674c59d316p-3, -0x1.1eb851eb33333p-1},
                              {-0x1.069069069069p-1, 0x1.50d79435e50d8p+0, 0x1.0000000033333p+1}}) == "");
  CHECK(difference(scaler.inverse_transform(features),
                   {{0x1.199999999999ap+0, -0x1.dp+2, 0x1.e848033333333p+19},
                    {0x1.2666666666666p+1, 0x1p-1, 0x1.e848166666666p+19},
                    {0x1.399999999999ap+2, 0x1.ep+1, 0x1.e847f66666666p+19},
                    {0x1.6666666666666p-1, 0x1.7p+3, 0x1.e8485cccccccdp+19}}) == "");
}

// The median is rounded to float, the range is not.
TEST_CASE("robust_scaler: scikit-learn's bits, float32") {
  RobustScaler<float> scaler;
  scaler.fit(training<float>());
  CHECK(scaler.center() == Array(Array::Reals{0x1.b33334p+0, 0x1.1p+1, 0x1.e8480cp+19}, DType::float32));
  CHECK(scaler.scale() == Array(Array::Reals{0x1.f33332cp+0, 0x1.c8p+2, 0x1.38p+0}));
  const auto features = scaler.transform(training<float>());
  CHECK(difference(features, {{-0x1.3b13b2p-2f, -0x1.50d794p+0f, -0x1.a41a42p-3f},
                              {0x1.3b13aep-2f, -0x1.d31674p-3f, 0x1.06906ap-2f},
                              {0x1.a41a42p+0f, 0x1.d31674p-3f, -0x1.20d20ep-1f},
                              {-0x1.06906ap-1f, 0x1.50d794p+0f, 0x1.06906ap+1f}}) == "");
  CHECK(difference(scaler.inverse_transform(features), {{0x1.19999ap+0f, -0x1.dp+2f, 0x1.e84804p+19f},
                                                        {0x1.266666p+1f, 0x1p-1f, 0x1.e84816p+19f},
                                                        {0x1.39999ap+2f, 0x1.ep+1f, 0x1.e847f6p+19f},
                                                        {0x1.666668p-1f, 0x1.7p+3f, 0x1.e8485cp+19f}}) == "");
}

// scikit-learn 1.2.1 and 1.9.1, scipy 1.10.1 and 1.17.1.
TEST_CASE("robust_scaler: another range, of unit variance") {
  const Array wide(Array::Reals{0x1.42abb372e8e65p+0, 0x1.651354c277592p+2, 0x1.d095a4b4a1b4dp-1});
  RobustScaler<double> scaler(
      RobustScaler<double>::Options{.quantile_range = {10.0, 85.5}, .unit_variance = true});
  CHECK(scaler.fit(training<double>()).scale() == wide);
  const Array narrow(Array::Reals{0x1.42abb3b1ef177p+0, 0x1.651354c277592p+2, 0x1.cc93bfea9ae86p-1});
  RobustScaler<float> single(
      RobustScaler<float>::Options{.quantile_range = {10.0, 85.5}, .unit_variance = true});
  CHECK(single.fit(training<float>()).scale() == narrow);
  CHECK(single.unfitted().fit(training<float>()) == single);
  // The quartiles of a normal distribution are 1.3489795003921634 apart.
  CHECK(fitted_on<double>({0, 1, 2, 3, 4}, {.unit_variance = true}).scale() ==
        Array(Array::Reals{2 / 1.3489795003921634}));
}

// scikit-learn 1.2.1, fitted on a third of the training rows in float64; the other contract by numpy.
TEST_CASE("robust_scaler: float32 data through float64 statistics, both contracts") {
  const Array center(Array::Reals{0x1.2222222222222p-1, 0x1.6aaaaaaaaaaabp-1, 0x1.45855dddddddep+18});
  const Array scale(Array::Reals{0x1.4cccccccccccdp-1, 0x1.3p+1, 0x1.aaaaaaabp-2});
  CHECK(difference(
            loaded<float>(Contract::sklearn_float64_coefficients, center, scale).transform(training<float>()),
            {{0x1.a41a44p-1f, -0x1.ace98cp+1f, 0x1.86ap+20f},
             {0x1.555554p+1f, -0x1.674c5ap-4f, 0x1.86a016p+20f},
             {0x1.aaaaacp+2f, 0x1.47dc12p+0f, 0x1.869ffp+20f},
             {0x1.a41a4p-3f, 0x1.22ce9ap+2f, 0x1.86a06ap+20f}}) == "");
  CHECK(difference(
            loaded<float>(Contract::sklearn_float32_coefficients, center, scale).transform(training<float>()),
            {{0x1.a41a44p-1f, -0x1.ace98cp+1f, 0x1.86ap+20f},
             {0x1.555556p+1f, -0x1.674c58p-4f, 0x1.86a018p+20f},
             {0x1.aaaaacp+2f, 0x1.47dc12p+0f, 0x1.869ffp+20f},
             {0x1.a41a42p-3f, 0x1.22ce9ap+2f, 0x1.86a068p+20f}}) == "");
}

// scikit-learn 1.2.1: center_ and scale_ of the same columns.
TEST_CASE("robust_scaler: ranges below 10 eps count as 1; what a fit notices") {
  CHECK(fitted_on<double>({3, cells::nan<double>, 3}).scale() == Array(Array::Reals{1}));
  CHECK(fitted_on<double>({3, cells::nan<double>, 3}).health().has(FitIssue::constant, 0));
  CHECK(fitted_on<double>({0, 0, 0, 0, 9}).scale() == Array(Array::Reals{1}));
  CHECK(fitted_on<double>({0, 0, 0, 0, 9}).health().has(FitIssue::nearly_constant, 0));
  CHECK(fitted_on<double>({0, 1e-30, 2e-30, 3e-30}).scale() == Array(Array::Reals{1}));
  CHECK(fitted_on<double>({0, 1e-30, 2e-30, 3e-30}).health().has(FitIssue::underflow, 0));
  // The threshold is that of doubles for floats too: MinMaxScaler and MaxAbsScaler take that of the type.
  CHECK(fitted_on<float>({0, 0x1p-40f}).scale() == Array(Array::Reals{0x1p-41}));
  CHECK(fitted_on<double>({4}).center() == Array(Array::Reals{4}));
  CHECK(fitted_on<double>({-1, 1, 3, 100}).health().good());
}

TEST_CASE("robust_scaler: values near the largest number") {
  // numpy's median of these is infinite.
  CHECK(fitted_on<double>({1.7e308, 1.7e308}).center() == Array(Array::Reals{1.7e308}));
  CHECK(fitted_on<float>({3e38f, 3.2e38f}, {.with_scaling = false}).center() ==
        Array(Array::Reals{double{3.1e38f}}, DType::float32));
  cells::check_error(
      [] {
        fitted_on<double>({-1.7e308, 1.7e308});
      },
      Errc::cannot_fit, {"robust_scaler", "column 0", "range exceeds"});
  cells::check_error([] { fitted_on<double>({cells::nan<double>}); }, Errc::cannot_fit,
                     {"robust_scaler", "column 0", "all values are NaN"});
}

TEST_CASE("robust_scaler: quantile ranges that are none are refused") {
  using Options = RobustScaler<double>::Options;
  for (const Options& bad :
       {Options{.quantile_range = {75, 25}}, Options{.quantile_range = {-1, 75}},
        Options{.quantile_range = {25, 101}}, Options{.quantile_range = {cells::nan<double>, 75}},
        Options{.quantile_range = {25, cells::nan<double>}},
        Options{.quantile_range = {0, 75}, .unit_variance = true},
        Options{.quantile_range = {25, 100}, .unit_variance = true},
        Options{.quantile_range = {50, 50}, .unit_variance = true}}) {
    cells::check_error([&] { RobustScaler<double>{bad}; }, Errc::bad_parameter,
                       {"robust_scaler", "quantile_range"});
  }
  CHECK(fitted_on<double>({1, 2, 5}, {.quantile_range = {0, 100}}).scale() == Array(Array::Reals{4}));
}

TEST_CASE("robust_scaler: an infinity that it makes is explained") {
  const auto scaler =
      loaded<double>(Contract::native, Array(Array::Reals{0, 0.5}), Array(Array::Reals{1, 0.25}));
  cells::check_error(
      [&] {
        static_cast<void>(scaler.transform(rows_of<double>({{1, 1}, {2, -1.5e308}})));
      },
      Errc::non_finite, {"robust_scaler", "row 1", "\"x1\"", "(-1.5e+308 - 0.5) / 0.25 is not finite"});
}

}  // namespace robust_scaler_test
