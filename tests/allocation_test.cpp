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

#include "allocations.hpp"
#include "cells.hpp"
#include "conformance_examples.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/pipeline.hpp"

namespace {

using conformance::Block;
using conformance::BlockOf;
using conformance::Examples;
using conformance::for_every_fitted_step;
using conformance::output_for;
using prepguard::AnyPipeline;
using prepguard::AnyStep;
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
using prepguard::detail::part_of;

template <class Action>
std::uint64_t count(Action&& action) {
  const std::uint64_t before = allocations();
  action();
  return allocations() - before;
}

/// Allocations of the second and third of three runs: what the first one keeps is reused.
template <class Action>
std::uint64_t in_steady_state(Action&& action) {
  action();
  return count(action) + count(action);
}

/// Makes every allocation of `action(object)` fail once. Each time the object must be what it was and nothing
/// may be lost. How many failed.
template <class Object, class Action>
std::size_t check_strong(const Object& original, Action&& action) {
  for (std::size_t n = 0;; ++n) {
    bool failed = false, unchanged = true;
    prepguard::release_thread_memory();
    const std::int64_t live = live_allocations();
    {
      Object object = original;
      try {
        const FailAllocation fail(n);
        action(object);
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      if (failed) unchanged = object == original;
    }
    prepguard::release_thread_memory();
    const std::int64_t lost = live_allocations() - live;
    CAPTURE(n);
    REQUIRE(unchanged);
    REQUIRE(lost == 0);
    if (!failed) return n;
  }
}

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
  CHECK(count([] { ::operator delete(::operator new(100)); }) == 1);
  CHECK(count([] { Matrix<float>(3, 3)(0, 0) = 1; }) == 1);
  const auto second_fails = [] {
    const FailAllocation fail(1);
    ::operator delete(::operator new(100));
    ::operator delete(::operator new(100));
  };
  CHECK_THROWS_AS(second_fails(), std::bad_alloc);
}

TEST_CASE("allocation: no step allocates in a steady state, whatever the layout") {
  std::uint64_t transforms = 0, total = 0;
  for_every_fitted_step([&]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    using T = typename Step::Scalar;
    const Pipeline pipeline{step};
    const AnyStep<T> any(step);
    const AnyPipeline<T> chain(pipeline);
    const BlockOf<Step> shape = output_for(step, rows.rows());
    for (const cells::Layout& layout : cells::layouts) {
      CAPTURE(layout.name);
      const cells::Arranged<T> numbers(layout, rows.numbers), number_results(layout, shape.numbers);
      const cells::Arranged<Text> texts(layout, rows.texts), text_results(layout, shape.texts);
      const MixedView<const T> in(numbers.readable(), texts.readable());
      const MixedView<T> out(number_results.view(), text_results.view());
      const auto check = [&](const auto& transformer) {
        using Transformer = std::remove_cvref_t<decltype(transformer)>;
        const std::uint64_t made = in_steady_state([&] {
          transformer.transform(part_of<typename Transformer::Input>(in),
                                part_of<typename Transformer::Output>(out));
        });
        CHECK(made == 0);
        total += made;
        ++transforms;
      };
      check(step);
      check(pipeline);
      check(any);
      check(chain);
      if constexpr (prepguard::Invertible<Step>) {
        CHECK(in_steady_state([&] {
                step.inverse_transform(
                    part_of<typename Step::Output>(MixedView<const T>(out)),
                    part_of<typename Step::Input>(MixedView<T>(numbers.view(), texts.view())));
              }) == 0);
      }
    }
  });
  std::printf("G11: %llu transforms of steps and pipelines, %llu allocations\n",
              static_cast<unsigned long long>(transforms), static_cast<unsigned long long>(total));
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
    "allocation: every allocation of a fit, copy or transform fails once: nothing changes, nothing leaks") {
  std::size_t failed = 0;
  for_every_fitted_step([&]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    using T = typename Step::Scalar;
    // Fitted to fewer rows, so that a fit that was half done would show.
    const BlockOf<Step> other = rows.pick({0, 1, 2, 4});
    const AnyPipeline<T> chain(Pipeline{step});
    const auto attempt = [&](const auto& object) {
      using Object = std::remove_cvref_t<decltype(object)>;
      const auto in = part_of<typename Object::Input>(other.view());
      failed += check_strong(object, [&](Object& o) { o.fit(in); });
      failed += check_strong(object, [&](Object&) { const Object copy = object; });
      BlockOf<Step> out = output_for(object, other.rows());
      const cells::Arranged<T> numbers(cells::layouts[1], other.numbers);
      const cells::Arranged<Text> texts(cells::layouts[1], other.texts);
      const MixedView<const T> columns(numbers.readable(), texts.readable());
      failed += check_strong(object, [&](Object& o) {
        o.transform(part_of<typename Object::Input>(columns), part_of<typename Object::Output>(out.target()));
      });
    };
    attempt(step);
    attempt(chain);
  });

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
