// SPDX-License-Identifier: MIT
#include "prepguard/transformers/category_encoding.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cells.hpp"

namespace category_encoding_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::CategoryEncoding;
using prepguard::Errc;
using prepguard::HandleUnknown;
using prepguard::OutputMode;

template <class T>
CategoryEncoding<T> fitted(typename CategoryEncoding<T>::Options options, std::size_t columns) {
  CategoryEncoding<T> step(options);
  step.fit(prepguard::Matrix<T>(1, columns));
  return step;
}

}  // namespace

// The examples of https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/.
TEST_CASE_TEMPLATE("category_encoding: the documented examples", T, float, double) {
  const auto one = fitted<T>({.num_tokens = 4, .output_mode = OutputMode::one_hot}, 1);
  CHECK(difference(one.transform(rows_of<T>({{3}, {2}, {0}, {1}})),
                   {{0, 0, 0, 1}, {0, 0, 1, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}}) == "");
  const auto rows = rows_of<T>({{0, 1}, {0, 0}, {1, 2}, {3, 1}});
  const auto multi = fitted<T>({.num_tokens = 4}, 2);
  CHECK(difference(multi.transform(rows), {{1, 1, 0, 0}, {1, 0, 0, 0}, {0, 1, 1, 0}, {0, 1, 0, 1}}) == "");
  const auto count = fitted<T>({.num_tokens = 4, .output_mode = OutputMode::count}, 2);
  CHECK(difference(count.transform(rows), {{1, 1, 0, 0}, {2, 0, 0, 0}, {0, 1, 1, 0}, {0, 1, 0, 1}}) == "");
  CHECK(count.feature_names_out({"a", "b"}) == std::vector<std::string>{"a+b_0", "a+b_1", "a+b_2", "a+b_3"});
}

TEST_CASE("category_encoding: an index outside is refused, or counts nowhere if asked") {
  const auto strict = fitted<float>({.num_tokens = 3}, 2);
  const auto lenient = fitted<float>({.num_tokens = 3, .handle_unknown = HandleUnknown::ignore}, 2);
  for (const float cell : {3.0F, -1.0F}) {
    CAPTURE(cell);
    cells::check_error(
        [&] {
          static_cast<void>(strict.transform(rows_of<float>({{0, 1}, {2, cell}})));
        },
        Errc::unknown_category, {"row 1", "column \"x1\"", "an integer from 0 to 2"});
    CHECK(difference(lenient.transform(rows_of<float>({{2, cell}, {-1, -1}})), {{0, 0, 1}, {0, 0, 0}}) == "");
  }
  for (const float cell : {0.5F, cells::nan<float>}) {
    for (const auto& step : {strict, lenient}) {
      cells::check_error(
          [&] {
            static_cast<void>(step.transform(rows_of<float>({{cell, 1}})));
          },
          Errc::unknown_category, {"row 0", "column \"x0\""});
    }
  }
}

TEST_CASE("category_encoding: learns how many tokens there are, or is told") {
  CategoryEncoding<double> step;
  step.fit(rows_of<double>({{0, 4}, {2, 1}}));
  CHECK(step.num_tokens() == 5);
  step.fit(rows_of<double>({{0}, {2}}));
  CHECK(step.num_tokens() == 3);
  cells::check_error([&] { step.fit(rows_of<double>({{0.5}})); }, Errc::cannot_fit, {"column 0", "indices"});
  cells::check_error([&] { step.fit(rows_of<double>({{-1}})); }, Errc::cannot_fit, {"column 0", "indices"});
  cells::check_error([&] { fitted<double>({.num_tokens = 2, .output_mode = OutputMode::one_hot}, 2); },
                     Errc::bad_state, {"output_mode", "multi_hot or count"});
  cells::check_error([&] { fitted<double>({.num_tokens = -2}, 2); }, Errc::bad_state, {"num_tokens", "-2"});
}

}  // namespace category_encoding_test
