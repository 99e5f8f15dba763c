// SPDX-License-Identifier: MIT
// Included by kernels.inl after finite.inl, once in the namespace of each instruction set; see there.

/// Looks at every result of a kernel while it is in a register, and knows at the end whether one was not
/// finite. With FMA it adds up 0 * result: one operation a vector, a sum of zeros unless a NaN or an infinity
/// came by. Else it keeps the largest exponent. Two sums, so that neither waits for the other. An aggregate,
/// as Maxima.
template <class T, std::size_t N, bool Fused = has_fma>
struct Watch {
  using Results = Lanes<T, N>;
  Results even, odd;

  template <class V>
  [[gnu::always_inline]] void take(const V& results) {
    add(even, results);
  }
  template <class V>
  [[gnu::always_inline]] void take_odd(const V& results) {
    add(odd, results);
  }
  [[gnu::always_inline]] bool finite() const {
    auto maximum = exponents_of<T>(even);
    keep_maximum(maximum, exponents_of<T>(odd));
    return !has_full_exponent<T, sizeof(Results)>(maximum);
  }

 private:
  template <class V>
  [[gnu::always_inline]] static void add(Results& sum, const V& results) {
    sum = fused_multiply_add<T>(__builtin_bit_cast(Results, results), Results{}, sum);
  }
};

template <class T, std::size_t N>
struct Watch<T, N, false> {
  static constexpr std::size_t bytes = N * sizeof(T);
  Exponents<T, bytes> even, odd;

  template <class V>
  [[gnu::always_inline]] void take(const V& results) {
    keep_maximum(even, exponents_of<T>(results));
  }
  template <class V>
  [[gnu::always_inline]] void take_odd(const V& results) {
    keep_maximum(odd, exponents_of<T>(results));
  }
  [[gnu::always_inline]] bool finite() const {
    Exponents<T, bytes> maximum = even;
    keep_maximum(maximum, odd);
    return !has_full_exponent<T, bytes>(maximum);
  }
};
