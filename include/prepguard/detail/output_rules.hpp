// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/output_expectation.hpp"

// An expectation of outputs, worked out; the statistics behind it.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// A verdict about shares of rows is given if at most this share of calls would show as much by chance.
inline constexpr double chance = 1e-4;

/// n times the Kullback-Leibler divergence of `count` / n from `share`, for counts above what is expected,
/// else 0. Chernoff: of n independent results, each of which counts with probability `share`, at least
/// `count` do with a probability of at most exp(-surprise).
inline double surprise(double count, double n, double share) noexcept {
  if (count <= share * n) return 0.0;
  if (share <= 0.0) return std::numeric_limits<double>::max();
  const double rest = n - count;
  return count * std::log(count / (n * share)) +
         (rest > 0.0 ? rest * std::log(rest / (n * (1.0 - share))) : 0.0);
}
inline bool is_surprising(double found) noexcept {
  return found > -std::log(chance);
}

/// How large a share may be of which `count` of `n` were seen: the largest one that makes so few no surprise.
inline double largest_share(double count, double n) noexcept {
  double low = count / n, high = 1.0;
  for (int i = 0; i < 50 && low < 1.0; ++i) {
    const double middle = 0.5 * (low + high);
    (is_surprising(surprise(n - count, n, 1.0 - middle)) ? high : low) = middle;
  }
  return high;
}

/// An expectation with what a quick look at results needs.
class OutputRules {
 public:
  OutputRules() = default;
  explicit OutputRules(OutputExpectation expected) : expected_(std::move(expected)) {
    check_expectation(expected_);
    for (const OutputRange& range : expected_.columns) {
      add(in_double_, range);
      add(in_float_, range);
      const bool asks =
          range.at_bounds < 1.0 || range.far_low > OutputRange().low || range.far_high < OutputRange().high;
      bounded_ = bounded_ || asks;
    }
  }

  const OutputExpectation& expected() const noexcept { return expected_; }
  /// Whether nothing is known.
  bool empty() const noexcept { return expected_.columns.empty() && !expected_.probabilities; }
  /// Whether any column has bounds.
  bool bounded() const noexcept { return bounded_; }
  /// True if all of `cells`, of as many columns as expected, are well inside of what is expected. May be
  /// false all the same.
  template <class S>
  bool all_inside(const MatrixView<const S>& cells) const noexcept {
    const Inside<S>& inside = in<S>();
    return cells.contiguous_rows() && all_within(cells.data(), cells.row_stride(), cells.rows(), cells.cols(),
                                                 inside.low.data(), inside.high.data());
  }

 private:
  /// A result that is inside of [low, high] is not to be counted.
  template <class S>
  struct Inside {
    std::vector<S> low{}, high{};
  };
  template <class S>
  const Inside<S>& in() const noexcept {
    if constexpr (std::is_same_v<S, float>) {
      return in_float_;
    } else {
      return in_double_;
    }
  }
  template <class S>
  static void add(Inside<S>& inside, const OutputRange& range) {
    const bool at_counts = range.at_bounds < 1.0;
    const double widest = std::numeric_limits<S>::max();
    const auto held = [&](double x) { return round_to<S>(std::clamp(x, -widest, widest)); };
    S low = held(at_counts ? range.low : range.far_low), high = held(at_counts ? range.high : range.far_high);
    if (at_counts || double{low} < range.far_low) low = std::nextafter(low, S(widest));
    if (at_counts || double{high} > range.far_high) high = std::nextafter(high, S(-widest));
    inside.low.push_back(low);
    inside.high.push_back(high);
  }

  OutputExpectation expected_{};
  Inside<float> in_float_{};
  Inside<double> in_double_{};
  bool bounded_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
