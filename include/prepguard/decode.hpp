// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ranges>
#include <string>
#include <type_traits>
#include <vector>

#include "prepguard/detail/output_check.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/text.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// What a model returned, as rows and columns: a range is one value a row.
template <class Y>
auto class_cells(const Y& y) {
  if constexpr (std::is_arithmetic_v<Y>) {
    return MatrixView<const Y>(&y, 1, 1);
  } else if constexpr (AnyEigen<Y>) {
    return MatrixView<const typename Y::Scalar>(y);
  } else if constexpr (MatrixResult<Y>) {
    return MatrixView<const std::remove_cvref_t<decltype(*y.data())>>(y);
  } else {
    static_assert(std::ranges::contiguous_range<const Y&>,
                  "prepguard: decode takes an Eigen object, a Matrix, a MatrixView, a vector or a number");
    return MatrixView(std::ranges::data(y), std::ranges::size(y), std::size_t{1});
  }
}

}  // namespace detail

/// The classes that a model's outputs stand for, as positions in `prep.target().classes()`. Of several
/// columns the one with the largest score, of one column what Target::classes_of says. Throws bad_parameter
/// if the target has no classes, bad_shape, non_finite, unknown_category.
template <HasTarget S, class Y>
std::vector<std::size_t> decode_positions(const S& prep, const Y& outputs) {
  return prep.target().classes_of(detail::class_cells(outputs));
}

/// The same as labels, as Python prints them; they are views of labels that `prep` owns.
///
/// ```
/// auto predict = prepguard::guard(prep, model);
/// for (prepguard::Text label : prepguard::decode(prep, predict(rows))) ...
/// ```
template <HasTarget S, class Y>
std::vector<Text> decode(const S& prep, const Y& outputs) {
  std::vector<Text> labels;
  for (const std::size_t position : decode_positions(prep, outputs)) {
    labels.emplace_back(prep.target().labels()[position]);
  }
  return labels;
}
template <HasTarget S, class Y>
std::vector<Text> decode(const S&&, const Y&) = delete;

}  // namespace prepguard::inline PREPGUARD_ABI
