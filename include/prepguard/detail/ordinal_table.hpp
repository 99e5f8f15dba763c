// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/ordinal_state.hpp"
#include "prepguard/detail/reduced_list.hpp"
#include "prepguard/detail/rounded.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// One column of an ordinal encoder, ready for use: categories to codes and back.
template <Number T, class Cell>
class OrdinalTable {
 public:
  /// `unknown` and `missing` are the codes for those, or empty.
  OrdinalTable(const OrdinalColumn& column, const Array& unknown, const Array& missing)
      : reduced_(column), first_(static_cast<T>(column.first_code)), has_nan_(column.has_nan()) {
    reduced_.put_group_before_nan(column.categories);
    if (!unknown.empty()) unknown_.assign(1, round_to<T>(unknown.real(0)));
    if (!missing.empty()) missing_.assign(1, round_to<T>(missing.real(0)));
    const std::vector<std::int64_t> codes = column.codes();
    std::vector<std::int32_t> targets;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      targets.push_back(codes[i] < 0 ? nan_code : static_cast<std::int32_t>(codes[i]));
      if (codes[i] < 0) continue;
      const auto k = static_cast<std::size_t>(codes[i] - column.first_code);
      if (k >= decoded_.size()) decoded_.resize(k + 1, nothing);
      decoded_[k] = column.is_infrequent(i) ? group : static_cast<std::int32_t>(i);
    }
    index_ = CategoryIndex<Cell>(column.categories, targets, unknown_code);
    if (!unknown_.empty()) special_[0] = unknown_.front();
    if (!missing_.empty()) special_[1] = missing_.front();
  }

  static constexpr std::int32_t unknown_code = -1, nan_code = -2;

  /// Where codes are found: targets that are the code, `unknown_code` or `nan_code`.
  const CategoryIndex<Cell>& index() const noexcept { return index_; }
  /// How categories are numbered, whatever their codes.
  const ReducedList& reduced() const noexcept { return reduced_; }
  bool knows(const Cell* cell) const noexcept { return index_.find(cell) >= 0; }
  /// The code of a target below 0; for unknown ones 0 if they are refused.
  const T& special(std::int32_t target) const noexcept {
    return special_[static_cast<std::size_t>(-1 - target)];
  }

  /// Whether no code is NaN.
  bool finite_codes() const noexcept { return is_finite(&special_[0]) && is_finite(&special_[1]); }

  /// The category of `*code` among `categories`; false if it stands for none. NaN comes before unknown, as
  /// there.
  bool decode(const Array& categories, const T* code, Cell* out) const {
    const bool is_missing = has_nan_ && same(code, missing_.data());
    const bool is_unknown = !unknown_.empty() && same(code, unknown_.data());
    const std::int32_t found = position_of(code);
    if (is_missing) {
      put_nan(out);
    } else if (found >= 0) {
      *out = CategoryIndex<Cell>::cell_at(categories, static_cast<std::size_t>(found));
    } else if (found == group) {
      return put_group(out);
    } else {
      put_missing(out);
      return is_unknown;
    }
    return true;
  }

 private:
  static constexpr std::int32_t nothing = -1, group = -2;

  static bool same(const T* a, const T* b) noexcept {
    if (is_nan(a) || is_nan(b)) return is_nan(a) && is_nan(b);
    return *a == *b;
  }
  std::int32_t position_of(const T* code) const noexcept {
    if (!is_finite(code) || *code < first_ || *code >= first_ + static_cast<T>(decoded_.size()))
      return nothing;
    const auto k = static_cast<std::size_t>(*code - first_);
    return static_cast<T>(k) + first_ == *code ? decoded_[k] : nothing;
  }

  CategoryIndex<Cell> index_{};
  ReducedList reduced_;
  std::vector<std::int32_t> decoded_{};   // the category of code first_ + k
  std::vector<T> unknown_{}, missing_{};  // one or none
  std::array<T, 2> special_{};            // the codes of unknown ones and of NaN
  T first_;
  bool has_nan_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
