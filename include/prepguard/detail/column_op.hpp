// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// One arithmetic step with a column's statistic: `x op s`, or nothing.
enum class ColumnOp : std::uint8_t { none, subtract, add, multiply, divide };

/// Where the rows a kernel reads and writes lie. Cells of a row lie side by side; strides count cells. `in`
/// and `out` may be the same rows, but must not overlap in any other way.
template <class T>
struct RowPair {
  const T* in;
  std::ptrdiff_t in_stride;
  T* out;
  std::ptrdiff_t out_stride;
  std::size_t rows;
  std::size_t cols;
};

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
