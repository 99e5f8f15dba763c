// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/array.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// True if number `i` of `array` keeps its value as a cell of type `T`, so that cells can be compared with
/// it.
template <Number T>
bool representable(const Array& array, std::size_t i) {
  const double value = array.real(i);
  if (!array.is_real() && !(value < 0x1p63 && static_cast<std::int64_t>(value) == array.integers()[i]))
    return false;
  return double{round_to<T>(value)} == value;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
