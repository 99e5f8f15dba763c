// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/bins.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// What SplineTransformer makes of numbers beyond the outermost knots of training.
enum class Extrapolation : std::uint8_t {
  constant,   ///< what it makes of the knot
  continued,  ///< the polynomials of the outermost intervals; scikit-learn's "continue"
  error,      ///< they are refused
  linear,     ///< straight lines with the slopes at the knot
  periodic,   ///< the range repeats
};
inline constexpr std::array<std::string_view, 5> extrapolation_names{"constant", "continue", "error",
                                                                     "linear", "periodic"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::int64_t most_spline_degree = 64;  // the work grows with its square

/// The `degree` + 1 B-splines that are not 0 in one interval between knots: those from number `interval -
/// degree` on.
struct BasisFunctions {
  const std::vector<double>& knots;
  std::size_t degree;

  /// The interval of x: from knot `k` to `k + 1`. Numbers beyond the ends are in the outermost ones.
  std::size_t interval_of(double x) const noexcept {
    return degree + edges_up_to(knots.data() + degree + 1, knots.size() - 2 * degree - 2, x);
  }

  /// Their values at x in that interval, or their slopes, by de Boor's recurrence as scipy runs it: one
  /// rounding an operation. `work` has room for 2 * (degree + 1) numbers, the first half of which are the
  /// result.
  void evaluate(double x, std::size_t interval, bool slopes, double* work) const noexcept {
    double* const h = work;
    double* const before = work + degree + 1;
    const double* const at = knots.data() + interval;
    h[0] = slopes && degree == 0 ? 0.0 : 1.0;
    for (std::size_t j = 1; j <= degree; ++j) {
      const bool last = slopes && j == degree;
      std::copy_n(h, j, before);
      h[0] = 0.0;
      for (std::size_t n = 1; n <= j; ++n) {
        const double right = at[n], left = *(at + n - j);
        h[n] = 0.0;
        if (left == right) continue;
        const double width = pinned(pinned(right) - pinned(left));
        const double rise =
            last ? pinned(static_cast<double>(j) * pinned(before[n - 1])) : pinned(before[n - 1]);
        const double w = pinned(rise / width);
        const double down = last ? -w : pinned(w * pinned(pinned(right) - pinned(x)));
        h[n - 1] = pinned(pinned(h[n - 1]) + down);
        h[n] = last ? w : pinned(w * pinned(pinned(x) - pinned(left)));
      }
    }
  }
};

/// What the knots should be, if they are something else.
inline std::string expected_knots(const std::vector<double>& knots, std::size_t degree,
                                  Extrapolation extrapolation) {
  const bool periodic = extrapolation == Extrapolation::periodic;
  const std::size_t least = std::max(2 * degree + 2, periodic ? 3 * degree + 1 : 0);
  if (knots.size() < least) return "at least " + std::to_string(least) + " knots";
  for (std::size_t i = 0; i < knots.size(); ++i) {
    if (!is_finite(&knots[i])) return "finite knots";
    if (i > 0 && !(knots[i - 1] <= knots[i])) return "knots that do not descend";
  }
  return {};
}

/// The steepest slope that a spline over these knots can have, times the largest |x| between their ends: what
/// an error of eps * max(1, |x|) becomes at most, and what the lines of `linear` add to it.
inline double steepest(const std::vector<double>& knots, std::size_t degree) noexcept {
  double slope = 0;
  for (std::size_t i = 0; i + degree < knots.size(); ++i) {
    const double width = subtract(knots[i + degree], knots[i]);
    if (width > 0.0) slope = std::max(slope, divide(static_cast<double>(degree), width));
  }
  const double low = knots[degree], high = knots[knots.size() - degree - 1];
  return add(multiply(slope, std::max(1.0, std::max(std::abs(low), std::abs(high)))), 2.0);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
