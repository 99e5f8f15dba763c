// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/text.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Spreads the bits of two words over one: the two halves of a 128-bit product.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e37'79b9'7f4a'7c15U) * (b ^ 0xd6e8'feb8'6659'fd93U);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Hash of the bytes of a text; reads whole words, the last two of which may overlap.
inline std::uint64_t hash_of(std::string_view text) noexcept {
  const auto word = [&text](std::size_t at) {
    std::uint64_t w = 0;
    std::memcpy(&w, text.data() + at, 8);
    return w;
  };
  const std::size_t size = text.size();
  if (size < 8) {
    std::uint64_t w = 0;
    for (std::size_t i = 0; i < size; ++i) w = (w << 8) | static_cast<unsigned char>(text[i]);
    return mix(w, size);
  }
  std::uint64_t hash = size;
  for (std::size_t at = 0; at + 8 < size; at += 8) hash = mix(hash, word(at));
  return mix(hash, word(size - 8));
}

/// A number as a key that compares like numpy's category test: equal values share a key (so -0.0 and +0.0 do, and
/// all NaN), different ones never do. By bits, so no flag can change it.
template <Number T>
std::uint64_t key_of(const T* x) noexcept {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits sign = Bits{1} << (8 * sizeof(T) - 1);
  Bits bits;
  std::memcpy(&bits, x, sizeof bits);
  if (is_nan(x)) return ~std::uint64_t{0};
  return bits == sign ? 0 : bits;
}

/// Finds the position of a cell among the categories of a column: an open hash table, built once, that owns the
/// bytes of its texts, so that it may be copied.
template <class Cell>
class CategoryIndex {
 public:
  CategoryIndex() = default;

  /// `categories` holds text for `Text`, numbers representable in `Cell` otherwise; no category twice.
  explicit CategoryIndex(const Array& categories) {
    slots_.resize(std::bit_ceil(2 * categories.size() + 1));
    for (std::size_t i = 0; i < categories.size(); ++i) insert(cell_at(categories, i), static_cast<std::int32_t>(i));
  }

  /// Position of `*cell` in the categories, or -1.
  std::int32_t find(const Cell* cell) const noexcept {
    const std::uint64_t hash = hash_cell(cell);
    for (std::size_t at = start(hash);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.position < 0 || (slot.hash == hash && holds(slot, *cell))) return slot.position;
    }
  }

  /// Category `i` as a cell.
  static Cell cell_at(const Array& categories, std::size_t i) {
    if constexpr (Number<Cell>) {
      return static_cast<Cell>(categories.real(i));
    } else {
      return categories.texts()[i];
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::size_t offset = 0;  // of a text in bytes_
    std::size_t size = 0;
    std::int32_t position = -1;
    Missing missing = Missing::no;
  };

  static std::uint64_t hash_cell(const Cell* cell) noexcept {
    if constexpr (Number<Cell>) {
      return key_of(cell);
    } else {
      return cell->is_missing() ? ~static_cast<std::uint64_t>(cell->missing()) : hash_of(cell->view());
    }
  }
  /// For a slot of equal hash. Equal hashes of numbers mean equal numbers; texts are compared.
  bool holds(const Slot& slot, const Cell& cell) const noexcept {
    if constexpr (Number<Cell>) {
      return true;
    } else {
      return slot.missing == cell.missing() && slot.size == cell.view().size() &&
             (slot.size == 0 || std::memcmp(bytes_.data() + slot.offset, cell.view().data(), slot.size) == 0);
    }
  }

  std::size_t start(std::uint64_t hash) const noexcept {
    return (Number<Cell> ? mix(hash, hash) : hash) & (slots_.size() - 1);
  }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

  void insert(const Cell& cell, std::int32_t position) {
    Slot slot{.hash = hash_cell(&cell), .position = position};
    if constexpr (!Number<Cell>) {
      slot.offset = bytes_.size();
      slot.size = cell.view().size();
      slot.missing = cell.missing();
      bytes_ += cell.view();
    }
    std::size_t at = start(slot.hash);
    while (slots_[at].position >= 0) at = next(at);
    slots_[at] = slot;
  }

  std::vector<Slot> slots_{};
  std::string bytes_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
