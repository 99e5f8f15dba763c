// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "prepguard/detail/lanes.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// Thresholds a column: below and above each of 7 training quantiles, and the two ends of the numbers.
inline constexpr std::size_t window_thresholds = 16;

/// The rows of a window, cells of a row side by side. `columns` is a whole number of the widest vectors.
/// Thresholds are keys (integers in the order of numbers), `columns` of the first kind, then of the next;
/// `center`: what is taken away from the cells of a column before they are added up.
template <class T>
struct WindowRows {
  const T* cells;
  std::size_t rows, columns;
  const Bits<T>* thresholds;
  const T* center;
};

/// What is found out about the columns of a window, `columns` numbers of each kind.
template <class T>
struct WindowSums {
  Bits<T>* below;  ///< for each threshold, in the same order, how many keys lie below it
  Bits<T>* least;  ///< smallest key of a finite cell
  Bits<T>* most;   ///< largest key
  T* sum;          ///< of x - center over finite cells, in `T`
  T* squares;      ///< of (x - center)^2
};

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
