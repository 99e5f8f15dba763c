// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/bspline.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/percentile.hpp"
#include "prepguard/detail/quantiles.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/error.hpp"
#include "prepguard/health.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// Where SplineTransformer puts its knots.
enum class KnotPlacement : std::uint8_t { uniform, quantile };

struct SplineOptions {
  std::int64_t n_knots = 5;  ///< of each column, at least 2
  std::int64_t degree = 3;   ///< 0 to 64
  KnotPlacement knots = KnotPlacement::uniform;
  /// Knots instead of those learned: an ascending list for each column, all of one length.
  std::vector<std::vector<double>> base_knots = {};
  Extrapolation extrapolation = Extrapolation::constant;
  bool include_bias = true;  ///< false: without the last spline of each column
};

}  // namespace prepguard

// Where scikit-learn's SplineTransformer puts its knots, operation by operation.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The ends of an even row of knots.
struct KnotRange {
  double low = 0, high = 0;
};

/// numpy's linspace(low, high, count) over several columns at once: where the step of any column is 0, the
/// distance is divided in another order in all of them. One row of knots a column.
inline std::vector<std::vector<double>> even_knots(const std::vector<KnotRange>& ranges, std::size_t count) {
  const double last = static_cast<double>(count) - 1.0;
  bool no_step = false;
  for (const KnotRange& range : ranges) {
    no_step = no_step || (count > 1 && divide(subtract(range.high, range.low), last) == 0.0);
  }
  std::vector<std::vector<double>> columns;
  for (const KnotRange& range : ranges) {
    const double distance = subtract(range.high, range.low);
    std::vector<double> knots(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double place = static_cast<double>(i);
      const double way = count < 2 ? multiply(place, distance)
                         : no_step ? multiply(divide(place, last), distance)
                                   : multiply(place, divide(distance, last));
      knots[i] = add(way, range.low);
    }
    if (count > 1) knots.back() = range.high;
    columns.push_back(std::move(knots));
  }
  return columns;
}

/// `count` quantiles of a column at equal shares.
template <Number T>
std::vector<double> quantile_knots(const ColumnValues<T>& values, std::size_t count) {
  const Ranks<T> ranks(values);
  std::vector<double> knots;
  for (const double share : even_references(count))
    knots.push_back(percentile(ranks, multiply(share, 100.0)));
  return knots;
}

/// Adds `degree` knots on either side of each column's: at the distance of the two outermost, or, `periodic`,
/// where the repeated range has them.
inline void extend_knots(std::vector<std::vector<double>>& columns, std::size_t degree, bool periodic) {
  std::vector<KnotRange> before, after;
  for (const std::vector<double>& base : columns) {
    const double first = base.front(), last = base.back(), steps = static_cast<double>(degree);
    const double left = subtract(base[1], first), right = subtract(last, base[base.size() - 2]);
    before.push_back({subtract(first, multiply(steps, left)), subtract(first, left)});
    after.push_back({add(last, right), add(last, multiply(steps, right))});
  }
  std::vector<std::vector<double>> left = even_knots(before, degree);
  std::vector<std::vector<double>> right = even_knots(after, degree);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    std::vector<double>& base = columns[j];
    const double period = subtract(base.back(), base.front());
    for (std::size_t i = 0; periodic && i < degree; ++i) {
      left[j][i] = subtract(base[base.size() - 1 - degree + i], period);
      right[j][i] = add(base[1 + i], period);
    }
    base.insert(base.begin(), left[j].begin(), left[j].end());
    base.insert(base.end(), right[j].begin(), right[j].end());
  }
}

/// What is wrong with the options; empty if nothing is.
inline std::string problem_with(const SplineOptions& options) {
  const std::int64_t degree = options.degree, most = most_spline_degree;
  const bool given = !options.base_knots.empty();
  const std::int64_t knots =
      given ? static_cast<std::int64_t>(options.base_knots.front().size()) : options.n_knots;
  if (degree < 0 || degree > most) {
    return "expected degree from 0 to " + std::to_string(most) + ", got " + std::to_string(degree);
  }
  if (degree == 0 && options.extrapolation == Extrapolation::constant) {
    return "degree 0 has no constant extrapolation (scikit-learn fails beyond the knots): use `continued`";
  }
  const std::int64_t least =
      options.extrapolation == Extrapolation::periodic ? std::max<std::int64_t>(2, degree + 1) : 2;
  if (knots < least || knots > (std::int64_t{1} << 22)) {
    return "expected " + std::to_string(least) + " to 4194304 knots, got " + std::to_string(knots);
  }
  if (degree == 0 && knots == 2 && !options.include_bias)
    return "degree 0 with 2 knots puts out nothing without a bias";
  for (const std::vector<double>& column : options.base_knots) {
    bool rises = column.size() == options.base_knots.front().size();
    for (std::size_t i = 0; i < column.size(); ++i)
      rises = rises && is_finite(&column[i]) && (i == 0 || column[i - 1] < column[i]);
    if (!rises) return "expected base_knots of one length, each above the one before";
  }
  return {};
}

/// The knots between the ends of every column.
template <Number T>
std::vector<std::vector<double>> base_knots(std::string_view type, const SplineOptions& options,
                                            const std::vector<ColumnValues<T>>& columns, FitHealth& health) {
  const auto count = static_cast<std::size_t>(options.n_knots);
  if (!options.base_knots.empty()) {
    if (options.base_knots.size() == columns.size()) return options.base_knots;
    throw Error(Errc::bad_parameter, std::string(type),
                "expected base_knots for " + std::to_string(columns.size()) + " columns, got " +
                    std::to_string(options.base_knots.size()));
  }
  std::vector<KnotRange> ranges;
  std::vector<std::vector<double>> knots;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const double low = columns[j].value(0), high = columns[j].value(columns[j].size() - 1);
    if (low == high) health.add(FitIssue::constant, j, "all values are " + repr_text(low));
    ranges.push_back({low, high});
    if (options.knots == KnotPlacement::quantile) knots.push_back(quantile_knots(columns[j], count));
  }
  return options.knots == KnotPlacement::quantile ? knots : even_knots(ranges, count);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
