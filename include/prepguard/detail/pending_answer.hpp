// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/checked_call.hpp"
#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/current_rules.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/lasting_memory.hpp"
#include "prepguard/detail/later_result.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/guarded_future.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a model was given, and the futures it returned: one of all rows, or of a model that is called row by
/// row one of each (`Gather`).
template <class Argument, class Future, bool Gather>
struct Asked {
  std::vector<Argument> arguments{};  // the model may refer to them: room is made beforehand
  std::vector<Future> futures{};
  std::size_t taken = 0;  // of the futures

  Asked() = default;
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() {
    for (; taken < futures.size(); ++taken) abandon_result(futures[taken]);
  }

  auto take() {
    if constexpr (Gather) {
      RowResults<CellOfResult<TakenFrom<Future>>> results;
      for (std::size_t i = 0; i < futures.size(); ++i) {
        const auto result = take_result(futures[taken++]);
        if (!results.put(i, futures.size(), cells_of_row(result))) break;
      }
      return results;
    } else {
      return take_result(futures[taken++]);
    }
  }
};

template <ModelForm Form, class Model, class T, class Rows, class... Extra>
struct AskedFor {
  using Argument =
      std::conditional_t<Form == ModelForm::rows, std::monostate,
                         decltype(argument_for<Form>(std::declval<const MatrixView<const T>&>()))>;
  using Type = Asked<Argument, std::remove_cvref_t<Returned<Form, Model, T, Rows, Extra...>>,
                     is_by_row(Form) && !is_one_row<Rows>()>;
  using Answer = decltype(std::declval<Type&>().take());
};

/// A call of a model that answers later: what it reads until then, what it returned, and what to do with
/// that.
template <ModelForm Form, class Input, class Model, class Rows, class... Extra>
class PendingAnswer final
    : public PendingCall<ResultOf<
          typename AskedFor<Form, Model, typename Input::template Cell<Rows>, Rows, Extra...>::Answer>> {
  using T = typename Input::template Cell<Rows>;
  using Kept = AskedFor<Form, Model, T, Rows, Extra...>;
  using Answer = typename Kept::Answer;

 public:
  using Result = ResultOf<Answer>;

  PendingAnswer(const Input& input, const CurrentRules<OutputRules>& expected, Counters& counters,
                const Rows& rows) noexcept
      : input_(input), expected_(expected), tally_(counters, input.row_count(rows)) {}

  /// Throws what a check of the rows found.
  void prepare(const Rows& rows, const std::remove_reference_t<Extra>&... extra) {
    try {
      features_ = checked_features<Form, Answer>(input_, memory_, tally_, rows, extra...);
    } catch (const Error&) {
      tally_.refuse();
      throw;
    }
  }

  void ask(Model& model, const Rows& rows, Extra&&... extra) {
    const MatrixView<const T>& cells = features_.cells;
    constexpr bool one = Form == ModelForm::rows || !is_by_row(Form) || is_one_row<Rows>();
    const std::size_t calls = one ? 1 : cells.rows();
    asked_.arguments.reserve(calls);
    asked_.futures.reserve(calls);
    for (std::size_t i = 0; i < calls; ++i) {
      if constexpr (Form == ModelForm::rows) {
        asked_.futures.push_back(call_with<Form>(model, rows, std::forward<Extra>(extra)...));
      } else if constexpr (is_by_row(Form)) {
        const auto& argument = asked_.arguments.emplace_back(argument_for<Form>(cells.middle_rows(i, 1)));
        asked_.futures.push_back(call_with<Form>(model, argument, extra...));
      } else {
        const auto& argument = asked_.arguments.emplace_back(argument_for<Form>(cells));
        asked_.futures.push_back(call_with<Form>(model, argument, std::forward<Extra>(extra)...));
      }
    }
  }

  void wait() override {
    for (auto& future : asked_.futures) wait_for_result(future);
  }

  Outcome<Result> get() override {
    Answer answer = asked_.take();
    try {
      check_answer<Answer>(input_, expected_.get(), answer, features_, tally_);
    } catch (const Error& error) {
      tally_.refuse();
      return Outcome<Result>(error);
    }
    tally_.serve();
    return Outcome<Result>(std::in_place, result_of(std::move(answer)));
  }

 private:
  const Input& input_;
  const CurrentRules<OutputRules>& expected_;
  Tally tally_;
  LastingMemory memory_{};
  FeatureBlock<T> features_{};
  typename Kept::Type asked_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
