// SPDX-License-Identifier: MIT
// Included by kernels.inl after columns.inl, once in the namespace of each instruction set; see there.
// Cell operations that know no column statistic.

/// `x * factor`, one operation in double rounded to `T`, which for float is the float product (53 >= 2 * 24 +
/// 2).
template <class T>
struct MultiplyBy {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);

  const double* factors;  ///< the same number as often as the widest vector has lanes

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t) const {
    return column_step<ColumnOp::multiply, N>(load<Lanes<T, N>>(p), factors);
  }
};

template <class T>
inline void multiply_by_cells(const RowPair<T>& rows, const T* factor, std::ptrdiff_t factor_stride) {
  const T* in = rows.in;
  T* out = rows.out;
  alignas(64) double factors[MultiplyBy<T>::lanes];
  for (std::size_t i = 0; i < rows.rows;
       ++i, in += rows.in_stride, out += rows.out_stride, factor += factor_stride) {
    for (double& copy : factors) copy = *factor;
    transform_row<MultiplyBy<T>::lanes>(in, out, rows.cols, MultiplyBy<T>{factors});
  }
}

/// `x / (|x| + epsilon)`, each operation in double and rounded to `T`. NaN stays NaN.
template <class T>
struct SafeDivideBy {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);
  struct Tables {};

  alignas(64) double epsilon[lanes];

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t) const {
    using V = Lanes<T, N>;
    const auto bits = load<Lanes<Bits<T>, N>>(p) & FloatBits<T>::magnitude;
    const V sum = column_step<ColumnOp::add, N>(__builtin_bit_cast(V, bits), epsilon);
    if constexpr (sizeof(T) == sizeof(double)) {
      return operate<ColumnOp::divide, N>(load<V>(p), sum);
    } else {
      return operate<ColumnOp::divide, N>(load<V>(p), widen<N>(sum));
    }
  }

  const SafeDivideBy& repeated(std::size_t, std::size_t, Tables&) const { return *this; }
};

template <class T>
inline SafeDivideBy<T> safe_divide_by(const T& epsilon) {
  SafeDivideBy<T> operation;
  for (double& copy : operation.epsilon) copy = epsilon;
  return operation;
}
