// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "prepguard/detail/bare_input.hpp"
#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/fill_rows.hpp"
#include "prepguard/detail/output_check.hpp"
#include "prepguard/detail/pipeline_input.hpp"
#include "prepguard/detail/reproducer.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/detail/target_output.hpp"
#include "prepguard/model.hpp"
#include "prepguard/outcome.hpp"
#include "prepguard/policy.hpp"
#include "prepguard/report.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// A model behind checks of what goes in and what comes out; made by `guard`.
///
/// A call checks the rows, makes features of them, checks those, calls the model and checks its result: one
/// pass, tile by tile, in memory of the calling thread that is kept for the next call. Where the pipeline
/// says that training scaled the target (target.hpp), the result is scaled back and checked once more. The
/// model runs in the caller's floating-point environment. Calls may run on many threads at once if the
/// model's may, and the model may call the guard again.
///
/// Copying copies pipeline and model; the copy counts from zero. A moved guard keeps its counts.
template <class Input, class Model>
class Guard {
 public:
  Guard(Input rows, Model callable) : input_(std::move(rows)), model_(std::move(callable)) {}

  /// What the model returns for `rows`: cells that MatrixView shows, or, if the pipeline has a schema, a
  /// Table (columns bound by name; with a Binding made once by `schema().bind` nothing is allocated). Throws
  /// Error for what a check finds: non_finite, unknown_category, bad_shape, bad_schema. What the model throws
  /// passes unchanged.
  template <class... Rows>
  requires(Input::template takes<Rows...>()) decltype(auto) operator()(const Rows&... rows) {
    return call(*this, rows...).value();
  }
  template <class... Rows>
  requires(Input::template takes<Rows...>()) decltype(auto) operator()(const Rows&... rows) const {
    return call(*this, rows...).value();
  }

  /// The same as an Outcome: what a check finds is its error, and nothing is thrown but what the model
  /// throws.
  template <class... Rows>
  requires(Input::template takes<Rows...>()) auto try_call(const Rows&... rows) {
    return call(*this, rows...);
  }
  template <class... Rows>
  requires(Input::template takes<Rows...>()) auto try_call(const Rows&... rows) const {
    return call(*this, rows...);
  }

  /// What is done about each check (policy.hpp).
  const Policy& policy() const requires requires(const Input& input) { input.policy(); }
  { return input_.policy(); }
  /// Another policy for all calls that begin from now on; calls on other threads may go on meanwhile, and
  /// finish with the old one. What it was worked out to is kept until the guard goes, a few hundred bytes a
  /// column for each different policy. Throws bad_parameter for a rule about a column that is not there, or
  /// that cannot be followed; then the old policy stays.
  void set_policy(Policy policy) requires requires(const Input& input) { input.policy(); }
  { input_.set_policy(std::move(policy)); }

  /// The row that `error` is about, of the `rows` of the call that gave it, as a CSV file of one row: as small
  /// as it gets, which means that every cell which is not needed for the failure is what training saw most of
  /// (median, most frequent text; empty where no step reads it). Fed back, by `prepguard transform` or in a
  /// Table, it fails in the same check and column. A row that the model's result was refused for comes as it
  /// was. Numbers are exact, text is quoted, a missing cell is an empty field. Calls no model, counts nothing.
  /// Throws bad_parameter for an error that is about no row, and for rows that do not fail like this.
  template <class... Rows>
  requires(Input::template takes<Rows...>() && requires(const Input& input) { input.pipeline(); }) std::string
      reproduce(const Error& error, const Rows&... rows) const {
    return detail::reproduce(input_, error, input_.row_count(rows...), rows...);
  }

  /// What was called and found so far.
  Report report() const { return counters_.snapshot(); }

  const Model& model() const noexcept { return model_; }
  const auto& pipeline() const noexcept requires requires(const Input& input) { input.pipeline(); }
  { return input_.pipeline(); }

 private:
  template <class Self, class... Rows>
  static auto call(Self& self, const Rows&... rows) {
    using TheModel = std::remove_reference_t<decltype((self.model_))>;
    using Block = decltype(self.input_.template features<TheModel>(std::declval<detail::ScratchFrame&>(),
                                                                   std::declval<detail::Tally&>(), rows...));
    using Answer = decltype(self.input_.ask(self.model_, std::declval<Block&>().cells, rows...));
    using Given = Outcome<detail::ResultOf<Answer>>;
    static_assert(!std::is_void_v<Answer>, "prepguard: the model must return its result");
    static_assert(!std::is_reference_v<Answer> || !detail::MappedEigen<std::remove_cvref_t<Answer>>,
                  "prepguard: the model returns a reference to an Eigen map, which is gone after the call: "
                  "return a copy");

    detail::Tally tally(self.counters_, self.input_.row_count(rows...));
    detail::ScratchFrame frame;
    Block features;
    try {
      features = self.input_.template features<TheModel>(frame, tally, rows...);
      detail::check_model_width<TheModel>(features.cells, tally);
      if (!detail::can_fill<Answer>() && !features.facts.gone.empty())
        detail::refuse_gaps(tally, features.facts.gone.size(), "another type");
    } catch (const Error& error) {
      tally.refuse();
      return Given(error);
    }
    Answer answer = self.input_.ask(self.model_, features.cells, rows...);
    try {
      check_answer<Answer>(self.input_, answer, features.cells.rows(), features.facts, tally);
    } catch (const Error& error) {
      tally.refuse();
      return Given(error);
    }
    tally.serve();
    return Given(std::in_place, detail::result_of(std::forward<Answer>(answer)));
  }

  /// What the model returned, checked; scaled back where training scaled the target; with gaps for rejected
  /// rows.
  template <class Answer>
  static void check_answer(const Input& input, std::remove_reference_t<Answer>& answer, std::size_t rows,
                           const detail::FeatureFacts& features, detail::Tally& tally) {
    detail::OutputCheck(rows, features, tally)(answer);
    if constexpr (requires { input.pipeline(); }) {
      constexpr bool owned = !std::is_reference_v<Answer>;
      detail::undo_target(input.pipeline(), answer, owned, rows, tally, features.gone);
    }
    detail::fill_gaps<Answer>(answer, features.gone, rows, tally);
  }

  Input input_;
  Model model_;
  mutable detail::Counters counters_{};
};

/// Guards `model`, a callable, behind `pipeline`, a fitted Transformer: `guard(pipeline, model)(rows)` is
/// `model(pipeline.transform(rows))` or a clear error. Both are taken by value: move what should not be
/// copied, pass std::ref(model) for a model that stays yours. prepguard/model.hpp says what a model may take
/// and return.
///
/// ```
/// auto predict = prepguard::guard(prep, [&](const auto& features) { return net.forward(features); });
/// auto y = predict(rows);   // throws: row 17, column "bill_length_mm": NaN, ...
/// ```
/// `policy`: what to do about each check; else what the file says that the pipeline was loaded from, else
/// Policy::serving().
///
/// Throws bad_parameter for an empty std::function or a null pointer, or a policy that this pipeline cannot
/// follow, bad_shape for a pipeline that is not fitted, bad_version for a policy in the file with a check of
/// a newer library.
template <Transformer Prep, class Model>
auto guard(Prep pipeline, Model model, std::optional<Policy> policy = {}) {
  detail::check_callable(model);
  return Guard<detail::PipelineInput<Prep>, Model>(
      detail::PipelineInput<Prep>(std::move(pipeline), std::move(policy)), std::move(model));
}

/// Guards a model whose rows need no preparation: they must be finite, and so must its results.
template <class Model>
auto guard(Model model) {
  detail::check_callable(model);
  return Guard<detail::BareInput, Model>(detail::BareInput(), std::move(model));
}

}  // namespace prepguard::inline PREPGUARD_ABI
