// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "prepguard/detail/exact_sums.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/detail/wide_ratio.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Sums of weights `w`, of `w x` and of `w x^2` over the cells of a column, as integers: without any
/// rounding, so the same bytes for any order and any division of the rows. Takes 1.6 KB.
class WeightedSums {
 public:
  /// Adds a finite cell; the weight is finite and not negative.
  template <class T>
  void add(const T* x, const double* weight) noexcept {
    const FloatParts<T> cell(x);
    const FloatParts<double> w(weight);
    const std::uint64_t value = cell.significand();
    const Uint128 product = static_cast<Uint128>(w.significand()) * value;
    const bool negative = cell.sign() != 0 && product != 0;
    weights_.add_shifted(w.significand(), 0, w.shift());
    sum_.add_shifted(negative ? -product : product, negative ? -1 : 0, std::size_t{w.shift()} + cell.shift());
    // The product has up to 106 bits: its halves times the value are added one after the other.
    const std::size_t shift = std::size_t{w.shift()} + 2 * std::size_t{cell.shift()};
    squares_.add_shifted(static_cast<Uint128>(static_cast<std::uint64_t>(product)) * value, 0, shift);
    squares_.add_shifted(static_cast<Uint128>(static_cast<std::uint64_t>(product >> 64)) * value, 0,
                         shift + 64);
  }

  /// Adds `count` cells of weight 1 whose sums are known (ExactMoments).
  void add(std::uint64_t count, const WideInteger<34>& sum, const WideInteger<67>& squares) noexcept {
    constexpr std::size_t one = -unit_exponent;  // the weight 1 in units
    weights_.add_shifted(count, 0, one);
    sum_ += shifted_left<sum_words>(sign_extended(sum), one);
    squares_ += shifted_left<square_words>(squares, one);
  }
  void merge(const WeightedSums& other) noexcept {
    weights_ += other.weights_;
    sum_ += other.sum_;
    squares_ += other.squares_;
  }

  /// The sum of the weights, rounded; nothing beyond the largest double.
  std::optional<double> weight() const noexcept {
    return ratio_to_double(weights_, WideInteger<1>{{1}}, unit_exponent, false);
  }
  bool empty() const noexcept { return weights_.bit_width() == 0; }
  /// Weighted mean and population variance, rounded to nearest even. Nothing beyond the largest double. Not
  /// if empty.
  std::optional<double> mean() const noexcept {
    return ratio_to_double(magnitude(), weights_, unit_exponent, sum_.negative());
  }
  std::optional<double> variance() const noexcept {
    return ratio_to_double(scaled_variance(), multiply(weights_, weights_), 2 * unit_exponent, false);
  }
  /// True if all cells of a weight above 0 are equal.
  bool constant() const noexcept { return scaled_variance().bit_width() == 0; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weights", self.weights_.words);
    visit("sum", self.sum_.words);
    visit("squares", self.squares_.words);
  }
  void prepare() const {
    const bool signs = !weights_.negative() && !squares_.negative();
    Place("partial").require(signs && !scaled_variance().negative(), "weighted sums of some cells", "others");
  }
  friend bool operator==(const WeightedSums&, const WeightedSums&) noexcept = default;

 private:
  // 2098 bits of a number, 4196 of a product of two, 6294 of one of three; 64 for the count, one for the
  // sign.
  static constexpr std::size_t weight_words = 34;
  static constexpr std::size_t sum_words = 67;
  static constexpr std::size_t square_words = 100;

  static WideInteger<sum_words> sign_extended(const WideInteger<34>& x) noexcept {
    WideInteger<sum_words> wide;
    wide.words.fill(x.negative() ? ~std::uint64_t{0} : 0);
    std::ranges::copy(x.words, wide.words.begin());
    return wide;
  }
  WideInteger<sum_words> magnitude() const noexcept { return sum_.negative() ? -sum_ : sum_; }

  // weight^2 * variance: weight * sum(w x^2) - sum(w x)^2, never negative (Cauchy and Schwarz).
  WideInteger<2 * sum_words> scaled_variance() const noexcept {
    static_assert(2 * sum_words == square_words + weight_words);
    auto scaled = multiply(squares_, weights_);
    scaled -= multiply(magnitude(), magnitude());
    return scaled;
  }

  WideInteger<weight_words> weights_{};
  WideInteger<sum_words> sum_{};
  WideInteger<square_words> squares_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
