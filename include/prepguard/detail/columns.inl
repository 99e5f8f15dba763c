// SPDX-License-Identifier: MIT
// Included by kernels.inl after finite.inl, once in the namespace of each instruction set; see there.
// A cell operation has `lanes`, the widest vector it works on, and `at<N>(p, j)`: the results for the `N`
// cells at `p`, which are columns j, j+1, ... Its `Tables` hold its statistics repeated for several rows
// (`repeated`).

/// Entries of a statistics table on the stack: enough for narrow rows, small beside the L1 cache.
inline constexpr std::size_t table_size = 256;

/// Copies the `cols` entries of `from` to `to`, `count` times one after the other.
template <class T>
inline void repeat(const T* from, std::size_t cols, std::size_t count, T* to) {
  __builtin_memcpy(to, from, cols * sizeof(T));
  const std::size_t total = cols * count;
  for (std::size_t filled = cols; filled < total;) {
    const std::size_t more = filled < total - filled ? filled : total - filled;
    __builtin_memcpy(to + filled, to, more * sizeof(T));
    filled += more;
  }
}

/// `x op statistic` for `N` cells: one operation in double, rounded to `T`.
template <ColumnOp Op, std::size_t N, class V>
[[gnu::always_inline]] inline V operate(const V& x, Lanes<double, N> statistic) {
  using Wide = Lanes<double, N>;
  Wide value;
  if constexpr (sizeof(V) < sizeof(Wide)) {
    value = widen<N>(x);
  } else {
    value = x;
  }
  fence(value, statistic);  // tied to the cell, or a reciprocal of the divisor would be taken outside the loop
  if constexpr (Op == ColumnOp::subtract) value = value - statistic;
  if constexpr (Op == ColumnOp::add) value = value + statistic;
  if constexpr (Op == ColumnOp::multiply) value = value * statistic;
  if constexpr (Op == ColumnOp::divide) value = value / statistic;
  fence(value);
  V result;
  if constexpr (N == 1) {
    result = static_cast<V>(value);
  } else {
    result = __builtin_convertvector(value, V);
  }
  fence(result);
  return result;
}

/// `x op *s` for `N` cells.
template <ColumnOp Op, std::size_t N, class V>
[[gnu::always_inline]] inline V column_step(const V& x, const double* s) {
  if constexpr (Op == ColumnOp::none) {
    return x;
  } else {
    return operate<Op, N>(x, load<Lanes<double, N>>(s));
  }
}

template <class T, ColumnOp First, ColumnOp Second>
struct ColumnSteps {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);
  struct Tables {
    alignas(64) double first[table_size];
    alignas(64) double second[table_size];
  };

  const double* first;
  const double* second;

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t j) const {
    return column_step<Second, N>(column_step<First, N>(load<Lanes<T, N>>(p), operand<First>(first, j)),
                                  operand<Second>(second, j));
  }

  /// Operation `none` has no table.
  template <ColumnOp Op>
  [[gnu::always_inline]] static const double* operand(const double* table, std::size_t j) {
    return Op == ColumnOp::none ? nullptr : table + j;
  }

  ColumnSteps repeated(std::size_t cols, std::size_t count, Tables& tables) const {
    if constexpr (First != ColumnOp::none) repeat(first, cols, count, tables.first);
    if constexpr (Second != ColumnOp::none) repeat(second, cols, count, tables.second);
    return {tables.first, tables.second};
  }
};

/// Matches NaN, of any sign and payload.
template <class T>
struct IsMissing {
  template <class V>
  [[gnu::always_inline]] auto operator()(const V& bits) const {
    return (bits & FloatBits<T>::magnitude) > V{} + FloatBits<T>::exponent;
  }
};

/// Matches what compares equal to one number. Both zeros match either zero; no NaN matches, nor is matched.
template <class T>
struct IsEqual {
  Bits<T> compared;  ///< the bits that count
  Bits<T> wanted;    ///< their value

  template <class V>
  [[gnu::always_inline]] auto operator()(const V& bits) const {
    return (bits & compared) == V{} + wanted;
  }
};

template <class T>
inline IsEqual<T> is_equal_to(const T& number) {
  const auto bits = load<Bits<T>>(&number);
  const Bits<T> magnitude = bits & FloatBits<T>::magnitude;
  if (magnitude == 0) return {FloatBits<T>::magnitude, 0};
  if (magnitude > FloatBits<T>::exponent) return {0, 1};
  return {-1, bits};
}

template <class T, class Match>
struct Replace {
  static constexpr std::size_t lanes = vector_bytes / sizeof(T);
  struct Tables {
    alignas(64) T fill[table_size];
  };

  Match match;
  const T* fill;

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<Bits<T>, N> at(const T* p, std::size_t j) const {
    using V = Lanes<Bits<T>, N>;
    const V bits = load<V>(p);
    const V filled = load<V>(fill + j);
    return match(bits) ? filled : bits;
  }

  Replace repeated(std::size_t cols, std::size_t count, Tables& tables) const {
    repeat(fill, cols, count, tables.fill);
    return {match, tables.fill};
  }
};

/// The clip of numerics: `y = x > low ? x : low`, then `y < high ? y : high`; NaN stays. Works on integers in
/// the order of the numbers they stand for, where -0.0 is just below 0.0; limits of zero are compared as the
/// integer that makes both zeros equal to them, or, to keep zeros as they are, within them.
template <class T>
struct Clip {
  using Int = Bits<T>;
  static constexpr std::size_t lanes = vector_bytes / sizeof(T);

  Int low;
  Int low_order;
  Int high;
  Int high_order;

  template <class V>
  [[gnu::always_inline]] static V order(const V& bits) {
    return bits < 0 ? bits ^ FloatBits<T>::magnitude : bits;
  }

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<Int, N> at(const T* p, std::size_t) const {
    using V = Lanes<Int, N>;
    const V bits = load<V>(p);
    const V not_below = order(bits) > V{} + low_order ? bits : V{} + low;
    const V clipped = order(not_below) < V{} + high_order ? not_below : V{} + high;
    return IsMissing<T>{}(bits) ? bits : clipped;
  }
};

template <class T>
inline Clip<T> clip_to(const T& low, const T& high, bool keep_zero) {
  const auto low_bits = load<Bits<T>>(&low);
  const auto high_bits = load<Bits<T>>(&high);
  const bool low_is_zero = (low_bits & FloatBits<T>::magnitude) == 0;
  const bool high_is_zero = (high_bits & FloatBits<T>::magnitude) == 0;
  return {low_bits, low_is_zero ? (keep_zero ? -2 : 0) : Clip<T>::order(low_bits), high_bits,
          high_is_zero ? (keep_zero ? 1 : -1) : Clip<T>::order(high_bits)};
}

/// Transforms one row with vectors of `N` cells. The last vector overlaps its neighbour; it is computed
/// before the first store, so that in-place rows are read before they are written.
template <std::size_t N, class T, class Operation>
[[gnu::always_inline]] inline void transform_row(const T* in, T* out, std::size_t cols,
                                                 const Operation& operation) {
  if (cols >= N) {
    const auto last = operation.template at<N>(in + cols - N, cols - N);
    for (std::size_t j = 0; j + N < cols; j += N) store(out + j, operation.template at<N>(in + j, j));
    store(out + cols - N, last);
  } else if constexpr (N > 1) {
    transform_row<N / 2>(in, out, cols, operation);
  }
}

template <class T, class Operation>
[[gnu::always_inline]] inline void transform_rows(const RowPair<T>& rows, const Operation& operation) {
  const T* in = rows.in;
  T* out = rows.out;
  for (std::size_t i = 0; i < rows.rows; ++i, in += rows.in_stride, out += rows.out_stride) {
    transform_row<Operation::lanes>(in, out, rows.cols, operation);
  }
}

/// Narrow rows that lie end to end are taken several at a time, as one long row with repeated statistics: no
/// tail per row, and every such row starts as well aligned as the first. Pays from about four such rows,
/// because the tables have to be filled.
template <class T, class Operation>
inline void transform(const RowPair<T>& rows, const Operation& operation) {
  const std::size_t cols = rows.cols;
  const bool end_to_end = rows.in_stride == static_cast<std::ptrdiff_t>(cols) &&
                          rows.out_stride == static_cast<std::ptrdiff_t>(cols);
  const std::size_t group = end_to_end && cols != 0 ? table_size / cols / 8 * 8 : 0;
  if (group == 0 || rows.rows < 4 * group) {
    transform_rows(rows, operation);
    return;
  }
  typename Operation::Tables tables;
  const Operation repeated = operation.repeated(cols, group, tables);
  const std::size_t groups = rows.rows / group;
  const std::size_t span = group * cols;
  const auto stride = static_cast<std::ptrdiff_t>(span);
  transform_rows(RowPair<T>{rows.in, stride, rows.out, stride, groups, span}, repeated);
  transform_rows(RowPair<T>{rows.in + groups * span, stride, rows.out + groups * span, stride, 1,
                            rows.rows % group * cols},
                 repeated);
}
