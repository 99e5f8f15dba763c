// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/error.hpp"
#include "prepguard/matrix.hpp"

// From a model's outputs to the class they stand for.
namespace prepguard::inline PREPGUARD_ABI::detail {

[[noreturn]] inline void fail_class(Errc code, std::size_t row, std::string expected, std::string got) {
  throw Error(ErrorInfo{.code = code,
                        .where = "decode",
                        .what = "outputs that stand for no class",
                        .row = static_cast<std::int64_t>(row),
                        .expected = std::move(expected),
                        .got = std::move(got)});
}

/// Outputs of a row are one number, or one for each class.
inline void check_class_columns(std::size_t classes, std::size_t columns) {
  if (classes == 0)
    throw Error(Errc::bad_parameter, "decode", "the target has no classes", "export it with its classes");
  if (columns == 1 || columns == classes) return;
  throw Error(ErrorInfo{.code = Errc::bad_shape,
                        .where = "decode",
                        .expected = "1 column or " + std::to_string(classes) + ", one for each class",
                        .got = std::to_string(columns)});
}

/// The class that the one number of row `row` names.
template <class U>
std::size_t class_at_index(const U& index, std::size_t classes, std::size_t row) {
  const auto exact = static_cast<double>(index);
  if (exact >= 0.0 && exact < static_cast<double>(classes)) {
    const auto position = static_cast<std::size_t>(exact);
    if (static_cast<double>(position) == exact) return position;
  }
  fail_class(Errc::unknown_category, row, "a whole number from 0 to " + std::to_string(classes - 1),
             repr_text(exact));
}

/// The class that `cells`, the outputs of row `row`, stand for: the largest score, the first of several; a
/// single number above `threshold` for the second of two classes; or the position it is.
template <class U>
std::size_t class_of(const MatrixView<const U>& cells, std::size_t classes, double threshold,
                     std::size_t row) {
  if constexpr (std::is_floating_point_v<U>) {
    for (std::size_t k = 0; k < cells.cols(); ++k) {
      if (!is_finite(&cells(0, k)))
        fail_class(Errc::non_finite, row, "finite numbers", repr_text(double{cells(0, k)}));
    }
  }
  if (cells.cols() == classes) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < classes; ++k) best = cells(0, best) < cells(0, k) ? k : best;
    return best;
  }
  if constexpr (std::is_floating_point_v<U>) {
    if (classes == 2) return cells(0, 0) > round_to<U>(threshold) ? 1 : 0;
  }
  return class_at_index(cells(0, 0), classes, row);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
