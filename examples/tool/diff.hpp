// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "differences.hpp"
#include "opened.hpp"
#include "people.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/report_text.hpp"
#include "step_state.hpp"

/// `diff`: what differs between two artifacts, for whoever reviews a retrained pipeline.
namespace tool {

namespace detail {

using Content = prepguard::Artifact<double>;

/// The parts of the comparison, in the order they are printed.
struct Comparison {
  Differences columns{"columns"}, training{"what training saw (old -> new)"}, steps{"pipeline (old -> new)"},
      features{"features"}, target{"target (old -> new)"}, policy{"policy"}, models{"models"},
      arithmetic{"arithmetic of training"};
  bool other_rows = false;  ///< a caller may have to send others

  std::vector<const Differences*> all() const {
    return {&columns, &training, &steps, &features, &target, &policy, &models, &arithmetic};
  }
  bool equal() const {
    const auto parts = all();
    return std::all_of(parts.begin(), parts.end(), [](const Differences* part) { return part->empty(); });
  }
};

inline const prepguard::Column* column_named(const Content& artifact, const std::string& name) {
  for (const prepguard::Column& column : artifact.schema().columns()) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

inline double missing_share(const prepguard::Column& column) {
  return column.rows_seen() == 0
             ? 0.0
             : static_cast<double>(column.missing_seen()) / static_cast<double>(column.rows_seen());
}

/// `mean 4201.75 -> 4310.2 (+0.14 std)`, of what changed.
inline std::string moved_numbers(const prepguard::NumberTraining& before,
                                 const prepguard::NumberTraining& after) {
  std::vector<std::string> parts;
  const auto compare = [&](std::string_view name, const double& from, const double& to) {
    if (from == to) return;
    std::string part = std::string(name) + ' ' + short_number(from) + " -> " + short_number(to);
    if (name == "mean" && before.std > 0.0) {
      const double moved = (to - from) / before.std;
      part += std::string(" (") + (moved < 0.0 ? "" : "+") +
              short_number(std::round(moved * 1000.0) / 1000.0) + " std)";
    }
    parts.push_back(std::move(part));
  };
  compare("mean", before.mean, after.mean);
  compare("std", before.std, after.std);
  compare("min", before.min, after.min);
  compare("max", before.max, after.max);
  if (parts.empty() && before.quantiles != after.quantiles) parts.emplace_back("quantiles");
  return listed(parts);
}

inline std::string moved_texts(const prepguard::TextTraining& before, const prepguard::TextTraining& after) {
  std::vector<std::string> parts;
  const auto gone = without(before.values, after.values), come = without(after.values, before.values);
  if (!gone.empty()) parts.push_back("gone: " + listed(gone, 4));
  if (!come.empty()) parts.push_back("new: " + listed(come, 4));
  if (parts.empty() && (before.frequencies != after.frequencies || before.other != after.other))
    parts.emplace_back("other frequencies");
  return listed(parts);
}

/// Both columns have the same name and kind.
inline void compare_training(const prepguard::Column& before, const prepguard::Column& after,
                             Differences& found) {
  if (before.numbers == after.numbers && before.texts == after.texts) return;
  const bool text = before.kind() == prepguard::Kind::text;
  std::vector<std::string> parts;
  const std::string moved =
      text ? moved_texts(before.texts, after.texts) : moved_numbers(before.numbers, after.numbers);
  if (!moved.empty()) parts.push_back(moved);
  if (before.rows_seen() != after.rows_seen())
    parts.push_back("rows " + std::to_string(before.rows_seen()) + " -> " +
                    std::to_string(after.rows_seen()));
  if (before.missing_seen() != after.missing_seen())
    parts.push_back("missing " + prepguard::detail::percent_text(missing_share(before)) + " -> " +
                    prepguard::detail::percent_text(missing_share(after)));
  if (parts.empty()) parts.emplace_back("another spelling of missing values");
  found.add(before.name + ": " + listed(parts));
}

inline void compare_columns(const Content& before, const Content& after, Comparison& found) {
  found.other_rows = compare_names(before.schema().names(), after.schema().names(), found.columns);
  for (const prepguard::Column& column : before.schema().columns()) {
    const prepguard::Column* other = column_named(after, column.name);
    if (other == nullptr) continue;
    if (other->dtype != column.dtype) {
      found.columns.add(column.name + ": " + std::string(name(column.dtype)) + " -> " +
                        std::string(name(other->dtype)));
      found.other_rows = true;
    }
    if (other->used != column.used) {
      found.columns.add(column.name + (other->used ? ": is read now" : ": is not read any more"));
      found.other_rows = true;
    }
    if (other->kind() == column.kind()) compare_training(column, *other, found.training);
  }
}

/// Lists as sets of lines.
inline void compare_lines(const std::vector<std::string>& before, const std::vector<std::string>& after,
                          Differences& found) {
  for (const std::string& line : without(before, after)) found.add("gone: " + line);
  for (const std::string& line : without(after, before)) found.add("new: " + line);
  if (found.empty() && before != after) found.add("in another order");
}

inline std::vector<std::string> rule_lines(const Content& artifact) {
  std::vector<std::string> lines;
  for (const prepguard::PolicyEntry& rule : artifact.policy()) {
    lines.push_back(rule.check + ": " + rule.action + (rule.column.empty() ? "" : ", column " + rule.column) +
                    (rule.value == 0.0 ? "" : ", " + prepguard::detail::repr_text(rule.value)));
  }
  return lines;
}

inline std::vector<std::string> model_lines(const Content& artifact) {
  std::vector<std::string> lines;
  for (const prepguard::ModelFile& model : artifact.models())
    lines.push_back(model.file + ", " + counted(static_cast<std::size_t>(model.bytes), "byte") +
                    ", SHA-256 " + model.sha256);
  return lines;
}

inline void compare_targets(const prepguard::Target& before, const prepguard::Target& after,
                            Differences& found) {
  if (before.empty() || after.empty()) {
    if (before.empty() != after.empty())
      found.add(before.empty() ? "none -> there is one" : "there is one -> none");
    return;
  }
  if (before.names() != after.names())
    found.add("names " + listed(before.names()) + " -> " + listed(after.names()));
  const auto labels = [](const prepguard::Target& target) { return StepField{"classes", target.labels()}; };
  if (!(before.classes() == after.classes()))
    found.add("classes: " + changed_values(labels(before), labels(after), {}, {}));
  if (before.threshold() != after.threshold())
    found.add("threshold " + short_number(before.threshold()) + " -> " + short_number(after.threshold()));
  compare_steps(steps_of(before.step<double>(), before.names(), "target"),
                steps_of(after.step<double>(), after.names(), "target"), found);
}

inline Comparison compared(const Content& before, const Content& after) {
  Comparison found;
  compare_columns(before, after, found);
  compare_steps(steps_of(before.pipeline(), before.schema().names(), "pipeline"),
                steps_of(after.pipeline(), after.schema().names(), "pipeline"), found.steps);
  compare_names(before.feature_names(), after.feature_names(), found.features);
  compare_targets(before.target(), after.target(), found.target);
  compare_lines(rule_lines(before), rule_lines(after), found.policy);
  compare_lines(model_lines(before), model_lines(after), found.models);
  if (before.dtype() != after.dtype())
    found.arithmetic.add(std::string(name(before.dtype())) + " -> " + std::string(name(after.dtype())));
  // "No difference" is the steps' own word, not that of the words found for them.
  if (found.steps.empty() && !(before.pipeline() == after.pipeline())) found.steps.add("other numbers");
  return found;
}

inline void print_meaning(const Comparison& found) {
  std::cout << "what it means\n";
  std::cout << (found.other_rows ? "  rows: look at the columns above; a caller may have to send others\n"
                                 : "  rows: the same columns\n");
  if (!found.features.empty()) {
    std::cout << "  model: gets other features; a model made for the old ones does not fit\n";
  } else if (!found.steps.empty() || !found.target.empty() || !found.arithmetic.empty()) {
    std::cout << "  model: gets features of the same names with other values; serve each artifact with its "
                 "own model\n";
  } else {
    std::cout << "  model: gets the same features\n";
  }
}

}  // namespace detail

/// False if anything differs that a row, a model or a guard could notice. When and with what the artifacts
/// were made, and their self-tests, do not count.
inline bool diff(const Arguments& arguments) {
  const Opened before(arguments.files[0]), after(arguments.files[1]);
  const detail::Comparison found = detail::compared(before.artifact, after.artifact);
  if (found.equal()) {
    std::cout << "no difference"
              << (before.bytes == after.bytes ? ", byte for byte\n"
                                              : " but in how and when they were made\n");
    return true;
  }
  for (const Differences* part : found.all()) part->print(std::cout);
  detail::print_meaning(found);
  return false;
}

}  // namespace tool
