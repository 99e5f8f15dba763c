// SPDX-License-Identifier: MIT
// Transforms allocate nothing in a steady state, and an allocation that fails loses nothing.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/guard.hpp"
#include "prepguard/pipeline.hpp"

namespace allocation_test {
namespace {

using prepguard::Binding;
using prepguard::ColumnTransformer;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MinMaxScaler;
using prepguard::Missing;
using prepguard::MixedView;
using prepguard::OneHotEncoder;
using prepguard::Passthrough;
using prepguard::Pipeline;
using prepguard::SimpleImputer;
using prepguard::StandardScaler;
using prepguard::Table;
using prepguard::Text;

struct Penguins {
  std::vector<double> length{39.1, 39.5, std::numeric_limits<double>::quiet_NaN(), 36.7, 46.5};
  std::vector<std::int64_t> mass{3750, 3800, 3250, 3450, 5500};
  std::vector<Text> island{"Torgersen", "Dream", "Biscoe", Text(Missing::nan), "Biscoe"};
  std::vector<std::string> sex{"male", "female", "female", "female",
                               "an unusually long text, longer than any buffer"};
  Table table(std::size_t rows = 5) const {
    const auto first = [rows](const auto& column) { return std::span(column).first(rows); };
    Table made;
    made.add("length", first(length))
        .add("mass", first(mass))
        .add("island", first(island))
        .add("sex", first(sex));
    return made;
  }
};

ColumnTransformer<double> preparation() {
  return ColumnTransformer<double>(
      {{"num", Pipeline{SimpleImputer<double>{}, StandardScaler<double>{}}, {"mass", "length"}},
       {"cat",
        Pipeline{SimpleImputer<double, Text>{}, OneHotEncoder<double, Text>{}},
        {"sex", "island"},
        0.5}},
      Passthrough<double>{});
}

}  // namespace

TEST_CASE("allocation: the counter counts") {
  // Direct calls: a compiler may leave out pairs of new and delete that nobody looks at.
  CHECK(allocations_of([] { ::operator delete(::operator new(100)); }) == 1);
  CHECK(allocations_of([] { Matrix<float>(3, 3)(0, 0) = 1; }) == 1);
  const auto second_fails = [] {
    const FailAllocation fail(1);
    ::operator delete(::operator new(100));
    ::operator delete(::operator new(100));
  };
  CHECK_THROWS_AS(second_fails(), std::bad_alloc);
}

TEST_CASE("allocation: neither does a pipeline nor a column transformer, from rows or from a bound table") {
  const Penguins penguins;
  const Table table = penguins.table();
  ColumnTransformer<double> prep = preparation();
  prep.fit(table);
  Pipeline pipeline{preparation(), MinMaxScaler<double>{}};
  pipeline.fit(table);
  const Binding binding = prep.schema().bind(table);
  Matrix<double> out(5, prep.output_width());
  const std::uint64_t from_table = in_steady_state([&] { prep.transform(table, binding, out); });
  const std::uint64_t through_pipeline = in_steady_state([&] { pipeline.transform(table, binding, out); });
  CHECK(from_table == 0);
  CHECK(through_pipeline == 0);

  const auto numbers = cells::rows_of<double>({{1, 2}, {3, cells::nan<double>}});
  const auto texts = cells::rows_of<Text>({{"Dream", "male"}, {"Biscoe", "female"}});
  Matrix<double> two(2, prep.output_width());
  const std::uint64_t from_rows = in_steady_state(
      [&] { prep.transform(MixedView<const double>(numbers, texts), MatrixView<double>(two)); });
  CHECK(from_rows == 0);
  std::printf("G11: column transformer from table %llu, in a pipeline %llu, from rows %llu allocations\n",
              static_cast<unsigned long long>(from_table), static_cast<unsigned long long>(through_pipeline),
              static_cast<unsigned long long>(from_rows));
}

TEST_CASE(
    "allocation: one guarded row makes none, from views, from a bound table, through a run-time pipeline") {
  const Penguins penguins;
  const Table table = penguins.table();
  Pipeline<ColumnTransformer<double>> fixed{preparation()};
  fixed.fit(table);
  const prepguard::AnyPipeline<double> chosen(fixed);
  const Table first = penguins.table(1);
  const Binding binding = fixed.schema().bind(first);
  const auto numbers = cells::rows_of<double>({{39.5, 3800}});
  const auto texts = cells::rows_of<Text>({{"Dream", "female"}});
  const MixedView<const double> views(numbers, texts);
  // Answers in memory at hand: what a model returns by value for each row is collected in a matrix.
  std::vector<double> answers(1);
  const auto sum = [&answers](const auto& features) -> const std::vector<double>& {
    answers[0] = features.sum();
    return answers;
  };
  std::uint64_t made = 0;
  std::size_t ways = 0;
  const auto check = [&](const std::string& way, auto&& call) {
    CAPTURE(way);
    const std::uint64_t here = in_steady_state(call);
    CHECK(here == 0);
    made += here;
    ++ways;
  };
  const auto by_compiler = prepguard::guard(fixed, sum);
  const auto at_run_time = prepguard::guard(chosen, sum);
  check("views", [&] { by_compiler(views); });
  check("views, try_call", [&] { static_cast<void>(by_compiler.try_call(views)); });
  check("bound table", [&] { by_compiler(first, binding); });
  check("run-time pipeline, views", [&] { at_run_time(views); });

  // Categories that are numbers, too.
  OneHotEncoder<float> one_hot;
  one_hot.fit(cells::rows_of<float>({{1, 2}, {3, 4}, {5, 6}}));
  const auto encoded = prepguard::guard(one_hot, [](std::span<const float> row) { return row[0]; });
  const std::vector<float> request{3, 6};
  check("one-hot", [&] { encoded(request); });
  CHECK(answers[0] != 0);
  std::printf("G11: one guarded row in %zu ways, %llu allocations\n", ways,
              static_cast<unsigned long long>(made));
}

TEST_CASE("allocation: the same for a column transformer and a pipeline") {
  std::size_t failed = 0;
  const Penguins penguins;
  const Table table = penguins.table();
  ColumnTransformer<double> prep = preparation();
  failed += check_strong(prep, [&](ColumnTransformer<double>& p) { p.fit(table); });
  prep.fit(table);
  failed += check_strong(prep, [&](ColumnTransformer<double>& p) { p.fit(table); });
  failed += check_strong(prep, [&](ColumnTransformer<double>& p) { static_cast<void>(p.transform(table)); });
  Pipeline pipeline{SimpleImputer<double>{}, StandardScaler<double>{}, MinMaxScaler<double>{}};
  const auto rows = cells::rows_of<double>({{1, 2}, {3, cells::nan<double>}, {5, 7}});
  failed += check_strong(pipeline, [&](auto& p) { p.fit(rows); });
  pipeline.fit(rows);
  failed += check_strong(pipeline, [&](auto& p) { p.fit(rows); });
  std::printf("G13: %zu allocations made to fail, 0 changes, 0 leaks\n", failed);
}

}  // namespace allocation_test
