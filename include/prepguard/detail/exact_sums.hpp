// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The unit of exact sums is 2^-1074, the smallest double: every float or double is a whole number of them.
inline constexpr int unit_exponent = -1074;

/// The parts of a float or double: a finite one is `significand * 2^shift` units, negative if `sign` is all
/// ones. They are read from memory as integers, so that no compiler flag can take NaN for impossible.
template <class T>
struct FloatParts {
  using Limits = std::numeric_limits<T>;
  static_assert(Limits::is_iec559 && (Limits::digits == 53 || Limits::digits == 24));
  using Bits = std::conditional_t<Limits::digits == 53, std::uint64_t, std::uint32_t>;

  static constexpr int fraction_bits = Limits::digits - 1;
  static constexpr Bits fraction_mask = (Bits{1} << fraction_bits) - 1;
  /// The exponent of NaN and infinity.
  static constexpr unsigned special = (static_cast<Bits>(-1) >> 1) >> fraction_bits;
  static constexpr unsigned smallest_shift = Limits::min_exponent - Limits::digits - unit_exponent;

  Bits bits;

  explicit FloatParts(const T* cell) noexcept { std::memcpy(&bits, cell, sizeof bits); }
  explicit FloatParts(Bits pattern) noexcept : bits(pattern) {}

  unsigned exponent() const noexcept { return static_cast<unsigned>(bits >> fraction_bits) & special; }
  bool fraction_is_zero() const noexcept { return (bits & fraction_mask) == 0; }
  std::uint64_t significand() const noexcept {
    return (bits & fraction_mask) | static_cast<std::uint64_t>(exponent() != 0) << fraction_bits;
  }
  unsigned shift() const noexcept {
    return exponent() - static_cast<unsigned>(exponent() != 0) + smallest_shift;
  }
  std::uint64_t sign() const noexcept {
    return std::uint64_t{0} - static_cast<std::uint64_t>(bits >> (sizeof bits * 8 - 1));
  }
};

/// Exact sums of a few numbers of any magnitude and of their squares.
///
/// A number is `v * 2^(8 k)` units with `v < 2^60`; bin `k` adds up `v` and `v * v`. So a number costs one
/// multiplication and two 128-bit additions. (A superaccumulator of 32-bit digits makes eight additions of
/// it.)
class BinnedSums {
 public:
  /// Numbers that may be added between two calls of `move_to`: more would overflow the squares.
  static constexpr std::size_t capacity = 256;

  /// Adds a finite number.
  template <class T>
  void add(FloatParts<T> parts) noexcept {
    const std::size_t k = parts.shift() / 8;
    const std::uint64_t value = parts.significand() << (parts.shift() % 8);
    const auto sign = static_cast<std::int64_t>(parts.sign());
    bins_[k].sum += (static_cast<Int128>(value) ^ sign) - sign;
    bins_[k].squares += static_cast<Uint128>(value) * value;
    lowest_ = std::min(lowest_, k);
    highest_ = std::max(highest_, k);
  }

  /// Adds the sums to those in units and in squared units, and starts again from nothing.
  template <std::size_t N, std::size_t M>
  void move_to(WideInteger<N>& sum, WideInteger<M>& squares) noexcept {
    for (std::size_t k = lowest_; k <= highest_; ++k) {
      Bin& bin = bins_[k];
      if (bin.squares == 0) continue;
      sum.add_shifted(static_cast<Uint128>(bin.sum), static_cast<std::int64_t>(bin.sum >> 127), 8 * k);
      squares.add_shifted(bin.squares, 0, 16 * k);
      bin = {};
    }
    lowest_ = bin_count;
    highest_ = 0;
  }

 private:
  static constexpr std::size_t bin_count = 256;
  struct Bin {
    Int128 sum;
    Uint128 squares;
  };

  std::array<Bin, bin_count> bins_{};
  std::size_t lowest_ = bin_count;
  std::size_t highest_ = 0;
};

/// The numbers of a column and their squares added up as integers, in units and in squared units; `sum` is
/// signed. 2098 bits of a number or 4196 of a square, 63 for the count, one for the sign.
struct ExactSums {
  std::uint64_t missing = 0;   ///< NaN cells
  std::uint64_t infinite = 0;  ///< infinite ones
  WideInteger<34> sum{};
  WideInteger<67> squares{};

  /// Adds any cell.
  template <class T>
  void add(FloatParts<T> parts) noexcept {
    if (parts.exponent() == FloatParts<T>::special) {
      ++(parts.fraction_is_zero() ? infinite : missing);
      return;
    }
    const std::uint64_t value = parts.significand();
    const auto sign = static_cast<std::int64_t>(value == 0 ? 0 : parts.sign());
    sum.add_shifted(static_cast<Uint128>((static_cast<Int128>(value) ^ sign) - sign), sign, parts.shift());
    squares.add_shifted(static_cast<Uint128>(value) * value, 0, 2 * std::size_t{parts.shift()});
  }
  void merge(const ExactSums& other) noexcept {
    missing += other.missing;
    infinite += other.infinite;
    sum += other.sum;
    squares += other.squares;
  }
  friend bool operator==(const ExactSums&, const ExactSums&) noexcept = default;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
