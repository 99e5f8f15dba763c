// SPDX-License-Identifier: MIT
#include "allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

// Replaces the global operator new of the test program.
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

thread_local std::uint64_t count = 0;
thread_local std::int64_t live = 0;
thread_local std::size_t successes_left = never;

void* counted(std::size_t size, std::size_t alignment) {
  if (successes_left != never && successes_left-- == 0) {
    successes_left = never;
    throw std::bad_alloc();
  }
  ++count;
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr && size != 0) throw std::bad_alloc();
  if (memory != nullptr) ++live;
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) --live;
  std::free(memory);
}

}  // namespace

std::uint64_t allocations() noexcept {
  return count;
}
std::int64_t live_allocations() noexcept {
  return live;
}

FailAllocation::FailAllocation(std::size_t successes) noexcept {
  successes_left = successes;
}
FailAllocation::~FailAllocation() {
  successes_left = never;
}

void* operator new(std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return counted(size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
