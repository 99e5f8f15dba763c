// SPDX-License-Identifier: MIT
// Included by kernel_sets.hpp, once in the namespace of each x86 instruction set that has FMA; see there.
// Fused operations as instructions: no flag can split them in two. Both assembler dialects are given for
// -masm=intel. `Lane` is the type of the lanes of `V`, a vector or a single number.

/// Two floats in half a register: clang 14 takes no 8-byte vector in a register operand.
template <class V>
inline constexpr bool is_half = sizeof(V) == 8 && !std::is_arithmetic_v<V>;

[[gnu::always_inline]] inline Lanes<float, 4> whole(const Lanes<float, 2>& v) {
  return __builtin_shufflevector(v, Lanes<float, 2>{}, 0, 1, 2, 3);
}
[[gnu::always_inline]] inline Lanes<float, 2> half(const Lanes<float, 4>& v) {
  return __builtin_shufflevector(v, v, 0, 1);
}

/// a * b + c, rounded once.
template <class Lane, class V>
[[gnu::always_inline]] inline V fused_multiply_add(const V& a, const V& b, V c) {
  if constexpr (std::is_same_v<V, double>) {
    asm("vfmadd231sd {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  } else if constexpr (std::is_same_v<V, float>) {
    asm("vfmadd231ss {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  } else if constexpr (is_half<V>) {
    c = half(fused_multiply_add<Lane>(whole(a), whole(b), whole(c)));
  } else if constexpr (sizeof(Lane) == 8) {
    asm("vfmadd231pd {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  } else {
    asm("vfmadd231ps {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  }
  return c;
}

/// a * b - c, rounded once.
template <class Lane, class V>
[[gnu::always_inline]] inline V fused_multiply_subtract(const V& a, const V& b, V c) {
  if constexpr (std::is_arithmetic_v<V>) {
    c = fused_multiply_add<Lane>(a, b, -c);
  } else if constexpr (is_half<V>) {
    c = half(fused_multiply_subtract<Lane>(whole(a), whole(b), whole(c)));
  } else if constexpr (sizeof(Lane) == 8) {
    asm("vfmsub231pd {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  } else {
    asm("vfmsub231ps {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  }
  return c;
}

/// c - a * b, rounded once.
template <class Lane, class V>
[[gnu::always_inline]] inline V fused_negative_multiply_add(const V& a, const V& b, V c) {
  if constexpr (std::is_arithmetic_v<V>) {
    c = fused_multiply_add<Lane, V>(-a, b, c);
  } else if constexpr (is_half<V>) {
    c = half(fused_negative_multiply_add<Lane>(whole(a), whole(b), whole(c)));
  } else if constexpr (sizeof(Lane) == 8) {
    asm("vfnmadd231pd {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  } else {
    asm("vfnmadd231ps {%2, %1, %0|%0, %1, %2}" : "+v"(c) : "v"(a), "v"(b));
  }
  return c;
}
