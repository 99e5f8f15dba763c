// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "prepguard/detail/exact_sums.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/row_blocks.hpp"
#include "prepguard/detail/row_moments.hpp"
#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/matrix.hpp"
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
  /// out. Give some thousand at once: what a call begins and ends with takes as long as some hundred cells. A
  /// column may have up to 2^63 cells.
  template <class T>
  void add(const T* x, std::ptrdiff_t stride, std::size_t n) {
    constexpr std::size_t width = 8, few = 64;
    cells_ += n;
    std::size_t done = 0;
    if (n >= few) {
      std::array<ExactSums*, width> targets;
      targets.fill(&sums_);
      RowMoments<T> moments(targets);  // of a column laid out in rows
      done = n / width * width;
      if (stride == 1) {
        moments.add(x, width, n / width);
      } else {
        for_each_copy(x, stride, done,
                      [&](const T* cells, std::size_t count) { moments.add(cells, width, count / width); });
      }
    }
    for (; done < n; ++done) sums_.add(FloatParts<T>(x + static_cast<std::ptrdiff_t>(done) * stride));
  }

  /// Adds to each of the columns, which are as many as those of `rows`, its cells.
  template <class T>
  static void add_rows(const std::vector<ExactMoments*>& columns, const MatrixView<const T>& rows) {
    if (rows.row_stride() == 1 || rows.cols() == 1) {
      for (std::size_t j = 0; j < columns.size(); ++j) {
        columns[j]->add(&rows(0, j), rows.row_stride(), rows.rows());
      }
      return;
    }
    std::vector<ExactSums*> targets;
    for (ExactMoments* column : columns) {
      column->cells_ += rows.rows();
      targets.push_back(&column->sums_);
    }
    RowMoments<T> moments(targets);
    for_each_row_block(rows, [&](const T* cells, std::ptrdiff_t stride, std::size_t count) {
      moments.add(cells, stride, count);
    });
  }

  /// Adds the cells that `other` has seen.
  void merge(const ExactMoments& other) noexcept {
    cells_ += other.cells_;
    sums_.merge(other.sums_);
  }

  /// All cells seen.
  std::uint64_t cells() const noexcept { return cells_; }
  /// Numbers that count for mean and variance: all cells but NaN and infinities.
  std::uint64_t count() const noexcept { return cells_ - sums_.missing - sums_.infinite; }
  /// NaN cells.
  std::uint64_t missing() const noexcept { return sums_.missing; }
  /// Infinite cells; mean and variance are of no use if there are any.
  std::uint64_t infinite() const noexcept { return sums_.infinite; }

  /// The mean, rounded to nearest even; of zeros of any sign +0.0. Nothing if `count()` is 0.
  std::optional<double> mean() const noexcept;

  /// The population variance, rounded to nearest even. Nothing if `count()` is 0, or if it is beyond the
  /// largest double.
  std::optional<double> variance() const noexcept;

  /// True if all numbers are equal. A variance of 0 without it is one too small for a double.
  bool constant() const noexcept { return scaled_variance().bit_width() == 0; }

  /// The sums themselves, in units of 2^-1074 and of 2^-2148; the first is signed.
  const auto& sum() const noexcept { return sums_.sum; }
  const auto& squares() const noexcept { return sums_.squares; }

  /// The state: cells in all, how many were NaN or infinite, the sums in units of 2^-1074 and of 2^-2148.
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
    visit("missing", self.sums_.missing);
    visit("infinite", self.sums_.infinite);
    visit("sum", self.sums_.sum.words);
    visit("squares", self.sums_.squares.words);
  }
  /// Throws bad_state for sums that no cells have.
  void prepare() const {
    const bool counts = missing() <= cells_ && infinite() <= cells_ - missing() && !squares().negative();
    Place("partial").require(counts && !scaled_variance().negative(), "sums of some cells", "others");
  }

  friend bool operator==(const ExactMoments&, const ExactMoments&) noexcept = default;

 private:
  static constexpr std::size_t sum_words = sizeof(ExactSums::sum) / 8;
  static constexpr std::size_t square_words = sizeof(ExactSums::squares) / 8;

  /// Calls `visit(cells, count)` with copies of cells that lie apart.
  template <class T, class Visit>
  static void for_each_copy(const T* x, std::ptrdiff_t stride, std::size_t n, Visit&& visit) {
    std::array<T, 1024> copy;
    for (std::size_t first = 0; first < n; first += copy.size()) {
      const std::size_t count = std::min(n - first, copy.size());
      for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(&copy[i], x + static_cast<std::ptrdiff_t>(first + i) * stride, sizeof(T));
      }
      visit(copy.data(), count);
    }
  }

  WideInteger<sum_words> magnitude() const noexcept { return sum().negative() ? -sum() : sum(); }

  // count^2 * variance in squared units: count * sum(x^2) - sum(x)^2, never negative (Cauchy and Schwarz).
  WideInteger<2 * sum_words> scaled_variance() const noexcept {
    static_assert(2 * sum_words == square_words + 1);
    auto scaled = multiply(squares(), WideInteger<1>{{count()}});
    scaled -= multiply(magnitude(), magnitude());
    return scaled;
  }

  std::uint64_t cells_ = 0;
  ExactSums sums_{};
};

inline std::optional<double> ExactMoments::mean() const noexcept {
  if (count() == 0) return std::nullopt;
  // One word of fraction, so that the last bit of a denormal mean is rounded from bits that exist.
  WideInteger<sum_words + 1> quotient;
  std::ranges::copy(magnitude().words, quotient.words.begin() + 1);
  const bool inexact = quotient.divide_roughly(count());
  return round_to_double(quotient, inexact, unit_exponent - 64, sum().negative());
}

inline std::optional<double> ExactMoments::variance() const noexcept {
  if (count() == 0) return std::nullopt;
  auto quotient = scaled_variance();
  // What the first division leaves off is less than a unit of its last word, of which the rounding bit of the
  // result is a whole number: it cannot lift the second quotient to it.
  const bool first_inexact = quotient.divide_roughly(count());
  const bool second_inexact = quotient.divide_roughly(count());
  return round_to_double(quotient, first_inexact || second_inexact, 2 * unit_exponent, false);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
