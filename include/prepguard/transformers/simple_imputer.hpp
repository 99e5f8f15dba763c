// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/imputer_column.hpp"
#include "prepguard/detail/imputer_state.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/nan_refusal.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Replaces missing cells by a value learned per column, scikit-learn's SimpleImputer. `SimpleImputer<T>`
/// maps numbers to numbers, `SimpleImputer<T, Text>` text to text. A column that was missing altogether in
/// training is dropped from the output, unless `keep_empty_features` or the strategy is constant.
template <Number T, class Cell = T>
class SimpleImputer : public ColumnEstimator<SimpleImputer<T, Cell>, T, detail::ImputerColumn<Cell>, Cell>,
                      private detail::ImputerState {
  using Base = ColumnEstimator<SimpleImputer<T, Cell>, T, detail::ImputerColumn<Cell>, Cell>;

 public:
  static constexpr std::string_view type = "simple_imputer";
  using TextSibling = SimpleImputer<T, Text>;
  using Options = detail::ImputerOptions<Cell>;

  SimpleImputer() : SimpleImputer(Options{}) {}
  SimpleImputer(const SimpleImputer&) = default;
  SimpleImputer(SimpleImputer&&) noexcept = default;
  SimpleImputer& operator=(SimpleImputer other) noexcept { return detail::replace(*this, std::move(other)); }
  ~SimpleImputer() = default;
  /// Throws bad_parameter for a strategy that the cells do not have.
  explicit SimpleImputer(Options options) : options_{std::move(options)} {
    detail::check_options<Cell>(type, options_.value);
    strategy_ = options_.value.strategy;
    this->template set_marker<Cell>(type, options_.value.missing, options_.value.missing_value);
    rebuild();
  }
  /// A state that was read before it was known that its cells are text.
  SimpleImputer(detail::ImputerState state, Contract contract, std::size_t width)
      : Base(contract, width), ImputerState(std::move(state)) {}

  /// A step of the same options that has learned nothing.
  SimpleImputer unfitted() const { return SimpleImputer(options_.value); }

  /// The value of every column from the cells that are not missing: the mean (exact, rounded once), the
  /// median, the most frequent value (of several the smallest), or the constant. Throws cannot_fit for NaN
  /// that is not what marks missing cells, or if no column is left.
  void learn(const std::vector<detail::ImputerColumn<Cell>>& columns, FitHealth& health) {
    const bool constant = strategy_ == Strategy::constant;
    std::vector<detail::OptionValue<Cell>> fills;
    std::vector<bool> dropped;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const bool empty = !columns[j].has_values(strategy_);
      dropped.push_back(empty && !constant && !options_.value.keep_empty_features);
      fills.push_back(constant ? options_.value.fill_value : detail::OptionValue<Cell>{});
      if (!constant && !empty) fills.back() = columns[j].fill(strategy_);
      if (empty)
        health.add(FitIssue::all_missing, j,
                   dropped.back() ? "dropped" : "filled with the same value everywhere");
      if (options_.value.add_indicator && columns[j].marked() > 0)
        indicator_.push_back(static_cast<std::int64_t>(j));
    }
    fill_ = detail::fill_array<Cell>(std::move(fills), dropped, strategy_);
    if (kept_count() != 0) return;
    throw Error(Errc::cannot_fit, std::string(type), "every column is missing altogether",
                "set keep_empty_features");
  }
  void observe_rows(std::vector<typename Base::Column>& columns, std::size_t first, InView<Cell> rows) const {
    if constexpr (Number<Cell>) {
      if (strategy_ == Strategy::mean && this->missing_ == MissingMarker::nan) {
        return detail::ImputerColumn<Cell>::add_rows_to_mean(columns, rows);
      }
    }
    Base::observe_rows(columns, first, rows);
  }
  bool learns_infinities() const noexcept { return strategy_ != Strategy::constant; }
  void observe(detail::ImputerColumn<Cell>& column, std::size_t j, const Cell* x, std::ptrdiff_t stride,
               std::size_t n) const {
    column.add(type, j, x, stride, n, *this, strategy_);
  }

  Strategy strategy() const noexcept { return strategy_; }
  /// What replaces missing cells, one a column; missing itself where the column is dropped.
  const Array& fill() const noexcept { return fill_; }

  std::size_t output_width() const noexcept { return kept_.value.size() + indicator_.size(); }
  std::size_t source_column(std::size_t k) const noexcept {
    return k < kept_.value.size() ? kept_.value[k]
                                  : static_cast<std::size_t>(indicator_[k - kept_.value.size()]);
  }

  Applied apply(const MatrixView<const Cell>& in, const MatrixView<Cell>& out) const {
    if constexpr (Number<Cell>) {
      if (output_width() == in.cols() && indicator_.empty()) return replace_all(in, out);
    }
    detail::ScratchFrame frame;
    return apply_cells(detail::apart_from(out, in, frame), out);
  }

  /// Puts the missing value back where an indicator says so. What columns without an indicator had missing
  /// stays filled; a row that lost a value of a dropped column is refused.
  bool invert(const MatrixView<const Cell>& features, const MatrixView<Cell>& out) const {
    detail::ScratchFrame frame;
    return this->put_back(detail::apart_from(out, features, frame), out);
  }
  std::string no_inverse(const std::string& path) const {
    if (!indicator_.empty()) return {};
    return detail::without_inverse(path, type, "it has no indicator outputs (add_indicator)");
  }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    std::vector<std::string> out;
    for (const std::size_t j : kept_.value) out.push_back(names[j]);
    for (const std::int64_t j : indicator_)
      out.push_back("missingindicator_" + names[static_cast<std::size_t>(j)]);
    return out;
  }

  /// What the marker names is replaced. With another marker scikit-learn refuses NaN; a None that is not the
  /// marker passes.
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& in) const {
    std::vector<MissingFlow> out;
    for (const std::size_t j : kept_.value) {
      out.push_back(marks(in[j]) ? MissingFlow::never : refuses(in[j]) ? MissingFlow::refused : in[j]);
    }
    out.resize(out.size() + indicator_.size(), MissingFlow::never);
    return out;
  }

  Finding refusal(MatrixView<const Cell> row) const { return this->refused_cell(row); }
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& in) const { return carried(in); }

  /// The value that replaces missing cells of column `j` and a missing cell, for self-test rows made from the
  /// state.
  Array typical_cells(std::size_t j) const {
    if constexpr (Number<Cell>) {
      return Array(Array::Reals{fill_.missing(j) == Missing::no ? fill_.real(j) : 0.0, this->marked_number()},
                   dtype_of<T>);
    } else {
      return Array(Array::Texts{fill_.texts()[j], this->marked_text()});
    }
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    SimpleImputer::header(self, visit);
    visit("strategy", self.strategy_);
    visit("missing", self.missing_);
    visit("sentinel", self.sentinel_);
    visit("fill", self.fill_);
    visit("indicator", self.indicator_);
  }

  void validate(const detail::Place& at) const { this->template check<Cell>(at, this->input_width()); }

  void rebuild() {
    kept_.value.clear();
    cells_.value.clear();
    for (std::size_t j = 0; j < fill_.size(); ++j) {
      if (fill_.missing(j) == Missing::no) kept_.value.push_back(j);
      if constexpr (Number<Cell>) cells_.value.push_back(detail::round_to<T>(fill_.real(j)));
    }
    recall_options();
  }

  bool holds_text() const noexcept { return fill_.is_text(); }
  TextSibling text_sibling() && {
    return TextSibling(static_cast<detail::ImputerState&&>(*this), this->contract(), this->input_width());
  }

  friend bool operator==(const SimpleImputer&, const SimpleImputer&) = default;

 private:
  using MarkerState::is_marked;
  using MarkerState::refuses;

  Cell fill_cell(std::size_t j) const noexcept {
    if constexpr (Number<Cell>) {
      return cells_.value[j];
    } else {
      return fill_.texts()[j];
    }
  }

  /// All columns stay, and nothing else comes out.
  Applied replace_all(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    if (missing_ == MissingMarker::nan) {
      return Applied::replacement(detail::replace_missing<T>(in.data(), in.row_stride(), out.data(), out.row_stride(),
                                                             in.rows(), in.cols(), cells_.value.data()));
    }
    const bool ok = !detail::has_nan(in);
    const bool finite =
        detail::replace_equal<T>(in.data(), in.row_stride(), out.data(), out.row_stride(), in.rows(), in.cols(),
                                 detail::round_to<T>(sentinel_.real(0)), cells_.value.data());
    return {ok, false, false, finite};
  }

  bool apply_cells(const MatrixView<const Cell>& in, const MatrixView<Cell>& out) const {
    bool ok = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      std::size_t k = 0;
      for (const std::size_t j : kept_.value) {
        ok = ok && !refuses(&in(i, j));
        if (is_marked(&in(i, j))) {
          out(i, k++) = fill_cell(j);
        } else {
          std::memcpy(&out(i, k++), &in(i, j),
                      sizeof(Cell));  // as bytes: a NaN that is no marker keeps its payload
        }
      }
      if constexpr (Number<Cell>) {
        for (const std::int64_t j : indicator_) {
          out(i, k++) = is_marked(&in(i, static_cast<std::size_t>(j))) ? T{1} : T{0};
        }
      }
    }
    return ok;
  }

  /// The options that the state implies, so that a loaded imputer that is fitted again learns the same way.
  void recall_options() {
    options_.value.strategy = strategy_;
    options_.value.missing = missing_;
    options_.value.add_indicator = options_.value.add_indicator || !indicator_.empty();
    if constexpr (Number<Cell>) {
      if (!sentinel_.empty()) options_.value.missing_value = sentinel_.real(0);
      if (strategy_ == Strategy::constant && !fill_.empty()) options_.value.fill_value = fill_.real(0);
    } else {
      if (!sentinel_.empty()) options_.value.missing_value = sentinel_.texts()[0].text;
      if (strategy_ == Strategy::constant && !fill_.empty())
        options_.value.fill_value = fill_.texts()[0].text;
    }
  }

  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
  detail::Derived<std::vector<std::size_t>> kept_{};
  detail::Derived<std::vector<T>> cells_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
