// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/distribution.hpp"
#include "prepguard/version.hpp"

// What may have been done to a column before it came here: scaled, scaled twice, scaled back, another unit.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a scaler fitted on training's rows makes of a column, or undoes.
enum class Scaling : std::uint8_t {
  standardized,
  min_max,
  robust,
  max_abs,
  standardized_twice,
  min_max_twice,
  unstandardized,
  un_min_max,
  unit,    ///< a known factor or shift between units
  factor,  ///< an estimated factor
  shift,   ///< an estimated shift
  factor_and_shift
};
inline constexpr std::array<std::string_view, 12> scaling_names{
    "standardized, (x - mean) / standard deviation",
    "scaled to [0, 1], (x - min) / (max - min)",
    "scaled, (x - median) / (75 % - 25 % quantile)",
    "scaled, x / max |x|",
    "standardized twice",
    "scaled to [0, 1] twice",
    "scaled back, x * standard deviation + mean",
    "scaled back, x * (max - min) + min",
    "in another unit",
    "multiplied",
    "shifted",
    "multiplied and shifted"};
constexpr std::string_view name(Scaling scaling) noexcept {
  return scaling_names[static_cast<std::size_t>(scaling)];
}
constexpr bool is_scaler(Scaling scaling) noexcept {
  return scaling <= Scaling::un_min_max;
}

/// How a window can be explained by a change of training's values.
struct Explanation {
  Scaling scaling{};
  Change change{};
  double misfit = 0;
};

/// Explains sorted values by the change that fits best, scalers first, then estimates; a unit that fits about
/// as well as an estimate is more likely.
class ChangeFinder {
 public:
  /// `limit`: the misfit up to which a change explains the values.
  ChangeFinder(const std::vector<double>& sorted, const Distribution& training, double limit)
      : sorted_(sorted), training_(training), limit_(limit) {}

  std::optional<Explanation> find() {
    try_scalers();
    if (best_) return best_;
    try_estimates();
    const std::optional<Explanation> estimate = std::exchange(best_, std::nullopt);
    try_units();
    constexpr double about_as_well = 2.0;
    return best_ && (!estimate || best_->misfit <= estimate->misfit + about_as_well) ? best_ : estimate;
  }

 private:
  void try_change(Scaling scaling, Change change, double slack = 1.0) {
    if (!is_finite(&change.factor) || !is_finite(&change.shift) || change.factor == 0.0) return;
    const double n = static_cast<double>(sorted_.size());
    const double found = misfit(shares_below(sorted_, training_, change, slack), n, training_.present);
    if (found <= limit_ && (!best_ || found < best_->misfit)) best_ = Explanation{scaling, change, found};
  }

  void try_scalers() {
    const Distribution& t = training_;
    const auto twice = [](Change c) { return Change{c.factor * c.factor, c.factor * c.shift + c.shift}; };
    const auto back = [](Change c) { return Change{1.0 / c.factor, -c.shift / c.factor}; };
    const Change standard{1.0 / t.std, -t.mean / t.std};
    const Change min_max{1.0 / (t.max - t.min), -t.min / (t.max - t.min)};
    const double spread = t.quantiles[4] - t.quantiles[2],
                 largest = std::max(std::abs(t.min), std::abs(t.max));
    if (t.std > 0.0) {
      try_change(Scaling::standardized, standard);
      try_change(Scaling::standardized_twice, twice(standard));
      try_change(Scaling::unstandardized, back(standard));
    }
    if (t.max > t.min) {
      try_change(Scaling::min_max, min_max);
      try_change(Scaling::min_max_twice, twice(min_max));
      try_change(Scaling::un_min_max, back(min_max));
    }
    if (spread > 0.0) try_change(Scaling::robust, {1.0 / spread, -t.quantiles[3] / spread});
    if (largest > 0.0) try_change(Scaling::max_abs, {1.0 / largest, 0.0});
  }

  void try_units() {
    constexpr double degree = 0.017453292519943295;
    for (const double factor : {10.0, 100.0, 1000.0, 1e6, 1e9, 60.0, 3600.0, 24.0, 86400.0, 1024.0, 2.54,
                                0.3048, 1.609344, 0.45359237, degree}) {
      try_change(Scaling::unit, {factor, 0.0});
      try_change(Scaling::unit, {1.0 / factor, 0.0});
    }
    try_change(Scaling::unit, {-1.0, 0.0});
    try_change(Scaling::unit, {1.8, 32.0});
    try_change(Scaling::unit, {1.0 / 1.8, -32.0 / 1.8});
    for (const double shift : {273.15, -273.15}) try_change(Scaling::unit, {1.0, shift});
  }

  /// Only changes that no ordinary drift makes: half as much again, or by two standard deviations.
  void try_estimates() {
    const Edges& q = training_.quantiles;
    const Edges own = quantiles();
    double products = 0.0, squares = 0.0;
    for (std::size_t k = 1; k + 1 < q.size(); ++k) {
      products += own[k] * q[k];
      squares += q[k] * q[k];
    }
    const double factor = products / squares, shift = own[3] - q[3];
    const auto large = [](double f) { return std::abs(f) >= 1.5 || std::abs(f) <= 1 / 1.5; };
    constexpr double slack = 100.0;
    if (squares > 0.0 && large(factor)) try_change(Scaling::factor, {factor, 0.0}, slack);
    if (std::abs(shift) >= 2.0 * training_.std) try_change(Scaling::shift, {1.0, shift}, slack);
    const double spread = q[5] - q[1], stretched = (own[5] - own[1]) / spread;
    if (!best_ && spread > 0.0 && large(stretched))
      try_change(Scaling::factor_and_shift, {stretched, own[3] - stretched * q[3]}, slack);
  }

  Edges quantiles() const {
    Edges own{};
    for (std::size_t k = 0; k < own.size(); ++k)
      own[k] = sorted_[static_cast<std::size_t>(quantile_levels[k] * static_cast<double>(sorted_.size() - 1) +
                                                0.5)];
    return own;
  }

  const std::vector<double>& sorted_;
  const Distribution& training_;
  double limit_;
  std::optional<Explanation> best_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
