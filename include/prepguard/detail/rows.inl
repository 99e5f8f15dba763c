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

/// 1 for a number above the threshold, else 0, compared as `Clip` does: as integers in the order of the numbers,
/// both zeros of the threshold as the upper one, below which -0.0 is too.
template <class T>
struct Exceeds {
  using Int = Bits<T>;
  static constexpr std::size_t lanes = vector_bytes / sizeof(T);

  Int threshold_order;
  Int one;

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<Int, N> at(const T* p, std::size_t) const {
    using V = Lanes<Int, N>;
    return Clip<T>::order(load<V>(p)) > V{} + threshold_order ? V{} + one : V{};
  }
};

template <class T>
inline Exceeds<T> exceeds(const T& threshold) {
  const auto bits = load<Bits<T>>(&threshold);
  const bool is_zero = (bits & FloatBits<T>::magnitude) == 0;
  return {is_zero ? 0 : Clip<T>::order(bits), __builtin_bit_cast(Bits<T>, T{1})};
}
