// SPDX-License-Identifier: MIT
// Included by kernels.inl after finite.inl, once in the namespace of each instruction set; see there.

/// Has what lies `ahead` bytes from `p` brought near; it may lie outside of everything.
[[gnu::always_inline]] inline void prefetch(const void* p, std::size_t ahead) {
  __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(p) + ahead), 0, 2);
}

/// Adds `x`, rounded to what fits beside it, to `sum`, which is far larger; takes what was added away from
/// `x` and returns it. Exact.
template <class V>
[[gnu::always_inline]] inline V move_part(V& x, V& sum) {
  V all = sum + x;
  fence(all);
  V part = all - sum;
  fence(part);
  sum = all;
  x = x - part;
  fence(x);
  return part;
}

/// Adds the cells of one vector to the sums of its columns; see MomentParts.
template <class V>
[[gnu::always_inline]] inline void add_parts(V x, V (&s)[9]) {
  fence(x);
  const V first = move_part(x, s[0]), second = move_part(x, s[1]);
  s[2] += x;
  s[3] += first * first;
  s[4] += first * second;
  s[5] += first * x;
  s[6] += second * second;
  s[7] += second * x;
  s[8] += x * x;
}
template <class V>
[[gnu::always_inline]] inline void add_parts(V x, V (&s)[3]) {
  fence(x);
  s[0] += x;
  V square = x * x;
  fence(square);
  move_part(square, s[1]);
  s[2] += square;
}

/// Adds the `N` columns from `j` on; the first `done` of them are left alone, but for `left_out`.
template <class T, std::size_t N>
inline void add_columns(const MomentRows<T>& rows, std::size_t j, std::size_t done) noexcept {
  using B = Lanes<Bits<T>, N>;
  using U = Lanes<std::make_unsigned_t<Bits<T>>, N>;
  using Wide = Lanes<double, N>;
  constexpr std::size_t sums = MomentParts<T>::sums;
  const U lowest = load<U>(rows.low + j);
  // Compared as signed numbers: few instruction sets have the other comparison.
  constexpr auto turn = ~FloatBits<T>::magnitude;
  B span = load<B>(rows.span + j);
  Bits<T> spans[N];
  store(spans, span);
  for (std::size_t k = 0; k < done; ++k) spans[k] = 0;
  span = load<B>(spans) ^ turn;
  const U from = lowest ^ static_cast<std::make_unsigned_t<Bits<T>>>(turn);
  Wide s[sums];
  for (std::size_t k = 0; k < sums; ++k) s[k] = load<Wide>(rows.sums + k * rows.pitch + j);
  B left_out{};
  const T* cells = rows.cells + j;
  for (std::size_t i = 0; i < rows.rows; ++i, cells += rows.stride) {
    const B bits = load<B>(cells);
    const B size = bits & FloatBits<T>::magnitude;
    const B above = __builtin_bit_cast(B, __builtin_bit_cast(U, size) - from);
    const B taken = above < span ? bits : B{};
    left_out |= bits ^ taken;
    prefetch(cells, rows.ahead);
    if constexpr (sizeof(T) < sizeof(double)) {
      add_parts(widen<N>(__builtin_bit_cast(Lanes<T, N>, taken)), s);
    } else {
      add_parts(__builtin_bit_cast(Wide, taken), s);
    }
  }
  for (std::size_t k = 0; k < sums; ++k) store(rows.sums + k * rows.pitch + j, s[k]);
  store(rows.left_out + j, left_out & FloatBits<T>::magnitude);
}

/// See MomentRows. The last vector overlaps the one before it, which comes after it.
template <class T, std::size_t N>
inline void add_rows(const MomentRows<T>& rows) noexcept {
  if constexpr (N > 1) {
    if (rows.cols < N) return add_rows<T, N / 2>(rows);
  }
  if (rows.cols == 0) return;
  if (rows.cols % N != 0) add_columns<T, N>(rows, rows.cols - N, N - rows.cols % N);
  for (std::size_t j = 0; j + N <= rows.cols; j += N) add_columns<T, N>(rows, j, 0);
}

template <std::size_t N>
[[gnu::always_inline]] inline Lanes<std::int64_t, N> to_integers(const Lanes<double, N>& v) {
  if constexpr (N == 1) {
    return static_cast<std::int64_t>(v);
  } else {
    return __builtin_convertvector(v, Lanes<std::int64_t, N>);
  }
}

/// Moves the sums on and starts them again. Everything is exact: whole numbers of units, scaled by powers of
/// two.
template <class T>
inline void carry_sums(const MomentTotals& to) noexcept {
  constexpr std::size_t N = vector_bytes / sizeof(double);
  using V = Lanes<double, N>;
  using Quads = Lanes<std::int64_t, N>;
  using Parts = MomentParts<T>;
  for (std::size_t j = 0; j < to.pitch; j += N) {
    const V size = load<V>(to.size + j), per_size = load<V>(to.per_size + j);
    for (std::size_t k = 0; k < Parts::sums; ++k) {
      double* const sum = to.sums + k * to.pitch + j;
      std::int64_t* const total = to.totals + k * to.pitch + j;
      V start = size * Parts::start[k], units = per_size * Parts::units[k];
      if (k >= Parts::linear) {
        start *= size;
        units *= per_size;
      }
      V moved = load<V>(sum) - start;
      fence(moved);
      moved *= units;
      fence(moved);
      store(total, load<Quads>(total) + to_integers<N>(moved));
      store(sum, start);
    }
  }
}

/// Widens the ranges of the `N` columns from `j` on; see RangeRows.
template <class T, std::size_t N>
inline void widen_ranges(const RangeRows<T>& rows, std::size_t j) noexcept {
  using V = Lanes<Bits<T>, N>;
  V low = load<V>(rows.low + j), high = load<V>(rows.high + j), numbers{};
  const T* cells = rows.cells + j;
  for (std::size_t i = 0; i < rows.rows; ++i, cells += rows.stride) {
    const V bits = load<V>(cells);
    const V key = bits < 0 ? bits ^ FloatBits<T>::magnitude : bits;
    const V is_number = (bits & FloatBits<T>::magnitude) <= FloatBits<T>::exponent ? V{} - 1 : V{};
    const V or_highest = (key & is_number) | (~is_number & FloatBits<T>::magnitude);
    const V or_lowest = (key & is_number) | (~is_number & ~FloatBits<T>::magnitude);
    low = or_highest < low ? or_highest : low;
    high = or_lowest > high ? or_lowest : high;
    numbers -= is_number;
    prefetch(cells, rows.ahead);
  }
  store(rows.low + j, low);
  store(rows.high + j, high);
  store(rows.numbers + j, numbers);
}

/// See RangeRows. The last vector overlaps the one before it, which finds the same.
template <class T, std::size_t N>
inline void widen_row_ranges(const RangeRows<T>& rows) noexcept {
  if constexpr (N > 1) {
    if (rows.cols < N) return widen_row_ranges<T, N / 2>(rows);
  }
  if (rows.cols == 0) return;
  for (std::size_t j = 0; j + N <= rows.cols; j += N) widen_ranges<T, N>(rows, j);
  if (rows.cols % N != 0) widen_ranges<T, N>(rows, rows.cols - N);
}
