// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "describe.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_step.hpp"
#include "prepguard/detail/enum_names.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/number_text.hpp"

/// A pipeline as a list of steps with everything they know, for comparing two of them. It follows the
/// `fields` of the steps, so it needs no change for a new one.
namespace tool {

/// One field of a step: its values, each as text that tells apart what is not equal.
struct StepField {
  std::string name{};
  std::vector<std::string> values{};
  friend bool operator==(const StepField&, const StepField&) = default;
};

struct StepState {
  std::string path{};  ///< the names of the steps it is in, and its own
  std::string type{};
  std::vector<std::string> columns{};  ///< those it reads
  std::vector<StepField> fields{};
  friend bool operator==(const StepState&, const StepState&) = default;
};

/// Collects the fields of a step; those of its parts under the parts' names.
class FieldCollector {
 public:
  FieldCollector(std::vector<StepField>& out, const std::vector<std::string>& names, std::string prefix = {})
      : out_(out), names_(names), prefix_(std::move(prefix)) {}

  template <class V>
  void operator()(const char* name, const V& value) {
    if (std::string_view(name) == "inputs") return;  // kinds of the columns, which the columns tell
    if constexpr (requires { value.front().fields(value.front(), *this); }) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        FieldCollector inner(out_, names_, (i < names_.size() ? names_[i] : prefix_ + name) + ": ");
        std::remove_cvref_t<decltype(value[i])>::fields(value[i], inner);
      }
    } else {
      StepField field{prefix_ + name, values_of(value)};
      if (!field.values.empty()) out_.push_back(std::move(field));
    }
  }

 private:
  static std::string text_of(bool value) { return value ? "yes" : "no"; }
  static std::string text_of(const double& value) { return prepguard::detail::repr_text(value); }
  static std::string text_of(std::int64_t value) { return value == -1 ? "none" : std::to_string(value); }
  static std::string text_of(const std::string& value) { return '"' + value + '"'; }
  static std::string text_of(const prepguard::Array& value) {
    const std::vector<std::string> values = values_of(value);
    return '[' + listed(values, values.size()) + ']';
  }
  template <class E>
  requires std::is_enum_v<E>
  static std::string text_of(E value) { return std::string(prepguard::detail::name_of(value)); }

  template <class V>
  static std::vector<std::string> values_of(const V& value) {
    return {text_of(value)};
  }
  template <class Item>
  static std::vector<std::string> values_of(const std::vector<Item>& list) {
    std::vector<std::string> values;
    for (const Item& item : list) values.push_back(text_of(item));
    return values;
  }
  static std::vector<std::string> values_of(const prepguard::Array& array) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < array.size(); ++i) values.push_back(prepguard::detail::python_text(array, i));
    return values;
  }

  std::vector<StepField>& out_;
  const std::vector<std::string>& names_;
  std::string prefix_;
};

/// Lists the steps of a pipeline, what holds others before what it holds.
class StepLister {
 public:
  StepLister(std::vector<StepState>& out, std::vector<std::string> names, std::string path)
      : out_(out), names_(std::move(names)), path_(std::move(path)) {}

  template <class Steps>
  void operator()(const prepguard::AnyPipeline<double, Steps>& pipeline) const {
    add("pipeline");
    std::vector<std::string> names = names_;
    for (const auto& each : pipeline.steps()) {
      StepLister(out_, names, path_ + '.' + each.name)(each.step);
      names = Describer::names_after(each.step, names);
    }
  }

  template <class Steps>
  void operator()(const prepguard::ColumnStep<double, Steps>& step) const {
    StepState& state = add(std::string(step.type));
    for (const auto& block : step.blocks()) {
      if (block.weight != 1.0)
        state.fields.push_back({"weight of " + block.name, {prepguard::detail::repr_text(block.weight)}});
    }
    for (const auto& block : step.blocks()) {
      std::vector<std::string> names;
      for (const std::int64_t j : block.columns) names.push_back(names_[static_cast<std::size_t>(j)]);
      StepLister(out_, std::move(names), path_ + '.' + block.name)(block.step);
    }
  }

  /// One of a list of steps, or a step that holds no others.
  template <class Step>
  void operator()(const Step& step) const {
    if constexpr (requires { step.visit(*this); }) {
      step.visit(*this);
    } else {
      StepState& state = add(std::string(Step::type));
      FieldCollector collect(state.fields, names_);
      Step::fields(step, collect);
    }
  }

 private:
  StepState& add(std::string type) const {
    return out_.emplace_back(StepState{path_, std::move(type), names_, {}});
  }

  std::vector<StepState>& out_;
  std::vector<std::string> names_;
  std::string path_;
};

/// The steps of a pipeline or a target that reads the columns `names`.
template <class Step>
std::vector<StepState> steps_of(const Step& step, const std::vector<std::string>& names,
                                const std::string& path) {
  std::vector<StepState> steps;
  StepLister(steps, names, path)(step);
  return steps;
}

}  // namespace tool
