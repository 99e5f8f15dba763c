// SPDX-License-Identifier: MIT
// Included by kernels.inl, once in the namespace of each instruction set; see there.

/// -1 where a comparison held, else 0, whatever its type: a vector of them, or a bool.
template <class B, class M>
[[gnu::always_inline]] inline B as_mask(const M& held) {
  if constexpr (sizeof(M) == sizeof(B)) {
    return __builtin_bit_cast(B, held);
  } else {
    return held ? -1 : 0;
  }
}

/// Counts, extremes and moments of the `N` columns from `j` on.
template <class T, std::size_t N>
inline void summarize_columns(const WindowRows<T>& rows, const WindowSums<T>& sums, std::size_t j) {
  using V = Lanes<T, N>;
  using B = Lanes<Bits<T>, N>;
  B below[window_thresholds] = {};
  B least = broadcast<Bits<T>, N>(FloatBits<T>::magnitude), most = ~least;
  V sum{}, squares{};
  const V center = load<V>(rows.center + j);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const B bits = load<B>(rows.cells + i * rows.columns + j);
    const B size = bits & FloatBits<T>::magnitude;
    const B key = bits < 0 ? bits ^ FloatBits<T>::magnitude : bits;
    for (std::size_t k = 0; k < window_thresholds; ++k)
      below[k] -= as_mask<B>(key < load<B>(rows.thresholds + k * rows.columns + j));
    const B finite = as_mask<B>(size < FloatBits<T>::exponent);
    const B or_highest = (key & finite) | (~finite & FloatBits<T>::magnitude);
    const B or_lowest = (key & finite) | (~finite & ~FloatBits<T>::magnitude);
    least = or_highest < least ? or_highest : least;
    most = or_lowest > most ? or_lowest : most;
    const B or_center = (bits & finite) | (~finite & __builtin_bit_cast(B, center));
    const V distance = __builtin_bit_cast(V, or_center) - center;
    sum += distance;
    squares += distance * distance;
  }
  for (std::size_t k = 0; k < window_thresholds; ++k) store(sums.below + k * rows.columns + j, below[k]);
  store(sums.least + j, least);
  store(sums.most + j, most);
  store(sums.sum + j, sum);
  store(sums.squares + j, squares);
}

/// See WindowSums.
template <class T>
inline void summarize_rows(const WindowRows<T>& rows, const WindowSums<T>& sums) {
  constexpr std::size_t N = vector_bytes / sizeof(T);
  for (std::size_t j = 0; j < rows.columns; j += N) summarize_columns<T, N>(rows, sums, j);
}
