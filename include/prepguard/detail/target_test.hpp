// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/detail/target_step.hpp"
#include "prepguard/finite.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Outputs of a model with what training made of them, replayed when an artifact is loaded.
struct TargetTest {
  DType dtype = DType::float64;  ///< the scalar type of `outputs`
  std::int64_t rows = 0;
  Array outputs{};                        ///< row-major, as the model gives them
  Array expected{};                       ///< row-major, scaled back; or one class a row
  std::vector<std::int64_t> tolerance{};  ///< one for each name, as in SelfTest

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("dtype", self.dtype);
    visit("rows", self.rows);
    visit("outputs", self.outputs);
    visit("expected", self.expected);
    visit("tolerance", self.tolerance);
  }
  friend bool operator==(const TargetTest&, const TargetTest&) = default;
};

namespace detail {

/// What `step` makes of a few outputs, here and now; those that it cannot undo are left out.
template <Number U>
TargetTest scaled_test(const TargetStep<U>& step) {
  constexpr std::array<double, 6> values{0.0, -1.0, 1.0, 0.3, -0.7, 2.5};
  const std::size_t width = step.input_width();
  Array::Reals outputs, expected;
  TargetTest test{.dtype = dtype_of<U>};
  for (const double value : values) {
    Matrix<U> row(1, width), made(1, width);
    for (std::size_t j = 0; j < width; ++j) row(0, j) = round_to<U>(value);
    try {
      step.inverse_transform(row, MixedView<U>(made));
    } catch (const Error& error) {
      if (error.code() == Errc::bad_environment) throw;
      continue;
    }
    if (!all_finite(made)) continue;
    ++test.rows;
    for (std::size_t j = 0; j < width; ++j) {
      outputs.push_back(double{row(0, j)});
      expected.push_back(double{made(0, j)});
    }
  }
  test.outputs = Array(std::move(outputs), dtype_of<U>);
  test.expected = Array(std::move(expected), dtype_of<U>);
  // The last bits of functions of the C library depend on the machine, and grow in the steps that follow.
  for (const std::int64_t k : step.tolerances(std::vector<std::int64_t>(width, 0))) {
    test.tolerance.push_back(k == 0 ? 0 : 1024);
  }
  return test;
}

/// The position of every class, and the class.
template <Number U>
TargetTest class_test(const Array& classes) {
  Array::Reals positions;
  for (std::size_t i = 0; i < classes.size(); ++i) positions.push_back(static_cast<double>(i));
  const auto rows = static_cast<std::int64_t>(classes.size());
  return {dtype_of<U>, rows, Array(std::move(positions), dtype_of<U>), classes, {0}};
}

}  // namespace detail

}  // namespace prepguard::inline PREPGUARD_ABI
