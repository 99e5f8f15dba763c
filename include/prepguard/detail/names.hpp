// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "prepguard/array.hpp"
#include "prepguard/detail/number_text.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Value `i` of `array` as Python prints it: `1`, `1.0`, `0.1`, `True`, `nan`, `None`, texts as they are.
inline std::string python_text(const Array& array, std::size_t i) {
  if (array.missing(i) == Missing::none) return "None";
  if (array.missing(i) == Missing::nan) return "nan";
  switch (array.dtype()) {
    case DType::string:
      return array.texts()[i].text;
    case DType::int64:
      return std::to_string(array.integers()[i]);
    case DType::boolean:
      return array.integers()[i] != 0 ? "True" : "False";
    case DType::float32:
      return repr_text(static_cast<float>(array.reals()[i]));
    case DType::float64:
      break;
  }
  return repr_text(array.reals()[i]);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
