// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/any_step.hpp"
#include "prepguard/column_step.hpp"
#include "prepguard/detail/chain.hpp"
#include "prepguard/pipeline.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

template <Number T, class List, class Step>
AnyStep<T, List> to_any_step(const Step& step, std::vector<Column>* columns = nullptr);

/// The steps of a pipeline known to the compiler, in their run-time form; the first one reads `columns`.
template <Number T, class List, class... Steps>
std::vector<Named<AnyStep<T, List>>> to_named_steps(const Pipeline<Steps...>& pipeline,
                                                    std::vector<Column>* columns = nullptr) {
  std::vector<Named<AnyStep<T, List>>> steps;
  for_each_step(pipeline.cursor(), [&](const std::string& name, const auto& step) {
    steps.push_back({name, to_any_step<T, List>(step, steps.empty() ? columns : nullptr)});
  });
  return steps;
}

/// The run-time form of any step: itself, a pipeline of run-time steps, or a column transformer without its names.
/// Where the `columns` it will be fitted to are known, a column transformer finds its own among them by name, and those
/// that are read are marked as used.
template <Number T, class List, class Step>
AnyStep<T, List> to_any_step(const Step& step, std::vector<Column>* columns) {
  if constexpr (std::is_constructible_v<AnyStep<T, List>, Step>) {
    for (std::size_t j = 0; columns != nullptr && j < columns->size(); ++j) (*columns)[j].used = true;
    return AnyStep<T, List>(step);
  } else if constexpr (HasSchema<Step> && requires { step.step().blocks(); }) {
    if (columns != nullptr && step.can_fit()) return AnyStep<T, List>(step.unfitted(*columns));
    if (step.input_width() == 0) {
      throw Error(Errc::bad_parameter, "column_transformer", "a column transformer behind another step is not fitted",
                  "fit it first, or use a ColumnStep, which knows its columns by position");
    }
    return AnyStep<T, List>(step.step());
  } else {
    return AnyStep<T, List>(AnyPipeline<T, List>(to_named_steps<T, List>(step, columns)));
  }
}

template <class Static, Number T, class List>
Static from_any_pipeline(const AnyPipeline<T, List>& stored);

/// A step of type `Step` out of its run-time form; bad_state if another one is there.
template <class Step, Number T, class List>
Step from_any_step(const AnyStep<T, List>& any) {
  if constexpr (std::is_constructible_v<AnyStep<T, List>, Step>) {
    if (const Step* step = any.template get_if<Step>()) return *step;
  } else {
    if (const auto* chain = any.template get_if<AnyPipeline<T, List>>()) return from_any_pipeline<Step>(*chain);
  }
  throw Error(ErrorInfo{.code = Errc::bad_state,
                        .where = "pipeline",
                        .expected = std::string(Step::type),
                        .got = std::string(any.type_name())});
}

/// A pipeline known to the compiler out of its run-time form.
template <class Static, Number T, class List>
Static from_any_pipeline(const AnyPipeline<T, List>& stored) {
  if (stored.input_width() == 0) return Static();
  Place("pipeline").require_count(stored.steps().size(), Static::count);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return Static(from_any_step<std::tuple_element_t<I, typename Static::Steps>, T, List>(stored.steps()[I].step)...);
  }(std::make_index_sequence<Static::count>{});
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
