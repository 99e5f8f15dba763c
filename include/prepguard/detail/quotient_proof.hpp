// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "prepguard/detail/column_op.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

// Which short form of x / s is right for every numerator x, for one divisor s.
//
// Let p be the precision, q the quotient, and q' what a form computes before its last rounding. A form is
// right unless a rounding boundary lies between q and q'. As integers: x = X and s = S of p bits, a boundary
// M of p + 1 bits and odd, and X * 2^k - M * S = d, which is not 0: |d| tells how near the boundary is. In
// both forms q' is off by at most 2^(2 - p) of the last bit of q, so that only numerators with |d| <= 8 can
// fail. For every d there is one M modulo 2^k / gcd(S, 2^k), by the inverse of S: some ten numerators for
// each divisor, which are tried here. (Markstein, IBM J. Res. Dev. 34(1), 1990, for the corrected form;
// Brisebarre, Muller and Raina, IEEE Trans. Comput. 53(8), 2004, for divisors known in advance.)
namespace prepguard::inline PREPGUARD_ABI::detail {

/// 1 / s to nearest, and what it lacks of 1 / s, to nearest: exact but for the last rounding of each.
template <class Lane>
struct Reciprocal {
  Lane high;
  Lane low;

  static Reciprocal of(const Lane& s) noexcept {
    const Lane high = divide(Lane{1}, s);
    return {high, divide(fused(-s, high, Lane{1}), s)};
  }
  /// a * b + c, rounded once: the C library's, by way of a pointer the compiler cannot look through. clang
  /// turns the built-in one, and std::fma, into a product and a sum under -ffast-math.
  static Lane fused(const Lane& a, const Lane& b, const Lane& c) noexcept {
    if constexpr (sizeof(Lane) == 4) {
      float (*volatile const library)(float, float, float) = &::fmaf;
      return library(a, b, c);
    } else {
      double (*volatile const library)(double, double, double) = &::fma;
      return library(a, b, c);
    }
  }
  /// Whether it is, which nothing is proven without.
  static bool fuses() noexcept {
    constexpr Lane small = sizeof(Lane) == 4 ? Lane{0x1p-13f} : Lane{0x1p-30f};
    return fused(Lane{1} + small, Lane{1} - small, Lane{-1}) == -small * small;
  }
};

/// x / s by a short form; the same operations as the kernels' (quotients.inl).
template <class Lane>
Lane quotient_by(Quotient form, const Lane& x, const Lane& s, const Reciprocal<Lane>& r) noexcept {
  using R = Reciprocal<Lane>;
  if (form == Quotient::split) return R::fused(x, r.high, multiply(x, r.low));
  const Lane q = multiply(x, r.high);
  const Lane residual = R::fused(q, s, -x);
  return R::fused(-residual, r.high, q);
}

/// The inverse of an odd number modulo 2^64: Newton's iteration doubles the bits that are right, from 3.
constexpr std::uint64_t inverse_of(std::uint64_t odd) noexcept {
  std::uint64_t inverse = odd;
  for (int i = 0; i < 5; ++i) inverse *= 2 - odd * inverse;
  return inverse;
}

/// Calls `visit(x)` for every numerator in [1, 2), as a p-bit integer, whose quotient by the p-bit integer
/// `S` lies so close to a rounding boundary that a short form could miss it.
template <int Precision, class Visit>
void for_each_hard_numerator(std::uint64_t S, Visit&& visit) {
  __extension__ using Wide = __int128;
  const int zeros = std::countr_zero(S);
  const std::uint64_t inverse = inverse_of(S >> zeros);
  for (const int k : {Precision, Precision + 1}) {  // quotients from 1 on, and below 1
    if (zeros >= k) continue;
    const std::uint64_t step = std::uint64_t{1} << (k - zeros), mask = step - 1;
    for (int d = -8; d <= 8; ++d) {
      if (d == 0 || d % (1 << (zeros < 4 ? zeros : 4)) != 0) continue;
      // X * 2^k = M * S + d, so M * (S / 2^zeros) = -d / 2^zeros modulo 2^(k - zeros).
      const auto part = static_cast<std::uint64_t>(-(d / (1 << zeros)));
      const std::uint64_t least = std::uint64_t{1} << Precision;
      std::uint64_t M = (part * inverse) & mask;
      M += (least - M + mask) & ~mask;
      for (; M < 2 * least; M += step) {
        const Wide product = static_cast<Wide>(M) * static_cast<Wide>(S) + d;
        const auto X = static_cast<std::uint64_t>(product >> k);
        if (M % 2 == 1 && X >= least / 2 && X < least) visit(X);
      }
    }
  }
}

/// Whether `form` gives x / s for every x that has at most `numerator_bits` significant bits, barring
/// overflow and underflow; `s` is a normal number.
template <class Lane>
bool is_proven(Quotient form, const Lane& s,
               int numerator_bits = std::numeric_limits<Lane>::digits) noexcept {
  constexpr int precision = std::numeric_limits<Lane>::digits;
  using Word = std::conditional_t<sizeof(Lane) == 4, std::uint32_t, std::uint64_t>;
  constexpr Word leading = Word{1} << (precision - 1), one = std::bit_cast<Word>(Lane{1});
  const Word fraction = std::bit_cast<Word>(s) & (leading - 1);
  const Lane divisor = std::bit_cast<Lane>(static_cast<Word>(one | fraction));
  const Reciprocal<Lane> r = Reciprocal<Lane>::of(divisor);
  if (!Reciprocal<Lane>::fuses()) return false;
  const std::uint64_t absent = (std::uint64_t{1} << (precision - numerator_bits)) - 1;
  bool right = true;
  for_each_hard_numerator<precision>(leading | fraction, [&](std::uint64_t X) {
    if ((X & absent) != 0) return;
    const Lane x = std::bit_cast<Lane>(static_cast<Word>(one | (static_cast<Word>(X) & (leading - 1))));
    right = right &&
            std::bit_cast<Word>(quotient_by(form, x, divisor, r)) == std::bit_cast<Word>(divide(x, divisor));
  });
  return right;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
