// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

#include "prepguard/detail/call_arguments.hpp"
#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/fill_rows.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/output_check.hpp"
#include "prepguard/detail/output_look.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/tally.hpp"
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

/// How many classes the results name; 0 if they are no classes, or nobody knows.
template <class Input>
std::size_t classes_of(const Input& input) noexcept {
  if constexpr (requires { input.pipeline().target().classes().size(); }) {
    return input.pipeline().target().classes().size();
  } else {
    return 0;
  }
}

/// What the model returned for `features`, checked; scaled back where training scaled the target; with gaps
/// for rejected rows.
template <class Answer, class Input, class T>
void check_answer(const Input& input, const OutputRules& expected, std::remove_reference_t<Answer>& answer,
                  const FeatureBlock<T>& features, Tally& tally) {
  const FeatureFacts& facts = features.facts;
  const std::size_t rows = features.cells.rows();
  OutputCheck(rows, facts, tally)(answer);
  if constexpr (requires { input.pipeline(); }) {
    constexpr bool owned = !std::is_reference_v<Answer>;
    undo_target(input.pipeline(), answer, owned, rows, tally, facts.gone);
  }
  OutputLook<T>(features, tally, expected, classes_of(input))(answer);
  fill_gaps<Answer>(answer, facts.gone, rows, tally);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
