// SPDX-License-Identifier: MIT
#include "prepguard/feature_union.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cells.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers.hpp"

namespace feature_union_test {
namespace {

using cells::check_error;
using cells::difference;
using cells::rows_of;
using prepguard::AnyPipeline;
using prepguard::AnyStep;
using prepguard::ColumnStep;
using prepguard::ColumnTransformer;
using prepguard::Drop;
using prepguard::Errc;
using prepguard::feature_union;
using prepguard::Kind;
using prepguard::Layout;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MinMaxScaler;
using prepguard::MixedView;
using prepguard::Named;
using prepguard::OneHotEncoder;
using prepguard::Passthrough;
using prepguard::Pipeline;
using prepguard::SimpleImputer;
using prepguard::StandardScaler;
using prepguard::Table;
using prepguard::Text;

using Names = std::vector<std::string>;

template <class T>
Matrix<T> training() {
  return rows_of<T>({{1, -4, 2}, {3, 0, 7}, {5, 8, -1}, {T(4.5), 1, 4}});
}

template <class T>
ColumnStep<T> both() {
  return feature_union<T>({{"std", StandardScaler<T>{}},
                           {"gone", Drop{}},
                           {"range", Pipeline{StandardScaler<T>{}, MinMaxScaler<T>{}}, 0.3},
                           {"raw", Passthrough<T>{}}});
}

}  // namespace

// scikit-learn 1.2.1: FeatureUnion of the same entries with transformer_weights={"range": 0.3}, fitted to
// these rows.
TEST_CASE("feature union: scikit-learn's bits and names") {
  ColumnStep<double> step = both<double>();
  step.fit(training<double>());
  const Matrix<double> all = training<double>();
  CHECK(difference(step.transform(MatrixView<const double>(all).middle_rows(0, 2)),
                   {{-0x1.86af95ef63314p+0, -0x1.36e6f08320126p+0, -0x1.5f3aa673fa91p-2, 0x0p+0, 0x0p+0,
                     0x1.ccccccccccccbp-4, 0x1p+0, -0x1p+2, 0x1p+1},
                    {-0x1.ed7f7a05f68f1p-3, -0x1.2818e50f2abc2p-2, 0x1.5f3aa673fa91p+0, 0x1.3333333333333p-3,
                     0x1.999999999999ap-4, 0x1.3333333333332p-2, 0x1.8p+1, 0x0p+0, 0x1.cp+2}}) == "");
  CHECK(step.feature_names_out({"a", "b", "c"}) == Names{"std__a", "std__b", "std__c", "range__a", "range__b",
                                                         "range__c", "raw__a", "raw__b", "raw__c"});
}

TEST_CASE_TEMPLATE("feature union: goes wherever a step goes, and is fitted there", T, float, double) {
  const Matrix<T> rows = training<T>();
  ColumnStep<T> step = both<T>();
  const Matrix<T> want = step.fit(rows).transform(rows);

  Pipeline chain{both<T>(), MinMaxScaler<T>{}};
  chain.fit(rows);
  CHECK(chain.template step<0>() == step);
  AnyPipeline<T> any(std::vector<Named<AnyStep<T>>>{{"both", both<T>()}, {"range", MinMaxScaler<T>{}}});
  any.fit(rows);
  CHECK(difference(any.transform(rows), chain.transform(rows)) == "");

  // In a column transformer, over some columns, and in another union.
  const std::vector<T> a{1, 3, 5, T(4.5)}, b{-4, 0, 8, 1}, c{2, 7, -1, 4};
  Table table;
  table.add("c", c).add("b", b).add("a", a);
  ColumnTransformer<T> prep{{"all", feature_union<T>({{"twice", both<T>()}}), {"a", "b", "c"}}};
  CHECK(difference(prep.fit(table).transform(table), want) == "");
  CHECK(prep.feature_names_out()[3] == "all__twice__range__a");
}

TEST_CASE("feature union: numbers and texts side by side, in the order of the table") {
  const std::vector<double> a{1, 2, 4}, b{10, -20, 60};
  const std::vector<std::string> s{"x", "y", "x"};
  Table table;
  table.add("a", a).add("s", s).add("b", b);
  ColumnTransformer<double> prep{
      {"all",
       feature_union<double>({{"one", Passthrough<double>{}}, {"two", Passthrough<double>{}}}),
       {"a", "s", "b"}}};
  prep.fit(table);
  Matrix<double> numbers(3, 4);
  Matrix<Text> texts(3, 2);
  prep.transform(table, prep.schema().bind(table), MixedView<double>(numbers, texts));
  CHECK(difference(numbers, {{1, 10, 1, 10}, {2, -20, 2, -20}, {4, 60, 4, 60}}) == "");
  CHECK(difference(texts, {{"x", "x"}, {"y", "y"}, {"x", "x"}}) == "");
  CHECK(prep.feature_names_out() ==
        Names{"all__one__a", "all__one__s", "all__one__b", "all__two__a", "all__two__s", "all__two__b"});
}

TEST_CASE("feature union: a refit may have another width; one that fails changes nothing") {
  ColumnStep<double> step = both<double>();
  step.fit(training<double>());
  const ColumnStep<double> before = step;
  check_error([&] { step.fit(Matrix<double>(0, 3)); }, Errc::cannot_fit, {"0 rows"});
  check_error([&] { step.fit(Matrix<double>(3, 0)); }, Errc::bad_shape,
              {"column_transformer", "at least 1 feature"});
  CHECK(step == before);
  step.fit(rows_of<double>({{1, 2}, {3, 5}}));
  CHECK(step.input_width() == 2);
  CHECK(step.output_width() == 6);
}

TEST_CASE("feature union: names, and nothing to do") {
  check_error(
      [] {
        feature_union<double>({{"a", Passthrough<double>{}}, {"a", Passthrough<double>{}}});
      },
      Errc::bad_parameter, {"feature_union", "entry 1", "\"a\""});
  check_error(
      [] {
        feature_union<double>({{"a__b", Passthrough<double>{}}});
      },
      Errc::bad_parameter, {"feature_union", "\"a__b\""});
  check_error([] { feature_union<double>({{"", Passthrough<double>{}}}); }, Errc::bad_parameter, {"entry 0"});
  check_error(
      [] {
        feature_union<double>({{"a", Drop{}}});
      },
      Errc::bad_parameter, {"nothing would come out"});
  check_error([] { static_cast<void>(both<double>().transform(training<double>())); }, Errc::bad_shape,
              {"not fitted"});
  check_error(
      [] {
        auto wrong = feature_union<double>({{"a", OneHotEncoder<double, Text>{}}});
        wrong.fit(training<double>());
      },
      Errc::bad_shape, {"one_hot_encoder"});
  // Every column is read by every entry: which one should be undone?
  auto fitted = both<double>();
  fitted.fit(training<double>());
  CHECK_FALSE(fitted.can_invert());
  auto one = feature_union<double>({{"only", StandardScaler<double>{}}});
  CHECK(one.fit(training<double>()).can_invert());
}

}  // namespace feature_union_test
