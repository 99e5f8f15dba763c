// SPDX-License-Identifier: MIT
// Promises G4 and G6: the finite check sees every float32 pattern, and 10^8 random and all special float64
// patterns, on every instruction set of this machine. Prints the figures; exit status 1 if one is not 0.
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/detail/kernels.hpp"

namespace {

namespace pd = prepguard::detail;

struct Count {
  std::uint64_t patterns = 0;
  std::uint64_t missed = 0;
  std::uint64_t false_alarms = 0;
};

template <class T>
using Pattern = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// Expected answers come from the layout in IEEE 754, not from the library: 8 or 11 exponent bits, all set.
template <class T>
constexpr Pattern<T> full_exponent = sizeof(T) == 4 ? Pattern<T>{0x7f800000u}
                                                    : Pattern<T>(0x7ff0000000000000u);

template <class T>
constexpr bool is_finite_pattern(Pattern<T> bits) {
  return (bits & full_exponent<T>) != full_exponent<T>;
}

std::uint64_t next_random(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Cells that are filled as integers and checked as numbers.
template <class T, std::size_t N>
struct Cells {
  alignas(64) std::array<Pattern<T>, N> bits{};

  bool all_finite(std::size_t first, std::size_t count) const {
    return pd::all_finite(reinterpret_cast<const T*>(bits.data()) + first, count);
  }
};

/// A pattern alone among zeros: at place `place` of `length` cells.
template <class T>
void check_alone(Pattern<T> bits, std::size_t place, std::size_t length, Count& count) {
  static Cells<T, 320> cells;
  cells.bits[place] = bits;
  const bool finite = cells.all_finite(0, length);
  cells.bits[place] = 0;
  ++count.patterns;
  count.missed += finite && !is_finite_pattern<T>(bits);
  count.false_alarms += !finite && is_finite_pattern<T>(bits);
}

/// Checks a block of finite patterns at once, and one by one if the answer is wrong.
template <class T, std::size_t N>
void check_finite_block(const Cells<T, N>& cells, Count& count) {
  count.patterns += N;
  if (cells.all_finite(0, N)) return;
  const std::uint64_t before = count.false_alarms;
  for (std::size_t i = 0; i < N; ++i) count.false_alarms += !cells.all_finite(i, 1);
  if (count.false_alarms == before) ++count.false_alarms;
}

/// All 2^32 patterns: finite ones in blocks, the others one by one, at changing places among zeros.
Count check_all_float32() {
  constexpr std::size_t block = 4096;
  static Cells<float, block> cells;
  Count count;
  for (std::uint64_t start = 0; start < (std::uint64_t{1} << 32); start += block) {
    const auto first = static_cast<std::uint32_t>(start);
    if (is_finite_pattern<float>(first)) {
      for (std::uint32_t i = 0; i < block; ++i) cells.bits[i] = first + i;
      check_finite_block(cells, count);
    } else {
      for (std::uint32_t i = 0; i < block; ++i) {
        const std::size_t length = 1 + i % 67;
        check_alone<float>(first + i, (first / block + i / 67) % length, length, count);
      }
    }
  }
  return count;
}

/// 10^8 random finite patterns in blocks, and 10^6 that are not finite, each at a random place.
Count check_random_float64() {
  constexpr std::size_t block = 1000;
  static Cells<double, block> cells;
  Count count;
  std::uint64_t state = 20240501;
  for (int i = 0; i < 100'000; ++i) {
    for (auto& bits : cells.bits) {
      do bits = next_random(state);
      while (!is_finite_pattern<double>(bits));
    }
    check_finite_block(cells, count);
  }
  for (int i = 0; i < 1'000'000; ++i) {
    const std::size_t length = 1 + next_random(state) % 260;
    check_alone<double>(next_random(state) | full_exponent<double>, next_random(state) % length, length,
                        count);
  }
  return count;
}

/// Every special value at every place of every length up to 260.
template <class T>
Count check_specials() {
  constexpr Pattern<T> sign = Pattern<T>{1} << (8 * sizeof(T) - 1);
  constexpr Pattern<T> quiet = full_exponent<T> | (full_exponent<T> / 2);
  Count count;
  for (const Pattern<T> bits : {Pattern<T>{0}, Pattern<T>{1}, full_exponent<T> - 1, full_exponent<T>,
                                full_exponent<T> + 1, quiet, sign - 1, std::bit_cast<Pattern<T>>(T(1))}) {
    for (const Pattern<T> signed_bits : {bits, bits | sign}) {
      for (std::size_t length = 1; length <= 260; ++length) {
        for (std::size_t place = 0; place < length; ++place)
          check_alone<T>(signed_bits, place, length, count);
      }
    }
  }
  return count;
}

bool report(const char* promise, prepguard::InstructionSet set, const char* what, const Count& count) {
  std::printf("%s %s: %llu %s, %llu missed, %llu false alarms\n", promise, name(set).data(),
              static_cast<unsigned long long>(count.patterns), what,
              static_cast<unsigned long long>(count.missed),
              static_cast<unsigned long long>(count.false_alarms));
  std::fflush(stdout);
  return count.missed == 0 && count.false_alarms == 0;
}

}  // namespace

int main() {
  bool right = true;
  for (const prepguard::InstructionSet set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    right &= report("G4", set, "patterns", check_all_float32());
    right &= report("G6", set, "random float64", check_random_float64());
    right &= report("G6", set, "special float64 in lengths 1 to 260", check_specials<double>());
    right &= report("G6", set, "special float32 in lengths 1 to 260", check_specials<float>());
  }
  return right ? 0 : 1;
}
