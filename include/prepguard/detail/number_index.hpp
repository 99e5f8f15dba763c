// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "prepguard/detail/category_entry.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A number as a key that compares like numpy's category test: equal values share a key (so -0.0 and +0.0 do,
/// and all NaN), different ones never do. By bits, so no flag can change it.
template <Number T>
std::uint64_t key_of(const T* x) noexcept {
  const Bits<T> bits = bits_of(x), magnitude = bits & FloatBits<T>::magnitude;
  if (magnitude > FloatBits<T>::exponent) return ~std::uint64_t{0};
  return magnitude == 0 ? 0 : static_cast<std::make_unsigned_t<Bits<T>>>(bits);
}

/// Numbers to entries: an open hash table, and beside it, where the categories are whole numbers that lie
/// close enough together, a table with an entry for every whole number between the least and the greatest of
/// them.
template <Number T>
class NumberIndex {
 public:
  NumberIndex() : NumberIndex(CategoryEntry{}) {}
  /// `unknown`: the entry of numbers that are no category.
  explicit NumberIndex(CategoryEntry unknown) : unknown_(unknown) {}

  /// One of `count` numbers, none of them twice.
  void insert(const T& number, CategoryEntry entry, std::size_t count) {
    if (slots_.empty()) slots_.resize(std::bit_ceil(2 * count + 1));
    const std::uint64_t key = key_of(&number);
    std::size_t at = start(key);
    while (slots_[at].key != empty) at = next(at);
    slots_[at] = {key, entry};
    if (key == nan) return;
    ++numbers_;
    std::int32_t whole = 0;
    if (!to_whole(&number, whole)) return;
    wholes_.push_back(whole);
    entries_.push_back(entry);
  }

  /// Called once after the last `insert`.
  void settle() {
    if (slots_.empty()) slots_.resize(1);
    if (numbers_ != 0 && wholes_.size() == numbers_) build_table();
    wholes_ = {};
    entries_ = {};
  }

  CategoryEntry look_up(const T* cell) const noexcept {
    std::int32_t whole = 0;
    if (!table_.empty() && to_whole(cell, whole)) [[likely]] {
      const std::uint64_t at = place(whole, least_);
      if (at < table_.size()) return table_[at];
      return unknown_;
    }
    return hashed(cell);
  }

  /// `use(i, entry)` for `rows` cells, `stride` apart.
  template <class Use>
  void for_each(const T* cells, std::ptrdiff_t stride, std::size_t rows, Use&& use) const noexcept {
    // In variables: what `use` writes might be members of this.
    const CategoryEntry* const table = table_.data();
    const std::uint64_t size = table_.size();
    const std::int64_t least = least_;
    for (std::size_t i = 0; i < rows; ++i, cells += stride) {
      std::int32_t whole = 0;
      const bool is_whole = to_whole(cells, whole);
      const std::uint64_t at = place(whole, least);
      use(i, is_whole && at < size ? table[at] : hashed(cells));
    }
  }

 private:
  struct Slot {
    std::uint64_t key = empty;
    CategoryEntry entry{};
  };
  static constexpr std::uint64_t nan = ~std::uint64_t{0};
  static constexpr std::uint64_t empty = std::uint64_t{1} << 63;  // -0.0, whose key is that of 0.0

  /// Whether `*x` is a whole number below 2^31 in size (and not -0.0), and which. Integer comparisons before
  /// and after, so that no number is converted that an int cannot hold, and no flag has a say.
  static bool to_whole(const T* x, std::int32_t& whole) noexcept {
    constexpr auto limit = std::bit_cast<Bits<T>>(T(0x1p31));
    const Bits<T> bits = bits_of(x);
    if ((bits & FloatBits<T>::magnitude) >= limit) return false;
    whole = static_cast<std::int32_t>(*x);
    const T back = static_cast<T>(whole);
    return std::bit_cast<Bits<T>>(back) == bits;
  }
  static std::uint64_t place(std::int32_t whole, std::int64_t least) noexcept {
    return static_cast<std::uint64_t>(whole - least);  // huge for what is less
  }

  void build_table() {
    const auto [least, greatest] = std::minmax_element(wholes_.begin(), wholes_.end());
    const std::uint64_t span = place(*greatest, *least) + 1;
    if (span > 8 * wholes_.size() + 256) return;
    least_ = *least;
    table_.assign(span, unknown_);
    // From the last one, so that of a category listed twice the first is found, as in the hash table.
    for (std::size_t i = wholes_.size(); i-- > 0;) table_[place(wholes_[i], least_)] = entries_[i];
  }

  [[gnu::noinline]] CategoryEntry hashed(const T* cell) const noexcept {
    const std::uint64_t key = key_of(cell);
    for (std::size_t at = start(key);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.key == key) return slot.entry;
      if (slot.key == empty) return unknown_;
    }
  }
  std::size_t start(std::uint64_t key) const noexcept { return mix(key, key) & (slots_.size() - 1); }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

  CategoryEntry unknown_{};
  std::vector<Slot> slots_{};
  std::vector<CategoryEntry> table_{};  // of least_, least_ + 1, ...; empty: there is none
  std::int64_t least_ = 0;
  // Until it is settled: the categories that are whole numbers, and how many are numbers at all.
  std::vector<std::int32_t> wholes_{};
  std::vector<CategoryEntry> entries_{};
  std::size_t numbers_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
