// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/encoders_of.hpp"
#include "prepguard/detail/row_findings.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/transformer_base.hpp"

// The categories that the encoders of a pipeline know. Those which refuse all others find them on their own;
// looked up here are the columns of those that make something of an unknown one and say nothing.
namespace prepguard::inline PREPGUARD_ABI::detail {

template <Number T>
class KnownCategories {
 public:
  template <class Prep>
  KnownCategories(const Prep& prep, const Layout& layout, const std::vector<std::string>& names) {
    refuses_.resize(layout.size());
    for (std::size_t j = 0; j < layout.size(); ++j) {
      encoders_of(prep, j, [&](const Array& categories, const Array& more, bool refuses) {
        if (refuses) {
          refuses_[j] = true;
        } else {
          entries_.push_back(
              {j, layout.slot(j), names[j], expected_category(categories), index_of(categories, more)});
        }
      });
    }
  }

  /// Whether an encoder refuses unknown categories of column `j`.
  bool refuses(std::size_t j) const noexcept { return refuses_[j]; }
  /// The columns with an encoder that does not, in order, some of them perhaps more than once.
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t column(std::size_t k) const noexcept { return entries_[k].column; }
  /// The name of a column that has an entry, and `one of 3 categories seen in training (Biscoe, Dream, ...)`.
  const std::string& name(std::size_t j) const noexcept { return entry(j)->name; }
  const std::string& expected(std::size_t j) const noexcept { return entry(j)->expected; }
  bool has(std::size_t j) const noexcept { return entry(j) != entries_.end(); }

  /// Whether entry `k` knows the cell of row `i`; a missing one is none of its business.
  template <class In>
  bool knows(std::size_t k, const In& in, std::size_t i) const noexcept {
    const Entry& entry = entries_[k];
    if (const auto* index = std::get_if<CategoryIndex<Text>>(&entry.index)) {
      const MatrixView<const Text> texts = texts_of(in);
      return texts(i, entry.slot).is_missing() || index->find(&texts(i, entry.slot)) >= 0;
    }
    const auto& numbers = numbers_of(in);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(numbers(0, 0))>, T>) {
      const T& cell = numbers(i, entry.slot);
      return is_nan(&cell) || std::get_if<CategoryIndex<T>>(&entry.index)->find(&cell) >= 0;
    } else {
      return true;  // rows of text have no numbers
    }
  }
  /// True if each of the entries `which` knows its cells of all rows.
  template <class In>
  bool knows_all(const std::vector<std::size_t>& which, const In& in) const noexcept {
    for (const std::size_t k : which) {
      for (std::size_t i = 0; i < in.rows(); ++i) {
        if (!knows(k, in, i)) return false;
      }
    }
    return true;
  }

 private:
  using Index = std::variant<CategoryIndex<Text>, CategoryIndex<T>>;
  struct Entry {
    std::size_t column, slot;
    std::string name, expected;
    Index index;
  };

  /// The first entry of a column; past the last one if it has none.
  typename std::vector<Entry>::const_iterator entry(std::size_t j) const noexcept {
    return std::find_if(entries_.begin(), entries_.end(),
                        [j](const Entry& some) { return some.column == j; });
  }

  static Index index_of(const Array& categories, const Array& more) {
    if (categories.is_text()) {
      Array::Texts all = categories.texts();
      if (!more.empty()) all.insert(all.end(), more.texts().begin(), more.texts().end());
      return CategoryIndex<Text>(Array(std::move(all)));
    }
    Array::Reals all;
    for (const Array* some : {&categories, &more}) {
      for (std::size_t i = 0; i < some->size(); ++i) all.push_back(some->real(i));
    }
    return CategoryIndex<T>(Array(std::move(all)));
  }

  std::vector<bool> refuses_{};
  std::vector<Entry> entries_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
