// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/category_entry.hpp"
#include "prepguard/error.hpp"
#include "prepguard/text.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The first and the last bytes of a text as two words. With the size they are all of a text of at most 16
/// bytes.
struct TextEnds {
  std::uint64_t first = 0, last = 0;
  std::size_t size = 0;

  static TextEnds of(std::string_view text) noexcept {
    const char* const data = text.data();
    const std::size_t size = text.size();
    if (size >= 8) [[likely]]
      return {word<std::uint64_t>(data), word<std::uint64_t>(data + size - 8), size};
    if (size >= 4)
      return {word<std::uint32_t>(data) | std::uint64_t{word<std::uint32_t>(data + size - 4)} << 32, 0, size};
    if (size == 0) return {};
    const auto byte = [data](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(data[at])}; };
    return {byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16, 0, size};
  }
  static constexpr std::size_t longest = 16;  // of the texts whose ends are all of them

  template <class Word>
  static Word word(const char* at) noexcept {
    Word w;
    std::memcpy(&w, at, sizeof w);
    return w;
  }
};

/// Hash of a text with these ends, which is at `data`.
inline std::uint64_t hash_of(const TextEnds& ends, const char* data) noexcept {
  std::uint64_t hash = mix(ends.first ^ ends.size << 32, ends.last);
  if (ends.size > TextEnds::longest) [[unlikely]] {
    for (std::size_t at = 8; at + 8 < ends.size; at += 8)
      hash = mix(hash, TextEnds::word<std::uint64_t>(data + at));
  }
  return hash;
}
inline std::uint64_t hash_of(std::string_view text) noexcept { return hash_of(TextEnds::of(text), text.data()); }

/// Texts to entries: an open hash table that owns the bytes of long texts, the short ones are in its slots.
/// The two ways of being missing have entries of their own.
class TextIndex {
 public:
  TextIndex() = default;
  /// `unknown`: the entry of texts that are no category.
  explicit TextIndex(CategoryEntry unknown) : unknown_(unknown) { missing_.fill(unknown); }

  /// One of `count` texts, none of them twice.
  void insert(const Text& text, CategoryEntry entry, std::size_t count) {
    if (slots_.empty()) slots_.resize(std::bit_ceil(2 * count + 1));
    if (text.is_missing()) {
      CategoryEntry& missing = missing_[static_cast<std::size_t>(text.missing())];
      if (missing.position < 0) missing = entry;  // of a category listed twice the first is found
      return;
    }
    const std::string_view view = text.view();
    if (view.size() >= empty) throw Error(Errc::bad_state, "categories", "a text of 4 GiB or more");
    const TextEnds ends = TextEnds::of(view);
    std::size_t at = hash_of(ends, view.data()) & (slots_.size() - 1);
    while (slots_[at].size != empty) at = next(at);
    slots_[at] = {ends.first, ends.last, static_cast<std::uint32_t>(view.size()), entry,
                  static_cast<std::uint32_t>(long_.size())};
    if (view.size() > TextEnds::longest) long_.emplace_back(view);
  }

  /// Called once after the last `insert`.
  void settle() {
    if (slots_.empty()) slots_.resize(1);
  }

  CategoryEntry look_up(const Text* cell) const noexcept {
    if (cell->is_missing()) [[unlikely]]
      return missing_[static_cast<std::size_t>(cell->missing())];
    const char* const data = cell->view().data();
    const TextEnds ends = TextEnds::of(cell->view());
    return entry_of(ends, data, hash_of(ends, data));
  }

  /// `use(i, entry)` for `rows` cells, `stride` apart. No row waits for another, so the CPU overlaps their
  /// multiplications and loads by itself; hashing several rows ahead is slower.
  template <class Use>
  void for_each(const Text* cells, std::ptrdiff_t stride, std::size_t rows, Use&& use) const noexcept {
    for (std::size_t i = 0; i < rows; ++i, cells += stride) use(i, look_up(cells));
  }

 private:
  static constexpr std::uint32_t empty = std::numeric_limits<std::uint32_t>::max();
  struct Slot {
    std::uint64_t first = 0, last = 0;
    std::uint32_t size = empty;
    CategoryEntry entry{};
    std::uint32_t rest = 0;  // of a long text: which of them
  };

  CategoryEntry entry_of(const TextEnds& ends, const char* data, std::uint64_t hash) const noexcept {
    for (std::size_t at = hash & (slots_.size() - 1);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.size == empty) return unknown_;
      if (slot.first == ends.first && slot.last == ends.last && slot.size == ends.size &&
          is_long_text(slot, data))
        return slot.entry;
    }
  }
  /// Whether the middle of a text is that of the slot, whose ends and size are its own.
  bool is_long_text(const Slot& slot, const char* data) const noexcept {
    if (slot.size <= TextEnds::longest) [[likely]]
      return true;
    return std::memcmp(long_[slot.rest].data(), data, slot.size) == 0;
  }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

  CategoryEntry unknown_{};
  std::array<CategoryEntry, 3> missing_{};  // by Missing
  std::vector<Slot> slots_{};
  std::vector<std::string> long_{};  // the texts of more than 16 bytes
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
