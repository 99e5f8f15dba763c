// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "prepguard/detail/rounded.hpp"
#include "prepguard/summation.hpp"
#include "prepguard/version.hpp"

// The sums of NumPy's add.reduce over the rows of a column, addition by addition (docs/numerics.md).
// `value(i)` is the number in row `i`; `value` is called once for every row, in no particular order.
namespace prepguard::inline PREPGUARD_ABI::detail {

template <class Value>
double sequential_sum(std::size_t first, std::size_t n, Value&& value) noexcept {
  double sum = 0.0;
  for (std::size_t i = first; i < first + n; ++i) {
    double x = value(i);
    pin(x);
    sum += x;
    pin(sum);
  }
  return sum;
}

/// Eight accumulators over whole groups of eight, then the rest one by one; 8 to 128 numbers.
template <class Value>
double eightfold_sum(std::size_t first, std::size_t n, Value&& value) noexcept {
  const std::size_t whole = n - n % 8;
  std::array<double, 8> r;
  for (std::size_t k = 0; k < 8; ++k) r[k] = value(first + k);
  for (std::size_t i = 8; i < whole; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) {
      double x = value(first + i + k);
      pin(x);
      r[k] += x;
      pin(r[k]);
    }
  }
  double sum = add(add(add(r[0], r[1]), add(r[2], r[3])), add(add(r[4], r[5]), add(r[6], r[7])));
  for (std::size_t i = whole; i < n; ++i) sum = add(sum, value(first + i));
  return sum;
}

template <class Value>
double pairwise_sum(std::size_t first, std::size_t n, Value&& value) noexcept {
  if (n < 8) return sequential_sum(first, n, value);
  if (n <= 128) return eightfold_sum(first, n, value);
  const std::size_t half = n / 2 - n / 2 % 8;
  const double low = pairwise_sum(first, half, value);
  return add(low, pairwise_sum(first + half, n - half, value));
}

/// `converted`: NumPy converts the numbers to double on the way (they are float32), for which it needs its
/// buffer.
template <class Value>
double numpy_sum(Summation order, std::size_t n, bool converted, Value&& value) noexcept {
  if (order == Summation::sklearn_c) return sequential_sum(0, n, value);
  if (order == Summation::sklearn_f_numpy2 && !converted) return pairwise_sum(0, n, value);
  constexpr std::size_t buffer = 8192;  // np.getbufsize()
  double sum = 0.0;
  for (std::size_t first = 0; first < n; first += buffer) {
    sum = add(sum, pairwise_sum(first, std::min(buffer, n - first), value));
  }
  return sum;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
