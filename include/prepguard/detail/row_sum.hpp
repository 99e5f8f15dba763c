// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// What the cells of a row are divided by, and in which order it is added up; docs/numerics.md says why there
/// are so many. `pairwise` and `lanes` are NumPy's sums over neighbouring cells, `in_turn` its sums from
/// column to column, everything in `T`; `scaled` is our own: over the power of two of the largest cell, in
/// double.
enum class RowSum : std::uint8_t {
  largest,
  l1_pairwise,
  l1_in_turn,
  l1_scaled,
  l2_lanes,
  l2_in_turn,
  l2_scaled
};

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
