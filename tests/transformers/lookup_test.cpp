// SPDX-License-Identifier: MIT
#include "prepguard/transformers/lookup.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "cells.hpp"

namespace lookup_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Errc;
using prepguard::Kind;
using prepguard::Lookup;
using prepguard::Missing;
using prepguard::MissingFlow;
using prepguard::OovMethod;
using prepguard::Text;

static_assert(prepguard::Estimator<Lookup<float>> && prepguard::Estimator<Lookup<double, Text>>);

Array texts(std::initializer_list<const char*> values) {
  Array::Texts list;
  for (const char* value : values) list.emplace_back(std::string(value));
  return Array(std::move(list));
}
Array integers(std::initializer_list<std::int64_t> values) {
  return Array(Array::Integers(values));
}

/// What a file gives: a lookup of `columns` columns.
template <class Step>
Step loaded(std::size_t columns, Array vocabulary, Array mask, std::int64_t mask_index, std::int64_t indices,
            OovMethod method = OovMethod::none, Array salt = Array(Array::Integers{})) {
  const Kind kind = vocabulary.is_text() ? Kind::text : Kind::number;
  Step step;
  cells::set_field(step, "contract", prepguard::Contract::keras);
  cells::set_field(step, "inputs", static_cast<std::int64_t>(columns));
  cells::set_field(step, "vocabulary", std::move(vocabulary));
  cells::set_field(step, "mask", std::move(mask));
  cells::set_field(step, "mask_index", mask_index);
  cells::set_field(step, "num_oov_indices", indices);
  cells::set_field(step, "oov_method", method);
  cells::set_field(step, "salt", std::move(salt));
  step.prepare(prepguard::Layout(columns, kind), prepguard::detail::Place("step"));
  return step;
}

}  // namespace

// The examples of https://keras.io/api/layers/preprocessing_layers/categorical/.
TEST_CASE_TEMPLATE("lookup: the documented examples of StringLookup", T, float, double) {
  const auto rows = rows_of<Text>({{"a", "c", "d"}, {"d", "z", "b"}});
  const auto known = loaded<Lookup<T, Text>>(3, texts({"a", "b", "c", "d"}), texts({}), -1, 1);
  CHECK(difference(known.transform(rows), {{1, 3, 4}, {4, 0, 2}}) == "");
  Lookup<T, Text> adapted;
  adapted.fit(rows);
  CHECK(adapted.vocabulary() == texts({"d", "z", "c", "b", "a"}));
  CHECK(difference(adapted.transform(rows), {{5, 3, 1}, {1, 2, 4}}) == "");
}

TEST_CASE_TEMPLATE("lookup: the documented examples of IntegerLookup", T, float, double) {
  const auto rows = rows_of<T>({{12, 1138, 42}, {42, 1000, 36}});
  const Array vocabulary = integers({12, 36, 1138, 42});
  const auto known = loaded<Lookup<T>>(3, vocabulary, integers({}), -1, 1);
  CHECK(difference(known.transform(rows), {{1, 3, 4}, {4, 0, 2}}) == "");
  Lookup<T> adapted;
  adapted.fit(rows);
  CHECK(adapted.vocabulary() == integers({42, 1138, 1000, 36, 12}));
  CHECK(difference(adapted.transform(rows), {{5, 2, 1}, {1, 3, 4}}) == "");
  const auto several = loaded<Lookup<T>>(3, vocabulary, integers({}), -1, 2, OovMethod::floormod);
  CHECK(difference(several.transform(rows_of<T>({{12, 1138, 42}, {37, 1000, 36}})), {{2, 4, 5}, {1, 0, 3}}) ==
        "");
}

TEST_CASE_TEMPLATE("lookup: the documented examples of Hashing", T, float, double) {
  using Step = Lookup<T, Text>;
  const auto rows = rows_of<Text>({{"A"}, {"B"}, {"C"}, {"D"}, {"E"}});
  const auto farm = loaded<Step>(1, texts({}), texts({}), -1, 3, OovMethod::farmhash);
  CHECK(difference(farm.transform(rows), {{1}, {0}, {1}, {1}, {2}}) == "");
  const auto masked = loaded<Step>(1, texts({}), texts({""}), 0, 2, OovMethod::farmhash);
  CHECK(difference(masked.transform(rows_of<Text>({{"A"}, {"B"}, {""}, {"C"}, {"D"}})),
                   {{1}, {1}, {0}, {2}, {2}}) == "");
  const auto two = loaded<Step>(1, texts({}), texts({}), -1, 3, OovMethod::siphash, integers({133, 137}));
  CHECK(difference(two.transform(rows), {{1}, {2}, {1}, {0}, {2}}) == "");
  const auto one = loaded<Step>(1, texts({}), texts({}), -1, 3, OovMethod::siphash, integers({133, 133}));
  CHECK(difference(one.transform(rows), {{0}, {0}, {2}, {1}, {0}}) == "");
}

TEST_CASE("lookup: mask, other values, vocabulary, in that order") {
  const auto rows = rows_of<Text>({{"", "x"}, {"y", "z"}});
  const auto counted = loaded<Lookup<float, Text>>(2, texts({"x", "y"}), texts({""}), 0, 1);
  CHECK(difference(counted.transform(rows), {{0, 2}, {3, 1}}) == "");
  const auto dropped = loaded<Lookup<float, Text>>(2, texts({"x", "y"}), texts({""}), -1, 1);
  CHECK(difference(dropped.transform(rows), {{-1, 1}, {2, 0}}) == "");
  // The remainder of a negative integer is not negative (Python's floor modulo).
  const auto floor = loaded<Lookup<double>>(1, integers({4}), integers({}), -1, 5, OovMethod::floormod);
  CHECK(difference(floor.transform(rows_of<double>({{-1}, {-5}, {-7}, {0}, {4}, {-0.0}})),
                   {{4}, {0}, {3}, {0}, {5}, {0}}) == "");
}

TEST_CASE("lookup: what has no index is refused, naming the cell") {
  const auto strict = loaded<Lookup<float, Text>>(2, texts({"x", "y"}), texts({}), -1, 0);
  cells::check_error(
      [&] {
        static_cast<void>(strict.transform(rows_of<Text>({{"x", "y"}, {"x", "zz"}})));
      },
      Errc::unknown_category, {"row 1", "column \"x1\"", "\"zz\"", "x, y", "num_oov_indices=1"});
  const auto open = loaded<Lookup<float, Text>>(1, texts({"x"}), texts({}), -1, 1);
  for (const Missing how : {Missing::none, Missing::nan}) {
    cells::check_error([&] { static_cast<void>(open.transform(rows_of<Text>({{Text(how)}}))); },
                       Errc::unknown_category, {"row 0", "a token of their own"});
  }
  const auto numbers = loaded<Lookup<float>>(1, integers({1}), integers({}), -1, 1);
  for (const float cell : {0.5F, 16777216.0F, -16777216.0F, cells::nan<float>}) {
    CAPTURE(cell);
    cells::check_error(
        [&] {
          static_cast<void>(numbers.transform(rows_of<float>({{1}, {cell}})));
        },
        Errc::unknown_category, {"row 1", "an integer below 16777216"});
  }
  CHECK(difference(numbers.transform(rows_of<float>({{16777215}})), {{0}}) == "");
  CHECK(numbers.missing_flow({MissingFlow::nan}) == std::vector{MissingFlow::refused});
}

TEST_CASE("lookup: fits that cannot be") {
  Lookup<float> numbers;
  cells::check_error(
      [&] {
        numbers.fit(rows_of<float>({{1}, {1.5F}}));
      },
      Errc::cannot_fit, {"integers", "1.5"});
  cells::check_error(
      [&] {
        numbers.fit(rows_of<float>({{1}, {cells::nan<float>}}));
      },
      Errc::cannot_fit, {"missing"});
  Lookup<float, Text> words;
  cells::check_error(
      [&] {
        words.fit(rows_of<Text>({{"a"}, {Text(Missing::none)}}));
      },
      Errc::cannot_fit, {"missing"});
}

}  // namespace lookup_test
