// SPDX-License-Identifier: MIT
// Categories as integers for embeddings, and the index that finds them: whole numbers, other numbers, texts
// of all lengths. Expected values are plain look-ups and what scikit-learn's OrdinalEncoder gives.
#include "prepguard/category_indices.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "prepguard/transformers/one_hot_encoder.hpp"
#include "prepguard/transformers/ordinal_encoder.hpp"

namespace category_indices_test {

using namespace prepguard;
using cells::check_error;
using cells::rows_of;
using Indices = std::vector<std::int32_t>;
using detail::CategoryIndex;
using namespace std::string_literals;

Indices values_of(const Matrix<std::int32_t>& matrix) {
  return {matrix.data(), matrix.data() + matrix.rows() * matrix.cols()};
}
Array texts(std::initializer_list<std::string> values) {
  return Array::Texts(values.begin(), values.end());
}

TEST_CASE("category_indices: the position of the category, in every column from 0") {
  const auto rows = rows_of<Text>({{"b", "x"}, {"a", "z"}, {"c", "y"}, {"a", "x"}});
  OneHotEncoder<float, Text> one_hot;
  OrdinalEncoder<double, Text> ordinal;
  const Indices expected{1, 0, 0, 2, 2, 1, 0, 0};
  CHECK(values_of(one_hot.fit(rows).transform_indices(rows)) == expected);
  CHECK(values_of(ordinal.fit(rows).transform_indices(rows)) == expected);
  CHECK(one_hot.index_count(0) == 3);
  CHECK(ordinal.index_count(1) == 3);
}

TEST_CASE_TEMPLATE("category_indices: numbers by value, NaN a category", T, float, double) {
  const auto rows = rows_of<T>({{T(-0.0), 5}, {7, T(5.5)}, {cells::nan<T>, 5}, {0, 6}});
  const Indices expected{0, 0, 1, 1, 2, 0, 0, 2};
  CHECK(values_of(OneHotEncoder<T>().fit(rows).transform_indices(rows)) == expected);
  CHECK(values_of(OrdinalEncoder<T>().fit(rows).transform_indices(rows)) == expected);
}

TEST_CASE("category_indices: unknown cells are -1 where they are served, refused as by transform elsewhere") {
  const auto rows = rows_of<Text>({{"a", "x"}, {"b", "y"}});
  const auto others = rows_of<Text>({{"a", "y"}, {"b", "q"}});
  using OneHot = OneHotEncoder<double, Text>;
  using Ordinal = OrdinalEncoder<double, Text>;
  OneHot ignoring({.handle_unknown = HandleUnknown::ignore});
  Ordinal coding({.handle_unknown = HandleUnknown::use_encoded_value, .unknown_value = 99.0});
  CHECK(values_of(ignoring.fit(rows).transform_indices(others)) == Indices{0, 1, 1, -1});
  CHECK(values_of(coding.fit(rows).transform_indices(others)) == Indices{0, 1, 1, -1});
  const auto same_refusal = [&](const auto& encoder) {
    const auto of_indices = cells::error_of([&] { encoder.transform_indices(others); });
    const auto of_features = cells::error_of([&] { encoder.transform(others); });
    REQUIRE((of_indices && of_features));
    CHECK(std::string(of_indices->what()) == of_features->what());
    CHECK(of_indices->code() == Errc::unknown_category);
    CHECK(of_indices->info().row == 1);
    CHECK(of_indices->info().column == 1);
    CHECK(of_indices->info().what == "unknown category \"q\"");
  };
  same_refusal(OneHot().fit(rows));
  same_refusal(Ordinal().fit(rows));
}

// The codes that scikit-learn documents for OrdinalEncoder(min_frequency=2): the frequent a 0, b 1; the rare
// c, d 2.
TEST_CASE("category_indices: infrequent categories share an index, as they share a code") {
  const auto rows = rows_of<Text>({{"a"}, {"c"}, {"b"}, {"a"}, {"d"}, {"b"}});
  const Indices expected{0, 2, 1, 0, 2, 1};
  OrdinalEncoder<double, Text> ordinal({.min_frequency = 2});
  CHECK(values_of(ordinal.fit(rows).transform_indices(rows)) == expected);
  CHECK(ordinal.index_count(0) == 3);
  OneHotEncoder<double, Text> one_hot(
      {.handle_unknown = HandleUnknown::infrequent_if_exist, .min_frequency = 2});
  CHECK(values_of(one_hot.fit(rows).transform_indices(rows)) == expected);
  CHECK(values_of(one_hot.transform_indices(rows_of<Text>({{"e"}}))) == Indices{2});
  // Beside NaN: codes a 0, group 1, NaN its own; one-hot outputs a, NaN, group.
  const Text nan(Missing::nan);
  const auto gaps = rows_of<Text>({{"a"}, {nan}, {"a"}, {nan}, {"b"}});
  CHECK(values_of(ordinal.fit(gaps).transform_indices(gaps)) == Indices{0, 2, 0, 2, 1});
  CHECK(values_of(one_hot.fit(gaps).transform_indices(gaps)) == Indices{0, 1, 0, 1, 2});
}

TEST_CASE("category_indices: a dropped category keeps its index; Keras's unknown has none") {
  const auto rows = rows_of<Text>({{"a"}, {"b"}, {"c"}});
  OneHotEncoder<double, Text> encoder({.drop = OneHotDrop::first});
  CHECK(values_of(encoder.fit(rows).transform_indices(rows)) == Indices{0, 1, 2});
  CHECK(encoder.index_count(0) == 3);
  CHECK(encoder.output_width() == 2);
}

TEST_CASE(
    "category_indices: any strides, into the caller's memory, without allocations; checked like transform") {
  const auto rows = rows_of<double>({{1, 10}, {2, 20}, {3, 10}});
  OneHotEncoder<double> encoder;
  encoder.fit(rows);
  for (const cells::Layout& layout : cells::layouts) {
    CAPTURE(layout.name);
    const cells::Arranged<double> in(layout, MatrixView<const double>(rows));
    std::vector<std::int32_t> out(12, -7);
    encoder.transform_indices(in.readable(), MatrixView<std::int32_t>(out.data(), 3, 2, 4, 2));
    CHECK(out == Indices{0, -7, 0, -7, 1, -7, 1, -7, 2, -7, 0, -7});
  }
  Matrix<std::int32_t> out(3, 2), narrow(3, 1);
  CHECK(in_steady_state([&] { encoder.transform_indices(rows, out); }) == 0);
  check_error([&] { encoder.transform_indices(rows, narrow); }, Errc::bad_shape, {"3 x 2", "3 x 1"});
  check_error([&] { encoder.transform_indices(rows_of<double>({{1}})); }, Errc::bad_shape, {"2 features"});
  check_error([&] { OneHotEncoder<double>().transform_indices(rows); }, Errc::bad_shape, {"not fitted"});
  check_error(
      [&] {
        encoder.transform_indices(rows_of<double>({{1, cells::infinity<double>}}));
      },
      Errc::non_finite, {"infinity in the input", "column 1"});
  CHECK(encoder.transform_indices(Matrix<double>(0, 2)).rows() == 0);
}

TEST_CASE_TEMPLATE("category index: whole numbers in a table, others by hash, the same answers", T, float,
                   double) {
  const Array close(Array::Reals{-3, 0, 2, 40});
  const Array apart(Array::Reals{-3, 0, 2, 1e9});
  const Array mixed(Array::Reals{-3, 0, 0.5, 2});
  Array::Reals probes{-4, -3, -2.5, -0.0, 0.0, 0.5, 1, 2, 5.5, 39, 40, 41, 1e9, 3e9, -3e9, 1e30, 1e-40};
  for (const Array* categories : {&close, &apart, &mixed}) {
    const CategoryIndex<T> index(*categories);
    for (const double probe : probes) {
      const T cell = static_cast<T>(probe);
      std::int32_t expected = -1;
      for (std::size_t i = 0; i < categories->size(); ++i) {
        if (static_cast<T>(categories->real(i)) == cell) expected = static_cast<std::int32_t>(i);
      }
      CAPTURE(probe);
      CHECK(index.find(&cell) == expected);
      std::int32_t in_loop = -2;
      index.for_each_position(&cell, 1, 1, [&](std::size_t, std::int32_t at) { in_loop = at; });
      CHECK(in_loop == expected);
    }
    for (const T cell : {cells::nan<T>, -cells::nan<T>, cells::infinity<T>, -cells::infinity<T>})
      CHECK(index.find(&cell) == -1);
  }
  const CategoryIndex<T> with_nan(Array(Array::Reals{1, 2, std::numeric_limits<double>::quiet_NaN()}));
  const T nan = -cells::nan<T>;
  CHECK(with_nan.find(&nan) == 2);
}

TEST_CASE(
    "category index: texts of every length that differ in one byte, and the two ways of being missing") {
  Array::Texts all;
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string plain(size, 'a');
    all.emplace_back(plain);
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = plain;
      other[at] = '\0';
      all.emplace_back(std::move(other));
    }
  }
  const std::size_t last = all.size();
  all.emplace_back(OwnedText(Text(Missing::none)));
  const Array categories(all);
  const CategoryIndex<Text> index(categories);
  Matrix<Text> cells(all.size(), 1);
  for (std::size_t i = 0; i < all.size(); ++i) cells(i, 0) = Text(all[i]);
  std::size_t right = 0;
  index.for_each_position(cells.data(), 1, cells.rows(), [&](std::size_t i, std::int32_t at) {
    right += static_cast<std::size_t>(at) == i && index.find(&cells(i, 0)) == at ? 1U : 0U;
  });
  CHECK(right == all.size());
  for (std::size_t i = 0; i < last; ++i) {
    if (all[i].text.empty()) continue;
    std::string unknown = all[i].text;
    unknown[unknown.size() / 2] = 'b';
    const Text cell(unknown);
    REQUIRE(index.find(&cell) == -1);
  }
  const Text nan(Missing::nan), none(Missing::none);
  CHECK(index.find(&nan) == -1);
  CHECK(index.find(&none) == static_cast<std::int32_t>(last));
}

}  // namespace category_indices_test
