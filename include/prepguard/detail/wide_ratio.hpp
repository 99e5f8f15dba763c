// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// `x` * 2^`count`; what does not fit is lost.
template <std::size_t To, std::size_t From>
constexpr WideInteger<To> shifted_left(const WideInteger<From>& x, std::size_t count) noexcept {
  WideInteger<To> result;
  for (std::size_t i = count / 64; i < To; ++i) {
    const std::size_t word = i - count / 64;
    const std::uint64_t high = word < From ? x.words[word] : 0;
    const std::uint64_t low = word != 0 && word - 1 < From ? x.words[word - 1] : 0;
    result.words[i] = count % 64 == 0 ? high : high << (count % 64) | low >> (64 - count % 64);
  }
  return result;
}

template <std::size_t N>
constexpr bool less(const WideInteger<N>& a, const WideInteger<N>& b) noexcept {
  return std::lexicographical_compare(a.words.rbegin(), a.words.rend(), b.words.rbegin(), b.words.rend());
}

/// The double nearest to `numerator` / `denominator` * 2^`exponent`, ties to even; both are read as unsigned,
/// the denominator is not 0. Nothing if that is beyond the largest double.
template <std::size_t N, std::size_t M>
constexpr std::optional<double> ratio_to_double(const WideInteger<N>& numerator,
                                                const WideInteger<M>& denominator, int exponent,
                                                bool negative) noexcept {
  constexpr std::size_t quotient_bits = 66;  // more than a double has; the rest only decides ties
  constexpr std::size_t width = (N > M ? N : M) + 2;
  const std::size_t n = numerator.bit_width(), d = denominator.bit_width();
  const std::size_t up = d + quotient_bits > n ? d + quotient_bits - n : 0;  // numerator times 2^up
  const std::size_t down = n > d + quotient_bits ? n - d - quotient_bits : 0;
  auto rest = shifted_left<width>(numerator, up);
  auto part = shifted_left<width>(denominator, down + quotient_bits);
  WideInteger<width> quotient;
  for (std::size_t i = 0; i <= quotient_bits; ++i) {
    quotient = shifted_left<width>(quotient, 1);
    if (!less(rest, part)) {
      rest += -part;
      quotient.words[0] |= 1;
    }
    for (std::size_t w = 0; w < width; ++w) {  // part / 2
      part.words[w] = part.words[w] >> 1 | (w + 1 < width ? part.words[w + 1] << 63 : 0);
    }
  }
  const int unit = exponent + static_cast<int>(down) - static_cast<int>(up);
  const bool inexact = rest.bit_width() != 0;
  constexpr int last = -1074 - 64;  // where round_to_double may still drop bits
  if (unit <= last) return round_to_double(quotient, inexact, unit, negative);
  constexpr std::size_t doubles = (1024 - last) / 64 + 2;
  if (unit - last + static_cast<int>(quotient.bit_width()) > static_cast<int>(64 * doubles))
    return std::nullopt;
  return round_to_double(shifted_left<doubles>(quotient, static_cast<std::size_t>(unit - last)), inexact,
                         last, negative);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
