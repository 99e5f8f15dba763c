// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/fit.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/health.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// scikit-learn's rule for a constant column: a variance within the rounding error of its two-pass algorithm
/// (Chan, Golub and LeVeque 1983) cannot be told from zero. `n`: number of values, or the sum of their weights.
inline bool is_flat(double variance, double mean, double n) noexcept {
  constexpr double eps = 0x1p-52;
  const double offset = multiply(multiply(n, mean), eps);
  const double bound = add(multiply(multiply(n, eps), variance), multiply(offset, offset));
  return variance <= bound;
}

/// Means and scales, on their way from moments into a fitted state.
struct StandardStatistics {
  std::vector<double> means{}, scales{};

  void add_undefined() {
    store_nan(&means.emplace_back());
    store_nan(&scales.emplace_back());
  }

  /// Column `j` of the step `where`: the scale is the standard deviation, or 1 for a flat column. Throws cannot_fit where
  /// there is no variance, as it exceeds the largest double.
  void set(std::string_view where, std::size_t j, double mean, std::optional<double> variance, double weight,
           bool constant, FitHealth& health) {
    if (!variance) fail_fit(where, j, "the variance exceeds the largest double", "rescale the column first");
    const bool flat = is_flat(*variance, mean, weight);
    means[j] = mean;
    scales[j] = flat ? 1.0 : square_root(*variance);
    if (!flat) return;
    const std::string around = " around " + repr_text(mean) + "; scale 1";
    if (constant) {
      health.add(FitIssue::constant, j, "all values are " + repr_text(mean) + "; scale 1");
    } else if (*variance == 0.0) {
      health.add(FitIssue::underflow, j, "the variance is too small for a double," + around);
    } else {
      health.add(FitIssue::nearly_constant, j,
                 "variance " + repr_text(*variance) + " is within the rounding error" + around);
    }
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
