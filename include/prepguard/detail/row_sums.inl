// SPDX-License-Identifier: MIT
// Included by kernels.inl after moments.inl, once in the namespace of each instruction set; see there.
// Sums over the cells of a row, and division by them. Every addition and product is a rounding of its own.

/// The magnitudes of `N` cells.
template <class T, std::size_t N>
[[gnu::always_inline]] inline Lanes<T, N> magnitudes(const T* p) {
  return __builtin_bit_cast(Lanes<T, N>,
                            load<Lanes<Bits<T>, N>>(p) & broadcast<Bits<T>, N>(FloatBits<T>::magnitude));
}

template <class V>
[[gnu::always_inline]] inline void add_to(V& total, V term) {
  fence(total);
  fence(term);
  total = total + term;
  fence(total);
}

template <class V>
[[gnu::always_inline]] inline V square(V v) {
  fence(v);
  v = v * v;
  fence(v);
  return v;
}

/// The largest magnitude as its bits, in the order of the numbers; NaN is above infinity.
template <class T>
inline Bits<T> largest_bits(const T* row, std::size_t cols) {
  Bits<T> largest = 0;
  for (std::size_t j = 0; j < cols; ++j) {
    const Bits<T> bits = load<Bits<T>>(row + j) & FloatBits<T>::magnitude;
    if (bits > largest) largest = bits;
  }
  return largest;
}

/// `first` plus the terms of the cells, one after the other; the term of a cell is its magnitude or its
/// square.
template <bool Squares, class T>
inline T sum_in_turn(const T* row, std::size_t cols) {
  T total = 0;
  for (std::size_t j = 0; j < cols; ++j) {
    add_to(total, Squares ? square(load<T>(row + j)) : magnitudes<T, 1>(row + j));
  }
  return total;
}

/// NumPy's sum of 8 to 128 neighbours: eight totals side by side, joined as a tree, then the rest.
template <class T>
inline T sum_of_block(const T* row, std::size_t cols) {
  constexpr std::size_t lanes = vector_bytes / sizeof(T) < 8 ? vector_bytes / sizeof(T) : 8;
  using V = Lanes<T, lanes>;
  V totals[8 / lanes];
  for (std::size_t k = 0; k < 8 / lanes; ++k) totals[k] = magnitudes<T, lanes>(row + k * lanes);
  std::size_t j = 8;
  for (; j + 8 <= cols; j += 8) {
    for (std::size_t k = 0; k < 8 / lanes; ++k) add_to(totals[k], magnitudes<T, lanes>(row + j + k * lanes));
  }
  T r[8];
  __builtin_memcpy(r, totals, sizeof r);
  for (std::size_t width = 1; width < 8; width *= 2) {
    for (std::size_t k = 0; k < 8; k += 2 * width) add_to(r[k], r[k + width]);
  }
  for (; j < cols; ++j) add_to(r[0], magnitudes<T, 1>(row + j));
  return r[0];
}

/// NumPy's sum of the magnitudes of neighbours (its `pairwise_sum`).
template <class T>
inline T sum_pairwise(const T* row, std::size_t cols) {
  if (cols < 8) return sum_in_turn<false>(row, cols);
  if (cols <= 128) return sum_of_block(row, cols);
  const std::size_t half = cols / 2 - cols / 2 % 8;
  T total = sum_pairwise(row, half);
  add_to(total, sum_pairwise(row + half, cols - half));
  return total;
}

/// NumPy's sum of the squares of neighbours (its `einsum`): vectors of 16 bytes, whole fours of them from the
/// last to the first, the rest in order, filled up with zeros.
template <class T>
inline T sum_by_lanes(const T* row, std::size_t cols) {
  constexpr std::size_t lanes = 16 / sizeof(T);
  using V = Lanes<T, lanes>;
  V totals{};
  std::size_t j = 0;
  for (; j + 4 * lanes <= cols; j += 4 * lanes) {
    for (std::size_t k = 4; k-- > 0;) add_to(totals, square(load<V>(row + j + k * lanes)));
  }
  for (; j < cols; j += lanes) {
    V last{};
    __builtin_memcpy(&last, row + j, (cols - j < lanes ? cols - j : lanes) * sizeof(T));
    add_to(totals, square(last));
  }
  T r[lanes];
  __builtin_memcpy(r, &totals, sizeof r);
  add_to(r[0], r[1]);
  if constexpr (lanes == 4) {
    add_to(r[2], r[3]);
    add_to(r[0], r[2]);
  }
  return r[0];
}

/// `x` as a double that no longer is an expression.
template <class T>
[[gnu::always_inline]] inline double settled(const T& x) {
  double wide = x;
  fence(wide);
  return wide;
}

/// The square root in `T`. Taken of doubles, which for a float rounds to the same one, as an approximation
/// would not.
template <class T>
inline T square_root(const T& x) {
  const double root = settled(__builtin_sqrt(settled(x)));
  T rounded = static_cast<T>(root);
  fence(rounded);
  return rounded;
}

/// How a row becomes another: `x * scale / divisor`, the product exact, one rounding to `T`.
struct RowQuotient {
  double scale = 1;
  double divisor = 1;
};

/// 2^`exponent`, which is from -1022 to 1022.
inline double power_of_two(std::int64_t exponent) {
  return __builtin_bit_cast(double, (exponent + 1023) << 52);
}

/// The exponent of the largest cell, kept to the ordinary ones; 0 for a row of zeros, or with an infinity.
template <class T>
inline std::int64_t row_exponent(const T* row, std::size_t cols) {
  const Bits<T> largest = largest_bits(row, cols);
  if (largest == 0 || largest >= FloatBits<T>::exponent) return 0;
  const double wide = settled(__builtin_bit_cast(T, largest));
  const std::int64_t exponent = (__builtin_bit_cast(std::int64_t, wide) >> 52) - 1023;
  return exponent < -1022 ? -1022 : exponent > 1022 ? 1022 : exponent;
}

/// The terms are scaled doubles, added up in turn.
template <bool Squares, class T>
inline RowQuotient scaled_quotient(const T* row, std::size_t cols, double least) {
  const std::int64_t exponent = row_exponent(row, cols);
  const double scale = power_of_two(-exponent);
  double norm = 0;
  for (std::size_t j = 0; j < cols; ++j) {
    double cell = settled(settled(magnitudes<T, 1>(row + j)) * scale);
    add_to(norm, Squares ? square(cell) : cell);
  }
  if constexpr (Squares) norm = square_root(norm);
  if (settled(norm * power_of_two(exponent)) < least) return {};
  return {scale, norm};
}

template <RowSum Sum, class T>
inline RowQuotient quotient_of(const T* row, std::size_t cols, double least) {
  if constexpr (Sum == RowSum::l1_scaled) return scaled_quotient<false>(row, cols, least);
  if constexpr (Sum == RowSum::l2_scaled) return scaled_quotient<true>(row, cols, least);
  T norm{};
  if constexpr (Sum == RowSum::largest) norm = __builtin_bit_cast(T, largest_bits(row, cols));
  if constexpr (Sum == RowSum::l1_pairwise) norm = sum_pairwise(row, cols);
  if constexpr (Sum == RowSum::l1_in_turn) norm = sum_in_turn<false>(row, cols);
  if constexpr (Sum == RowSum::l2_lanes) norm = square_root(sum_by_lanes(row, cols));
  if constexpr (Sum == RowSum::l2_in_turn) norm = square_root(sum_in_turn<true>(row, cols));
  const double divisor = settled(norm);
  return {1, divisor < least ? 1 : divisor};
}

template <class T>
struct DivideRow {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);

  RowQuotient quotient;

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t) const {
    auto value = load_lanes<N, double>(p);
    operate<Step::multiply>(value, broadcast<double, N>(quotient.scale));
    operate<Step::divide>(value, broadcast<double, N>(quotient.divisor));
    return narrow<T, N, double>(value);
  }
};
