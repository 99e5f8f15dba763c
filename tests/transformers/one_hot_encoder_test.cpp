// SPDX-License-Identifier: MIT
#include "prepguard/transformers/one_hot_encoder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace one_hot_encoder_test {
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
  cells::set_field(encoder, "columns",
                   std::vector<OneHotColumn>{{{categories, std::move(infrequent)}, drop}});
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

namespace {

/// The animals of scikit-learn's guide: 5 dogs, 20 cats, 10 rabbits, 3 snakes.
Matrix<Text> animals() {
  Matrix<Text> rows(38, 1);
  std::fill_n(rows.data(), 5, Text("dog"));
  std::fill_n(rows.data() + 5, 20, Text("cat"));
  std::fill_n(rows.data() + 25, 10, Text("rabbit"));
  std::fill_n(rows.data() + 35, 3, Text("snake"));
  return rows;
}

TextEncoder fitted(TextEncoder::Options options, const Matrix<Text>& rows) {
  return TextEncoder(std::move(options)).fit(rows);
}

Array texts(std::initializer_list<const char*> values) {
  Array::Texts list;
  for (const char* value : values) list.emplace_back(std::string(value));
  return Array(std::move(list));
}

}  // namespace

// https://scikit-learn.org/stable/modules/preprocessing.html#one-hot-encoder-infrequent-categories
TEST_CASE("one_hot_encoder: fit groups infrequent categories, as scikit-learn documents it") {
  const auto four = column({"dog", "cat", "rabbit", "snake"});
  const auto by_rows = fitted({.min_frequency = 6}, animals());
  CHECK(difference(by_rows.transform(four), {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) == "");
  CHECK(by_rows.feature_names_out({"x0"}) == Names{"x0_cat", "x0_rabbit", "x0_infrequent_sklearn"});
  CHECK(difference(fitted({.max_categories = 2}, animals()).transform(four),
                   {{0, 1}, {1, 0}, {0, 1}, {0, 1}}) == "");
  const auto both = fitted({.min_frequency = 4, .max_categories = 3}, animals());
  CHECK(difference(both.transform(four), {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) == "");
  // A share of the rows: 10 of 38 are more than a quarter, 5 are not. Unknown ones join the group on request.
  const auto share =
      fitted({.handle_unknown = HandleUnknown::infrequent_if_exist, .min_frequency = 0.25}, animals());
  CHECK(difference(share.transform(column({"dog", "rabbit", "lizard"})), {{0, 0, 1}, {0, 1, 0}, {0, 0, 1}}) ==
        "");
  CHECK(fitted({.max_categories = 1}, animals()).feature_names_out({"x0"}) == Names{"x0_infrequent_sklearn"});
}

// scikit-learn 1.9.1: 20 a, 10 b, 10 c; of equally frequent ones the later is kept.
TEST_CASE("one_hot_encoder: ties of frequency") {
  Matrix<Text> rows(40, 1);
  std::fill_n(rows.data(), 20, Text("a"));
  std::fill_n(rows.data() + 20, 10, Text("b"));
  std::fill_n(rows.data() + 30, 10, Text("c"));
  CHECK(fitted({.max_categories = 3}, rows).feature_names_out({"x"}) ==
        Names{"x_a", "x_c", "x_infrequent_sklearn"});
  CHECK(fitted({.max_categories = 2}, rows).feature_names_out({"x"}) == Names{"x_a", "x_infrequent_sklearn"});
  CHECK(fitted({.max_categories = 4}, rows).feature_names_out({"x"}) == Names{"x_a", "x_b", "x_c"});
}

// https://scikit-learn.org/stable/modules/preprocessing.html#encoding-categorical-features; given
// values: 1.9.1.
TEST_CASE("one_hot_encoder: fit drops the first, the first of two, or what it is told") {
  const auto rows = rows_of<Text>(
      {{"male", "US", "Safari"}, {"female", "Europe", "Firefox"}, {"female", "Asia", "Chrome"}});
  CHECK(difference(fitted({.drop = prepguard::OneHotDrop::if_binary}, rows).transform(rows),
                   {{1, 0, 0, 1, 0, 0, 1}, {0, 0, 1, 0, 0, 1, 0}, {0, 1, 0, 0, 1, 0, 0}}) == "");
  const auto two =
      rows_of<Text>({{"male", "from US", "uses Safari"}, {"female", "from Europe", "uses Firefox"}});
  const auto first = fitted({.drop = prepguard::OneHotDrop::first}, two);
  CHECK(difference(first.transform(two), {{1, 1, 1}, {0, 0, 0}}) == "");
  CHECK(difference(first.inverse_transform(first.transform(two)), two) == "");
  const auto given = fitted({.drop_values = texts({"male", "Asia", "Safari"})}, rows);
  CHECK(difference(given.transform(rows), {{0, 0, 1, 0, 0}, {1, 1, 0, 0, 1}, {1, 0, 0, 1, 0}}) == "");
  const auto beside_group = fitted({.drop_values = texts({"rabbit"}), .min_frequency = 6}, animals());
  CHECK(beside_group.feature_names_out({"x0"}) == Names{"x0_cat", "x0_infrequent_sklearn"});
  cells::check_error([&] { fitted({.drop_values = texts({"dog"}), .min_frequency = 6}, animals()); },
                     Errc::cannot_fit, {"\"dog\"", "infrequent", "column 0"});
  cells::check_error([&] { fitted({.drop_values = texts({"cow"})}, animals()); }, Errc::cannot_fit,
                     {"\"cow\"", "not there", "cat, dog, rabbit, snake"});
  cells::check_error(
      [&] {
        fitted({.drop_values = texts({"cat", "dog"})}, animals());
      },
      Errc::bad_parameter, {"drop_values", "1 columns", "got 2"});
}

// https://scikit-learn.org/stable/modules/preprocessing.html#encoding-categorical-features
TEST_CASE("one_hot_encoder: given categories") {
  const std::vector<Array> lists = {texts({"female", "male"}),
                                    texts({"from Africa", "from Asia", "from Europe", "from US"}),
                                    texts({"uses Chrome", "uses Firefox", "uses IE", "uses Safari"})};
  const auto rows =
      rows_of<Text>({{"male", "from US", "uses Safari"}, {"female", "from Europe", "uses Firefox"}});
  const auto encoder = fitted({.categories = lists}, rows);
  CHECK(difference(encoder.transform(rows_of<Text>({{"female", "from Asia", "uses Chrome"}})),
                   {{1, 0, 0, 1, 0, 0, 1, 0, 0, 0}}) == "");
  const auto other = rows_of<Text>({{"male", "from Mars", "uses Safari"}});
  cells::check_error([&] { fitted({.categories = lists}, other); }, Errc::cannot_fit,
                     {"\"from Mars\"", "column 1", "from Africa", "handle_unknown"});
  CHECK(fitted({.handle_unknown = HandleUnknown::ignore, .categories = lists}, other).output_width() == 10);
  cells::check_error([&] { fitted({.categories = {lists[0]}}, rows); }, Errc::bad_parameter,
                     {"categories", "3", "1"});

  // Integers keep their type, so that outputs are called as in Python; a missing cell is one more category.
  OneHotEncoder<float> codes({.categories = {Array(Array::Integers{-1, 0, 7})}});
  CHECK(codes.fit(rows_of<float>({{7}, {-1}})).feature_names_out({"x"}) == Names{"x_-1", "x_0", "x_7"});
  cells::check_error(
      [&] {
        codes.fit(rows_of<float>({{7}, {cells::nan<float>}}));
      },
      Errc::cannot_fit, {"nan", "-1, 0, 7"});
}

TEST_CASE("one_hot_encoder: options that no data could make possible") {
  using Encoder = OneHotEncoder<float>;
  const auto check = [](Encoder::Options options, std::initializer_list<const char*> words) {
    cells::check_error([&] { static_cast<void>(Encoder(options)); }, Errc::bad_parameter, words);
  };
  check({.handle_unknown = HandleUnknown::first_column}, {"handle_unknown"});
  check({.handle_unknown = HandleUnknown::use_encoded_value}, {"handle_unknown"});
  check({.min_frequency = 0}, {"min_frequency"});
  check({.min_frequency = 1.0}, {"min_frequency", "share"});
  check({.max_categories = 0}, {"max_categories"});
  check({.categories = {Array(Array::Reals{2, 1})}}, {"categories[0].values[1]", "ascending"});
  check({.categories = {Array(Array::Reals{0.1})}}, {"categories[0].values[0]", "exact in float32"});
  check({.categories = {texts({"a"})}}, {"categories[0].dtype", "numbers"});
  check({.drop = prepguard::OneHotDrop::first, .drop_values = Array(Array::Reals{1})}, {"drop_values"});
  check({.drop_values = texts({"a"})}, {"drop_values", "kind"});
}

// scikit-learn 1.9.1: beside a group float32 categories are named like the doubles they equal.
TEST_CASE("one_hot_encoder: names of float32 categories") {
  const auto rows =
      rows_of<float>({{0.1F}, {0.1F}, {0.3F}, {0.7F}, {cells::nan<float>}, {cells::nan<float>}});
  OneHotEncoder<float> grouped({.max_categories = 4}), all;
  CHECK(grouped.fit(rows).feature_names_out({"x0"}) ==
        Names{"x0_0.10000000149011612", "x0_0.699999988079071", "x0_nan", "x0_infrequent_sklearn"});
  CHECK(all.fit(rows).feature_names_out({"x0"}) == Names{"x0_0.1", "x0_0.3", "x0_0.7", "x0_nan"});
}

TEST_CASE("one_hot_encoder: what a fit notices") {
  OneHotEncoder<double> encoder;
  encoder.fit(rows_of<double>({{0.0, 0.1, 5}, {-0.0, 0x1.999999999999bp-4, 5}, {1.0, 0.5, 5}}));
  using prepguard::FitIssue;
  CHECK(encoder.health().text({"a", "b", "c"}) ==
        "column 0 \"a\": collision: -0.0 and 0.0 are one category\n"
        "column 1 \"b\": collision: 0.1 and 0.10000000000000002 are one category as float\n"
        "column 2 \"c\": constant: the only category is 5.0\n");
  encoder.fit(rows_of<double>({{1}, {2}}));
  CHECK(encoder.health().good());
}

}  // namespace one_hot_encoder_test
