// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/any_step.hpp"
#include "prepguard/detail/column_part.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Some columns, by position, and the step that reads them. Its outputs are multiplied by `weight`.
template <class Step>
struct ColumnBlock {
  std::string name{};
  std::vector<std::int64_t> columns{};
  double weight = 1.0;  ///< finite; 1.0: none
  Step step{};

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("columns", self.columns);
    visit("weight", self.weight);
    visit("step", self.step);
  }
  friend bool operator==(const ColumnBlock& a, const ColumnBlock& b) {
    return a.name == b.name && a.columns == b.columns && a.weight == b.weight && a.step == b.step;
  }
};

namespace detail {

/// The entries of `all` at the columns of a block.
template <class V, class Step>
std::vector<V> pick(const std::vector<V>& all, const ColumnBlock<Step>& block) {
  std::vector<V> some;
  for (const std::int64_t column : block.columns) some.push_back(all[static_cast<std::size_t>(column)]);
  return some;
}

template <class Step>
Layout layout_of(const ColumnBlock<Step>& block, const Layout& in) {
  return Layout(pick(in.kinds(), block));
}

/// What block `k` says about itself, but for its step.
template <class Step>
void check_block(const std::vector<ColumnBlock<Step>>& blocks, std::size_t k, const Layout& in, const Place& at) {
  const ColumnBlock<Step>& block = blocks[k];
  bool good = !block.name.empty();
  for (std::size_t i = 0; i < k; ++i) good = good && blocks[i].name != block.name;
  if (!good) (at / "name").fail("a name of its own", '"' + block.name + '"');
  (at / "columns").require(!block.columns.empty(), "at least 1 column", "none");
  for (std::size_t i = 0; i < block.columns.size(); ++i) {
    if (block.columns[i] >= 0 && block.columns[i] < static_cast<std::int64_t>(in.size())) continue;
    (at / "columns")[i].fail("a position below " + std::to_string(in.size()), std::to_string(block.columns[i]));
  }
  (at / "weight").require(is_finite(&block.weight), "a finite number", "another");
}

/// Entries need names of their own, without what joins names.
template <class Entries>
void check_entry_names(std::string_view type, const Entries& entries) {
  std::size_t k = 0;
  for (auto entry = std::begin(entries); entry != std::end(entries); ++entry, ++k) {
    const std::string& name = entry->name;
    const bool taken = std::any_of(std::begin(entries), entry, [&](const auto& before) { return before.name == name; });
    if (!name.empty() && name.find("__") == std::string::npos && !taken) continue;
    throw Error(Errc::bad_parameter, std::string(type),
                "entry " + std::to_string(k) + ": expected a name of its own without __, got \"" + name + '"');
  }
}

/// Where a block reads, and where it writes behind outputs of the kinds `before`, its step making `made`.
template <Number T, class Step>
ColumnPart<T> part_for(const ColumnBlock<Step>& block, const Layout& in, const std::vector<Kind>& before, const Layout& made) {
  ColumnPart<T> part;
  for (const std::int64_t column : block.columns) {
    const auto j = static_cast<std::size_t>(column);
    (in.kind(j) == Kind::number ? part.numbers : part.texts).push_back(in.slot(j));
  }
  part.first_number = static_cast<std::size_t>(std::count(before.begin(), before.end(), Kind::number));
  part.first_text = before.size() - part.first_number;
  part.made_numbers = made.numbers();
  part.made_texts = made.texts();
  part.weighted = block.weight != 1.0;
  if (part.weighted) {
    const std::vector<double> weights(made.numbers(), double{round_to<T>(block.weight)});
    part.weigh = MultiplyAddTable<T>::factors(weights);
    part.unweigh = SubtractDivideTable<T>::scales(weights);
  }
  return part;
}

/// The blocks over all of `columns` columns.
template <class Step>
void read_all(std::vector<ColumnBlock<Step>>& blocks, std::size_t columns) {
  for (ColumnBlock<Step>& block : blocks) {
    block.columns.resize(columns);
    for (std::size_t j = 0; j < columns; ++j) block.columns[j] = static_cast<std::int64_t>(j);
  }
}

}  // namespace detail

}  // namespace prepguard::inline PREPGUARD_ABI
