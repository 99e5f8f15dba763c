// SPDX-License-Identifier: MIT
#include "prepguard/transformers/max_abs_scaler.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace max_abs_scaler_test {
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
using prepguard::MaxAbsScaler;

static_assert(prepguard::Estimator<MaxAbsScaler<float>> && prepguard::Invertible<MaxAbsScaler<double>>);

template <class T>
MaxAbsScaler<T> loaded(Contract contract, Array scale) {
  MaxAbsScaler<T> scaler;
  const std::size_t width = scale.size();
  cells::set_field(scaler, "contract", contract);
  cells::set_field(scaler, "inputs", static_cast<std::int64_t>(width));
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
MaxAbsScaler<T> fitted_on(std::initializer_list<T> column) {
  const std::vector<T> cells(column);
  MaxAbsScaler<T> scaler;
  scaler.fit(prepguard::MatrixView<const T>(cells.data(), cells.size(), 1));
  return scaler;
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.MaxAbsScaler.html
TEST_CASE_TEMPLATE("max_abs_scaler: scikit-learn's documented example", T, float, double) {
  MaxAbsScaler<T> scaler;
  const auto rows = rows_of<T>({{1, -1, 2}, {2, 0, 0}, {0, 1, -1}});
  const auto features = scaler.fit(rows).transform(rows);
  CHECK(difference(features, {{0.5, -1, 1}, {1, 0, 0}, {0, 1, -0.5}}) == "");
  CHECK(difference(scaler.inverse_transform(features), rows) == "");
  CHECK(scaler.feature_names_out({"a", "b", "c"}) == std::vector<std::string>{"a", "b", "c"});
}

// scikit-learn 1.2.1 and 1.9.1: MaxAbsScaler(), fit, transform, inverse_transform of the training rows.
TEST_CASE("max_abs_scaler: scikit-learn's bits, float64") {
  MaxAbsScaler<double> scaler;
  scaler.fit(training<double>());
  CHECK(scaler.scale() == Array(Array::Reals{0x1.399999999999ap+2, 0x1.7p+3, 0x1.e8485cccccccdp+19}));
  const auto features = scaler.transform(training<double>());
  CHECK(difference(features, {{0x1.cbc14e5e0a72fp-3, -0x1.42c8590b21643p-1, 0x1.ffffa20c40bd9p-1},
                              {0x1.e0a72f0539781p-2, 0x1.642c8590b2164p-5, 0x1.ffffb62e32de1p-1},
                              {0x1p+0, 0x1.4de9bd37a6f4ep-2, 0x1.ffff94a049fd3p-1},
                              {0x1.2492492492492p-3, 0x1p+0, 0x1p+0}}) == "");
  CHECK(difference(scaler.inverse_transform(features),
                   {{0x1.199999999999ap+0, -0x1.dp+2, 0x1.e848033333333p+19},
                    {0x1.2666666666666p+1, 0x1p-1, 0x1.e848166666666p+19},
                    {0x1.399999999999ap+2, 0x1.ep+1, 0x1.e847f66666666p+19},
                    {0x1.6666666666667p-1, 0x1.7p+3, 0x1.e8485cccccccdp+19}}) == "");
}

TEST_CASE("max_abs_scaler: scikit-learn's bits, float32") {
  MaxAbsScaler<float> scaler;
  scaler.fit(training<float>());
  CHECK(scaler.scale() == Array(Array::Reals{0x1.39999ap+2, 0x1.7p+3, 0x1.e8485cp+19}, DType::float32));
  const auto features = scaler.transform(training<float>());
  CHECK(difference(features, {{0x1.cbc14ep-3f, -0x1.42c85ap-1f, 0x1.ffffa4p-1f},
                              {0x1.e0a72ep-2f, 0x1.642c86p-5f, 0x1.ffffb6p-1f},
                              {0x1p+0f, 0x1.4de9bep-2f, 0x1.ffff96p-1f},
                              {0x1.249248p-3f, 0x1p+0f, 0x1p+0f}}) == "");
  CHECK(difference(scaler.inverse_transform(features), {{0x1.19999ap+0f, -0x1.d00002p+2f, 0x1.e84804p+19f},
                                                        {0x1.266666p+1f, 0x1p-1f, 0x1.e84816p+19f},
                                                        {0x1.39999ap+2f, 0x1.e00002p+1f, 0x1.e847f6p+19f},
                                                        {0x1.666666p-1f, 0x1.7p+3f, 0x1.e8485cp+19f}}) == "");
}

// scikit-learn 1.2.1, fitted on a third of the training rows in float64; the other contract by numpy.
TEST_CASE("max_abs_scaler: float32 data through float64 statistics, both contracts") {
  const Array scale(Array::Reals{0x1.a222222222223p+0, 0x1.eaaaaaaaaaaabp+1, 0x1.4585933333333p+18});
  CHECK(difference(loaded<float>(Contract::sklearn_float64_coefficients, scale).transform(training<float>()),
                   {{0x1.58d0fcp-1f, -0x1.e42c86p+0f, 0x1.7fffbap+1f},
                    {0x1.687d62p+0f, 0x1.0b2164p-3f, 0x1.7fffc8p+1f},
                    {0x1.8p+1f, 0x1.f4de9cp-1f, 0x1.7fffbp+1f},
                    {0x1.b6db6ep-2f, 0x1.8p+1f, 0x1.8p+1f}}) == "");
  CHECK(difference(loaded<float>(Contract::sklearn_float32_coefficients, scale).transform(training<float>()),
                   {{0x1.58d0fcp-1f, -0x1.e42c86p+0f, 0x1.7fffbap+1f},
                    {0x1.687d62p+0f, 0x1.0b2164p-3f, 0x1.7fffc8p+1f},
                    {0x1.8p+1f, 0x1.f4de9cp-1f, 0x1.7fffaep+1f},
                    {0x1.b6db6ep-2f, 0x1.8p+1f, 0x1.7ffffep+1f}}) == "");
}

// scikit-learn 1.9.1: MaxAbsScaler(clip=True).
TEST_CASE_TEMPLATE("max_abs_scaler: clip", T, float, double) {
  MaxAbsScaler<T> scaler(typename MaxAbsScaler<T>::Options{.clip = true});
  scaler.fit(rows_of<T>({{1, -8}, {-4, 6}}));
  CHECK(difference(scaler.transform(rows_of<T>({{2, -9}, {5, T(-0.0)}, {-7, 8}, {cells::nan<T>, -4}})),
                   {{0.5, -1}, {1, T(-0.0)}, {-1, 1}, {cells::nan<T>, -0.5}}) == "");
  CHECK(scaler.unfitted().clip());
}

// scikit-learn 1.2.1: scale_ of the same columns.
TEST_CASE("max_abs_scaler: magnitudes below 10 eps count as 1, in the type of the data") {
  CHECK(fitted_on<double>({3, -4, cells::nan<double>}).scale() == Array(Array::Reals{4}));
  CHECK(fitted_on<double>({-9e-7}).scale() == Array(Array::Reals{9e-7}));
  CHECK(fitted_on<float>({-9e-7f, 0}).scale() == Array(Array::Reals{1}, DType::float32));
  CHECK(fitted_on<double>({0, 1e-30}).scale() == Array(Array::Reals{1}));
  CHECK(fitted_on<double>({0, -1.7e308}).scale() == Array(Array::Reals{1.7e308}));
  CHECK(fitted_on<double>({0, -0.0}).health().has(FitIssue::constant, 0));
  CHECK(fitted_on<double>({0, 1e-30}).health().has(FitIssue::underflow, 0));
  CHECK(fitted_on<double>({5, 5}).health().good());
}

TEST_CASE("max_abs_scaler: columns it cannot learn from, and an infinity that it makes") {
  cells::check_error([] { fitted_on<float>({cells::nan<float>}); }, Errc::cannot_fit,
                     {"max_abs_scaler", "column 0", "all values are NaN"});
  cells::check_error(
      [] {
        fitted_on<float>({1, cells::infinity<float>});
      },
      Errc::cannot_fit, {"max_abs_scaler", "row 1"});
  const auto scaler = loaded<double>(Contract::native, Array(Array::Reals{1, 0.25}));
  cells::check_error(
      [&] {
        static_cast<void>(scaler.transform(rows_of<double>({{1, 1}, {2, -1.5e308}})));
      },
      Errc::non_finite, {"max_abs_scaler", "row 1", "\"x1\"", "-1.5e+308 / 0.25 is not finite"});
}

}  // namespace max_abs_scaler_test
