// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "prepguard/detail/bare_input.hpp"
#include "prepguard/detail/call_arguments.hpp"
#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/checked_call.hpp"
#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/current_rules.hpp"
#include "prepguard/detail/output_learner.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/pending_answer.hpp"
#include "prepguard/detail/pipeline_input.hpp"
#include "prepguard/detail/served_rows.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/guarded_future.hpp"
#include "prepguard/model.hpp"
#include "prepguard/outcome.hpp"
#include "prepguard/output_expectation.hpp"
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
  /// Table (columns bound by name; with a Binding made once by `schema().bind` behind it nothing is
  /// allocated). What follows is handed on to the model as it is, behind the features. Throws Error for what
  /// a check finds: non_finite, unknown_category, bad_shape, bad_schema, rejected. What the model throws
  /// passes unchanged.
  ///
  /// Of a model that returns a future a GuardedFuture (guarded_future.hpp): the rows are checked now, the
  /// result when it is asked for.
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) decltype(auto) operator()(
      const First& rows, More&&... extra) {
    return call(*this, rows, std::forward<More>(extra)...).value();
  }
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) decltype(auto) operator()(
      const First& rows, More&&... extra) const {
    return call(*this, rows, std::forward<More>(extra)...).value();
  }

  /// The same as an Outcome: what a check finds is its error, and nothing is thrown but what the model
  /// throws.
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) auto try_call(const First& rows,
                                                                                  More&&... extra) {
    return call(*this, rows, std::forward<More>(extra)...);
  }
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) auto try_call(const First& rows,
                                                                                  More&&... extra) const {
    return call(*this, rows, std::forward<More>(extra)...);
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

  /// What results are compared with, by the checks `saturated_output` and `degenerate_output`, and `shape`
  /// for their width (output_expectation.hpp); by default nothing.
  OutputExpectation expected() const { return expected_.get().expected(); }
  /// Another expectation for all results that come in from now on; calls on other threads may go on
  /// meanwhile. Those that went before are kept until the guard goes. Throws bad_parameter for bounds that
  /// are none.
  void expect(OutputExpectation expected) {
    if (expected_.set_again([&](const detail::OutputRules& old) { return old.expected() == expected; }))
      return;
    expected_.set(detail::OutputRules(std::move(expected)));
  }
  /// Learns what ordinary results look like from a call with `rows`, best rows that training saw, some
  /// hundred of them; what follows is handed on to the model. A call like any other: it is counted, and
  /// throws what that would. Returns what results are compared with from now on.
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) OutputExpectation
      learn_outputs(const First& rows, More&&... extra) {
    decltype(auto) result = (*this)(rows, std::forward<More>(extra)...);
    expect(detail::learned_from(result, input_.row_count(rows)));
    return expected();
  }
  /// The same from the self-test rows of a loaded file, those of them that this guard serves.
  OutputExpectation learn_outputs() requires requires(const Input& input) { input.pipeline().self_tests(); }
  {
    return detail::with_self_test(input_, [&](const Table& rows) { return learn_outputs(rows); });
  }

  /// What was called and found so far.
  Report report() const { return counters_.snapshot(); }

  const Model& model() const noexcept { return model_; }
  const auto& pipeline() const noexcept requires requires(const Input& input) { input.pipeline(); }
  { return input_.pipeline(); }

 private:
  template <class Self, class... Arguments>
  static auto call(Self& self, Arguments&&... arguments) {
    return detail::split_arguments(
        [&self]<class Rows, class... Extra>(const Rows& rows, Extra&&... extra) {
          using TheModel = std::remove_reference_t<decltype((self.model_))>;
          constexpr auto form = Input::template form<false, TheModel, Rows, Extra...>();
          static_assert(
              form != detail::ModelForm::none,
              "prepguard: the model takes none of the forms that a guard can offer (prepguard/model.hpp "
              "lists "
              "them), with the further arguments of the call behind: wrap it in a lambda, [&](const auto& "
              "features) {...}, or specialise prepguard::CallModel for its type");
          if constexpr (form != detail::ModelForm::none) {
            using Cell = typename Input::template Cell<Rows>;
            using Returned = detail::Returned<form, TheModel, Cell, Rows, Extra...>;
            static_assert(!std::is_void_v<Returned>, "prepguard: the model must return its result");
            if constexpr (detail::LaterResult<std::remove_cvref_t<Returned>>) {
              return call_later<TheModel>(self, rows, std::forward<Extra>(extra)...);
            } else if constexpr (!std::is_void_v<Returned>) {
              return call_now<form>(self, rows, std::forward<Extra>(extra)...);
            }
          }
        },
        std::forward<Arguments>(arguments)...);
  }

  template <detail::ModelForm Form, class Self, class Rows, class... Extra>
  static auto call_now(Self& self, const Rows& rows, Extra&&... extra) {
    using Block = detail::FeatureBlock<typename Input::template Cell<Rows>>;
    using Answer = decltype(detail::call_model<Form>(self.model_, std::declval<Block&>().cells, rows,
                                                     std::forward<Extra>(extra)...));
    using Given = Outcome<detail::ResultOf<Answer>>;
    static_assert(!std::is_reference_v<Answer> || !detail::MappedEigen<std::remove_cvref_t<Answer>>,
                  "prepguard: the model returns a reference to an Eigen map, which is gone after the call: "
                  "return a copy");

    detail::Tally tally(self.counters_, self.input_.row_count(rows));
    detail::ScratchFrame frame;
    Block features;
    try {
      features = detail::checked_features<Form, Answer>(self.input_, frame, tally, rows, extra...);
    } catch (const Error& error) {
      tally.refuse();
      return Given(error);
    }
    Answer answer =
        detail::call_model<Form>(self.model_, features.cells, rows, std::forward<Extra>(extra)...);
    try {
      detail::check_answer<Answer>(self.input_, self.expected_.get(), answer, features, tally);
    } catch (const Error& error) {
      tally.refuse();
      return Given(error);
    }
    tally.serve();
    return Given(std::in_place, detail::result_of(std::forward<Answer>(answer)));
  }

  template <class TheModel, class Self, class Rows, class... Extra>
  static auto call_later(Self& self, const Rows& rows, Extra&&... extra) {
    constexpr auto form = Input::template form<true, TheModel, Rows, Extra...>();
    using Pending = detail::PendingAnswer<form, Input, TheModel, Rows, Extra...>;
    using Given = Outcome<GuardedFuture<typename Pending::Result>>;
    auto pending = std::make_unique<Pending>(self.input_, self.expected_, self.counters_, rows);
    try {
      pending->prepare(rows, extra...);
    } catch (const Error& error) {
      return Given(error);
    }
    pending->ask(self.model_, rows, std::forward<Extra>(extra)...);
    return Given(std::in_place, GuardedFuture<typename Pending::Result>(std::move(pending)));
  }

  Input input_;
  Model model_;
  detail::CurrentRules<detail::OutputRules> expected_{detail::OutputRules()};
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

/// Guards a model whose rows need no preparation: they must be finite, and so must its results, or what
/// `policy` says about `missing`, `inf` and the checks of outputs: fail, count or ignore. What a call has
/// behind the rows is checked like them, where it is float or double. Throws bad_parameter for a rule about a
/// single column, or with another action: there are no columns known, and nothing to put in the place of a
/// cell.
template <class Model>
auto guard(Model model, Policy policy = {}) {
  detail::check_callable(model);
  return Guard<detail::BareInput, Model>(detail::BareInput(std::move(policy)), std::move(model));
}

}  // namespace prepguard::inline PREPGUARD_ABI
