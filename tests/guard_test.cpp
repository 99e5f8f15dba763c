// SPDX-License-Identifier: MIT
#include "prepguard/prepguard.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/detail/float_environment.hpp"

// The faults of input, features and output, each with its message. What models may look like: model_test.cpp.
namespace guard_test {

using namespace prepguard;
using cells::check_error;
using cells::error_of;
using cells::infinity;
using cells::nan;
using cells::rows_of;

/// The sum of every row of features.
const auto row_sums = [](const auto& features) { return features.rowwise().sum().eval(); };

TEST_CASE("a guarded call is the model called with the transformed rows") {
  samples::Penguins penguins;
  const auto prep = samples::Penguins::fitted<double>();
  const auto predict = guard(prep, [](const auto& features) { return Eigen::MatrixXd(features); });
  const Matrix<double> expected = prep.transform(penguins.table());
  const Eigen::MatrixXd got = predict(penguins.table());
  CHECK(cells::difference(MatrixView<const double>(got), MatrixView<const double>(expected)) == "");
  const Binding binding = prep.schema().bind(penguins.table());
  CHECK(predict(penguins.table(), binding) == got);
  CHECK(predict.report().served.calls == 2);
  CHECK(predict.report().served.rows == 8);
}

TEST_CASE_TEMPLATE("rows of any layout give the same bits and are not written", T, float, double) {
  StandardScaler<T> scaler;
  const Matrix<T> rows = rows_of<T>({{1, 7, 3}, {2, 5, 9}, {4, 4, 8}, {9, 1, 0}});
  scaler.fit(rows);
  const Matrix<T> expected = scaler.transform(rows);
  const auto predict = guard(scaler, [](MatrixView<const T> features) { return Matrix<T>(features); });
  for (const cells::Layout& layout : cells::layouts) {
    CAPTURE(layout.name);
    const cells::Arranged<T> arranged(layout, rows);
    CHECK(cells::difference(predict(arranged.view()), expected) == "");
  }
  const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> by_column = as_eigen(rows);
  CHECK(cells::difference(predict(by_column), expected) == "");
  CHECK(cells::difference(predict(cells::ReadOnly<T>(rows).view()), expected) == "");
  CHECK(predict(MatrixView<const T>(nullptr, 0, 3)).rows() == 0);
  CHECK(cells::same(predict(std::vector<T>{1, 7, 3})(0, 1), expected(0, 1)));
}

// guard.md, section 4, first message.
TEST_CASE("a missing value that no step replaces is named with what training had") {
  const auto predict = guard(samples::measured_scaler(), row_sums);
  Matrix<double> rows = samples::measured_rows(64);
  rows(17, 1) = nan<double>;
  const auto error = error_of([&] { predict(rows); });
  REQUIRE(error);
  CHECK(std::string(error->what()) ==
        "prepguard: 1 of 64 rows rejected at input\n"
        "  row 17, column \"bill_length_mm\" (2 of 7): NaN; training had 2 missing in 344 rows but this "
        "pipeline does "
        "not impute it\n"
        "  do: send a value, or export a pipeline with an imputer for this column");
  const ErrorInfo& info = error->info();
  CHECK(info.code == Errc::non_finite);
  CHECK(info.check == "missing");
  CHECK(info.row == 17);
  CHECK(info.column == 1);
  CHECK(info.columns == 7);
  CHECK(info.column_name == "bill_length_mm");
  CHECK(info.expected == "a value");
  CHECK(info.got == "NaN");

  rows(17, 1) = 0;
  rows(3, 0) = -nan<double>;
  check_error(
      [&] { predict(rows); }, Errc::non_finite,
      {"row 3, column \"year\" (1 of 7): NaN; training had none in 344 rows and this pipeline does not"});
  rows(3, 0) = 0;
  rows(3, 6) = nan<double>;  // nothing is known of this column
  check_error([&] { predict(rows); }, Errc::non_finite,
              {"\"egg\" (7 of 7): NaN; this pipeline does not impute it"});
  CHECK(predict.report().of(Check::missing).failed == 3);
}

TEST_CASE("an infinity is refused whatever the steps would make of it") {
  const auto predict = guard(samples::measured_scaler(), row_sums);
  Matrix<double> rows = samples::measured_rows(3);
  rows(2, 4) = -infinity<double>;
  check_error([&] { predict(rows); }, Errc::non_finite,
              {"1 of 3 rows rejected at input",
               "row 2, column \"body_mass_g\" (5 of 7): -inf; training range [2700, 6300]",
               "do: send a finite number"});
  // Clipping hides an infinity from everything that comes after it.
  MinMaxScaler<double> clipped({.clip = true});
  clipped.fit(rows_of<double>({{0}, {1}}));
  const auto behind = guard(clipped, row_sums);
  check_error(
      [&] {
        behind(rows_of<double>({{0.5}, {infinity<double>}}));
      },
      Errc::non_finite, {"row 1, column \"x0\" (1 of 1): inf"});
}

// guard.md, section 4, second message.
TEST_CASE("a feature that overflows is traced to its step and operand") {
  const Policy any_size = Policy().set(Check::far_out_of_range, Action::ignore);  // else found before it overflows
  const auto predict = guard(samples::measured_scaler(), row_sums, any_size);
  Matrix<double> rows = samples::measured_rows(5);
  rows(3, 4) = 1.2e308;
  const auto error = error_of([&] { predict(rows); });
  REQUIRE(error);
  CHECK(std::string(error->what()) ==
        "prepguard: features are not finite: row 3, feature \"num__body_mass_g\" = inf\n"
        "  produced by standard_scaler: (1.2e+308 - 4201.75) / 0.5 is not finite; input was 1.2e+308, "
        "training range "
        "[2700, 6300]\n"
        "  do: send a value near the training range; check the unit of this column");
  CHECK(error->info().check == "non_finite_features");
  CHECK(error->info().column == 4);
  CHECK(error->info().where == "standard_scaler");
  rows(1, 0) = -1.2e308;
  check_error(
      [&] { predict(rows); }, Errc::non_finite,
      {"features are not finite in 2 of 5 rows: row 1, feature \"num__year\" = -inf", "row 3, feature"});
  CHECK(predict.report().of(Check::non_finite_features).failed == 3);

  Pipeline chain{SimpleImputer<double>{}, StandardScaler<double>{}};
  chain.fit(rows_of<double>({{4201.25, 1}, {4202.25, 2}}));
  check_error(
      [&] {
        guard(chain, row_sums)(rows_of<double>({{1.2e308, nan<double>}}));
      },
      Errc::non_finite,
      {"feature \"x0\" = inf\n  produced by standard_scaler: (1.2e+308", "input was 1.2e+308\n"});
}

TEST_CASE("unknown categories and missing texts, by name") {
  samples::Penguins penguins;
  const auto predict = guard(samples::Penguins::fitted<float>(), row_sums);
  penguins.island[2] = "Atlantis";
  check_error(
      [&] { predict(penguins.table()); }, Errc::unknown_category,
      {"1 of 4 rows rejected at input", "row 2, column \"island\" (3 of 4): unknown category \"Atlantis\"",
       "expected one of 3 categories seen in training (Biscoe, Dream, Torgersen)", "cat", "one_hot_encoder",
       "do: send a known category"});
  CHECK(error_of([&] { predict(penguins.table()); })->info().got == "\"Atlantis\"");
  penguins.island[2] = "biscoe";  // compared byte by byte
  penguins.island[3] = "";
  check_error([&] { predict(penguins.table()); }, Errc::unknown_category,
              {"2 of 4 rows", "\"biscoe\"", "\"\""});
  CHECK(predict.report().of(Check::unknown_category).failed == 4);
  CHECK(predict.report().of(Check::unknown_category).served == 0);

  // Ignored ones are served; a missing text is replaced where an imputer waits, refused where none does.
  penguins = {};
  penguins.sex[0] = "unknown";
  CHECK(predict(penguins.table()).rows() == 4);
  const std::array<Text, 4> sexes{"male", Text(Missing::none), Text(Missing::nan), "female"};
  const std::array<Text, 4> islands{"Dream", "Dream", "Dream", Text(Missing::none)};
  Table rows;
  rows.add("sex", sexes)
      .add("mass", penguins.mass)
      .add("length", penguins.length)
      .add("island", penguins.island);
  CHECK(predict(rows).rows() == 4);
  CHECK(predict.report().of(Check::missing).served == 2);
  rows = {};
  rows.add("sex", sexes).add("mass", penguins.mass).add("length", penguins.length).add("island", islands);
  check_error([&] { predict(rows); }, Errc::non_finite,
              {"row 3, column \"island\" (3 of 4)", "does not impute it"});
  CHECK(predict.report().of(Check::missing).served ==
        2);  // the rows with a replaced value were not served this time

  // None and NaN are two things: this encoder has seen only NaN.
  OneHotEncoder<double, Text> encoder;
  encoder.fit(rows_of<Text>({{"a"}, {Text(Missing::nan)}}));
  const auto coded = guard(encoder, row_sums);
  CHECK(coded(rows_of<Text>({{Text(Missing::nan)}})).sum() == 1.0);
  check_error([&] { coded(rows_of<Text>({{Text(Missing::none)}})); }, Errc::non_finite,
              {"row 0, column \"x0\" (1 of 1): None"});
}

// Fault 57: names in another order bind; another set does not.
TEST_CASE("tables bind by name; what does not fit is named") {
  samples::Penguins penguins;
  const auto prep = samples::Penguins::fitted<double>();
  const auto predict = guard(prep, row_sums);
  const auto expected = predict(penguins.table());
  Table shuffled;
  shuffled.add("id", penguins.mass).add("sex", penguins.sex).add("island", penguins.island);
  shuffled.add("length", penguins.length).add("mass", penguins.mass);
  CHECK(predict(shuffled) == expected);
  CHECK(predict.report().of(Check::schema).served == 1);  // one call with a column that nobody asked for

  Table other;
  other.add("mass", penguins.mass)
      .add("lenght", penguins.length)
      .add("island", penguins.island)
      .add("sex", penguins.sex);
  check_error([&] { predict(other); }, Errc::bad_schema,
              {"prepguard: input: missing column, column \"length\" (2 of 4)", "\"lenght\"", "do: "});
  Table kinds;
  kinds.add("mass", penguins.mass)
      .add("length", penguins.island)
      .add("island", penguins.island)
      .add("sex", penguins.sex);
  check_error([&] { predict(kinds); }, Errc::bad_schema, {"\"length\"", "expected number, got text"});
  CHECK(error_of([&] { predict(kinds); })->info().check == "schema");
  check_error([&] { predict(other, prep.schema().bind(shuffled)); }, Errc::bad_schema,
              {"prepguard: input", "binding"});
  CHECK(predict.report().of(Check::schema).failed == 4);
  CHECK(predict.report().refused.calls == 4);
}

// Faults 1 to 4.
TEST_CASE("wrong widths and null pointers") {
  const auto predict = guard(samples::measured_scaler(), row_sums);
  const double cell = 0;
  check_error([&] { predict(Matrix<double>(2, 6)); }, Errc::bad_shape,
              {"prepguard: input: wrong number of columns: expected 7 columns, got 6",
               "do: pass the columns of training"});
  check_error([&] { predict(Eigen::MatrixXd(2, 0)); }, Errc::bad_shape, {"expected 7 columns, got 0"});
  check_error([&] { predict(std::vector<double>(9)); }, Errc::bad_shape, {"expected 7 columns, got 9"});
  check_error([&] { predict(MatrixView<const double>(nullptr, 2, 7)); }, Errc::bad_shape, {"null pointer"});
  check_error([&] { predict(MatrixView<const double>(&cell, std::size_t{1} << 62, 7)); }, Errc::bad_shape,
              {"larger"});
  CHECK(predict(MatrixView<const double>(nullptr, 0, 7)).rows() == 0);
  CHECK(predict.report().of(Check::schema).failed == 5);
  CHECK(predict.report().served.calls == 1);
  CHECK(predict.report().served.rows == 0);

  const auto mixed = guard(samples::Penguins::fitted<double>(), row_sums);
  check_error([&] { mixed(Matrix<double>(1, 4)); }, Errc::bad_shape,
              {"expected 2 columns of numbers, got 4"});
  const Matrix<double> numbers(2, 2);
  const Matrix<Text> texts(1, 2), narrow(2, 1);
  check_error([&] { mixed(MixedView<const double>(numbers, narrow)); }, Errc::bad_shape,
              {"expected 2 columns of text, got 1"});
  check_error([&] { mixed(MixedView<const double>(numbers, texts)); }, Errc::bad_shape, {"same rows"});
}

// Faults 42 and 43.
TEST_CASE("a pipeline that is not fitted cannot be guarded; a guard moved away says so") {
  check_error([] { guard(StandardScaler<double>{}, row_sums); }, Errc::bad_shape, {"not fitted"});
  check_error([] { guard(ColumnTransformer<double>{}, row_sums); }, Errc::bad_shape, {"not fitted"});
  check_error([] { guard(AnyPipeline<double>{}, row_sums); }, Errc::bad_shape, {"not fitted"});
  auto predict = guard(samples::measured_scaler(), row_sums);
  predict(samples::measured_rows(2));
  const auto moved = std::move(predict);
  check_error([&] { predict(samples::measured_rows(2)); }, Errc::bad_shape, {"not fitted"});
  CHECK(moved(samples::measured_rows(1)).rows() == 1);
  CHECK(moved.report().served.calls == 2);  // a moved guard keeps its counts
  const auto copy = moved;
  CHECK(copy.report().calls() == 0);
  CHECK(copy(samples::measured_rows(1)).rows() == 1);

  Passthrough<double> texts;
  const Matrix<Text> cells(1, 1);
  texts.fit(MixedView<const double>(Matrix<double>(1, 0), cells));
  check_error([&] { guard(texts, row_sums); }, Errc::bad_parameter, {"text", "encode"});
}

// Fault 88: every bad row of a batch is counted, the first few are described; the others are not looked down
// upon.
TEST_CASE("a batch with many bad rows") {
  const Policy any_size = Policy().set(Check::far_out_of_range, Action::ignore);
  const auto predict = guard(samples::measured_scaler(), row_sums, any_size);
  Matrix<double> rows = samples::measured_rows(5000);  // several tiles
  for (std::size_t i = 10; i < 5000; i += 100) rows(i, 2) = nan<double>;
  rows(4999, 0) = infinity<double>;
  rows(4999, 1) = nan<double>;
  rows(4998, 4) = 1.2e308;
  const auto outcome = predict.try_call(rows);
  REQUIRE(!outcome);
  const std::string text = outcome.error().what();
  CAPTURE(text);
  CHECK(text.starts_with(
      "prepguard: 52 of 5000 rows rejected at input and features\n  row 10, column \"bill_depth_mm\""));
  CHECK(text.find("  row 410,") != std::string::npos);
  CHECK(text.find("  row 510,") == std::string::npos);
  CHECK(text.find("\n  and 47 more rows\n  do: ") != std::string::npos);
  const Report report = predict.report();
  CHECK(report.of(Check::missing).failed == 51);
  CHECK(report.of(Check::inf).failed == 1);
  CHECK(report.of(Check::non_finite_features).failed == 1);
  CHECK(report.refused.rows == 5000);
  CHECK(report.served.calls == 0);

  rows = samples::measured_rows(2);
  rows(1, 0) = infinity<double>;
  rows(1, 1) = nan<double>;
  rows(1, 6) = nan<double>;
  check_error([&] { predict(rows); }, Errc::non_finite,
              {"\"year\" (1 of 7): inf", "2 more bad cells in this row"});
}

TEST_CASE("a bad cell is found in every lane of every length, good rows beside it are not blamed") {
  for (std::size_t n = 1; n <= 70; ++n) {
    Passthrough<double> step;
    const Matrix<double> fit(1, n);
    step.fit(MixedView<const double>(fit));
    const auto predict =
        guard(step, [](MatrixView<const double> features) { return Matrix<double>(features); });
    for (std::size_t j = 0; j < n; ++j) {
      Matrix<double> rows(3, n);
      rows(1, j) = j % 2 == 0 ? nan<double> : infinity<double>;
      const auto outcome = predict.try_call(rows);
      REQUIRE(!outcome);
      CHECK(outcome.error().info().row == 1);
      CHECK(outcome.error().info().column == static_cast<std::int64_t>(j));
    }
  }
}

TEST_CASE("missing values that the pipeline replaces are served and counted by row") {
  Pipeline prep{SimpleImputer<double>{}, StandardScaler<double>{}};
  prep.fit(rows_of<double>({{1, 10}, {3, 30}}));
  const auto predict =
      guard(prep, [](MatrixView<const double> features) { return Matrix<double>(features); });
  const Matrix<double> rows = rows_of<double>({{nan<double>, nan<double>}, {1, 10}, {3, nan<double>}});
  CHECK(cells::difference(predict(rows), rows_of<double>({{0, 0}, {-1, -1}, {1, 0}})) == "");
  CHECK(predict.report().of(Check::missing).served == 2);
  CHECK(predict.report().of(Check::missing).failed == 0);
  // The same pipeline chosen at run time, and one whose encoder has NaN among its categories.
  CHECK(guard(AnyPipeline<double>(prep), row_sums)(rows).rows() == 3);
  OneHotEncoder<double> encoder;
  encoder.fit(rows_of<double>({{1}, {nan<double>}}));
  CHECK(guard(encoder, row_sums)(rows_of<double>({{nan<double>}})).sum() == 1.0);
  // One that ignores what it does not know would hide a NaN.
  OneHotEncoder<double> ignoring({.handle_unknown = HandleUnknown::ignore});
  ignoring.fit(rows_of<double>({{1}, {2}}));
  check_error([&] { guard(ignoring, row_sums)(rows_of<double>({{nan<double>}})); }, Errc::non_finite,
              {"does not impute"});
  CHECK(guard(ignoring, row_sums)(rows_of<double>({{3}})).sum() == 0.0);
}

// Fault 84: an engine that turns what is not finite into a confident answer never sees it.
TEST_CASE("a model that swallows NaN and infinity is not called with them") {
  int calls = 0;
  const auto swallow = [&calls](MatrixView<const double> features) {
    ++calls;
    return std::vector<double>(features.rows(), 0.5);
  };
  for (const double bad : {nan<double>, infinity<double>, -infinity<double>}) {
    const Matrix<double> rows = rows_of<double>({{1, bad}});
    CHECK(!guard(swallow).try_call(rows));
    StandardScaler<double> scaler;
    scaler.fit(rows_of<double>({{1, 2}, {3, 4}}));
    CHECK(!guard(scaler, swallow).try_call(rows));
  }
  CHECK(calls == 0);
}

// Fault 50.
TEST_CASE("outputs of the wrong shape") {
  const Matrix<double> rows(64, 2);
  const auto returning = [&](auto result) {
    return guard([result](MatrixView<const double>) { return result; });
  };
  check_error([&] { returning(std::vector<double>(63))(rows); }, Errc::bad_shape,
              {"prepguard: model output: wrong shape: expected 64 rows, got 63",
               "do: return one result for each row"});
  check_error([&] { returning(std::vector<double>())(rows); }, Errc::bad_shape, {"expected 64 rows, got 0"});
  check_error([&] { returning(Eigen::MatrixXd(0, 0))(rows); }, Errc::bad_shape, {"expected 64 rows, got 0"});
  check_error([&] { returning(Eigen::MatrixXd(64, 0))(rows); }, Errc::bad_shape,
              {"expected 64 rows, got 64 of 0 columns"});
  check_error([&] { returning(1.0)(rows); }, Errc::bad_shape, {"expected 64 rows, got 1"});
  check_error([&] { returning(std::vector<double>(192))(rows); }, Errc::bad_shape,
              {"expected 64 rows, got 192 values in one dimension", "return a matrix of 64 x 3"});
  check_error([&] { returning(std::optional<double>())(rows); }, Errc::bad_shape, {"got nothing"});
  check_error([&] { returning(Eigen::RowVectorXd::Zero(64).eval())(rows); }, Errc::bad_shape,
              {"expected 64 rows, got 1"});
  check_error([&] { returning(std::tuple(Matrix<float>(64, 1), std::vector<int>(1)))(rows); },
              Errc::bad_shape, {"model output 2: wrong shape", "got 1"});
  CHECK(error_of([&] { returning(1.0)(rows); })->info().check == "shape");
  CHECK(returning(Eigen::MatrixXd::Zero(64, 3).eval())(rows).cols() == 3);
  CHECK(returning(std::vector<int>(64))(rows).size() == 64);
  CHECK(returning(std::vector<double>())(Matrix<double>(0, 2)).empty());
  // Of one row, a range is that row's values.
  CHECK(returning(std::vector<double>(3))(Matrix<double>(1, 2)).size() == 3);
  CHECK(returning(std::array<float, 3>{})(Matrix<double>(1, 2)).size() == 3);
  check_error([&] { returning(std::vector<double>())(Matrix<double>(1, 2)); }, Errc::bad_shape,
              {"expected 1 row, got 0"});
}

// Fault 51.
TEST_CASE("outputs that are not finite") {
  const Matrix<double> rows(64, 2);
  Eigen::MatrixXf result = Eigen::MatrixXf::Zero(64, 3);
  result(7, 1) = -nan<float>;
  const auto predict = guard([&](MatrixView<const double>) -> const Eigen::MatrixXf& { return result; });
  const auto error = error_of([&] { predict(rows); });
  REQUIRE(error);
  CHECK(std::string(error->what()) ==
        "prepguard: model output is not finite: row 7, column 1 (2 of 3) = NaN\n"
        "  do: run the model on this row alone: its features were finite, so the model made it");
  CHECK(error->info().check == "non_finite_output");
  CHECK(error->info().row == 7);
  CHECK(error->info().column == 1);
  result(60, 2) = -infinity<float>;
  result(60, 0) = infinity<float>;
  check_error([&] { predict(rows); }, Errc::non_finite, {"is not finite in 2 of 64 rows: row 7"});
  CHECK(predict.report().of(Check::non_finite_output).failed == 3);
  result.setZero();
  CHECK(predict(rows).rows() == 64);

  const auto one = [&](auto value) {
    return guard([value](const auto&) { return value; })(std::vector<double>{1, 2});
  };
  check_error([&] { one(nan<double>); }, Errc::non_finite, {"row 0, column 0 (1 of 1) = NaN"});
  check_error(
      [&] {
        one(std::vector<float>{0, infinity<float>});
      },
      Errc::non_finite, {"column 1 (2 of 2) = inf"});
  check_error([&] { one(std::optional<double>(-infinity<double>)); }, Errc::non_finite, {"= -inf"});
  check_error([&] { one(std::tuple(1.0, 2, nan<float>)); }, Errc::non_finite,
              {"model output 3 is not finite"});
  check_error([&] { one(std::pair(nan<double>, 1)); }, Errc::non_finite, {"model output 1 is not finite"});
  CHECK(one(7) == 7);
}

struct NotAnException {
  int value;
};

// Fault 49.
TEST_CASE("what the model throws passes unchanged, from both calls, and is counted") {
  int next = 0;
  auto predict = guard([&next](MatrixView<const double> features) -> std::vector<double> {
    if (next == 1) throw NotAnException{42};
    if (next == 2) throw std::out_of_range("no such layer");
    if (next == 3) throw Error(Errc::io_failed, "engine", "lost its GPU");
    return std::vector<double>(features.rows());
  });
  const Matrix<double> rows(2, 2);
  next = 1;
  CHECK_THROWS_AS(predict(rows), NotAnException);
  CHECK_THROWS_AS((void)predict.try_call(rows), NotAnException);
  next = 2;
  CHECK_THROWS_WITH_AS((void)predict.try_call(rows), "no such layer", std::out_of_range);
  next = 3;
  CHECK_THROWS_WITH_AS((void)predict.try_call(rows), "engine: lost its GPU", Error);
  next = 0;
  CHECK(predict(rows).size() == 2);
  const Report report = predict.report();
  CHECK(report.threw.calls == 4);
  CHECK(report.threw.rows == 8);
  CHECK(report.served.calls == 1);
  CHECK(report.refused.calls == 0);
  CHECK(report.calls() == 5);
}

// Fault 54.
TEST_CASE("a model may call the guard again") {
  StandardScaler<double> scaler;
  scaler.fit(rows_of<double>({{1, 10}, {3, 30}}));
  struct Nest {
    int depth = 0;
    double sum(const Eigen::MatrixXd& x, const StandardScaler<double>& step) {
      auto predict = guard(step, [&](const auto& features) {
        const Eigen::MatrixXd before = features;
        double total = 0;
        if (++depth < 4) total = sum(x, step);
        CHECK(before == features);  // the inner call has not touched our features
        return total + features.sum();
      });
      return predict(Eigen::RowVectorXd(x.row(0)));
    }
  };
  const Eigen::MatrixXd x = Eigen::MatrixXd::Constant(1, 2, 5.0);
  CHECK(Nest{}.sum(x, scaler) == doctest::Approx(4 * (3.0 - 1.5)));

  // The same guard, re-entered.
  std::function<double(std::vector<double>)> self;
  const auto countdown =
      guard([&](const std::vector<double>& row) { return row[0] <= 0 ? 0.0 : 1.0 + self({row[0] - 1}); });
  self = [&](std::vector<double> row) { return countdown(row); };
  CHECK(self({5}) == 5.0);
  CHECK(countdown.report().served.calls == 6);
}

// Fault 80: arithmetic is IEEE whatever the caller set; the model runs with what the caller set.
TEST_CASE("the model runs in the caller's floating-point environment, the pipeline in its own") {
  using Control = detail::FloatControl;
  const double tiny = 2e-308;  // half of it is denormal
  const auto halve = [](double x) {
    volatile double v = x;
    return v / 2;
  };
  StandardScaler<double> scaler({.with_mean = false});
  scaler.fit(rows_of<double>({{-2}, {2}}));
  bool flushed = false;
  const auto predict = guard(scaler, [&](double feature) {
    flushed = halve(tiny) == 0.0;
    return feature;
  });
  const auto found = Control::read();
  Control::write(Control::defaults | 0x8040);  // flush to zero, denormals are zero
  const double feature = predict(std::vector<double>{tiny});
  const auto after = Control::read();
  Control::write(found);
  CHECK(flushed);
  CHECK((after & Control::mask) == (0x8040 | Control::defaults));
  const double expected = 1e-308;
  CHECK(std::memcmp(&feature, &expected, sizeof feature) == 0);
}

TEST_CASE("a bare model: the rows are its features") {
  const auto predict = guard([](const Eigen::MatrixXd& x) { return Eigen::VectorXd(x.rowwise().sum()); });
  Eigen::MatrixXd rows = Eigen::MatrixXd::Ones(4, 3);
  CHECK(predict(rows) == Eigen::VectorXd::Constant(4, 3.0));
  rows(2, 1) = nan<double>;
  rows(3, 0) = infinity<double>;
  check_error([&] { predict(rows); }, Errc::non_finite,
              {"prepguard: 2 of 4 rows rejected at input",
               "row 2, column \"x1\" (2 of 3): NaN; no pipeline imputes it here",
               "row 3, column \"x0\" (1 of 3): inf", "do: send a value, or guard a pipeline"});
  CHECK(predict.report().of(Check::missing).failed == 1);
  CHECK(predict.report().of(Check::inf).failed == 1);
  check_error([&] { predict(MatrixView<const double>(nullptr, 3, 3)); }, Errc::bad_shape, {"null pointer"});
  check_error([&] { predict(Eigen::MatrixXd(3, 0)); }, Errc::bad_shape, {"expected at least 1 column"});
  // Any layout, read where it is.
  const Matrix<double> cells = rows_of<double>({{1, 2}, {3, 4}});
  const auto view = guard([](MatrixView<const double> x) { return Matrix<double>(x); });
  for (const cells::Layout& layout : cells::layouts) {
    CHECK(cells::difference(view(cells::Arranged<double>(layout, cells).readable()), cells) == "");
  }
}

TEST_CASE("guard: an infinity between two steps is reported, though the clip behind it would hide it") {
  const auto small = rows_of<double>({{0}, {1e-10}, {2e-10}});
  MinMaxScaler<double>::Options clip;
  clip.clip = true;
  Pipeline prep{StandardScaler<double>{}, MinMaxScaler<double>(clip)};
  prep.fit(small);
  auto predict = guard(prep, [](const auto& features) { return Eigen::VectorXd(features.rowwise().sum()); });
  check_error([&] { predict(rows_of<double>({{1e-10}, {1e300}})); }, Errc::non_finite,
              {"features are not finite", "row 1", "1e+300", "found by standard_scaler", "do: "});
  CHECK(predict.report().of(Check::non_finite_features).failed == 1);
  CHECK(predict.report().of(Check::unknown_category).failed == 0);
}

}  // namespace guard_test
