// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/error.hpp"

// A step for the other scalar type. State does not depend on the scalar type, so the fields of one are those
// of the other; only the steps inside a container are of the other type, too.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a field of type `V` is in the same step of the other scalar type.
template <class V>
struct OfOtherScalar {
  using Type = V;
};
template <>
struct OfOtherScalar<std::vector<Named<AnyStep<float>>>> {
  using Type = std::vector<Named<AnyStep<double>>>;
};
template <>
struct OfOtherScalar<std::vector<Named<AnyStep<double>>>> {
  using Type = std::vector<Named<AnyStep<float>>>;
};
template <>
struct OfOtherScalar<std::vector<ColumnBlock<AnyStep<float>>>> {
  using Type = std::vector<ColumnBlock<AnyStep<double>>>;
};
template <>
struct OfOtherScalar<std::vector<ColumnBlock<AnyStep<double>>>> {
  using Type = std::vector<ColumnBlock<AnyStep<float>>>;
};

/// One for every type: its address tells the type of a field.
template <class V>
inline constexpr char type_mark = 0;

template <Number To, Number From>
AnyStep<To> convert_step(const AnyStep<From>& from);

template <Number To, Number From>
void convert_value(const std::vector<Named<AnyStep<From>>>& from, std::vector<Named<AnyStep<To>>>& to) {
  for (const auto& named : from) to.push_back({named.name, convert_step<To, From>(named.step)});
}
template <Number To, Number From>
void convert_value(const std::vector<ColumnBlock<AnyStep<From>>>& from,
                   std::vector<ColumnBlock<AnyStep<To>>>& to) {
  for (const auto& block : from) {
    to.push_back({block.name, block.columns, block.weight, convert_step<To, From>(block.step)});
  }
}

template <Number ToScalar, Number FromScalar, class To, class From>
void convert_state(const From& from, To& to) {
  struct Field {
    const char* mark;
    const void* value;
  };
  std::vector<Field> fields;
  From::fields(from, [&]<class V>(const char*, const V& value) {
    fields.push_back({&type_mark<V>, &value});
  });
  std::size_t next = 0;
  To::fields(to, [&]<class V>(const char* name, V& value) {
    using Was = typename OfOtherScalar<V>::Type;
    const Field& field = fields.at(next++);
    if (field.mark != &type_mark<Was>)
      throw Error(Errc::bad_state, name, "a field that depends on the scalar type");
    if constexpr (std::is_same_v<Was, V>) {
      value = *static_cast<const Was*>(field.value);
    } else {
      convert_value<ToScalar, FromScalar>(*static_cast<const Was*>(field.value), value);
    }
  });
}

/// `from` with cells of type `To`; still to be prepared.
template <Number To, Number From>
AnyStep<To> convert_step(const AnyStep<From>& from) {
  AnyStep<To> to;
  using Variant = typename AnyStep<From>::Variant;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto become = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
      if (from.step().index() != K) return;
      convert_state<To, From>(std::get<K>(from.step()), to.step().template emplace<K>());
    };
    (become(std::integral_constant<std::size_t, I>()), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
  return to;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
