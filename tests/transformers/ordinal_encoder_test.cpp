// SPDX-License-Identifier: MIT
#include "prepguard/transformers/ordinal_encoder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace ordinal_encoder_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Errc;
using prepguard::HandleUnknown;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::Missing;
using prepguard::MissingFlow;
using prepguard::OrdinalEncoder;
using prepguard::Text;
using prepguard::detail::OrdinalColumn;

using TextEncoder = OrdinalEncoder<double, Text>;

static_assert(prepguard::Estimator<OrdinalEncoder<float>> && prepguard::Estimator<TextEncoder>);
static_assert(prepguard::Invertible<OrdinalEncoder<double>> && prepguard::Invertible<TextEncoder>);

const Text none(Missing::none);
const Text missing(Missing::nan);
constexpr double gap = cells::nan<double>;

Matrix<Text> column(std::initializer_list<Text> texts) {
  Matrix<Text> rows(texts.size(), 1);
  std::copy(texts.begin(), texts.end(), rows.data());
  return rows;
}

/// The animals of scikit-learn's guide: 5 dogs, 20 cats, 10 rabbits, 3 snakes and a gap.
Matrix<Text> animals() {
  Matrix<Text> rows(39, 1);
  std::fill_n(rows.data(), 5, Text("dog"));
  std::fill_n(rows.data() + 5, 20, Text("cat"));
  std::fill_n(rows.data() + 25, 10, Text("rabbit"));
  std::fill_n(rows.data() + 35, 3, Text("snake"));
  rows(38, 0) = missing;
  return rows;
}

}  // namespace

// https://scikit-learn.org/stable/modules/preprocessing.html#encoding-categorical-features
TEST_CASE("ordinal_encoder: scikit-learn's documented examples") {
  TextEncoder encoder;
  encoder.fit(rows_of<Text>({{"male", "from US", "uses Safari"}, {"female", "from Europe", "uses Firefox"}}));
  const auto rows = rows_of<Text>({{"female", "from US", "uses Safari"}});
  CHECK(difference(encoder.transform(rows), {{0, 1, 1}}) == "");
  CHECK(difference(encoder.inverse_transform(encoder.transform(rows)), rows) == "");
  CHECK(encoder.feature_names_out({"a", "b", "c"}) == std::vector<std::string>{"a", "b", "c"});

  const auto people = column({"male", "female", missing, "female"});
  TextEncoder passing, marking({.encoded_missing_value = -1});
  CHECK(difference(passing.fit(people).transform(people), {{1}, {0}, {gap}, {0}}) == "");
  CHECK(difference(marking.fit(people).transform(people), {{1}, {0}, {-1}, {0}}) == "");
  CHECK(difference(passing.inverse_transform(passing.transform(people)), people) == "");
  CHECK(difference(marking.inverse_transform(marking.transform(people)), people) == "");
}

// https://scikit-learn.org/stable/modules/preprocessing.html#one-hot-encoder-infrequent-categories; inverse
// of the codes 2 and 4: by the meaning of the codes (scikit-learn 1.9.1 returns nan for the first and fails
// for the second).
TEST_CASE("ordinal_encoder: infrequent categories share a code, NaN keeps its own") {
  TextEncoder encoder({.handle_unknown = HandleUnknown::use_encoded_value,
                       .unknown_value = 3,
                       .encoded_missing_value = 4,
                       .max_categories = 3});
  encoder.fit(animals());
  const auto rows = column({"dog", "cat", "rabbit", "snake", missing, "lizard"});
  CHECK(difference(encoder.transform(rows), {{2}, {0}, {1}, {2}, {4}, {3}}) == "");
  CHECK(difference(encoder.inverse_transform(rows_of<double>({{0}, {1}, {2}, {4}, {3}})),
                   {{"cat"}, {"rabbit"}, {"infrequent_sklearn"}, {missing}, {none}}) == "");
  OrdinalEncoder<double> numbers({.min_frequency = 2});
  const auto codes = rows_of<double>({{5}, {5}, {7}, {9}, {7}, {11}, {gap}});
  CHECK(difference(numbers.fit(codes).transform(codes), {{0}, {0}, {1}, {2}, {1}, {2}, {gap}}) == "");
  CHECK(difference(numbers.inverse_transform(rows_of<double>({{1}, {gap}})), {{7}, {gap}}) == "");
  cells::check_error([&] { static_cast<void>(numbers.inverse_transform(std::vector<double>{2})); },
                     Errc::non_finite, {"ordinal_encoder", "cannot be mapped"});
}

// scikit-learn 1.2.1 and 1.9.1.
TEST_CASE_TEMPLATE("ordinal_encoder: numbers, unknown ones", T, float, double) {
  const auto rows = rows_of<T>({{T(-0.5), 3}, {T(1e-5), 1}, {T(0.25), 3}});
  OrdinalEncoder<T> strict,
      lenient({.handle_unknown = HandleUnknown::use_encoded_value, .unknown_value = -1}),
      passing({.handle_unknown = HandleUnknown::use_encoded_value, .unknown_value = gap});
  CHECK(difference(strict.fit(rows).transform(rows), {{0, 1}, {1, 0}, {2, 1}}) == "");
  const auto others = rows_of<T>({{T(0.25), 2}, {cells::nan<T>, 1}});
  CHECK(difference(lenient.fit(rows).transform(others), {{2, -1}, {-1, 0}}) == "");
  CHECK(difference(passing.fit(rows).transform(others), {{2, cells::nan<T>}, {cells::nan<T>, 0}}) == "");
  CHECK(difference(lenient.inverse_transform(rows_of<T>({{2, -1}})), {{T(0.25), cells::nan<T>}}) == "");
  cells::check_error(
      [&] { static_cast<void>(strict.transform(others)); }, Errc::unknown_category,
      {"ordinal_encoder", "unknown category 2.0", "row 0", "\"x1\"", "1.0, 3.0", "use_encoded_value"});
  for (const T code :
       {T(-1), T(3), T(0.5), T(1e30), cells::nan<T>}) {  // Python would take -1 for the last category
    CHECK(cells::error_of([&] { static_cast<void>(strict.inverse_transform(std::vector<T>{code, 0})); }));
  }
}

TEST_CASE("ordinal_encoder: None is a category like others, NaN is not") {
  const auto rows = column({"b", none, "a", none, missing});
  TextEncoder encoder;
  CHECK(difference(encoder.fit(rows).transform(rows), {{1}, {2}, {0}, {2}, {gap}}) == "");
  CHECK(encoder.missing_flow({MissingFlow::none}) == std::vector<MissingFlow>{MissingFlow::never});
  CHECK(encoder.missing_flow({MissingFlow::nan}) == std::vector<MissingFlow>{MissingFlow::nan});
  CHECK(encoder.knows(Missing::none, 0));
  CHECK_FALSE(encoder.fit(column({"a"})).knows(Missing::none, 0));
}

TEST_CASE("ordinal_encoder: given categories keep their order") {
  const Array sizes(Array::Texts{{std::string("small")}, {std::string("medium")}, {std::string("large")}});
  TextEncoder encoder({.categories = {sizes}});
  const auto rows = column({"large", "small"});
  CHECK(difference(encoder.fit(rows).transform(rows), {{2}, {0}}) == "");
  cells::check_error([&] { encoder.fit(column({"huge"})); }, Errc::cannot_fit,
                     {"\"huge\"", "small, medium, large"});
}

// scikit-learn's rules, without its numbers: a code is not used twice, but for the group's.
TEST_CASE("ordinal_encoder: options that contradict themselves or the data") {
  using Encoder = OrdinalEncoder<float>;
  const auto check = [](Encoder::Options options, std::initializer_list<const char*> words) {
    cells::check_error([&] { static_cast<void>(Encoder(options)); }, Errc::bad_parameter, words);
  };
  check({.handle_unknown = HandleUnknown::ignore}, {"handle_unknown"});
  check({.handle_unknown = HandleUnknown::use_encoded_value}, {"unknown_value"});
  check({.unknown_value = -1}, {"unknown_value"});
  check({.encoded_missing_value = 0.5}, {"encoded_missing_value", "0.5"});
  check({.encoded_missing_value = 16777217}, {"encoded_missing_value", "float32"});
  check({.min_frequency = 1.5}, {"min_frequency"});

  const auto rows = rows_of<float>({{1}, {1}, {2}, {3}, {cells::nan<float>}});
  Encoder::Options taken{.handle_unknown = HandleUnknown::use_encoded_value, .unknown_value = 1};
  cells::check_error([&] { Encoder(taken).fit(rows); }, Errc::cannot_fit, {"unknown_value 1.0", "column 0"});
  cells::check_error([&] { Encoder({.encoded_missing_value = 2}).fit(rows); }, Errc::cannot_fit,
                     {"encoded_missing_value 2.0"});
  CHECK_NOTHROW(Encoder({.encoded_missing_value = 3}).fit(rows));
  taken.max_categories = 2;  // now 1 is the code of the group, which unknown ones may join
  CHECK(difference(Encoder(taken).fit(rows).transform(rows_of<float>({{1}, {3}, {9}})), {{0}, {1}, {1}}) ==
        "");
}

// By hand from the description in docs: Keras' IntegerLookup, a vocabulary by count after one code for the
// unknown.
TEST_CASE("ordinal_encoder: a Keras vocabulary") {
  OrdinalEncoder<float> lookup;
  cells::set_field(lookup, "contract", prepguard::Contract::keras);
  cells::set_field(lookup, "inputs", std::int64_t{1});
  cells::set_field(lookup, "handle_unknown", HandleUnknown::use_encoded_value);
  cells::set_field(lookup, "unknown_value", Array(Array::Reals{0}));
  cells::set_field(lookup, "columns",
                   std::vector<OrdinalColumn>{{{Array(Array::Integers{36, 12, 1138}), {}}, 1}});
  lookup.prepare(prepguard::Layout(1, Kind::number), prepguard::detail::Place("step"));
  CHECK(difference(lookup.transform(rows_of<float>({{12}, {1138}, {5}, {36}})), {{2}, {3}, {0}, {1}}) == "");
  CHECK(difference(lookup.inverse_transform(rows_of<float>({{3}, {0}})), {{1138}, {cells::nan<float>}}) ==
        "");
}

}  // namespace ordinal_encoder_test
