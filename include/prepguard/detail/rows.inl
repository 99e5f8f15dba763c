// SPDX-License-Identifier: MIT
// Included by kernels.inl after columns.inl, once in the namespace of each instruction set; see there.
// Cell operations that know no column statistic.

/// `x * factor`, one operation in double rounded to `T`, which for float is the float product (53 >= 2 * 24 +
/// 2).
template <class T>
struct MultiplyBy {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);

  double factor;

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t) const {
    auto value = load_lanes<N, double>(p);
    operate<Step::multiply>(value, broadcast<double, N>(factor));
    return narrow<T, N, double>(value);
  }
};

template <class T>
inline void multiply_by_cells(const RowPair<T>& rows, const T* factor, std::ptrdiff_t factor_stride) {
  const T* in = rows.in;
  T* out = rows.out;
  for (std::size_t i = 0; i < rows.rows;
       ++i, in += rows.in_stride, out += rows.out_stride, factor += factor_stride) {
    transform_rows<MultiplyBy<T>::lanes>(RowPair<T>{in, 0, out, 0, 1, rows.cols, false},
                                         MultiplyBy<T>{*factor});
  }
}

/// `x / (|x| + epsilon)`, each operation in double and rounded to `T`. NaN stays NaN.
template <class T>
struct SafeDivideBy {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);

  double epsilon;

  [[gnu::always_inline]] SafeDivideBy from(std::size_t) const { return *this; }

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t) const {
    using Wide = Lanes<double, N>;
    Wide value = load_lanes<N, double>(p);
    fence(value);
    Wide sum = __builtin_bit_cast(Wide, __builtin_bit_cast(Lanes<std::int64_t, N>, value) &
                                            broadcast<std::int64_t, N>(FloatBits<double>::magnitude));
    operate<Step::add>(sum, broadcast<double, N>(epsilon));
    round_to<T, N, double>(sum);
    operate<Step::divide>(value, sum);
    return narrow<T, N, double>(value);
  }
};

/// 1 for a number above the threshold, else 0, compared as `Clip` does: as integers in the order of the
/// numbers, both zeros of the threshold as the upper one, below which -0.0 is too.
template <class T>
struct Exceeds {
  using Int = Bits<T>;
  static constexpr std::size_t lanes = vector_bytes / sizeof(T);

  Int threshold_order;
  Int one;

  [[gnu::always_inline]] Exceeds from(std::size_t) const { return *this; }

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
