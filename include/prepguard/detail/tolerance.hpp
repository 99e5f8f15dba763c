// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prepguard/detail/functions.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/power_transform.hpp"
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

/// The bits before the point of the largest power that is thought of: of outputs up to `largest`, or, where
/// nothing is known about them, 64.
inline int bits_of_power(double factor, std::optional<double> largest) noexcept {
  if (!largest) return 64;
  int bits = 0;
  std::frexp(std::min(add(1.0, multiply(factor, *largest)), 0x1p1000), &bits);
  return bits;
}

/// Of powers, of lambda `l`, of outputs up to `largest`. In e^(l log x) the last bit of a logarithm becomes l
/// log x bits: 3 ulp for each bit of the power. Where 1 is subtracted from a power, its own error is
/// multiplied by 1 / l. What comes in is multiplied by the slope, at most (1 + |x|)^l / max(1, |y|).
inline std::int64_t power_tolerance(std::int64_t k, PowerMethod method, PowerFormula formula, double l,
                                    std::optional<double> largest) noexcept {
  const bool both = method == PowerMethod::yeo_johnson;
  const double up = std::abs(l), down = both ? std::abs(subtract(2.0, l)) : up, factor = std::max(up, down);
  const double carried = multiply(static_cast<double>(k), add(1.0, factor));
  double own = 8;
  if (both && formula == PowerFormula::power) {
    for (const double exponent : {up, down}) {
      if (exponent >= 0x1p-52) own = std::max(own, multiply(8.0, add(1.0, divide(1.0, exponent))));
    }
  } else {
    own += 3 * bits_of_power(factor, largest);
  }
  return sum_tolerance(whole_tolerance(own), whole_tolerance(carried));
}

/// The `ulps` a node states are those of what it computes.
inline void check_ulps(const Place& at, std::int64_t stated, std::int64_t implied) {
  if (stated != implied) (at / "ulps").fail(std::to_string(implied), std::to_string(stated));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
