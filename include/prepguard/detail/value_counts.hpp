// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/text_index.hpp"
#include "prepguard/version.hpp"

// How often values were there: counted by hashing while few differ, by sorting where many do.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Sorts integers, some bits a pass; passes in which all are alike are left out.
template <class Key>
void sort_keys(std::vector<Key>& keys) {
  using Unsigned = std::make_unsigned_t<Key>;
  constexpr std::size_t bits = 8, values = std::size_t{1} << bits,
                        passes = (8 * sizeof(Key) + bits - 1) / bits;
  if (keys.size() < values) {
    std::sort(keys.begin(), keys.end());
    return;
  }
  constexpr Unsigned sign = Unsigned{1} << (8 * sizeof(Key) - 1);  // negative ones come first
  const auto digit = [](Key key, std::size_t pass) {
    return static_cast<std::size_t>((static_cast<Unsigned>(key) ^ sign) >> (bits * pass)) % values;
  };
  std::vector<std::size_t> starts(passes * values);
  for (const Key key : keys) {
    for (std::size_t pass = 0; pass < passes; ++pass) ++starts[pass * values + digit(key, pass)];
  }
  std::vector<Key> sorted(keys.size());
  for (std::size_t pass = 0; pass < passes; ++pass) {
    std::size_t* const next = starts.data() + pass * values;
    if (next[digit(keys.front(), pass)] == keys.size()) continue;
    std::size_t start = 0;
    for (std::size_t value = 0; value < values; ++value) start += std::exchange(next[value], start);
    for (const Key key : keys) sorted[next[digit(key, pass)]++] = key;
    keys.swap(sorted);
  }
}

/// Counts integers of which few differ: an open hash table, at most a quarter full.
template <class Key>
class KeyCounts {
 public:
  void add(Key key) {
    if (slots_.empty()) grow();
    Slot* slot = slot_of(key);
    if (slot->count == 0) [[unlikely]] {
      if (4 * ++used_ > slots_.size()) {
        grow();
        slot = slot_of(key);
      }
      slot->key = key;
    }
    ++slot->count;
  }
  std::size_t size() const noexcept { return used_; }
  std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const Slot& slot : slots_) sum += slot.count;
    return sum;
  }
  /// Gives the values, ascending, and how often each was there; then there are none.
  void take(std::vector<Key>& keys, std::vector<std::uint64_t>& counts) {
    for (const Slot& slot : slots_) {
      if (slot.count != 0) keys.push_back(slot.key);
    }
    sort_keys(keys);
    for (const Key key : keys) counts.push_back(slot_of(key)->count);
    *this = {};
  }
  friend bool operator==(const KeyCounts&, const KeyCounts&) = default;

 private:
  struct Slot {
    Key key = 0;
    std::uint64_t count = 0;
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  Slot* slot_of(Key key) noexcept {
    Slot* const slots = slots_.data();
    const std::size_t last = slots_.size() - 1;
    std::size_t at = static_cast<std::uint64_t>(key) * 0x9e37'79b9'7f4a'7c15U >> shift_;
    while (slots[at].key != key && slots[at].count != 0) at = (at + 1) & last;
    return slots + at;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : 2 * slots_.size());
    old.swap(slots_);
    shift_ = static_cast<unsigned>(64 - std::countr_zero(slots_.size()));
    for (const Slot& slot : old) {
      if (slot.count != 0) *slot_of(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_{};
  std::size_t used_ = 0;
  unsigned shift_ = 0;
};

/// Counts texts: an open hash table of positions among those met so far.
class TextCounts {
 public:
  void add(std::string_view text) {
    if (2 * (texts_.size() + 1) > slots_.size()) grow();
    const std::uint64_t hash = hash_of(text);
    Slot& slot = slot_of(hash, text);
    if (slot.place == 0) {
      texts_.push_back({std::string(text), 0});
      slot = {hash, texts_.size()};
    }
    ++texts_[slot.place - 1].count;
  }
  std::size_t size() const noexcept { return texts_.size(); }
  std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const Counted& text : texts_) sum += text.count;
    return sum;
  }
  /// Gives the texts in the order of their bytes, and how often each was there; then there are none.
  void take(std::vector<std::string>& texts, std::vector<std::uint64_t>& counts) {
    std::sort(texts_.begin(), texts_.end(),
              [](const Counted& a, const Counted& b) { return a.text < b.text; });
    for (Counted& text : texts_) {
      texts.push_back(std::move(text.text));
      counts.push_back(text.count);
    }
    *this = {};
  }
  friend bool operator==(const TextCounts&, const TextCounts&) = default;

 private:
  struct Counted {
    std::string text{};
    std::uint64_t count = 0;
    friend bool operator==(const Counted&, const Counted&) = default;
  };
  struct Slot {
    std::uint64_t hash = 0;
    std::size_t place = 0;  // in texts_, from 1; 0: free
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  Slot& slot_of(std::uint64_t hash, std::string_view text) noexcept {
    for (std::size_t at = hash;; ++at) {
      Slot& slot = slots_[at & (slots_.size() - 1)];
      if (slot.place == 0 || (slot.hash == hash && texts_[slot.place - 1].text == text)) return slot;
    }
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      std::size_t at = slot.hash;
      while (slot.place != 0 && slots_[at & (slots_.size() - 1)].place != 0) ++at;
      if (slot.place != 0) slots_[at & (slots_.size() - 1)] = slot;
    }
  }

  std::vector<Counted> texts_{};
  std::vector<Slot> slots_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
