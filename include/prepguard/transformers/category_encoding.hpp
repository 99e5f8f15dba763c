// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/integer_cell.hpp"
#include "prepguard/detail/output_mode.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Indices to one output a token: Keras's CategoryEncoding, and what its lookups and Discretization do with
/// their indices when they do not return them.
template <Number T>
class CategoryEncoding : public ColumnEstimator<CategoryEncoding<T>, T, detail::ColumnRange<T>> {
 public:
  static constexpr std::string_view type = "category_encoding";
  static constexpr bool has_keras_layer = true;
  static constexpr bool has_sklearn_class = false;

  struct Options {
    std::int64_t num_tokens = 0;  ///< outputs; 0: learned, one more than the largest index
    OutputMode output_mode = OutputMode::multi_hot;
    HandleUnknown handle_unknown = HandleUnknown::error;  ///< or ignore: an index outside counts nowhere
  };

  CategoryEncoding() = default;
  CategoryEncoding(const CategoryEncoding&) = default;
  CategoryEncoding(CategoryEncoding&&) noexcept = default;
  CategoryEncoding& operator=(CategoryEncoding other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~CategoryEncoding() = default;
  explicit CategoryEncoding(Options options)
      : given_(options.num_tokens),
        output_mode_(options.output_mode),
        handle_unknown_(options.handle_unknown) {}

  /// A step of the same options that has learned nothing.
  CategoryEncoding unfitted() const {
    return CategoryEncoding(Options{given_.value, output_mode_, handle_unknown_});
  }

  void learn(const std::vector<detail::ColumnRange<T>>& columns, FitHealth& health) {
    num_tokens_ = given_.value != 0 ? given_.value : 1;
    for (std::size_t j = 0; j < columns.size() && given_.value == 0; ++j) {
      if (!health.has_values(type, j, columns[j].count())) continue;
      const T low = columns[j].low(), high = columns[j].high();
      std::int64_t first = 0, last = 0;
      if (!detail::to_integer(&low, first) || !detail::to_integer(&high, last) || first < 0) {
        detail::fail_fit(type, j, "expected indices of 0 or more");
      }
      num_tokens_ = std::max(num_tokens_, last + 1);
    }
  }

  std::int64_t num_tokens() const noexcept { return num_tokens_; }
  OutputMode output_mode() const noexcept { return output_mode_; }
  std::size_t output_width() const noexcept {
    return this->input_width() == 0 ? 0 : static_cast<std::size_t>(num_tokens_);
  }

  bool apply(const MatrixView<const T>& cells, const MatrixView<T>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const T> in = detail::apart_from(out, cells, frame);
    bool ok = true;
    for (std::size_t i = 0; i < out.rows(); ++i) {
      T* outputs = out.row(i);
      std::fill_n(outputs, out.cols(), T{0});
      for (std::size_t j = 0; j < in.cols(); ++j) {
        std::int64_t index = 0;
        if (!known(&in(i, j), index)) {
          ok = false;
        } else if (index >= 0 && index < num_tokens_) {
          T& output = outputs[static_cast<std::size_t>(index)];
          output = output_mode_ == OutputMode::count ? output + T{1} : T{1};
        }
      }
    }
    return ok;
  }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    std::string prefix;
    for (const std::string& name : names) prefix.append(prefix.empty() ? "" : "+").append(name);
    std::vector<std::string> out;
    for (std::size_t k = 0; k < output_width(); ++k) out.push_back(prefix + '_' + std::to_string(k));
    return out;
  }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> in) const {
    const bool some =
        std::any_of(in.begin(), in.end(), [](MissingFlow f) { return f != MissingFlow::never; });
    return std::vector<MissingFlow>(output_width(), some ? MissingFlow::refused : MissingFlow::never);
  }
  std::size_t source_column(std::size_t) const noexcept { return 0; }

  Finding refusal(MatrixView<const T> row) const {
    std::size_t j = 0;
    std::int64_t index = 0;
    while (j + 1 < row.cols() && known(&row(0, j), index)) ++j;
    return {.code = Errc::unknown_category,
            .column = static_cast<std::int64_t>(j),
            .what = "no index: " + detail::shown(row(0, j)),
            .expected = "an integer from 0 to " + std::to_string(num_tokens_ - 1),
            .advice = "look the value up first, or train with more num_tokens"};
  }

  /// The first indices, for self-test rows made from the state.
  Array typical_cells(std::size_t) const {
    Array::Integers cells;
    for (std::int64_t index = 0; index < std::min<std::int64_t>(num_tokens_, 32); ++index)
      cells.push_back(index);
    return Array(std::move(cells));
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    CategoryEncoding::header(self, visit);
    visit("num_tokens", self.num_tokens_);
    visit("output_mode", self.output_mode_);
    visit("handle_unknown", self.handle_unknown_);
  }

  void validate(const detail::Place& at) const {
    constexpr std::int64_t most = std::int64_t{1} << 22;
    const bool sane = num_tokens_ >= 1 && num_tokens_ <= most;
    (at / "num_tokens").require(sane, "1 to " + std::to_string(most), std::to_string(num_tokens_));
    const bool fits = output_mode_ != OutputMode::one_hot || this->input_width() == 1;
    (at / "output_mode").require(fits, "multi_hot or count for several columns", "one_hot");
    const bool simple = handle_unknown_ == HandleUnknown::error || handle_unknown_ == HandleUnknown::ignore;
    (at / "handle_unknown")
        .require(simple, "error or ignore", handle_unknown_names[static_cast<std::size_t>(handle_unknown_)]);
  }

  friend bool operator==(const CategoryEncoding&, const CategoryEncoding&) = default;

 private:
  /// Whether a cell is an index that may be encoded, or ignored.
  bool known(const T* cell, std::int64_t& index) const noexcept {
    if (!detail::to_integer(cell, index)) return false;
    return handle_unknown_ == HandleUnknown::ignore || (index >= 0 && index < num_tokens_);
  }

  detail::Derived<std::int64_t> given_{};  // what was asked for, for the next fit
  std::int64_t num_tokens_ = 0;
  OutputMode output_mode_ = OutputMode::multi_hot;
  HandleUnknown handle_unknown_ = HandleUnknown::error;
};

}  // namespace prepguard::inline PREPGUARD_ABI
