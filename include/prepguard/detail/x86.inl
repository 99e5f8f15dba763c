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
  asm("" : "+v"(a), "+v"(b));
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
