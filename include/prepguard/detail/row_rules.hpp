// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/output_actions.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/policy.hpp"
#include "prepguard/transformer_base.hpp"

// A policy, worked out for the columns of one pipeline.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The input columns of a pipeline, and which of them may be missing: those where it turns a missing value
/// into features that are there. Worked out once, from what the steps say about missing values.
class InputRules {
 public:
  template <class Prep>
  explicit InputRules(const Prep& prep) : layout_(layout_of(prep)) {
    for (std::size_t j = 0; j < layout_.size(); ++j) {
      replaces_nan_.push_back(replaces(prep, j, MissingFlow::nan));
      replaces_none_.push_back(layout_.kind(j) == Kind::text && replaces(prep, j, MissingFlow::none));
    }
  }

  const Layout& layout() const noexcept { return layout_; }
  bool may_be(Missing how, std::size_t column) const noexcept {
    return how == Missing::none ? replaces_none_[column] : replaces_nan_[column];
  }

 private:
  template <class Prep>
  static Layout layout_of(const Prep& prep) {
    if constexpr (requires { prep.input_layout(); }) {
      return prep.input_layout();
    } else {
      return Layout(prep.input_width(),
                    std::is_same_v<typename Prep::Input, Text> ? Kind::text : Kind::number);
    }
  }
  template <class Prep>
  bool replaces(const Prep& prep, std::size_t column, MissingFlow missing) const {
    std::vector<MissingFlow> flow(layout_.size(), MissingFlow::never);
    flow[column] = missing;
    flow = prep.missing_flow(std::move(flow));
    return std::all_of(flow.begin(), flow.end(), [](MissingFlow out) { return out == MissingFlow::never; });
  }

  Layout layout_;
  std::vector<bool> replaces_nan_{}, replaces_none_{};
};

/// What to do about each cell: for every check and column an action, for every number the bounds of training
/// and what to put in its place. Plain data, made when a policy is set.
template <Number T>
class RowRules {
 public:
  /// Throws bad_parameter for a rule about a column that does not exist, or that cannot do what is asked.
  RowRules(Policy policy, const InputRules& input, const InputColumns& columns,
           const std::vector<std::string>& features)
      : policy_(std::move(policy)), output_(OutputActions::of(policy_)) {
    check_columns_exist(columns.names(), features);
    for (std::size_t c = 0; c < check_count; ++c) {
      const auto check = static_cast<Check>(c);
      for (const std::string& name : check == Check::non_finite_features ? features : columns.names())
        actions_[c].push_back(policy_.action(check, name));
    }
    const Layout& layout = input.layout();
    bounds_.resize(layout.numbers());
    low_.resize(layout.numbers());
    high_.resize(layout.numbers());
    for (std::size_t j = 0; j < layout.size(); ++j) {
      const Column* training = columns.training(j);
      if (layout.kind(j) == Kind::number) add_bounds(j, layout.slot(j), training, columns.names()[j]);
      check_known(j, input, training, columns.names()[j]);
    }
  }

  const Policy& policy() const noexcept { return policy_; }
  const OutputActions& output() const noexcept { return output_; }
  Action action(Check check, std::size_t column) const noexcept {
    return actions_[static_cast<std::size_t>(check)][column];
  }

  /// True if no number lies outside of what training saw, as far as anybody wants to know. All are finite.
  bool all_within(const MatrixView<const T>& numbers) const noexcept {
    return !bounded_ || detail::all_within(numbers.data(), numbers.row_stride(), numbers.rows(),
                                           numbers.cols(), low_.data(), high_.data());
  }
  /// The check that finds a finite number outside of what training saw: of both, for a number that is far
  /// outside, the one with the graver action.
  std::optional<Check> outside(const T& cell, std::size_t column, std::size_t slot) const noexcept {
    const Bounds& bounds = bounds_[slot];
    const bool near = action(Check::out_of_range, column) > action(Check::far_out_of_range, column);
    if (cell < bounds.far_low || cell > bounds.far_high)
      return near ? Check::out_of_range : Check::far_out_of_range;
    if (cell < bounds.low || cell > bounds.high) return Check::out_of_range;
    return std::nullopt;
  }
  /// What to put in the place of a cell that is missing, infinite or out of range.
  T instead_of(Check check, const T& cell, std::size_t slot) const noexcept {
    const Bounds& bounds = bounds_[slot];
    if (check == Check::missing) return bounds.median;
    return cell < bounds.least ? bounds.least : bounds.most;
  }

 private:
  static constexpr T lowest = std::numeric_limits<T>::lowest(), highest = std::numeric_limits<T>::max();

  /// `low` to `high`: not out of range. `least` to `most`: what training saw.
  struct Bounds {
    T low = lowest, high = highest, far_low = lowest, far_high = highest;
    T least = 0, most = 0, median = 0;
  };

  static bool has_training(const Column* column) noexcept {
    return column != nullptr && column->kind() == Kind::number &&
           column->rows_seen() > column->missing_seen();
  }

  /// Of the 7 quantiles of a column the fourth is the median; one that was described by hand may have none.
  static bool has_median(const Column* column) noexcept {
    return has_training(column) && column->numbers.quantiles.size() == 7;
  }

  void add_bounds(std::size_t column, std::size_t slot, const Column* training, const std::string& name) {
    Bounds& bounds = bounds_[slot];
    low_[slot] = lowest;
    high_[slot] = highest;
    if (!has_training(training)) return;
    const NumberTraining& seen = training->numbers;
    const double widest = std::numeric_limits<T>::max();
    const auto held = [&](double x) { return round_to<T>(std::clamp(x, -widest, widest)); };
    bounds.least = held(seen.min);
    bounds.most = held(seen.max);
    if (has_median(training)) bounds.median = held(seen.quantiles[3]);
    if (!training->used) return;
    const bool near = action(Check::out_of_range, column) != Action::ignore;
    const bool far = action(Check::far_out_of_range, column) != Action::ignore;
    // A column that was constant has no range to measure by; then its own size is the measure.
    const double range = std::min(subtract(seen.max, seen.min), widest);
    const double measure = range > 0.0 ? range : std::max({seen.max, -seen.min, 1.0});
    const double tolerance = policy_.value(Check::out_of_range, name);
    if (near) {
      const double more = multiply(measure, tolerance);
      bounds.low = held(subtract(seen.min, more));
      bounds.high = held(add(seen.max, more));
    }
    if (far) {
      const double more =
          multiply(measure, std::max(tolerance, policy_.value(Check::far_out_of_range, name)));
      bounds.far_low = held(subtract(seen.min, more));
      bounds.far_high = held(add(seen.max, more));
    }
    low_[slot] = near ? std::max(bounds.low, bounds.far_low) : bounds.far_low;
    high_[slot] = near ? std::min(bounds.high, bounds.far_high) : bounds.far_high;
    bounded_ = bounded_ || near || far;
  }

  void check_columns_exist(const std::vector<std::string>& inputs,
                           const std::vector<std::string>& features) const {
    for (const PolicyEntry& rule : policy_.rules()) {
      const bool of_features = rule.check == name(Check::non_finite_features);
      const std::vector<std::string>& names = of_features ? features : inputs;
      if (rule.column.empty() || std::find(names.begin(), names.end(), rule.column) != names.end()) continue;
      throw Error(ErrorInfo{.code = Errc::bad_parameter,
                            .where = "policy",
                            .what = "check " + rule.check + " of a column that is not there",
                            .expected = of_features ? "the name of a feature" : "the name of an input column",
                            .got = '"' + rule.column + '"',
                            .advice = "name a column of this pipeline, or none for all of them"});
    }
  }

  /// A rule that nothing is known to follow it by would do nothing, silently.
  void check_known(std::size_t column, const InputRules& input, const Column* training,
                   const std::string& name) const {
    const bool text = input.layout().kind(column) == Kind::text;
    const auto refuse = [&](Check check) {
      throw Error(ErrorInfo{.code = Errc::bad_parameter,
                            .where = "policy",
                            .what = "check " + std::string(prepguard::name(check)) + ", column \"" + name +
                                    "\": nothing to compare a cell with, or to put in its place",
                            .expected = "a column of numbers with training statistics",
                            .got = text ? "text" : "none",
                            .advice = "name another action for this column"});
    };
    const bool imputed = input.may_be(Missing::nan, column) && (!text || input.may_be(Missing::none, column));
    if (action(Check::missing, column) == Action::replace && !imputed && !has_median(training))
      refuse(Check::missing);
    for (const Check check : {Check::inf, Check::out_of_range, Check::far_out_of_range}) {
      if (!text && action(check, column) == Action::replace && !has_training(training)) refuse(check);
    }
    for (const PolicyEntry& rule : policy_.rules()) {
      const std::optional<Check> check = check_named(rule.check);
      const bool of_range = check == Check::out_of_range || check == Check::far_out_of_range;
      if (of_range && rule.column == name && !has_training(training)) refuse(*check);
    }
  }

  Policy policy_;
  OutputActions output_;
  std::array<std::vector<Action>, check_count> actions_{};
  std::vector<Bounds> bounds_{};
  std::vector<T> low_{}, high_{};  // the narrower of the bounds that are looked at
  bool bounded_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
