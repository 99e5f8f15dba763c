// SPDX-License-Identifier: MIT
// Included by kernels.inl after watch.inl, once in the namespace of each instruction set; see there.
// How kernels walk over rows. A cell operation has `Cell`, the type of its results' lanes, `lanes`, the
// widest vector it works on, and `at<N>(p, j)`: the results for the `N` cells at `p`, which are columns j,
// j+1, ... True comes back if all results are finite.
// Loops have copies of the operation: what others can see would be read again after every store, which may
// be to there for all the compiler knows.

/// The period of operations that are the same for every column.
inline constexpr std::size_t any_period = 256;
/// How many bytes ahead a kernel asks for the cells of a call that is too large for the caches.
inline constexpr std::size_t streamed_ahead = 8192;

/// Rows of at least `N` cells. The last vector of a row overlaps its neighbour; it is computed before the
/// first store, so that in-place rows are read before they are written.
template <std::size_t N, class T, class Operation>
PREPGUARD_LOOP bool transform_wide_rows(const RowPair<T>& rows, const Operation& given) {
  const Operation operation = given;
  const std::size_t count = rows.rows, end = rows.cols - N;
  const std::ptrdiff_t in_stride = rows.in_stride, out_stride = rows.out_stride;
  const T* in = rows.in;
  T* out = rows.out;
  Watch<T, N> watch{};
  for (std::size_t i = 0; i < count; ++i, in += in_stride, out += out_stride) {
    const auto last = operation.template at<N>(in + end, end);
    watch.take_odd(last);
    for (std::size_t j = 0; j < end; j += N) {
      const auto results = operation.template at<N>(in + j, j);
      watch.take(results);
      store(out + j, results);
    }
    store(out + end, last);
  }
  return watch.finite();
}

/// Rows of any width, with vectors of at most `N` cells.
template <std::size_t N, class T, class Operation>
[[gnu::always_inline]] inline bool transform_rows(const RowPair<T>& rows, const Operation& operation) {
  if constexpr (N > 1) {
    if (rows.cols < N) return transform_rows<N / 2>(rows, operation);
  } else {
    if (rows.cols == 0) return true;
  }
  return transform_wide_rows<N>(rows, operation);
}

/// Stores the results of two vectors. What is not in the caches on the way out is not there on the way in
/// either, and the prefetcher of the machine stops at every page: so cells to come are asked for.
template <std::size_t N, bool Streams, class T, class V>
[[gnu::always_inline]] inline void store_pair(const T* in, T* out, const V& even, const V& odd) {
  if constexpr (Streams) {
    __builtin_prefetch(reinterpret_cast<const char*>(in) + streamed_ahead);
    __builtin_prefetch(reinterpret_cast<const char*>(in) + streamed_ahead + 64);
    store_past_caches(out, even);
    store_past_caches(out + N, odd);
  } else {
    store(out, even);
    store(out + N, odd);
  }
}

/// Rows that lie end to end, as one long row whose statistics repeat after `period` cells: no tail per row,
/// and no statistic is read across a cache line. `period` is a multiple of two vectors. What is left at the
/// end, less than two vectors, is left in `rows`, as one row; its first column is returned in `column`.
template <std::size_t N, bool Streams, class T, class Operation>
PREPGUARD_LOOP bool transform_periods(RowPair<T>& rows, const Operation& given, std::size_t period,
                                      std::size_t& column) {
  const Operation operation = given;
  std::size_t left = rows.rows * rows.cols, first = 0;
  const T* in = rows.in;
  T* out = rows.out;
  Watch<T, N> watch{};
  if constexpr (Streams) {
    // To where a line of memory begins: stores past the caches are slow where two share one. The cells
    // between there and the end of these vectors come twice.
    for (std::size_t j = 0; j < 64 / sizeof(T); j += N) {
      const auto results = operation.template at<N>(in + j, j);
      watch.take(results);
      store(out + j, results);
    }
    first = -(reinterpret_cast<std::uintptr_t>(out) / sizeof(T)) % (64 / sizeof(T));
    in += first, out += first, left -= first;
  }
  for (std::size_t cells = period; cells == period; left -= cells) {
    cells = left < period ? left / (2 * N) * (2 * N) : period;
    for (std::size_t j = 0; j < cells; j += 2 * N, in += 2 * N, out += 2 * N) {
      const auto even = operation.template at<N>(in, first + j),
                 odd = operation.template at<N>(in + N, first + j + N);
      watch.take(even);
      watch.take_odd(odd);
      store_pair<N, Streams>(in, out, even, odd);
    }
    column = first + cells;
  }
  rows = {in, 0, out, 0, 1, left, false};
  return watch.finite();
}

/// `period`: how many cells in a row, from the first of a row on, the statistics of `operation` are there
/// for, and then some lines of memory more (LaneArrays); 0 if they do not repeat. `MayStream`: for operations
/// that write what a call asks for.
template <bool MayStream, class T, class Operation>
[[gnu::always_inline]] inline bool transform(const RowPair<T>& all, const Operation& operation,
                                             std::size_t period) {
  constexpr std::size_t N = Operation::lanes;
  const auto cols = static_cast<std::ptrdiff_t>(all.cols);
  const bool end_to_end = all.rows > 1 ? all.in_stride == cols && all.out_stride == cols : all.cols >= period;
  if (period == 0 || !end_to_end || all.rows * all.cols < 4 * N) return transform_rows<N>(all, operation);
  RowPair<T> rows = all;
  std::size_t column = 0;
  bool finite = true;
  if (MayStream && can_stream && rows.streams &&
      reinterpret_cast<std::uintptr_t>(rows.out) % sizeof(T) == 0) {
    finite = transform_periods < N, MayStream && can_stream > (rows, operation, period, column);
  } else {
    finite = transform_periods<N, false>(rows, operation, period, column);
  }
  return transform_rows<N>(rows, operation.from(column)) && finite;
}
