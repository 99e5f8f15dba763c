// SPDX-License-Identifier: MIT
#include "prepguard/detail/row_moments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "every_instruction_set.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/value_counts.hpp"

namespace row_moments_test {
namespace {

using prepguard::MatrixView;
using prepguard::detail::ExactMoments;
using prepguard::detail::ExactSums;
using prepguard::detail::FloatParts;

/// A cell of column `j`: columns of similar numbers, of any magnitude, of ones that grow, sparse and broken
/// ones.
template <class T>
void put_cell(T* cell, std::mt19937_64& random, std::size_t i, std::size_t j) {
  using Bits = typename FloatParts<T>::Bits;
  constexpr unsigned shift = FloatParts<T>::fraction_bits, special = FloatParts<T>::special;
  const auto draw = static_cast<Bits>(random());
  auto exponent = static_cast<Bits>(special / 2 + draw % 12);
  if (j % 6 == 1) exponent = static_cast<Bits>(random() % (special + 1));  // NaN and infinities too
  if (j % 6 == 2) exponent = static_cast<Bits>(i / 20 % special);
  if (j % 6 == 3 && random() % 10 == 0) exponent = special;
  const bool zero = j % 6 == 4 && random() % 8 != 0;
  const Bits sign = static_cast<Bits>(random() & 1) << (8 * sizeof(T) - 1);
  const Bits bits = sign | (zero ? Bits{0} : (draw & FloatParts<T>::fraction_mask) | exponent << shift);
  std::memcpy(cell, &bits, sizeof bits);
}

template <class T>
std::vector<T> hostile_cells(std::mt19937_64& random, std::size_t rows, std::size_t cols) {
  std::vector<T> cells(rows * cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < cols; ++j) put_cell(&cells[i * cols + j], random, i, j);
  }
  return cells;
}

/// Columns of `rows` that do not have the sums of their cells, each added by itself as integers.
template <class T>
std::size_t wrong_columns(const MatrixView<const T>& rows) {
  std::vector<ExactMoments> columns(rows.cols());
  std::vector<ExactMoments*> pointers;
  for (ExactMoments& column : columns) pointers.push_back(&column);
  ExactMoments::add_rows(pointers, rows);
  std::size_t wrong = 0;
  for (std::size_t j = 0; j < rows.cols(); ++j) {
    ExactSums want;
    for (std::size_t i = 0; i < rows.rows(); ++i) want.add(FloatParts<T>(&rows(i, j)));
    const bool same = columns[j].sum() == want.sum && columns[j].squares() == want.squares &&
                      columns[j].missing() == want.missing && columns[j].infinite() == want.infinite &&
                      columns[j].cells() == rows.rows();
    wrong += same ? 0u : 1u;
  }
  return wrong;
}

template <class T>
void check_layouts() {
  std::mt19937_64 random(11);
  for (const std::size_t cols :
       std::initializer_list<std::size_t>{1, 2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 30, 33, 100}) {
    for (const std::size_t rows : std::initializer_list<std::size_t>{1, 2, 15, 16, 127, 129, 400}) {
      CAPTURE(cols);
      CAPTURE(rows);
      const auto cells = hostile_cells<T>(random, rows, cols + 3);
      const auto pitch = static_cast<std::ptrdiff_t>(cols + 3);
      CHECK(wrong_columns<T>({cells.data(), rows, cols + 3}) == 0);
      CHECK(wrong_columns<T>({cells.data() + 1, rows, cols, pitch, 1}) == 0);  // apart
      CHECK(wrong_columns<T>({cells.data(), cols + 3, rows, 1, pitch}) == 0);  // by column
      CHECK(wrong_columns<T>({cells.data() + (rows - 1) * (cols + 3), rows, cols, -pitch, 1}) ==
            0);                                                                    // upwards
      CHECK(wrong_columns<T>({cells.data() + cols, rows, cols, pitch, -1}) == 0);  // leftwards
    }
  }
}

/// Rows that begin with small numbers and go on with ones that just fit beside them: every sum gets as large
/// as it can, and has its last bit set.
template <class T>
void check_capacity() {
  using Bits = typename FloatParts<T>::Bits;
  constexpr std::size_t rows = 140'000, cols = 2;
  std::mt19937_64 random(2);
  const Bits most = std::bit_cast<Bits>(T{8}) - 1;
  std::vector<T> cells(rows * cols, T{1});
  for (std::size_t i = 32 * cols; i < cells.size(); ++i) {
    const Bits low = static_cast<Bits>(random()) & (FloatParts<T>::fraction_mask >> 5);
    cells[i] = std::bit_cast<T>(i % cols == 0 ? most : most - low);
  }
  CHECK(wrong_columns<T>({cells.data(), rows, cols}) == 0);
}

template <class T>
void check_ranges() {
  std::mt19937_64 random(5);
  for (const std::size_t cols : std::initializer_list<std::size_t>{1, 3, 8, 17, 40}) {
    const std::size_t rows = 1 + random() % 300;
    const auto cells = hostile_cells<T>(random, rows, cols);
    std::vector<prepguard::detail::ColumnRange<T>> columns(cols);
    prepguard::detail::ColumnRange<T>::add_rows(columns, MatrixView<const T>(cells.data(), rows, cols));
    for (std::size_t j = 0; j < cols; ++j) {
      std::uint64_t numbers = 0;
      std::int64_t low = std::numeric_limits<std::int64_t>::max(),
                   high = std::numeric_limits<std::int64_t>::min();
      for (std::size_t i = 0; i < rows; ++i) {
        const FloatParts<T> parts(&cells[i * cols + j]);
        if (parts.exponent() == FloatParts<T>::special && !parts.fraction_is_zero()) continue;
        ++numbers;
        const auto magnitude =
            static_cast<std::int64_t>(parts.bits & (~typename FloatParts<T>::Bits{0} >> 1));
        const std::int64_t order = parts.sign() != 0 ? -1 - magnitude : magnitude;
        low = std::min(low, order);
        high = std::max(high, order);
      }
      CHECK(columns[j].cells() == rows);
      CHECK(columns[j].count() == numbers);
      if (numbers == 0) continue;
      const auto order_of = [](T number) {
        const FloatParts<T> parts(&number);
        const auto magnitude =
            static_cast<std::int64_t>(parts.bits & (~typename FloatParts<T>::Bits{0} >> 1));
        return parts.sign() != 0 ? -1 - magnitude : magnitude;
      };
      CHECK(order_of(columns[j].low()) == low);
      CHECK(order_of(columns[j].high()) == high);
    }
  }
}

}  // namespace

TEST_CASE("sums of rows are those of their cells, for any width, layout and instruction set") {
  for_every_instruction_set([](prepguard::InstructionSet) {
    check_layouts<double>();
    check_layouts<float>();
  });
}

TEST_CASE("sums of rows hold as many of the largest numbers as come") {
  for_every_instruction_set([](prepguard::InstructionSet) {
    check_capacity<double>();
    check_capacity<float>();
  });
}

TEST_CASE("ranges of rows, for any width and instruction set") {
  for_every_instruction_set([](prepguard::InstructionSet) {
    check_ranges<double>();
    check_ranges<float>();
  });
}

TEST_CASE("keys are sorted as std::sort does, few and many") {
  std::mt19937_64 random(3);
  for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 255, 256, 5000}) {
    for (const unsigned drop : {0u, 20u, 56u}) {  // of the lower bits: many equal ones, passes left out
      std::vector<std::int64_t> keys(n);
      for (auto& key : keys) key = static_cast<std::int64_t>(random()) >> drop;
      std::vector<std::int32_t> narrow(keys.begin(), keys.end());
      auto sorted = keys;
      auto sorted_narrow = narrow;
      std::sort(sorted.begin(), sorted.end());
      std::sort(sorted_narrow.begin(), sorted_narrow.end());
      prepguard::detail::sort_keys(keys);
      prepguard::detail::sort_keys(narrow);
      CHECK(keys == sorted);
      CHECK(narrow == sorted_narrow);
    }
  }
}

}  // namespace row_moments_test
