// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

// Whether rows of numbers are probabilities.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// How far from 1 the sum of `width` probabilities may be. Each is off by a few roundings of its own.
template <class S>
double sum_tolerance(std::size_t width) noexcept {
  return (64.0 + 4.0 * static_cast<double>(width)) * double{std::numeric_limits<S>::epsilon()};
}
/// What was computed in float and returned in double is as exact as float.
template <class S>
bool sums_to_one(const MatrixView<const S>& cells, std::size_t row, double& sum) noexcept {
  sum = 0.0;
  bool is_float = true;
  for (std::size_t j = 0; j < cells.cols(); ++j) {
    const double cell = cells(row, j);
    sum += cell;
    is_float = is_float && double{static_cast<float>(cell)} == cell;
  }
  const double off = std::abs(sum - 1.0);
  return off <= sum_tolerance<S>(cells.cols()) || (is_float && off <= sum_tolerance<float>(cells.cols()));
}
/// A little outside of [0, 1] is a rounding.
inline bool is_probability(double cell) noexcept {
  const double tolerance = sum_tolerance<float>(1);
  return cell >= -tolerance && cell <= 1.0 + tolerance;
}

/// Whether the cells of a row are all in [0, 1].
template <class S>
bool in_unit(const MatrixView<const S>& cells, std::size_t row) noexcept {
  for (std::size_t j = 0; j < cells.cols(); ++j) {
    if (!is_probability(cells(row, j))) return false;
  }
  return true;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
