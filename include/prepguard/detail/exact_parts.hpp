// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "prepguard/detail/exact_sums.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Exact sums of numbers of similar magnitude and of their squares, with vectors of doubles.
///
/// All numbers are below 2^E. Each is split into three parts of at most 21 bits, multiples of 2^(E-21),
/// 2^(E-42) and 2^(E-63). Their sums and the six sums of their products, kept lane by lane, are then whole
/// multiples of some power of two below 2^53 of it: every double in them is exact, whatever the order of
/// additions, contracted or not. A number with bits below 2^(E-63) is noticed and left to the caller
/// (BinnedSums).
class PartSums {
 public:
  static constexpr std::size_t block = 128;

  /// Adds the cells of a block to the sums, which go to `sum` and `squares` first where they are full or the
  /// block needs another E. False if it cannot take them: NaN, infinity, magnitudes too far apart, too large
  /// or too small.
  template <class T, std::size_t N, std::size_t M>
  bool add(const T* cells, WideInteger<N>& sum, WideInteger<M>& squares) noexcept {
    const std::int64_t largest =
        with_kernels([&](auto kernels) { return kernels.largest_bits(cells, block); });
    const int needed = static_cast<int>(largest >> 52) - 1022;
    if (needed < lowest || needed > highest) return false;
    if (blocks_ == capacity() || needed > top_ || needed < top_ - 3) {
      move_to(sum, squares);
      choose(needed);
    }
    const bool added = with_kernels(
        [&](auto kernels) { return kernels.add_part_sums(cells, block, magic_.data(), sums_.data()); });
    blocks_ += added ? 1 : 0;
    return added;
  }

  /// Adds the sums to those in units and in squared units, and starts again from nothing.
  template <std::size_t N, std::size_t M>
  void move_to(WideInteger<N>& sum, WideInteger<M>& squares) noexcept {
    if (blocks_ == 0) return;
    const Int128 high = total(0, top_ - 21), middle = total(1, top_ - 42), low = total(2, top_ - 63);
    const auto unit = static_cast<std::size_t>(top_ - 63 - unit_exponent);
    add_signed(sum, (high << 42) + (middle << 21) + low, unit);
    const Int128 hh = total(3, 2 * top_ - 42), hm = total(4, 2 * top_ - 63), hl = total(5, 2 * top_ - 84),
                 mm = total(6, 2 * top_ - 84), ml = total(7, 2 * top_ - 105), ll = total(8, 2 * top_ - 126);
    add_signed(squares, (hh << 42) + (hm << 22) + 2 * hl + mm, 2 * unit + 42);
    add_signed(squares, (ml << 22) + ll, 2 * unit);
    sums_ = {};
    blocks_ = 0;
  }

 private:
  // Between these no part, product or magic number leaves the range of ordinary doubles.
  static constexpr int lowest = -440;
  static constexpr int highest = 480;
  static constexpr std::size_t most_lanes = 8;
  static std::size_t lanes() noexcept {
    return with_kernels([](auto kernels) { return kernels.wide_lanes; });
  }
  /// Blocks until each lane has 2^10 numbers: 2^42 for a product and 2^10 for their count stay below 2^53.
  static std::size_t capacity() noexcept { return 1024 / block * lanes(); }

  void choose(int top) noexcept {
    top_ = top;
    for (std::size_t k = 0; k < magic_.size(); ++k)
      magic_[k] = power(top + 52 - 21 * static_cast<int>(k + 1), 1);
  }

  /// 2^exponent, or 1.5 times that.
  static double power(int exponent, std::uint64_t half) noexcept {
    return __builtin_bit_cast(double, static_cast<std::uint64_t>(exponent + 1023) << 52 | half << 51);
  }

  /// Sum `k` over all lanes, in units of 2^`unit`.
  Int128 total(std::size_t k, int unit) const noexcept {
    const double per_unit = power(-unit, 0);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < lanes(); ++i)
      sum += static_cast<std::int64_t>(sums_[k * lanes() + i] * per_unit);
    return sum;
  }

  template <std::size_t N>
  static void add_signed(WideInteger<N>& target, Int128 value, std::size_t bit) noexcept {
    target.add_shifted(static_cast<Uint128>(value), static_cast<std::int64_t>(value >> 127), bit);
  }

  const FloatEnvironment environment_{};
  alignas(64) std::array<double, 9 * most_lanes> sums_{};
  std::array<double, 3> magic_{};
  int top_ = -10'000;  // E
  std::size_t blocks_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
