// SPDX-License-Identifier: MIT
// Included by kernels.inl after columns.inl, once in the namespace of each instruction set that has FMA; see
// there. Quotients by divisors known in advance, without a division. Where the short forms are not the
// quotient, the result that the kernel stores is NaN or infinite, and the caller divides: a numerator or
// quotient that is not finite, and, with `Tests`, a numerator too small for an exact residual. Which scales
// they may be used for, and why they are right then: column_table.hpp.

/// x / s as q = x * r, e = q * s - x, q - e * r, with r = 1 / s to nearest. The order keeps the sign of
/// zeros.
template <class Lane, class V>
[[gnu::always_inline]] inline V corrected_quotient(const V& x, const V& s, const V& r) {
  V q = x * r;
  fence(q);
  V residual = fused_multiply_subtract<Lane>(q, s, x);
  fence(residual);
  q = fused_negative_multiply_add<Lane>(residual, r, q);
  fence(q);
  return q;
}

/// x / s as x * r + x * l, with r + l = 1 / s.
template <class Lane, class V>
[[gnu::always_inline]] inline V split_quotient(const V& x, const V& r, const V& l) {
  V low = x * l;
  fence(low);
  V q = fused_multiply_add<Lane>(x, r, low);
  fence(q);
  return q;
}

/// All bits set where a number other than 0 is below `least`; both as bits. 0 - 1 is the largest unsigned
/// number.
template <class Lane, std::size_t N>
[[gnu::always_inline]] inline auto too_small(const Lanes<Lane, N>& x, Bits<Lane> least) {
  using Order = std::make_unsigned_t<Bits<Lane>>;
  const auto bits =
      __builtin_bit_cast(Lanes<Bits<Lane>, N>, x) & broadcast<Bits<Lane>, N>(FloatBits<Lane>::magnitude);
  const auto below = __builtin_bit_cast(Lanes<Order, N>, bits) - broadcast<Order, N>(1);
  const auto bound = broadcast<Order, N>(static_cast<Order>(least) - 1);
  if constexpr (N == 1) {
    return below < bound ? Bits<Lane>{-1} : Bits<Lane>{0};
  } else {
    return below < bound;
  }
}

/// (x - a) / b. `Tests`: numerators may be too small.
template <class T, class Lane, Quotient Form, bool Tests>
struct SubtractQuotient {
  static constexpr std::size_t lanes = vector_bytes / sizeof(Lane);

  const Lane* shift;
  const Lane* scale;
  const Lane* reciprocal;
  const Lane* low;
  Bits<Lane> least;

  [[gnu::always_inline]] SubtractQuotient from(std::size_t j) const {
    return {shift + j, scale + j, reciprocal + j, Form == Quotient::split ? low + j : nullptr, least};
  }

  template <std::size_t N>
  [[gnu::always_inline]] Lanes<T, N> at(const T* p, std::size_t j) const {
    using V = Lanes<Lane, N>;
    V value = load_lanes<N, Lane>(p);
    operate<Step::subtract>(value, load<V>(shift + j));
    if constexpr (sizeof(T) < sizeof(Lane)) round_to_24_bits(value);
    V quotient = this->template quotient<V>(value, j);
    if constexpr (Tests) {
      quotient = __builtin_bit_cast(
          V, __builtin_bit_cast(Lanes<Bits<Lane>, N>, quotient) | too_small<Lane, N>(value, least));
      fence(quotient);
    }
    return narrow<T, N, Lane>(quotient);
  }

 private:
  template <class V>
  [[gnu::always_inline]] V quotient(const V& value, std::size_t j) const {
    const V r = load<V>(reciprocal + j);
    if constexpr (Form == Quotient::split) {
      return split_quotient<Lane>(value, r, load<V>(low + j));
    } else {
      return corrected_quotient<Lane>(value, load<V>(scale + j), r);
    }
  }
};

/// The quotients of all rows in one form.
template <class T, class Lane, Quotient Form, bool Tests>
inline bool transform_quotients(const RowPair<T>& rows, const ColumnTable<Lane>& table) {
  const SubtractQuotient<T, Lane, Form, Tests> operation{table.a, table.b, table.reciprocal, table.low,
                                                         load<Bits<Lane>>(&table.least)};
  return transform<true>(rows, operation, table.period);
}

/// In the form that `table` is made for.
template <class T, class Lane>
[[gnu::always_inline]] inline bool quotients(const RowPair<T>& rows, const ColumnTable<Lane>& table) {
  if (table.low != nullptr) return transform_quotients<T, Lane, Quotient::split, false>(rows, table);
  if constexpr (sizeof(T) == sizeof(Lane)) {
    if (table.least != 0) return transform_quotients<T, Lane, Quotient::corrected, true>(rows, table);
  }
  return transform_quotients<T, Lane, Quotient::corrected, false>(rows, table);
}
