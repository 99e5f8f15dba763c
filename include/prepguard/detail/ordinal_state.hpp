// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/representable.hpp"
#include "prepguard/finite.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The fitted state of one encoded column: codes count from `first_code` (1 only in Keras, where 0 is the
/// unknown).
struct OrdinalColumn : EncodedColumn {
  std::int64_t first_code = 0;

  bool is_nan_category(std::size_t i) const { return categories.missing(i) == Missing::nan; }
  bool has_nan() const { return has_category_for(MissingFlow::nan); }

  /// The code of every category; -1 for NaN, which has a code of its own. The group follows the last frequent
  /// one.
  std::vector<std::int64_t> codes() const {
    std::vector<std::int64_t> codes(categories.size(), -1);
    std::int64_t next = first_code, group = first_code;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (is_infrequent(i)) continue;
      if (!is_nan_category(i)) group = next + 1;
      if (!is_nan_category(i)) codes[i] = next;
      ++next;
    }
    for (const std::int64_t i : infrequent) codes[static_cast<std::size_t>(i)] = group;
    return codes;
  }
  /// The code all infrequent categories share, or -1.
  std::int64_t group_code() const {
    return infrequent.empty() ? -1 : codes()[static_cast<std::size_t>(infrequent.front())];
  }
  /// True if one category has this code. Sharing that of the group is allowed, as in scikit-learn.
  bool uses(double code) const {
    const std::vector<std::int64_t> all = codes();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_infrequent(i) && !is_nan_category(i) && static_cast<double>(all[i]) == code) return true;
    }
    return false;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    EncodedColumn::fields(self, visit);
    visit("first_code", self.first_code);
  }
  friend bool operator==(const OrdinalColumn&, const OrdinalColumn&) = default;
};

/// The fitted state of an encoder, the same whether it reads numbers or text.
struct OrdinalState {
  HandleUnknown handle_unknown_ = HandleUnknown::error;
  Array unknown_value_{};          // one code if unknown categories are allowed
  Array encoded_missing_value_{};  // one code if NaN is a category of some column
  std::vector<OrdinalColumn> columns_{};
  friend bool operator==(const OrdinalState&, const OrdinalState&) = default;
};

template <Number T, class Cell>
void check_ordinal_column(const Place& at, const OrdinalColumn& column, bool keras) {
  check_encoded_column<Cell>(at, column, keras);
  for (std::size_t k = 0; k < column.infrequent.size(); ++k) {
    if (!column.is_nan_category(static_cast<std::size_t>(column.infrequent[k]))) continue;
    (at / "infrequent")[k].fail("categories other than NaN, which has its own code", "that of NaN");
  }
  (at / "first_code")
      .require(column.first_code == 0 || (keras && column.first_code == 1), keras ? "0 or 1" : "0",
               std::to_string(column.first_code));
  constexpr std::int64_t exact = std::int64_t{1} << std::numeric_limits<T>::digits;
  const std::vector<std::int64_t> codes = column.codes();
  if (*std::max_element(codes.begin(), codes.end()) > exact) {
    (at / "categories")
        .fail("codes that are exact in " + std::string(name(dtype_of<T>)), std::to_string(codes.size()));
  }
}

/// A code that stands for no category: there exactly if `needed`, exact in T, not used by a category of the
/// columns that can give it (`for_nan`: those that have NaN).
template <Number T>
void check_special_code(const Place& at, const Array& code, bool needed,
                        const std::vector<OrdinalColumn>& columns, bool for_nan) {
  (at / "dtype").require(code.dtype() == DType::float64, "float64", name(code.dtype()));
  at.require_count(code.size(), needed ? 1 : 0);
  if (!needed || code.missing(0) != Missing::no) return;
  const Place values = at / "values", value = values[0];
  value.require(representable<T>(code, 0), "a value that is exact in the scalar type", python_text(code, 0));
  for (const OrdinalColumn& column : columns) {
    if (for_nan && !column.has_nan()) continue;
    value.require(!column.uses(code.real(0)), "a code no category has", python_text(code, 0));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
