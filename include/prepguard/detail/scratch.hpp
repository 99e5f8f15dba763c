// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Working memory of one thread: blocks that are handed out and taken back like a stack and kept for the next call,
/// so that a steady state allocates nothing. Memory never moves while it is in use.
class Arena {
 public:
  /// The end of what is in use.
  using Mark = std::byte*;

  static Arena& of_this_thread() {
    thread_local Arena arena;
    return arena;
  }

  Mark mark() const noexcept { return next_; }
  void release(Mark mark) noexcept {
    if (is_inside(mark, begin_, static_cast<std::size_t>(end_ - begin_))) [[likely]] {
      next_ = mark;
    } else {
      release_elsewhere(mark);
    }
  }
  /// Gives everything back to the system; nothing may be in use.
  void free_all() noexcept {
    blocks_.clear();
    begin_ = next_ = end_ = nullptr;
  }

  void* take(std::size_t bytes) {
    bytes = (bytes + 63) & ~std::size_t{63};
    if (bytes > static_cast<std::size_t>(end_ - next_)) [[unlikely]]
      return take_elsewhere(bytes);
    return std::exchange(next_, next_ + bytes);
  }

 private:
  static constexpr std::size_t first_block = std::size_t{64} << 10;
  static constexpr std::align_val_t line{64};
  struct Free {
    void operator()(std::byte* p) const noexcept { ::operator delete(p, line); }
  };
  struct Block {
    std::unique_ptr<std::byte[], Free> memory;
    std::size_t size;
  };

  /// From the first of the blocks behind that has room, or a new one.
  [[gnu::noinline]] void* take_elsewhere(std::size_t bytes) {
    std::size_t k = end_ == nullptr ? 0 : block_ + 1;
    while (k < blocks_.size() && blocks_[k].size < bytes) ++k;
    if (k == blocks_.size()) {
      const std::size_t size = std::max(bytes, first_block << std::min<std::size_t>(k, 10));
      blocks_.push_back(
          {std::unique_ptr<std::byte[], Free>(static_cast<std::byte*>(::operator new(size, line))), size});
    }
    go_to(k);
    return std::exchange(next_, next_ + bytes);
  }
  /// A mark in a block before, or of the time before the first; a full block's mark is its end.
  [[gnu::noinline]] void release_elsewhere(Mark mark) noexcept {
    if (blocks_.empty()) return;
    std::size_t k = mark == nullptr ? 0 : block_;
    while (k != 0 && !is_inside(mark, blocks_[k].memory.get(), blocks_[k].size + 1)) --k;
    go_to(k);
    if (mark != nullptr) next_ = mark;
  }
  /// Whether `mark` is one of `size` bytes; one comparison, of what may be pointers to different memory.
  static bool is_inside(Mark mark, const std::byte* begin, std::size_t size) noexcept {
    return reinterpret_cast<std::uintptr_t>(mark) - reinterpret_cast<std::uintptr_t>(begin) < size;
  }
  void go_to(std::size_t k) noexcept {
    block_ = k;
    begin_ = next_ = blocks_[k].memory.get();
    end_ = begin_ + blocks_[k].size;
  }

  std::vector<Block> blocks_{};
  std::size_t block_ = 0;
  std::byte *begin_ = nullptr, *next_ = nullptr, *end_ = nullptr;  // of block_
};

/// What is taken from a frame is given back when the frame ends. Frames of one thread nest.
class ScratchFrame {
 public:
  ScratchFrame() : arena_(Arena::of_this_thread()), mark_(arena_.mark()) {}
  ~ScratchFrame() { arena_.release(mark_); }
  ScratchFrame(const ScratchFrame&) = delete;
  ScratchFrame& operator=(const ScratchFrame&) = delete;

  /// `rows` x `cols` cells whose values are not set, row after row.
  template <class T>
  MatrixView<T> matrix(std::size_t rows, std::size_t cols) {
    std::size_t cells = 0;  // no division: it takes longer than all the rest
    if (__builtin_mul_overflow(rows, cols, &cells) || cells > static_cast<std::size_t>(-1) / 2 / sizeof(T))
      throw std::bad_array_new_length();
    return {cells == 0 ? nullptr : static_cast<T*>(arena_.take(cells * sizeof(T))), rows, cols};
  }

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail

namespace prepguard::inline PREPGUARD_ABI {

/// Gives this thread's working memory (kept between calls so that they need not allocate) back to the system.
/// Must not be called from inside a model or a hook that runs during a call.
inline void release_thread_memory() noexcept { detail::Arena::of_this_thread().free_all(); }

}  // namespace prepguard::inline PREPGUARD_ABI
