// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/category_indices.hpp"
#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/encoder_fit.hpp"
#include "prepguard/detail/ordinal_state.hpp"
#include "prepguard/detail/ordinal_table.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// How an OrdinalEncoder is fitted.
struct OrdinalOptions {
  HandleUnknown handle_unknown = HandleUnknown::error;  ///< error or use_encoded_value
  std::optional<double> unknown_value{};  ///< their code: an integer or NaN; with use_encoded_value only
  double encoded_missing_value = std::numeric_limits<double>::quiet_NaN();  ///< the code of NaN
  std::vector<Array> categories{};               ///< one list a column, in this order; empty: learned, sorted
  MinFrequency min_frequency{};                  ///< rarer categories share a code
  std::optional<std::int64_t> max_categories{};  ///< at most so many codes, that of the rare ones among them
};

/// The position of the category in its column's list, scikit-learn's OrdinalEncoder. `OrdinalEncoder<T>`
/// reads numbers, `OrdinalEncoder<T, Text>` reads text; both write numbers `T`. Infrequent categories share
/// the code after the frequent ones; NaN, if training saw it, has a code of its own; None is a category like
/// others. Compared as by OneHotEncoder.
template <Number T, class Cell = T>
class OrdinalEncoder
    : public ColumnEstimator<OrdinalEncoder<T, Cell>, T, detail::ColumnValues<Cell>, Cell, T>,
      public CategoryIndices<OrdinalEncoder<T, Cell>, Cell>,
      private detail::OrdinalState {
  using Base = ColumnEstimator<OrdinalEncoder<T, Cell>, T, detail::ColumnValues<Cell>, Cell, T>;
  using Table = detail::OrdinalTable<T, Cell>;

 public:
  static constexpr std::string_view type = "ordinal_encoder";
  static constexpr bool has_keras_layer = true;
  using TextSibling = OrdinalEncoder<T, Text>;
  using Options = OrdinalOptions;

  OrdinalEncoder() = default;
  OrdinalEncoder(const OrdinalEncoder&) = default;
  OrdinalEncoder(OrdinalEncoder&&) noexcept = default;
  OrdinalEncoder& operator=(OrdinalEncoder other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~OrdinalEncoder() = default;
  /// Throws bad_parameter for options that contradict themselves.
  explicit OrdinalEncoder(Options options) : options_{std::move(options)} {
    check_options();
    handle_unknown_ = options_.value.handle_unknown;
    if (options_.value.unknown_value) unknown_value_ = Array(Array::Reals{*options_.value.unknown_value});
  }
  /// A state that was read before it was known that its categories are text.
  OrdinalEncoder(detail::OrdinalState state, Contract contract, std::size_t width)
      : Base(contract, width), OrdinalState(std::move(state)) {}

  OrdinalEncoder unfitted() const { return OrdinalEncoder(options_.value); }

  /// The distinct values of every column, sorted, or the given ones, and which of them are infrequent.
  /// Throws cannot_fit for a value outside given categories, or a category whose code is that of unknown or
  /// missing ones.
  void learn(const std::vector<detail::ColumnValues<Cell>>& columns, FitHealth& health) {
    const Options& options = options_.value;
    detail::check_category_lists(type, options, columns.size());
    const bool allows_unknown = handle_unknown_ != HandleUnknown::error;
    bool has_nan = false;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      columns_.push_back(
          {detail::learn_categories(type, j, columns[j], options, allows_unknown, true, health), 0});
      check_free(j, "unknown_value", options.unknown_value);
      if (columns_[j].has_nan()) check_free(j, "encoded_missing_value", options.encoded_missing_value);
      has_nan = has_nan || columns_[j].has_nan();
    }
    if (has_nan) encoded_missing_value_ = Array(Array::Reals{options.encoded_missing_value});
  }

  HandleUnknown handle_unknown() const noexcept { return handle_unknown_; }
  /// The categories of column `j`, in the order of their codes.
  const Array& categories(std::size_t j) const { return columns_[j].categories; }
  /// Whether a value that is missing in this way is a category of column `j`.
  bool knows(Missing how, std::size_t j) const { return columns_[j].has_category_for(flow_of(how)); }

  Applied apply(const MatrixView<const Cell>& in, const MatrixView<T>& out) const {
    bool known = true, finite = true;
    for (std::size_t j = 0; j < in.cols(); ++j) {
      const Table& column = table(j);
      finite = finite && column.finite_codes();
      T* const first = &out(0, j);
      const std::ptrdiff_t stride = out.row_stride();
      column.index().for_each_target(in.row(0) + static_cast<std::ptrdiff_t>(j) * in.col_stride(),
                                     in.row_stride(), in.rows(), [&](std::size_t i, std::int32_t target) {
                                       first[static_cast<std::ptrdiff_t>(i) * stride] =
                                           target >= 0 ? static_cast<T>(target) : column.special(target);
                                       known = known && target != Table::unknown_code;
                                     });
    }
    return {known || handle_unknown_ != HandleUnknown::error, false, false, finite};
  }

  /// The category of the code. That of unknown ones comes back as missing; that of the infrequent group is an
  /// error for numbers, `infrequent_sklearn` for text; any other number is an error. Texts are views of this
  /// encoder's categories.
  bool invert(const MatrixView<const T>& codes, const MatrixView<Cell>& out) const {
    bool ok = true;
    for (std::size_t j = 0; j < codes.cols(); ++j) {
      for (std::size_t i = 0; i < codes.rows(); ++i) {
        ok = table(j).decode(columns_[j].categories, &codes(i, j), &out(i, j)) && ok;
      }
    }
    return ok;
  }

  /// A missing value that is a category gets its code, which may be NaN; one that is not would hide among the
  /// unknown.
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> flow) const {
    const bool stays_nan =
        !encoded_missing_value_.empty() && encoded_missing_value_.missing(0) == Missing::nan;
    for (std::size_t j = 0; j < flow.size(); ++j) {
      if (flow[j] == MissingFlow::never) continue;
      const bool known = columns_[j].has_category_for(flow[j]);
      const bool nan = flow[j] == MissingFlow::nan && stays_nan;
      flow[j] = !known ? MissingFlow::refused : nan ? MissingFlow::nan : MissingFlow::never;
    }
    return flow;
  }

  Finding refusal(MatrixView<const Cell> row) const {
    std::size_t j = 0;
    while (j + 1 < row.cols() && table(j).knows(&row(0, j))) ++j;
    return detail::unknown_category(row(0, j), j, columns_[j].categories, "use_encoded_value");
  }
  /// Why a number became NaN, for messages.
  std::string formula(const Cell& cell, std::size_t) const requires Number<Cell> {
    return "unknown category " + detail::shown(cell) + ", for which unknown_value is NaN";
  }

  /// Every category of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const { return columns_[j].categories; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    OrdinalEncoder::header(self, visit);
    visit("handle_unknown", self.handle_unknown_);
    visit("unknown_value", self.unknown_value_);
    visit("encoded_missing_value", self.encoded_missing_value_);
    visit("columns", self.columns_);
  }

  void validate(const detail::Place& at) const {
    const bool allows_unknown = handle_unknown_ == HandleUnknown::use_encoded_value;
    (at / "handle_unknown")
        .require(allows_unknown || handle_unknown_ == HandleUnknown::error, "error or use_encoded_value",
                 handle_unknown_names[static_cast<std::size_t>(handle_unknown_)]);
    (at / "columns").require_count(columns_.size(), this->input_width());
    bool has_nan = false;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const detail::Place list = at / "columns";
      detail::check_ordinal_column<T, Cell>(list[j], columns_[j], this->contract() == Contract::keras);
      has_nan = has_nan || columns_[j].has_nan();
    }
    detail::check_special_code<T>(at / "unknown_value", unknown_value_, allows_unknown, columns_, false);
    detail::check_special_code<T>(at / "encoded_missing_value", encoded_missing_value_, has_nan, columns_,
                                  true);
  }

  void rebuild() {
    std::vector<Table> tables;
    for (const detail::OrdinalColumn& column : columns_) {
      tables.emplace_back(column, unknown_value_, encoded_missing_value_);
    }
    tables_.value = std::move(tables);
    recall_options();
  }

  bool holds_text() const noexcept { return !columns_.empty() && columns_.front().categories.is_text(); }
  TextSibling text_sibling() && {
    return TextSibling(static_cast<detail::OrdinalState&&>(*this), this->contract(), this->input_width());
  }

  friend bool operator==(const OrdinalEncoder&, const OrdinalEncoder&) = default;

 private:
  friend CategoryIndices<OrdinalEncoder, Cell>;
  const Table& table(std::size_t j) const noexcept { return tables_.value[j]; }
  static MissingFlow flow_of(Missing how) noexcept {
    return how == Missing::none ? MissingFlow::none : MissingFlow::nan;
  }

  void check_options() const {
    const Options& options = options_.value;
    detail::check_category_options<Cell>(type, options);
    const bool allows = options.handle_unknown == HandleUnknown::use_encoded_value;
    if (!allows && options.handle_unknown != HandleUnknown::error) {
      detail::fail_option(type, "handle_unknown: expected error or use_encoded_value");
    }
    if (allows != options.unknown_value.has_value()) {
      detail::fail_option(type,
                          "unknown_value: expected one with handle_unknown use_encoded_value, and only then");
    }
    check_code("unknown_value", options.unknown_value.value_or(0.0));
    check_code("encoded_missing_value", options.encoded_missing_value);
  }
  static void check_code(std::string_view name, double code) {
    const Array one(Array::Reals{code});
    constexpr double exact = static_cast<double>(std::int64_t{1} << std::numeric_limits<T>::digits);
    if (detail::is_nan(&code)) return;
    if (code >= -exact && code <= exact && static_cast<double>(static_cast<std::int64_t>(code)) == code)
      return;
    detail::fail_option(type, std::string(name) + ": expected an integer that is exact in " +
                                  std::string(prepguard::name(dtype_of<T>)) + " or NaN, got " +
                                  detail::repr_text(code));
  }
  void check_free(std::size_t j, std::string_view name, std::optional<double> code) const {
    if (!code || detail::is_nan(&*code) || !columns_[j].uses(*code)) return;
    detail::fail_fit(type, j,
                     std::string(name) + " " + detail::repr_text(*code) + " is the code of a category",
                     "choose a negative code");
  }

  /// The options that the state implies, so that a loaded encoder that is fitted again learns the same way.
  void recall_options() {
    options_.value.handle_unknown = handle_unknown_;
    if (!unknown_value_.empty()) options_.value.unknown_value = unknown_value_.real(0);
    if (!encoded_missing_value_.empty())
      options_.value.encoded_missing_value = encoded_missing_value_.real(0);
  }

  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
  detail::Derived<std::vector<Table>> tables_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
