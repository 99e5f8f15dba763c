// SPDX-License-Identifier: MIT
// Included by kernel_sets.hpp, once in the namespace of each x86 instruction set; see there.

template <class V>
[[gnu::always_inline]] inline void fence(V& v) {
  if constexpr (sizeof(V) == 8 && !std::is_arithmetic_v<V>) {
    // clang 14 takes no 8-byte vector in a register operand, so its bits travel as a double.
    double bits = __builtin_bit_cast(double, v);
    asm("" : "+v"(bits));
    v = __builtin_bit_cast(V, bits);
  } else {
    asm("" : "+v"(v));
  }
}

template <class V>
[[gnu::always_inline]] inline void fence(V& a, V& b) {
  if constexpr (sizeof(V) == 8 && !std::is_arithmetic_v<V>) {
    double a_bits = __builtin_bit_cast(double, a), b_bits = __builtin_bit_cast(double, b);
    asm("" : "+v"(a_bits), "+v"(b_bits));
    a = __builtin_bit_cast(V, a_bits);
    b = __builtin_bit_cast(V, b_bits);
  } else {
    asm("" : "+v"(a), "+v"(b));
  }
}

template <class V>
[[gnu::always_inline]] inline bool any_bit(const V& v) {
  if constexpr (sizeof(V) == 32) {
    return __builtin_ia32_pmovmskb256(__builtin_bit_cast(Lanes<char, sizeof(V)>, v)) != 0;
  } else if constexpr (sizeof(V) == 16) {
    return __builtin_ia32_pmovmskb128(__builtin_bit_cast(Lanes<char, sizeof(V)>, v)) != 0;
  } else {
    return __builtin_bit_cast(std::uint64_t, v) != 0;
  }
}

template <std::size_t N>
[[gnu::always_inline]] inline Lanes<double, N> widen(const Lanes<float, N>& v) {
  if constexpr (N == 1) {
    return v;
  } else if constexpr (N == 2) {
    return __builtin_convertvector(v, Lanes<double, 2>);
  } else {
    // gcc 12 splits this conversion into halves; both assembler dialects are given for -masm=intel.
    Lanes<double, N> wide;
    asm("vcvtps2pd {%1, %0|%0, %1}" : "=v"(wide) : "v"(v));
    return wide;
  }
}

/// By an instruction that reads memory: half the work of one that reads a register.
template <std::size_t N>
[[gnu::always_inline]] inline Lanes<double, N> widen_at(const float* p) {
  if constexpr (N == 1) {
    float cell;
    __builtin_memcpy(&cell, p, sizeof cell);
    return cell;
  } else if constexpr (N == 2) {
    Lanes<float, 2> cells;
    __builtin_memcpy(&cells, p, sizeof cells);
    return widen<2>(cells);
  } else {
    struct [[gnu::packed, gnu::may_alias]] Cells {
      float cells[N];
    };
    Lanes<double, N> wide;
    asm("vcvtps2pd {%1, %0|%0, %1}" : "=v"(wide) : "m"(*reinterpret_cast<const Cells*>(p)));
    return wide;
  }
}

/// Writes a vector past the caches, to a multiple of its size.
template <class V>
[[gnu::always_inline]] inline void store_past_caches(void* p, const V& v) {
  using Bytes = Lanes<char, sizeof(V)>;
  if constexpr (sizeof(V) < 16) {
    __builtin_memcpy(p, &v, sizeof v);
  } else if constexpr (vector_bytes == 16) {
    asm volatile("movntps {%1, %0|%0, %1}" : "=m"(*static_cast<Bytes*>(p)) : "x"(v));
  } else {
    asm volatile("vmovntps {%1, %0|%0, %1}" : "=m"(*static_cast<Bytes*>(p)) : "v"(v));
  }
}
