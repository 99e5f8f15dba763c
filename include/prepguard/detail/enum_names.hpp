// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "prepguard/array.hpp"
#include "prepguard/detail/bins.hpp"
#include "prepguard/detail/bspline.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/functions.hpp"
#include "prepguard/detail/imputer_state.hpp"
#include "prepguard/detail/lookup_state.hpp"
#include "prepguard/detail/output_mode.hpp"
#include "prepguard/detail/power_transform.hpp"
#include "prepguard/detail/quantiles.hpp"
#include "prepguard/detail/row_norm.hpp"
#include "prepguard/transformer.hpp"

// How enumerations are spelled in files: one table each, in the order of the enumerators.
namespace prepguard::inline PREPGUARD_ABI::detail {

inline std::span<const std::string_view> names_of(Contract) noexcept {
  return contract_names;
}
inline std::span<const std::string_view> names_of(DType) noexcept {
  return dtype_names;
}
inline std::span<const std::string_view> names_of(HandleUnknown) noexcept {
  return handle_unknown_names;
}
inline std::span<const std::string_view> names_of(OovMethod) noexcept {
  return oov_method_names;
}
inline std::span<const std::string_view> names_of(OutputMode) noexcept {
  return output_mode_names;
}
inline std::span<const std::string_view> names_of(Strategy) noexcept {
  return strategy_names;
}
inline std::span<const std::string_view> names_of(Encode) noexcept {
  return encode_names;
}
inline std::span<const std::string_view> names_of(Norm) noexcept {
  return norm_names;
}
inline std::span<const std::string_view> names_of(RowOrder) noexcept {
  return row_order_names;
}
inline std::span<const std::string_view> names_of(MissingMarker) noexcept {
  return missing_marker_names;
}
inline std::span<const std::string_view> names_of(OutputDistribution) noexcept {
  return output_distribution_names;
}
inline std::span<const std::string_view> names_of(PowerMethod) noexcept { return power_method_names; }
inline std::span<const std::string_view> names_of(PowerFormula) noexcept { return power_formula_names; }
inline std::span<const std::string_view> names_of(Extrapolation) noexcept {
  return extrapolation_names;
}
inline std::span<const std::string_view> names_of(NamedFunction) noexcept {
  return function_names;
}

template <class E>
std::string_view name_of(E value) noexcept {
  return names_of(value)[static_cast<std::size_t>(value)];
}

/// Sets `value` to the enumerator called `text`; false if there is none.
template <class E>
bool from_name(std::string_view text, E& value) noexcept {
  const auto names = names_of(value);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != text) continue;
    value = static_cast<E>(i);
    return true;
  }
  return false;
}

/// "one of error, ignore, ...".
template <class E>
std::string choices() {
  std::string text = "one of";
  for (const std::string_view name : names_of(E{})) text.append(text.size() == 6 ? " " : ", ").append(name);
  return text;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
