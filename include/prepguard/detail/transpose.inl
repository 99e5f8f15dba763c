// SPDX-License-Identifier: MIT
// Included by kernels.inl, once in the namespace of each instruction set; see there.

/// Turns `N` columns of `N` cells into `N` rows, in registers: pairs of cells first, then pairs of pairs.
template <std::size_t N, class T>
[[gnu::always_inline]] inline void transpose_block(const T* in, std::ptrdiff_t in_stride, T* out,
                                                   std::ptrdiff_t out_stride) {
  using V = Lanes<Bits<T>, N>;
  if constexpr (N == 2) {
    const V a = load<V>(in), b = load<V>(in + in_stride);
    store(out, __builtin_shufflevector(a, b, 0, 2));
    store(out + out_stride, __builtin_shufflevector(a, b, 1, 3));
  } else {
    const V a = load<V>(in), b = load<V>(in + in_stride), c = load<V>(in + 2 * in_stride),
            d = load<V>(in + 3 * in_stride);
    const V low_ab = __builtin_shufflevector(a, b, 0, 4, 2, 6),
            high_ab = __builtin_shufflevector(a, b, 1, 5, 3, 7);
    const V low_cd = __builtin_shufflevector(c, d, 0, 4, 2, 6),
            high_cd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
    store(out, __builtin_shufflevector(low_ab, low_cd, 0, 1, 4, 5));
    store(out + out_stride, __builtin_shufflevector(high_ab, high_cd, 0, 1, 4, 5));
    store(out + 2 * out_stride, __builtin_shufflevector(low_ab, low_cd, 2, 3, 6, 7));
    store(out + 3 * out_stride, __builtin_shufflevector(high_ab, high_cd, 2, 3, 6, 7));
  }
}

/// Copies `columns` columns of `cells` cells, `in_stride` apart, to rows `out_stride` apart.
template <class T>
inline void transpose_cells(const T* in, std::ptrdiff_t in_stride, std::size_t columns, std::size_t cells,
                            T* out, std::ptrdiff_t out_stride) {
  if (cells == 0) return;  // without cells there may be no memory to step through either
  constexpr std::size_t N = vector_bytes / sizeof(T) >= 4 ? 4 : vector_bytes / sizeof(T);
  std::size_t j = 0;
  if constexpr (N > 1) {
    constexpr auto step = static_cast<std::ptrdiff_t>(N);
    for (; j + N <= columns; j += N, in += step * in_stride, out += N) {
      std::size_t i = 0;
      T* row = out;
      for (; i + N <= cells; i += N, row += step * out_stride)
        transpose_block<N>(in + i, in_stride, row, out_stride);
      for (; i < cells; ++i, row += out_stride) {
        for (std::size_t k = 0; k < N; ++k)
          store(row + k, load<Bits<T>>(in + i + static_cast<std::ptrdiff_t>(k) * in_stride));
      }
    }
  }
  for (; j < columns; ++j, in += in_stride, ++out) {
    T* cell = out;
    for (std::size_t i = 0; i < cells; ++i, cell += out_stride) store(cell, load<Bits<T>>(in + i));
  }
}
