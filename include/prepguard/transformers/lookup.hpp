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
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/lookup_state.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Values to indices by one vocabulary for all columns: Keras's StringLookup (`Lookup<T, Text>`),
/// IntegerLookup
/// (`Lookup<T>`) and, without a vocabulary, Hashing. First comes the index of the mask token, then those for
/// values that are not in the vocabulary, then the vocabulary. Integers are numbers `T`; one that is too
/// large to be exact is refused, and so is what is no integer, and a missing cell.
template <Number T, class Cell = T>
class Lookup : public ColumnEstimator<Lookup<T, Cell>, T, detail::ColumnValues<Cell>, Cell, T>,
               private detail::LookupState {
  using Base = ColumnEstimator<Lookup, T, detail::ColumnValues<Cell>, Cell, T>;

 public:
  static constexpr std::string_view type = "lookup";
  static constexpr bool has_keras_layer = true;
  static constexpr bool has_sklearn_class = false;
  using TextSibling = Lookup<T, Text>;

  struct Options {
    std::int64_t num_oov_indices = 1;  ///< for values that are not in the vocabulary; 0: they are an error
    OovMethod oov_method = OovMethod::none;  ///< which of several; siphash comes from files
  };

  Lookup() = default;
  Lookup(const Lookup&) = default;
  Lookup(Lookup&&) noexcept = default;
  Lookup& operator=(Lookup other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Lookup() = default;
  explicit Lookup(Options options) {
    num_oov_indices_ = options.num_oov_indices;
    oov_method_ = options.oov_method;
  }
  /// A state that was read before it was known that its vocabulary is text.
  Lookup(detail::LookupState state, Contract contract, std::size_t width)
      : Base(contract, width), LookupState(std::move(state)) {}

  /// A step of the same options that has learned nothing.
  Lookup unfitted() const { return Lookup(Options{num_oov_indices_, oov_method_}); }

  /// The vocabulary of all columns together, the most frequent value first, of equally frequent ones the
  /// highest, as Keras's adapt orders it. Missing values are cannot_fit.
  void learn(const std::vector<detail::ColumnValues<Cell>>& columns, FitHealth&) {
    vocabulary_ = detail::frequent_first(type, columns);
    if constexpr (Number<Cell>) {
      mask_ = Array(Array::Integers{});
    } else {
      mask_ = Array(Array::Texts{});
    }
  }

  const Array& vocabulary() const noexcept { return vocabulary_; }
  /// The value that stands for nothing, if there is one.
  const Array& mask() const noexcept { return mask_; }
  std::int64_t num_oov_indices() const noexcept { return num_oov_indices_; }

  bool apply(const MatrixView<const Cell>& in, const MatrixView<T>& out) const {
    bool ok = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      for (std::size_t j = 0; j < in.cols(); ++j) {
        const std::int64_t index = find(&in(i, j));
        out(i, j) = static_cast<T>(index);
        ok = ok && index != refused;
      }
    }
    return ok;
  }

  /// A missing value has no index.
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> in) const {
    for (MissingFlow& flow : in) flow = flow == MissingFlow::never ? flow : MissingFlow::refused;
    return in;
  }

  Finding refusal(MatrixView<const Cell> row) const {
    std::size_t j = 0;
    while (j + 1 < row.cols() && find(&row(0, j)) != refused) ++j;
    const bool unknown = num_oov_indices_ == 0 && is_token(&row(0, j));
    return {.code = Errc::unknown_category,
            .column = static_cast<std::int64_t>(j),
            .what = (unknown ? "not in the vocabulary: " : "no token: ") + detail::shown(row(0, j)),
            .expected = unknown ? "one of " + std::to_string(vocabulary_.size()) + " values (" +
                                      detail::list_of(vocabulary_) + ")"
                        : Number<Cell> ? "an integer below " + std::to_string(detail::exact_below<T>)
                                       : "a text",
            .advice = unknown ? "train with num_oov_indices=1" : "give missing values a token of their own"};
  }

  /// The vocabulary and, where it is allowed, a value outside of it, for self-test rows made from the state.
  Array typical_cells(std::size_t) const {
    if constexpr (Number<Cell>) {
      Array::Integers cells = vocabulary_.integers();
      if (num_oov_indices_ > 0)
        cells.push_back(cells.empty() ? 1 : *std::max_element(cells.begin(), cells.end()) + 1);
      return Array(std::move(cells));
    } else {
      Array::Texts cells = vocabulary_.texts();
      if (num_oov_indices_ > 0) cells.emplace_back(std::string("not in the vocabulary"));
      return Array(std::move(cells));
    }
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    Lookup::header(self, visit);
    visit("vocabulary", self.vocabulary_);
    visit("mask", self.mask_);
    visit("mask_index", self.mask_index_);
    visit("num_oov_indices", self.num_oov_indices_);
    visit("oov_method", self.oov_method_);
    visit("salt", self.salt_);
  }

  void validate(const detail::Place& at) const {
    detail::check_lookup<Cell>(at, *this);
    const std::int64_t last = first_token() + static_cast<std::int64_t>(vocabulary_.size()) - 1;
    (at / "vocabulary")
        .require(last < detail::exact_below<T>, "indices that are exact", std::to_string(last));
  }

  void rebuild() { index_.value = detail::CategoryIndex<Cell>(with_mask()); }

  bool holds_text() const noexcept { return vocabulary_.is_text(); }
  TextSibling text_sibling() && {
    return TextSibling(static_cast<detail::LookupState&&>(*this), this->contract(), this->input_width());
  }

  friend bool operator==(const Lookup&, const Lookup&) = default;

 private:
  static constexpr std::int64_t refused = -2;

  Array with_mask() const {
    const auto joined = [](auto tokens, const auto& mask) {
      tokens.insert(tokens.end(), mask.begin(), mask.end());
      return Array(std::move(tokens));
    };
    if constexpr (Number<Cell>) {
      return joined(vocabulary_.integers(), mask_.integers());
    } else {
      return joined(vocabulary_.texts(), mask_.texts());
    }
  }

  static bool is_token(const Cell* cell) noexcept {
    if constexpr (Number<Cell>) {
      std::int64_t value = 0;
      return detail::to_integer(cell, value);
    } else {
      return !cell->is_missing();
    }
  }

  std::int64_t find(const Cell* cell) const {
    const std::int32_t position = index_.value.find(cell);
    if (position >= 0) {
      const bool mask = static_cast<std::size_t>(position) == vocabulary_.size();
      return mask ? mask_index_ : first_token() + position;
    }
    if (num_oov_indices_ == 0 || !is_token(cell)) return refused;
    if constexpr (Number<Cell>) {
      std::int64_t value = 0;
      detail::to_integer(cell, value);
      return first_oov() + (num_oov_indices_ == 1 ? 0 : bucket(value));
    } else {
      return first_oov() + bucket(cell->view());
    }
  }

  detail::Derived<detail::CategoryIndex<Cell>> index_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
