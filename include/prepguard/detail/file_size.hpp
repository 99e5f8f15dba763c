// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The most bytes a file may have, unless told otherwise.
inline constexpr std::size_t default_file_cap = std::size_t{64} << 20;

/// Throws `io_failed` if a file of `size` bytes is larger than `cap`.
inline void check_file_size(std::uintmax_t size, std::size_t cap, const std::string& where) {
  if (size <= cap) return;
  throw Error(Errc::io_failed, where,
              std::to_string(size) + " bytes, more than the cap of " + std::to_string(cap),
              "raise the cap if the file is meant to be so large");
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
