// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "prepguard/schema.hpp"
#include "prepguard/version.hpp"

// How the values of a window compare with what training saw. Verdicts, not features, are made of this: a last
// bit may differ between machines.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Training quantiles are known at these shares.
inline constexpr std::array<double, 7> quantile_levels{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
using Edges = std::array<double, quantile_levels.size()>;

/// A column of numbers as training saw it.
struct Distribution {
  Edges quantiles{};
  double min = 0, max = 0, mean = 0, std = 0;
  double present = 0;  ///< how many values, NaN aside

  /// None if training's values are not known.
  static std::optional<Distribution> of(const NumberTraining& seen) {
    const double present = static_cast<double>(seen.count - seen.nan - seen.none);
    if (!(present > 0) || seen.quantiles.size() != quantile_levels.size()) return std::nullopt;
    Distribution known{{}, seen.min, seen.max, seen.mean, seen.std, present};
    std::copy(seen.quantiles.begin(), seen.quantiles.end(), known.quantiles.begin());
    return known;
  }
};

/// y = factor * x + shift.
struct Change {
  double factor = 1.0, shift = 0.0;
};

/// How badly two shares fit together, one of `n` draws and one of `known`: -log of the likelihood ratio
/// between one coin for both and a coin for each. Equal coins come so far apart with a probability of about
/// e^-misfit. Unlike a divergence from `expected` alone it knows that the outermost quantiles of a small
/// training set are hardly known.
inline double misfit(double share, double n, double expected, double known) {
  const double both = (share * n + expected * known) / (n + known);
  const auto part = [](double p, double q) { return p <= 0.0 || q <= 0.0 ? 0.0 : p * std::log(p / q); };
  const auto divergence = [&](double p) { return part(p, both) + part(1.0 - p, 1.0 - both); };
  return n * divergence(share) + known * divergence(expected);
}
/// An upper bound of the same without a logarithm: the chi-square of two shares.
inline double misfit_bound(double share, double n, double expected, double known) {
  const double both = (share * n + expected * known) / (n + known), off = share - expected;
  const double variance = both * (1.0 - both);
  return variance > 0.0 ? off * off / variance * (n * known / (n + known)) : 0.0;
}

/// The shares of the values below each edge. Where values equal an edge (within rounding: `below` counts
/// those clearly below it, `not_above` those not clearly above) any share between both counts agrees with
/// training; the nearest to training's is taken. So columns of few distinct values are judged like others.
inline Edges shares_below(const Edges& below, const Edges& not_above, double n) {
  Edges shares{};
  for (std::size_t k = 0; k < shares.size(); ++k)
    shares[k] = std::clamp(quantile_levels[k], below[k] / n, not_above[k] / n);
  return shares;
}

/// How far a value may lie from an edge and still equal it: conversions round.
inline double edge_width(double edge, double std) {
  return std::max(1e-5 * std + 1e-6 * std::abs(edge), double{std::numeric_limits<float>::min()});
}

/// The largest misfit of `n` values at an edge of training's `known` ones.
inline double misfit(const Edges& shares, double n, double known) {
  double largest = 0.0;
  for (std::size_t k = 0; k < shares.size(); ++k)
    largest = std::max(largest, misfit(shares[k], n, quantile_levels[k], known));
  return largest;
}
/// True if that is at most `limit`, found without a logarithm.
inline bool surely_fits(const Edges& shares, double n, double known, double limit) {
  double largest = 0.0;
  for (std::size_t k = 0; k < shares.size(); ++k)
    largest = std::max(largest, misfit_bound(shares[k], n, quantile_levels[k], known));
  return largest <= limit;
}

/// The shares of the 8 bins between the edges.
inline std::array<double, 8> bins_of(const Edges& shares) {
  std::array<double, 8> bins{};
  for (std::size_t k = 0; k < bins.size(); ++k)
    bins[k] = (k < shares.size() ? shares[k] : 1.0) - (k == 0 ? 0.0 : shares[k - 1]);
  return bins;
}

/// The population stability index of the bins of `n` values: sum of (share - expected) ln(share / expected).
/// A bin without a value counts as half a value.
template <std::size_t N>
double stability_index(const std::array<double, N>& bins, const std::array<double, N>& expected, double n) {
  const double least = 0.5 / n;
  double index = 0.0;
  for (std::size_t k = 0; k < N; ++k) {
    const double share = std::max(bins[k], least), p = std::max(expected[k], least);
    index += (share - p) * std::log(share / p);
  }
  return index;
}
inline double stability_index(const Edges& shares, double n) {
  return stability_index(bins_of(shares), bins_of(quantile_levels), n);
}

/// The shares of `sorted` values below the edges of training's values changed by `change`, a factor of which
/// turns the order around if it is negative.
inline Edges shares_below(const std::vector<double>& sorted, const Distribution& training,
                          const Change& change, double slack = 1.0) {
  Edges below{}, not_above{};
  const std::size_t last = below.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    const double q = training.quantiles[change.factor < 0 ? last - k : k];
    const double edge = change.factor * q + change.shift;
    const double width = slack * (edge_width(edge, std::abs(change.factor) * training.std) +
                                  1e-6 * std::abs(change.factor * q));
    const auto count = [&](auto end) { return static_cast<double>(end - sorted.begin()); };
    below[k] = count(std::lower_bound(sorted.begin(), sorted.end(), edge - width));
    not_above[k] = count(std::upper_bound(sorted.begin(), sorted.end(), edge + width));
  }
  return shares_below(below, not_above, static_cast<double>(sorted.size()));
}

/// True if a share of `rows` rows is missing that is more than can be expected where `missing` of `known`
/// were.
inline bool is_unusually_missing(double share, double rows, double missing, double known, double limit) {
  const double usual = missing / known;
  return share > usual && misfit(share, rows, usual, known) > limit;
}

/// A bound of the share of training's values that equal `x`: from the quantiles on both sides of it, and from
/// the variance, by Cantelli's inequality, P(X = x) <= std^2 / (std^2 + (mean - x)^2).
inline double largest_share_at(const Distribution& training, double x) {
  const double width = edge_width(x, training.std);
  double low = 0.0, high = 1.0;
  for (std::size_t k = 0; k < quantile_levels.size(); ++k) {
    if (training.quantiles[k] < x - width) low = quantile_levels[k];
    if (training.quantiles[k] > x + width) high = std::min(high, quantile_levels[k]);
  }
  const double variance = training.std * training.std, off = training.mean - x;
  double bound = std::min(high - low, variance / (variance + off * off));
  if (x < training.min - width || x > training.max + width) bound = 0.0;
  return std::max(bound, 1.0 / (training.present + 1.0));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
