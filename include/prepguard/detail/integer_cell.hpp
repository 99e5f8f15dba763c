// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "prepguard/finite.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Integers below this magnitude are exact in `T`, and no other integer is rounded to them.
template <Number T>
inline constexpr std::int64_t exact_below = std::int64_t{1} << (sizeof(T) == 4 ? 24 : 53);

/// Number `*x` as the integer it is; false if it is none, or so large that it may be a neighbour's rounding.
template <Number T>
bool to_integer(const T* x, std::int64_t& value) noexcept {
  constexpr T limit = static_cast<T>(exact_below<T>);
  if (!is_finite(x) || !(*x < limit) || !(-*x < limit)) return false;
  value = static_cast<std::int64_t>(*x);
  return static_cast<T>(value) == *x;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
