// SPDX-License-Identifier: MIT
#include "prepguard/transformers/min_max_scaler.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace min_max_scaler_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Contract;
using prepguard::DType;
using prepguard::Errc;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::MinMaxScaler;

static_assert(prepguard::Estimator<MinMaxScaler<float>> && prepguard::Invertible<MinMaxScaler<double>>);

template <class T>
MinMaxScaler<T> loaded(Contract contract, Array scale, Array min) {
  MinMaxScaler<T> scaler(typename MinMaxScaler<T>::Options{.feature_min = -1, .feature_max = 2});
  const std::size_t width = scale.size();
  cells::set_field(scaler, "contract", contract);
  cells::set_field(scaler, "inputs", static_cast<std::int64_t>(width));
  cells::set_field(scaler, "scale", std::move(scale));
  cells::set_field(scaler, "min", std::move(min));
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
MinMaxScaler<T> fitted_on(std::initializer_list<T> column) {
  const std::vector<T> cells(column);
  MinMaxScaler<T> scaler;
  scaler.fit(prepguard::MatrixView<const T>(cells.data(), cells.size(), 1));
  return scaler;
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.MinMaxScaler.html
TEST_CASE_TEMPLATE("min_max_scaler: scikit-learn's documented example", T, float, double) {
  MinMaxScaler<T> scaler;
  const auto rows = rows_of<T>({{-1, 2}, {T(-0.5), 6}, {0, 10}, {1, 18}});
  CHECK(difference(scaler.fit(rows).transform(rows), {{0, 0}, {0.25, 0.25}, {0.5, 0.5}, {1, 1}}) == "");
  CHECK(difference(scaler.transform(std::vector<T>{2, 2}), {{1.5, 0}}) == "");
  CHECK(difference(scaler.inverse_transform(std::vector<T>{1.5, 0}), {{2, 2}}) == "");
}

// scikit-learn 1.2.1: MinMaxScaler(feature_range=(-1, 2)), fit, transform, inverse_transform of the training
// rows.
TEST_CASE("min_max_scaler: scikit-learn's bits, float64") {
  MinMaxScaler<double> scaler(MinMaxScaler<double>::Options{.feature_min = -1, .feature_max = 2});
  scaler.fit(training<double>());
  CHECK(scaler.scale() == Array(Array::Reals{0x1.6db6db6db6db7p-1, 0x1.47ae147ae147bp-3, 0x1.dfffffffd3p-1}));
  CHECK(scaler.min() == Array(Array::Reals{-0x1.8p+0, 0x1.47ae147ae1478p-3, -0x1.c9c396ffd515ap+19}));
  const auto features = scaler.transform(training<double>());
  CHECK(difference(features, {{-0x1.6db6db6db6db6p-1, -0x1p+0, -0x1.3fffffffp-1},
                              {0x1.249249249249p-3, 0x1.eb851eb851eb6p-3, -0x1p-4},
                              {0x1.0000000000001p+1, 0x1.851eb851eb851p-1, -0x1p+0},
                              {-0x1p+0, 0x1p+1, 0x1p+1}}) == "");
  CHECK(difference(scaler.inverse_transform(features),
                   {{0x1.199999999999ap+0, -0x1.cffffffffffffp+2, 0x1.e848033333333p+19},
                    {0x1.2666666666666p+1, 0x1.0000000000001p-1, 0x1.e848166666666p+19},
                    {0x1.399999999999ap+2, 0x1.ep+1, 0x1.e847f66666666p+19},
                    {0x1.6666666666666p-1, 0x1.7p+3, 0x1.e8485cccccccdp+19}}) == "");
}

TEST_CASE("min_max_scaler: scikit-learn's bits, float32") {
  MinMaxScaler<float> scaler(MinMaxScaler<float>::Options{.feature_min = -1, .feature_max = 2});
  scaler.fit(training<float>());
  CHECK(scaler.scale() == Array(Array::Reals{0x1.6db6dap-1, 0x1.47ae14p-3, 0x1.e1e1e2p-1}, DType::float32));
  CHECK(scaler.min() == Array(Array::Reals{-0x1.8p+0, 0x1.47ae1p-3, -0x1.cb8f26p+19}, DType::float32));
  const auto features = scaler.transform(training<float>());
  CHECK(difference(features, {{-0x1.6db6dcp-1f, -0x1p+0f, -0x1.4p-1f},
                              {0x1.24923p-3f, 0x1.eb851ap-3f, -0x1p-4f},
                              {0x1.fffffcp+0f, 0x1.851eb6p-1f, -0x1p+0f},
                              {-0x1p+0f, 0x1.fffffep+0f, 0x1p+1f}}) == "");
  CHECK(difference(scaler.inverse_transform(features), {{0x1.19999ap+0f, -0x1.dp+2f, 0x1.e84804p+19f},
                                                        {0x1.266666p+1f, 0x1p-1f, 0x1.e84816p+19f},
                                                        {0x1.39999ap+2f, 0x1.dffffep+1f, 0x1.e847f6p+19f},
                                                        {0x1.666668p-1f, 0x1.7p+3f, 0x1.e8485cp+19f}}) == "");
}

// scikit-learn 1.2.1, fitted on the training rows widened to float64; the other contract by numpy.
TEST_CASE("min_max_scaler: float32 data through float64 statistics, both contracts") {
  const Array scale(Array::Reals{0x1.6db6dad0fac6dp-1, 0x1.47ae147ae147bp-3, 0x1.e1e1e1e1e1e1ep-1});
  const Array min(Array::Reals{-0x1.7fffffa492495p+0, 0x1.47ae147ae1478p-3, -0x1.cb8f25a5a5a5ap+19});
  CHECK(difference(
            loaded<float>(Contract::sklearn_float64_coefficients, scale, min).transform(training<float>()),
            {{-0x1.6db6dcp-1f, -0x1.fffffep-1f, -0x1.3a5a5ap-1f},
             {0x1.249242p-3f, 0x1.eb851ep-3f, -0x1.a5a5a6p-5f},
             {0x1p+1f, 0x1.851ebap-1f, -0x1.fa5a5ap-1f},
             {-0x1p+0f, 0x1p+1f, 0x1.01696ap+1f}}) == "");
  CHECK(difference(
            loaded<float>(Contract::sklearn_float32_coefficients, scale, min).transform(training<float>()),
            {{-0x1.6db6dcp-1f, -0x1p+0f, -0x1.4p-1f},
             {0x1.24923p-3f, 0x1.eb851ep-3f, -0x1p-4f},
             {0x1.fffffcp+0f, 0x1.851eb8p-1f, -0x1p+0f},
             {-0x1p+0f, 0x1.fffffep+0f, 0x1p+1f}}) == "");
}

// scikit-learn 1.2.1; the bounds are the feature range, and -0.0 at a bound of 0.0 becomes 0.0.
TEST_CASE_TEMPLATE("min_max_scaler: clip", T, float, double) {
  MinMaxScaler<T> scaler(typename MinMaxScaler<T>::Options{.clip = true});
  scaler.fit(rows_of<T>({{1, -2}, {5, 6}}));
  CHECK(difference(scaler.transform(rows_of<T>({{1, -2}, {5, 6}, {0, 7}, {9, -3}, {cells::nan<T>, 2}})),
                   {{0, 0}, {1, 1}, {0, 1}, {1, 0}, {cells::nan<T>, 0.5}}) == "");
  auto zero = MinMaxScaler<T>(typename MinMaxScaler<T>::Options{.clip = true});
  zero.fit(rows_of<T>({{0}, {1}}));
  CHECK(difference(zero.transform(rows_of<T>({{T(-0.0)}})), {{0}}) == "");
}

// scikit-learn 1.2.1: scale_ and min_ of the same columns.
TEST_CASE("min_max_scaler: ranges below 10 eps count as 1, in the type of the data") {
  CHECK(fitted_on<double>({3, 3, 3}).scale() == Array(Array::Reals{1}));
  CHECK(fitted_on<double>({3, 3, 3}).min() == Array(Array::Reals{-3}));
  CHECK(fitted_on<double>({1, 1.0 + 9e-7}).scale() == Array(Array::Reals{0x1.0f4471c6b3149p+20}));
  CHECK(fitted_on<float>({1, 1.0f + 9e-7f}).scale() == Array(Array::Reals{1}, DType::float32));
  CHECK(fitted_on<double>({0, 1e-30}).scale() == Array(Array::Reals{1}));
  CHECK(fitted_on<float>({cells::nan<float>, 2, 4}).scale() == Array(Array::Reals{0.5}, DType::float32));
  CHECK(fitted_on<float>({cells::nan<float>, 2, 4}).min() == Array(Array::Reals{-1}, DType::float32));
}

TEST_CASE("min_max_scaler: options and results that no number can hold are refused") {
  using Options = MinMaxScaler<double>::Options;
  for (const Options& bad :
       {Options{.feature_min = 1, .feature_max = 1}, Options{.feature_min = 2, .feature_max = 1},
        Options{.feature_min = cells::nan<double>}, Options{.feature_max = cells::infinity<double>}}) {
    cells::check_error([&] { MinMaxScaler<double>{bad}; }, Errc::bad_parameter,
                       {"min_max_scaler", "feature_min <"});
  }
  // A factor beyond the largest number, one below the smallest, and an offset beyond the largest.
  const auto fit = [](Options options, double low, double high) {
    MinMaxScaler<double> scaler(options);
    scaler.fit(rows_of<double>({{low}, {high}}));
  };
  cells::check_error([&] { fit({.feature_min = 0, .feature_max = 1e300}, 0, 1e-14); }, Errc::cannot_fit,
                     {"column 0", "factor"});
  cells::check_error([&] { fit({.feature_min = 0, .feature_max = 1e-300}, 0, 1e300); }, Errc::cannot_fit,
                     {"column 0", "factor"});
  cells::check_error([&] { fit({.feature_min = 0, .feature_max = 1e300}, 1e308, 1.00000000000001e308); },
                     Errc::cannot_fit, {"column 0", "offset"});
}

TEST_CASE("min_max_scaler: an infinity that it makes is explained") {
  const auto scaler =
      loaded<double>(Contract::native, Array(Array::Reals{1, 10}), Array(Array::Reals{0, 0.5}));
  cells::check_error(
      [&] {
        static_cast<void>(scaler.transform(rows_of<double>({{1, 1}, {2, -1.5e308}})));
      },
      Errc::non_finite, {"min_max_scaler", "row 1", "\"x1\"", "-1.5e+308 * 10.0 + 0.5 is not finite"});
}

}  // namespace min_max_scaler_test
