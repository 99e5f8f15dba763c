// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "people.hpp"
#include "prepguard/detail/shown_text.hpp"
#include "step_state.hpp"

/// What differs between two lists, in words.
namespace tool {

/// Lines of one part of a comparison; of many the first ones are printed.
class Differences {
 public:
  explicit Differences(std::string title) : title_(std::move(title)) {}

  void add(std::string_view line) { lines_.push_back(prepguard::detail::shown_text(line, 400)); }
  bool empty() const noexcept { return lines_.empty(); }

  void print(std::ostream& out) const {
    constexpr std::size_t most = 20;
    if (lines_.empty()) return;
    out << title_ << '\n';
    for (std::size_t i = 0; i < std::min(most, lines_.size()); ++i) out << "  " << lines_[i] << '\n';
    if (lines_.size() > most) out << "  and " << lines_.size() - most << " more\n";
  }

 private:
  std::string title_;
  std::vector<std::string> lines_{};
};

/// Those of `some` that are not in `others`.
inline std::vector<std::string> without(const std::vector<std::string>& some,
                                        const std::vector<std::string>& others) {
  std::vector<std::string> sorted = others, left;
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& item : some) {
    if (!std::binary_search(sorted.begin(), sorted.end(), item)) left.push_back(item);
  }
  return left;
}

/// Names that came, went, or stand in another order. False if that is all the same.
inline bool compare_names(const std::vector<std::string>& old_names,
                          const std::vector<std::string>& new_names, Differences& found) {
  if (old_names == new_names) return false;
  const std::vector<std::string> gone = without(old_names, new_names), come = without(new_names, old_names);
  if (!gone.empty()) found.add("gone: " + listed(gone));
  if (!come.empty()) found.add("new: " + listed(come));
  if (without(old_names, gone) != without(new_names, come)) found.add("in another order");
  return true;
}

/// Whether the values of a field are one for each column that the step reads.
inline bool is_by_column(const StepField& field, const std::vector<std::string>& columns) {
  constexpr std::array<std::string_view, 6> known{"center", "fill", "lambdas", "mean", "min", "scale"};
  return field.values.size() == columns.size() &&
         std::find(known.begin(), known.end(), field.name) != known.end();
}

/// `old -> new` of one field.
inline std::string changed_values(const StepField& before, const StepField& after,
                                  const std::vector<std::string>& old_columns,
                                  const std::vector<std::string>& new_columns) {
  const std::vector<std::string>&from = before.values, &to = after.values;
  if (from.size() == 1 && to.size() == 1) return from[0] + " -> " + to[0];
  if (!is_by_column(before, old_columns) || !is_by_column(after, new_columns)) {
    const std::vector<std::string> gone = without(from, to), come = without(to, from);
    std::string text = counted(from.size(), "value") + " -> " + std::to_string(to.size());
    if (!gone.empty()) text += "; gone: " + listed(gone, 4);
    if (!come.empty()) text += "; new: " + listed(come, 4);
    return text;
  }
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto column = std::find(new_columns.begin(), new_columns.end(), old_columns[i]);
    if (column == new_columns.end()) continue;
    const std::string& now = to[static_cast<std::size_t>(column - new_columns.begin())];
    if (now != from[i]) changes.push_back(old_columns[i] + ' ' + from[i] + " -> " + now);
  }
  return listed(changes, 4);
}

/// What a step knows of columns that only one of the two reads says nothing: that it reads them, does.
inline void compare_fields(const StepState& before, const StepState& after, Differences& found) {
  const auto named = [](const StepState& step, const std::string& name) -> const StepField* {
    for (const StepField& field : step.fields) {
      if (field.name == name) return &field;
    }
    return nullptr;
  };
  const auto of_lost_column = [](const StepField& field, const StepState& one, const StepState& other) {
    const std::vector<std::string> lost = without(one.columns, other.columns);
    return std::any_of(lost.begin(), lost.end(),
                       [&](const std::string& column) { return field.name.starts_with(column + ": "); });
  };
  const std::string path = before.path + " (" + before.type + ") ";
  for (const StepField& field : before.fields) {
    const StepField* other = named(after, field.name);
    if (other == nullptr) {
      if (!of_lost_column(field, before, after))
        found.add(path + field.name + ": gone, was " + listed(field.values, 4));
    } else if (*other != field) {
      const std::string changed = changed_values(field, *other, before.columns, after.columns);
      if (!changed.empty()) found.add(path + field.name + ": " + changed);
    }
  }
  for (const StepField& field : after.fields) {
    if (named(before, field.name) == nullptr && !of_lost_column(field, after, before))
      found.add(path + field.name + ": new, " + listed(field.values, 4));
  }
}

/// Steps are the same by their path.
inline void compare_steps(const std::vector<StepState>& before, const std::vector<StepState>& after,
                          Differences& found) {
  const auto at = [](const std::vector<StepState>& steps, const std::string& path) -> const StepState* {
    for (const StepState& step : steps) {
      if (step.path == path) return &step;
    }
    return nullptr;
  };
  std::vector<std::string> old_paths, new_paths;
  for (const StepState& step : before) old_paths.push_back(step.path);
  for (const StepState& step : after) new_paths.push_back(step.path);
  compare_names(old_paths, new_paths, found);
  for (const StepState& step : before) {
    const StepState* other = at(after, step.path);
    if (other == nullptr) continue;
    if (other->type != step.type) {
      found.add(step.path + ": " + step.type + " -> " + other->type);
      continue;
    }
    if (other->columns != step.columns)
      found.add(step.path + " reads other columns: " + listed(step.columns) + " -> " +
                listed(other->columns));
    compare_fields(step, *other, found);
  }
}

}  // namespace tool
