// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "prepguard/detail/distribution.hpp"
#include "prepguard/detail/stream_findings.hpp"
#include "prepguard/report.hpp"
#include "prepguard/schema.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A column of numbers in all windows together.
class ColumnTotals {
 public:
  void add(const ColumnWindow& window) {
    rows_ += window.rows;
    if (!(window.present > 0)) return;
    for (std::size_t k = 0; k < below_.size(); ++k) {
      below_[k] += window.below[k];
      not_above_[k] += window.not_above[k];
    }
    if (window.has_finite) {
      least_ = present_ > 0 ? std::min(least_, window.least) : window.least;
      most_ = present_ > 0 ? std::max(most_, window.most) : window.most;
    }
    // Chan's way to put two means and sums of squared distances together.
    const double all = present_ + window.present, apart = window.mean - mean_;
    mean_ += apart * (window.present / all);
    squares_ += window.std * window.std * window.present + apart * apart * (present_ * window.present / all);
    present_ = all;
  }

  ColumnReport report(const Column& column) const {
    const NumberTraining& seen = column.numbers;
    ColumnReport made;
    made.name = column.name;
    made.rows = static_cast<std::uint64_t>(rows_);
    made.missing = static_cast<std::uint64_t>(rows_ - present_);
    if (present_ > 0) {
      made.min = least_;
      made.max = most_;
      made.mean = mean_;
      made.std = std::sqrt(squares_ / present_);
    }
    if (seen.count > 0)
      made.training_missing = static_cast<double>(seen.nan) / static_cast<double>(seen.count);
    made.training_min = seen.min;
    made.training_max = seen.max;
    made.training_mean = seen.mean;
    made.training_std = seen.std;
    made.edges = seen.quantiles;
    if (present_ > 0 && made.edges.size() == quantile_levels.size())
      made.shares = bins_of(shares_below(below_, not_above_, present_));
    return made;
  }

 private:
  double rows_ = 0, present_ = 0, least_ = 0, most_ = 0, mean_ = 0, squares_ = 0;
  Edges below_{}, not_above_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
