// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "prepguard/detail/functions.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

// How far a feature may be from what training gave, k in k * eps * max(1, |expected|), and what a step makes
// of it (docs/numerics.md, section 6). The same operations as in python/prepguard/steps/_tolerance.py, so
// that what the exporter stores is what a loader allows.
namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::int64_t unbounded_tolerance = std::int64_t{1} << 53;

/// k, rounded up; all that is larger than any useful bound is one.
inline std::int64_t whole_tolerance(double k) noexcept {
  if (is_nan(&k)) return 0;  // of an undefined column: its outputs are NaN
  if (k >= static_cast<double>(unbounded_tolerance)) return unbounded_tolerance;
  return static_cast<std::int64_t>(call(ceil_function, k));
}

/// Of x * factor + offset. An error of k * eps * max(1, |x|) becomes k * eps * max(|factor|, |y| + |offset|).
inline std::int64_t affine_tolerance(std::int64_t k, double factor, double offset) noexcept {
  if (k == 0) return 0;
  const double grown = add(std::abs(offset), 1.0);
  return whole_tolerance(
      multiply(static_cast<double>(k), std::abs(factor) > grown ? std::abs(factor) : grown));
}

/// Of (x - offset) / scale.
inline std::int64_t scaled_tolerance(std::int64_t k, double offset, double scale) noexcept {
  return affine_tolerance(k, divide(1.0, scale), divide(offset, scale));
}

/// Appends those of a block whose outputs are multiplied by `weight`.
inline void append_weighted(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& block,
                            double weight) {
  for (const std::int64_t k : block) to.push_back(affine_tolerance(k, weight, 0.0));
}

/// Of two independent errors.
inline std::int64_t sum_tolerance(std::int64_t a, std::int64_t b) noexcept {
  return std::min(a + b, unbounded_tolerance);
}

/// Of a function: its own, and what came in. Steps have edges, where one last bit decides: nothing is allowed
/// there.
inline std::int64_t function_tolerance(NamedFunction f, std::int64_t k) noexcept {
  switch (f) {
    case NamedFunction::sign:
    case NamedFunction::floor:
    case NamedFunction::ceil:
    case NamedFunction::rint:
      return 0;
    case NamedFunction::square:
      return sum_tolerance(k, k);
    default:
      return sum_tolerance(ulps_of(f), k);
  }
}

/// The `ulps` a node states are those of what it computes.
inline void check_ulps(const Place& at, std::int64_t stated, std::int64_t implied) {
  if (stated != implied) (at / "ulps").fail(std::to_string(implied), std::to_string(stated));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
