// SPDX-License-Identifier: MIT
// Options and nesting of the column transformer; its blocks, bindings and failures are in pipeline_test.cpp.
#include "prepguard/column_transformer.hpp"

#include <doctest/doctest.h>

#include <cereal/archives/binary.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cells.hpp"
#include "prepguard/feature_union.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/serialize.hpp"
#include "prepguard/transformers.hpp"

namespace column_transformer_test {
namespace {

using cells::check_error;
using cells::difference;
using prepguard::AnyPipeline;
using prepguard::AnyStep;
using prepguard::ColumnTransformer;
using prepguard::Drop;
using prepguard::Errc;
using prepguard::Matrix;
using prepguard::MinMaxScaler;
using prepguard::OneHotEncoder;
using prepguard::Passthrough;
using prepguard::Pipeline;
using prepguard::SimpleImputer;
using prepguard::StandardScaler;
using prepguard::Table;
using prepguard::Text;

using Names = std::vector<std::string>;
using Columns = ColumnTransformer<double>;

/// Four columns of numbers and one of text.
struct Rows {
  std::vector<double> a{1, 3, 5}, b{-4, 0, 8}, c{2, 7, -1}, d{10, 20, 60};
  std::vector<std::string> s{"x", "y", "x"};

  Table table() const {
    Table made;
    return made.add("a", a).add("s", s).add("b", b).add("c", c).add("d", d), made;
  }
};

}  // namespace

TEST_CASE("column transformer: output names without their entries', unless two are the same") {
  const Rows rows;
  Columns prep({{"num", StandardScaler<double>{}, {"b", "a"}}, {"cat", OneHotEncoder<double, Text>{}, {"s"}}},
               Passthrough<double>{});
  prep.verbose_feature_names_out(false);
  prep.fit(rows.table());
  CHECK(prep.feature_names_out() == Names{"b", "a", "s_x", "s_y", "c", "d"});
  const Columns copy = prep;
  CHECK(copy.feature_names_out() == prep.feature_names_out());
  prep.verbose_feature_names_out(true);
  CHECK(prep.feature_names_out()[0] == "num__b");

  Columns twice{{"num", StandardScaler<double>{}, {"b", "a"}}, {"raw", Passthrough<double>{}, {"a"}}};
  twice.fit(rows.table());
  const Columns before = twice;
  check_error([&] { twice.verbose_feature_names_out(false); }, Errc::bad_parameter,
              {"column_transformer", "two outputs are called \"a\"", "verbose_feature_names_out(true)"});
  CHECK(twice.feature_names_out() == before.feature_names_out());
  Columns unfitted{{"num", StandardScaler<double>{}, {"b", "a"}}, {"raw", Passthrough<double>{}, {"a"}}};
  unfitted.verbose_feature_names_out(false);
  check_error([&] { unfitted.fit(rows.table()); }, Errc::bad_parameter, {"two outputs are called \"a\""});
  CHECK(unfitted.input_width() == 0);
}

TEST_CASE("column transformer: the way its outputs are called outlives an archive and a conversion") {
  const Rows rows;
  Columns prep{{"num", StandardScaler<double>{}, {"b", "a"}}};
  prep.verbose_feature_names_out(false).fit(rows.table());
  std::stringstream stream;
  cereal::BinaryOutputArchive{stream}(prep);
  Columns read;
  cereal::BinaryInputArchive{stream}(read);
  CHECK(read.feature_names_out() == Names{"b", "a"});
  Pipeline chain{prep, MinMaxScaler<double>{}};
  chain.fit(rows.table());
  CHECK(AnyPipeline<double>(chain).feature_names_out({"a", "s", "b", "c", "d"}) == Names{"b", "a"});
}

// Worked out from the same steps fitted alone.
TEST_CASE_TEMPLATE("column transformer: in another one, in a pipeline in one, fitted together", T, float,
                   double) {
  const Rows rows;
  ColumnTransformer<T> inner{{"scaled", StandardScaler<T>{}, {"d", "b"}, 0.5}, {"gone", Drop{}, {"c"}}};
  ColumnTransformer<T> bare{{"range", MinMaxScaler<T>{}, {"c"}}};
  bare.verbose_feature_names_out(false);
  ColumnTransformer<T> prep{{"in", inner, {"b", "c", "d"}},
                            {"chain", Pipeline{bare, StandardScaler<T>{}}, {"a", "c"}},
                            {"text", OneHotEncoder<T, Text>{}, {"s"}}};
  const Matrix<T> features = prep.fit(rows.table()).transform(rows.table());
  CHECK(prep.feature_names_out() ==
        Names{"in__scaled__d", "in__scaled__b", "chain__c", "text__s_x", "text__s_y"});

  ColumnTransformer<T> outer_half{{"scaled", StandardScaler<T>{}, {"d", "b"}, 0.5}};
  ColumnTransformer<T> c_alone{{"range", Pipeline{MinMaxScaler<T>{}, StandardScaler<T>{}}, {"c"}}};
  const Matrix<T> scaled = outer_half.fit(rows.table()).transform(rows.table());
  const Matrix<T> c = c_alone.fit(rows.table()).transform(rows.table());
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(cells::same(features(i, 0), scaled(i, 0)));
    CHECK(cells::same(features(i, 1), scaled(i, 1)));
    CHECK(cells::same(features(i, 2), c(i, 0)));
    CHECK(features(i, 3) == (rows.s[i] == "x" ? 1 : 0));
  }

  // What no step reads, at any depth, may be absent: "a" goes into a chain that reads only "c".
  Table serving;
  serving.add("s", rows.s).add("d", rows.d).add("c", rows.c).add("b", rows.b);
  CHECK(difference(prep.transform(serving), features) == "");
  Table without;
  without.add("s", rows.s).add("d", rows.d).add("b", rows.b).add("a", rows.a);
  check_error([&] { static_cast<void>(prep.transform(without)); }, Errc::bad_schema,
              {"\"c\"", "missing column"});

  // Fitted once more to other rows, all of it follows.
  Rows other;
  other.d = {1, 2, 4};
  ColumnTransformer<T> fresh{{"in", inner, {"b", "c", "d"}},
                             {"chain", Pipeline{bare, StandardScaler<T>{}}, {"a", "c"}},
                             {"text", OneHotEncoder<T, Text>{}, {"s"}}};
  CHECK(prep.fit(other.table()) == fresh.fit(other.table()));
}

TEST_CASE("column transformer: a nested one looks for its columns among those of its entry") {
  const Rows rows;
  Columns prep{{"in", Columns{{"num", StandardScaler<double>{}, {"d"}}}, {"a", "b"}}};
  check_error([&] { prep.fit(rows.table()); }, Errc::bad_schema,
              {"column_transformer.num", "\"d\"", "no such column"});
  // Behind another step no names are known.
  Columns behind{
      {"in", Pipeline{SimpleImputer<double>{}, Columns{{"num", StandardScaler<double>{}, {"a"}}}}, {"a"}}};
  check_error([&] { behind.fit(rows.table()); }, Errc::bad_parameter,
              {"behind another step is not fitted", "ColumnStep"});
}

TEST_CASE("column transformer: a remainder that goes through a step, and one that is dropped") {
  const Rows rows;
  Columns prep({{"num", Passthrough<double>{}, {"c"}}, {"text", Drop{}, {"s"}}}, MinMaxScaler<double>{});
  const Matrix<double> features = prep.fit(rows.table()).transform(rows.table());
  CHECK(prep.feature_names_out() == Names{"num__c", "remainder__a", "remainder__b", "remainder__d"});
  CHECK(features(1, 1) == 0.5);
  Columns dropped({{"num", Passthrough<double>{}, {"c", "a"}}}, Drop{});
  CHECK(difference(dropped.fit(rows.table()).transform(rows.table()), {{2, 1}, {7, 3}, {-1, 5}}) == "");
}

TEST_CASE("column transformer: a union of a column transformer's columns, weighted twice") {
  const Rows rows;
  Columns prep{{"both",
                prepguard::feature_union<double>(
                    {{"raw", Passthrough<double>{}, 0.5}, {"range", MinMaxScaler<double>{}}}),
                {"d", "a"},
                0.25}};
  CHECK(difference(prep.fit(rows.table()).transform(rows.table()),
                   {{1.25, 0.125, 0, 0}, {2.5, 0.375, 0.05, 0.125}, {7.5, 0.625, 0.25, 0.25}}) == "");
}

}  // namespace column_transformer_test
