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
#include "prepguard/column_block.hpp"
#include "prepguard/detail/chain.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/tolerance.hpp"
#include "prepguard/leaf.hpp"

namespace prepguard::inline PREPGUARD_ABI {

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
    made.set_columns(in);
    return made;
  }
  /// The same, every block reading all columns of the rows it is fitted to.
  static ColumnStep unfitted(std::vector<Block> blocks) {
    ColumnStep made;
    made.blocks_ = std::move(blocks);
    made.reads_all_.value = true;
    return made;
  }
  /// Whether outputs are called `block__output`, or as the steps of the blocks call them. Files store the names.
  bool verbose_feature_names_out() const noexcept { return !bare_names_.value; }
  void verbose_feature_names_out(bool prefix) noexcept { bare_names_.value = !prefix; }

  const std::vector<Block>& blocks() const noexcept { return blocks_; }
  std::size_t input_width() const noexcept { return static_cast<std::size_t>(inputs_.value); }
  std::size_t output_width() const noexcept { return plan_.value.out.size(); }
  const Layout& input_layout() const noexcept { return plan_.value.in; }
  const Layout& output_layout() const noexcept { return plan_.value.out; }

  /// Fits the step of every block to its columns.
  ColumnStep& fit(MixedView<const T> rows) {
    ColumnStep fresh(*this);
    if (reads_all_.value) {
      if (rows.cols() == 0) detail::fail_shape(type, "expected at least 1 feature, got 0");
      detail::read_all(fresh.blocks_, rows.cols());
      fresh.set_columns(detail::layout_of(rows));
    }
    const Layout in = fresh.input_layout();
    if (in.size() == 0 || fresh.plan_.value.parts.size() != blocks_.size()) {
      throw Error(Errc::bad_parameter, std::string(type), "its columns are not known", "fit a ColumnTransformer");
    }
    detail::check_same_rows(type, rows.numbers.rows(), rows.texts.rows());
    detail::check_memory(type, rows.numbers, "input");
    detail::check_memory(type, rows.texts, "input");
    detail::check_width(type, in.numbers(), rows.numbers.cols(), "columns of numbers");
    detail::check_width(type, in.texts(), rows.texts.cols(), "columns of text");
    fresh.inputs_ = detail::Width(in.size());
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      detail::ScratchFrame frame;
      fresh.blocks_[k].step.fit(detail::gather(fresh.plan_.value.parts[k], rows, frame));
    }
    fresh.prepare(in, detail::Place(type));
    return *this = std::move(fresh);
  }

  Applied apply(const MixedView<const T>& cells, const MixedView<T>& out) const {
    if (!detail::in_place(cells, out)) [[likely]]
      return apply_blocks(cells, out);
    detail::ScratchFrame copies;
    return apply_blocks(detail::apart_from(out, cells, copies), out);
  }

  /// Every column comes back from the one block that read it; a weight is divided out, which rounds once more.
  bool invert(const MixedView<const T>& features, const MixedView<T>& out) const {
    detail::ScratchFrame copies;
    const MixedView<const T> in = detail::apart_from(out, features, copies);
    bool ok = true;
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Part& part = plan_.value.parts[k];
      detail::ScratchFrame frame;
      MixedView<const T> made = detail::outputs_of(part, in);
      if (part.weighted) {
        const MatrixView<T> bare = frame.matrix<T>(made.rows(), made.numbers.cols());
        part.unweigh.apply(made.numbers, bare);
        made.numbers = bare;
      }
      const MixedView<T> target(detail::target_for(part.numbers, out.numbers, frame),
                                detail::target_for(part.texts, out.texts, frame));
      ok = blocks_[k].step.invert(made, target) && ok;
      detail::scatter(part.numbers, target.numbers, out.numbers);
      detail::scatter(part.texts, target.texts, out.texts);
    }
    return ok;
  }
  std::string no_inverse(const std::string& path) const {
    std::vector<std::size_t> readers(input_width(), 0);
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Block& block = blocks_[k];
      std::string reason = detail::no_inverse(block.step, detail::join_path(path, block.name));
      if (!reason.empty()) return reason;
      if (detail::round_to<T>(block.weight) == T{0}) {
        return detail::without_inverse(path, type, "the weight of \"" + block.name + "\" is 0");
      }
      for (const std::int64_t column : block.columns) ++readers[static_cast<std::size_t>(column)];
    }
    for (std::size_t j = 0; j < readers.size(); ++j) {
      if (readers[j] == 1) continue;
      return detail::without_inverse(path, type, "column " + std::to_string(j) + " is read " + std::to_string(readers[j]) +
                                                     " times, not once");
    }
    return {};
  }

  std::vector<std::string> feature_names_out(const std::vector<std::string>& names) const {
    std::vector<std::string> out;
    for (const Block& block : blocks_) {
      for (const std::string& name : block.step.feature_names_out(detail::pick(names, block))) {
        out.push_back(verbose_feature_names_out() ? block.name + "__" + name : name);
      }
    }
    return out;
  }
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& columns) const {
    std::vector<MissingFlow> out;
    for (const Block& block : blocks_) {
      const std::vector<MissingFlow> made = block.step.missing_flow(detail::pick(columns, block));
      out.insert(out.end(), made.begin(), made.end());
    }
    return out;
  }
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& columns) const {
    std::vector<std::int64_t> out;
    for (const Block& block : blocks_)
      detail::append_weighted(out, block.step.tolerances(pick(columns, block)), block.weight);
    return out;
  }
  std::optional<Finding> diagnose(MixedView<const T> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Block& block = blocks_[k];
      detail::ScratchFrame frame;
      const MixedView<const T> cells = detail::gather(plan_.value.parts[k], row, frame);
      const std::vector<std::string> read = detail::pick(names, block);
      const std::string here = detail::join_path(path, block.name);
      if (auto finding = block.step.diagnose(cells, read, here)) return finding;
      if (auto finding = detail::diagnose_weight(block, cells, read, here)) return finding;
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
      detail::check_block(blocks_, k, in, here);
      const detail::Place step_place = here / "step";
      const Layout made = blocks_[k].step.prepare(detail::layout_of(blocks_[k], in), step_place);
      (here / "weight").require(blocks_[k].weight == 1.0 || made.texts() == 0, "1.0 where outputs are text", "another");
      plan.parts.push_back(detail::part_for<T>(blocks_[k], in, kinds, made));
      kinds.insert(kinds.end(), made.kinds().begin(), made.kinds().end());
    }
    plan.out = Layout(std::move(kinds));
    plan.reads_all_numbers = detail::read_all_numbers(plan.parts, in.numbers());
    plan_.value = std::move(plan);
    return plan_.value.out;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("inputs", self.inputs_.value);
    visit("transformers", self.blocks_);
  }

  friend bool operator==(const ColumnStep& a, const ColumnStep& b) { return a.inputs_ == b.inputs_ && a.blocks_ == b.blocks_; }

 private:
  using Part = detail::ColumnPart<T>;
  struct Plan {
    Layout in{}, out{};
    std::vector<Part> parts{};
    bool reads_all_numbers = false;  ///< whether every column of numbers is read by some block
  };


  Applied apply_blocks(const MixedView<const T>& in, const MixedView<T>& out) const {
    bool ok = true, finite_in = plan_.value.reads_all_numbers, infinity_free = finite_in, finite_out = true;
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Part& part = plan_.value.parts[k];
      const MixedView<T> target = detail::outputs_of(part, out);
      const Applied applied = detail::with_columns(
          part, in, [&](const MixedView<const T>& read) -> Applied { return blocks_[k].step.apply(read, target); });
      const bool finite = part.weighted ? part.weigh.apply(target.numbers, target.numbers) : applied.finite_out;
      ok = applied.mapped && ok;
      finite_in = finite_in && (applied.finite_in || part.numbers.empty());
      infinity_free = infinity_free && (applied.infinity_free || part.numbers.empty());
      finite_out = finite_out && (finite || target.numbers.cols() == 0);
    }
    return {ok, finite_in, infinity_free, finite_out};
  }

  /// What is known before the fit: which columns the blocks read.
  void set_columns(const Layout& in) {
    plan_.value = {.in = in};
    for (const Block& block : blocks_) plan_.value.parts.push_back(detail::part_for<T>(block, in, {}, Layout()));
  }

  detail::Width inputs_{};
  std::vector<Block> blocks_{};
  detail::Derived<Plan> plan_{};
  // How it is fitted and how outputs are called: no part of a fitted state, so neither stored in files nor compared.
  detail::Derived<bool> reads_all_{};
  detail::Derived<bool> bare_names_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
