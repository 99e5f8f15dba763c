// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/row_findings.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/text.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Rows a window, the unit in which a stream is judged.
inline constexpr std::size_t window_rows = 256;

/// A text as a number: equal texts have equal marks, others hardly ever (1 in 2^32); missing ones 0.
inline std::uint32_t mark_of(const Text& text) noexcept {
  if (text.is_missing()) return 0;
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text.view())) | 1U;
}

/// Where rows of many threads are collected until a window is full. Nobody waits: a thread claims places,
/// copies its rows there and says so; whoever fills the last place judges the window, while the others go on
/// in the second one. If that is full too, their rows are not looked at.
template <class T>
class RowWindows {
 public:
  /// Places in a window that a thread has claimed.
  struct Claim {
    std::size_t window = 0, first = 0, count = 0;
  };

  RowWindows(std::size_t numbers, std::size_t texts)
      : columns_((numbers + 15) / 16 * 16), texts_(texts), windows_{Window(*this), Window(*this)} {
    windows_[1].number = 1;
  }

  std::size_t columns() const noexcept { return columns_; }
  const T* cells(std::size_t window) const noexcept { return windows_[window].cells.data(); }
  const std::uint32_t* marks(std::size_t window) const noexcept { return windows_[window].marks.data(); }
  std::size_t texts() const noexcept { return texts_; }

  /// At most `rows` places in the window that is being filled; none if it is still being judged.
  Claim claim(std::size_t rows) noexcept {
    std::uint64_t next = next_.load(std::memory_order_relaxed);
    for (;;) {
      const std::size_t window = (next / window_rows) % 2, first = next % window_rows;
      if (windows_[window].number.load(std::memory_order_acquire) != next / window_rows) return {};
      const std::size_t count = std::min(rows, window_rows - first);
      if (next_.compare_exchange_weak(next, next + count, std::memory_order_relaxed))
        return {window, first, count};
    }
  }
  template <class In>
  void put(const Claim& claim, std::size_t place, const In& tile, std::size_t row) noexcept {
    Window& window = windows_[claim.window];
    const auto numbers = numbers_of(tile);
    const auto texts = texts_of(tile);
    if (numbers.cols() != 0) {
      __builtin_memcpy(window.cells.data() + (claim.first + place) * columns_, numbers.row(row),
                       numbers.cols() * sizeof(T));
    }
    for (std::size_t j = 0; j < texts_; ++j)
      window.marks[(claim.first + place) * texts_ + j] = mark_of(texts(row, j));
  }
  /// The rows of a claim are there. True if the window is full: then the caller judges it and calls `reopen`.
  bool filled(const Claim& claim) noexcept {
    return windows_[claim.window].filled.fetch_add(claim.count, std::memory_order_acq_rel) + claim.count ==
           window_rows;
  }
  /// How many rows are in a full window: fewer than `window_rows` if it was closed early.
  std::size_t rows(std::size_t window) const noexcept {
    return windows_[window].rows.load(std::memory_order_relaxed);
  }
  void reopen(std::size_t window) noexcept {
    windows_[window].filled.store(0, std::memory_order_relaxed);
    windows_[window].rows.store(window_rows, std::memory_order_relaxed);
    windows_[window].number.fetch_add(2, std::memory_order_release);
  }

  /// Claims all places that are left, for no rows; none if no row is waiting.
  Claim close() noexcept {
    std::uint64_t next = next_.load(std::memory_order_relaxed);
    for (;;) {
      const std::size_t window = (next / window_rows) % 2, first = next % window_rows;
      if (first == 0 || windows_[window].number.load(std::memory_order_acquire) != next / window_rows)
        return {};
      const std::size_t count = window_rows - first;
      if (!next_.compare_exchange_weak(next, next + count, std::memory_order_relaxed)) continue;
      windows_[window].rows.store(first, std::memory_order_relaxed);
      return {window, first, count};
    }
  }

 private:
  struct Window {
    explicit Window(const RowWindows& all)
        : cells(window_rows * all.columns_), marks(window_rows * all.texts_) {}
    Window(Window&& other) noexcept : cells(std::move(other.cells)), marks(std::move(other.marks)) {}

    std::vector<T> cells;                  // columns_ a row
    std::vector<std::uint32_t> marks;      // texts_ a row
    std::atomic<std::uint64_t> number{0};  // which window of the stream may be filled here
    std::atomic<std::size_t> filled{0}, rows{window_rows};
  };

  std::size_t columns_, texts_;
  std::array<Window, 2> windows_;
  alignas(64) std::atomic<std::uint64_t> next_{0};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
