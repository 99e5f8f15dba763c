// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/elementary.hpp"
#include "prepguard/detail/power_transform.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// How likely a column is to be normal after its powers, for every lambda: a function of its sorted values
/// with their counts, so of no order of rows.
///
/// The logarithm of the likelihood a value is `(lambda - 1) mean(sign t) - log(variance) / 2` with
/// `t = log1p(|x|)`, or log(x). Where all values have one sign, e^(l (t - mean t)) is taken instead of e^(l
/// t): the factor cancels out, and with it overflow, and the loss of all digits where values are close
/// together.
class PowerLikelihood {
 public:
  template <Number T>
  PowerLikelihood(const ColumnValues<T>& values, PowerMethod method) {
    const bool box_cox = method == PowerMethod::box_cox;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double x = double{values.value(i)};
      logs_.push_back(box_cox ? call(log_function, x) : call(log1p_function, std::abs(x)));
      negative_.push_back(!box_cox && x < 0);
      weights_.push_back(static_cast<double>(values.frequency(i)));
      (negative_.back() ? negatives_ : positives_) = true;
      count_ = add(count_, weights_.back());
      double& most = negative_.back() ? most_negative_ : most_positive_;
      most = std::max(most, std::abs(logs_.back()));
    }
    raised_.resize(logs_.size());
    mean_log_ = mean(logs_, false);
    mean_signed_ = mean(logs_, true);
    for (double& t : logs_) t = mixed() ? t : subtract(t, mean_log_);
    digits_ = std::log(double{std::numeric_limits<T>::max()}) / 2;
    smallest_ = std::log(double{std::numeric_limits<T>::epsilon()});
    varies_ = *std::max_element(logs_.begin(), logs_.end()) > *std::min_element(logs_.begin(), logs_.end());
  }

  /// False if all values are one after the logarithm.
  bool varies() const noexcept { return mixed() || varies_; }

  /// The range in which powers of the values keep half of the exponents free, for a variance, and do not all
  /// round to the same.
  double lowest() const noexcept {
    if (mixed()) return subtract(2.0, divide(digits_, most_negative_));
    return negatives_ ? subtract(2.0, most(most_negative_)) : least();
  }
  double highest() const noexcept {
    if (mixed()) return divide(digits_, most_positive_);
    return negatives_ ? subtract(2.0, least()) : most(most_positive_);
  }

  /// Up to a constant; -infinity where there is no variance.
  double operator()(double lambda) {
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      const double l = negative_[i] ? subtract(2.0, lambda) : lambda;
      const double raised = raise_log(logs_[i], l, std::abs(l) < 0x1p-52);
      raised_[i] = mixed() && negative_[i] ? -raised : raised;
    }
    const double centre = mean(raised_, false);
    for (double& raised : raised_) {
      const double distance = subtract(raised, centre);
      raised = multiply(distance, distance);
    }
    const double variance = mean(raised_, false);
    const bool usable = is_finite(&variance) && variance >= std::numeric_limits<double>::min();
    if (!usable) return -std::numeric_limits<double>::max();
    const double half = multiply(-0.5, call(log_function, variance));
    return mixed() ? add(half, multiply(subtract(lambda, 1.0), mean_signed_)) : half;
  }

 private:
  bool mixed() const noexcept { return negatives_ && positives_; }
  double most(double largest_log) const noexcept {
    return std::min(divide(digits_, std::max(largest_log, 0x1p-40)), 0x1p40);
  }
  double least() const noexcept {
    return std::max(divide(smallest_, std::max(std::abs(mean_log_), 0x1p-40)), -0x1p40);
  }

  double mean(const std::vector<double>& numbers, bool with_signs) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      double term = weights_[i] * (with_signs && negative_[i] ? -numbers[i] : numbers[i]);
      pin(term);
      sum += term;
      pin(sum);
    }
    return divide(sum, count_);
  }

  std::vector<double> logs_{}, weights_{}, raised_{};
  std::vector<bool> negative_{};
  bool negatives_ = false, positives_ = false, varies_ = false;
  double count_ = 0, mean_log_ = 0, mean_signed_ = 0, most_negative_ = 0, most_positive_ = 0, digits_ = 0,
         smallest_ = 0;
};

/// Where a likelihood is largest, by climbing from 1 (no change) until it falls again, then by the golden
/// section.
struct LambdaSearch {
  double lambda = 1.0;
  bool at_bound = false;  ///< it still grows at the end of the range

  explicit LambdaSearch(PowerLikelihood& likelihood) {
    const double low = likelihood.lowest(), high = likelihood.highest();
    double middle = std::min(std::max(1.0, low), high), best = likelihood(middle);
    double left = std::max(low, subtract(middle, 0.5)), right = std::min(high, add(middle, 0.5));
    const bool up = likelihood(right) > best;
    for (double step = 0.5;; step = multiply(step, 2.0)) {
      double& next = up ? right : left;
      const double value = likelihood(next);
      if (!(value > best)) break;
      (up ? left : right) = middle;
      middle = next;
      best = value;
      next = up ? std::min(high, add(next, step)) : std::max(low, subtract(next, step));
      if (next == middle) break;
    }
    narrow(likelihood, left, right);
    const double reach = multiply(1e-6, subtract(high, low));
    at_bound = subtract(lambda, low) < reach || subtract(high, lambda) < reach;
  }

 private:
  void narrow(PowerLikelihood& likelihood, double left, double right) {
    constexpr double golden = 0.38196601125010515;
    double a = add(left, multiply(golden, subtract(right, left)));
    double b = subtract(right, multiply(golden, subtract(right, left)));
    double at_a = likelihood(a), at_b = likelihood(b);
    while (subtract(right, left) > multiply(1e-9, std::max(1.0, std::abs(a))) && left < a && a < b &&
           b < right) {
      if (at_a > at_b) {
        right = b;
        b = a;
        at_b = at_a;
        a = add(left, multiply(golden, subtract(right, left)));
        at_a = likelihood(a);
      } else {
        left = a;
        a = b;
        at_a = at_b;
        b = subtract(right, multiply(golden, subtract(right, left)));
        at_b = likelihood(b);
      }
    }
    lambda = at_a > at_b ? a : b;
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
