// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "prepguard/detail/bins.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/normal_quantile.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// What QuantileTransformer maps the training values to.
enum class OutputDistribution : std::uint8_t { uniform, normal };
inline constexpr std::array<std::string_view, 2> output_distribution_names{"uniform", "normal"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// numpy's interp: the broken line through the points (at[i], values[i]), level before and behind; `at` does
/// not descend. One rounding an operation.
inline double interpolate(double x, const std::vector<double>& at,
                          const std::vector<double>& values) noexcept {
  const std::size_t last = at.size() - 1;
  if (x > at[last]) return values[last];
  if (x < at[0]) return values[0];
  const std::size_t j = edges_up_to(at.data(), at.size(), x) - 1;
  if (j == last || at[j] == x) return values[j];
  const double slope = divide(subtract(values[j + 1], values[j]), subtract(at[j + 1], at[j]));
  double y = add(multiply(slope, subtract(x, at[j])), values[j]);
  if (is_nan(&y)) y = add(multiply(slope, subtract(x, at[j + 1])), values[j + 1]);  // the distance overflowed
  return y;
}

/// The numbers from the last to the first, with their signs turned.
inline std::vector<double> mirrored(const std::vector<double>& numbers) {
  std::vector<double> turned;
  for (auto it = numbers.rbegin(); it != numbers.rend(); ++it) turned.push_back(-*it);
  return turned;
}

/// `count` numbers from 0 to 1 at equal distances: numpy's linspace(0, 1, count).
inline std::vector<double> even_references(std::size_t count) {
  return count == 1 ? std::vector<double>{0.0} : even_edges(0.0, 1.0, count - 1);
}

/// The normal quantile of a share, cut off where the inverse could not tell it from the end.
template <Number T>
T cut_off_normal_quantile(const T& share) noexcept {
  constexpr double low = -5.199337582605575, high = 5.19933758270342;
  if (!(share > T{0})) return round_to<T>(low);
  if (!(share < T{1})) return round_to<T>(high);
  const double z = double{round_to<T>(normal_quantile_as_scipy(double{share}))};
  return round_to<T>(std::min(std::max(z, low), high));
}

/// The largest slope of the line, times the largest |x|: what an error of eps * max(1, |x|) becomes at most.
inline double largest_slope(const std::vector<double>& at, const std::vector<double>& values) noexcept {
  double slope = 0;
  for (std::size_t i = 0; i + 1 < at.size(); ++i) {
    if (!(at[i] < at[i + 1])) continue;
    slope = std::max(slope, divide(subtract(values[i + 1], values[i]), subtract(at[i + 1], at[i])));
  }
  return multiply(slope, std::max(1.0, std::max(std::abs(at.front()), std::abs(at.back()))));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
