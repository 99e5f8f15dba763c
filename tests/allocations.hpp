// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

// Counting, and failing, the heap allocations of a thread: allocations.cpp replaces operator new.

/// How often this thread has asked operator new for memory so far.
std::uint64_t allocations() noexcept;

/// Allocations of this thread less what it has given back.
std::int64_t live_allocations() noexcept;

/// For its lifetime, `successes` allocations of this thread succeed, the next one fails, and those after it
/// succeed.
class FailAllocation {
 public:
  explicit FailAllocation(std::size_t successes) noexcept;
  ~FailAllocation();
  FailAllocation(const FailAllocation&) = delete;
  FailAllocation& operator=(const FailAllocation&) = delete;
};
