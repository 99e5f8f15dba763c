// SPDX-License-Identifier: MIT
#include "prepguard/detail/exact_moments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cfenv>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "every_instruction_set.hpp"
#include "exact_moments_table.hpp"

using prepguard::detail::ExactMoments;

namespace exact_moments_test {
namespace {

constexpr std::uint64_t infinity_bits = 0x7ff0000000000000u;

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

std::vector<std::uint64_t> cells_of(const ExactColumn& column) {
  if (column.count == 0) return column.cells;
  SplitMix64 next(column.seed);
  std::vector<std::uint64_t> cells;
  for (std::uint64_t i = 0; i < column.count; ++i) {
    const std::uint64_t bits = next();
    cells.push_back((bits & 0x800fffffffffffffu) | (column.lowest + next() % column.span) << 52);
  }
  return cells;
}

// Copies bits into cells, so that no instruction sees a denormal or NaN as a number.
template <class T>
std::vector<T> as_cells(const std::vector<std::uint64_t>& patterns) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  std::vector<T> cells(patterns.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto bits = static_cast<Bits>(patterns[i]);
    std::memcpy(cells.data() + i, &bits, sizeof bits);
  }
  return cells;
}

template <class T>
ExactMoments moments_of(const std::vector<T>& cells) {
  ExactMoments moments;
  moments.add(cells.data(), 1, cells.size());
  return moments;
}

ExactMoments moments_of(const ExactColumn& column) {
  const auto cells = cells_of(column);
  return column.single ? moments_of(as_cells<float>(cells)) : moments_of(as_cells<double>(cells));
}

std::uint64_t bits_or_infinity(const std::optional<double>& value) {
  return value ? std::bit_cast<std::uint64_t>(*value) : infinity_bits;
}

void check_table() {
  for (const ExactColumn& column : exact_columns) {
    CAPTURE(column.name);
    const ExactMoments moments = moments_of(column);
    CHECK(moments.count() == column.numbers);
    CHECK(moments.missing() == column.missing);
    CHECK(moments.infinite() == 0);
    if (column.numbers == 0) {
      CHECK(!moments.mean());
      CHECK(!moments.variance());
    } else {
      CHECK(bits_or_infinity(moments.mean()) == column.mean);
      CHECK(bits_or_infinity(moments.variance()) == column.variance);
    }
  }
}

std::vector<std::uint64_t> hostile_column() {
  std::vector<std::uint64_t> all;
  for (const ExactColumn& column : exact_columns) {
    if (column.single) continue;
    const auto cells = cells_of(column);
    all.insert(all.end(), cells.begin(), cells.end());
  }
  return all;
}

// Cuts the cells into shards anywhere, adds each with its own stride, merges random pairs until one is left.
ExactMoments sharded(const std::vector<double>& cells, std::mt19937_64& random) {
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<ExactMoments> shards(1 + below(12));
  for (std::size_t first = 0; first < cells.size();) {
    const std::size_t n = std::min(cells.size() - first, 1 + below(random() % 2 != 0 ? 40 : 4000));
    ExactMoments& shard = shards[below(shards.size())];
    const std::size_t even = (n + 1) / 2;
    switch (below(3)) {
      case 0:
        shard.add(cells.data() + first, 1, n);
        break;
      case 1:
        shard.add(cells.data() + first + n - 1, -1, n);
        break;
      default:
        shard.add(cells.data() + first, 2, even);
        shards[below(shards.size())].add(cells.data() + first + 1, 2, n - even);
    }
    first += n;
  }
  while (shards.size() > 1) {
    std::swap(shards[below(shards.size())], shards.back());
    const ExactMoments last = shards.back();
    shards.pop_back();
    shards[below(shards.size())].merge(last);
  }
  return shards.front();
}

}  // namespace

TEST_CASE("mean and variance are the exact ones, rounded once, under every instruction set") {
  for_every_instruction_set([](prepguard::InstructionSet) { check_table(); });
}

TEST_CASE("the rounding mode changes nothing") {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    REQUIRE(std::fesetround(mode) == 0);
    for_every_instruction_set([](prepguard::InstructionSet) { check_table(); });
  }
  std::fesetround(FE_TONEAREST);
}

TEST_CASE("the state is the same bytes for any order, sharding and merge tree") {
  static_assert(std::has_unique_object_representations_v<ExactMoments>);
  std::mt19937_64 random(7);
  auto patterns = hostile_column();
  const ExactMoments expected = moments_of(as_cells<double>(patterns));
  constexpr int trials = 1000;
  int same = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::shuffle(patterns.begin(), patterns.end(), random);
    const ExactMoments got = sharded(as_cells<double>(patterns), random);
    same += got == expected && std::memcmp(&got, &expected, sizeof got) == 0 ? 1 : 0;
  }
  CHECK(same == trials);
  std::printf("exact moments: %d random shardings of %zu cells, %d with the same state\n", trials,
              patterns.size(), same);
}

TEST_CASE("the bins hold as many of the largest numbers as they promise") {
  using namespace prepguard::detail;
  const FloatParts<double> largest_of_bin(std::uint64_t{0x400fffffffffffffu});
  REQUIRE(largest_of_bin.shift() % 8 == 7);
  BinnedSums sums;
  for (std::size_t i = 0; i < BinnedSums::capacity; ++i) sums.add(largest_of_bin);
  WideInteger<34> sum, expected_sum;
  WideInteger<67> squares, expected_squares;
  sums.move_to(sum, squares);
  constexpr Uint128 significand = (Uint128{1} << 53) - 1;
  for (std::size_t i = 0; i < BinnedSums::capacity; ++i) {
    expected_sum.add_shifted(significand, 0, largest_of_bin.shift());
    expected_squares.add_shifted(significand * significand, 0, 2 * largest_of_bin.shift());
  }
  CHECK(sum == expected_sum);
  CHECK(squares == expected_squares);
}

TEST_CASE("float32 cells leave the state of the same float64 cells") {
  std::vector<float> narrow;
  for (int i = -700; i < 700; ++i) narrow.push_back(static_cast<float>(i) * 0.37f);
  CHECK(moments_of(narrow) == moments_of(std::vector<double>(narrow.begin(), narrow.end())));
}

TEST_CASE("infinities are counted and left out") {
  const auto cells = as_cells<double>({infinity_bits, 0x3ff0000000000000u, infinity_bits + 1});
  auto moments = moments_of(cells);
  CHECK(moments.infinite() == 1);
  CHECK(moments.missing() == 1);
  CHECK(moments.count() == 1);
  CHECK(moments.mean() == 1.0);
  moments.merge(moments_of(as_cells<float>({0xff800000u, 0x7f800001u})));
  CHECK(moments.infinite() == 2);
  CHECK(moments.missing() == 2);
  CHECK(moments.count() == 1);
}

TEST_CASE("a constant column is told from one whose variance underflows") {
  CHECK(moments_of(std::vector<double>(1000, 0.1)).constant());
  CHECK(moments_of(std::vector<double>{1e-200, 1e-200}).constant());
  const auto underflow = moments_of(std::vector<double>{1e-200, 2e-200});
  CHECK(underflow.variance() == 0.0);
  CHECK_FALSE(underflow.constant());
}

TEST_CASE("thousands of similar numbers fill the parts of every instruction set, and are added exactly") {
  // The largest magnitudes for their parts, one sign, so that no sum cancels: 3 * 2^k - 2^(k - 52).
  std::vector<double> cells(100'000, std::bit_cast<double>(std::uint64_t{0x40f7ffffffffffff}));
  prepguard::detail::BinnedSums bins;
  prepguard::detail::WideInteger<34> sum;
  prepguard::detail::WideInteger<67> squares;
  for (const double& cell : cells) {
    bins.add(prepguard::detail::FloatParts<double>(&cell));
    bins.move_to(sum, squares);
  }
  for_every_instruction_set([&](prepguard::InstructionSet) {
    const ExactMoments moments = moments_of(cells);
    CHECK(moments.sum() == sum);
    CHECK(moments.squares() == squares);
  });
}

TEST_CASE("no cell, or a stride of zero") {
  ExactMoments moments;
  moments.add(static_cast<const double*>(nullptr), 1, 0);
  CHECK(moments == ExactMoments{});
  const double cell = 2.5;
  moments.add(&cell, 0, 1000);
  CHECK(moments == moments_of(std::vector<double>(1000, 2.5)));
}

TEST_CASE("fields name the whole state") {
  auto moments = moments_of(as_cells<double>(hostile_column()));
  ExactMoments copy;
  std::vector<std::vector<std::uint64_t>> values;
  const auto words = [](auto& field) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(field)>>) {
      return std::span(&field, 1);
    } else {
      return std::span(field);
    }
  };
  ExactMoments::fields(std::as_const(moments), [&](const char*, const auto& field) {
    const auto part = words(field);
    values.emplace_back(part.begin(), part.end());
  });
  std::size_t next = 0;
  ExactMoments::fields(
      copy, [&](const char*, auto& field) { std::ranges::copy(values[next++], words(field).begin()); });
  CHECK(copy == moments);
}

}  // namespace exact_moments_test
