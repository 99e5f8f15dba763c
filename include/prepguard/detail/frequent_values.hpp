// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/report.hpp"
#include "prepguard/version.hpp"

// Which unknown categories came most often, in memory that does not grow with what is sent.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The start of a text, at most `most` bytes, that cuts no UTF-8 character in two.
inline std::string_view start_of(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  std::size_t end = most;
  const auto continues = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U; };
  while (end > most - 3 && continues()) --end;
  return text.substr(0, continues() ? most : end);  // what is no UTF-8 is cut anywhere
}

/// The most frequent of any number of values (Misra and Gries, 1982): every count is at most `values() / 17`
/// below the true one and never above it, so a value that makes up more than a 17th of all is among them.
class FrequentValues {
 public:
  static constexpr std::size_t kept = 16, longest = 64;

  void add(std::string_view value) noexcept {
    ++values_;
    value = start_of(value, longest);
    Entry* free = nullptr;
    for (Entry& entry : entries_) {
      if (entry.count == 0) {
        free = &entry;
      } else if (entry.text() == value) {
        ++entry.count;
        return;
      }
    }
    if (free != nullptr) return free->become(value);
    for (Entry& entry : entries_) --entry.count;
  }

  std::uint64_t values() const noexcept { return values_; }
  /// The values with their counts, most frequent first, equally frequent ones by their bytes.
  std::vector<std::pair<std::string, std::uint64_t>> top() const {
    std::vector<std::pair<std::string, std::uint64_t>> made;
    for (const Entry& entry : entries_) {
      if (entry.count != 0) made.emplace_back(entry.text(), entry.count);
    }
    std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return made;
  }

 private:
  struct Entry {
    std::uint64_t count = 0;
    std::size_t size = 0;
    std::array<char, longest> bytes{};

    std::string_view text() const noexcept { return {bytes.data(), size}; }
    void become(std::string_view value) noexcept {
      count = 1;
      size = value.size();
      std::memcpy(bytes.data(), value.data(), size);
    }
  };

  std::array<Entry, kept> entries_{};
  std::uint64_t values_ = 0;
};

/// The unknown categories of every column. Threads may add at once; nothing is locked until one is found.
class UnknownValues {
 public:
  UnknownValues() = default;
  UnknownValues(const UnknownValues&) = delete;
  UnknownValues& operator=(const UnknownValues&) = delete;

  /// Allocates for the first unknown category of a column only.
  void add(const std::string& column, std::string_view value) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, values] : columns_) {
      if (name == column) return values->add(value);
    }
    columns_.emplace_back(column, std::make_unique<FrequentValues>());
    columns_.back().second->add(value);
  }
  std::vector<UnknownCategories> snapshot() const {
    const std::lock_guard lock(mutex_);
    std::vector<UnknownCategories> made;
    for (const auto& [name, values] : columns_) made.push_back({name, values->values(), values->top()});
    return made;
  }
  void clear() noexcept {
    const std::lock_guard lock(mutex_);
    columns_.clear();
  }
  /// Takes what `other` has, which is then empty.
  void take(UnknownValues& other) noexcept {
    const std::scoped_lock lock(mutex_, other.mutex_);
    columns_ = std::move(other.columns_);
    other.columns_.clear();
  }

 private:
  mutable std::mutex mutex_{};
  std::vector<std::pair<std::string, std::unique_ptr<FrequentValues>>> columns_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
