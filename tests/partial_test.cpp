// SPDX-License-Identifier: MIT
#include "prepguard/partial.hpp"

#include <doctest/doctest.h>

#include <cereal/archives/binary.hpp>
#include <cereal/archives/json.hpp>
#include <cstdio>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/prepguard.hpp"
#include "prepguard/serialize.hpp"

namespace partial_test {
namespace {

using prepguard::Errc;
using prepguard::FitIssue;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MinMaxScaler;
using prepguard::Number;
using prepguard::OneHotEncoder;
using prepguard::StandardScaler;
using prepguard::Text;

using Random = std::mt19937;

/// Rows with repetitions, of magnitudes that rounded sums would not survive in any order.
template <class Cell>
Matrix<Cell> rows_for(Random& random, std::size_t rows) {
  static const std::vector<std::string> words{"a", "b", "", "a longer text than fits into a word", "b "};
  Matrix<Cell> cells(rows, 3);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t pick = random() % 40;
      if constexpr (Number<Cell>) {
        cells(i, j) = static_cast<Cell>(j == 0 ? 1e15 + static_cast<double>(pick) / 8
                                               : 0.1 * static_cast<double>(pick + 1));
      } else {
        cells(i, j) = Text(words[pick % words.size()]);
      }
    }
  }
  return cells;
}

template <class X>
std::string bytes_of(const X& value) {
  std::ostringstream stream;
  cereal::BinaryOutputArchive archive(stream);
  archive(value);
  return stream.str();
}

/// Rows picked by their numbers.
template <class Cell>
Matrix<Cell> pick(const Matrix<Cell>& rows, const std::vector<std::size_t>& order) {
  Matrix<Cell> some(order.size(), rows.cols());
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < rows.cols(); ++j) some(i, j) = rows(order[i], j);
  }
  return some;
}

/// Merges the parts two at a time, in random pairs, as a tree of any shape would.
template <class Partial>
Partial merged_anyhow(std::vector<Partial> parts, Random& random) {
  while (parts.size() > 1) {
    const std::size_t at = random() % (parts.size() - 1);
    Partial both = random() % 2 == 0 ? merge(parts[at], parts.back()) : merge(parts.back(), parts[at]);
    parts.pop_back();
    parts[at] = std::move(both);
  }
  return parts.front();
}

/// Shardings of random rows that give other bytes than the whole.
template <class Step>
std::size_t wrong_shardings(const Step& step, Random& random, std::size_t shardings) {
  const auto rows = rows_for<typename Step::Input>(random, 120);
  const std::string want = bytes_of(step.partial(rows));
  std::size_t wrong = 0;
  for (std::size_t round = 0; round < shardings; ++round) {
    std::vector<std::vector<std::size_t>> shards(1 + random() % 12);
    for (std::size_t i = 0; i < rows.rows(); ++i) shards[random() % shards.size()].push_back(i);
    std::vector<typename Step::Partial> parts;
    for (auto& shard : shards) {
      std::shuffle(shard.begin(), shard.end(), random);
      if (!shard.empty()) parts.push_back(step.partial(pick(rows, shard)));
    }
    wrong += bytes_of(merged_anyhow(std::move(parts), random)) == want ? 0u : 1u;
  }
  return wrong;
}

template <class Partial>
Partial read_again(const std::string& bytes) {
  std::istringstream stream(bytes);
  cereal::BinaryInputArchive archive(stream);
  Partial partial;
  archive(partial);
  return partial;
}

}  // namespace

TEST_CASE(
    "partial: any of 1,000 random shardings, merged as any tree, is the same bytes as the whole, for every "
    "step") {
  Random random(20240229);
  std::size_t steps = 0, wrong = 0;
  const auto over = [&]<class... Steps>(prepguard::StepList<Steps...>) {
    const auto one = [&]<class Step>(const Step& step) {
      if constexpr (requires { typename Step::Partial; }) {
        const std::string type(Step::type);
        CAPTURE(type);
        const std::size_t here = wrong_shardings(step, random, 1000);
        CHECK(here == 0);
        wrong += here;
        ++steps;
      }
    };
    (one(Steps()), ...);
  };
  over(prepguard::BuiltInSteps<float>());
  over(prepguard::BuiltInSteps<double>());
  std::printf("figure: 1,000 shardings for each of %zu steps: %zu merged to other bytes\n", steps, wrong);
}

TEST_CASE("partial: survives cereal's archives, and what contradicts itself does not get in") {
  StandardScaler<double> scaler;
  using Partial = StandardScaler<double>::Partial;
  const auto rows = cells::rows_of<double>({{1, 2}, {3, cells::nan<double>}, {-1e300, 7}});
  const std::vector<double> weights{1, 0.5, 2};
  for (const Partial& partial : {scaler.partial(rows), scaler.partial(rows, weights), Partial()}) {
    CHECK(read_again<Partial>(bytes_of(partial)) == partial);
    std::stringstream json;
    {
      cereal::JSONOutputArchive archive(json);
      archive(partial);
    }
    cereal::JSONInputArchive archive(json);
    Partial copy;
    archive(copy);
    CHECK(copy == partial);
  }

  // Columns of different rows, a range upside down, values out of order.
  auto lopsided = merge(scaler.partial(cells::rows_of<double>({{1}})), Partial());
  std::vector<prepguard::detail::ColumnMoments> columns(2);
  const double one = 1;
  columns[0].add(&one, 1, 1);
  cells::check_error([&] { read_again<Partial>(bytes_of(Partial("standard_scaler", columns))); },
                     Errc::bad_state, {"partial.columns[1]", "as many cells as the first"});
  using Range = MinMaxScaler<double>::Partial;
  std::string bytes = bytes_of(MinMaxScaler<double>().partial(rows));
  std::swap_ranges(bytes.end() - 16, bytes.end() - 8, bytes.end() - 8);  // low and high of the last column
  cells::check_error([&] { read_again<Range>(bytes); }, Errc::bad_state, {"a range of some of the cells"});
  using Values = OneHotEncoder<double>::Partial;
  const auto distinct = cells::rows_of<double>({{1}, {2}});
  bytes = bytes_of(OneHotEncoder<double>().partial(distinct));
  const std::size_t first = bytes.find(bytes_of(1.0));
  REQUIRE(first != std::string::npos);
  bytes.replace(first, 8, bytes_of(3.0));
  cells::check_error([&] { read_again<Values>(bytes); }, Errc::bad_state, {"ascending values"});
}

TEST_CASE("partial: only parts of one step and width go together") {
  const auto two = cells::rows_of<double>({{1, 2}, {3, 4}}), one = cells::rows_of<double>({{1}, {2}});
  StandardScaler<double> scaler;
  auto part = scaler.partial(two);
  const auto before = part;
  cells::check_error([&] { part.merge(scaler.partial(one)); }, Errc::bad_shape,
                     {"2 columns", "got one of 1"});
  CHECK(part == before);
  using Range = MinMaxScaler<double>::Partial;
  const Range other("max_abs_scaler", MinMaxScaler<double>().partial(two).columns());
  cells::check_error([&] { MinMaxScaler<double>().finish(other); }, Errc::bad_parameter,
                     {"min_max_scaler", "a partial of this step, got one of max_abs_scaler"});
  Range own = MinMaxScaler<double>().partial(two);
  cells::check_error([&] { own.merge(other); }, Errc::bad_parameter,
                     {"a partial of min_max_scaler, got one of max_abs_scaler"});
  cells::check_error([&] { scaler.finish({}); }, Errc::cannot_fit, {"0 rows"});
  CHECK(merge(StandardScaler<double>::Partial(), before) == before);
}

TEST_CASE(
    "partial_fit: a column may wait for its first value; a batch that cannot be learned changes nothing") {
  constexpr double gap = cells::nan<double>;
  StandardScaler<double> scaler;
  scaler.partial_fit(cells::rows_of<double>({{1, gap}, {3, gap}}));
  CHECK(scaler.health().has(FitIssue::all_missing, 1));
  CHECK(scaler.mean().missing(1) == prepguard::Missing::nan);
  CHECK(scaler.transform(cells::rows_of<double>({{1, gap}}))(0, 0) == -1);
  const StandardScaler<double> before = scaler;
  cells::check_error(
      [&] {
        scaler.partial_fit(cells::rows_of<double>({{1.7e308, 1}, {-1.7e308, 2}}));
      },
      Errc::cannot_fit, {"column 0", "variance exceeds the largest double"});
  cells::check_error([&] { scaler.partial_fit(cells::rows_of<double>({{1}})); }, Errc::bad_shape,
                     {"2 columns"});
  CHECK(scaler == before);
  scaler.partial_fit(cells::rows_of<double>({{5, 10}, {7, 20}}));
  CHECK(scaler.health().good());
  StandardScaler<double> whole;
  whole.fit(cells::rows_of<double>({{1, gap}, {3, gap}, {5, 10}, {7, 20}}));
  CHECK(scaler == whole);
  // A fit begins anew.
  scaler.fit(cells::rows_of<double>({{0, 0}, {2, 4}}));
  scaler.partial_fit(cells::rows_of<double>({{0, 0}, {4, 4}}));
  CHECK(scaler.mean().real(0) == 2);
}

TEST_CASE("health: what a fit noticed, in words") {
  StandardScaler<double> scaler;
  scaler.fit(cells::rows_of<double>({{14.5, 1e8, 0, 1}, {14.5, 1e8 + 1.5e-8, 5e-324, 2}, {14.5, 1e8, 0, 3}}));
  CHECK(scaler.health().findings().size() == 3);
  CHECK(scaler.health().has(FitIssue::constant, 0));
  CHECK(scaler.health().has(FitIssue::nearly_constant, 1));
  CHECK(scaler.health().has(FitIssue::underflow, 2));
  const std::string text = scaler.health().text({"mass"});
  CHECK(text.starts_with(
      "column 0 \"mass\": constant: all values are 14.5; scale 1\ncolumn 1: nearly_constant: variance "));
  MinMaxScaler<float> range;
  range.fit(cells::rows_of<float>({{1, 2, 1e-7f}, {1, 3, 2e-7f}}));
  CHECK(range.health().has(FitIssue::constant, 0));
  CHECK_FALSE(range.health().has(FitIssue::constant, 1));
  CHECK(range.health().has(FitIssue::nearly_constant, 2));
}

}  // namespace partial_test
