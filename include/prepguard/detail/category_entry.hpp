// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What an index knows about a cell: where its category stands, and what an encoder makes of it.
struct CategoryEntry {
  std::int32_t position = -1, target = -1;
};

/// Spreads the bits of two words over one: the two halves of a 128-bit product.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e37'79b9'7f4a'7c15U) * (b ^ 0xd6e8'feb8'6659'fd93U);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
