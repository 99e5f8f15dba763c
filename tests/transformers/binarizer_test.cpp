// SPDX-License-Identifier: MIT
#include "prepguard/transformers/binarizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cells.hpp"
#include "detail/every_instruction_set.hpp"

namespace binarizer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Binarizer;
using prepguard::Errc;
using prepguard::Matrix;

static_assert(prepguard::Estimator<Binarizer<float>> && !prepguard::Invertible<Binarizer<double>>);

template <class T>
Binarizer<T> above(double threshold, std::size_t width = 1) {
  Binarizer<T> step(typename Binarizer<T>::Options{.threshold = threshold});
  step.fit(Matrix<T>(1, width));
  return step;
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.Binarizer.html
TEST_CASE_TEMPLATE("binarizer: scikit-learn's documented example", T, float, double) {
  Binarizer<T> step;
  const auto rows = rows_of<T>({{1, -1, 2}, {2, 0, 0}, {0, 1, -1}});
  CHECK(difference(step.fit(rows).transform(rows), {{1, 0, 1}, {1, 0, 0}, {0, 1, 0}}) == "");
  CHECK(step.feature_names_out({"a", "b", "c"}) == std::vector<std::string>{"a", "b", "c"});
}

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.binarize.html
TEST_CASE_TEMPLATE("binarizer: scikit-learn's other documented example", T, float, double) {
  const auto rows = rows_of<T>({{T(0.4), T(0.6), T(0.5)}, {T(0.6), T(0.1), T(0.2)}});
  CHECK(difference(above<T>(0.5, 3).transform(rows), {{0, 1, 0}, {1, 0, 0}}) == "");
}

TEST_CASE_TEMPLATE("binarizer: every order of cell and threshold, under every instruction set", T, float,
                   double) {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> numbers{-Limits::max(),
                               T(-1e30),
                               T(-1),
                               -Limits::min(),
                               -Limits::denorm_min(),
                               T(-0.0),
                               T(0.0),
                               Limits::denorm_min(),
                               Limits::min(),
                               T(0.1),
                               T(1),
                               T(1.0001),
                               T(1e30),
                               Limits::max()};
  Matrix<T> rows(1, numbers.size());
  for (std::size_t j = 0; j < numbers.size(); ++j) rows(0, j) = numbers[j];
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const T threshold : numbers) {
      const auto got = above<T>(threshold, numbers.size()).transform(rows);
      for (std::size_t j = 0; j < numbers.size(); ++j) {
        CAPTURE(threshold);
        CAPTURE(numbers[j]);
        volatile T cell = numbers[j], bound = threshold;
        CHECK(got(0, j) == (cell > bound ? T{1} : T{0}));
      }
    }
  });
}

// scikit-learn 1.2.1: a threshold is rounded to the type of the rows.
TEST_CASE("binarizer: the threshold is rounded to the type of the cells") {
  CHECK(difference(above<float>(0.1).transform(rows_of<float>({{0.1f}, {std::nextafter(0.1f, 1.0f)}})),
                   {{0}, {1}}) == "");
  CHECK(difference(above<double>(0.1).transform(rows_of<double>({{double{0.1f}}, {0.1}})), {{1}, {0}}) == "");
  // Beyond every float: nothing is above it, everything above its negative.
  CHECK(difference(above<float>(1e300).transform(rows_of<float>({{std::numeric_limits<float>::max()}})),
                   {{0}}) == "");
  CHECK(difference(above<float>(-1e300).transform(rows_of<float>({{std::numeric_limits<float>::lowest()}})),
                   {{1}}) == "");
}

TEST_CASE("binarizer: NaN is refused, in training too, and thresholds that are no numbers") {
  cells::check_error(
      [] {
        static_cast<void>(above<float>(0).transform(rows_of<float>({{1}, {cells::nan<float>}})));
      },
      Errc::non_finite, {"binarizer", "row 1", "NaN", "impute"});
  cells::check_error(
      [] {
        Binarizer<double>().fit(rows_of<double>({{1, cells::nan<double>}}));
      },
      Errc::cannot_fit, {"binarizer", "column 1", "NaN"});
  for (const double bad : {cells::nan<double>, cells::infinity<double>, -cells::infinity<double>}) {
    cells::check_error([&] { Binarizer<double>(Binarizer<double>::Options{.threshold = bad}); },
                       Errc::bad_parameter, {"binarizer", "finite threshold"});
  }
}

}  // namespace binarizer_test
