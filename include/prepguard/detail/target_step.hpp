// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::string_view codes_only = "it makes codes, and outputs of a model lie between codes";

/// Why a step that has an inverse is none for targets; empty for the others. Steps that put codes in place of
/// numbers have an inverse for codes only; a model's outputs lie between them. A QuantileTransformer is not
/// undone by every reader of the format.
template <class S>
inline constexpr std::string_view not_for_targets{};
template <Number T>
inline constexpr std::string_view not_for_targets<KBinsDiscretizer<T>> = codes_only;
template <Number T>
inline constexpr std::string_view not_for_targets<OrdinalEncoder<T>> = codes_only;
template <Number T>
inline constexpr std::string_view not_for_targets<QuantileTransformer<T>> = "it is not supported for targets";

/// In words, the first step inside `step` that is none for targets; empty if there is none.
template <Number T, class List>
std::string unfit_for_target(const AnyStep<T, List>& step, const std::string& path = {}) {
  std::string reason;
  const auto look = [&](const auto& inside, const std::string& name) {
    if (reason.empty()) reason = unfit_for_target<T, List>(inside, join_path(path, name));
  };
  if (const auto* chain = step.template get_if<AnyPipeline<T, List>>()) {
    for (const auto& named : chain->steps()) look(named.step, named.name);
  } else if (const auto* blocks = step.template get_if<ColumnStep<T, List>>()) {
    for (const auto& block : blocks->blocks()) look(block.step, block.name);
  } else {
    std::visit(
        [&]<class S>(const S&) {
          if constexpr (!not_for_targets<S>.empty())
            reason = without_inverse(path, S::type, std::string(not_for_targets<S>));
        },
        step.step());
  }
  return reason;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
