// SPDX-License-Identifier: MIT
#include "prepguard/transformers/standard_scaler.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "cells.hpp"

namespace standard_scaler_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Contract;
using prepguard::DType;
using prepguard::Errc;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::StandardScaler;

static_assert(prepguard::Estimator<StandardScaler<float>> && prepguard::Invertible<StandardScaler<double>>);
static_assert(!prepguard::HasSchema<StandardScaler<double>>);

/// What a file gives: a state, checked and prepared.
template <class T>
StandardScaler<T> loaded(Contract contract, Array::Reals mean, Array::Reals scale) {
  StandardScaler<T> scaler;
  const std::size_t width = mean.size();
  cells::set_field(scaler, "contract", contract);
  cells::set_field(scaler, "inputs", static_cast<std::int64_t>(width));
  cells::set_field(scaler, "mean", Array(std::move(mean)));
  cells::set_field(scaler, "scale", Array(std::move(scale)));
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

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.StandardScaler.html
TEST_CASE_TEMPLATE("standard_scaler: scikit-learn's documented example", T, float, double) {
  StandardScaler<T> scaler;
  scaler.fit(rows_of<T>({{0, 0}, {0, 0}, {1, 1}, {1, 1}}));
  CHECK(scaler.mean() == Array(Array::Reals{0.5, 0.5}));
  CHECK(scaler.transform(rows_of<T>({{0, 0}, {0, 0}, {1, 1}, {1, 1}})).row(3)[1] == 1);
  CHECK(difference(scaler.transform(rows_of<T>({{0, 0}, {1, 1}})), {{-1, -1}, {1, 1}}) == "");
  CHECK(difference(scaler.transform(std::vector<T>{2, 2}), {{3, 3}}) == "");
  CHECK(difference(scaler.inverse_transform(std::vector<T>{3, 3}), {{2, 2}}) == "");
}

// scikit-learn 1.2.1: StandardScaler().fit(training).transform(training), and back.
TEST_CASE("standard_scaler: scikit-learn's bits, float64") {
  const auto scaler =
      loaded<double>(Contract::sklearn_float64_coefficients, {0x1.2p+1, 0x1.1p+1, 0x1.e8481b3333333p+19},
                     {0x1.a3ad12a1da161p+0, 0x1.ae971d68de55fp+2, 0x1.3c654cb390522p+0});
  const auto features = scaler.transform(training<double>());
  CHECK(difference(features, {{-0x1.672a2560d737bp-1, -0x1.64b8382d2b11fp+0, -0x1.36b3154546769p-1},
                              {0x1.f3b5129cfee76p-6, -0x1.eea6b44c49609p-3, -0x1.f11e8870228ddp-4},
                              {0x1.9dd1f36a03195p+0, 0x1.eea6b44c49609p-3, -0x1.dc67ed6a62452p-1},
                              {-0x1.e4176a0816f21p-1, 0x1.64b8382d2b11fp+0, 0x1.a89f69ded686bp+0}}) == "");
  CHECK(difference(scaler.inverse_transform(features),
                   {{0x1.199999999999ap+0, -0x1.dp+2, 0x1.e848033333333p+19},
                    {0x1.2666666666666p+1, 0x1p-1, 0x1.e848166666666p+19},
                    {0x1.399999999999ap+2, 0x1.ep+1, 0x1.e847f66666666p+19},
                    {0x1.6666666666666p-1, 0x1.7p+3, 0x1.e8485cccccccdp+19}}) == "");
}

TEST_CASE("standard_scaler: scikit-learn's bits, float32 data and float64 statistics") {
  const Array::Reals mean{0x1.2000002p+1, 0x1.1p+1, 0x1.e8481bp+19};
  const Array::Reals scale{0x1.a3ad133ff661p+0, 0x1.ae971d68de55fp+2, 0x1.39a300e766c6ep+0};
  const auto scaler = loaded<float>(Contract::sklearn_float64_coefficients, mean, scale);
  const auto features = scaler.transform(training<float>());
  CHECK(difference(features, {{-0x1.672a24p-1f, -0x1.64b838p+0f, -0x1.2c5f7cp-1f},
                              {0x1.f3b4e8p-6f, -0x1.eea6b4p-3f, -0x1.0531a4p-3f},
                              {0x1.9dd1f4p+0f, 0x1.eea6b4p-3f, -0x1.e3356ep-1f},
                              {-0x1.e4176ap-1f, 0x1.64b838p+0f, 0x1.a870aap+0f}}) == "");
  CHECK(difference(scaler.inverse_transform(features), {{0x1.19999ap+0f, -0x1.dp+2f, 0x1.e84804p+19f},
                                                        {0x1.266666p+1f, 0x1p-1f, 0x1.e84816p+19f},
                                                        {0x1.39999ap+2f, 0x1.ep+1f, 0x1.e847f6p+19f},
                                                        {0x1.666664p-1f, 0x1.7p+3f, 0x1.e8485cp+19f}}) == "");

  // numpy: (x - mean.astype(float32)) / scale.astype(float32)
  CHECK(difference(
            loaded<float>(Contract::sklearn_float32_coefficients, mean, scale).transform(training<float>()),
            {{-0x1.672a24p-1f, -0x1.64b838p+0f, -0x1.396ec4p-1f},
             {0x1.f3b4f2p-6f, -0x1.eea6b4p-3f, -0x1.396ec4p-3f},
             {0x1.9dd1f4p+0f, 0x1.eea6b4p-3f, -0x1.f044b8p-1f},
             {-0x1.e41768p-1f, 0x1.64b838p+0f, 0x1.a1e906p+0f}}) == "");
}

// Exact rational arithmetic (Python's fractions), rounded once; the scale is the rounded root of the rounded
// variance.
TEST_CASE("standard_scaler: native fit is exact") {
  StandardScaler<double> scaler;
  scaler.fit(training<double>());
  CHECK(scaler.contract() == Contract::native);
  CHECK(scaler.mean() == Array(Array::Reals{0x1.2p+1, 0x1.1p+1, 0x1.e8481b3333333p+19}));
  CHECK(scaler.scale() ==
        Array(Array::Reals{0x1.a3ad12a1da161p+0, 0x1.ae971d68de55fp+2, 0x1.3c654cb390522p+0}));
  StandardScaler<float> narrow;
  narrow.fit(training<float>());
  CHECK(narrow.mean() == Array(Array::Reals{0x1.2000002p+1, 0x1.1p+1, 0x1.e8481bp+19}));
  CHECK(narrow.scale() ==
        Array(Array::Reals{0x1.a3ad133ff6611p+0, 0x1.ae971d68de55fp+2, 0x1.39a300e766c6ep+0}));
  CHECK(narrow.scale().dtype() == DType::float64);
}

// scikit-learn 1.2.1: scale_ of the same columns.
TEST_CASE("standard_scaler: constant and nearly constant columns get scale 1") {
  const auto scale_of = [](std::initializer_list<double> column) {
    const std::vector<double> cells(column);
    StandardScaler<double> scaler;
    scaler.fit(prepguard::MatrixView<const double>(cells.data(), cells.size(), 1));
    return scaler.scale().real(0);
  };
  CHECK(scale_of({14.62, 14.62, 14.62, 14.62, 14.62, 14.62, 14.62}) == 1.0);
  CHECK(scale_of({1e8 - 1.5e-8, 1e8, 1e8 + 1.5e-8}) == 1.0);
  CHECK(scale_of({5.0}) == 1.0);
  CHECK(scale_of({1e-200, 3e-200}) == 1.0);
  CHECK(scale_of({0.0, 5e-324}) == 1.0);
  CHECK(scale_of({1e-160, 3e-160}) == doctest::Approx(9.99994434e-161).epsilon(1e-8));
  CHECK(scale_of({0.0, 1e-30}) == 5e-31);
}

// scikit-learn 1.2.1.
TEST_CASE_TEMPLATE("standard_scaler: NaN is left out of fit and passes transform", T, float, double) {
  const auto rows = rows_of<T>({{1, 10}, {cells::nan<T>, 20}, {3, cells::nan<T>}});
  StandardScaler<T> scaler;
  CHECK(difference(scaler.fit(rows).transform(rows), {{-1, -1}, {cells::nan<T>, 1}, {1, cells::nan<T>}}) ==
        "");
  CHECK(scaler.mean() == Array(Array::Reals{2, 15}));
  CHECK(scaler.scale() == Array(Array::Reals{1, 5}));
}

// scikit-learn 1.2.1.
TEST_CASE("standard_scaler: without mean, without scale, without both") {
  const auto rows = rows_of<double>({{1, 10}, {2, 20}, {4, 70}});
  using Options = StandardScaler<double>::Options;
  StandardScaler<double> scale_only(Options{.with_mean = false});
  CHECK(difference(scale_only.fit(rows).transform(rows), {{0x1.9a8365810363fp-1, 0x1.8624f6c0a4dbbp-2},
                                                          {0x1.9a8365810363fp+0, 0x1.8624f6c0a4dbbp-1},
                                                          {0x1.9a8365810363fp+1, 0x1.556057e890404p+1}}) ==
        "");
  CHECK(scale_only.mean().empty());
  StandardScaler<double> mean_only(Options{.with_std = false});
  const auto centred = mean_only.fit(rows).transform(rows);
  CHECK(centred(0, 0) == -0x1.5555555555556p+0);
  CHECK(mean_only.scale().empty());
  CHECK(mean_only.inverse_transform(centred)(1, 1) == 20);
  StandardScaler<double> nothing(Options{.with_mean = false, .with_std = false});
  CHECK(difference(nothing.fit(rows).transform(rows), rows) == "");
  CHECK(difference(nothing.inverse_transform(rows), rows) == "");
  CHECK_FALSE(nothing == mean_only);
}

TEST_CASE_TEMPLATE("standard_scaler: a column that training had no value of gives NaN", T, float, double) {
  const auto scaler =
      loaded<T>(Contract::sklearn_float64_coefficients, {1, cells::nan<double>}, {2, cells::nan<double>});
  CHECK(difference(scaler.transform(rows_of<T>({{5, 5}, {1, 7}})),
                   {{2, cells::nan<T>}, {0, cells::nan<T>}}) == "");
}

TEST_CASE("standard_scaler: an infinity that it makes is explained") {
  const auto scaler = loaded<double>(Contract::sklearn_float64_coefficients, {0, -1e308}, {1, 1});
  cells::check_error(
      [&] {
        static_cast<void>(scaler.transform(rows_of<double>({{1, 1}, {2, 1.5e308}})));
      },
      Errc::non_finite, {"standard_scaler", "row 1", "\"x1\"", "(1.5e+308 - -1e+308) / 1.0 is not finite"});
  CHECK(scaler.transform(std::vector<double>{std::numeric_limits<double>::max(), 0})(0, 0) ==
        0x1.fffffffffffffp1023);
}

// Exact rational arithmetic (Python's fractions), rounded once.
TEST_CASE(
    "standard_scaler: weights: exact, whole ones are repeated rows, zero is no row, missing cells have "
    "none") {
  constexpr double gap = cells::nan<double>;
  const auto rows = rows_of<double>({{1, 2}, {3, 5}, {1e16, 11}, {0.1, gap}});
  StandardScaler<double> scaler;
  scaler.fit(rows, std::vector<double>{0.5, 2, 1e-3, 0});
  CHECK(scaler.mean().real(0) == 0x1.d1799ff98159cp+41);
  CHECK(scaler.scale().real(0) == 0x1.6ba704faec0a2p+47);
  const std::vector<double> whole{1, 2, 3, 4};
  StandardScaler<double> repeated, weighted;
  repeated.fit(rows_of<double>({{2}, {5}, {5}, {11}, {11}, {11}, {gap}}));
  weighted.fit(prepguard::MatrixView<const double>(rows).middle_cols(1, 1), whole);
  CHECK(weighted == repeated);
  // Parts with and without weights go together.
  const auto first = rows_of<double>({{2}, {5}, {5}}), second = rows_of<double>({{11}, {gap}});
  weighted.finish(merge(weighted.partial(first), weighted.partial(second, std::vector<double>{3, 9})));
  CHECK(weighted == repeated);
  StandardScaler<float> narrow;
  narrow.fit(rows_of<float>({{2}, {5}, {11}}), std::vector<double>{1, 2, 3});
  CHECK(narrow.mean().real(0) == repeated.mean().real(0));
}

TEST_CASE("standard_scaler: weights that say nothing are refused") {
  const auto rows = rows_of<double>({{1}, {3}});
  StandardScaler<double> scaler;
  const auto fit = [&](std::vector<double> weights) {
    return [&scaler, &rows, weights] { scaler.fit(rows, weights); };
  };
  cells::check_error(fit({1}), Errc::bad_shape, {"a weight for each of 2 rows, got 1"});
  cells::check_error(fit({1, -0.5}), Errc::bad_parameter, {"the weight of a row", "row 1", "-0.5"});
  cells::check_error(fit({cells::nan<double>, 1}), Errc::bad_parameter,
                     {"the weight of a row", "row 0", "nan"});
  cells::check_error(fit({0, 0}), Errc::cannot_fit, {"column 0", "no value has a weight above 0"});
  CHECK(scaler.input_width() == 0);
}

TEST_CASE("standard_scaler: scikit-learn's sums cannot be merged, and say so") {
  const auto rows = rows_of<double>({{1}, {3}});
  StandardScaler<double> scaler(
      StandardScaler<double>::Options{.summation = prepguard::Summation::sklearn_c});
  cells::check_error([&] { static_cast<void>(scaler.partial(rows)); }, Errc::bad_parameter,
                     {"cannot be merged", "Summation::native"});
  scaler.fit(rows);
  CHECK(scaler.scale().real(0) == 1);
  cells::check_error(
      [&] {
        scaler.fit(rows_of<double>({{1e200}, {-1e200}}));
      },
      Errc::cannot_fit, {"variance exceeds"});
  cells::check_error(
      [&] {
        scaler.partial_fit(rows_of<double>({{1, 2}}));
      },
      Errc::bad_shape, {"expected 1 features, got 2"});
  CHECK(scaler.scale().real(0) == 1);
}

}  // namespace standard_scaler_test
