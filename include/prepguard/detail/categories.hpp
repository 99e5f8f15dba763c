// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/representable.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer.hpp"

// What the encoders share: the categories of a column, which of them are infrequent, and how they are checked
// and named.
namespace prepguard {

/// What an encoder does with a category that training had not seen.
enum class HandleUnknown : std::uint8_t {
  error,                ///< unknown_category
  ignore,               ///< a row of zeros
  infrequent_if_exist,  ///< the group of infrequent categories; zeros if there is none
  first_column,         ///< Keras: an extra leading output marks it
  use_encoded_value,    ///< ordinal: a code of its own
};

inline constexpr std::array<std::string_view, 5> handle_unknown_names{
    "error", "ignore", "infrequent_if_exist", "first_column", "use_encoded_value"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::string_view infrequent_name = "infrequent_sklearn";

/// The fitted categories of one encoded column. Its reduced list is the frequent ones in order, then the
/// group of infrequent ones if there are any.
struct EncodedColumn {
  Array categories{};
  std::vector<std::int64_t> infrequent{};  ///< positions in `categories`, ascending

  bool is_infrequent(std::size_t i) const {
    return std::binary_search(infrequent.begin(), infrequent.end(), static_cast<std::int64_t>(i));
  }
  /// True if a value that is missing in this way is a category.
  bool has_category_for(MissingFlow missing) const {
    for (std::size_t i = 0; i < categories.size(); ++i) {
      if (categories.missing(i) == Missing::nan && missing == MissingFlow::nan) return true;
      if (categories.missing(i) == Missing::none && missing == MissingFlow::none) return true;
    }
    return false;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("categories", self.categories);
    visit("infrequent", self.infrequent);
  }
  friend bool operator==(const EncodedColumn&, const EncodedColumn&) = default;
};

inline void put_missing(Text* cell) noexcept {
  *cell = Text(Missing::none);
}
template <Number T>
void put_missing(T* cell) noexcept {
  store_nan(cell);
}

inline void put_nan(Text* cell) noexcept {
  *cell = Text(Missing::nan);
}
template <Number T>
void put_nan(T* cell) noexcept {
  store_nan(cell);
}

/// What an inverse gives for the group of infrequent categories: a word; there is no number for it.
inline bool put_group(Text* cell) noexcept {
  *cell = infrequent_name;
  return true;
}
template <Number T>
bool put_group(T*) noexcept {
  return false;
}

/// A cell for people: the start of a text, its control characters escaped so that it cannot forge a line of a
/// log.
inline std::string shown(const Text& cell) {
  if (cell.is_missing()) return cell.missing() == Missing::none ? "None" : "NaN";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : cell.view().substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return text + '"';
}
template <Number T>
std::string shown(const T& cell) {
  return repr_text(cell);
}

/// The first few values of `array`, for people.
inline std::string list_of(const Array& array) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(array.size(), 5); ++i) {
    text.append(i == 0 ? "" : ", ").append(python_text(array, i));
  }
  return array.size() > 5 ? text + ", ..." : text;
}

/// `one of 3 categories seen in training (Biscoe, Dream, Torgersen)`
inline std::string expected_category(const Array& known) {
  return "one of " + std::to_string(known.size()) + " categories seen in training (" + list_of(known) + ')';
}

/// A cell of column `j` that is none of its categories.
template <class Cell>
Finding unknown_category(const Cell& cell, std::size_t j, const Array& known, std::string_view allowing) {
  return {.code = Errc::unknown_category,
          .column = static_cast<std::int64_t>(j),
          .what = "unknown category " + shown(cell),
          .expected = expected_category(known),
          .advice = "send a known category, or train with handle_unknown=\"" + std::string(allowing) + '"'};
}

/// Categories are of the cell's kind, representable in it, unique, and, if they are numbers, ascending unless
/// a Keras vocabulary, which is sorted by count.
template <class Cell>
void check_categories(const Place& at, const Array& categories, bool keras) {
  constexpr bool text = std::is_same_v<Cell, Text>;
  (at / "dtype").require(categories.is_text() == text, text ? "string" : "numbers", name(categories.dtype()));
  at.require(!categories.empty(), "at least 1 category", "none");
  at.require(categories.size() < (std::size_t{1} << 31), "fewer than 2^31 categories", "more");
  const CategoryIndex<Cell> index(categories);
  std::optional<double> last;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const Cell cell = CategoryIndex<Cell>::cell_at(categories, i);
    const auto fail = [&](std::string expected) {
      (at / "values")[i].fail(expected, python_text(categories, i));
    };
    if (index.find(&cell) != static_cast<std::int32_t>(i)) fail("a category that is not listed before");
    if constexpr (!text) {
      if (categories.missing(i) != Missing::no) continue;
      if (!representable<Cell>(categories, i))
        fail("a value that is exact in " + std::string(name(dtype_of<Cell>)));
      if (!keras && last && !(*last < categories.real(i))) fail("ascending values");
      last = categories.real(i);
    }
  }
}

template <class Cell>
void check_encoded_column(const Place& at, const EncodedColumn& column, bool keras) {
  check_categories<Cell>(at / "categories", column.categories, keras);
  const std::vector<std::int64_t>& infrequent = column.infrequent;
  for (std::size_t k = 0; k < infrequent.size(); ++k) {
    const bool inside =
        infrequent[k] >= 0 && infrequent[k] < static_cast<std::int64_t>(column.categories.size());
    if (inside && (k == 0 || infrequent[k - 1] < infrequent[k])) continue;
    (at / "infrequent")[k].fail("ascending positions in categories", std::to_string(infrequent[k]));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
