// SPDX-License-Identifier: MIT
// Included by kernels.inl, once in the namespace of each instruction set; see there.

/// True if a bit is set in `mask`, of `Bytes` bytes.
template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline bool any_lane(const Lanes<Bits<T>, Bytes / sizeof(T)>& mask) {
  if constexpr (Bytes > 32) {
    using Quads = Lanes<std::int64_t, Bytes / 8>;
    const Quads quads = __builtin_bit_cast(Quads, mask);
    return any_bit(__builtin_shufflevector(quads, quads, 0, 1, 2, 3) |
                   __builtin_shufflevector(quads, quads, 4, 5, 6, 7));
  } else if constexpr (Bytes == sizeof(T)) {
    return mask != 0;
  } else {
    return any_bit(mask);
  }
}

/// Rows and the bounds of their columns.
template <class T>
struct BoundedRows {
  const T* in;
  std::ptrdiff_t stride;
  std::size_t rows, cols;
  const T* low;
  const T* high;
};

/// All bits set where one of the `N` cells at `j` lies outside of its bounds.
template <std::size_t N, class T>
[[gnu::always_inline]] inline Lanes<Bits<T>, N> outside_bounds(const BoundedRows<T>& rows, const T* in,
                                                               std::size_t j) {
  using V = Lanes<T, N>;
  const V x = load<V>(in + j);
  const Lanes<Bits<T>, N> below = x < load<V>(rows.low + j), above = x > load<V>(rows.high + j);
  return below | above;
}

/// True if no cell lies outside of its column's bounds; the last vector of a row overlaps the one before it.
template <class T, std::size_t N>
inline bool rows_within(const BoundedRows<T>& rows) {
  if constexpr (N > 1) {
    if (rows.cols < N) return rows_within<T, N / 2>(rows);
  } else {
    if (rows.cols == 0) return true;
  }
  Lanes<Bits<T>, N> outside{};
  const T* in = rows.in;
  for (std::size_t i = 0; i < rows.rows; ++i, in += rows.stride) {
    for (std::size_t j = 0; j + N < rows.cols; j += N) outside |= outside_bounds<N>(rows, in, j);
    outside |= outside_bounds<N>(rows, in, rows.cols - N);
  }
  return !any_lane<T, N * sizeof(T)>(outside);
}
