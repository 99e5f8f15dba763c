// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "people.hpp"
#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_step.hpp"
#include "prepguard/detail/enum_names.hpp"

/// A pipeline as a tree of steps with their options and what they learned, for people. It follows the
/// `fields` of the steps, so it needs no change for a new one.
namespace tool {

/// Collects a line "name value" for every field of a step that reads the columns `names`.
class FieldLister {
 public:
  explicit FieldLister(const std::vector<std::string>& names = {}) : names_(names) {}

  template <class V>
  void operator()(const char* name, const V& value) {
    const std::string_view known(name);
    if (known == "inputs") return;  // the columns are named above
    if constexpr (requires { value.front().fields(value.front(), *this); }) {
      for (std::size_t i = 0; i < value.size(); ++i)
        add_part(i < names_.size() ? names_[i] : known, value[i]);
    } else if (const std::string text = shown(value); !text.empty()) {
      lines_.push_back(std::string(known) + ' ' + text);
    }
  }
  const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  /// State of one column, such as its categories.
  template <class Part>
  void add_part(std::string_view label, const Part& part) {
    FieldLister inner;
    Part::fields(part, inner);
    lines_.push_back(std::string(label) + ": " + listed(inner.lines()));
  }

  static std::string shown(bool value) { return value ? "yes" : "no"; }
  static std::string shown(double value) { return short_number(value); }
  static std::string shown(std::int64_t value) { return value == -1 ? "none" : std::to_string(value); }
  static std::string shown(const std::string& value) { return '"' + value + '"'; }
  static std::string shown(const prepguard::Array& array) {
    return array.empty() ? "" : '[' + listed(array) + ']';
  }
  template <class E>
  requires std::is_enum_v<E>
  static std::string shown(E value) { return std::string(prepguard::detail::name_of(value)); }
  template <class Item>
  static std::string shown(const std::vector<Item>& list) {
    std::vector<std::string> items;
    for (const Item& item : list) items.push_back(shown(item));
    return list.empty() ? "" : '[' + listed(items) + ']';
  }

  std::vector<std::string> names_;
  std::vector<std::string> lines_{};
};

/// Prints steps as lines, what is inside a step indented below it.
struct Describer {
  std::ostream& out;
  std::vector<std::string> names;  ///< the columns that the step reads
  std::string indent;

  void operator()(const prepguard::AnyStep<double>& step) const { step.visit(*this); }

  void operator()(const prepguard::AnyPipeline<double>& pipeline) const {
    Describer inner{out, names, indent + "  "};
    for (const auto& each : pipeline.steps()) {
      out << indent << each.name << ": " << each.step.type_name() << '\n';
      inner(each.step);
      inner.names = names_after(each.step, inner.names);
    }
  }

  void operator()(const prepguard::ColumnStep<double>& step) const {
    for (const auto& block : step.blocks()) {
      Describer inner{out, {}, indent + "  "};
      for (const std::int64_t j : block.columns) inner.names.push_back(names[static_cast<std::size_t>(j)]);
      out << indent << block.name << ": " << block.step.type_name() << " of " << listed(inner.names);
      out << (block.weight == 1.0 ? "" : ", weight " + short_number(block.weight)) << '\n';
      inner(block.step);
    }
  }

  /// The input column that each output of a step comes from, by the names of the columns the step reads.
  template <class Step>
  static std::vector<std::string> names_after(const Step& step, const std::vector<std::string>& read) {
    // Names are made of the names of columns: numbers between marks tell which.
    std::vector<std::string> marked;
    for (std::size_t j = 0; j < read.size(); ++j) marked.push_back('\x01' + std::to_string(j) + '\x02');
    std::vector<std::string> made = step.feature_names_out(marked);
    for (std::string& name : made) {
      const std::size_t from = name.find('\x01');
      if (from != std::string::npos) name = read[std::stoul(name.substr(from + 1))];
    }
    return made;
  }

  template <class Leaf>
  void operator()(const Leaf& leaf) const {
    FieldLister lister(names);
    Leaf::fields(leaf, lister);
    for (const std::string& line : lister.lines()) out << indent << line << '\n';
  }
};

}  // namespace tool
