// SPDX-License-Identifier: MIT
#include "prepguard/transformers/one_hot_encoder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Errc;
using prepguard::HandleUnknown;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::Missing;
using prepguard::OneHotEncoder;
using prepguard::Text;
using prepguard::detail::OneHotColumn;

using namespace std::string_literals;
using TextEncoder = OneHotEncoder<double, Text>;
using Names = std::vector<std::string>;

static_assert(prepguard::Estimator<OneHotEncoder<float>> && prepguard::Estimator<TextEncoder>);
static_assert(prepguard::Invertible<OneHotEncoder<double>> && prepguard::Invertible<TextEncoder>);

const Text none(Missing::none);
const Text missing(Missing::nan);

/// What a file gives: one text column with these categories, infrequent ones and a dropped output.
TextEncoder loaded(HandleUnknown unknown, std::vector<std::int64_t> infrequent, std::int64_t drop) {
  TextEncoder encoder;
  const Array categories(Array::Texts{{"cat"s}, {"dog"s}, {"rabbit"s}, {"snake"s}});
  if (unknown == HandleUnknown::first_column)
    cells::set_field(encoder, "contract", prepguard::Contract::keras);
  cells::set_field(encoder, "inputs", std::int64_t{1});
  cells::set_field(encoder, "handle_unknown", unknown);
  cells::set_field(encoder, "columns", std::vector<OneHotColumn>{{categories, std::move(infrequent), drop}});
  encoder.prepare(prepguard::Layout(1, Kind::text), prepguard::detail::Place("step"));
  return encoder;
}

Matrix<Text> column(std::initializer_list<Text> texts) {
  Matrix<Text> rows(texts.size(), 1);
  std::copy(texts.begin(), texts.end(), rows.data());
  return rows;
}

}  // namespace

// https://scikit-learn.org/stable/modules/preprocessing.html#encoding-categorical-features
TEST_CASE("one_hot_encoder: scikit-learn's documented example") {
  TextEncoder encoder;
  encoder.fit(rows_of<Text>({{"male", "from US", "uses Safari"}, {"female", "from Europe", "uses Firefox"}}));
  const auto rows =
      rows_of<Text>({{"female", "from US", "uses Safari"}, {"male", "from Europe", "uses Safari"}});
  const auto features = encoder.transform(rows);
  CHECK(difference(features, {{1, 0, 0, 1, 0, 1}, {0, 1, 1, 0, 0, 1}}) == "");
  CHECK(difference(encoder.inverse_transform(features), rows) == "");
  CHECK(encoder.feature_names_out({"x0", "x1", "x2"}) ==
        Names{"x0_female", "x0_male", "x1_from Europe", "x1_from US", "x2_uses Firefox", "x2_uses Safari"});
}

// scikit-learn 1.2.1.
TEST_CASE_TEMPLATE("one_hot_encoder: numbers, with NaN as a category", T, float, double) {
  const auto rows = rows_of<T>({{1, T(-0.5)}, {cells::nan<T>, 0.25}, {2, T(-0.5)}, {1, T(1e-5)}});
  OneHotEncoder<T> encoder;
  const auto features = encoder.fit(rows).transform(rows);
  CHECK(difference(features,
                   {{1, 0, 0, 1, 0, 0}, {0, 0, 1, 0, 0, 1}, {0, 1, 0, 1, 0, 0}, {1, 0, 0, 0, 1, 0}}) == "");
  CHECK(encoder.feature_names_out({"x0", "x1"}) ==
        Names{"x0_1.0", "x0_2.0", "x0_nan", "x1_-0.5", "x1_1e-05", "x1_0.25"});
  CHECK(difference(encoder.inverse_transform(features), rows) == "");
}

// scikit-learn 1.2.1.
TEST_CASE("one_hot_encoder: None and NaN are two categories, after the texts") {
  const auto rows = column({"b", "a", none, missing, "b", ""});
  TextEncoder encoder;
  const auto features = encoder.fit(rows).transform(rows);
  CHECK(difference(features, {{0, 0, 1, 0, 0},
                              {0, 1, 0, 0, 0},
                              {0, 0, 0, 1, 0},
                              {0, 0, 0, 0, 1},
                              {0, 0, 1, 0, 0},
                              {1, 0, 0, 0, 0}}) == "");
  CHECK(encoder.feature_names_out({"x0"}) == Names{"x0_", "x0_a", "x0_b", "x0_None", "x0_nan"});
  CHECK(difference(encoder.inverse_transform(features), rows) == "");
}

// scikit-learn 1.2.1: min_frequency=6 over 5 dogs, 20 cats, 10 rabbits, 3 snakes (its documented example).
TEST_CASE("one_hot_encoder: infrequent categories share an output, one may be dropped") {
  const auto grouped = loaded(HandleUnknown::infrequent_if_exist, {1, 3}, -1);
  const auto animals = column({"dog", "cat", "rabbit", "snake", "lizard"});
  CHECK(difference(grouped.transform(animals), {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}}) ==
        "");
  CHECK(grouped.feature_names_out({"x0"}) == Names{"x0_cat", "x0_rabbit", "x0_infrequent_sklearn"});
  CHECK(difference(grouped.inverse_transform(rows_of<double>({{0, 0, 1}, {0, 1, 0}})),
                   {{"infrequent_sklearn"}, {"rabbit"}}) == "");

  const auto dropped = loaded(HandleUnknown::error, {1, 3}, 0);
  CHECK(difference(dropped.transform(column({"dog", "cat", "rabbit", "snake"})),
                   {{0, 1}, {0, 0}, {1, 0}, {0, 1}}) == "");
  CHECK(dropped.feature_names_out({"x0"}) == Names{"x0_rabbit", "x0_infrequent_sklearn"});
  // scikit-learn 1.2.1 returns the wrong category here; the dropped one is cat.
  CHECK(difference(dropped.inverse_transform(rows_of<double>({{0, 0}, {1, 0}})), {{"cat"}, {"rabbit"}}) ==
        "");
}

// By hand from the description in docs: Keras' StringLookup without mask, one leading column for the unknown.
TEST_CASE("one_hot_encoder: a leading output for unknown categories") {
  const auto encoder = loaded(HandleUnknown::first_column, {}, -1);
  CHECK(difference(encoder.transform(column({"snake", "lizard", "cat"})),
                   {{0, 0, 0, 0, 1}, {1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}}) == "");
  CHECK(encoder.feature_names_out({"x0"}) ==
        Names{"x0_unknown", "x0_cat", "x0_dog", "x0_rabbit", "x0_snake"});
  CHECK(difference(encoder.inverse_transform(rows_of<double>({{1, 0, 0, 0, 0}, {0, 0, 0, 1, 0}})),
                   {{none}, {"rabbit"}}) == "");
}

// scikit-learn 1.2.1.
TEST_CASE("one_hot_encoder: unknown categories are ignored on request, and come back as missing") {
  TextEncoder encoder(TextEncoder::Options{.handle_unknown = HandleUnknown::ignore});
  encoder.fit(column({"a", "b"}));
  CHECK(difference(encoder.transform(column({"z", "b"})), {{0, 0}, {0, 1}}) == "");
  CHECK(difference(encoder.inverse_transform(rows_of<double>({{0, 0}, {0, 1}})), {{none}, {"b"}}) == "");
}

TEST_CASE("one_hot_encoder: an unknown category is named with row, column and what is known") {
  TextEncoder encoder;
  encoder.fit(rows_of<Text>({{"a", "p"}, {"b", "q"}}));
  cells::check_error(
      [&] {
        static_cast<void>(encoder.transform(rows_of<Text>({{"a", "q"}, {"b", "a"}})));
      },
      Errc::unknown_category,
      {"one_hot_encoder", "unknown category \"a\"", "row 1", "\"x1\"",
       "2 categories seen in training (p, q)"});
  cells::check_error(
      [&] {
        static_cast<void>(encoder.transform(rows_of<Text>({{none, "q"}})));
      },
      Errc::unknown_category, {"unknown category None", "\"x0\""});
  cells::check_error(
      [&] {
        static_cast<void>(encoder.transform(rows_of<Text>({{"a\n\x7f", "q"}})));
      },
      Errc::unknown_category, {"unknown category \"a\\n\\x7f\""});
  cells::check_error(
      [&] {
        static_cast<void>(encoder.inverse_transform(std::vector<double>{0, 0, 0, 1}));
      },
      Errc::non_finite, {"one_hot_encoder", "cannot be mapped"});
}

// numpy compares categories by value: -0.0 == 0.0, neighbours differ.
TEST_CASE("one_hot_encoder: numbers are compared exactly, zeros of both signs are one category") {
  OneHotEncoder<double> encoder;
  const double neighbour = 0x1.0000000000001p+0;
  encoder.fit(rows_of<double>({{1.0}, {neighbour}, {0.0}}));
  CHECK(difference(encoder.transform(rows_of<double>({{-0.0}, {neighbour}, {1.0}})),
                   {{1, 0, 0}, {0, 0, 1}, {0, 1, 0}}) == "");
  CHECK(cells::error_of(
      [&] { static_cast<void>(encoder.transform(std::vector<double>{0x1.0000000000002p+0})); }));
  OneHotEncoder<double> turned;
  encoder.fit(rows_of<double>({{0.0}, {-0.0}}));
  turned.fit(rows_of<double>({{-0.0}, {0.0}}));
  CHECK(encoder == turned);
  CHECK(encoder.output_width() == 1);
}

TEST_CASE("one_hot_encoder: texts are compared bytewise, whatever is in them") {
  const std::string megabyte(1 << 20, 'x');
  const std::vector<std::string> texts = {
      "",       std::string("a\0", 2), "a",         "12345678",   "12345679",
      megabyte, megabyte + "y",        "caf\u00e9", "cafe\u0301", "\xff\xfe"};
  Matrix<Text> rows(texts.size(), 1);
  for (std::size_t i = 0; i < texts.size(); ++i) rows(i, 0) = texts[i];
  TextEncoder encoder;
  const auto features = encoder.fit(rows).transform(rows);
  CHECK(features.cols() == texts.size());
  CHECK(difference(encoder.inverse_transform(features), rows) == "");
}

TEST_CASE("one_hot_encoder: a thousand categories, all found, all others not") {
  Matrix<double> rows(1000, 1);
  for (std::size_t i = 0; i < 1000; ++i) rows(i, 0) = static_cast<double>(i) * 1.5 - 700;
  OneHotEncoder<double> encoder(OneHotEncoder<double>::Options{.handle_unknown = HandleUnknown::ignore});
  const auto features = encoder.fit(rows).transform(rows);
  double sum = 0, diagonal = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    for (std::size_t j = 0; j < 1000; ++j) sum += features(i, j);
    diagonal += features(i, i);
    rows(i, 0) += 0.25;
  }
  CHECK(sum == 1000);
  CHECK(diagonal == 1000);
  const auto unknown = encoder.transform(rows);
  CHECK(std::count(unknown.data(), unknown.data() + 1'000'000, 0.0) == 1'000'000);
}

TEST_CASE_TEMPLATE("one_hot_encoder: in place where every column has one output", T, float, double) {
  OneHotEncoder<T> encoder(typename OneHotEncoder<T>::Options{.handle_unknown = HandleUnknown::ignore});
  encoder.fit(rows_of<T>({{5, 7}}));
  auto rows = rows_of<T>({{5, 7}, {4, 7}, {5, 9}});
  encoder.transform(rows, rows);
  CHECK(difference(rows, {{1, 1}, {0, 1}, {1, 0}}) == "");
}
