// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "prepguard/detail/call_arguments.hpp"
#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/checked_call.hpp"
#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/current_rules.hpp"
#include "prepguard/detail/hook.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/pending_answer.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/detail/tally.hpp"
#include "prepguard/guarded_future.hpp"
#include "prepguard/outcome.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a guard consists of.
template <class Input, class Model>
struct GuardState {
  Input input;
  Model model;
  CurrentRules<OutputRules> expected{OutputRules()};
  mutable Counters counters{};
  mutable HookPost hook{};
};

/// One call of a guard, from the caller's arguments to an Outcome.
template <class Input, class Model>
class GuardedCall {
 public:
  /// `guard`: its GuardState, const or not, as the model is to be called.
  template <class State, class... Arguments>
  static auto call(State& guard, Arguments&&... arguments) {
    return split_arguments(
        [&guard]<class Rows, class... Extra>(const Rows& rows, Extra&&... extra) {
          using TheModel = std::remove_reference_t<decltype((guard.model))>;
          constexpr auto form = Input::template form<false, TheModel, Rows, Extra...>();
          static_assert(
              form != ModelForm::none,
              "prepguard: the model takes none of the forms that a guard can offer (prepguard/model.hpp "
              "lists "
              "them), with the further arguments of the call behind: wrap it in a lambda, [&](const auto& "
              "features) {...}, or specialise prepguard::CallModel for its type");
          if constexpr (form != ModelForm::none) {
            using Cell = typename Input::template Cell<Rows>;
            using Returned = Returned<form, TheModel, Cell, Rows, Extra...>;
            static_assert(!std::is_void_v<Returned>, "prepguard: the model must return its result");
            if constexpr (LaterResult<std::remove_cvref_t<Returned>>) {
              return call_later<TheModel>(guard, rows, std::forward<Extra>(extra)...);
            } else if constexpr (!std::is_void_v<Returned>) {
              return call_now<form>(guard, rows, std::forward<Extra>(extra)...);
            }
          }
        },
        std::forward<Arguments>(arguments)...);
  }

 private:
  template <ModelForm Form, class State, class Rows, class... Extra>
  static auto call_now(State& guard, const Rows& rows, Extra&&... extra) {
    using Block = FeatureBlock<typename Input::template Cell<Rows>>;
    using Answer = decltype(call_model<Form>(guard.model, std::declval<const Block&>().cells, rows,
                                             std::forward<Extra>(extra)...));
    using Given = Outcome<ResultOf<Answer>>;
    static_assert(!std::is_reference_v<Answer> || !MappedEigen<std::remove_cvref_t<Answer>>,
                  "prepguard: the model returns a reference to an Eigen map, which is gone after the call: "
                  "return a copy");

    Tally tally(guard.counters, guard.hook, guard.input.row_count(rows));
    ScratchFrame frame;
    std::optional<Error> refused;
    const Block features = [&]() -> Block {
      try {
        return checked_features<Form, Answer>(guard.input, frame, tally, rows, extra...);
      } catch (const Error& error) {
        refused = error;
        return {};
      }
    }();
    if (refused) [[unlikely]] {
      tally.refuse(*refused);
      return Given(*std::move(refused));
    }
    Answer answer = call_model<Form>(guard.model, features.cells, rows, std::forward<Extra>(extra)...);
    try {
      check_answer<Answer>(guard.input, guard.expected.get(), answer, features, tally);
    } catch (const Error& error) {
      tally.refuse(error);
      return Given(error);
    }
    tally.serve();
    return Given(std::in_place, result_of(std::forward<Answer>(answer)));
  }

  template <class TheModel, class State, class Rows, class... Extra>
  static auto call_later(State& guard, const Rows& rows, Extra&&... extra) {
    constexpr auto form = Input::template form<true, TheModel, Rows, Extra...>();
    using Pending = PendingAnswer<form, Input, TheModel, Rows, Extra...>;
    using Given = Outcome<GuardedFuture<typename Pending::Result>>;
    auto pending = std::make_unique<Pending>(guard.input, guard.expected, guard.counters, guard.hook, rows);
    try {
      pending->prepare(rows, extra...);
    } catch (const Error& error) {
      return Given(error);
    }
    pending->ask(guard.model, rows, std::forward<Extra>(extra)...);
    return Given(std::in_place, GuardedFuture<typename Pending::Result>(std::move(pending)));
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
