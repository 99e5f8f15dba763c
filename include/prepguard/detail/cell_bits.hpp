// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "prepguard/detail/lanes.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// In which way a number is not finite.
enum class NonFiniteKind : std::uint8_t { nan, positive_infinity, negative_infinity };

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// The bits of the cell at `p`. The value goes by its address only: a floating argument could be assumed not
/// to be NaN, and the fence makes the compiler forget anything else it believes about the cell.
template <class T>
Bits<T> bits_of(const T* p) noexcept {
  asm("" : "+m"(*const_cast<T*>(p)));
  Bits<T> bits;
  __builtin_memcpy(&bits, p, sizeof bits);
  return bits;
}

template <class T>
bool is_nan(const T* p) noexcept {
  return (bits_of(p) & FloatBits<T>::magnitude) > FloatBits<T>::exponent;
}

template <class T>
bool is_infinite(const T* p) noexcept {
  return (bits_of(p) & FloatBits<T>::magnitude) == FloatBits<T>::exponent;
}

template <class T>
bool is_finite(const T* p) noexcept {
  return (bits_of(p) & FloatBits<T>::magnitude) < FloatBits<T>::exponent;
}

/// The kind of the cell at `p`, which is not finite.
template <class T>
NonFiniteKind non_finite_kind(const T* p) noexcept {
  if (is_nan(p)) return NonFiniteKind::nan;
  return bits_of(p) < 0 ? NonFiniteKind::negative_infinity : NonFiniteKind::positive_infinity;
}

/// Writes a quiet NaN by its bits: a NaN constant is fair game for -ffinite-math-only.
template <class T>
void store_nan(T* cell) noexcept {
  if constexpr (sizeof(T) == 4) {
    constexpr std::uint32_t quiet = 0x7fc0'0000U;
    __builtin_memcpy(cell, &quiet, sizeof quiet);
  } else {
    constexpr std::uint64_t quiet = 0x7ff8'0000'0000'0000U;
    __builtin_memcpy(cell, &quiet, sizeof quiet);
  }
}

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
