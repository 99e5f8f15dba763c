// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/imputer_column.hpp"
#include "prepguard/detail/indicator_state.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// 1 where a cell is missing, else 0: scikit-learn's MissingIndicator. `MissingIndicator<T>` reads numbers,
/// `MissingIndicator<T, Text>` text; both write numbers `T`. Puts out the columns that missed values in
/// training, none if none did, or all.
template <Number T, class Cell = T>
class MissingIndicator
    : public ColumnEstimator<MissingIndicator<T, Cell>, T, detail::ColumnMarks<Cell>, Cell, T>,
      private detail::IndicatorState {
  using Base = ColumnEstimator<MissingIndicator<T, Cell>, T, detail::ColumnMarks<Cell>, Cell, T>;

 public:
  static constexpr std::string_view type = "missing_indicator";
  using TextSibling = MissingIndicator<T, Text>;
  using Options = detail::IndicatorOptions<Cell>;

  MissingIndicator() : MissingIndicator(Options{}) {}
  MissingIndicator(const MissingIndicator&) = default;
  MissingIndicator(MissingIndicator&&) noexcept = default;
  MissingIndicator& operator=(MissingIndicator other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~MissingIndicator() = default;
  /// Throws bad_parameter for a marker that the cells do not have.
  explicit MissingIndicator(Options options) : options_{std::move(options)} {
    this->template set_marker<Cell>(type, options_.value.missing, options_.value.missing_value);
    error_on_new_ = options_.value.error_on_new && options_.value.features == IndicatorFeatures::missing_only;
  }
  /// A state that was read before it was known that its cells are text.
  MissingIndicator(detail::IndicatorState state, Contract contract, std::size_t width)
      : Base(contract, width), IndicatorState(std::move(state)) {}

  /// A step of the same options that has learned nothing.
  MissingIndicator unfitted() const { return MissingIndicator(options_.value); }

  /// Which columns have marked cells. Throws cannot_fit for NaN that is not what marks missing cells.
  void learn(const std::vector<detail::ColumnMarks<Cell>>& columns, FitHealth&) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const bool shown = options_.value.features == IndicatorFeatures::all || columns[j].marked() > 0;
      if (shown) indicator_.push_back(static_cast<std::int64_t>(j));
    }
  }
  void observe(detail::ColumnMarks<Cell>& column, std::size_t j, const Cell* x, std::ptrdiff_t stride,
               std::size_t n) const {
    column.add(this->split(type, j, x, stride, n, [](const Cell*, std::size_t) {}), n);
  }

  /// The columns that have an output, ascending.
  const std::vector<std::int64_t>& indicator() const noexcept { return indicator_; }
  bool error_on_new() const noexcept { return error_on_new_; }

  std::size_t output_width() const noexcept { return indicator_.size(); }
  std::size_t source_column(std::size_t k) const noexcept { return static_cast<std::size_t>(indicator_[k]); }

  bool apply(const MatrixView<const Cell>& cells, const MatrixView<T>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const Cell> in = detail::apart_from(out, cells, frame);
    bool ok = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      std::size_t k = 0;
      for (std::size_t j = 0; j < in.cols(); ++j) {
        const Cell* cell = &in(i, j);
        const bool marked = this->is_marked(cell);
        const bool shown = k < indicator_.size() && static_cast<std::size_t>(indicator_[k]) == j;
        if (shown) out(i, k++) = marked ? T{1} : T{0};
        ok = ok && !this->refuses(cell) && (shown || !marked || !error_on_new_);
      }
    }
    return ok;
  }

  std::vector<std::string> feature_names_out(const std::vector<std::string>& names) const {
    std::vector<std::string> out;
    for (const std::int64_t j : indicator_)
      out.push_back("missingindicator_" + names[static_cast<std::size_t>(j)]);
    return out;
  }

  /// What is put out is never missing, but a row may be refused.
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& in) const {
    bool refused = false;
    for (std::size_t j = 0; j < in.size(); ++j) {
      refused = refused || this->refuses(in[j]) || (this->marks(in[j]) && error_on_new_ && !shows(j));
    }
    return std::vector<MissingFlow>(output_width(), refused ? MissingFlow::refused : MissingFlow::never);
  }

  Finding refusal(MatrixView<const Cell> row) const {
    for (std::size_t j = 0; error_on_new_ && j < row.cols(); ++j) {
      if (!this->is_marked(&row(0, j)) || shows(j)) continue;
      const bool nan = Number<Cell> && missing_ == MissingMarker::nan;
      return {.code = nan ? Errc::non_finite : Errc::unknown_category,
              .column = static_cast<std::int64_t>(j),
              .what = "a missing value in a column that had none in training",
              .advice = "send a value, or fit with error_on_new=False"};
    }
    return this->refused_cell(row);
  }

  /// A value, and a missing cell where one is accepted, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    const bool missing = shows(j) || !error_on_new_;
    if constexpr (Number<Cell>) {
      Array::Reals cells{missing_ == MissingMarker::value && sentinel_.real(0) == 0.0 ? 1.0 : 0.0};
      if (missing) cells.push_back(this->marked_number());
      return Array(std::move(cells), dtype_of<T>);
    } else {
      Array::Texts cells{OwnedText(std::string("a"))};
      if (missing_ == MissingMarker::value && sentinel_.texts()[0] == cells[0]) cells[0].text = "b";
      if (missing) cells.push_back(this->marked_text());
      return Array(std::move(cells));
    }
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    MissingIndicator::header(self, visit);
    visit("missing", self.missing_);
    visit("sentinel", self.sentinel_);
    visit("indicator", self.indicator_);
    visit("error_on_new", self.error_on_new_);
  }

  void validate(const detail::Place& at) const {
    this->template check_marker<Cell>(at);
    detail::check_positions(at / "indicator", indicator_, this->input_width());
  }

  /// The options that the state implies, so that a loaded step that is fitted again learns the same way.
  void rebuild() {
    options_.value.missing = missing_;
    options_.value.error_on_new = error_on_new_;
    if (sentinel_.empty()) return;
    if constexpr (Number<Cell>) {
      options_.value.missing_value = sentinel_.real(0);
    } else {
      options_.value.missing_value = sentinel_.texts()[0].text;
    }
  }

  bool holds_text() const noexcept { return sentinel_.is_text(); }
  TextSibling text_sibling() && {
    return TextSibling(static_cast<detail::IndicatorState&&>(*this), this->contract(), this->input_width());
  }

  friend bool operator==(const MissingIndicator&, const MissingIndicator&) = default;

 private:
  bool shows(std::size_t j) const noexcept {
    return std::binary_search(indicator_.begin(), indicator_.end(), static_cast<std::int64_t>(j));
  }

  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
