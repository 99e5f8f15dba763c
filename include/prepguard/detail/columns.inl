// SPDX-License-Identifier: MIT
// Included by kernels.inl after sweep.inl, once in the namespace of each instruction set; see there.
// Arithmetic with the statistics of the columns. Every step is one IEEE operation in `Lane`, rounded to `T`.
// Lanes are double, or float where all statistics are floats: an operation on floats in double, rounded to
// float, is the operation in float (53 >= 2 * 24 + 2).

/// `N` cells as lanes.
template <std::size_t N, class Lane, class T>
[[gnu::always_inline]] inline Lanes<Lane, N> load_lanes(const T* p) {
  if constexpr (sizeof(T) < sizeof(Lane)) {
    return widen_at<N>(p);
  } else {
    return load<Lanes<Lane, N>>(p);
  }
}

/// Lanes rounded to `T`.
template <class T, std::size_t N, class Lane>
[[gnu::always_inline]] inline Lanes<T, N> narrow(const Lanes<Lane, N>& value) {
  Lanes<T, N> result;
  if constexpr (N == 1) {
    result = static_cast<T>(value);
  } else {
    result = __builtin_convertvector(value, Lanes<T, N>);
  }
  fence(result);
  return result;
}

/// The value as lanes of `T` would hold it. By conversion, so for every value.
template <class T, std::size_t N, class Lane>
[[gnu::always_inline]] inline void round_to(Lanes<Lane, N>& value) {
  if constexpr (sizeof(T) < sizeof(Lane)) value = widen<N>(narrow<T, N, Lane>(value));
}

/// Rounds doubles to the 24 bits of a float, ties to even, without leaving the registers: Veltkamp's
/// splitting. For values within the range of floats, subnormal ones only if they are floats.
template <class V>
[[gnu::always_inline]] inline void round_to_24_bits(V& value) {
  V scaled = value * (V{} + 536870913.0);  // 2^29 + 1
  fence(scaled);
  V low = scaled - value;
  fence(low);
  value = scaled - low;
  fence(value);
}

/// One operation. The fence of both operands ties the statistic to the cell: or a reciprocal of a divisor
/// would be taken outside of the loop.
enum class Step : std::uint8_t { subtract, add, multiply, divide };

template <Step Op, class V>
[[gnu::always_inline]] inline void operate(V& value, V statistic) {
  fence(value, statistic);
  if constexpr (Op == Step::subtract) value = value - statistic;
  if constexpr (Op == Step::add) value = value + statistic;
  if constexpr (Op == Step::multiply) value = value * statistic;
  if constexpr (Op == Step::divide) value = value / statistic;
  fence(value);
}

/// x * a + b
template <class T, class Lane>
struct MultiplyAdd {
  static constexpr std::size_t lanes = vector_bytes / sizeof(Lane);

  const Lane* factor;
  const Lane* offset;

  [[gnu::always_inline]] MultiplyAdd from(std::size_t j) const { return {factor + j, offset + j}; }

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t j) const {
    auto value = load_lanes<N, Lane>(p);
    operate<Step::multiply>(value, load<Lanes<Lane, N>>(factor + j));
    round_to<T, N, Lane>(value);
    operate<Step::add>(value, load<Lanes<Lane, N>>(offset + j));
    return narrow<T, N, Lane>(value);
  }
};

/// (x - a) / b with the division of the machine. Lanes are double: division by floats is done in double.
template <class T>
struct SubtractDivide {
  static constexpr std::size_t lanes = vector_bytes / sizeof(double);

  const double* shift;
  const double* scale;

  [[gnu::always_inline]] SubtractDivide from(std::size_t j) const { return {shift + j, scale + j}; }

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t j) const {
    auto value = load_lanes<N, double>(p);
    operate<Step::subtract>(value, load<Lanes<double, N>>(shift + j));
    round_to<T, N, double>(value);
    operate<Step::divide>(value, load<Lanes<double, N>>(scale + j));
    return narrow<T, N, double>(value);
  }
};
