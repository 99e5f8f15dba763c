// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "prepguard/detail/column_table.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/detail/scratch_block.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Positions among the columns of a kind, in the order in which a step reads them.
class Slots {
 public:
  void push_back(std::size_t slot) {
    if (all_.empty()) first_ = slot;
    adjacent_ = adjacent_ && slot == first_ + all_.size();
    all_.push_back(slot);
  }
  std::size_t size() const noexcept { return all_.size(); }
  bool empty() const noexcept { return all_.empty(); }
  /// The first of them; 0 if there is none.
  std::size_t front() const noexcept { return first_; }
  std::size_t operator[](std::size_t k) const noexcept { return all_[k]; }
  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }
  /// Whether each is the one after the one before.
  bool side_by_side() const noexcept { return adjacent_; }

 private:
  std::vector<std::size_t> all_{};
  std::size_t first_ = 0;
  bool adjacent_ = true;
};

/// Where one block of a column step reads and writes, worked out once.
template <Number T>
struct ColumnPart {
  Slots numbers{}, texts{};                      ///< what it reads
  std::size_t first_number = 0, first_text = 0;  ///< where its outputs begin
  std::size_t made_numbers = 0, made_texts = 0;  ///< how many they are
  bool weighted = false;                         ///< whether its outputs are multiplied by a weight
  MultiplyAddTable<T> weigh{};
  SubtractDivideTable<T> unweigh{};
};

template <class Cell>
[[gnu::noinline]] MatrixView<const Cell> gathered_copy(const Slots& slots, const MatrixView<const Cell>& in,
                                                       ScratchFrame& frame) {
  const MatrixView<Cell> copy = frame.matrix<Cell>(in.rows(), slots.size());
  if (in.row_stride() == 1 && in.col_stride() != 1) {
    for (std::size_t k = 0; k < slots.size(); ++k)
      copy_cells(in.middle_cols(slots[k], 1), copy.middle_cols(k, 1));
    return copy;
  }
  for (std::size_t i = 0; i < in.rows(); ++i) {
    const Cell* const from = in.row(i);
    Cell* const to = copy.row(i);
    for (std::size_t k = 0; k < slots.size(); ++k)
      to[k] = from[static_cast<std::ptrdiff_t>(slots[k]) * in.col_stride()];
  }
  return copy;
}

/// Whether every one of `count` columns of numbers is read by some part.
template <Number T>
bool read_all_numbers(const std::vector<ColumnPart<T>>& parts, std::size_t count) {
  std::vector<bool> read(count);
  for (const ColumnPart<T>& part : parts) {
    for (const std::size_t slot : part.numbers) read[slot] = true;
  }
  return std::find(read.begin(), read.end(), false) == read.end();
}

/// Whether blocks would write cells that others are still to read.
template <class T>
bool in_place(const MixedView<const T>& in, const MixedView<T>& out) noexcept {
  const bool numbers = in.numbers.data() == out.numbers.data() && out.numbers.data() != nullptr;
  return numbers || (in.texts.data() == out.texts.data() && out.texts.data() != nullptr);
}
template <class T>
MixedView<const T> apart_from(const MixedView<T>& out, const MixedView<const T>& in, ScratchFrame& frame) {
  return {apart_from(out.numbers, in.numbers, frame), apart_from(out.texts, in.texts, frame)};
}

/// Some columns that lie side by side, perhaps none.
template <class Cell>
MatrixView<const Cell> adjacent(const Slots& slots, const MatrixView<const Cell>& in) noexcept {
  return in.middle_cols(slots.front(), slots.size());
}
/// Some columns: a view where they lie side by side, else a gathered copy.
template <class Cell>
MatrixView<const Cell> gather(const Slots& slots, const MatrixView<const Cell>& in, ScratchFrame& frame) {
  return slots.side_by_side() ? adjacent(slots, in) : gathered_copy(slots, in, frame);
}
/// The columns that a block reads.
template <class T>
MixedView<const T> gather(const ColumnPart<T>& part, const MixedView<const T>& in, ScratchFrame& frame) {
  return {gather(part.numbers, in.numbers, frame), gather(part.texts, in.texts, frame)};
}

/// `use` called with the columns that a block reads. The views are made where they stay: copies of views just
/// written would wait for their own stores.
template <class T, class Use>
auto with_columns(const ColumnPart<T>& part, const MixedView<const T>& in, const Use& use) {
  if (part.numbers.side_by_side() && part.texts.side_by_side()) [[likely]]
    return use(MixedView<const T>(adjacent(part.numbers, in.numbers), adjacent(part.texts, in.texts)));
  ScratchFrame frame;
  return use(gather(part, in, frame));
}

/// The part of all outputs that a block makes.
template <Number T, class Cell>
MixedView<Cell> outputs_of(const ColumnPart<T>& part, const MixedView<Cell>& all) noexcept {
  return {all.numbers.middle_cols(part.first_number, part.made_numbers),
          all.texts.middle_cols(part.first_text, part.made_texts)};
}

/// Memory for some columns of `out`: their own where they lie side by side, else scratch that `scatter`
/// copies there.
template <class Cell>
MatrixView<Cell> target_for(const Slots& slots, const MatrixView<Cell>& out, ScratchFrame& frame) {
  if (slots.empty()) return {nullptr, out.rows(), 0};
  if (slots.side_by_side()) return out.middle_cols(slots.front(), slots.size());
  return frame.matrix<Cell>(out.rows(), slots.size());
}
template <class Cell>
void scatter(const Slots& slots, const MatrixView<Cell>& from, const MatrixView<Cell>& out) noexcept {
  if (slots.side_by_side()) return;
  for (std::size_t k = 0; k < slots.size(); ++k) {
    copy_cells(MatrixView<const Cell>(from.middle_cols(k, 1)), out.middle_cols(slots[k], 1));
  }
}

/// The first output of a block that its weight makes infinite: of `cells`, one row that its step takes.
template <class Block, class T>
std::optional<Finding> diagnose_weight(const Block& block, const MixedView<const T>& cells,
                                       const std::vector<std::string>& names, const std::string& path) {
  ScratchFrame frame;
  const MixedView<T> made = scratch_output(frame, block.step, 1);
  if (block.weight == 1.0 || !block.step.apply(cells, made)) return std::nullopt;
  for (std::size_t k = 0; k < made.numbers.cols(); ++k) {
    const T weighted = round_to<T>(double{made.numbers(0, k)} * block.weight);
    if (!is_infinite(&weighted) || !is_finite(&made.numbers(0, k))) continue;
    return Finding{
        .code = Errc::non_finite,
        .step = path + " (its weight)",
        .column_name = names.size() == 1 ? names.front() : std::string(),
        .what = repr_text(made.numbers(0, k)) + " * " + repr_text(block.weight) + " is not finite"};
  }
  return std::nullopt;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
