// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/array.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Cells of column `j` that the fitted state makes interesting.
template <Number T, class List>
Array typical_cells(const AnyStep<T, List>& step, std::size_t j) {
  if (const auto* chain = step.template get_if<AnyPipeline<T, List>>()) {
    return typical_cells<T, List>(chain->steps().front().step, j);
  }
  if (const auto* blocks = step.template get_if<ColumnStep<T, List>>()) {
    for (const auto& block : blocks->blocks()) {
      const auto at = std::find(block.columns.begin(), block.columns.end(), static_cast<std::int64_t>(j));
      if (at == block.columns.end()) continue;
      return typical_cells<T, List>(block.step, static_cast<std::size_t>(at - block.columns.begin()));
    }
  }
  return step.visit([&](const auto& held) {
    if constexpr (requires { held.typical_cells(j); }) return held.typical_cells(j);
    const bool text = step.input_layout().kind(j) == Kind::text;
    return text ? Array(Array::Texts{OwnedText(std::string("a"))}) : Array(Array::Reals{0.0, 1.0});
  });
}

/// True if a step waits for None in column `j`: the file must say that its missing cells are spelled so.
template <Number T>
bool waits_for_none(const AnyStep<T>& pipeline, std::size_t j) {
  const Array cells = typical_cells<T, BuiltInSteps<T>>(pipeline, j);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells.missing(i) == Missing::none) return true;
  }
  return false;
}

/// True if an encoder that reads column `j` has None among its categories: training saw it.
template <Number T, class List = BuiltInSteps<T>>
bool learned_none(const AnyStep<T, List>& step, std::size_t j) {
  if (const auto* chain = step.template get_if<AnyPipeline<T, List>>()) {
    return std::any_of(chain->steps().begin(), chain->steps().end(), [&](const auto& named) {
      return named.step.input_width() == step.input_width() && learned_none<T, List>(named.step, j);
    });
  }
  if (const auto* blocks = step.template get_if<ColumnStep<T, List>>()) {
    for (const auto& block : blocks->blocks()) {
      const auto at = std::find(block.columns.begin(), block.columns.end(), static_cast<std::int64_t>(j));
      const auto inside = static_cast<std::size_t>(at - block.columns.begin());
      if (at != block.columns.end() && learned_none<T, List>(block.step, inside)) return true;
    }
  }
  return step.visit([&](const auto& held) {
    if constexpr (requires { held.knows(Missing::none, j); }) return held.knows(Missing::none, j);
    return false;
  });
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
