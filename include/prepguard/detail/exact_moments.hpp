// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Exponent of the smallest double. Every finite double or float is an integer below 2^2098 in units of 2^-1074.
inline constexpr int unit_exponent = -1074;

/// Exact sums of a short run of numbers and of their squares, before they enter the wide ones.
///
/// A number is `v * 2^(8 k)` units with `v < 2^60`; bin `k` adds up `v` and `v * v`. So an addition costs one
/// multiplication and two 128-bit additions whatever the exponents are. (A superaccumulator of 32-bit digits
/// does eight additions instead.)
class MomentBins {
 public:
  /// More would overflow the squares.
  static constexpr std::size_t capacity = 256;

  /// Adds `significand * 2^shift` units; `significand < 2^53`, `shift < 2046`, `sign` is 0 or all ones (negative).
  void add(std::uint64_t significand, unsigned shift, std::uint64_t sign) noexcept {
    const std::size_t k = shift / 8;
    const std::uint64_t v = significand << (shift % 8);
    bins_[k].sum += static_cast<Uint128>(static_cast<Int128>(static_cast<std::int64_t>((v ^ sign) - sign)));
    bins_[k].squares += static_cast<Uint128>(v) * v;
    lowest_ = std::min(lowest_, k);
    highest_ = std::max(highest_, k);
  }

  /// Moves the sums over, in units and in squared units.
  template <std::size_t N, std::size_t M>
  void move_to(WideInteger<N>& sum, WideInteger<M>& squares) noexcept {
    for (std::size_t k = lowest_; k <= highest_; ++k) {
      Bin& bin = bins_[k];
      if (bin.squares == 0) continue;
      const auto extension = static_cast<std::uint64_t>(static_cast<std::int64_t>(bin.sum >> 64) >> 63);
      sum.add_shifted(bin.sum, extension, 8 * k);
      squares.add_shifted(bin.squares, 0, 16 * k);
      bin = {};
    }
    lowest_ = bin_count;
    highest_ = 0;
  }

 private:
  static constexpr std::size_t bin_count = 256;
  struct Bin {
    Uint128 sum;  // two's complement
    Uint128 squares;
  };

  std::array<Bin, bin_count> bins_{};
  std::size_t lowest_ = bin_count;
  std::size_t highest_ = 0;
};

/// Mean and population variance of one column, as if computed without any rounding and then rounded once.
///
/// The state holds the sums of the numbers and of their squares as integers, so it is the same, byte for byte,
/// for the same cells in any order, in any number of shards, merged in any order. Only integer instructions are
/// used: compiler flags, rounding mode and flush-to-zero change nothing. It takes 832 bytes.
class ExactMoments {
 public:
  /// Adds the cells `x[0]`, `x[stride]`, ... `x[(n - 1) * stride]`. NaN and infinities are counted and left out.
  /// One call costs some 100 ns beside the cells, so hundreds of rows should come at once. A column may have up
  /// to 2^63 cells.
  template <class T>
  void add(const T* x, std::ptrdiff_t stride, std::size_t n) noexcept {
    MomentBins bins;
    for (std::size_t first = 0; first < n; first += MomentBins::capacity) {
      const std::size_t end = std::min(n, first + MomentBins::capacity);
      for (std::size_t i = first; i < end; ++i) add_cell(x + static_cast<std::ptrdiff_t>(i) * stride, bins);
      bins.move_to(sum_, squares_);
    }
    count_ += n;
  }

  /// Adds the cells that `other` has seen.
  void merge(const ExactMoments& other) noexcept {
    count_ += other.count_;
    missing_ += other.missing_;
    infinite_ += other.infinite_;
    sum_ += other.sum_;
    squares_ += other.squares_;
  }

  /// Numbers that count for mean and variance: all cells but NaN and infinities.
  std::uint64_t count() const noexcept { return count_ - missing_ - infinite_; }
  /// NaN cells.
  std::uint64_t missing() const noexcept { return missing_; }
  /// Infinite cells; mean and variance are of no use if there are any.
  std::uint64_t infinite() const noexcept { return infinite_; }

  /// The mean, rounded to nearest even; of zeros of any sign +0.0. Nothing if `count()` is 0.
  std::optional<double> mean() const noexcept;

  /// The variance, rounded to nearest even. Nothing if `count()` is 0 or the variance is beyond the largest double.
  std::optional<double> variance() const noexcept;

  /// True if all numbers are equal. A variance of 0 without it is one too small for a double.
  bool constant() const noexcept { return scaled_variance().bit_width() == 0; }

  /// Names the state: NaN and infinities counted, cells in all, the sums in units of 2^-1074 and 2^-2148.
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.count_);
    visit("missing", self.missing_);
    visit("infinite", self.infinite_);
    visit("sum", self.sum_.words);
    visit("squares", self.squares_.words);
  }

  friend bool operator==(const ExactMoments&, const ExactMoments&) noexcept = default;

 private:
  // 2098 bits of a number or 4196 of a square, 63 for the count, one for the sign.
  static constexpr std::size_t sum_words = 34;
  static constexpr std::size_t square_words = 67;

  template <class T>
  void add_cell(const T* cell, MomentBins& bins) noexcept {
    using Limits = std::numeric_limits<T>;
    static_assert(Limits::is_iec559 && (Limits::digits == 53 || Limits::digits == 24));
    using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    constexpr int fraction_bits = Limits::digits - 1;
    constexpr Bits fraction_mask = (Bits{1} << fraction_bits) - 1;
    constexpr Bits all_ones = (static_cast<Bits>(-1) >> 1) >> fraction_bits;
    constexpr auto smallest = static_cast<unsigned>(Limits::min_exponent - Limits::digits - unit_exponent);

    Bits bits;
    std::memcpy(&bits, cell, sizeof bits);
    const Bits exponent = (bits >> fraction_bits) & all_ones;
    const Bits fraction = bits & fraction_mask;
    if (exponent == all_ones) [[unlikely]] {
      ++(fraction != 0 ? missing_ : infinite_);
      return;
    }
    const Bits hidden_bit = exponent != 0 ? 1 : 0;
    bins.add(fraction | hidden_bit << fraction_bits, static_cast<unsigned>(exponent - hidden_bit) + smallest,
             std::uint64_t{0} - static_cast<std::uint64_t>(bits >> (sizeof(T) * 8 - 1)));
  }

  WideInteger<sum_words> magnitude() const noexcept { return sum_.negative() ? -sum_ : sum_; }

  /// count^2 * variance in squared units: count * sum(x^2) - sum(x)^2, never negative (Cauchy and Schwarz).
  WideInteger<2 * sum_words> scaled_variance() const noexcept {
    static_assert(2 * sum_words == square_words + 1);
    auto scaled = multiply(squares_, WideInteger<1>{{count()}});
    scaled += -multiply(magnitude(), magnitude());
    return scaled;
  }

  std::uint64_t count_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t infinite_ = 0;
  WideInteger<sum_words> sum_{};
  WideInteger<square_words> squares_{};
};

inline std::optional<double> ExactMoments::mean() const noexcept {
  if (count() == 0) return std::nullopt;
  // One word of fraction, so that the last bit of a denormal mean is rounded from bits that exist.
  WideInteger<sum_words + 1> quotient;
  std::ranges::copy(magnitude().words, quotient.words.begin() + 1);
  const bool inexact = quotient.divide(count()) != 0;
  return round_to_double(quotient, inexact, unit_exponent - 64, sum_.negative());
}

inline std::optional<double> ExactMoments::variance() const noexcept {
  if (count() == 0) return std::nullopt;
  auto quotient = scaled_variance();
  const bool first_inexact = quotient.divide(count()) != 0;
  const bool second_inexact = quotient.divide(count()) != 0;
  return round_to_double(quotient, first_inexact || second_inexact, 2 * unit_exponent, false);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
