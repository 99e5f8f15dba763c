// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/policy_entry.hpp"
#include "prepguard/report.hpp"

namespace prepguard {

/// What a guard does about a row, or a call, in which a check found something.
enum class Action : std::uint8_t {
  ignore,      ///< nothing, and nothing is counted
  count,       ///< the row is served and counted
  replace,     ///< a missing cell becomes the training median, one out of range the nearest bound; served,
               ///< counted
  reject_row,  ///< the row never reaches the model; the other rows are served
  fail,        ///< the call is refused
};

constexpr std::string_view name(Action action) noexcept {
  constexpr std::array<std::string_view, 5> names{"ignore", "count", "replace", "reject_row", "fail"};
  return names[static_cast<std::size_t>(action)];
}

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI {

/// What a guard does about each check: plain data, a list of rules. Of the rules for a check the last one
/// that names the column counts, else the last one that names none. What no rule says is as in `serving()`.
///
/// ```
/// auto policy = Policy::serving();
/// policy.set(Check::missing, Action::reject_row).set(Check::out_of_range, Action::replace, "age", 0.1);
/// auto predict = guard(load_file<float>(path), model, policy);
/// ```
class Policy {
 public:
  Policy() = default;
  /// Rules as a file holds them. Throws bad_version for a check that this version does not make,
  /// bad_parameter for an action or a value that does not go with its check.
  explicit Policy(const std::vector<PolicyEntry>& rules) {
    for (const PolicyEntry& rule : rules) add(rule);
  }

  /// Refuses what cannot be served and what is far from anything training saw; counts what is a little
  /// outside.
  static Policy serving() { return {}; }
  /// Refuses all that a check finds.
  static Policy strict() {
    Policy policy;
    for (std::size_t c = 0; c < check_count; ++c) policy.set(static_cast<Check>(c), Action::fail);
    return policy;
  }
  /// Serves all that can be served, and counts what `serving()` would have refused.
  static Policy observe() {
    Policy policy;
    for (std::size_t c = 0; c < check_count; ++c) {
      const auto check = static_cast<Check>(c);
      if (allows(check, Action::count)) policy.set(check, Action::count);
    }
    return policy;
  }

  /// Adds a rule. `column`: an input column, of `non_finite_features` a feature; empty: all. `value`: of
  /// `out_of_range` how far the training range is widened on both sides, of `far_out_of_range` how far
  /// outside of it a cell is too far, both as a multiple of that range; of `drift` the population stability
  /// index from which a column drifts. Throws bad_parameter for an action
  /// that does not go with the check.
  Policy& set(Check check, Action action, std::string column = {}, std::optional<double> value = {}) {
    return add({std::string(name(check)), std::string(name(action)), std::move(column),
                value.value_or(default_value(check))});
  }
  Policy& add(PolicyEntry rule);

  const std::vector<PolicyEntry>& rules() const noexcept { return rules_; }
  /// Whether a rule says what to do about `check` in `column`.
  bool has_rule(Check check, std::string_view column = {}) const {
    return rule_for(check, column) != nullptr;
  }
  /// The action for `check` in `column`. What no rule says of `unknown_category`, guards do as the encoder of
  /// the column does: fail, or count.
  Action action(Check check, std::string_view column = {}) const {
    const PolicyEntry* rule = rule_for(check, column);
    return rule == nullptr ? default_action(check) : *action_named(rule->action);
  }
  /// The threshold for `check` in `column`; 0 if it has none.
  double value(Check check, std::string_view column = {}) const {
    const PolicyEntry* rule = rule_for(check, column);
    return rule == nullptr ? default_value(check) : rule->value;
  }

  /// A line for each check, then one for each rule about a single column.
  std::string to_text() const;

  friend bool operator==(const Policy&, const Policy&) = default;

 private:
  static constexpr Action default_action(Check check) noexcept {
    const bool counts = check == Check::out_of_range || check == Check::narrowing ||
                        (is_of_stream(check) && check != Check::already_scaled) ||
                        check == Check::saturated_output || check == Check::degenerate_output;
    return counts ? Action::count : Action::fail;
  }
  static constexpr double default_value(Check check) noexcept {
    return check == Check::far_out_of_range ? 10.0 : check == Check::drift ? 0.25 : 0.0;
  }
  /// What the value of a check is measured in; empty if it has none.
  static constexpr std::string_view unit(Check check) noexcept {
    if (check == Check::drift) return "population stability index";
    return check == Check::out_of_range || check == Check::far_out_of_range ? "training ranges" : "";
  }
  static constexpr bool has_value(Check check) noexcept { return !unit(check).empty(); }
  static constexpr bool looks_at_columns(Check check) noexcept {
    return check != Check::schema && check != Check::swapped_columns &&
           (stage_of(check) == Stage::input || check == Check::non_finite_features);
  }
  static constexpr bool allows(Check check, Action action) noexcept;
  static std::string allowed(Check check);
  static std::string known_checks();
  static std::optional<Action> action_named(std::string_view text) noexcept {
    for (const Action action : actions) {
      if (name(action) == text) return action;
    }
    return text == "warn" ? std::optional(Action::count) : std::nullopt;
  }
  const PolicyEntry* rule_for(Check check, std::string_view column) const noexcept {
    const PolicyEntry* found = nullptr;
    for (const PolicyEntry& rule : rules_) {
      if (rule.check != name(check)) continue;
      const bool general = rule.column.empty();
      if (general ? found == nullptr || found->column.empty() : rule.column == column) found = &rule;
    }
    return found;
  }

  static constexpr std::array<Action, 5> actions{Action::ignore, Action::count, Action::replace,
                                                 Action::reject_row, Action::fail};
  std::vector<PolicyEntry> rules_{};
};

/// Without a schema there are no columns, without a result no row: those two checks can only fail. Only a
/// cell that came in can be replaced, only a row that came in taken out; nothing is known to put in the place
/// of an unknown category.
constexpr bool Policy::allows(Check check, Action action) noexcept {
  switch (check) {
    case Check::schema:
    case Check::shape:
      return action == Action::fail;
    case Check::unknown_category:
    case Check::narrowing:
    case Check::non_finite_features:
      return action != Action::replace;
    case Check::non_finite_output:
    case Check::saturated_output:
    case Check::degenerate_output:
      return action != Action::replace && action != Action::reject_row;
    default:
      return !is_of_stream(check) || (action != Action::replace && action != Action::reject_row);
  }
}

inline std::string Policy::allowed(Check check) {
  std::string text;
  for (const Action action : actions) {
    if (allows(check, action)) text += (text.empty() ? "" : ", ") + std::string(name(action));
  }
  return text;
}

inline std::string Policy::known_checks() {
  std::string text = "one of ";
  for (std::size_t i = 0; i < check_count; ++i)
    text += (i == 0 ? "" : ", ") + std::string(name(static_cast<Check>(i)));
  return text;
}

inline Policy& Policy::add(PolicyEntry rule) {
  const auto fail = [&](Errc code, const std::string& what, std::string expected, std::string got,
                        std::string advice) {
    throw Error(ErrorInfo{.code = code,
                          .where = "policy",
                          .what = what + (rule.column.empty() ? "" : ", column \"" + rule.column + '"'),
                          .expected = std::move(expected),
                          .got = std::move(got),
                          .advice = std::move(advice)});
  };
  const std::optional<Check> check = check_named(rule.check);
  if (!check)
    fail(Errc::bad_version, "a check this version does not make", known_checks(), rule.check,
         "use a newer library");
  const std::optional<Action> action = action_named(rule.action);
  if (!action || !allows(*check, *action)) {
    fail(Errc::bad_parameter, "check " + rule.check, "one of " + allowed(*check), rule.action,
         "choose another action");
  }
  if (!rule.column.empty() && !looks_at_columns(*check)) {
    fail(Errc::bad_parameter, "check " + rule.check, "a rule for all columns", "one of them",
         "this check looks at no column by itself");
  }
  const bool sound = detail::is_finite(&rule.value) && rule.value >= 0.0;
  if (!sound || (!has_value(*check) && rule.value != 0.0)) {
    fail(Errc::bad_parameter, "value of check " + rule.check,
         has_value(*check) ? "a number of at least 0" : "0, the check has no value",
         detail::repr_text(rule.value),
         has_value(*check) ? "give a number of " + std::string(unit(*check)) : "leave the value out");
  }
  rules_.push_back(std::move(rule));
  return *this;
}

inline std::string Policy::to_text() const {
  std::string text = "policy\n";
  const auto line = [&](Check check, const std::string& column) {
    const bool open = check == Check::unknown_category && !has_rule(check, column);
    text += "  " + std::string(name(check)) + std::string(22 - name(check).size(), ' ') +
            std::string(open ? "as the encoder does: fail or count" : name(action(check, column)));
    if (has_value(check))
      text += ", " + detail::repr_text(value(check, column)) + ' ' + std::string(unit(check));
    text += (column.empty() ? "" : "  for \"" + column + '"') + '\n';
  };
  for (std::size_t i = 0; i < check_count; ++i) line(static_cast<Check>(i), {});
  for (const PolicyEntry& rule : rules_) {
    const bool overruled = std::any_of(
        &rule + 1, rules_.data() + rules_.size(),
        [&](const PolicyEntry& later) { return later.check == rule.check && later.column == rule.column; });
    if (!rule.column.empty() && !overruled) line(*check_named(rule.check), rule.column);
  }
  return text;
}

}  // namespace prepguard::inline PREPGUARD_ABI
