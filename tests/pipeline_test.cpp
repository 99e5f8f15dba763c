// SPDX-License-Identifier: MIT
#include "prepguard/pipeline.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "detail/every_instruction_set.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/transformers.hpp"

namespace pipeline_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::AnyPipeline;
using prepguard::AnyStep;
using prepguard::ColumnStep;
using prepguard::ColumnTransformer;
using prepguard::Drop;
using prepguard::Errc;
using prepguard::Error;
using prepguard::HandleUnknown;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MinMaxScaler;
using prepguard::Missing;
using prepguard::MixedView;
using prepguard::Named;
using prepguard::OneHotEncoder;
using prepguard::Passthrough;
using prepguard::Pipeline;
using prepguard::SimpleImputer;
using prepguard::StandardScaler;
using prepguard::Strategy;
using prepguard::Table;
using prepguard::Text;

using Names = std::vector<std::string>;
using Scaled = Pipeline<SimpleImputer<double>, StandardScaler<double>>;
using Chain = Pipeline<SimpleImputer<double>, StandardScaler<double>, MinMaxScaler<double>>;

// Everything that transforms models the one concept; only what can be undone is invertible.
static_assert(prepguard::Estimator<Scaled> && prepguard::Estimator<AnyPipeline<float>>);
static_assert(prepguard::Estimator<AnyStep<double>> && prepguard::Estimator<ColumnStep<double>>);
static_assert(prepguard::Transformer<ColumnTransformer<double>>);
static_assert(prepguard::Invertible<Pipeline<StandardScaler<double>, MinMaxScaler<double>>>);
static_assert(
    !prepguard::Invertible<Pipeline<prepguard::PolynomialFeatures<double>, StandardScaler<double>>>);
static_assert(prepguard::HasSchema<ColumnTransformer<double>> && !prepguard::HasSchema<Scaled>);
static_assert(prepguard::HasSchema<Pipeline<ColumnTransformer<double>, StandardScaler<double>>>);
static_assert(std::is_nothrow_move_constructible_v<AnyPipeline<double>> && std::regular<AnyPipeline<double>>);
static_assert(std::regular<Scaled> && std::regular<ColumnTransformer<float>>);
static_assert(std::is_nothrow_move_assignable_v<ColumnTransformer<double>>);

template <class T>
Matrix<T> training() {
  return rows_of<T>({{1, 10, cells::nan<T>}, {2, cells::nan<T>, T(0.1)}, {4, 70, T(-0.3)}, {9, 20, T(0.7)}});
}

/// Penguins, with gaps in both kinds of columns.
struct Penguins {
  std::vector<double> length{39.1, 39.5, std::numeric_limits<double>::quiet_NaN(), 36.7, 46.5};
  std::vector<std::int64_t> mass{3750, 3800, 3250, 3450, 5500};
  std::vector<Text> island{"Torgersen", "Dream", "Biscoe", Text(Missing::nan), "Biscoe"};
  std::vector<std::string> sex{"male", "female", "female", "female", "male"};
  std::vector<std::int32_t> year{2007, 2007, 2008, 2009, 2009};

  Table table() const {
    Table made;
    made.add("length", length).add("mass", mass).add("island", island).add("sex", sex).add("year", year);
    return made;
  }
};

/// Scaled numbers, encoded texts, the year as it is.
template <class T>
ColumnTransformer<T> preparation() {
  return ColumnTransformer<T>(
      {{"num", Pipeline{SimpleImputer<T>{}, StandardScaler<T>{}}, {"mass", "length"}},
       {"cat", Pipeline{SimpleImputer<T, Text>{}, OneHotEncoder<T, Text>{}}, {"island", "sex"}, 0.5}},
      Passthrough<T>{});
}

}  // namespace

TEST_CASE_TEMPLATE("pipeline: each step is fitted to what the one before makes", T, float, double) {
  Pipeline pipeline{SimpleImputer<T>{}, StandardScaler<T>{}, MinMaxScaler<T>{}};
  pipeline.fit(training<T>());

  SimpleImputer<T> imputer;
  StandardScaler<T> scaler;
  MinMaxScaler<T> bounds;
  const auto whole = imputer.fit(training<T>()).transform(training<T>());
  const auto scaled = scaler.fit(whole).transform(whole);
  const auto want = bounds.fit(scaled).transform(scaled);
  CHECK(difference(pipeline.transform(training<T>()), want) == "");
  CHECK(pipeline.template step<0>() == imputer);
  CHECK(pipeline.template step<1>() == scaler);
  CHECK(pipeline.template step<2>() == bounds);
  CHECK(pipeline.step_names() == Names{"simple_imputer", "standard_scaler", "min_max_scaler"});
  CHECK(Pipeline<StandardScaler<T>, StandardScaler<T>>().step_names() ==
        Names{"standard_scaler", "standard_scaler-2"});
}

// scikit-learn 1.2.1: make_pipeline(SimpleImputer(), StandardScaler()).fit_transform of the rows.
TEST_CASE("pipeline: scikit-learn's bits") {
  Scaled pipeline;
  pipeline.fit(rows_of<double>({{1, 10}, {2, cells::nan<double>}, {4, 70}}));
  CHECK(difference(pipeline.transform(rows_of<double>({{1, 10}, {2, cells::nan<double>}, {4, 70}})),
                   {{-0x1.11acee560242bp+0, -0x1.3988e1409212fp+0},
                    {-0x1.11acee560242cp-2, 0},
                    {0x1.561829eb82d34p+0, 0x1.3988e1409212fp+0}}) == "");
}

TEST_CASE("pipeline: the inverse runs backwards") {
  Pipeline pipeline{StandardScaler<double>{}, MinMaxScaler<double>{}};
  const auto rows = rows_of<double>({{1, -4}, {3, 0}, {5, 8}});
  const auto features = pipeline.fit(rows).transform(rows);
  const auto inner = pipeline.step<1>().inverse_transform(features);
  CHECK(difference(pipeline.inverse_transform(features), pipeline.step<0>().inverse_transform(inner)) == "");
  CHECK(pipeline.inverse_transform(features)(2, 1) == doctest::Approx(8));
}

TEST_CASE("pipeline: known to the compiler or chosen at run time: the same bits, everywhere") {
  Pipeline pipeline{SimpleImputer<double>{}, StandardScaler<double>{}, MinMaxScaler<double>{}};
  pipeline.fit(training<double>());
  const AnyPipeline<double> any(pipeline);
  Matrix<double> rows(3000, 3);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      rows(i, j) = (i + j) % 7 == 0 ? cells::nan<double>
                                    : 0.37 * static_cast<double>(i * 31 % 101) - static_cast<double>(j);
    }
  }
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const cells::Layout& layout : cells::layouts) {
      CAPTURE(layout.name);
      const cells::Arranged<double> in(layout, rows);
      CHECK(difference(any.transform(in.readable()), pipeline.transform(rows)) == "");
      CHECK(difference(AnyStep<double>(any).transform(in.readable()), pipeline.transform(rows)) == "");
      pipeline.transform(in.readable(), in.view());
      CHECK(difference(in.readable(), MatrixView<const double>(pipeline.transform(rows))) == "");
    }
  });
  CHECK(any.steps()[1].name == "standard_scaler");
  CHECK(any.feature_names_out({"a", "b", "c"}) == pipeline.feature_names_out({"a", "b", "c"}));
}

TEST_CASE("pipeline: an error names the step on its path and the column as that step knows it") {
  Pipeline pipeline{SimpleImputer<double>{}, MinMaxScaler<double>{}};
  pipeline.fit(rows_of<double>({{cells::nan<double>, 0, 0}, {cells::nan<double>, 1, 1e-10}}));
  const std::vector<double> row{0, 0, 1e300};
  for (const bool dynamic : {false, true}) {
    CAPTURE(dynamic);
    const auto run = [&] {
      if (dynamic) {
        static_cast<void>(AnyPipeline<double>(pipeline).transform(row));
      } else {
        static_cast<void>(pipeline.transform(row));
      }
    };
    cells::check_error(run, Errc::non_finite,
                       {"min_max_scaler", "row 0", "\"x2\"", "1e+300 * 10000000000.0 + 0.0"});
  }
}

TEST_CASE("pipeline: names of run-time steps are their own") {
  using List = std::vector<Named<AnyStep<double>>>;
  for (const List& bad :
       {List{}, List{{"", StandardScaler<double>{}}}, List{{"a__b", StandardScaler<double>{}}},
        List{{"a", StandardScaler<double>{}}, {"a", MinMaxScaler<double>{}}}}) {
    cells::check_error([&] { AnyPipeline<double>{bad}; }, Errc::bad_parameter, {"pipeline.steps"});
  }
  AnyPipeline<double> empty;
  cells::check_error([&] { empty.fit(training<double>()); }, Errc::bad_parameter,
                     {"pipeline", "at least 1 step"});
  cells::check_error([&] { static_cast<void>(empty.transform(training<double>())); }, Errc::bad_shape,
                     {"not fitted"});
}

TEST_CASE("pipeline: a failed fit leaves the pipeline as it was") {
  Chain pipeline;
  pipeline.fit(training<double>());
  AnyPipeline<double> any(pipeline);
  const Chain before = pipeline;
  const AnyPipeline<double> any_before = any;
  // The imputer accepts these rows; the scaler, second, does not.
  const auto rows = rows_of<double>({{1e200}, {-1e200}});
  cells::check_error([&] { pipeline.fit(rows); }, Errc::cannot_fit,
                     {"standard_scaler", "column 0", "variance"});
  cells::check_error([&] { any.fit(rows); }, Errc::cannot_fit, {"standard_scaler", "column 0", "variance"});
  CHECK(pipeline == before);
  CHECK(any == any_before);
  CHECK(difference(any.transform(training<double>()), before.transform(training<double>())) == "");
}

TEST_CASE("pipeline: moved-from pipelines are not fitted, and usable again") {
  Chain pipeline;
  pipeline.fit(training<double>());
  AnyPipeline<double> any(pipeline);
  const Chain taken = std::move(pipeline);
  const AnyPipeline<double> any_taken = std::move(any);
  CHECK(pipeline.input_width() == 0);  // NOLINT: what is left is what is tested
  CHECK(pipeline.output_width() == 0);
  CHECK(any.input_width() == 0);
  CHECK(any.output_width() == 0);
  cells::check_error([&] { static_cast<void>(pipeline.transform(training<double>())); }, Errc::bad_shape,
                     {"not fitted"});
  cells::check_error([&] { static_cast<void>(any.transform(training<double>())); }, Errc::bad_shape,
                     {"not fitted"});
  any = any_taken;
  CHECK(any == any_taken);
  pipeline.fit(training<double>());
  CHECK(pipeline == taken);
}

// Worked out by hand from the fitted parts; the blocks in list order, the remainder last.
TEST_CASE_TEMPLATE("column transformer: blocks side by side, weighted, the remainder last", T, float,
                   double) {
  const Penguins penguins;
  ColumnTransformer<T> prep = preparation<T>();
  const Matrix<T> features = prep.fit(penguins.table()).transform(penguins.table());
  CHECK(prep.feature_names_out() == Names{"num__mass", "num__length", "cat__island_Biscoe",
                                          "cat__island_Dream", "cat__island_Torgersen", "cat__sex_female",
                                          "cat__sex_male", "remainder__year"});
  CHECK(features.cols() == 8);

  Matrix<T> numbers(5, 2);
  for (std::size_t i = 0; i < 5; ++i) {
    numbers(i, 0) = static_cast<T>(penguins.mass[i]);
    numbers(i, 1) = static_cast<T>(penguins.length[i]);
  }
  numbers(2, 1) = cells::nan<T>;
  Pipeline scaled{SimpleImputer<T>{}, StandardScaler<T>{}};
  const Matrix<T> want = scaled.fit(numbers).transform(numbers);
  CHECK(difference(MatrixView<const T>(features).middle_cols(0, 2), MatrixView<const T>(want)) == "");
  // The missing island becomes the most frequent one, Biscoe; every category counts half.
  const auto rest = rows_of<T>({{0, 0, 0.5, 0, 0.5, 2007},
                                {0, 0.5, 0, 0.5, 0, 2007},
                                {0.5, 0, 0, 0.5, 0, 2008},
                                {0.5, 0, 0, 0.5, 0, 2009},
                                {0.5, 0, 0, 0, 0.5, 2009}});
  CHECK(difference(MatrixView<const T>(features).middle_cols(2, 6), MatrixView<const T>(rest)) == "");
}

TEST_CASE("column transformer: columns are bound by name, once, in any order, among others") {
  const Penguins penguins;
  ColumnTransformer<double> prep = preparation<double>();
  prep.fit(penguins.table());
  const auto want = prep.transform(penguins.table());
  const std::vector<double> other(5, -1);
  Table shuffled;
  shuffled.add("year", penguins.year).add("sex", penguins.sex).add("other", other).add("mass", penguins.mass);
  shuffled.add("island", penguins.island).add("length", penguins.length);
  CHECK(difference(prep.transform(shuffled), want) == "");

  const prepguard::Binding binding = prep.schema().bind(shuffled);
  Matrix<double> out(5, 8);
  prep.transform(shuffled, binding, out);
  CHECK(difference(out, want) == "");

  // A binding of another table is refused, not followed.
  Table narrow;
  narrow.add("year", penguins.year).add("sex", penguins.sex);
  cells::check_error(
      [&] {
        Matrix<double> two(5, 8);
        prep.transform(narrow, binding, two);
      },
      Errc::bad_schema, {"binding"});
  Table kinds;
  kinds.add("sex", penguins.sex).add("year", penguins.year).add("other", other).add("mass", penguins.mass);
  kinds.add("island", penguins.island).add("length", penguins.length);
  cells::check_error([&] { prep.transform(kinds, binding, out); }, Errc::bad_schema, {"binding"});
}

TEST_CASE("column transformer: a column that no step reads may be absent, others may not") {
  const Penguins penguins;
  ColumnTransformer<double> prep{{"num", StandardScaler<double>{}, {"mass"}}, {"gone", Drop{}, {"sex"}}};
  prep.fit(penguins.table());
  Table serving;
  serving.add("mass", penguins.mass);
  CHECK(difference(prep.transform(serving), prep.transform(penguins.table())) == "");
  CHECK(prep.feature_names_out() == Names{"num__mass"});
  Table wrong;
  wrong.add("length", penguins.length);
  cells::check_error([&] { static_cast<void>(prep.transform(wrong)); }, Errc::bad_schema,
                     {"\"mass\"", "missing column"});
}

TEST_CASE("column transformer: entries need names, known columns and a step") {
  const Table table = Penguins{}.table();
  const auto fit = [&](ColumnTransformer<double> prep) { prep.fit(Penguins{}.table()); };
  cells::check_error(
      [&] {
        fit({{"a", StandardScaler<double>{}, {"mas"}}});
      },
      Errc::bad_schema, {"column_transformer.a", "\"mas\"", "no such column"});
  cells::check_error(
      [&] {
        fit({{"a", Drop{}, {"mass"}}});
      },
      Errc::bad_parameter, {"no column goes through any step"});
  cells::check_error(
      [&] {
        fit({{"", StandardScaler<double>{}, {"mass"}}});
      },
      Errc::bad_parameter, {"entry 0", "name"});
  cells::check_error(
      [&] {
        fit({{"a__b", StandardScaler<double>{}, {"mass"}}});
      },
      Errc::bad_parameter, {"\"a__b\""});
  cells::check_error(
      [&] {
        fit({{"a", StandardScaler<double>{}, {"mass"}}, {"a", MinMaxScaler<double>{}, {"mass"}}});
      },
      Errc::bad_parameter, {"entry 1", "\"a\""});
  cells::check_error(
      [&] {
        fit({{"a", StandardScaler<double>{}, {"sex"}}});
      },
      Errc::bad_shape, {"standard_scaler", "0"});
}

TEST_CASE("column transformer: a column twice, and another order in place") {
  // Block order differs from column order, so that what is written first is read last.
  const auto rows = rows_of<double>({{1, 10}, {2, 20}, {3, 60}});
  const std::vector<double> a{1, 2, 3}, b{10, 20, 60};
  Table table;
  table.add("a", a).add("b", b);
  ColumnTransformer<double> prep{{"b", MinMaxScaler<double>{}, {"b"}}, {"a", MinMaxScaler<double>{}, {"a"}}};
  prep.fit(table);
  const auto want = rows_of<double>({{0, 0}, {0.2, 0.5}, {1, 1}});
  CHECK(difference(prep.transform(table), want) == "");
  CHECK(difference(prep.transform(rows), want) == "");
  Matrix<double> in_place = rows;
  prep.transform(in_place, in_place);
  CHECK(difference(in_place, want) == "");
  Matrix<double> in_chain = rows;
  const AnyPipeline<double> chain(
      std::vector<Named<AnyStep<double>>>{{"columns", AnyStep<double>(prep.step())}});
  chain.transform(MatrixView<const double>(in_chain), MatrixView<double>(in_chain));
  CHECK(difference(in_chain, want) == "");

  ColumnTransformer<double> twice{{"x", MinMaxScaler<double>{}, {"a"}},
                                  {"y", Passthrough<double>{}, {"b", "a"}}};
  CHECK(difference(twice.fit(table).transform(table), {{0, 10, 1}, {0.5, 20, 2}, {1, 60, 3}}) == "");
}

TEST_CASE("column transformer: first in a pipeline, nested in another, and out of its parts") {
  const Penguins penguins;
  Pipeline pipeline{preparation<double>(), MinMaxScaler<double>{}};
  const auto features = pipeline.fit(penguins.table()).transform(penguins.table());
  CHECK(features(4, 7) == 1);  // the last year
  CHECK(pipeline.schema().size() == 5);

  const ColumnTransformer<double> parts(pipeline.schema(), pipeline.step<0>().step());
  CHECK(parts == pipeline.step<0>());
  CHECK(difference(parts.transform(penguins.table()), pipeline.step<0>().transform(penguins.table())) == "");
}

TEST_CASE("column transformer: an unknown category is named with its path, column and row") {
  Penguins penguins;
  ColumnTransformer<double> prep = preparation<double>();
  prep.fit(penguins.table());
  penguins.island[3] = "Atlantis";
  cells::check_error(
      [&] { static_cast<void>(prep.transform(penguins.table())); }, Errc::unknown_category,
      {"cat.one_hot_encoder (one_hot_encoder)", "\"Atlantis\"", "row 3", "\"island\"", "Biscoe, Dream"});
}

TEST_CASE("column transformer: numbers and texts of unlike rows are refused") {
  const Penguins penguins;
  ColumnTransformer<double> prep = preparation<double>();
  prep.fit(penguins.table());
  const Matrix<double> numbers(5, 3), out(5, 8);
  const Matrix<Text> texts(4, 2);
  cells::check_error([&] { static_cast<void>(prep.transform(MixedView<const double>(numbers, texts))); },
                     Errc::bad_shape, {"same rows", "5", "4"});
}

TEST_CASE("an infinity between two steps is an error, though the next step would hide it") {
  // scikit-learn refuses these rows too: every step checks what it is given.
  const auto small = rows_of<double>({{0}, {1e-10}, {2e-10}});
  const std::vector<double> huge{1e300};
  Pipeline clipped{StandardScaler<double>{}, MinMaxScaler<double>(MinMaxScaler<double>::Options{.clip = true})};
  clipped.fit(small);
  const OneHotEncoder<double> lenient(OneHotEncoder<double>::Options{.handle_unknown = HandleUnknown::ignore});
  Pipeline encoded{StandardScaler<double>{}, lenient};
  encoded.fit(small);
  const std::initializer_list<const char*> words{"standard_scaler", "1e+300", "not finite", "row 0"};
  cells::check_error([&] { static_cast<void>(clipped.transform(huge)); }, Errc::non_finite, words);
  cells::check_error([&] { static_cast<void>(encoded.transform(huge)); }, Errc::non_finite, words);
  const AnyPipeline<double> run_time(clipped);
  cells::check_error([&] { static_cast<void>(run_time.transform(huge)); }, Errc::non_finite, words);
}

TEST_CASE("column transformer: the output may not lie in a column of the table") {
  std::vector<double> memory(6000, 1.0);
  memory[0] = 2, memory[3001] = 5;
  Table table;
  table.add("a", std::span<const double>(memory.data(), 3000));
  table.add("b", std::span<const double>(memory.data() + 3000, 3000));
  ColumnTransformer<double> prep{{"num", StandardScaler<double>{}, {"a", "b"}}};
  prep.fit(table);
  const auto binding = prep.schema().bind(table);
  const std::vector<double> before = memory;
  cells::check_error([&] { prep.transform(table, binding, MatrixView<double>(memory.data(), 3000, 2)); },
                     Errc::bad_shape, {"shares memory", "\"a\""});
  CHECK(memory == before);
}

TEST_CASE("a binding is refused for a table whose columns stand in another order") {
  const std::vector<double> a{1, 2, 3}, b{10, 20, 40};
  Table trained, swapped;
  trained.add("a", a).add("b", b);
  swapped.add("b", b).add("a", a);
  ColumnTransformer<double> prep{{"num", StandardScaler<double>{}, {"a", "b"}}};
  prep.fit(trained);
  Matrix<double> out(3, 2);
  const auto binding = prep.schema().bind(trained);
  cells::check_error([&] { prep.transform(swapped, binding, MixedView<double>(out)); }, Errc::bad_schema,
                     {"other columns", "bind"});
  prep.transform(swapped, prep.schema().bind(swapped), MixedView<double>(out));
  CHECK(difference(out, prep.transform(trained)) == "");
}

TEST_CASE("column step: a refit takes rows of its own columns only, and keeps their order") {
  const std::vector<std::string> text{"x", "y", "x"};
  const std::vector<double> a{1, 2, 3}, b{5, 7, 11};
  Table table;
  table.add("s", text).add("a", a).add("b", b);
  ColumnTransformer<double> prep{{"num", StandardScaler<double>{}, {"b"}}, {"cat", OneHotEncoder<double, Text>{}, {"s"}}};
  prep.fit(table);
  ColumnStep<double> step = prep.step();
  cells::check_error([&] { step.fit(MixedView<const double>(Matrix<double>(3, 1))); }, Errc::bad_shape,
                     {"column_transformer", "columns of numbers", "2", "1"});
  CHECK(step == prep.step());
  AnyStep<double> any(prep.step());
  const auto numbers = rows_of<double>({{1, 5}, {2, 7}, {3, 11}});
  const auto texts = rows_of<Text>({{"x"}, {"y"}, {"x"}});
  any.fit(MixedView<const double>(numbers, texts));
  CHECK(any == AnyStep<double>(prep.step()));
}

}  // namespace pipeline_test
