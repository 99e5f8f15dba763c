// SPDX-License-Identifier: MIT
#include "prepguard/transformers/k_bins_discretizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace k_bins_discretizer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::BinStrategy;
using prepguard::Contract;
using prepguard::DType;
using prepguard::Encode;
using prepguard::Errc;
using prepguard::FitIssue;
using prepguard::KBinsDiscretizer;
using prepguard::Kind;
using prepguard::Matrix;
using Column = prepguard::detail::BinnedColumn;

static_assert(prepguard::Estimator<KBinsDiscretizer<float>> &&
              prepguard::Invertible<KBinsDiscretizer<double>>);

template <class T>
using Options = typename KBinsDiscretizer<T>::Options;

template <class T>
KBinsDiscretizer<T> loaded(Contract contract, std::vector<Column> columns, Encode encode = Encode::ordinal) {
  KBinsDiscretizer<T> step;
  const std::size_t width = columns.size();
  cells::set_field(step, "contract", contract);
  cells::set_field(step, "inputs", static_cast<std::int64_t>(width));
  cells::set_field(step, "encode", encode);
  cells::set_field(step, "columns", std::move(columns));
  step.prepare(prepguard::Layout(width, Kind::number), prepguard::detail::Place("step"));
  return step;
}

template <class T>
Matrix<T> training() {
  return rows_of<T>({{T(1.1), T(-7.25), T(1e6 + 0.1)},
                     {T(2.3), T(0.5), T(1e6 + 0.7)},
                     {T(4.9), T(3.75), T(1e6 - 0.3)},
                     {T(0.7), T(11.5), T(1e6 + 2.9)}});
}

template <class T>
KBinsDiscretizer<T> fitted_on(std::initializer_list<T> column, Options<T> options) {
  const std::vector<T> cells(column);
  KBinsDiscretizer<T> step(std::move(options));
  step.fit(prepguard::MatrixView<const T>(cells.data(), cells.size(), 1));
  return step;
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.KBinsDiscretizer.html
TEST_CASE_TEMPLATE("k_bins_discretizer: scikit-learn's documented example", T, float, double) {
  KBinsDiscretizer<T> step(
      Options<T>{.n_bins = 3, .encode = Encode::ordinal, .strategy = BinStrategy::uniform});
  const auto rows = rows_of<T>({{-2, 1, -4, -1}, {-1, 2, -3, T(-0.5)}, {0, 3, -2, 0.5}, {1, 4, -1, 2}});
  const auto features = step.fit(rows).transform(rows);
  CHECK(difference(features, {{0, 0, 0, 0}, {1, 1, 1, 0}, {2, 2, 2, 1}, {2, 2, 2, 2}}) == "");
  CHECK(step.inner_edges(0) == Array(Array::Reals{-1, 0}));
  CHECK(step.outer_edges(0) == Array(Array::Reals{-2, 1}));
  CHECK(difference(step.inverse_transform(features), {{-1.5, 1.5, -3.5, -0.5},
                                                      {-0.5, 2.5, -2.5, -0.5},
                                                      {0.5, 3.5, -1.5, 0.5},
                                                      {0.5, 3.5, -1.5, 1.5}}) == "");
}

// scikit-learn 1.2.1, and 1.9.1 with quantile_method="linear".
TEST_CASE("k_bins_discretizer: scikit-learn's bits, float64") {
  KBinsDiscretizer<double> even(
      Options<double>{.n_bins = 3, .encode = Encode::ordinal, .strategy = BinStrategy::uniform});
  const auto bins = even.fit(training<double>()).transform(training<double>());
  CHECK(difference(bins, {{0, 0, 0}, {1, 1, 0}, {2, 1, 0}, {0, 2, 2}}) == "");
  CHECK(even.inner_edges(0) == Array(Array::Reals{0x1.0cccccccccccdp+1, 0x1.cp+1}));
  CHECK(even.inner_edges(2) == Array(Array::Reals{0x1.e848188888888p+19, 0x1.e8483aaaaaaabp+19}));
  CHECK(difference(even.inverse_transform(bins),
                   {{0x1.6666666666666p+0, -0x1.08p+2, 0x1.e848077777777p+19},
                    {0x1.6666666666666p+1, 0x1.1p+1, 0x1.e848077777777p+19},
                    {0x1.0cccccccccccdp+2, 0x1.1p+1, 0x1.e848077777777p+19},
                    {0x1.6666666666666p+0, 0x1.0cp+3, 0x1.e8484bbbbbbbcp+19}}) == "");
  KBinsDiscretizer<double> counted(Options<double>{.n_bins = 3, .encode = Encode::ordinal});
  const auto ranks = counted.fit(training<double>()).transform(training<double>());
  CHECK(difference(ranks, {{1, 0, 1}, {2, 1, 2}, {2, 2, 0}, {0, 2, 2}}) == "");
  CHECK(counted.inner_edges(0) == Array(Array::Reals{0x1.199999999999ap+0, 0x1.2666666666666p+1}));
  CHECK(counted.inner_edges(2) == Array(Array::Reals{0x1.e848033333333p+19, 0x1.e848166666666p+19}));
}

// scikit-learn 1.2.1. (With NumPy 2 a uniform fit to float32 rows has edges rounded to float32.)
TEST_CASE("k_bins_discretizer: scikit-learn's bits, float32") {
  KBinsDiscretizer<float> even(
      Options<float>{.n_bins = 3, .encode = Encode::ordinal, .strategy = BinStrategy::uniform});
  const auto bins = even.fit(training<float>()).transform(training<float>());
  CHECK(even.inner_edges(0) == Array(Array::Reals{0x1.0ccccdp+1, 0x1.c000008p+1}));
  CHECK(difference(even.inverse_transform(bins), {{0x1.666666p+0f, -0x1.08p+2f, 0x1.e84808p+19f},
                                                  {0x1.666666p+1f, 0x1.1p+1f, 0x1.e84808p+19f},
                                                  {0x1.0ccccep+2f, 0x1.1p+1f, 0x1.e84808p+19f},
                                                  {0x1.666666p+0f, 0x1.0cp+3f, 0x1.e8484cp+19f}}) == "");
}

// scikit-learn 1.2.1, strategy="kmeans" on the training rows in float32: its edges are float32, and so are
// the sums of which it takes the middles.
TEST_CASE("k_bins_discretizer: edges of another fit") {
  const auto column = [](Array::Reals inner, Array::Reals outer) {
    return Column{Array(std::move(inner), DType::float32), Array(std::move(outer), DType::float32)};
  };
  const std::vector<Column> columns{column({0x1.99999ap+0, 0x1.ccccccp+1}, {0x1.666666p-1, 0x1.39999ap+2}),
                                    column({-0x1.48p+1, 0x1.b4p+2}, {-0x1.dp+2, 0x1.7p+3}),
                                    column({0x1.e848p+19, 0x1.e84834p+19}, {0x1.e847f6p+19, 0x1.e8485cp+19})};
  const auto bins = rows_of<double>({{0, 0, 0}, {1, 1, 1}, {2, 2, 2}});
  CHECK(difference(loaded<double>(Contract::sklearn_float64_coefficients, columns).inverse_transform(bins),
                   {{0x1.266666p+0, -0x1.3ap+2, 0x1.e847fcp+19},
                    {0x1.4cccccp+1, 0x1.1p+1, 0x1.e8481ap+19},
                    {0x1.1p+2, 0x1.25p+3, 0x1.e84848p+19}}) == "");
}

TEST_CASE_TEMPLATE("k_bins_discretizer: an edge belongs to the bin above it, compared in double", T, float,
                   double) {
  const auto step = loaded<T>(Contract::native, {{Array(Array::Reals{0, 0.1, 1}), {}}});
  const T tenth = T(0.1);  // as float above the double, as double equal
  CHECK(difference(step.transform(rows_of<T>({{-1},
                                              {T(-0.0)},
                                              {tenth},
                                              {std::nextafter(tenth, T{0})},
                                              {std::nextafter(T{1}, T{0})},
                                              {1},
                                              {T(1e30)}})),
                   {{0}, {1}, {2}, {1}, {2}, {3}, {3}}) == "");
}

// scikit-learn 1.2.1.
TEST_CASE("k_bins_discretizer: one-hot, another number of bins for each column") {
  const auto rows = training<double>();
  KBinsDiscretizer<double> step(Options<double>{.n_bins_of_columns = {2, 3}});
  const prepguard::MatrixView<const double> two = prepguard::MatrixView<const double>(rows).middle_cols(0, 2);
  const auto features = step.fit(two).transform(two);
  CHECK(difference(features, {{1, 0, 1, 0, 0}, {0, 1, 0, 1, 0}, {0, 1, 0, 0, 1}, {1, 0, 0, 0, 1}}) == "");
  CHECK(step.feature_names_out({"a", "b"}) ==
        std::vector<std::string>{"a_0.0", "a_1.0", "b_0.0", "b_1.0", "b_2.0"});
  CHECK(step.source_column(1) == 0);
  CHECK(step.source_column(2) == 1);
  CHECK(step.inner_edges(0) == Array(Array::Reals{0x1.b333333333333p+0}));
  CHECK(difference(step.inverse_transform(rows_of<double>({{0, 0.5, 0, 0.25, 0.5}})),
                   {{(4.9 + 0x1.b333333333333p+0) * 0.5, (11.5 + 3.75) * 0.5}}) == "");
}

// scikit-learn 1.2.1: bin_edges_ of the same columns.
TEST_CASE("k_bins_discretizer: quantiles that meet, constant columns") {
  const auto merged = fitted_on<double>({0, 0, 0, 1, 1, 2}, {.n_bins = 4});
  CHECK(merged.inner_edges(0) == Array(Array::Reals{0.5, 1}));
  CHECK(merged.health().has(FitIssue::collision, 0));
  const auto close = fitted_on<double>({0, 1e-9}, {.n_bins = 3});
  CHECK(close.output_width() == 1);
  CHECK(close.health().has(FitIssue::collision, 0));
  const auto constant = fitted_on<double>({3, 3}, {.n_bins = 3, .encode = Encode::ordinal});
  CHECK(constant.health().has(FitIssue::constant, 0));
  CHECK(difference(constant.transform(rows_of<double>({{-9}, {9}})), {{0}, {0}}) == "");
  CHECK(fitted_on<double>({0.0, -0.0}, {}).health().has(FitIssue::constant, 0));
}

TEST_CASE("k_bins_discretizer: what cannot be undone") {
  const auto constant = fitted_on<double>({3, 3}, {.encode = Encode::ordinal});
  CHECK(constant.no_inverse("").find("column 0 has no outer edges") != std::string::npos);
  CHECK(cells::error_of([&] {
          static_cast<void>(constant.inverse_transform(rows_of<double>({{0}})));
        }).has_value());
  const auto ordinal = fitted_on<double>({0, 1, 2}, {.n_bins = 2, .encode = Encode::ordinal});
  CHECK(ordinal.no_inverse("") == "");
  // As scikit-learn, which cuts off what follows the point.
  CHECK(difference(ordinal.inverse_transform(rows_of<double>({{0}, {1.9}, {-0.5}})), {{0.5}, {1.5}, {0.5}}) ==
        "");
  for (const double bin : {-1.0, 2.0, 1e300, cells::nan<double>}) {  // scikit-learn takes -1 for the last bin
    CAPTURE(bin);
    CHECK(cells::error_of([&] {
            static_cast<void>(ordinal.inverse_transform(rows_of<double>({{bin}})));
          }).has_value());
  }
  const auto onehot = fitted_on<double>({0, 1, 2}, {.n_bins = 2});
  CHECK(cells::error_of([&] {
          static_cast<void>(onehot.inverse_transform(rows_of<double>({{0, 0}})));
        }).has_value());
}

TEST_CASE("k_bins_discretizer: NaN is refused, in training too") {
  const auto step = fitted_on<float>({0, 1, 2}, {.n_bins = 2});
  cells::check_error(
      [&] {
        static_cast<void>(step.transform(rows_of<float>({{1}, {cells::nan<float>}})));
      },
      Errc::non_finite, {"k_bins_discretizer", "row 1", "NaN", "impute"});
  cells::check_error(
      [] {
        fitted_on<float>({1, cells::nan<float>}, {});
      },
      Errc::cannot_fit, {"k_bins_discretizer", "column 0", "NaN"});
}

TEST_CASE("k_bins_discretizer: numbers of bins and ranges that cannot be") {
  for (const std::int64_t bins :
       {std::int64_t{1}, std::int64_t{0}, std::int64_t{-3}, std::int64_t{1} << 40}) {
    cells::check_error([&] { KBinsDiscretizer<double>(Options<double>{.n_bins = bins}); },
                       Errc::bad_parameter, {"n_bins from 2"});
    cells::check_error(
        [&] {
          KBinsDiscretizer<double>(Options<double>{.n_bins_of_columns = {3, bins}});
        },
        Errc::bad_parameter, {"n_bins from 2"});
  }
  cells::check_error(
      [] {
        fitted_on<double>({1, 2}, {.n_bins_of_columns = {3, 3}});
      },
      Errc::bad_parameter, {"1 columns, got 2"});
  const Options<double> even{.n_bins = 5, .strategy = BinStrategy::uniform};
  cells::check_error(
      [&] {
        fitted_on<double>({1, 1 + 0x1p-52}, even);
      },
      Errc::cannot_fit, {"column 0", "cannot be divided into 5 bins"});
  cells::check_error(
      [&] {
        fitted_on<double>({-1.7e308, 1.7e308}, even);
      },
      Errc::cannot_fit, {"column 0", "cannot be divided"});
  cells::check_error(
      [&] {
        fitted_on<float>({-3e38f, 3e38f}, {.n_bins = 4});
      },
      Errc::cannot_fit, {"column 0", "cannot be divided"});
}

}  // namespace k_bins_discretizer_test
