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
#include "prepguard/detail/guarded_call.hpp"
#include "prepguard/detail/hook.hpp"
#include "prepguard/detail/output_learner.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/pipeline_input.hpp"
#include "prepguard/detail/reproducer.hpp"
#include "prepguard/detail/served_rows.hpp"
#include "prepguard/guarded_future.hpp"
#include "prepguard/hook.hpp"
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
  Guard(Input rows, Model callable) : state_{std::move(rows), std::move(callable)} {}

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
    return detail::GuardedCall<Input, Model>::call(state_, rows, std::forward<More>(extra)...).value();
  }
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) decltype(auto) operator()(
      const First& rows, More&&... extra) const {
    return detail::GuardedCall<Input, Model>::call(state_, rows, std::forward<More>(extra)...).value();
  }

  /// The same as an Outcome: what a check finds is its error, and nothing is thrown but what the model
  /// throws.
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) auto try_call(const First& rows,
                                                                                  More&&... extra) {
    return detail::GuardedCall<Input, Model>::call(state_, rows, std::forward<More>(extra)...);
  }
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) auto try_call(const First& rows,
                                                                                  More&&... extra) const {
    return detail::GuardedCall<Input, Model>::call(state_, rows, std::forward<More>(extra)...);
  }

  /// What is done about each check (policy.hpp).
  const Policy& policy() const requires requires(const Input& input) { input.policy(); }
  { return state_.input.policy(); }
  /// Another policy for all calls that begin from now on; calls on other threads may go on meanwhile, and
  /// finish with the old one. What it was worked out to is kept until the guard goes, a few hundred bytes a
  /// column for each different policy. Throws bad_parameter for a rule about a column that is not there, or
  /// that cannot be followed; then the old policy stays.
  void set_policy(Policy policy) requires requires(const Input& input) { input.policy(); }
  { state_.input.set_policy(std::move(policy)); }

  /// What results are compared with, by the checks `saturated_output` and `degenerate_output`, and `shape`
  /// for their width (output_expectation.hpp); by default nothing.
  OutputExpectation expected() const { return state_.expected.get().expected(); }
  /// Another expectation for all results that come in from now on; calls on other threads may go on
  /// meanwhile. Those that went before are kept until the guard goes. Throws bad_parameter for bounds that
  /// are none.
  void expect(OutputExpectation expected) {
    if (state_.expected.set_again([&](const detail::OutputRules& old) { return old.expected() == expected; }))
      return;
    state_.expected.set(detail::OutputRules(std::move(expected)));
  }
  /// Learns what ordinary results look like from a call with `rows`, best rows that training saw, some
  /// hundred of them; what follows is handed on to the model. A call like any other: it is counted, and
  /// throws what that would. Returns what results are compared with from now on.
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>()) OutputExpectation
      learn_outputs(const First& rows, More&&... extra) {
    decltype(auto) result = (*this)(rows, std::forward<More>(extra)...);
    expect(detail::learned_from(result, state_.input.row_count(rows)));
    return expected();
  }
  /// The same from the self-test rows of a loaded file, those of them that this guard serves.
  OutputExpectation learn_outputs() requires requires(const Input& input) { input.pipeline().self_tests(); }
  {
    return detail::with_self_test(state_.input, [&](const Table& rows) { return learn_outputs(rows); });
  }

  /// The row that `error` is about, of the `rows` of the call that gave it, as a CSV file of one row: as small
  /// as it gets, which means that every cell which is not needed for the failure is what training saw most of
  /// (median, most frequent text; empty where no step reads it). Fed back, by `prepguard transform` or in a
  /// Table, it fails in the same check and column. A row that the model's result was refused for comes as it
  /// was. Numbers are exact, text is quoted, a missing cell is an empty field. Calls no model, counts nothing.
  /// Throws bad_parameter for an error that is about no row, and for rows that do not fail like this.
  template <class First, class... More>
  requires(Input::template takes<detail::RowsOf<First, More...>>() && requires(const Input& input) {
    input.pipeline();
  }) std::string reproduce(const Error& error, const First& rows, const More&... binding) const {
    return detail::reproduce(state_.input, error, state_.input.row_count(rows), rows, binding...);
  }

  /// What was called and found so far.
  Report report() const {
    Report report = state_.counters.snapshot();
    if constexpr (requires { state_.input.add_to(report); }) state_.input.add_to(report);
    report.hook = state_.hook.counts();
    return report;
  }

  /// Judges the rows that wait for a full window of 256 now, for instance when a file ends; the fewer they
  /// are the less they show.
  void judge() const requires requires(const Input& input) { input.judge(); }
  { state_.input.judge(); }

  /// A function that is told what the checks find, at most `per_second` times a second (infinity: always);
  /// an empty one: nobody is told, as before the first. Calls on other threads may go on meanwhile. Throws
  /// bad_parameter for a rate that is not above 0.
  void set_hook(Hook hook, double per_second = 10.0) { state_.hook.set(std::move(hook), per_second); }

  const Model& model() const noexcept { return state_.model; }
  const auto& pipeline() const noexcept requires requires(const Input& input) { input.pipeline(); }
  { return state_.input.pipeline(); }

 private:
  detail::GuardState<Input, Model> state_;
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
