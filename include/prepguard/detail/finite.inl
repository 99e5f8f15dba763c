// SPDX-License-Identifier: MIT
// Included by kernels.inl, once in the namespace of each instruction set; see there.
// A cell is finite unless all its exponent bits are set. So: AND with the exponent mask, running signed
// maximum, compare the maximum with the mask at the end. All integer: no flag can remove it and no FP
// exception is raised.

template <class V>
[[gnu::always_inline]] inline V load(const void* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class V>
[[gnu::always_inline]] inline void store(void* p, const V& v) {
  __builtin_memcpy(p, &v, sizeof v);
}

/// `value` in each of `N` lanes: 0 is taken away, because -0.0 + 0.0 is 0.0.
template <class T, std::size_t N>
[[gnu::always_inline]] inline Lanes<T, N> broadcast(T value) {
  return value - Lanes<T, N>{};
}

// The 16-bit maximum is the one every x86 and NEON has; the lanes below a cell's top one are zero after the
// mask. Without vectors whole cells are compared.
template <class T, std::size_t Bytes>
using ExponentCell = std::conditional_t<(Bytes > 8), std::int16_t, Bits<T>>;
template <class T, std::size_t Bytes>
using Exponents = Lanes<ExponentCell<T, Bytes>, Bytes / sizeof(ExponentCell<T, Bytes>)>;

template <class V>
[[gnu::always_inline]] inline void keep_maximum(V& maximum, const V& v) {
  maximum = v > maximum ? v : maximum;
}

/// The exponent bits of the cells in a vector of any type.
template <class T, class V>
[[gnu::always_inline]] inline Exponents<T, sizeof(V)> exponents_of(const V& v) {
  constexpr std::size_t cells = sizeof(V) / sizeof(T);
  using Cells = Lanes<Bits<T>, cells>;
  return __builtin_bit_cast(Exponents<T, sizeof(V)>,
                            __builtin_bit_cast(Cells, v) & broadcast<Bits<T>, cells>(FloatBits<T>::exponent));
}

/// The exponent bits of the cells in the `Bytes` bytes at `p`.
template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline Exponents<T, Bytes> exponents(const unsigned char* p) {
  return exponents_of<T>(load<Lanes<Bits<T>, Bytes / sizeof(T)>>(p));
}

/// True if a cell of the running maximum has all exponent bits set.
template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline bool has_full_exponent(const Exponents<T, Bytes>& maximum) {
  if constexpr (Bytes > 32) {
    using Quads = Lanes<std::int64_t, Bytes / 8>;
    const Quads quads = __builtin_bit_cast(Quads, maximum);
    auto low = __builtin_bit_cast(Exponents<T, 32>, __builtin_shufflevector(quads, quads, 0, 1, 2, 3));
    keep_maximum(low,
                 __builtin_bit_cast(Exponents<T, 32>, __builtin_shufflevector(quads, quads, 4, 5, 6, 7)));
    return has_full_exponent<T, 32>(low);
  } else if constexpr (Bytes == sizeof(T)) {
    return maximum == FloatBits<T>::exponent;
  } else {
    constexpr std::size_t cells = Bytes / sizeof(T);
    return any_bit(__builtin_bit_cast(Lanes<Bits<T>, cells>, maximum) ==
                   broadcast<Bits<T>, cells>(FloatBits<T>::exponent));
  }
}

/// Four running maxima, so that no maximum waits for the one before it. An aggregate: it has no constructor
/// that would have to be compiled for the instruction set.
template <class T, std::size_t Bytes>
struct Maxima {
  Exponents<T, Bytes> a, b, c, d;
};

/// Takes in the four vectors at `p`.
template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline void take_four(Maxima<T, Bytes>& maxima, const unsigned char* p) {
  keep_maximum(maxima.a, exponents<T, Bytes>(p));
  keep_maximum(maxima.b, exponents<T, Bytes>(p + Bytes));
  keep_maximum(maxima.c, exponents<T, Bytes>(p + 2 * Bytes));
  keep_maximum(maxima.d, exponents<T, Bytes>(p + 3 * Bytes));
}

template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline bool found_non_finite(const Maxima<T, Bytes>& maxima) {
  Exponents<T, Bytes> left = maxima.a;
  Exponents<T, Bytes> right = maxima.c;
  keep_maximum(left, maxima.b);
  keep_maximum(right, maxima.d);
  keep_maximum(left, right);
  return has_full_exponent<T, Bytes>(left);
}

/// Bytes between two looks at what was found.
inline constexpr std::ptrdiff_t finite_block = 4096;

/// True if the `finite_block` bytes at `p` are finite cells; what was found before counts too.
template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline bool block_is_finite(Maxima<T, Bytes>& maxima, const unsigned char* p) {
  const unsigned char* const stop = p + finite_block;
  if constexpr (has_quiet_fma && Bytes == vector_bytes) {
    // Zeros, or NaN once a cell was not finite: half the work of a maximum. Eight sums, as an addition takes
    // four cycles and two begin in each.
    using V = Lanes<T, Bytes / sizeof(T)>;
    V a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{};
    for (; p < stop; p += 8 * Bytes) {
      quiet_add_zero_times<T>(a, load<V>(p));
      quiet_add_zero_times<T>(b, load<V>(p + Bytes));
      quiet_add_zero_times<T>(c, load<V>(p + 2 * Bytes));
      quiet_add_zero_times<T>(d, load<V>(p + 3 * Bytes));
      quiet_add_zero_times<T>(e, load<V>(p + 4 * Bytes));
      quiet_add_zero_times<T>(f, load<V>(p + 5 * Bytes));
      quiet_add_zero_times<T>(g, load<V>(p + 6 * Bytes));
      quiet_add_zero_times<T>(h, load<V>(p + 7 * Bytes));
    }
    // A NaN is a NaN in every sum: no exception is left to be raised.
    keep_maximum(maxima.a, exponents_of<T>((a + b) + (c + d)));
    keep_maximum(maxima.b, exponents_of<T>((e + f) + (g + h)));
  } else {
    for (; p < stop; p += 8 * Bytes) {
      take_four(maxima, p);
      take_four(maxima, p + 4 * Bytes);
    }
  }
  return !found_non_finite(maxima);
}

/// The next boundary of `Bytes` bytes above `p`, where cells start at it; else `p`.
template <class T, std::size_t Bytes>
[[gnu::always_inline]] inline const unsigned char* next_boundary(const unsigned char* p) {
  const std::size_t misalignment = reinterpret_cast<std::uintptr_t>(p) % Bytes;
  return misalignment % sizeof(T) == 0 && misalignment != 0 ? p + (Bytes - misalignment) : p;
}

/// True if all cells in the `size` bytes at `p` are finite. Reads vectors of `Bytes` bytes, smaller ones if
/// there is not enough for one; the last vector overlaps the one before it, so no byte outside is read.
template <class T, std::size_t Bytes>
inline bool finite_bytes(const unsigned char* p, std::size_t size) {
  if constexpr (Bytes > sizeof(T)) {
    if (size < Bytes) return finite_bytes<T, Bytes / 2>(p, size);
  } else {
    if (size == 0) return true;
  }
  constexpr std::ptrdiff_t four = 4 * Bytes;
  const unsigned char* const end = p + size;
  const unsigned char* const last = end - Bytes;
  Maxima<T, Bytes> maxima{};
  if (end - p >= finite_block) {
    // Loads that straddle cache lines take twice as long, so read one vector and go on at a boundary.
    keep_maximum(maxima.a, exponents<T, Bytes>(p));
    p = next_boundary<T, Bytes>(p);
    for (; end - p >= finite_block; p += finite_block) {
      if (!block_is_finite(maxima, p)) return false;
    }
  }
  for (; end - p >= four; p += four) take_four(maxima, p);
  for (; p < last; p += Bytes) keep_maximum(maxima.a, exponents<T, Bytes>(p));
  keep_maximum(maxima.b, exponents<T, Bytes>(last));
  return !found_non_finite(maxima);
}
