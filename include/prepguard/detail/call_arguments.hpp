// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <type_traits>
#include <utility>

#include "prepguard/schema.hpp"
#include "prepguard/table.hpp"

// The arguments of a guarded call: first the rows, then what is handed on to the model.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// A table and its binding, which together are the rows of a call.
struct BoundTable {
  const Table& table;
  const Binding& binding;
};

template <class First, class... More>
consteval bool starts_with_binding() {
  if constexpr (sizeof...(More) != 0) {
    return []<class Second, class... Rest>(std::type_identity<Second>, std::type_identity<Rest>...) {
      return std::same_as<First, Table> && std::same_as<std::remove_cvref_t<Second>, Binding>;
    }(std::type_identity<More>()...);
  } else {
    return false;
  }
}

/// What a call with these arguments has for rows.
template <class First, class... More>
using RowsOf = std::conditional_t<starts_with_binding<First, More...>(), BoundTable, First>;

template <class Call, class Bound, class... Extra>
auto call_bound(Call&& call, const Table& table, const Bound& binding, Extra&&... extra) {
  return call(BoundTable{table, binding}, std::forward<Extra>(extra)...);
}

/// `call(rows, extra...)` for the arguments of a guarded call.
template <class Call, class First, class... More>
auto split_arguments(Call&& call, const First& first, More&&... more) {
  if constexpr (starts_with_binding<First, More...>()) {
    return call_bound(call, first, std::forward<More>(more)...);
  } else {
    return call(first, std::forward<More>(more)...);
  }
}

/// Whether a further argument may have a cell or a row for every row of the call: a matrix, a range.
template <class Extra>
consteval bool may_have_rows() {
  using E = std::remove_cvref_t<Extra>;
  return std::ranges::range<const E&> || requires(const E& extra) {
    extra.rows();
  };
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
