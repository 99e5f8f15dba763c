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

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/one_hot_state.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// One output column of 0 and 1 per category, scikit-learn's OneHotEncoder. `OneHotEncoder<T>` reads numbers,
/// `OneHotEncoder<T, Text>` reads text; both write numbers `T`.
///
/// Numbers are compared as numpy compares them: by value, -0.0 equal to 0.0, all NaN one category. Texts are compared
/// bytewise. None and NaN are different categories.
template <Number T, class Cell = T>
class OneHotEncoder : public ColumnEstimator<OneHotEncoder<T, Cell>, T, detail::ColumnValues<Cell>, Cell, T>,
                      private detail::OneHotState {
 public:
  static constexpr std::string_view type = "one_hot_encoder";
  static constexpr bool has_keras_layer = true;
  using TextSibling = OneHotEncoder<T, Text>;

  struct Options {
    HandleUnknown handle_unknown = HandleUnknown::error;  ///< error or ignore; the others come from files
  };

  OneHotEncoder() = default;
  OneHotEncoder(const OneHotEncoder&) = default;
  OneHotEncoder(OneHotEncoder&&) noexcept = default;
  OneHotEncoder& operator=(OneHotEncoder other) noexcept { return detail::replace(*this, std::move(other)); }
  ~OneHotEncoder() = default;
  explicit OneHotEncoder(Options options) : OneHotState{options.handle_unknown, {}} {}
  /// A state that was read before it was known that its categories are text.
  OneHotEncoder(detail::OneHotState state, Contract contract, std::size_t width)
      : ColumnEstimator<OneHotEncoder, T, detail::ColumnValues<Cell>, Cell, T>(contract, width), OneHotState(std::move(state)) {}

  /// A step of the same options that has learned nothing.
  OneHotEncoder unfitted() const { return OneHotEncoder(Options{handle_unknown_}); }

  /// The sorted distinct values of every column; None comes after them and NaN last.
  void learn(const std::vector<detail::ColumnValues<Cell>>& columns, FitHealth&) {
    for (const auto& column : columns) columns_.push_back({detail::categories_of(column), {}, -1});
  }

  HandleUnknown handle_unknown() const noexcept { return handle_unknown_; }
  /// The categories of column `j`, in the order of its outputs.
  const Array& categories(std::size_t j) const { return columns_[j].categories; }
  /// Whether a value that is missing in this way is a category of column `j`.
  bool knows(Missing how, std::size_t j) const {
    return columns_[j].has_category_for(how == Missing::none ? MissingFlow::none : MissingFlow::nan);
  }

  std::size_t output_width() const noexcept { return tables_.value.width; }

  bool apply(const MatrixView<const Cell>& cells, const MatrixView<T>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const Cell> in = detail::apart_from(out, cells, frame);
    for (std::size_t i = 0; i < out.rows(); ++i) std::fill_n(out.row(i), out.cols(), T{0});
    bool ok = true;
    for (std::size_t j = 0; j < in.cols(); ++j) {
      const ColumnTable& table = tables_.value.columns[j];
      for (std::size_t i = 0; i < in.rows(); ++i) {
        const std::int32_t category = table.index.find(&in(i, j));
        const std::int32_t target = category < 0 ? table.unknown : table.targets[static_cast<std::size_t>(category)];
        if (target >= 0) out(i, static_cast<std::size_t>(target)) = T{1};
        ok = ok && target != refused;
      }
    }
    return ok;
  }

  /// The category whose output is largest. A row of zeros is the dropped category, else missing if unknown
  /// categories are ignored, else an error; the group of infrequent categories cannot be told apart and is an error
  /// for numbers, `infrequent_sklearn` for text. Texts are views of this encoder's categories.
  bool invert(const MatrixView<const T>& features, const MatrixView<Cell>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const T> in = detail::apart_from(out, features, frame);
    bool ok = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      std::size_t first = 0;
      for (std::size_t j = 0; j < out.cols(); ++j) {
        const std::size_t count = tables_.value.columns[j].width;
        ok = decode(j, in.row(i) + first, count, &out(i, j)) && ok;
        first += count;
      }
    }
    return ok;
  }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    std::vector<std::string> out;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      if (handle_unknown_ == HandleUnknown::first_column) out.push_back(names[j] + "_unknown");
      for (const detail::ReducedCategory& category : tables_.value.columns[j].outputs) {
        out.push_back(names[j] + '_' +
                      (category.is_group ? std::string(detail::infrequent_name)
                                         : detail::python_text(columns_[j].categories, category.position)));
      }
    }
    return out;
  }

  /// A missing value that is a category is encoded; one that is not would hide among the unknown.
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> in) const {
    std::vector<MissingFlow> out;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const bool hidden = in[j] != MissingFlow::never && !columns_[j].has_category_for(in[j]);
      out.insert(out.end(), tables_.value.columns[j].width, hidden ? MissingFlow::refused : MissingFlow::never);
    }
    return out;
  }

  Finding refusal(MatrixView<const Cell> row) const {
    std::size_t j = 0;
    while (j + 1 < row.cols() && tables_.value.columns[j].index.find(&row(0, j)) >= 0) ++j;
    const Array& known = columns_[j].categories;
    return {.code = Errc::unknown_category,
            .column = static_cast<std::int64_t>(j),
            .what = "unknown category " + detail::shown(row(0, j)),
            .expected = "one of " + std::to_string(known.size()) + " categories seen in training (" +
                        detail::list_of(known) + ")",
            .advice = "send a known category, or train with handle_unknown=\"ignore\""};
  }

  /// Every category of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const { return columns_[j].categories; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    OneHotEncoder::header(self, visit);
    visit("handle_unknown", self.handle_unknown_);
    visit("columns", self.columns_);
  }

  void validate(const detail::Place& at) const {
    const bool leading = handle_unknown_ == HandleUnknown::first_column;
    (at / "handle_unknown").require(!leading || this->contract() == Contract::keras, "first_column with keras only",
                                    contract_names[static_cast<std::size_t>(this->contract())]);
    (at / "columns").require_count(columns_.size(), this->input_width());
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      detail::check_one_hot_column<Cell>((at / "columns")[j], columns_[j]);
    }
  }

  /// Numbers targets: the output of every category, -1 for the dropped one.
  void rebuild() {
    Tables tables;
    for (const detail::OneHotColumn& column : columns_) {
      ColumnTable table{.index = detail::CategoryIndex<Cell>(column.categories)};
      const auto first = static_cast<std::int32_t>(tables.width);
      const bool leading = handle_unknown_ == HandleUnknown::first_column;
      table.targets = column.targets(first + (leading ? 1 : 0));
      table.outputs = column.outputs();
      table.dropped = column.dropped();
      table.width = table.outputs.size() + (leading ? 1 : 0);
      table.unknown = handle_unknown_ == HandleUnknown::error ? refused
                      : leading                               ? first
                      : handle_unknown_ == HandleUnknown::infrequent_if_exist && !column.infrequent.empty()
                          ? table.targets[static_cast<std::size_t>(column.infrequent.front())]
                          : -1;
      tables.width += table.width;
      tables.columns.push_back(std::move(table));
    }
    tables_.value = std::move(tables);
  }

  bool holds_text() const noexcept { return !columns_.empty() && columns_.front().categories.is_text(); }
  TextSibling text_sibling() && {
    return TextSibling(static_cast<detail::OneHotState&&>(*this), this->contract(), this->input_width());
  }

  friend bool operator==(const OneHotEncoder&, const OneHotEncoder&) = default;

 private:
  static constexpr std::int32_t refused = -2;

  struct ColumnTable {
    detail::CategoryIndex<Cell> index{};
    std::vector<std::int32_t> targets{};  // output of category i; -1: none
    std::vector<detail::ReducedCategory> outputs{};
    std::optional<detail::ReducedCategory> dropped{};
    std::size_t width = 0;
    std::int32_t unknown = -1;
  };
  struct Tables {
    std::vector<ColumnTable> columns{};
    std::size_t width = 0;
  };

  bool decode(std::size_t j, const T* cells, std::size_t count, Cell* out) const {
    const T* largest = std::max_element(cells, cells + count);
    const Array& categories = columns_[j].categories;
    const ColumnTable& table = tables_.value.columns[j];
    if (count == 0 || *largest == T{0}) {
      if (table.dropped) return put(categories, *table.dropped, out);
      detail::put_missing(out);
      return handle_unknown_ != HandleUnknown::error;
    }
    auto k = static_cast<std::size_t>(largest - cells);
    if (handle_unknown_ == HandleUnknown::first_column) {
      detail::put_missing(out);
      if (k-- == 0) return true;
    }
    return put(categories, table.outputs[k], out);
  }

  static bool put(const Array& categories, detail::ReducedCategory category, Cell* out) {
    if (!category.is_group) {
      *out = detail::CategoryIndex<Cell>::cell_at(categories, category.position);
      return true;
    }
    if constexpr (Number<Cell>) {
      return false;
    } else {
      *out = detail::infrequent_name;
      return true;
    }
  }

  detail::Derived<Tables> tables_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
