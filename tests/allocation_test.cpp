// SPDX-License-Identifier: MIT
// Transforms allocate nothing in a steady state, and an allocation that fails loses nothing.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <limits>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "allocation_checks.hpp"
#include "cells.hpp"
#include "prepguard/column_transformer.hpp"
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
  Table table() const {
    Table made;
    made.add("length", length).add("mass", mass).add("island", island).add("sex", sex);
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
