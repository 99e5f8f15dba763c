// SPDX-License-Identifier: MIT
// inverse_transform through what is chosen at run time: AnyOf, AnyPipeline, ColumnStep, ColumnTransformer.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "cells.hpp"
#include "detail/every_instruction_set.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/feature_union.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers.hpp"

namespace inverse_test {
namespace {

using cells::check_error;
using cells::difference;
using cells::rows_of;
using prepguard::AnyPipeline;
using prepguard::AnyStep;
using prepguard::ColumnBlock;
using prepguard::ColumnStep;
using prepguard::ColumnTransformer;
using prepguard::Errc;
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

static_assert(prepguard::Invertible<AnyStep<double>> && prepguard::Invertible<AnyPipeline<float>>);
static_assert(prepguard::Invertible<ColumnStep<double>> && prepguard::Invertible<ColumnTransformer<double>>);
static_assert(!prepguard::Invertible<Pipeline<prepguard::PolynomialFeatures<double>, StandardScaler<double>>>);

template <class T>
Matrix<T> training() {
  return rows_of<T>({{1, -4, 2}, {3, 0, 7}, {5, 8, -1}, {T(4.5), 1, 4}});
}

template <class T>
auto two_scalers() {
  Pipeline chain{StandardScaler<T>{},
                 MinMaxScaler<T>(typename MinMaxScaler<T>::Options{.feature_min = -1, .feature_max = 2})};
  chain.fit(training<T>());
  return chain;
}

}  // namespace

// scikit-learn 1.2.1: make_pipeline(StandardScaler(), MinMaxScaler((-1, 2))), fitted to float64,
// inverse_transform.
TEST_CASE("inverse: run-time pipelines give scikit-learn's bits") {
  const AnyPipeline<double> chain(two_scalers<double>());
  const auto rows = rows_of<double>({{0.1, -0.3, 1.7}, {2, -1, 0}});
  CHECK(chain.can_invert());
  for_every_instruction_set([&](prepguard::InstructionSet) {
    const auto want = rows_of<double>({{0x1.3bbbbbbbbbbbcp+1, -0x1.3333333333334p+0, 0x1.8ccccccccccccp+2},
                                       {0x1.4p+2, -0x1p+2, 0x1.aaaaaaaaaaaacp+0}});
    CHECK(difference(chain.inverse_transform(rows), want) == "");
    CHECK(difference(AnyStep<double>(chain).inverse_transform(rows), want) == "");
    Matrix<double> in_place = rows;
    chain.inverse_transform(in_place, in_place);
    CHECK(difference(in_place, want) == "");
  });
}

TEST_CASE_TEMPLATE("inverse: known to the compiler or chosen at run time: the same bits", T, float, double) {
  const auto chain = two_scalers<T>();
  const AnyPipeline<T> any(chain);
  Matrix<T> features(3000, 3);
  for (std::size_t i = 0; i < features.rows(); ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      features(i, j) =
          (i + j) % 7 == 0 ? cells::nan<T> : T(0.37) * static_cast<T>(i * 31 % 101) - static_cast<T>(j);
    }
  }
  for (const cells::Layout& layout : cells::layouts) {
    CAPTURE(layout.name);
    const cells::Arranged<T> in(layout, features);
    CHECK(difference(any.inverse_transform(in.readable()), chain.inverse_transform(features)) == "");
  }
}

TEST_CASE("inverse: a step that has none is named with its path, before anything is done") {
  const auto rows = training<double>();
  Pipeline imputed{SimpleImputer<double>{}, StandardScaler<double>{}};
  imputed.fit(rows);
  const AnyPipeline<double> chain(std::vector<Named<AnyStep<double>>>{
      {"scale", AnyStep<double>(StandardScaler<double>(imputed.step<1>()))},
      {"inner",
       AnyStep<double>(AnyPipeline<double>(std::vector<Named<AnyStep<double>>>{{"x", imputed.step<0>()}}))}});
  CHECK_FALSE(chain.can_invert());
  Matrix<double> out = rows;
  check_error([&] { chain.inverse_transform(rows, out); }, Errc::bad_parameter,
              {"fitted pipeline: step \"inner.x\" (simple_imputer) has no inverse"});
  CHECK(difference(out, rows) == "");
  check_error([&] { static_cast<void>(chain.inverse_transform(rows)); }, Errc::bad_parameter, {"inner.x"});
  const AnyStep<double> alone(imputed.step<0>());
  check_error([&] { static_cast<void>(alone.inverse_transform(rows)); }, Errc::bad_parameter,
              {"fitted step: simple_imputer has no inverse"});
  CHECK(AnyStep<double>(imputed.step<1>()).can_invert());
  CHECK_FALSE(imputed.step<0>().can_invert());
  check_error([] { static_cast<void>(AnyPipeline<double>().inverse_transform(training<double>())); },
              Errc::bad_shape, {"pipeline", "not fitted"});
}

TEST_CASE("inverse: features of the wrong width, infinities and what lies between two steps") {
  const AnyPipeline<double> chain(two_scalers<double>());
  check_error(
      [&] {
        static_cast<void>(chain.inverse_transform(rows_of<double>({{1, 2}})));
      },
      Errc::bad_shape, {"pipeline", "expected 3 features, got 2"});
  check_error(
      [&] {
        static_cast<void>(
            chain.inverse_transform(rows_of<double>({{1, 2, 3}, {1, cells::infinity<double>, 3}})));
      },
      Errc::non_finite, {"pipeline", "row 1", "column 1"});
  // Row 2 overflows in the second step's inverse; the encoder before it would take the infinity for a
  // category.
  const auto small = rows_of<double>({{0}, {1}});
  OneHotEncoder<double> encoder;
  encoder.fit(small);
  MinMaxScaler<double> wide(MinMaxScaler<double>::Options{.feature_min = 0, .feature_max = 1e-10});
  wide.fit(encoder.transform(small));
  Pipeline encoded{encoder, wide};
  const auto features = rows_of<double>({{0, 1e-10}, {1e-10, 0}, {0, 1e300}});
  for (const bool dynamic : {false, true}) {
    CAPTURE(dynamic);
    const auto run = [&] {
      static_cast<void>(dynamic ? AnyPipeline<double>(encoded).inverse_transform(features)
                                : encoded.inverse_transform(features));
    };
    check_error(run, Errc::non_finite, {"inverse of pipeline", "row 2", "cannot be mapped back"});
  }
  CHECK(difference(encoded.inverse_transform(rows_of<double>({{0, 1e-10}, {1e-10, 0}})), {{1}, {0}}) == "");
}

// Blocks in another order than their columns, columns apart, numbers and texts interleaved, a weight.
TEST_CASE_TEMPLATE("inverse: a column step puts every column back where it came from", T, float, double) {
  const std::vector<T> a{1, 2, 4}, b{10, -20, 60}, c{T(0.1), T(0.7), T(0.2)};
  const std::vector<std::string> s{"x", "y", "x"}, t{"u", "u", "v"};
  Table table;
  table.add("a", a).add("s", s).add("b", b).add("t", t).add("c", c);
  ColumnTransformer<T> prep{{"text", OneHotEncoder<T, Text>{}, {"t", "s"}},
                            {"outer", StandardScaler<T>{}, {"c", "a"}, 0.3},
                            {"inner", Passthrough<T>{}, {"b"}}};
  prep.fit(table);
  REQUIRE(prep.can_invert());
  const Matrix<T> features = prep.transform(table);
  Matrix<T> numbers(3, 3);
  Matrix<Text> texts(3, 2);
  prep.inverse_transform(features, MixedView<T>(numbers, texts));
  CHECK(difference(texts, {{"x", "u"}, {"y", "u"}, {"x", "v"}}) == "");

  // What each step undoes on its own, after one division by the weight as it is in T.
  const auto& scaler = *prep.step().blocks()[1].step.template get_if<StandardScaler<T>>();
  Matrix<T> scaled(3, 2);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      volatile T quotient = features(i, 4 + j) / T(0.3);
      scaled(i, j) = quotient;
    }
  }
  const Matrix<T> undone = scaler.inverse_transform(scaled);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(cells::same(numbers(i, 0), undone(i, 1)));
    CHECK(cells::same(numbers(i, 1), b[i]));
    CHECK(cells::same(numbers(i, 2), undone(i, 0)));
  }
  // A result of numbers only has no room for the texts.
  check_error([&] { static_cast<void>(prep.inverse_transform(features)); }, Errc::bad_shape,
              {"column_transformer"});
}

TEST_CASE("inverse: a column step in place, through a run-time pipeline, in every layout") {
  const auto rows = training<double>();
  std::vector<ColumnBlock<AnyStep<double>>> blocks;
  blocks.push_back({"b", {2, 0}, 1.0, StandardScaler<double>{}});
  blocks.push_back({"a", {1}, 2.0, MinMaxScaler<double>{}});
  ColumnStep<double> step = ColumnStep<double>::unfitted(Layout(3, Kind::number), std::move(blocks));
  step.fit(MixedView<const double>(rows));
  const AnyPipeline<double> chain(std::vector<Named<AnyStep<double>>>{{"columns", step}});
  const Matrix<double> features = chain.transform(rows);
  CHECK(chain.inverse_transform(features)(3, 2) == doctest::Approx(rows(3, 2)));
  for (const cells::Layout& layout : cells::layouts) {
    CAPTURE(layout.name);
    const cells::Arranged<double> block(layout, features);
    chain.inverse_transform(block.readable(), block.view());
    CHECK(difference(block.readable(), MatrixView<const double>(step.inverse_transform(features))) == "");
    CHECK(block.spoiled() == 0);
  }
}

TEST_CASE("inverse: columns that are dropped, read twice or weighed away do not come back") {
  const std::vector<double> a{1, 2, 4}, b{10, -20, 60};
  Table table;
  table.add("a", a).add("b", b);
  const auto check_refused = [&](ColumnTransformer<double> prep, const char* reason) {
    prep.fit(table);
    CHECK_FALSE(prep.can_invert());
    check_error([&] { static_cast<void>(prep.inverse_transform(prep.transform(table))); },
                Errc::bad_parameter, {"fitted column_transformer", reason});
  };
  check_refused({{"num", StandardScaler<double>{}, {"a"}}}, "column 1 is read 0 times, not once");
  check_refused({{"num", StandardScaler<double>{}, {"a", "b"}}, {"raw", Passthrough<double>{}, {"a"}}},
                "column 0 is read 2 times, not once");
  check_refused({{"num", StandardScaler<double>{}, {"a", "b"}, 0.0}}, "the weight of \"num\" is 0");
  check_refused({{"num", Pipeline{SimpleImputer<double>{}, StandardScaler<double>{}}, {"a", "b"}}},
                "step \"num.simple_imputer\" (simple_imputer) has no inverse");
  // 1e-60 is 0 as float: nothing is left of the column there, much as a double.
  ColumnTransformer<double> small{{"num", StandardScaler<double>{}, {"a", "b"}, 1e-60}};
  CHECK(small.fit(table).can_invert());
  ColumnTransformer<float> gone{{"num", StandardScaler<float>{}, {"a", "b"}, 1e-60}};
  CHECK_FALSE(gone.fit(table).can_invert());
}

}  // namespace inverse_test
