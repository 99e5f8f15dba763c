// SPDX-License-Identifier: MIT
#include "prepguard/transformers/simple_imputer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "cells.hpp"

namespace simple_imputer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::DType;
using prepguard::Errc;
using prepguard::Matrix;
using prepguard::Missing;
using prepguard::MissingMarker;
using prepguard::SimpleImputer;
using prepguard::Strategy;
using prepguard::Text;

static_assert(prepguard::Estimator<SimpleImputer<float>> &&
              prepguard::Estimator<SimpleImputer<double, Text>>);
static_assert(prepguard::Invertible<SimpleImputer<double>>);

template <class T>
using Options = typename SimpleImputer<T>::Options;
using TextImputer = SimpleImputer<double, Text>;
using Names = std::vector<std::string>;

const Text none(Missing::none);
const Text missing(Missing::nan);

/// Two columns with gaps, one of nothing else, one whole.
template <class T>
Matrix<T> training() {
  return rows_of<T>({{cells::nan<T>, 2, cells::nan<T>, -1},
                     {4, cells::nan<T>, cells::nan<T>, -1},
                     {10, 5, cells::nan<T>, 3}});
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.impute.SimpleImputer.html
TEST_CASE_TEMPLATE("simple_imputer: scikit-learn's documented example", T, float, double) {
  SimpleImputer<T> imputer;
  imputer.fit(rows_of<T>({{7, 2, 3}, {4, cells::nan<T>, 6}, {10, 5, 9}}));
  const auto rows = rows_of<T>({{cells::nan<T>, 2, 3}, {4, cells::nan<T>, 6}, {10, cells::nan<T>, 9}});
  CHECK(difference(imputer.transform(rows), {{7, 2, 3}, {4, 3.5, 6}, {10, 3.5, 9}}) == "");
}

// Means: exact rational arithmetic, rounded once. Median and mode: scikit-learn 1.2.1, with the types it
// stores.
TEST_CASE("simple_imputer: what is learned, and in which type") {
  const auto fill = []<class T>(std::initializer_list<T> column, Strategy strategy) {
    const std::vector<T> cells(column);
    SimpleImputer<T> imputer(Options<T>{.strategy = strategy});
    return imputer.fit(prepguard::MatrixView<const T>(cells.data(), cells.size(), 1)).fill();
  };
  const auto wide = {1.1, cells::nan<double>, 3.3, 4.7, 0.3, 3.3};
  const auto narrow = {1.1f, cells::nan<float>, 3.3f, 4.7f, 0.3f, 3.3f};
  CHECK(fill(wide, Strategy::mean) == Array(Array::Reals{0x1.451eb851eb852p+1}));
  CHECK(fill(narrow, Strategy::mean) == Array(Array::Reals{0x1.451eb7e666666p+1}));
  CHECK(fill(wide, Strategy::median) == Array(Array::Reals{3.3}));
  CHECK(fill(narrow, Strategy::median) == Array(Array::Reals{double{3.3f}}, DType::float32));
  CHECK(fill({1.1f, 2.3f, 0.1f, 7.0f}, Strategy::median) ==
        Array(Array::Reals{0x1.b33334p+0}, DType::float32));
  CHECK(fill(narrow, Strategy::most_frequent) == Array(Array::Reals{double{3.3f}}));
  CHECK(fill({2.0, 1.0, 2.0, 1.0, 5.0}, Strategy::most_frequent) == Array(Array::Reals{1}));
  // Where numpy's sum overflows: the mean of two huge numbers is itself an ordinary one.
  CHECK(fill({1.7e308, 1.7e308}, Strategy::mean) == Array(Array::Reals{1.7e308}));
  CHECK(fill({1.7e308, 1.7e308}, Strategy::median) == Array(Array::Reals{1.7e308}));
}

// scikit-learn 1.2.1.
TEST_CASE_TEMPLATE("simple_imputer: an empty column is dropped, kept with 0, or filled with the constant", T,
                   float, double) {
  SimpleImputer<T> plain;
  CHECK(difference(plain.fit(training<T>()).transform(rows_of<T>({{cells::nan<T>, 1, 8, 2}})), {{7, 1, 2}}) ==
        "");
  CHECK(plain.feature_names_out({"a", "b", "c", "d"}) == Names{"a", "b", "d"});

  SimpleImputer<T> marked(Options<T>{.add_indicator = true});
  CHECK(difference(marked.fit(training<T>()).transform(training<T>()),
                   {{7, 2, -1, 1, 0, 1}, {4, 3.5, -1, 0, 1, 1}, {10, 5, 3, 0, 0, 1}}) == "");
  CHECK(marked.feature_names_out({"a", "b", "c", "d"}) ==
        Names{"a", "b", "d", "missingindicator_a", "missingindicator_b", "missingindicator_c"});

  SimpleImputer<T> kept(Options<T>{.add_indicator = true, .keep_empty_features = true});
  CHECK(difference(kept.fit(training<T>()).transform(training<T>()),
                   {{7, 2, 0, -1, 1, 0, 1}, {4, 3.5, 0, -1, 0, 1, 1}, {10, 5, 0, 3, 0, 0, 1}}) == "");

  SimpleImputer<T> constant(Options<T>{.strategy = Strategy::constant, .fill_value = -7.5});
  CHECK(difference(constant.fit(training<T>()).transform(training<T>()),
                   {{-7.5, 2, -7.5, -1}, {4, -7.5, -7.5, -1}, {10, 5, -7.5, 3}}) == "");
}

// scikit-learn 1.2.1.
TEST_CASE_TEMPLATE("simple_imputer: a number marks what is missing", T, float, double) {
  SimpleImputer<T> imputer(
      Options<T>{.strategy = Strategy::most_frequent, .missing = MissingMarker::value, .missing_value = -1});
  const auto rows = rows_of<T>({{8, 2, 8, -1}, {4, 8, 8, -1}, {10, 5, 8, 3}});
  CHECK(difference(imputer.fit(rows).transform(rows), {{8, 2, 8, 3}, {4, 8, 8, 3}, {10, 5, 8, 3}}) == "");
  // scikit-learn refuses NaN wherever it is not the marker.
  cells::check_error(
      [&] {
        static_cast<void>(imputer.transform(std::vector<T>{1, 2, cells::nan<T>, 4}));
      },
      Errc::non_finite, {"simple_imputer", "row 0", "\"x2\"", "missing value is another"});
  cells::check_error([&] { imputer.fit(training<T>()); }, Errc::cannot_fit,
                     {"simple_imputer", "column 0", "NaN", "missing value is another"});
  CHECK(difference(imputer.transform(rows), {{8, 2, 8, 3}, {4, 8, 8, 3}, {10, 5, 8, 3}}) == "");

  SimpleImputer<T> zero(
      Options<T>{.strategy = Strategy::constant, .missing = MissingMarker::value, .fill_value = 9});
  CHECK(difference(zero.fit(rows_of<T>({{1}})).transform(rows_of<T>({{0}, {T(-0.0)}, {1}})),
                   {{9}, {9}, {1}}) == "");
}

// scikit-learn 1.2.1.
TEST_CASE("simple_imputer: text") {
  TextImputer frequent;
  const auto rows = rows_of<Text>({{"b", "x"}, {"a", missing}, {missing, "y"}, {"b", "y"}, {"a", "x"}});
  CHECK(difference(frequent.fit(rows).transform(rows),
                   {{"b", "x"}, {"a", "x"}, {"a", "y"}, {"b", "y"}, {"a", "x"}}) == "");

  TextImputer constant(TextImputer::Options{.strategy = Strategy::constant, .fill_value = "?"});
  CHECK(difference(constant.fit(rows).transform(rows),
                   {{"b", "x"}, {"a", "?"}, {"?", "y"}, {"b", "y"}, {"a", "x"}}) == "");

  TextImputer nones(TextImputer::Options{.missing = MissingMarker::none});
  const auto with_none = rows_of<Text>({{"b", none}, {"a", "z"}, {none, "y"}, {"b", "y"}, {"a", "z"}});
  CHECK(difference(nones.fit(with_none).transform(with_none),
                   {{"b", "y"}, {"a", "z"}, {"a", "y"}, {"b", "y"}, {"a", "z"}}) == "");
  cells::check_error(
      [&] {
        static_cast<void>(nones.transform(std::vector<Text>{"a", missing}));
      },
      Errc::non_finite, {"simple_imputer", "\"x1\""});
  cells::check_error([&] { nones.fit(rows); }, Errc::cannot_fit, {"simple_imputer", "column 0", "NaN"});

  TextImputer blanks(TextImputer::Options{.missing = MissingMarker::value, .missing_value = ""});
  CHECK(
      difference(
          blanks.fit(rows_of<Text>({{"b", ""}, {"", "z"}, {"b", "z"}})).transform(std::vector<Text>{"", ""}),
          {{"b", "z"}}) == "");
}

TEST_CASE("simple_imputer: impossible options are refused") {
  cells::check_error([] { TextImputer{TextImputer::Options{.strategy = Strategy::mean}}; },
                     Errc::bad_parameter, {"simple_imputer", "text has no mean"});
  cells::check_error([] { TextImputer{TextImputer::Options{.add_indicator = true}}; }, Errc::bad_parameter,
                     {"indicator"});
  cells::check_error([] { SimpleImputer<double>{Options<double>{.missing = MissingMarker::none}}; },
                     Errc::bad_parameter, {"never None"});
  cells::check_error([] { SimpleImputer<double>{Options<double>{.fill_value = cells::nan<double>}}; },
                     Errc::bad_parameter, {"finite"});
  SimpleImputer<double> imputer;
  cells::check_error([&] { imputer.fit(rows_of<double>({{cells::nan<double>}})); }, Errc::cannot_fit,
                     {"missing altogether", "keep_empty_features"});
}

TEST_CASE("simple_imputer: what is there keeps its bits, the payload of a NaN included") {
  SimpleImputer<double> imputer(Options<double>{.add_indicator = true});
  imputer.fit(rows_of<double>({{1, 2}, {3, cells::nan<double>}}));
  const auto features = imputer.transform(std::vector<double>{-0.0, 5e-324});
  CHECK(difference(features, {{-0.0, 5e-324, 0}}) == "");
}

TEST_CASE("simple_imputer: the same sign of zero whatever the order of the rows") {
  for (const Strategy strategy : {Strategy::median, Strategy::most_frequent}) {
    SimpleImputer<double> a(Options<double>{.strategy = strategy}), b = a;
    a.fit(rows_of<double>({{0.0}, {-0.0}, {0.0}}));
    b.fit(rows_of<double>({{-0.0}, {0.0}, {0.0}}));
    CHECK(a == b);
    a.fit(rows_of<double>({{-0.0}, {-0.0}, {-0.0}}));
    CHECK(a.fill() == Array(Array::Reals{-0.0}));
  }
}

// scikit-learn 1.2.1 and 1.9.1, inverse_transform: what an indicator marks is missing again, other fills
// stay. Where a whole batch is missing in one column it takes that column for a dropped one and shifts the
// others; not here.
TEST_CASE_TEMPLATE("simple_imputer: the inverse", T, float, double) {
  constexpr T gap = cells::nan<T>;
  SimpleImputer<T> imputer(Options<T>{.add_indicator = true});
  imputer.fit(training<T>());
  const auto rows = rows_of<T>({{1, gap, gap, 2}, {gap, 3, gap, gap}});
  const auto features = imputer.transform(rows);
  CHECK(difference(features, {{1, 3.5, 2, 0, 1, 1}, {7, 3, T(1) / 3, 1, 0, 1}}) == "");
  CHECK(difference(imputer.inverse_transform(features), {{1, gap, gap, 2}, {gap, 3, gap, T(1) / 3}}) == "");
  CHECK(difference(imputer.inverse_transform(rows_of<T>({{7, 3, 5, 1, 0, 1}})), {{gap, 3, gap, 5}}) == "");
  const auto lost = rows_of<T>({{7, 3, 5, 1, 0, 0}});
  cells::check_error([&] { static_cast<void>(imputer.inverse_transform(lost)); }, Errc::non_finite,
                     {"simple_imputer", "row 0", "mapped back"});

  SimpleImputer<T> by_value(
      Options<T>{.missing = MissingMarker::value, .missing_value = -1, .add_indicator = true});
  by_value.fit(rows_of<T>({{1, -1}, {2, 5}}));
  CHECK(difference(by_value.inverse_transform(rows_of<T>({{1, 5, 1}, {2, -1, 0}})), {{1, -1}, {2, -1}}) ==
        "");

  SimpleImputer<T> blind;
  blind.fit(training<T>());
  CHECK_FALSE(blind.can_invert());
  cells::check_error(
      [&] {
        static_cast<void>(blind.inverse_transform(rows_of<T>({{1, 2, 3}})));
      },
      Errc::bad_parameter, {"simple_imputer", "has no inverse", "add_indicator"});
}

}  // namespace simple_imputer_test
