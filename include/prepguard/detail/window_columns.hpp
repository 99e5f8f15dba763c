// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/distribution.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/detail/stream_findings.hpp"
#include "prepguard/detail/window_sums.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Counts the numbers of a window against training's quantiles, all columns in one pass.
template <class T>
class WindowColumns {
 public:
  /// `columns`: numbers a row, a multiple of 16.
  explicit WindowColumns(std::size_t columns)
      : columns_(columns),
        thresholds_(window_thresholds * columns),
        below_(window_thresholds * columns),
        least_(columns),
        most_(columns),
        center_(columns),
        sum_(columns),
        squares_(columns) {}

  void set_training(std::size_t slot, const Distribution& training) {
    const auto held = [](double x) {
      constexpr double widest = std::numeric_limits<T>::max();
      return round_to<T>(std::clamp(x, -widest, widest));
    };
    const auto threshold = [&](std::size_t k, Bits<T> key) { thresholds_[k * columns_ + slot] = key; };
    for (std::size_t k = 0; k < quantile_levels.size(); ++k) {
      const double edge = training.quantiles[k], width = edge_width(edge, training.std);
      const T low = held(edge - width), high = held(edge + width);
      threshold(k, order_key(&low));
      threshold(k + quantile_levels.size(), order_key(&high) + 1);
    }
    threshold(first_number, ~FloatBits<T>::exponent);  // the key of -infinity
    threshold(past_numbers, FloatBits<T>::exponent + 1);
    center_[slot] = held(training.mean);
  }

  void summarize(const T* cells, std::size_t rows) noexcept {
    rows_ = rows;
    summarize_window(WindowRows<T>{cells, rows, columns_, thresholds_.data(), center_.data()},
                     WindowSums<T>{below_.data(), least_.data(), most_.data(), sum_.data(), squares_.data()});
  }

  ColumnWindow column(std::size_t slot) const noexcept {
    ColumnWindow seen;
    seen.rows = static_cast<double>(rows_);
    const double nan_below = count(first_number, slot);
    seen.present = count(past_numbers, slot) - nan_below;
    for (std::size_t k = 0; k < quantile_levels.size(); ++k) {
      seen.below[k] = count(k, slot) - nan_below;
      seen.not_above[k] = count(k + quantile_levels.size(), slot) - nan_below;
    }
    seen.has_finite = least_[slot] <= most_[slot];
    if (seen.has_finite) {
      seen.least = double{number_of<T>(least_[slot])};
      seen.most = double{number_of<T>(most_[slot])};
    }
    set_moments(seen, slot);
    return seen;
  }

 private:
  static constexpr std::size_t first_number = window_thresholds - 2, past_numbers = window_thresholds - 1;

  double count(std::size_t k, std::size_t slot) const noexcept {
    return static_cast<double>(below_[k * columns_ + slot]);
  }
  void set_moments(ColumnWindow& seen, std::size_t slot) const noexcept {
    const double sum = double{sum_[slot]}, squares = double{squares_[slot]};
    if (!(seen.present > 0) || !is_finite(&sum_[slot]) || !is_finite(&squares_[slot])) return;
    const double off = sum / seen.present;
    seen.mean = double{center_[slot]} + off;
    seen.std = std::sqrt(std::max(0.0, squares / seen.present - off * off));
  }

  std::size_t columns_, rows_ = 0;
  std::vector<Bits<T>> thresholds_, below_, least_, most_;
  std::vector<T> center_, sum_, squares_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
