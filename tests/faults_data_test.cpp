// SPDX-License-Identifier: MIT
// Every fault the library must survive, and what has to come of it: one row or more each. A fault that is
// shown elsewhere is listed with the place; one that is in neither list fails.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers.hpp"

namespace faults_data_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::AnyPipeline;
using prepguard::AnyStep;
using prepguard::Array;
using prepguard::ColumnTransformer;
using prepguard::Errc;
using prepguard::HandleUnknown;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MinMaxScaler;
using prepguard::Missing;
using prepguard::Named;
using prepguard::OneHotEncoder;
using prepguard::Pipeline;
using prepguard::SimpleImputer;
using prepguard::StandardScaler;
using prepguard::Table;
using prepguard::Text;
using TextEncoder = OneHotEncoder<double, Text>;

constexpr double nan = cells::nan<double>;
constexpr double inf = cells::infinity<double>;
constexpr double largest = std::numeric_limits<double>::max();

/// A fault: what is done, and the error it must give with the words its text must hold; no error where there
/// is no code.
struct Row {
  int fault;
  const char* title;
  std::function<void()> act;
  std::optional<Errc> code{};
  std::vector<const char*> words{};
};

StandardScaler<double> fitted() {
  StandardScaler<double> scaler;
  scaler.fit(rows_of<double>({{1, 10, 100}, {3, 30, 500}}));
  return scaler;
}
template <class Rows>
void transform(const Rows& rows) {
  static_cast<void>(fitted().transform(rows));
}
/// Transforms rows that `break_it` spoilt.
template <class Spoil>
std::function<void()> spoilt(Spoil&& spoil) {
  return [spoil] {
    auto rows = rows_of<double>({{1, 10, 100}, {3, 30, 500}});
    spoil(rows);
    transform(rows);
  };
}
template <class Step>
std::function<void()> fit(Step step, std::initializer_list<std::initializer_list<double>> rows) {
  return [step, cells = rows_of<double>(rows)]() mutable { step.fit(cells); };
}
const Text none(Missing::none), missing(Missing::nan);

std::function<void()> encode(std::initializer_list<std::initializer_list<Text>> training,
                             std::initializer_list<std::initializer_list<Text>> rows) {
  return [training = rows_of<Text>(training), rows = rows_of<Text>(rows)] {
    TextEncoder encoder;
    encoder.fit(training);
    static_cast<void>(encoder.transform(rows));
  };
}

void vary_layout() {
  const auto rows = rows_of<double>({{1, 10, 100}, {3, nan, -0.0}});
  for (const cells::Layout& layout : cells::layouts) {
    const cells::Arranged<double> arranged(layout, rows);
    CHECK(difference(fitted().transform(arranged.readable()), fitted().transform(rows)) == "");
  }
}

/// A column, scaled in memory that the input shares in part.
void overlap_in_part() {
  Matrix<double> rows(4, 3);
  std::fill_n(rows.data(), 12, 1.0);
  const Matrix<double> before = rows;
  const MatrixView<double> view = rows;
  const auto error =
      cells::error_of([&] { fitted().transform(view.middle_rows(0, 3), view.middle_rows(1, 3)); });
  CHECK(difference(rows, before) == "");
  if (error) throw *error;
}

void keep_payload() {
  const AnyStep<double> step = [] {
    prepguard::Passthrough<double> pass;
    pass.fit(rows_of<double>({{1}}));
    return pass;
  }();
  double cell, result;
  const std::uint64_t payload = 0x7ff0dead0000beefU;  // signalling
  std::memcpy(&cell, &payload, sizeof cell);
  step.transform(MatrixView<const double>(&cell, 1, 1), MatrixView<double>(&result, 1, 1));
  CHECK(std::memcmp(&cell, &result, sizeof cell) == 0);
}

void find_infinity_everywhere() {
  for (std::size_t width = 1; width <= 130; ++width) {
    Matrix<float> rows(2, width);
    for (std::size_t j = 0; j < width; ++j) rows(1, j) = static_cast<float>(j);
    StandardScaler<float> scaler;
    scaler.fit(rows);
    for (std::size_t j = 0; j < width; ++j) {
      Matrix<float> bad = rows;
      bad(1, j) = cells::infinity<float>;
      const auto error = cells::error_of([&] { static_cast<void>(scaler.transform(bad)); });
      REQUIRE(error);
      REQUIRE(error->info().row == 1);
      REQUIRE(error->info().column == static_cast<std::int64_t>(j));
    }
  }
}

template <class Object>
void move_and_transform(Object object) {
  const Object taken = std::move(object);
  static_cast<void>(
      object.transform(rows_of<double>({{1, 2, 3}})));  // NOLINT: what is left is what is tested
}

void refit() {
  StandardScaler<double> scaler = fitted();
  const StandardScaler<double> before = scaler;
  cells::check_error(
      [&] {
        scaler.fit(rows_of<double>({{1, nan}, {2, nan}}));
      },
      Errc::cannot_fit, {"column 1"});
  CHECK(scaler == before);
  scaler.fit(rows_of<double>({{1, 5}, {2, 6}}));
  CHECK(scaler.input_width() == 2);
}

template <class T>
double scale_of(std::initializer_list<T> column) {
  const std::vector<T> cells(column);
  StandardScaler<T> scaler;
  return scaler.fit(MatrixView<const T>(cells.data(), cells.size(), 1)).scale().real(0);
}

Table one_column(const std::vector<double>& values, const char* name) {
  Table table;
  table.add(name, values);
  return table;
}

std::vector<Row> rows_about_data() {
  return {
      {1,
       "wrong column count",
       [] {
         transform(rows_of<double>({{1, 2}}));
       },
       Errc::bad_shape,
       {"standard_scaler: expected 3 features, got 2"}},
      {2,
       "0 columns",
       [] { transform(Matrix<double>(4, 0)); },
       Errc::bad_shape,
       {"expected 3 features, got 0"}},
      {2,
       "0 columns to fit",
       [] { StandardScaler<double>().fit(Matrix<double>(4, 0)); },
       Errc::bad_shape,
       {"at least 1 feature, got 0"}},
      {3, "0 rows", [] { CHECK(fitted().transform(Matrix<double>(0, 3)).cols() == 3); }},
      {3,
       "0 rows to fit",
       [] { StandardScaler<double>().fit(Matrix<double>(0, 3)); },
       Errc::cannot_fit,
       {"standard_scaler", "0 rows"}},
      {4,
       "null pointer",
       [] { transform(MatrixView<const double>(nullptr, 2, 3)); },
       Errc::bad_shape,
       {"input of 2 x 3 cells is a null pointer"}},
      {4, "null pointer, 0 rows", [] { transform(MatrixView<const double>(nullptr, 0, 3)); }},
      {4,
       "0 x 0",
       [] { transform(MatrixView<const double>()); },
       Errc::bad_shape,
       {"expected 3 features, got 0"}},
      {5, "every layout", vary_layout},
      {6, "misaligned by one cell",
       [] {
         const auto rows = rows_of<double>({{1, 10, 100}, {3, 30, 500}});
         const cells::Arranged<double> shifted(cells::layouts[7], rows);
         CHECK(reinterpret_cast<std::uintptr_t>(shifted.view().data()) % 16 == 8);
         CHECK(difference(fitted().transform(shifted.readable()), fitted().transform(rows)) == "");
       }},
      {7, "in place",
       [] {
         auto rows = rows_of<double>({{1, 10, 100}, {3, 30, 500}});
         fitted().transform(rows, rows);
         CHECK(difference(rows, {{-1, -1, -1}, {1, 1, 1}}) == "");
       }},
      {7, "in place, with an error: nothing is written",
       [] {
         auto rows = rows_of<double>({{1, 10, 100}, {3, 30, inf}});
         CHECK(cells::error_of([&] { fitted().transform(rows, rows); }).has_value());
         CHECK(difference(rows, {{1, 10, 100}, {3, 30, inf}}) == "");
       }},
      {7, "partial overlap", overlap_in_part, Errc::bad_shape, {"overlap in part", "separate memory"}},
      {8,
       "output of the wrong shape",
       [] {
         Matrix<double> out(3, 3);
         fitted().transform(rows_of<double>({{1, 2, 3}}), out);
       },
       Errc::bad_shape,
       {"expected an output of 1 x 3 cells, got 3 x 3", "never resized"}},
      {9, "read-only input",
       [] {
         const auto rows = rows_of<double>({{1, 10, 100}});
         transform(cells::ReadOnly<double>(rows).view());
       }},
      {10, "NaN keeps its payload where it passes", keep_payload},
      {11,
       "infinity",
       spoilt([](auto& rows) { rows(1, 2) = -inf; }),
       Errc::non_finite,
       {"standard_scaler: infinity in the input", "row 1", "column 2 (3 of 3)", "got -inf"}},
      {12, "infinity in every lane", find_infinity_everywhere},
      {13, "-0.0 is kept and is the category 0.0",
       [] {
         OneHotEncoder<double> encoder;
         encoder.fit(rows_of<double>({{0.0}, {1.0}}));
         CHECK(difference(encoder.transform(rows_of<double>({{-0.0}})), {{1, 0}}) == "");
         SimpleImputer<double> imputer;
         imputer.fit(rows_of<double>({{1}}));
         CHECK(difference(imputer.transform(rows_of<double>({{-0.0}})), {{-0.0}}) == "");
       }},
      {15, "the largest number", spoilt([](auto& rows) { rows(0, 0) = largest; })},
      {15,
       "an infinity made by a step",
       [] {
         MinMaxScaler<double> scaler;
         scaler.fit(rows_of<double>({{0, 0}, {1, 0.25}}));
         static_cast<void>(scaler.transform(rows_of<double>({{1, 1}, {1, largest}})));
       },
       Errc::non_finite,
       {"min_max_scaler", "1.7976931348623157e+308 * 4.0", "row 1", "\"x1\""}},
      {17,
       "rows * columns overflows",
       [] {
         const double cell = 1;
         transform(MatrixView<const double>(&cell, static_cast<std::size_t>(-1) / 2, 3, 0, 0));
       },
       Errc::bad_shape,
       {"input", "larger than memory"}},
      {18, "bool and integers are exact",
       [] {
         const std::vector<std::int64_t> longs{std::int64_t{1} << 53};
         const bool bools[] = {true};
         Table table;
         table.add("n", longs).add("b", std::span<const bool>(bools));
         ColumnTransformer<double> prep{{"all", prepguard::Passthrough<double>{}, {"n", "b"}}};
         CHECK(difference(prep.fit(table).transform(table), {{0x1p53, 1}}) == "");
       }},
  };
}

std::vector<Row> rows_about_fit() {
  using Scaler = StandardScaler<double>;
  using Range = MinMaxScaler<double>;
  using Imputer = SimpleImputer<double>;
  using RangeOptions = Range::Options;
  return {
      {19,
       "infinity",
       fit(Scaler{}, {{1, 2}, {3, inf}}),
       Errc::cannot_fit,
       {"standard_scaler", "infinity in the training rows", "row 1", "column 1", "got inf"}},
      {19, "infinity", fit(Imputer{}, {{1, -inf}}), Errc::cannot_fit, {"simple_imputer", "column 1", "-inf"}},
      {20, "infinity less infinity", fit(Scaler{}, {{inf}, {-inf}}), Errc::cannot_fit, {"infinity", "row 0"}},
      {21,
       "variance overflows",
       fit(Scaler{}, {{0, 1e200}, {1, -1e200}}),
       Errc::cannot_fit,
       {"column 1", "variance exceeds", "do: rescale"}},
      {22, "the sum overflows, the mean does not",
       [] {
         Scaler scaler;
         scaler.fit(rows_of<double>({{1.7e308}, {1.7e308}}));
         CHECK(scaler.mean() == Array(Array::Reals{1.7e308}));
         CHECK(scaler.scale() == Array(Array::Reals{1}));
       }},
      {23,
       "range overflows",
       fit(Range{}, {{1.7e308}, {-1.7e308}}),
       Errc::cannot_fit,
       {"min_max_scaler", "column 0", "range exceeds"}},
      {23,
       "range overflows, float",
       [] {
         MinMaxScaler<float> scaler;
         scaler.fit(rows_of<float>({{3e38f}, {-3e38f}}));
       },
       Errc::cannot_fit,
       {"column 0", "range exceeds"}},
      {24,
       "all NaN",
       fit(Scaler{}, {{1, nan}, {2, nan}}),
       Errc::cannot_fit,
       {"column 1", "all values are NaN", "impute"}},
      {24,
       "all NaN",
       fit(Range{}, {{nan}}),
       Errc::cannot_fit,
       {"min_max_scaler", "column 0", "all values are NaN"}},
      {24, "all NaN", fit(Imputer{}, {{nan}}), Errc::cannot_fit, {"simple_imputer", "missing altogether"}},
      {25, "NaN is left out",
       [] {
         CHECK(scale_of<double>({1, nan, 3}) == 1);
       }},
      {26, "constant column",
       [] {
         CHECK(scale_of<double>({4.2, 4.2, 4.2}) == 1);
       }},
      {27, "nearly constant",
       [] {
         CHECK(scale_of<double>({1e8 - 1.5e-8, 1e8, 1e8 + 1.5e-8}) == 1);
       }},
      {27, "nearly constant",
       [] {
         CHECK(scale_of<double>({14.62, 14.62, 14.62, 14.62, 14.62}) == 1);
       }},
      {28, "one row", [] { CHECK(scale_of<double>({3}) == 1); }},
      {29, "variance underflows",
       [] {
         CHECK(scale_of<double>({0, 5e-324}) == 1);
       }},
      {29, "range of one denormal",
       [] {
         Range scaler;
         CHECK(scaler.fit(rows_of<double>({{0}, {5e-324}})).scale() == Array(Array::Reals{1}));
       }},
      {30,
       "feature_range upside down",
       [] { Range{RangeOptions{.feature_min = 1, .feature_max = 0}}; },
       Errc::bad_parameter,
       {"min_max_scaler", "feature_min < feature_max", "1.0 and 0.0"}},
      {31, "refit", refit},
      {33, "results beyond the feature range by an ulp",
       [] {  // scikit-learn 1.2.1 gives the same bits
         Range scaler(RangeOptions{.feature_min = -1, .feature_max = 2});
         const auto rows = rows_of<double>({{1.1}, {2.3}, {4.9}, {0.7}});
         CHECK(scaler.fit(rows).transform(rows)(2, 0) == 0x1.0000000000001p+1);
       }},
      {34, "the range does not depend on where NaN is",
       [] {
         Range first, last;
         first.fit(rows_of<double>({{nan}, {1}, {3}}));
         last.fit(rows_of<double>({{3}, {1}, {nan}}));
         CHECK(first == last);
       }},
      {35,
       "duplicate column name",
       [] {
         const std::vector<double> one{1};
         one_column(one, "a").add("a", one);
       },
       Errc::bad_parameter,
       {"\"a\"", "twice"}},
      {35, "empty column name", [] { one_column({}, ""); }, Errc::bad_parameter, {"empty name"}},
      {35,
       "duplicate step name",
       [] {
         AnyPipeline<double>(std::vector<Named<AnyStep<double>>>{{"a", Scaler{}}, {"a", Range{}}});
       },
       Errc::bad_parameter,
       {"pipeline.steps[1].name", "\"a\""}},
      {35,
       "duplicate entry name",
       [] {
         const std::vector<double> one{1};
         ColumnTransformer<double> prep{{"a", Scaler{}, {"x"}}, {"a", Range{}, {"x"}}};
         prep.fit(one_column(one, "x"));
       },
       Errc::bad_parameter,
       {"column_transformer", "\"a\""}},
  };
}

std::vector<Row> rows_about_categories_and_state() {
  const std::string with_nul("a\0", 2);
  return {
      {36,
       "unknown category",
       encode({{"a"}, {"b"}}, {{"b"}, {"c"}}),
       Errc::unknown_category,
       {"one_hot_encoder", "unknown category \"c\"", "row 1", "\"x0\"", "(a, b)",
        "handle_unknown=\"ignore\""}},
      {36, "unknown category, ignored",
       [] {
         TextEncoder encoder(TextEncoder::Options{.handle_unknown = HandleUnknown::ignore});
         encoder.fit(rows_of<Text>({{"a"}, {"b"}}));
         CHECK(difference(encoder.transform(rows_of<Text>({{"c"}})), {{0, 0}}) == "");
       }},
      {37,
       "category of another column",
       encode({{"a", "b"}}, {{"a", "a"}}),
       Errc::unknown_category,
       {"unknown category \"a\"", "\"x1\""}},
      {38,
       "texts with NUL are other texts",
       [with_nul] {
         TextEncoder encoder;
         encoder.fit(rows_of<Text>({{"a"}}));
         static_cast<void>(encoder.transform(rows_of<Text>({{Text(with_nul)}})));
       },
       Errc::unknown_category,
       {"unknown category"}},
      {38,
       "look-alikes are other texts",
       encode({{"caf\u00e9"}}, {{"cafe\u0301"}}),
       Errc::unknown_category,
       {"cafe"}},
      {39,
       "neighbouring numbers differ",
       [] {
         OneHotEncoder<double> encoder;
         encoder.fit(rows_of<double>({{1.0}}));
         static_cast<void>(encoder.transform(rows_of<double>({{1.0000000000000002}})));
       },
       Errc::unknown_category,
       {"unknown category 1.0000000000000002", "(1.0)"}},
      {39,
       "infinity is no category",
       fit(OneHotEncoder<double>{}, {{1}, {inf}}),
       Errc::cannot_fit,
       {"infinity", "row 1"}},
      {39,
       "None and NaN differ",
       encode({{none}}, {{missing}}),
       Errc::unknown_category,
       {"unknown category NaN", "(None)"}},
      {42,
       "not fitted",
       [] { static_cast<void>(StandardScaler<double>().transform(Matrix<double>(1, 3))); },
       Errc::bad_shape,
       {"standard_scaler: not fitted", "do: call fit"}},
      {42,
       "pipeline not fitted",
       [] {
         const Pipeline<SimpleImputer<double>, StandardScaler<double>> pipeline;
         static_cast<void>(pipeline.transform(Matrix<double>(1, 3)));
       },
       Errc::bad_shape,
       {"pipeline: not fitted"}},
      {42,
       "column transformer not fitted",
       [] { static_cast<void>(ColumnTransformer<double>().transform(Table())); },
       Errc::bad_shape,
       {"column_transformer: not fitted"}},
      {43,
       "moved-from",
       [] { move_and_transform(fitted()); },
       Errc::bad_shape,
       {"standard_scaler: not fitted"}},
      {43,
       "moved-from run-time step",
       [] { move_and_transform(AnyStep<double>(fitted())); },
       Errc::bad_shape,
       {"not fitted"}},
      {43,
       "moved-from run-time pipeline",
       [] { move_and_transform(AnyPipeline<double>(Pipeline{fitted()})); },
       Errc::bad_shape,
       {"pipeline: not fitted"}},
      {44, "self-assignment",
       [] {
         AnyPipeline<double> pipeline(Pipeline{fitted()});
         const AnyPipeline<double> before = pipeline;
         const AnyPipeline<double>& self = pipeline;
         pipeline = self;
         CHECK(pipeline == before);
         std::swap(pipeline, pipeline);
         CHECK(pipeline == before);
       }},
      {47, "cancelled in the middle leaves no trace",
       [] {
         const StandardScaler<double> scaler = fitted();
         const auto rows = rows_of<double>({{1, 10, 100}});
         const auto want = scaler.transform(rows);
         CHECK(cells::error_of([&] {
                 static_cast<void>(scaler.transform(rows_of<double>({{1, 2, inf}})));
               }).has_value());
         CHECK(difference(scaler.transform(rows), want) == "");
         CHECK(scaler == fitted());
       }},
      {57, "names in another order",
       [] {
         const std::vector<double> a{1, 3}, b{10, 30};
         Table table, turned;
         table.add("a", a).add("b", b);
         turned.add("b", b).add("a", a);
         ColumnTransformer<double> prep{{"all", StandardScaler<double>{}, {"a", "b"}}};
         prep.fit(table);
         CHECK(difference(prep.transform(turned), prep.transform(table)) == "");
       }},
      {57,
       "another set of names",
       [] {
         const std::vector<double> a{1, 3};
         ColumnTransformer<double> prep{{"all", StandardScaler<double>{}, {"a"}}};
         prep.fit(one_column(a, "a"));
         static_cast<void>(prep.transform(one_column(a, "A")));
       },
       Errc::bad_schema,
       {"missing column", "\"a\" (1 of 1)", "unknown column is \"A\"", "order does not matter"}},
  };
}

/// Faults without a row here: where they are shown, or why they cannot occur yet.
const std::map<int, const char*> elsewhere = {
    {14, "conformance: the control register of the caller changes nothing"},
    {16, "indices are std::size_t throughout; a batch beyond 2^31 cells does not fit a test machine"},
    {32, "fit takes cells in memory, no iterators"},
    {40, "a column of 2^31 categories does not fit a file or a test machine"},
    {41, "conformance: prepare refuses every state that contradicts itself"},
    {45, "conformance: eight threads transform and copy one step at once"},
    {46, "conformance: eight threads transform and copy one step at once"},
    {48, "allocation_test: every allocation fails once"},
    {49, "guard_test"},
    {50, "guard_test"},
    {51, "guard_test"},
    {52, "guard_test"},
    {53, "guard_test"},
    {54, "guard_test"},
    {55, "guard_test"},
    {56, "guard_test"},
};
constexpr int last_data_fault = 57;  // files: file_test and detail/*; skew: the guard's later checks

}  // namespace

TEST_CASE("faults: every fault has its outcome, and its message holds the facts") {
  std::vector<Row> rows = rows_about_data();
  for (auto&& more : {rows_about_fit(), rows_about_categories_and_state()})
    rows.insert(rows.end(), more.begin(), more.end());
  std::map<int, int> counted;
  for (const Row& row : rows) {
    CAPTURE(row.fault);
    const std::string title = row.title;
    CAPTURE(title);
    ++counted[row.fault];
    const auto error = cells::error_of(row.act);
    const std::string text = error ? error->what() : "no error";
    CAPTURE(text);
    CHECK(error.has_value() == row.code.has_value());
    if (!error || !row.code) continue;
    CHECK(name(error->code()) == name(*row.code));
    for (const std::string word : row.words) {
      CAPTURE(word);
      CHECK(text.find(word) != std::string::npos);
    }
  }
  int shown = 0;
  for (int fault = 1; fault <= last_data_fault; ++fault) {
    CAPTURE(fault);
    CHECK((counted.count(fault) == 1) != (elsewhere.count(fault) == 1));
    shown += counted[fault] > 0 ? 1 : 0;
  }
  std::printf("G17: %zu rows about %d faults of data, fit, categories and state; %zu shown elsewhere\n",
              rows.size(), shown, elsewhere.size());
}

}  // namespace faults_data_test
