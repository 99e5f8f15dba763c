// SPDX-License-Identifier: MIT
// Included by kernels.inl after columns.inl, once in the namespace of each instruction set; see there.
// Cell operations that choose between two values by the bits of a cell.

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
  Match match;
  const T* fill;

  [[gnu::always_inline]] Replace from(std::size_t j) const { return {match, fill + j}; }

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<Bits<T>, N> at(const T* p, std::size_t j) const {
    using V = Lanes<Bits<T>, N>;
    const V bits = load<V>(p);
    const V filled = load<V>(fill + j);
    return match(bits) ? filled : bits;
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

  [[gnu::always_inline]] Clip from(std::size_t) const { return *this; }

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

/// Replaces cells of rows, with the fills of narrow rows repeated on the stack so that rows which lie end to
/// end can be taken as one. Pays from about four such rows on, because the fills have to be written.
template <class T, class Match>
inline bool replace_cells(const RowPair<T>& rows, const Match& match, const T* fill) {
  constexpr std::size_t room = 256 + 2 * vector_bytes / sizeof(T);
  constexpr std::size_t unit = 2 * vector_bytes / sizeof(T);  // as many may be read behind the period
  const std::size_t cols = rows.cols;
  const std::size_t count = cols == 0 ? 0 : (room - unit) / cols / unit * unit;
  if (count == 0 || rows.rows < 4 * count) return transform<false>(rows, Replace<T, Match>{match, fill}, 0);
  alignas(64) T fills[room];
  for (std::size_t i = 0; i < count; ++i) __builtin_memcpy(fills + i * cols, fill, cols * sizeof(T));
  __builtin_memcpy(fills + count * cols, fills, unit * sizeof(T));
  return transform<false>(rows, Replace<T, Match>{match, fills}, count * cols);
}
