// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

using Crc32Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// `tables[k][b]` is the remainder of byte `b` followed by `k` zero bytes.
constexpr Crc32Tables make_crc32_tables() {
  Crc32Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320u : 0u);
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t previous = tables[k - 1][byte];
      tables[k][byte] = (previous >> 8) ^ tables[0][previous & 0xFF];
    }
  }
  return tables;
}

inline constexpr Crc32Tables crc32_tables = make_crc32_tables();

/// zlib's CRC-32 of `bytes`: reflected polynomial 0xEDB88320, initial and final inversion.
/// Eight bytes a step ("slicing by 8": Kounavis and Berry, 2005), the same on either byte order.
constexpr std::uint32_t crc32(std::string_view bytes) noexcept {
  const auto byte = [&bytes](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  std::uint32_t crc = ~0u;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    crc ^= byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    crc = crc32_tables[7][crc & 0xFF] ^ crc32_tables[6][crc >> 8 & 0xFF] ^ crc32_tables[5][crc >> 16 & 0xFF] ^
          crc32_tables[4][crc >> 24] ^ crc32_tables[3][byte(i + 4)] ^ crc32_tables[2][byte(i + 5)] ^
          crc32_tables[1][byte(i + 6)] ^ crc32_tables[0][byte(i + 7)];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ crc32_tables[0][(crc ^ byte(i)) & 0xFF];
  return ~crc;
}

static_assert(crc32("123456789") == 0xCBF43926u);  // the check value of the CRC catalogue

}  // namespace prepguard::inline PREPGUARD_ABI::detail
