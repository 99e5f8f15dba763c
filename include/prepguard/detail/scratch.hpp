// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Working memory of one thread: blocks that are handed out and taken back like a stack and kept for the next call,
/// so that a steady state allocates nothing. Memory never moves while it is in use.
class Arena {
 public:
  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;
  };

  static Arena& of_this_thread() {
    thread_local Arena arena;
    return arena;
  }

  Mark mark() const noexcept { return at_; }
  void release(Mark mark) noexcept { at_ = mark; }
  /// Gives everything back to the system; nothing may be in use.
  void free_all() noexcept {
    blocks_.clear();
    at_ = {};
  }

  void* take(std::size_t bytes) {
    bytes = (bytes + 63) & ~std::size_t{63};
    while (at_.block < blocks_.size()) {
      Block& block = blocks_[at_.block];
      if (block.size - at_.used >= bytes) {
        void* p = block.memory.get() + at_.used;
        at_.used += bytes;
        return p;
      }
      at_ = {at_.block + 1, 0};
    }
    const std::size_t size = std::max(bytes, first_block << std::min<std::size_t>(blocks_.size(), 10));
    blocks_.push_back({std::unique_ptr<std::byte[], Free>(static_cast<std::byte*>(::operator new(size, line))), size});
    at_ = {blocks_.size() - 1, bytes};
    return blocks_.back().memory.get();
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

  std::vector<Block> blocks_{};
  Mark at_{};
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
    if (rows * cols == 0) return {nullptr, rows, cols};
    if (rows > static_cast<std::size_t>(-1) / 2 / sizeof(T) / cols) throw std::bad_array_new_length();
    void* memory = arena_.take(rows * cols * sizeof(T));
    return {static_cast<T*>(memory), rows, cols};
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
