// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Pairs every place with at most one other of as many, so that as many as possible are paired: augmenting
/// paths (Kuhn), trying cheap pairs first. `cost[i][j]` above `limit`: they do not go together. A pair from
/// which no others lead back is left out.
class Pairing {
 public:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  Pairing(const std::vector<std::vector<double>>& cost, double limit)
      : cost_(cost),
        possible_(cost.size(), std::vector<bool>(cost.size())),
        taken_by_(cost.size(), none),
        partner_(cost.size(), none) {
    find_possible(limit);
    for (std::size_t i = 0; i < cost.size(); ++i) {
      std::vector<bool> visited(cost.size());
      pair(i, visited);
    }
    for (std::size_t j = 0; j < cost.size(); ++j) {
      if (taken_by_[j] != none) partner_[taken_by_[j]] = j;
    }
  }

  /// The place that `i` goes with, if following partners from there leads back to `i`; else `none`.
  std::size_t in_cycle(std::size_t i) const {
    std::size_t at = partner_[i];
    for (std::size_t steps = 0; at != none && steps < partner_.size(); ++steps) {
      if (at == i) return partner_[i];
      at = partner_[at];
    }
    return none;
  }

 private:
  void find_possible(double limit) {
    const std::size_t count = cost_.size();
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < count; ++j) possible_[i][j] = cost_[i][j] <= limit;
    }
    std::vector<std::vector<bool>> leads_to = possible_;  // Warshall's closure
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; leads_to[i][k] && j < count; ++j)
          leads_to[i][j] = leads_to[i][j] || leads_to[k][j];
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < count; ++j) possible_[i][j] = possible_[i][j] && leads_to[j][i];
    }
  }

  bool pair(std::size_t i, std::vector<bool>& visited) {
    for (;;) {
      std::size_t best = none;
      for (std::size_t j = 0; j < cost_.size(); ++j) {
        if (visited[j] || !possible_[i][j]) continue;
        if (best == none || cost_[i][j] < cost_[i][best]) best = j;
      }
      if (best == none) return false;
      visited[best] = true;
      if (taken_by_[best] != none && !pair(taken_by_[best], visited)) continue;
      taken_by_[best] = i;
      return true;
    }
  }

  const std::vector<std::vector<double>>& cost_;
  std::vector<std::vector<bool>> possible_;
  std::vector<std::size_t> taken_by_, partner_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
