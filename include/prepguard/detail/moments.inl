// SPDX-License-Identifier: MIT
// Included by kernels.inl after finite.inl, once in the namespace of each instruction set; see there.

/// `N` cells as doubles.
template <std::size_t N, class T>
[[gnu::always_inline]] inline Lanes<double, N> load_wide(const T* p) {
  if constexpr (sizeof(T) < sizeof(double)) {
    return widen<N>(load<Lanes<T, N>>(p));
  } else {
    return load<Lanes<double, N>>(p);
  }
}

/// The part of `x` on the grid that adding and subtracting `magic` rounds to, taken away from `x`. Exact.
template <class V>
[[gnu::always_inline]] inline V take_part(V& x, const V& magic) {
  V part = x + magic;
  fence(part);
  part = part - magic;
  fence(part);
  x = x - part;
  fence(x);
  return part;
}

/// The largest magnitude among the cells of a block, as the bits of a double; NaN is above everything.
template <class T>
inline std::int64_t largest_magnitude(const T* cells, std::size_t count) noexcept {
  constexpr std::size_t N = vector_bytes / sizeof(double);
  using Quads = Lanes<std::int64_t, N>;
  Quads largest{};
  for (std::size_t i = 0; i < count; i += N) {
    const auto bits = __builtin_bit_cast(Quads, load_wide<N>(cells + i)) & FloatBits<double>::magnitude;
    largest = bits > largest ? bits : largest;
  }
  std::int64_t lanes[N];
  __builtin_memcpy(lanes, &largest, sizeof largest);
  std::int64_t result = 0;
  for (const std::int64_t lane : lanes) result = lane > result ? lane : result;
  return result;
}

/// Adds the sums of one block of split numbers to those of `parts`; false, and nothing is added, if a number
/// has bits below the last part. See PartSums (exact_parts.hpp).
template <class T>
inline bool add_split_cells(const T* cells, std::size_t count, const double* magic, double* sums) noexcept {
  constexpr std::size_t N = vector_bytes / sizeof(double);
  using V = Lanes<double, N>;
  using Quads = Lanes<std::int64_t, N>;
  const V first = broadcast<double, N>(magic[0]), second = broadcast<double, N>(magic[1]),
          third = broadcast<double, N>(magic[2]);
  V s[9];
  for (std::size_t k = 0; k < 9; ++k) s[k] = load<V>(sums + k * N);
  Quads left{};
  for (std::size_t i = 0; i < count; i += N) {
    V x = load_wide<N>(cells + i);
    fence(x);
    const V high = take_part(x, first), middle = take_part(x, second), low = take_part(x, third);
    left |= __builtin_bit_cast(Quads, x) & FloatBits<double>::magnitude;
    s[0] += high;
    s[1] += middle;
    s[2] += low;
    s[3] += high * high;
    s[4] += high * middle;
    s[5] += high * low;
    s[6] += middle * middle;
    s[7] += middle * low;
    s[8] += low * low;
  }
  std::int64_t lanes[N], any = 0;
  __builtin_memcpy(lanes, &left, sizeof left);
  for (const std::int64_t lane : lanes) any |= lane;
  if (any != 0) return false;
  for (std::size_t k = 0; k < 9; ++k) store(sums + k * N, s[k]);
  return true;
}

/// Widens `ends[0]` to `ends[1]`, integers in the order of numbers, to the cells that are not NaN; how many
/// those are. A whole number of the widest vectors.
template <class T>
inline std::size_t widen_range(const T* cells, std::size_t count, Bits<T>* ends) noexcept {
  constexpr std::size_t N = vector_bytes / sizeof(T);
  using V = Lanes<Bits<T>, N>;
  V low = broadcast<Bits<T>, N>(ends[0]), high = broadcast<Bits<T>, N>(ends[1]), numbers{};
  for (std::size_t i = 0; i < count; i += N) {
    const V bits = load<V>(cells + i);
    const V key = bits < 0 ? bits ^ FloatBits<T>::magnitude : bits;
    const V is_number = (bits & FloatBits<T>::magnitude) <= FloatBits<T>::exponent ? V{} - 1 : V{};
    const V or_highest = (key & is_number) | (~is_number & FloatBits<T>::magnitude);
    const V or_lowest = (key & is_number) | (~is_number & ~FloatBits<T>::magnitude);
    low = or_highest < low ? or_highest : low;
    high = or_lowest > high ? or_lowest : high;
    numbers -= is_number;
  }
  Bits<T> lows[N], highs[N], counts[N];
  __builtin_memcpy(lows, &low, sizeof low);
  __builtin_memcpy(highs, &high, sizeof high);
  __builtin_memcpy(counts, &numbers, sizeof numbers);
  std::size_t present = 0;
  for (std::size_t k = 0; k < N; ++k) {
    ends[0] = lows[k] < ends[0] ? lows[k] : ends[0];
    ends[1] = highs[k] > ends[1] ? highs[k] : ends[1];
    present += static_cast<std::size_t>(counts[k]);
  }
  return present;
}
