// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

#include "prepguard/detail/call_arguments.hpp"
#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/fill_rows.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/output_check.hpp"
#include "prepguard/detail/target_output.hpp"

// What a guard does before it calls a model, and after it.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The features of checked rows, in memory of `frame`, for a model that takes them in the form `Form` and
/// answers with an `Answer`. Throws what a check found.
template <ModelForm Form, class Answer, class Input, class Frame, class Rows, class... Extra>
auto checked_features(const Input& input, Frame& frame, Tally& tally, const Rows& rows,
                      const Extra&... extra) {
  input.check_extra(tally, extra...);
  auto features = input.template features<Form>(frame, tally, rows);
  check_model_width<Form>(features.cells, tally);
  if (const std::size_t gone = features.facts.gone.size(); gone != 0) [[unlikely]] {
    if (!can_fill<Answer>()) refuse_gaps(tally, gone, "another type");
    if ((may_have_rows<Extra>() || ...)) refuse_extra_rows(tally, gone);
  }
  return features;
}

/// What the model returned for `rows` rows, checked; scaled back where training scaled the target; with gaps
/// for rejected rows.
template <class Answer, class Input>
void check_answer(const Input& input, std::remove_reference_t<Answer>& answer, std::size_t rows,
                  const FeatureFacts& features, Tally& tally) {
  OutputCheck(rows, features, tally)(answer);
  if constexpr (requires { input.pipeline(); }) {
    constexpr bool owned = !std::is_reference_v<Answer>;
    undo_target(input.pipeline(), answer, owned, rows, tally, features.gone);
  }
  fill_gaps<Answer>(answer, features.gone, rows, tally);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
