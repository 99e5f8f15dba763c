// SPDX-License-Identifier: MIT
#include "prepguard/transformers/missing_indicator.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cells.hpp"

namespace missing_indicator_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Errc;
using prepguard::IndicatorFeatures;
using prepguard::Missing;
using prepguard::MissingFlow;
using prepguard::MissingIndicator;
using prepguard::MissingMarker;
using prepguard::Text;

static_assert(prepguard::Estimator<MissingIndicator<float>> &&
              !prepguard::Invertible<MissingIndicator<double>>);

template <class T>
using Options = typename MissingIndicator<T>::Options;
using TextOptions = MissingIndicator<double, Text>::Options;
using Names = std::vector<std::string>;
using Columns = std::vector<std::int64_t>;

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.impute.MissingIndicator.html
TEST_CASE_TEMPLATE("missing_indicator: scikit-learn's documented example", T, float, double) {
  constexpr T gap = cells::nan<T>;
  const auto first = rows_of<T>({{gap, 1, 3}, {4, 0, gap}, {8, 1, 0}});
  const auto second = rows_of<T>({{5, 1, gap}, {gap, 2, 3}, {2, 4, 0}});
  MissingIndicator<T> indicator;
  CHECK(difference(indicator.fit(first).transform(second), {{0, 1}, {1, 0}, {0, 0}}) == "");
  CHECK(indicator.feature_names_out({"a", "b", "c"}) == Names{"missingindicator_a", "missingindicator_c"});
  MissingIndicator<T> all(Options<T>{.features = IndicatorFeatures::all});
  CHECK(difference(all.fit(first).transform(second), {{0, 0, 1}, {1, 0, 0}, {0, 0, 0}}) == "");
}

// scikit-learn 1.2.1 and 1.9.1: MissingIndicator(missing_values=0), -0.0 == 0.
TEST_CASE_TEMPLATE("missing_indicator: a number marks", T, float, double) {
  MissingIndicator<T> indicator(Options<T>{.missing = MissingMarker::value, .missing_value = 0});
  indicator.fit(rows_of<T>({{1, 0}, {2, 3}}));
  CHECK(indicator.indicator() == Columns{1});
  CHECK(difference(indicator.transform(rows_of<T>({{1, T(-0.0)}, {2, 0}, {3, 4}})), {{1}, {1}, {0}}) == "");
  const auto with_nan = rows_of<T>({{1, cells::nan<T>}});
  cells::check_error([&] { static_cast<void>(indicator.transform(with_nan)); }, Errc::non_finite,
                     {"missing_indicator", "\"x1\"", "missing value is another"});
  cells::check_error([&] { indicator.fit(with_nan); }, Errc::cannot_fit,
                     {"column 1", "missing value is another"});
}

// scikit-learn 1.2.1 and 1.9.1: object arrays; None and NaN are told apart, NaN is refused unless it marks.
TEST_CASE("missing_indicator: text") {
  const Text none(Missing::none), nan(Missing::nan);
  MissingIndicator<double, Text> by_none(TextOptions{.missing = MissingMarker::none});
  by_none.fit(rows_of<Text>({{"u", none}, {"v", "w"}}));
  CHECK(difference(by_none.transform(rows_of<Text>({{"", "None"}, {"u", none}})), {{0}, {1}}) == "");
  cells::check_error(
      [&] {
        static_cast<void>(by_none.transform(rows_of<Text>({{"u", nan}})));
      },
      Errc::non_finite, {"x1"});

  MissingIndicator<double, Text> by_text(TextOptions{.missing = MissingMarker::value, .missing_value = "?"});
  by_text.fit(rows_of<Text>({{"?", none}, {"v", "w"}}));
  CHECK(difference(by_text.transform(rows_of<Text>({{"?", none}, {"??", "w"}})), {{1}, {0}}) == "");

  MissingIndicator<double, Text> by_nan;
  by_nan.fit(rows_of<Text>({{nan, none}, {"v", "w"}}));
  CHECK(difference(by_nan.transform(rows_of<Text>({{nan, none}, {none, "w"}})), {{1}, {0}}) == "");
}

TEST_CASE("missing_indicator: what training did not miss may not be missing, unless told so") {
  constexpr double gap = cells::nan<double>;
  const auto training = rows_of<double>({{1, gap}, {2, 3}}), rows = rows_of<double>({{1, 2}, {gap, 4}});
  MissingIndicator<double> strict;
  strict.fit(training);
  cells::check_error([&] { static_cast<void>(strict.transform(rows)); }, Errc::non_finite,
                     {"row 1", "\"x0\"", "none in training", "error_on_new"});
  CHECK(strict.missing_flow({MissingFlow::nan, MissingFlow::never}) == std::vector{MissingFlow::refused});
  CHECK(strict.missing_flow({MissingFlow::never, MissingFlow::nan}) == std::vector{MissingFlow::never});
  MissingIndicator<double> lenient(Options<double>{.error_on_new = false});
  CHECK(difference(lenient.fit(training).transform(rows), {{0}, {0}}) == "");

  MissingIndicator<double, Text> text(TextOptions{.missing = MissingMarker::value, .missing_value = ""});
  text.fit(rows_of<Text>({{"u", ""}}));
  cells::check_error(
      [&] {
        static_cast<void>(text.transform(rows_of<Text>({{"", "v"}})));
      },
      Errc::unknown_category, {"\"x0\"", "none in training"});
}

TEST_CASE(
    "missing_indicator: nothing was missing: nothing comes out, and the rows are checked all the same") {
  MissingIndicator<double> indicator;
  indicator.fit(rows_of<double>({{1, 2}}));
  CHECK(indicator.output_width() == 0);
  CHECK(indicator.transform(rows_of<double>({{3, 4}, {5, 6}})).rows() == 2);
  cells::check_error(
      [&] {
        static_cast<void>(indicator.transform(rows_of<double>({{3, cells::nan<double>}})));
      },
      Errc::non_finite, {"\"x1\"", "none in training"});
}

TEST_CASE("missing_indicator: markers that cells cannot have are refused") {
  cells::check_error([] { MissingIndicator<double>({.missing = MissingMarker::none}); }, Errc::bad_parameter,
                     {"None"});
  cells::check_error(
      [] {
        MissingIndicator<double>({.missing = MissingMarker::value, .missing_value = cells::nan<double>});
      },
      Errc::bad_parameter, {"finite"});
}

}  // namespace missing_indicator_test
