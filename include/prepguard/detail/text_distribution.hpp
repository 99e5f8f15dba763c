// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "prepguard/detail/distribution.hpp"
#include "prepguard/detail/row_window.hpp"
#include "prepguard/detail/stream_findings.hpp"
#include "prepguard/schema.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A column of text as training saw it: its 7 most frequent values, and the others.
class TextDistribution {
 public:
  explicit TextDistribution(const TextTraining& seen)
      : rows_(static_cast<double>(seen.count)), missing_(static_cast<double>(seen.none + seen.nan)) {
    std::vector<std::size_t> order(seen.values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return seen.frequencies[a] > seen.frequencies[b]; });
    const double present = std::max(1.0, rows_ - missing_);
    expected_.back() = 1.0;
    for (std::size_t k = 0; k < std::min(order.size(), expected_.size() - 1); ++k) {
      expected_[k] = static_cast<double>(seen.frequencies[order[k]]) / present;
      expected_.back() -= expected_[k];
      marks_.push_back(mark_of(Text(seen.values[order[k]])));
    }
    expected_.back() = std::max(0.0, expected_.back());
  }

  /// What `rows` marks, `stride` apart, show. `drift_from`: the population stability index of a drift.
  StreamFinding judge(const std::uint32_t* marks, std::size_t stride, std::size_t rows, double limit,
                      double drift_from) const {
    std::array<double, 8> shares{};
    std::uint32_t first = 0;
    bool constant = true;
    double present = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint32_t mark = marks[i * stride];
      if (mark == 0) continue;
      if (first == 0) first = mark;
      constant = constant && mark == first;
      ++present;
      ++shares[bin_of(mark)];
    }
    StreamFinding found;
    found.missing_share = 1.0 - present / static_cast<double>(rows);
    if (is_unusually_missing(found.missing_share, static_cast<double>(rows), missing_, rows_, limit))
      found.missing = Check::missing_rate;
    const double known = rows_ - missing_;
    if (present == 0 || known <= 0) return found;
    for (double& share : shares) share /= present;
    const double usual = std::max(expected_[bin_of(first)], 1.0 / (known + 1.0));
    found.stability = stability_index(shares, expected_, present);
    found.misfit = misfit(shares, present, known);
    if (constant && usual < 1.0 && detail::misfit(1.0, present, usual, known) > limit) {
      found.check = Check::constant_column;
    } else if (found.misfit > limit && found.stability >= drift_from) {
      found.check = Check::drift;
    }
    return found;
  }

 private:
  std::size_t bin_of(std::uint32_t mark) const noexcept {
    const auto at = std::find(marks_.begin(), marks_.end(), mark);
    return at == marks_.end() ? expected_.size() - 1 : static_cast<std::size_t>(at - marks_.begin());
  }
  double misfit(const std::array<double, 8>& shares, double n, double known) const {
    double largest = 0.0;
    for (std::size_t k = 0; k < shares.size(); ++k)
      largest = std::max(largest, detail::misfit(shares[k], n, expected_[k], known));
    return largest;
  }

  double rows_, missing_;
  std::vector<std::uint32_t> marks_{};
  std::array<double, 8> expected_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
