// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

/// An integer of `N` 64-bit words, least significant first. Arithmetic is modulo 2^(64 N), so the words do
/// not depend on the order of additions; a signed number is kept in two's complement.
template <std::size_t N>
struct WideInteger {
  std::array<std::uint64_t, N> words{};

  constexpr bool negative() const noexcept { return words[N - 1] >> 63 != 0; }

  /// Number of bits up to the highest one set, of the number read as unsigned.
  constexpr std::size_t bit_width() const noexcept {
    std::size_t n = N;
    while (n != 0 && words[n - 1] == 0) --n;
    return n == 0 ? 0 : n * 64 - static_cast<std::size_t>(std::countl_zero(words[n - 1]));
  }

  /// The 64 bits from bit `first` up; bits beyond the end are 0.
  constexpr std::uint64_t bits_from(std::size_t first) const noexcept {
    const std::size_t word = first / 64;
    const Uint128 low = word < N ? words[word] : 0;
    const Uint128 high = word + 1 < N ? words[word + 1] : 0;
    return static_cast<std::uint64_t>((high << 64 | low) >> (first % 64));
  }

  /// True if one of the lowest `count` bits is set.
  constexpr bool any_below(std::size_t count) const noexcept {
    for (std::size_t i = 0; i < N && 64 * i < count; ++i) {
      const std::uint64_t unused = count - 64 * i < 64 ? ~std::uint64_t{0} << (count - 64 * i) : 0;
      if ((words[i] & ~unused) != 0) return true;
    }
    return false;
  }

  /// Adds the signed number `high` * 2^128 + `low`, times 2^`bit`.
  constexpr void add_shifted(Uint128 low, std::int64_t high, std::size_t bit) noexcept {
    const auto shift = static_cast<unsigned>(bit % 64);
    const Uint128 lower = low << shift;
    const Int128 upper =
        (static_cast<Int128>(high) * (Int128{1} << 64) + static_cast<Int128>(low >> 64)) >> (64 - shift);
    const std::uint64_t digits[] = {
        static_cast<std::uint64_t>(lower), static_cast<std::uint64_t>(lower >> 64),
        static_cast<std::uint64_t>(upper), static_cast<std::uint64_t>(upper >> 64)};
    const std::uint64_t fill = high < 0 ? ~std::uint64_t{0} : 0;
    Uint128 carry = 0;
    for (std::size_t i = 0, word = bit / 64; word < N; ++i, ++word) {
      const std::uint64_t digit = i < 4 ? digits[i] : fill;
      if (i >= 4 && digit + static_cast<std::uint64_t>(carry) == 0) return;
      carry += static_cast<Uint128>(words[word]) + digit;
      words[word] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
  }

  constexpr WideInteger& operator+=(const WideInteger& other) noexcept {
    Uint128 carry = 0;
    for (std::size_t i = 0; i < N; ++i) {
      carry += static_cast<Uint128>(words[i]) + other.words[i];
      words[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    return *this;
  }

  constexpr WideInteger& operator-=(const WideInteger& other) noexcept {
    Uint128 carry = 1;
    for (std::size_t i = 0; i < N; ++i) {
      carry += static_cast<Uint128>(words[i]) + ~other.words[i];
      words[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    return *this;
  }

  constexpr WideInteger operator-() const noexcept {
    WideInteger negated;
    for (std::size_t i = 0; i < N; ++i) negated.words[i] = ~words[i];
    negated.add_shifted(1, 0, 0);
    return negated;
  }

  /// Divides the number, read as unsigned, by `divisor`, which is not 0; returns the remainder.
  constexpr std::uint64_t divide(std::uint64_t divisor) noexcept {
    std::uint64_t remainder = 0;
    for (std::size_t i = N; i-- != 0;) {
      const Uint128 part = static_cast<Uint128>(remainder) << 64 | words[i];
      words[i] = static_cast<std::uint64_t>(part / divisor);
      remainder = static_cast<std::uint64_t>(part % divisor);
    }
    return remainder;
  }

  /// The same, but of the quotient only the three highest words: more than 128 bits. Those below are 0, and
  /// the result is whether the quotient is not exactly that.
  constexpr bool divide_roughly(std::uint64_t divisor) noexcept {
    std::uint64_t remainder = 0;
    std::size_t i = N, left = 3;
    while (i != 0 && words[i - 1] == 0) --i;
    while (i != 0 && left != 0) {
      const Uint128 part = static_cast<Uint128>(remainder) << 64 | words[--i];
      words[i] = static_cast<std::uint64_t>(part / divisor);
      remainder = static_cast<std::uint64_t>(part % divisor);
      if (left != 3 || words[i] != 0) --left;
    }
    bool more = remainder != 0;
    while (i != 0) more = std::exchange(words[--i], 0) != 0 || more;
    return more;
  }

  friend constexpr bool operator==(const WideInteger&, const WideInteger&) noexcept = default;
};

/// The product of two unsigned numbers; it always fits.
template <std::size_t A, std::size_t B>
constexpr WideInteger<A + B> multiply(const WideInteger<A>& a, const WideInteger<B>& b) noexcept {
  WideInteger<A + B> product;
  std::size_t least = 0, most = B;  // most words of sums are 0
  while (most != 0 && b.words[most - 1] == 0) --most;
  while (least < most && b.words[least] == 0) ++least;
  for (std::size_t i = 0; i < A; ++i) {
    if (a.words[i] == 0) continue;
    std::uint64_t carry = 0;
    for (std::size_t j = least; j < most; ++j) {
      const Uint128 part = static_cast<Uint128>(a.words[i]) * b.words[j] + product.words[i + j] + carry;
      product.words[i + j] = static_cast<std::uint64_t>(part);
      carry = static_cast<std::uint64_t>(part >> 64);
    }
    product.words[i + most] = carry;
  }
  return product;
}

/// The double nearest to (`magnitude` + t) * 2^`exponent`, ties to even, where t is 0, or a number between 0
/// and 1 if `inexact`; the sign is put on at the end. Nothing if the result is beyond the largest double.
/// `exponent` is below -1074, so that every double's last bit lies above the bits of `magnitude` it drops.
template <std::size_t N>
constexpr std::optional<double> round_to_double(const WideInteger<N>& magnitude, bool inexact, int exponent,
                                                bool negative) noexcept {
  constexpr int unit = -1074;
  const int last_bit = std::max(static_cast<int>(magnitude.bit_width()) + exponent - 53, unit);
  const auto dropped = static_cast<std::size_t>(last_bit - exponent);
  std::uint64_t significand = magnitude.bits_from(dropped);
  const bool half = (magnitude.bits_from(dropped - 1) & 1) != 0;
  const bool above_half = inexact || magnitude.any_below(dropped - 1);
  if (half && (above_half || (significand & 1) != 0)) ++significand;
  // The hidden bit and a carry out of the rounding both step the exponent field by themselves.
  const std::uint64_t bits = (static_cast<std::uint64_t>(last_bit - unit) << 52) + significand;
  if (bits >= 0x7ff0000000000000u) return std::nullopt;
  return std::bit_cast<double>(bits | static_cast<std::uint64_t>(negative) << 63);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
