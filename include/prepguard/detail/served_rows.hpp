// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "prepguard/detail/array_table.hpp"
#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/error.hpp"
#include "prepguard/policy.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// `policy`, but what would refuse a call takes rows out of it, and nothing is said about many rows together.
inline Policy taking_out(const Policy& policy) {
  Policy made;
  const auto set = [&](Check check, Action action, const std::string& column) {
    if (check == Check::schema || stage_of(check) == Stage::output) return;
    if (action == Action::fail) action = Action::reject_row;
    made.set(check, is_of_stream(check) ? Action::ignore : action, column, policy.value(check, column));
  };
  for (std::size_t c = 0; c < check_count; ++c) {
    const auto check = static_cast<Check>(c);
    set(check, policy.action(check), {});
  }
  for (const PolicyEntry& rule : policy.rules()) {
    const Check check = *check_named(rule.check);
    if (!rule.column.empty()) set(check, policy.action(check, rule.column), rule.column);
  }
  return made;
}

/// Which of `rows` a guard would not serve, in order. Throws if it would serve none, or not these columns.
template <class Input>
std::vector<std::size_t> refused_rows(Input input, const Table& rows) {
  input.set_policy(taking_out(input.policy()));
  Counters unseen;
  Tally tally(unseen, rows.rows());
  ScratchFrame frame;
  return input.template features<ModelForm::features>(frame, tally, rows).facts.gone;
}

/// Calls `use` with the self-test rows of a loaded file that a guard serves.
template <class Input, class Use>
auto with_self_test(const Input& input, Use&& use) {
  using Rows = ArrayTable<typename Input::Scalar>;
  const auto& tests = input.pipeline().self_tests();
  if (tests.empty())
    throw Error(Errc::bad_state, "guard", "there are no self-test rows to learn from", "pass rows");
  const auto& inputs = tests.front().inputs;
  const Schema& schema = input.pipeline().schema();
  const Rows all(inputs, schema);
  const Rows served(inputs, schema, refused_rows(input, all.table()));
  return use(served.table());
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
