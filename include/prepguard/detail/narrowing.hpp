// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

// What a number loses when it becomes a `T`. All of it by integers, so that no compiler flag has a say.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a conversion takes away beyond the rounding that every fraction gets: `digits` of a whole number that
/// `T` cannot hold, everything (`overflow`: the result is infinite), or most of it (`underflow`: a number
/// that is not zero becomes zero or denormal).
enum class Lost : std::uint8_t { nothing, digits, overflow, underflow };

/// Whether numbers of type `V` can lose something when they become a `T`.
template <Number T, class V>
inline constexpr bool narrows =
    std::is_arithmetic_v<V>&& std::numeric_limits<V>::digits > std::numeric_limits<T>::digits;

/// True for a number that needs no second look when it becomes a `T`: a whole number that is small enough for
/// `T`, or a real one of at most 2^24. False for NaN, too.
template <Number T, class V>
bool ordinary(const V* value) noexcept {
  if constexpr (std::is_integral_v<V>) {
    constexpr std::int64_t largest = std::int64_t{1} << std::numeric_limits<T>::digits;
    const std::int64_t whole = *value;
    return whole <= largest && whole >= -largest;
  } else {
    return (bits_of(value) & FloatBits<V>::magnitude) <= std::bit_cast<std::int64_t>(0x1p24);
  }
}

/// Whether an ordinary number is not zero, but too small for a `T` with all its digits. No branch: columns
/// are full of zeros between other numbers.
template <Number T, class V>
bool tiny(const V* value) noexcept {
  if constexpr (std::is_integral_v<V>) {
    return false;
  } else {
    constexpr auto least = std::bit_cast<std::uint64_t>(double{std::numeric_limits<T>::min()});
    return static_cast<std::uint64_t>(bits_of(value) & FloatBits<V>::magnitude) - 1 < least - 1;
  }
}

inline Lost lost_as_float(const double* value) noexcept {
  const auto size = static_cast<std::uint64_t>(bits_of(value) & FloatBits<double>::magnitude);
  if (size >= static_cast<std::uint64_t>(FloatBits<double>::exponent) || size == 0) return Lost::nothing;
  const float rounded = round_to<float>(*value);
  const auto kept = bits_of(&rounded) & FloatBits<float>::magnitude;
  if (kept == FloatBits<float>::exponent) return Lost::overflow;
  if (kept < std::bit_cast<std::int32_t>(std::numeric_limits<float>::min())) return Lost::underflow;
  const std::uint64_t mantissa = size & ((std::uint64_t{1} << 52) - 1);
  const auto power = static_cast<int>(size >> 52) - 1023;  // of the leading digit
  if (power < 24 || (mantissa & ((std::uint64_t{1} << 29) - 1)) == 0) return Lost::nothing;
  const bool whole = power >= 52 || (mantissa & ((std::uint64_t{1} << (52 - power)) - 1)) == 0;
  return whole ? Lost::digits : Lost::nothing;
}

/// What `*value` loses as a `T`. An infinity or NaN loses nothing.
template <Number T, class V>
Lost lost_as(const V* value) noexcept {
  if constexpr (!narrows<T, V>) {
    return Lost::nothing;
  } else if constexpr (std::is_integral_v<V>) {
    const auto bits = static_cast<std::uint64_t>(std::int64_t{*value});
    const std::uint64_t size = *value < 0 ? 0 - bits : bits;
    const std::uint64_t odd = size == 0 ? 0 : size >> std::countr_zero(size);
    return odd >> std::numeric_limits<T>::digits == 0 ? Lost::nothing : Lost::digits;
  } else {
    return lost_as_float(value);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
