// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

/// Memory between two pages that nobody may touch: an access one byte outside ends the program.
class GuardedMemory {
 public:
  explicit GuardedMemory(std::size_t capacity)
      : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
        size_((capacity + page_ - 1) / page_ * page_),
        all_(static_cast<char*>(
            mmap(nullptr, size_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    if (all_ == MAP_FAILED || mprotect(all_ + page_, size_, PROT_READ | PROT_WRITE) != 0)
      throw std::bad_alloc();
  }
  ~GuardedMemory() { munmap(all_, size_ + 2 * page_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  /// `count` cells that begin just after the first forbidden page.
  template <class T>
  T* first(std::size_t) const {
    return reinterpret_cast<T*>(all_ + page_);
  }

  /// `count` cells that end just before the second forbidden page.
  template <class T>
  T* last(std::size_t count) const {
    return reinterpret_cast<T*>(all_ + page_ + size_) - count;
  }

 private:
  std::size_t page_;
  std::size_t size_;
  char* all_;
};
