// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdlib>

#include "prepguard/version.hpp"

namespace prepguard {

namespace dispatch {

/// 1 if quotients by fitted scales are always computed by division, 0 if not, -1 while nobody has asked.
inline constinit std::atomic<int> always_divides_now{-1};

[[gnu::cold, gnu::noinline]] inline bool choose_division() noexcept {
  const char* const value = std::getenv("PREPGUARD_ALWAYS_DIVIDE");
  const int wanted = value != nullptr && *value != '\0' && *value != '0';
  int undecided = -1;
  always_divides_now.compare_exchange_strong(undecided, wanted, std::memory_order_relaxed);
  return always_divides_now.load(std::memory_order_relaxed) != 0;
}

}  // namespace dispatch

/// Whether quotients by fitted scales are computed by the machine's division throughout, and never by one of
/// the faster forms that give the same bits (docs/numerics.md): what `force_division` said last, else whether
/// the environment variable PREPGUARD_ALWAYS_DIVIDE is set to something other than 0.
inline bool always_divides() noexcept {
  const int chosen = dispatch::always_divides_now.load(std::memory_order_relaxed);
  if (chosen < 0) [[unlikely]]
    return dispatch::choose_division();
  return chosen != 0;
}

/// Makes the whole process divide throughout from now on, or no longer.
inline void force_division(bool always = true) noexcept {
  dispatch::always_divides_now.store(always ? 1 : 0, std::memory_order_relaxed);
}

}  // namespace prepguard
