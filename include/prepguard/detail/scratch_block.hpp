// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

#include "prepguard/detail/scratch.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Scratch memory for what `step` makes of `rows` rows.
template <class Step>
OutView<typename Step::Output> scratch_output(ScratchFrame& frame, const Step& step, std::size_t rows) {
  using T = typename Step::Scalar;
  if constexpr (std::is_same_v<typename Step::Output, Mixed<T>>) {
    return {frame.matrix<T>(rows, step.output_layout().numbers()),
            frame.matrix<Text>(rows, step.output_layout().texts())};
  } else {
    return frame.matrix<typename Step::Output>(rows, step.output_width());
  }
}

/// The same for the input of `step`, to run backwards.
template <class Step>
OutView<typename Step::Input> scratch_input(ScratchFrame& frame, const Step& step, std::size_t rows) {
  using T = typename Step::Scalar;
  if constexpr (std::is_same_v<typename Step::Input, Mixed<T>>) {
    return {frame.matrix<T>(rows, step.input_layout().numbers()),
            frame.matrix<Text>(rows, step.input_layout().texts())};
  } else {
    return frame.matrix<typename Step::Input>(rows, step.input_width());
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
