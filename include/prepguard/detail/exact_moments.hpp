// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "prepguard/detail/exact_parts.hpp"
#include "prepguard/detail/exact_sums.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Mean and population variance of one column, as if computed without any rounding and then rounded once.
///
/// The state is the sums of the numbers and of their squares as integers. So it is the same, byte for byte,
/// for the same cells in any order, in any number of shards, merged in any order. Only integer instructions
/// are used: compiler flags, rounding mode and flush-to-zero change nothing. An object takes 832 bytes.
class ExactMoments {
 public:
  /// Adds the cells `x[0]`, `x[stride]`, ... `x[(n - 1) * stride]`; NaN and infinities are counted and left
  /// out. Give some hundred rows at once: the sums are carried into the state every 128 rows and at the end
  /// of a call. A column may have up to 2^63 cells.
  template <class T>
  void add(const T* x, std::ptrdiff_t stride, std::size_t n) noexcept {
    PartSums parts;
    std::optional<BinnedSums> binned;
    std::array<T, block_size> copy;
    for (std::size_t first = 0; first < n; first += block_size) {
      const T* block = x + static_cast<std::ptrdiff_t>(first) * stride;
      const std::size_t size = std::min(n - first, block_size);
      if (stride != 1 || size != block_size) {
        for (std::size_t i = 0; i < block_size; ++i) {
          copy[i] = i < size ? block[static_cast<std::ptrdiff_t>(i) * stride] : T{0};  // zeros add nothing
        }
        block = copy.data();
      }
      if (parts.add(block, sum_, squares_)) continue;
      take_numbers(block, size, copy);
      if (parts.add(copy.data(), sum_, squares_)) continue;
      if (!binned) binned.emplace();
      for (std::size_t i = 0; i < size; ++i) binned->add(FloatParts<T>(&copy[i]));
      binned->move_to(sum_, squares_);
    }
    parts.move_to(sum_, squares_);
    cells_ += n;
  }

  /// Adds the cells that `other` has seen.
  void merge(const ExactMoments& other) noexcept {
    cells_ += other.cells_;
    missing_ += other.missing_;
    infinite_ += other.infinite_;
    sum_ += other.sum_;
    squares_ += other.squares_;
  }

  /// All cells seen.
  std::uint64_t cells() const noexcept { return cells_; }
  /// Numbers that count for mean and variance: all cells but NaN and infinities.
  std::uint64_t count() const noexcept { return cells_ - missing_ - infinite_; }
  /// NaN cells.
  std::uint64_t missing() const noexcept { return missing_; }
  /// Infinite cells; mean and variance are of no use if there are any.
  std::uint64_t infinite() const noexcept { return infinite_; }

  /// The mean, rounded to nearest even; of zeros of any sign +0.0. Nothing if `count()` is 0.
  std::optional<double> mean() const noexcept;

  /// The population variance, rounded to nearest even. Nothing if `count()` is 0, or if it is beyond the
  /// largest double.
  std::optional<double> variance() const noexcept;

  /// True if all numbers are equal. A variance of 0 without it is one too small for a double.
  bool constant() const noexcept { return scaled_variance().bit_width() == 0; }

  /// The sums themselves, in units of 2^-1074 and of 2^-2148; the first is signed.
  const auto& sum() const noexcept { return sum_; }
  const auto& squares() const noexcept { return squares_; }

  /// The state: cells in all, how many were NaN or infinite, the sums in units of 2^-1074 and of 2^-2148.
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
    visit("missing", self.missing_);
    visit("infinite", self.infinite_);
    visit("sum", self.sum_.words);
    visit("squares", self.squares_.words);
  }
  /// Throws bad_state for sums that no cells have.
  void prepare() const {
    const bool counts = missing_ <= cells_ && infinite_ <= cells_ - missing_ && !squares_.negative();
    Place("partial").require(counts && !scaled_variance().negative(), "sums of some cells", "others");
  }

  friend bool operator==(const ExactMoments&, const ExactMoments&) noexcept = default;

 private:
  // 2098 bits of a number or 4196 of a square, 63 for the count, one for the sign.
  static constexpr std::size_t sum_words = 34;
  static constexpr std::size_t square_words = 67;

  // Short, so that a rare tiny number leaves most blocks narrow; long enough to hide the cost per block.
  static constexpr std::size_t block_size = PartSums::block;
  static_assert(block_size <= BinnedSums::capacity);

  // Counts the cells that are no numbers, which become zeros in the copy: they add nothing.
  template <class T>
  void take_numbers(const T* block, std::size_t size, std::array<T, block_size>& copy) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
      const FloatParts<T> parts(block + i);
      const bool number = parts.exponent() != FloatParts<T>::special;
      if (!number) ++(parts.fraction_is_zero() ? infinite_ : missing_);
      copy[i] = number ? block[i] : T{0};
    }
    std::fill(copy.begin() + static_cast<std::ptrdiff_t>(size), copy.end(), T{0});
  }

  WideInteger<sum_words> magnitude() const noexcept { return sum_.negative() ? -sum_ : sum_; }

  // count^2 * variance in squared units: count * sum(x^2) - sum(x)^2, never negative (Cauchy and Schwarz).
  WideInteger<2 * sum_words> scaled_variance() const noexcept {
    static_assert(2 * sum_words == square_words + 1);
    auto scaled = multiply(squares_, WideInteger<1>{{count()}});
    scaled += -multiply(magnitude(), magnitude());
    return scaled;
  }

  std::uint64_t cells_ = 0;
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
