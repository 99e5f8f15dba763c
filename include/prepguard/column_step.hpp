// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/any_step.hpp"
#include "prepguard/detail/chain.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/leaf.hpp"

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

/// The fitted form of a column transformer: blocks of columns by position, their outputs side by side in list order.
/// This is the node `column_transformer` of a file. To fit one in C++ and bind columns by name: ColumnTransformer.
template <Number T, class List>
class ColumnStep : public TransformerBase<ColumnStep<T, List>, T, Mixed<T>> {
 public:
  using Step = AnyStep<T, List>;
  using Block = ColumnBlock<Step>;
  static constexpr std::string_view type = "column_transformer";
  static constexpr std::int64_t version = 1;

  ColumnStep() = default;
  ColumnStep(const ColumnStep&) = default;
  ColumnStep(ColumnStep&&) noexcept = default;
  ColumnStep& operator=(ColumnStep other) noexcept { return detail::replace(*this, std::move(other)); }
  ~ColumnStep() = default;
  /// Blocks over columns of the layout `in`; throws bad_state for what `prepare` would refuse.
  ColumnStep(const Layout& in, std::vector<Block> blocks) : inputs_(in.size()), blocks_(std::move(blocks)) {
    prepare(in, detail::Place(type));
  }

  /// Blocks whose steps are still to be fitted, over columns of the layout `in`.
  static ColumnStep unfitted(const Layout& in, std::vector<Block> blocks) {
    ColumnStep made;
    made.blocks_ = std::move(blocks);
    made.plan_.value.in = in;
    for (const Block& block : made.blocks_) made.plan_.value.parts.push_back(part_for(block, in, {}, Layout()));
    return made;
  }

  const std::vector<Block>& blocks() const noexcept { return blocks_; }
  std::size_t input_width() const noexcept { return static_cast<std::size_t>(inputs_.value); }
  std::size_t output_width() const noexcept { return plan_.value.out.size(); }
  const Layout& input_layout() const noexcept { return plan_.value.in; }
  const Layout& output_layout() const noexcept { return plan_.value.out; }

  /// Fits the step of every block to its columns; which columns those are was settled by the constructor.
  ColumnStep& fit(MixedView<const T> rows) {
    const Layout& in = input_layout();
    if (in.size() == 0 || plan_.value.parts.size() != blocks_.size()) {
      throw Error(Errc::bad_parameter, std::string(type), "its columns are not known", "fit a ColumnTransformer");
    }
    detail::check_same_rows(type, rows.numbers.rows(), rows.texts.rows());
    detail::check_memory(type, rows.numbers, "input");
    detail::check_memory(type, rows.texts, "input");
    detail::check_width(type, in.numbers(), rows.numbers.cols(), "columns of numbers");
    detail::check_width(type, in.texts(), rows.texts.cols(), "columns of text");
    ColumnStep fresh(*this);
    fresh.inputs_ = detail::Width(in.size());
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      detail::ScratchFrame frame;
      fresh.blocks_[k].step.fit(gather(plan_.value.parts[k], rows, frame));
    }
    fresh.prepare(in, detail::Place(type));
    return *this = std::move(fresh);
  }

  bool apply(const MixedView<const T>& cells, const MixedView<T>& out) const {
    detail::ScratchFrame copies;
    const MixedView<const T> in(detail::apart_from(out.numbers, cells.numbers, copies),
                                detail::apart_from(out.texts, cells.texts, copies));
    bool ok = true;
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Part& part = plan_.value.parts[k];
      const Layout& made = blocks_[k].step.output_layout();
      detail::ScratchFrame frame;
      const MixedView<T> target(out.numbers.middle_cols(part.first_number, made.numbers()),
                                out.texts.middle_cols(part.first_text, made.texts()));
      ok = blocks_[k].step.apply(gather(part, in, frame), target) && ok;
      if (!part.weights.empty()) {
        detail::apply_columns<T, detail::ColumnOp::multiply, detail::ColumnOp::none>(
            MatrixView<const T>(target.numbers), target.numbers, part.weights.data(), nullptr);
      }
    }
    return ok;
  }

  std::vector<std::string> feature_names_out(const std::vector<std::string>& names) const {
    std::vector<std::string> out;
    for (const Block& block : blocks_) {
      for (const std::string& name : block.step.feature_names_out(pick(names, block))) {
        out.push_back(block.name + "__" + name);
      }
    }
    return out;
  }
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& columns) const {
    std::vector<MissingFlow> out;
    for (const Block& block : blocks_) {
      const std::vector<MissingFlow> made = block.step.missing_flow(pick(columns, block));
      out.insert(out.end(), made.begin(), made.end());
    }
    return out;
  }
  std::optional<Finding> diagnose(MixedView<const T> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Block& block = blocks_[k];
      detail::ScratchFrame frame;
      const MixedView<const T> cells = gather(plan_.value.parts[k], row, frame);
      auto finding = block.step.diagnose(cells, pick(names, block), detail::join_path(path, block.name));
      if (finding) return finding;
    }
    return std::nullopt;
  }

  Layout prepare(const Layout& in, const detail::Place& at) {
    detail::check_inputs(at, inputs_, in.size());
    const detail::Place list = at / "transformers";
    list.require(!blocks_.empty(), "at least 1 transformer", "none");
    Plan plan{.in = in};
    std::vector<Kind> kinds;
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const detail::Place here = list[k];
      check_block(k, in, here);
      const detail::Place step_place = here / "step";
      const Layout made = blocks_[k].step.prepare(layout_of(blocks_[k], in), step_place);
      (here / "weight").require(blocks_[k].weight == 1.0 || made.texts() == 0, "1.0 where outputs are text", "another");
      plan.parts.push_back(part_for(blocks_[k], in, kinds, made));
      kinds.insert(kinds.end(), made.kinds().begin(), made.kinds().end());
    }
    plan.out = Layout(std::move(kinds));
    plan_.value = std::move(plan);
    return plan_.value.out;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("inputs", self.inputs_.value);
    visit("transformers", self.blocks_);
  }

  friend bool operator==(const ColumnStep& a, const ColumnStep& b) {
    return a.inputs_ == b.inputs_ && a.blocks_ == b.blocks_;
  }

 private:
  /// Where a block reads and writes, worked out once.
  struct Part {
    std::vector<std::size_t> numbers{}, texts{};  // slots it reads, in order
    std::size_t first_number = 0, first_text = 0;
    std::vector<double> weights{};
  };
  struct Plan {
    Layout in{}, out{};
    std::vector<Part> parts{};
  };

  template <class V>
  static std::vector<V> pick(const std::vector<V>& all, const Block& block) {
    std::vector<V> some;
    for (const std::int64_t column : block.columns) some.push_back(all[static_cast<std::size_t>(column)]);
    return some;
  }

  static Layout layout_of(const Block& block, const Layout& in) { return Layout(pick(in.kinds(), block)); }

  void check_block(std::size_t k, const Layout& in, const detail::Place& at) const {
    const Block& block = blocks_[k];
    bool good = !block.name.empty();
    for (std::size_t i = 0; i < k; ++i) good = good && blocks_[i].name != block.name;
    if (!good) (at / "name").fail("a name of its own", '"' + block.name + '"');
    (at / "columns").require(!block.columns.empty(), "at least 1 column", "none");
    for (std::size_t i = 0; i < block.columns.size(); ++i) {
      if (block.columns[i] >= 0 && block.columns[i] < static_cast<std::int64_t>(in.size())) continue;
      (at / "columns")[i].fail("a position below " + std::to_string(in.size()), std::to_string(block.columns[i]));
    }
    (at / "weight").require(detail::is_finite(&block.weight), "a finite number", "another");
  }

  static Part part_for(const Block& block, const Layout& in, const std::vector<Kind>& before, const Layout& made) {
    Part part;
    for (const std::int64_t column : block.columns) {
      const auto j = static_cast<std::size_t>(column);
      (in.kind(j) == Kind::number ? part.numbers : part.texts).push_back(in.slot(j));
    }
    part.first_number = static_cast<std::size_t>(std::count(before.begin(), before.end(), Kind::number));
    part.first_text = before.size() - part.first_number;
    if (block.weight != 1.0) part.weights.assign(made.numbers(), double{detail::round_to<T>(block.weight)});
    return part;
  }

  /// The columns of a block: a view where they lie side by side, else a gathered copy.
  template <class Cell>
  static MatrixView<const Cell> columns_of(const std::vector<std::size_t>& slots, const MatrixView<const Cell>& in,
                                           detail::ScratchFrame& frame) {
    bool adjacent = true;
    for (std::size_t k = 1; k < slots.size(); ++k) adjacent = adjacent && slots[k] == slots[0] + k;
    if (slots.empty()) return {nullptr, in.rows(), 0};
    if (adjacent) return in.middle_cols(slots.front(), slots.size());
    const MatrixView<Cell> copy = frame.matrix<Cell>(in.rows(), slots.size());
    for (std::size_t k = 0; k < slots.size(); ++k) {
      detail::copy_cells(in.middle_cols(slots[k], 1), copy.middle_cols(k, 1));
    }
    return copy;
  }
  static MixedView<const T> gather(const Part& part, const MixedView<const T>& in, detail::ScratchFrame& frame) {
    return {columns_of(part.numbers, in.numbers, frame), columns_of(part.texts, in.texts, frame)};
  }

  detail::Width inputs_{};
  std::vector<Block> blocks_{};
  detail::Derived<Plan> plan_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
