// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "prepguard/array.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/transformer.hpp"

// Which encoders look at the categories of an input column.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Whether a step hands its cells on as they are, but for missing ones.
template <class S>
bool keeps_cells(const S& step, std::string_view type) {
  return (type == "simple_imputer" || type == "passthrough") && step.input_width() == step.output_width();
}

template <class S, class Visit>
void encoders_of(const S& step, std::size_t j, Visit&& visit);

/// Goes on from step to step as long as the cells are those that came in.
template <class Cursor, class Visit>
void encoders_of_chain(Cursor at, std::size_t j, Visit&& visit) {
  encoders_of(at.step(), j, visit);
  if constexpr (!Cursor::known_last) {
    if (keeps_cells(at.step(), at.step().type)) encoders_of_chain(at.next(), j, visit);
  }
}

/// Calls `visit(categories, more, refuses)` for every encoder that reads column `j` of `step` as it comes in,
/// or as an imputer left it: `categories` and `more` are all it knows, and `refuses` tells what it does about
/// others. A step of the user's own is one if it has `categories(j)` and `handle_unknown()`.
template <class S, class Visit>
void encoders_of(const S& step, std::size_t j, Visit&& visit) {
  if constexpr (requires { step.type_name(); }) {  // AnyOf
    step.visit([&](const auto& held) { encoders_of(held, j, visit); });
  } else if constexpr (requires { step.pipeline().input_layout(); }) {  // Artifact
    encoders_of(step.pipeline(), j, visit);
  } else if constexpr (requires { step.step().blocks(); }) {  // ColumnTransformer
    encoders_of(step.step(), j, visit);
  } else if constexpr (requires { step.blocks(); }) {
    for (const auto& block : step.blocks()) {
      for (std::size_t k = 0; k < block.columns.size(); ++k) {
        if (block.columns[k] == static_cast<std::int64_t>(j)) encoders_of(block.step, k, visit);
      }
    }
  } else if constexpr (requires { step.cursor(); }) {  // Pipeline
    encoders_of_chain(step.cursor(), j, visit);
  } else if constexpr (requires { step.steps().front().step; }) {  // AnyPipeline
    for (const auto& named : step.steps()) {
      encoders_of(named.step, j, visit);
      if (!keeps_cells(named.step, named.step.type_name())) break;
    }
  } else if constexpr (requires {
                         step.categories(j);
                         step.handle_unknown();
                       }) {
    visit(step.categories(j), Array(), step.handle_unknown() == HandleUnknown::error);
  } else if constexpr (requires {
                         step.vocabulary();
                         step.mask();
                       }) {  // Lookup
    if (!step.vocabulary().empty()) visit(step.vocabulary(), step.mask(), step.num_oov_indices() == 0);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
