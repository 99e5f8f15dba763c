// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "every_instruction_set.hpp"
#include "prepguard/transformers/standard_scaler.hpp"
#include "quotient_cases.hpp"

namespace quotients_test {
namespace {

namespace pd = prepguard::detail;
using namespace quotient_cases;
using pd::Quotient;

/// Numerators X and divisors S of 8 bits such that X * 2^k - M * S is at most 8, for an odd M of 9 bits; by
/// trying all.
std::set<std::pair<std::uint64_t, std::uint64_t>> hard_pairs_of_8_bits() {
  std::set<std::pair<std::uint64_t, std::uint64_t>> pairs;
  for (std::int64_t S = 128; S < 256; ++S) {
    for (std::int64_t X = 128; X < 256; ++X) {
      for (const int k : {8, 9}) {
        for (std::int64_t M = 257; M < 512; M += 2) {
          const std::int64_t d = (X << k) - M * S;
          if (d != 0 && d >= -8 && d <= 8) pairs.emplace(S, X);
        }
      }
    }
  }
  return pairs;
}

/// Applies a step that holds one shift and one scale to cells, as one column, in place or apart.
template <class T>
std::vector<T> applied(const std::vector<T>& x, double shift, double scale, bool in_place = false) {
  const pd::SubtractDivideTable<T> table({shift}, {scale});
  std::vector<T> y = x;
  table.apply({in_place ? y.data() : x.data(), x.size(), 1}, {y.data(), y.size(), 1});
  return y;
}

template <class T>
std::vector<T> special_cells() {
  using L = std::numeric_limits<T>;
  std::vector<T> x = {0,           1, 3, L::min(), L::denorm_min(), L::max(), L::infinity(), L::quiet_NaN(),
                      L::epsilon()};
  for (int e = L::min_exponent - L::digits; e <= L::max_exponent - 1; e += 3) {
    x.push_back(std::ldexp(T(1.7), e));
    x.push_back(std::nextafter(std::ldexp(T(1), e), T(0)));
  }
  const std::size_t size = x.size();
  for (std::size_t i = 0; i < size; ++i) x.push_back(-x[i]);
  return x;
}

}  // namespace

TEST_CASE("quotients: the hard numerators of a divisor are all those near a rounding boundary") {
  std::set<std::pair<std::uint64_t, std::uint64_t>> found;
  for (std::uint64_t S = 128; S < 256; ++S)
    pd::for_each_hard_numerator<8>(S, [&](std::uint64_t X) { found.emplace(S, X); });
  const auto expected = hard_pairs_of_8_bits();
  CHECK(expected.size() > 500);
  CHECK(found == expected);
}

TEST_CASE(
    "quotients: a form that is proven for a float divisor is right for all 2^23 significands, another is "
    "not") {
  std::mt19937_64 random(1);
  int unproven = 0;
  for (int tried = 0, counted = 0; tried < 400 && counted < 6; ++tried) {
    const auto s = std::bit_cast<float>(static_cast<std::uint32_t>(0x3f800000u | random() >> 41));
    CHECK(pd::is_proven(Quotient::corrected, s));
    const bool split = pd::is_proven(Quotient::split, s);
    if (split && tried > 2) continue;
    ++counted;
    unproven += !split;
    const auto r = pd::Reciprocal<float>::of(s);
    std::uint64_t wrong_corrected = 0, wrong_split = 0;
    for (std::uint32_t bits = 0x3f800000u; bits < 0x40000000u; ++bits) {
      const auto x = std::bit_cast<float>(bits);
      const auto expected = static_cast<float>(static_cast<double>(x) / static_cast<double>(s));
      const float corrected = __builtin_fmaf(-__builtin_fmaf(x * r.high, s, -x), r.high, x * r.high);
      wrong_corrected += corrected != expected;
      wrong_split += __builtin_fmaf(x, r.high, x * r.low) != expected;
    }
    CHECK(wrong_corrected == 0);
    CHECK((wrong_split == 0) == split);
  }
  CHECK(unproven >= 2);
}

TEST_CASE("quotients: two operations do for numerators of 24 bits, over nearly every double") {
  std::mt19937_64 random(5);
  int all_bits = 0, few_bits = 0;
  std::vector<float> x(std::size_t{1} << 23);
  for (std::uint32_t i = 0; i < x.size(); ++i) x[i] = std::bit_cast<float>(0x3f800000u | i);
  for (int i = 0; i < 1000; ++i) {
    const double s = random_numerators(random, 1, 0)[0], scale = s < 0 ? -s : s;
    const bool all = pd::is_proven(Quotient::split, scale), few = pd::is_proven(Quotient::split, scale, 24);
    all_bits += all;
    few_bits += few;
    if (few && !all && all_bits % 2 == 0) CHECK(count_wrong(x, scale) == 0);
  }
  std::printf("figure: of 1,000 divisors %d take two operations for every double, %d for every float\n",
              all_bits, few_bits);
  CHECK(all_bits > 950);
  CHECK(few_bits > 998);
}

TEST_CASE("quotients: the bits of a division, for every kind of divisor and numerator") {
  std::mt19937_64 random(2);
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const double s : scales(random, 40)) {
      CAPTURE(s);
      CHECK(pd::is_proven(Quotient::corrected, s));
      for (const auto& x : {random_numerators(random, 2000, 0), random_numerators(random, 2000, 400),
                            near_middles(random, s, 2000), near_multiples(random, s, 2000)}) {
        CHECK(count_wrong(x, s) == 0);
        std::vector<float> narrow;
        for (const double value : x) narrow.push_back(static_cast<float>(value));
        CHECK(count_wrong(narrow, s) == 0);
        CHECK(count_wrong(narrow, static_cast<double>(static_cast<float>(s))) == 0);
      }
    }
  });
}

TEST_CASE_TEMPLATE("quotients: zeros, subnormal and huge numbers, infinity and NaN; any scale and shift", T,
                   float, double) {
  const std::vector<T> x = special_cells<T>();
  const double largest = static_cast<double>(std::numeric_limits<T>::max());
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const double scale : {1.0, 3.0, 0.1, 7e-30, 3e30, 1e-300, 1e300, -3.0, 1e-310, largest}) {
      for (const double shift : {0.0, -0.0, 1.0, 0.3, -1e-20, 1e-80, 1e25, 1e-305, largest / 3, -largest}) {
        CAPTURE(scale);
        CAPTURE(shift);
        for (const bool in_place : {false, true}) {
          // Cell by cell too: a cell that must be divided takes the others of its call with it.
          const std::vector<T> together = applied(x, shift, scale, in_place);
          std::uint64_t wrong = 0;
          for (std::size_t i = 0; i < x.size(); ++i) {
            const T expected = plain_quotient(x[i], shift, scale);
            wrong += !same_bits(together[i], expected);
            wrong += !same_bits(applied(std::vector<T>{x[i]}, shift, scale, in_place)[0], expected);
          }
          CHECK(wrong == 0);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("tiles: results too many for the caches have the same bits, wherever they begin", T, float,
                   double) {
  for (const std::size_t cols : {std::size_t{30}, std::size_t{784}}) {
    const std::size_t rows = (std::size_t{17} << 20) / sizeof(T) / cols;
    std::vector<T> x(rows * cols), y(rows * cols + 64, T(7));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i % 1009) * T(0.37) - T(100);
    prepguard::StandardScaler<T> scaler;
    scaler.fit(prepguard::MatrixView<const T>(x.data(), 2000, cols));
    const prepguard::Matrix<T> few = scaler.transform(prepguard::MatrixView<const T>(x.data(), 1009, cols));
    for_every_instruction_set([&](prepguard::InstructionSet) {
      for (const std::size_t offset : {0u, 1u, 5u, 16u}) {
        T* const out = y.data() + offset;
        scaler.transform(prepguard::MatrixView<const T>(x.data(), rows, cols),
                         prepguard::MatrixView<T>(out, rows, cols));
        // Rows repeat: 1009 is prime.
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < rows; i += 1009) {
          const std::size_t count = std::min<std::size_t>(1009, rows - i) * cols;
          wrong += std::memcmp(out + i * cols, few.data(), count * sizeof(T)) != 0;
        }
        CHECK(wrong == 0);
        CHECK(y[offset + rows * cols] == T(7));
        y.assign(y.size(), T(7));
      }
    });
  }
}

TEST_CASE("quotients: which form a step takes") {
  using Table = pd::SubtractDivideTable<double>;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(Table({1.0}, {3.0}).form() != Quotient::divide);
  CHECK(Table({0.0}, {3.0}).form() == Quotient::corrected);  // small numerators are tested for
  for (const double scale : {-3.0, 1e-300, 1e300, nan})
    CHECK(Table({1.0}, {scale}).form() == Quotient::divide);
  for (const double shift : {1e-300, 1e308, nan}) CHECK(Table({shift}, {3.0}).form() == Quotient::divide);
  CHECK(Table({1.0, 1.0}, {3.0, 1e300}).form() == Quotient::divide);
  CHECK(pd::SubtractDivideTable<float>({0.0}, {3.3}).form() != Quotient::divide);
  CHECK(pd::SubtractDivideTable<float>({1e31}, {3.3}).form() == Quotient::divide);
}

TEST_CASE("quotients: a kernel says when it cannot do without division") {
  const double least = 0x1p-950;
  pd::Reciprocal<double> r = pd::Reciprocal<double>::of(3.0);
  const double shift = 0, scale = 3, high = r.high;
  const pd::ColumnTable<double> table{&shift, &scale, &high, nullptr, 0, least};
  for_every_instruction_set([&](prepguard::InstructionSet set) {
    const bool fused = set != prepguard::InstructionSet::generic && set != prepguard::InstructionSet::sse2;
    const auto can = [&](double x) {
      double y = 0;
      return pd::subtract_quotient_columns(pd::RowPair<double>{&x, 1, &y, 1, 1, 1}, table);
    };
    for (const double x : {0.0, -0.0, 1.0, -5e300, least, -least}) CHECK(can(x) == fused);
    for (const double x : {least / 2, -least / 2, 5e-324, -5e-324, HUGE_VAL, -HUGE_VAL,
                           std::numeric_limits<double>::quiet_NaN()})
      CHECK_FALSE(can(x));
  });
}

TEST_CASE("quotients: division can be forced, for the process and by the environment") {
  CHECK_FALSE(prepguard::always_divides());
  prepguard::force_division();
  CHECK(prepguard::always_divides());
  CHECK(count_wrong(std::vector<double>{5.0, 7.0}, 3.0) == 0);
  prepguard::force_division(false);
  for (const auto& [value, divides] :
       {std::pair{"1", true}, std::pair{"0", false}, std::pair{"", false}, std::pair{"yes", true}}) {
    setenv("PREPGUARD_ALWAYS_DIVIDE", value, 1);
    prepguard::dispatch::always_divides_now = -1;
    CHECK(prepguard::always_divides() == divides);
  }
  unsetenv("PREPGUARD_ALWAYS_DIVIDE");
  prepguard::dispatch::always_divides_now = -1;
  CHECK_FALSE(prepguard::always_divides());
}

}  // namespace quotients_test
