// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "prepguard/any_pipeline.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Which input columns some step inside `step` reads.
template <Number T, class List>
std::vector<bool> used_columns(const AnyStep<T, List>& step) {
  if (const auto* chain = step.template get_if<AnyPipeline<T, List>>()) {
    return used_columns<T, List>(chain->steps().front().step);
  }
  const auto* blocks = step.template get_if<ColumnStep<T, List>>();
  std::vector<bool> used(step.input_width(), blocks == nullptr);
  if (blocks == nullptr) return used;
  for (const auto& block : blocks->blocks()) {
    const std::vector<bool> inside = used_columns<T, List>(block.step);
    for (std::size_t k = 0; k < inside.size(); ++k) {
      if (inside[k]) used[static_cast<std::size_t>(block.columns[k])] = true;
    }
  }
  return used;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
