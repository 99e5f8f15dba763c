// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "prepguard/detail/column_table.hpp"

// Numerators and divisors that are hard for quotients without division, and a comparison of their results
// with plain division, bit by bit. Few of them in the unit tests, very many in quotients_exhaustive.cpp.
namespace quotient_cases {

namespace pd = prepguard::detail;

/// What the language says a quotient is, rounded to the type of the cell after each operation.
template <class T>
T plain_quotient(T x, double shift, double scale) {
  volatile double difference = static_cast<double>(x) - shift;
  volatile T numerator = static_cast<T>(difference);
  volatile double quotient = static_cast<double>(numerator) / scale;
  return static_cast<T>(quotient);
}

template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

/// Counts how many of `x` a step that holds `scale` (and no shift) divides otherwise than the language does.
template <class T>
std::uint64_t count_wrong(const std::vector<T>& x, double scale) {
  const auto table = pd::SubtractDivideTable<T>::scales({scale});
  std::vector<T> y(x.size());
  table.apply({x.data(), x.size(), 1}, {y.data(), y.size(), 1});
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    wrong += !same_bits(y[i], static_cast<T>(static_cast<double>(x[i]) / scale));
  return wrong;
}

/// The same for a bare short form in double, whether it is proven for this divisor or not.
inline std::uint64_t count_wrong(pd::Quotient form, const std::vector<double>& x, double s) {
  const auto r = pd::Reciprocal<double>::of(s);
  std::uint64_t wrong = 0;
  for (const double numerator : x) wrong += !same_bits(pd::quotient_by(form, numerator, s, r), numerator / s);
  return wrong;
}

/// All floats whose bits begin with `prefix`, of 12 bits.
inline std::vector<float> all_floats(std::uint32_t prefix) {
  std::vector<float> x(std::size_t{1} << 20);
  for (std::uint32_t i = 0; i < x.size(); ++i) x[i] = std::bit_cast<float>(prefix << 20 | i);
  return x;
}

/// `count` doubles with random significands, signs and exponents within 2^+-`spread`.
inline std::vector<double> random_numerators(std::mt19937_64& random, std::size_t count,
                                             std::uint64_t spread) {
  std::vector<double> x(count);
  for (double& value : x) {
    const std::uint64_t bits = random();
    const std::uint64_t exponent = spread == 0 ? 1023 : 1023 - spread + (bits >> 20) % (2 * spread + 1);
    value = std::bit_cast<double>((bits & 1) << 63 | exponent << 52 | (random() >> 12));
  }
  return x;
}

/// Numerators whose quotients by `s`, in [1, 2), lie as near to the middle between two doubles as they get:
/// for an odd number M of 54 bits, M s / 2^54 rounded up and down. Most are hard, few the hardest: those
/// `for_each_hard_numerator` finds by its inverse.
inline std::vector<double> near_middles(std::mt19937_64& random, double s, std::size_t count) {
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t S = (std::bit_cast<std::uint64_t>(s) & 0x000fffffffffffffu) | 0x0010000000000000u;
  std::vector<double> x;
  while (x.size() + 2 <= count) {
    const std::uint64_t M = (random() >> 11 | std::uint64_t{1} << 53) | 1;
    const Wide product = static_cast<Wide>(M) * S;
    const int shift = product >> 107 != 0 ? 54 : 53;
    for (const std::uint64_t X :
         {static_cast<std::uint64_t>(product >> shift), static_cast<std::uint64_t>(product >> shift) + 1})
      x.push_back(static_cast<double>(X));
  }
  return x;
}

/// Numerators next to whole and half multiples of the divisor, and exact quotients.
inline std::vector<double> near_multiples(std::mt19937_64& random, double s, std::size_t count) {
  std::vector<double> x;
  while (x.size() + 5 <= count) {
    const double q = static_cast<double>((random() >> (11 + random() % 40)) + 1);
    const double product = q * s;
    for (const double value :
         {product, std::nextafter(product, 0.0), std::nextafter(product, 1e300), product / 2, -product})
      x.push_back(value);
  }
  return x;
}

/// Divisors: random, next to powers of two from both sides, decimals, square roots, few bits.
inline std::vector<double> scales(std::mt19937_64& random, std::size_t count) {
  std::vector<double> s = {1.0, 3.0, 0.1, 10.0, 1 + 0x1p-52, 2 - 0x1p-52, 2 - 0x1p-51, 1.5, 1e-5, 12345.678};
  for (double n = 2; s.size() < 20; ++n) s.push_back(std::sqrt(n));
  while (s.size() < count) {
    const std::uint64_t low = random() & 0xffff;
    s.push_back(std::bit_cast<double>(0x3ff0000000000000u | random() >> 12));
    s.push_back(std::bit_cast<double>(0x3ff0000000000000u | low));
    s.push_back(std::bit_cast<double>(0x3fffffffffffffffu - low));
  }
  s.resize(count);
  return s;
}

}  // namespace quotient_cases
