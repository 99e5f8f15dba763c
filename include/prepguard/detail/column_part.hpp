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

/// Where one block of a column step reads and writes, worked out once.
template <Number T>
struct ColumnPart {
  std::vector<std::size_t> numbers{}, texts{};   ///< slots it reads, in order
  std::size_t first_number = 0, first_text = 0;  ///< where its outputs begin
  bool weighted = false;                         ///< whether its outputs are multiplied by a weight
  MultiplyAddTable<T> weigh{};
  SubtractDivideTable<T> unweigh{};
};

inline bool side_by_side(const std::vector<std::size_t>& slots) noexcept {
  for (std::size_t k = 1; k < slots.size(); ++k) {
    if (slots[k] != slots[0] + k) return false;
  }
  return true;
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

/// Some columns: a view where they lie side by side, else a gathered copy.
template <class Cell>
MatrixView<const Cell> gather(const std::vector<std::size_t>& slots, const MatrixView<const Cell>& in,
                              ScratchFrame& frame) {
  if (slots.empty()) return {nullptr, in.rows(), 0};
  if (side_by_side(slots)) return in.middle_cols(slots.front(), slots.size());
  const MatrixView<Cell> copy = frame.matrix<Cell>(in.rows(), slots.size());
  for (std::size_t k = 0; k < slots.size(); ++k)
    copy_cells(in.middle_cols(slots[k], 1), copy.middle_cols(k, 1));
  return copy;
}
/// The columns that a block reads.
template <class T>
MixedView<const T> gather(const ColumnPart<T>& part, const MixedView<const T>& in, ScratchFrame& frame) {
  return {gather(part.numbers, in.numbers, frame), gather(part.texts, in.texts, frame)};
}

/// Memory for some columns of `out`: their own where they lie side by side, else scratch that `scatter`
/// copies there.
template <class Cell>
MatrixView<Cell> target_for(const std::vector<std::size_t>& slots, const MatrixView<Cell>& out,
                            ScratchFrame& frame) {
  if (slots.empty()) return {nullptr, out.rows(), 0};
  if (side_by_side(slots)) return out.middle_cols(slots.front(), slots.size());
  return frame.matrix<Cell>(out.rows(), slots.size());
}
template <class Cell>
void scatter(const std::vector<std::size_t>& slots, const MatrixView<Cell>& from,
             const MatrixView<Cell>& out) noexcept {
  if (side_by_side(slots)) return;
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
