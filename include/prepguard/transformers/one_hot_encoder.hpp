// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/category_indices.hpp"
#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/clear.hpp"
#include "prepguard/detail/one_hot_fit.hpp"
#include "prepguard/detail/one_hot_table.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// How a OneHotEncoder is fitted.
struct OneHotOptions {
  HandleUnknown handle_unknown = HandleUnknown::error;  ///< error, ignore or infrequent_if_exist
  std::vector<Array> categories{};     ///< one list a column, in this order; empty: learned, sorted
  OneHotDrop drop = OneHotDrop::none;  ///< which output of a column is left out
  Array drop_values{};                 ///< or the category of each column whose output is left out
  MinFrequency min_frequency{};        ///< rarer categories share an output
  std::optional<std::int64_t>
      max_categories{};  ///< at most so many outputs, that of the rare ones among them
};

/// One output column of 0 and 1 per category, scikit-learn's OneHotEncoder. `OneHotEncoder<T>` reads numbers,
/// `OneHotEncoder<T, Text>` reads text; both write numbers `T`.
///
/// Numbers are compared as numpy compares them: by value, -0.0 equal to 0.0, all NaN one category. Texts are
/// compared bytewise. None and NaN are different categories.
template <Number T, class Cell = T>
class OneHotEncoder : public ColumnEstimator<OneHotEncoder<T, Cell>, T, detail::ColumnValues<Cell>, Cell, T>,
                      public CategoryIndices<OneHotEncoder<T, Cell>, Cell>,
                      private detail::OneHotState {
  using Base = ColumnEstimator<OneHotEncoder<T, Cell>, T, detail::ColumnValues<Cell>, Cell, T>;
  using Table = detail::OneHotTable<Cell>;

 public:
  static constexpr std::string_view type = "one_hot_encoder";
  static constexpr bool has_keras_layer = true;
  using TextSibling = OneHotEncoder<T, Text>;

  using Options = OneHotOptions;

  OneHotEncoder() = default;
  OneHotEncoder(const OneHotEncoder&) = default;
  OneHotEncoder(OneHotEncoder&&) noexcept = default;
  OneHotEncoder& operator=(OneHotEncoder other) noexcept { return detail::replace(*this, std::move(other)); }
  ~OneHotEncoder() = default;
  /// Throws bad_parameter for options that contradict themselves.
  explicit OneHotEncoder(Options options)
      : OneHotState{options.handle_unknown, {}}, options_(std::move(options)) {
    detail::check_one_hot_options<Cell>(type, options_.value);
  }
  /// A state that was read before it was known that its categories are text.
  OneHotEncoder(detail::OneHotState state, Contract contract, std::size_t width)
      : Base(contract, width), OneHotState(std::move(state)) {}

  OneHotEncoder unfitted() const { return OneHotEncoder(options_.value); }

  /// The distinct values of every column, sorted, or the given ones; which of them are infrequent, which is
  /// dropped. Throws cannot_fit for a value outside given categories, and for a category to be dropped that
  /// is not there.
  void learn(const std::vector<detail::ColumnValues<Cell>>& columns, FitHealth& health) {
    const Options& options = options_.value;
    detail::check_category_lists(type, options, columns.size());
    const bool allows_unknown = handle_unknown_ != HandleUnknown::error;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      columns_.push_back(
          {detail::learn_categories(type, j, columns[j], options, allows_unknown, false, health)});
      columns_[j].drop = detail::dropped_output<Cell>(type, j, columns_[j], options, columns.size());
    }
  }

  HandleUnknown handle_unknown() const noexcept { return handle_unknown_; }
  /// The categories of column `j`, in the order of its outputs.
  const Array& categories(std::size_t j) const { return columns_[j].categories; }
  /// Whether a value that is missing in this way is a category of column `j`.
  bool knows(Missing how, std::size_t j) const {
    return columns_[j].has_category_for(how == Missing::none ? MissingFlow::none : MissingFlow::nan);
  }

  std::size_t output_width() const noexcept { return tables_.value.width; }

  Applied apply(const MatrixView<const Cell>& cells, const MatrixView<T>& out) const {
    if constexpr (std::is_same_v<Cell, T>) {
      if (cells.data() == out.data()) {
        detail::ScratchFrame frame;
        return Applied::bounded(encode(detail::apart_from(out, cells, frame), out));
      }
    }
    return Applied::bounded(encode(cells, out));
  }

  /// The category whose output is largest. A row of zeros is the dropped category, else missing if unknown
  /// categories become zeros, else an error; the group of infrequent categories cannot be told apart and is
  /// an error for numbers, `infrequent_sklearn` for text. Texts are views of this encoder's categories.
  bool invert(const MatrixView<const T>& features, const MatrixView<Cell>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const T> in = detail::apart_from(out, features, frame);
    bool ok = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      std::size_t first = 0;
      for (std::size_t j = 0; j < out.cols(); ++j) {
        ok = table(j).decode(columns_[j].categories, in.row(i) + first, &out(i, j)) && ok;
        first += table(j).width();
      }
    }
    return ok;
  }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    std::vector<std::string> out;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      if (handle_unknown_ == HandleUnknown::first_column) out.push_back(names[j] + "_unknown");
      for (const detail::ReducedCategory& category : table(j).outputs()) {
        out.push_back(names[j] + '_' + detail::output_text(columns_[j], category));
      }
    }
    return out;
  }

  /// A missing value that is a category is encoded; one that is not would hide among the unknown.
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> in) const {
    std::vector<MissingFlow> out;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const bool hidden = in[j] != MissingFlow::never && !columns_[j].has_category_for(in[j]);
      out.insert(out.end(), table(j).width(), hidden ? MissingFlow::refused : MissingFlow::never);
    }
    return out;
  }

  Finding refusal(MatrixView<const Cell> row) const {
    std::size_t j = 0;
    while (j + 1 < row.cols() && table(j).knows(&row(0, j))) ++j;
    return detail::unknown_category(row(0, j), j, columns_[j].categories, "ignore");
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
    const bool leading = handle_unknown_ == HandleUnknown::first_column,
               keras = this->contract() == Contract::keras;
    (at / "handle_unknown")
        .require(handle_unknown_ != HandleUnknown::use_encoded_value,
                 "error, ignore, infrequent_if_exist or first_column", "use_encoded_value");
    (at / "handle_unknown")
        .require(!leading || keras, "first_column with keras only",
                 contract_names[static_cast<std::size_t>(this->contract())]);
    (at / "columns").require_count(columns_.size(), this->input_width());
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const detail::Place list = at / "columns";
      detail::check_one_hot_column<Cell>(list[j], columns_[j], keras);
    }
  }

  void rebuild() {
    Tables tables;
    for (const detail::OneHotColumn& column : columns_) {
      tables.columns.emplace_back(column, handle_unknown_, tables.width);
      tables.width += tables.columns.back().width();
    }
    tables_.value = std::move(tables);
    options_.value.handle_unknown = handle_unknown_;  // a loaded encoder that is fitted again does the same
  }

  bool holds_text() const noexcept { return !columns_.empty() && columns_.front().categories.is_text(); }
  TextSibling text_sibling() && {
    return TextSibling(static_cast<detail::OneHotState&&>(*this), this->contract(), this->input_width());
  }

  friend bool operator==(const OneHotEncoder&, const OneHotEncoder&) = default;

 private:
  friend CategoryIndices<OneHotEncoder, Cell>;
  struct Tables {
    std::vector<Table> columns{};
    std::size_t width = 0;
  };

  /// Zeros everywhere first, with one call where that is possible, then the ones.
  bool encode(const MatrixView<const Cell>& in, const MatrixView<T>& out) const {
    detail::clear(out);
    std::int32_t least = 0;  // of all targets
    if (in.rows() == 1) {
      for (std::size_t j = 0; j < in.cols(); ++j) {
        const std::int32_t target = table(j).index().target(&in(0, j));
        if (target >= 0) out.data()[target] = T{1};
        least = std::min(least, target);
      }
      return least != Table::refused;
    }
    for (std::size_t j = 0; j < in.cols(); ++j) {
      T* const first = out.data();
      const std::ptrdiff_t stride = out.row_stride();
      table(j).index().for_each_target(in.row(0) + static_cast<std::ptrdiff_t>(j) * in.col_stride(),
                                       in.row_stride(), in.rows(), [&](std::size_t i, std::int32_t target) {
                                         if (target >= 0)
                                           first[static_cast<std::ptrdiff_t>(i) * stride + target] = T{1};
                                         least = std::min(least, target);
                                       });
    }
    return least != Table::refused;
  }

  const Table& table(std::size_t j) const noexcept { return tables_.value.columns[j]; }

  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
  detail::Derived<Tables> tables_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
