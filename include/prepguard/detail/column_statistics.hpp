// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/transformer.hpp"

// Mergeable statistics of one column, what fits are made of (ExactMoments, in exact_moments.hpp, is one
// more). Each is the same, bit for bit, for the same cells in any order and any number of shards:
//   add(x, stride, n)   takes the cells x[0], x[stride], ...
//   merge(other)        takes all that `other` has seen; associative and commutative
//   cells(), count()    cells seen, and those of them that hold a value
//   fields, prepare, == the state, for serialization; prepare throws bad_state if it contradicts itself
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Only how many cells there were: for steps that learn nothing but their width.
template <class Cell>
class ColumnSeen {
 public:
  void add(const Cell*, std::ptrdiff_t, std::size_t n) noexcept { cells_ += n; }
  void merge(const ColumnSeen& other) noexcept { cells_ += other.cells_; }
  std::uint64_t cells() const noexcept { return cells_; }
  std::uint64_t count() const noexcept { return cells_; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
  }
  friend bool operator==(const ColumnSeen&, const ColumnSeen&) = default;

 private:
  std::uint64_t cells_ = 0;
};

/// A number as an integer of the same order; -0.0 comes just below 0.0. NaN lies outside of all numbers.
template <Number T>
Bits<T> order_key(const T* x) noexcept {
  const Bits<T> bits = bits_of(x);
  return bits < 0 ? bits ^ FloatBits<T>::magnitude : bits;
}
template <Number T>
T number_of(Bits<T> key) noexcept {
  const Bits<T> bits = key < 0 ? key ^ FloatBits<T>::magnitude : key;
  return __builtin_bit_cast(T, bits);
}

/// The smallest and the largest number of a column; NaN is left out.
template <Number T>
class ColumnRange {
 public:
  void add(const T* x, std::ptrdiff_t stride, std::size_t n) noexcept {
    constexpr std::size_t block = 64;  // a whole number of every vector
    std::size_t present = 0, first = 0;
    Bits<T> ends[] = {low_, high_};
    const auto extend = [&](const T* cells, std::size_t count) {
      present +=
          with_kernels([&](auto kernels) { return kernels.template extend_range<T>(cells, count, ends); });
    };
    if (stride == 1) {
      first = n / block * block;
      forget_values_at(x);
      if (first != 0) extend(x, first);
    }
    for (; first < n; first += block) {
      std::array<T, block> copy;  // filled up by repetition
      const std::size_t size = std::min(n - first, block);
      for (std::size_t i = 0; i < block; ++i) {
        std::memcpy(&copy[i], x + static_cast<std::ptrdiff_t>(first + std::min(i, size - 1)) * stride,
                    sizeof(T));
      }
      const std::size_t repeated = is_nan(&copy.back()) ? 0 : block - size;
      extend(copy.data(), block);
      present -= repeated;
    }
    low_ = ends[0];
    high_ = ends[1];
    missing_ += n - present;
    cells_ += n;
  }
  void merge(const ColumnRange& other) noexcept {
    low_ = std::min(low_, other.low_);
    high_ = std::max(high_, other.high_);
    cells_ += other.cells_;
    missing_ += other.missing_;
  }
  std::uint64_t cells() const noexcept { return cells_; }
  std::uint64_t count() const noexcept { return cells_ - missing_; }
  /// The ends; meaningless if `count()` is 0.
  T low() const noexcept { return number_of<T>(low_); }
  T high() const noexcept { return number_of<T>(high_); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cells", self.cells_);
    visit("missing", self.missing_);
    visit("low", self.low_);
    visit("high", self.high_);
  }
  void prepare() const {
    const bool finite = number_key(low_) && number_key(high_) && low_ <= high_;
    Place("partial").require(missing_ <= cells_ && (count() == 0 || finite), "a range of some of the cells",
                             "another");
  }
  friend bool operator==(const ColumnRange&, const ColumnRange&) = default;

 private:
  static bool number_key(Bits<T> key) noexcept {
    const T number = number_of<T>(key);
    return is_finite(&number);
  }

  std::uint64_t cells_ = 0;
  std::uint64_t missing_ = 0;
  Bits<T> low_ = std::numeric_limits<Bits<T>>::max();  // order keys
  Bits<T> high_ = std::numeric_limits<Bits<T>>::min();
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
