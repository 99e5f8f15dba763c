// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/representable.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard {

/// What an encoder does with a category that training had not seen.
enum class HandleUnknown : std::uint8_t {
  error,                ///< unknown_category
  ignore,               ///< a row of zeros
  infrequent_if_exist,  ///< the group of infrequent categories; zeros if there is none
  first_column,         ///< Keras: an extra leading output marks it
};

inline constexpr std::array<std::string_view, 4> handle_unknown_names{"error", "ignore", "infrequent_if_exist",
                                                                      "first_column"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::string_view infrequent_name = "infrequent_sklearn";

/// One output of a column: a category by its position, or the group of infrequent ones.
struct ReducedCategory {
  std::size_t position = 0;
  bool is_group = false;
};

/// The fitted state of one encoded column.
struct OneHotColumn {
  Array categories{};
  std::vector<std::int64_t> infrequent{};  ///< positions in `categories`, ascending
  std::int64_t drop = -1;                  ///< position in the reduced list (frequent ones, then the group); -1: none

  /// The frequent categories in order, then the group of infrequent ones.
  std::vector<ReducedCategory> reduced() const {
    std::vector<ReducedCategory> list;
    for (std::size_t i = 0; i < categories.size(); ++i) {
      if (!is_infrequent(i)) list.push_back({i, false});
    }
    if (!infrequent.empty()) list.push_back({0, true});
    return list;
  }
  /// The reduced list without the dropped one: one output each.
  std::vector<ReducedCategory> outputs() const {
    std::vector<ReducedCategory> list = reduced();
    if (drop >= 0) list.erase(list.begin() + static_cast<std::ptrdiff_t>(drop));
    return list;
  }
  std::optional<ReducedCategory> dropped() const {
    if (drop < 0) return std::nullopt;
    return reduced()[static_cast<std::size_t>(drop)];
  }
  /// The output of every category, counted from `first`; -1 for a dropped one.
  std::vector<std::int32_t> targets(std::int32_t first) const {
    std::vector<std::int32_t> targets(categories.size(), -1);
    const std::vector<ReducedCategory> list = outputs();
    for (std::size_t k = 0; k < list.size(); ++k) {
      const auto target = first + static_cast<std::int32_t>(k);
      if (!list[k].is_group) targets[list[k].position] = target;
      if (!list[k].is_group) continue;
      for (const std::int64_t i : infrequent) targets[static_cast<std::size_t>(i)] = target;
    }
    return targets;
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
    visit("drop", self.drop);
  }
  friend bool operator==(const OneHotColumn&, const OneHotColumn&) = default;

 private:
  bool is_infrequent(std::size_t i) const {
    return std::binary_search(infrequent.begin(), infrequent.end(), static_cast<std::int64_t>(i));
  }
};

/// The fitted state of an encoder, the same whether it reads numbers or text.
struct OneHotState {
  HandleUnknown handle_unknown_ = HandleUnknown::error;
  std::vector<OneHotColumn> columns_{};
  friend bool operator==(const OneHotState&, const OneHotState&) = default;
};

/// The distinct values of a column as categories: sorted, equal ones (-0.0 and 0.0) once; None after them, NaN last
/// (numpy's order for both).
template <class Cell>
Array categories_of(const ColumnValues<Cell>& column) {
  if constexpr (Number<Cell>) {
    Array::Reals values;
    for (std::size_t i = 0; i < column.size(); ++i) {
      const double value = column.value(i);
      if (values.empty() || values.back() < value) values.push_back(value);
    }
    if (column.nan() != 0) store_nan(&values.emplace_back());
    return Array(std::move(values), dtype_of<Cell>);
  } else {
    Array::Texts texts;
    for (std::size_t i = 0; i < column.size(); ++i) texts.emplace_back(column.value(i));
    if (column.none() != 0) texts.emplace_back(Text(Missing::none));
    if (column.nan() != 0) texts.emplace_back(Text(Missing::nan));
    return Array(std::move(texts));
  }
}

inline void put_missing(Text* cell) noexcept { *cell = Text(Missing::none); }
template <Number T>
void put_missing(T* cell) noexcept {
  store_nan(cell);
}

/// A cell for people: the start of a text, its control characters escaped so that it cannot forge a line of a log.
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

/// Categories are of the cell's kind, representable in it, unique, and ascending if they are numbers.
template <class Cell>
void check_categories(const Place& at, const Array& categories) {
  constexpr bool text = std::is_same_v<Cell, Text>;
  (at / "dtype").require(categories.is_text() == text, text ? "string" : "numbers", name(categories.dtype()));
  at.require(!categories.empty(), "at least 1 category", "none");
  at.require(categories.size() < (std::size_t{1} << 31), "fewer than 2^31 categories", "more");
  const CategoryIndex<Cell> index(categories);
  std::optional<double> last;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const Cell cell = CategoryIndex<Cell>::cell_at(categories, i);
    const auto fail = [&](std::string expected) { (at / "values")[i].fail(expected, python_text(categories, i)); };
    if (index.find(&cell) != static_cast<std::int32_t>(i)) fail("a category that is not listed before");
    if constexpr (!text) {
      if (categories.missing(i) != Missing::no) continue;
      if (!representable<Cell>(categories, i)) fail("a value that is exact in " + std::string(name(dtype_of<Cell>)));
      if (last && !(*last < categories.real(i))) fail("ascending values");
      last = categories.real(i);
    }
  }
}

template <class Cell>
void check_one_hot_column(const Place& at, const OneHotColumn& column) {
  check_categories<Cell>(at / "categories", column.categories);
  const std::vector<std::int64_t>& infrequent = column.infrequent;
  for (std::size_t k = 0; k < infrequent.size(); ++k) {
    const bool inside = infrequent[k] >= 0 && infrequent[k] < static_cast<std::int64_t>(column.categories.size());
    if (inside && (k == 0 || infrequent[k - 1] < infrequent[k])) continue;
    (at / "infrequent")[k].fail("ascending positions in categories", std::to_string(infrequent[k]));
  }
  const auto choices = static_cast<std::int64_t>(column.reduced().size());
  if (column.drop < -1 || column.drop >= choices) {
    (at / "drop").fail("-1 or a position in the reduced list of " + std::to_string(choices),
                       std::to_string(column.drop));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
