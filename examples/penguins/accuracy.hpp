// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "../rows.hpp"

namespace penguins {

using examples::Rows;

inline const std::vector<std::string> species{"Adelie", "Chinstrap", "Gentoo"};

/// Penguins whose species gets the largest probability.
inline long long correct(const Rows& probabilities, const std::vector<std::string>& labels) {
  long long count = 0;
  for (Eigen::Index i = 0; i < probabilities.rows(); ++i) {
    const float* row = probabilities.data() + i * probabilities.cols();
    const auto best = std::max_element(row, row + probabilities.cols()) - row;
    count += labels[static_cast<std::size_t>(i)] == species[static_cast<std::size_t>(best)];
  }
  return count;
}

inline std::string accuracy(const Rows& probabilities, const std::vector<std::string>& labels) {
  const long long right = correct(probabilities, labels);
  char text[64];
  std::snprintf(text, sizeof text, "%.3f (%lld of %lld)",
                static_cast<double>(right) / static_cast<double>(probabilities.rows()), right,
                static_cast<long long>(probabilities.rows()));
  return text;
}

}  // namespace penguins
