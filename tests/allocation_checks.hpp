// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <new>

#include "allocations.hpp"
#include "prepguard/detail/scratch.hpp"

/// Allocations of `action()`.
template <class Action>
std::uint64_t allocations_of(Action&& action) {
  const std::uint64_t before = allocations();
  action();
  return allocations() - before;
}

/// Allocations of the second and third of three runs: what the first one keeps is reused.
template <class Action>
std::uint64_t in_steady_state(Action&& action) {
  action();
  return allocations_of(action) + allocations_of(action);
}

/// Makes every allocation of `action(object)` fail once. Each time the object must be what it was and nothing
/// may be lost. How many failed.
template <class Object, class Action>
std::size_t check_strong(const Object& original, Action&& action) {
  for (std::size_t n = 0;; ++n) {
    bool failed = false, unchanged = true;
    prepguard::release_thread_memory();
    const std::int64_t live = live_allocations();
    {
      Object object = original;
      try {
        const FailAllocation fail(n);
        action(object);
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      if (failed) unchanged = object == original;
    }
    prepguard::release_thread_memory();
    const std::int64_t lost = live_allocations() - live;
    CAPTURE(n);
    REQUIRE(unchanged);
    REQUIRE(lost == 0);
    if (!failed) return n;
  }
}
