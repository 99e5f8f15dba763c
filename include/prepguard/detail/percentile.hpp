// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/rounded.hpp"

// Order statistics of a column as numpy computes them, operation by operation, so that what is learned from
// them has the same bits.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// numpy's percentile (method "linear") of at least one number; `q` from 0 to 100. The difference of two
/// neighbours is taken in `T`; infinite if it is beyond the largest number.
template <Number T>
double percentile(const Ranks<T>& ranks, double q) {
  const double last = static_cast<double>(ranks.size() - 1);
  const double place = multiply(last, divide(q, 100.0));
  if (place >= last) return ranks[ranks.size() - 1];
  const auto below = static_cast<std::uint64_t>(place);
  const double weight = subtract(place, static_cast<double>(below));
  const double a = ranks[below], b = ranks[below + 1];
  const double difference = subtract(ranks[below + 1], ranks[below]);
  if (weight < 0.5) return add(a, multiply(difference, weight));
  return subtract(b, multiply(difference, subtract(1.0, weight)));
}

/// numpy's median of at least one number. Where the sum of the two in the middle is beyond the largest
/// number, half of each is added: numpy gives infinity.
template <Number T>
T median(const Ranks<T>& ranks) {
  const T low = ranks[(ranks.size() - 1) / 2], high = ranks[ranks.size() / 2];
  if (ranks.size() % 2 == 1) return low;
  const T sum = add(low, high);
  return is_infinite(&sum) ? add(divide(low, T{2}), divide(high, T{2})) : divide(sum, T{2});
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
