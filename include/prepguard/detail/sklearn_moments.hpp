// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/numpy_sum.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Running mean and population variance of one column with scikit-learn's roundings: the corrected two-pass
/// algorithm over each batch, updated by the formulas of Chan, Golub and LeVeque (1983). Depends on the order
/// of the rows and on how they are divided into batches, as scikit-learn's does.
class SklearnMoments {
 public:
  /// Takes the batch x[0], x[stride], ... of `n` cells, NaN left out. A batch of nothing but NaN makes mean
  /// and variance NaN for ever, as in scikit-learn.
  template <Number T>
  void add(const T* x, std::ptrdiff_t stride, std::size_t n, Summation order) noexcept {
    const auto cell = [=](std::size_t i) { return x + static_cast<std::ptrdiff_t>(i) * stride; };
    std::size_t present = 0;
    for (std::size_t i = 0; i < n; ++i) present += is_nan(cell(i)) ? 0u : 1u;
    const auto number = [&](std::size_t i) { return is_nan(cell(i)) ? 0.0 : double{*cell(i)}; };
    const double sum = numpy_sum(order, n, sizeof(T) < sizeof(double), number);
    const auto count = static_cast<double>(present);
    const double centre = divide(sum, count);
    const auto deviation = [&](std::size_t i) {
      return is_nan(cell(i)) ? 0.0 : subtract(double{*cell(i)}, centre);
    };
    const auto square = [&](std::size_t i) {
      const double d = deviation(i);
      return multiply(d, d);
    };
    const double correction = numpy_sum(order, n, false, deviation);
    const double squares =
        subtract(numpy_sum(order, n, false, square), divide(multiply(correction, correction), count));
    update(sum, squares, count);
  }

  double mean() const noexcept { return mean_; }
  double variance() const noexcept { return variance_; }
  /// Cells so far that are not NaN.
  double count() const noexcept { return count_; }

 private:
  void update(double sum, double squares, double count) noexcept {
    using detail::add;
    const double last_sum = multiply(mean_, count_), total = add(count_, count);
    double all_squares = squares;
    if (count_ != 0.0) {
      const double ratio = divide(count_, count);
      const double step = subtract(divide(last_sum, ratio), sum);
      all_squares = add(add(multiply(variance_, count_), squares),
                        multiply(divide(ratio, total), multiply(step, step)));
    }
    mean_ = divide(add(last_sum, sum), total);
    variance_ = divide(all_squares, total);
    count_ = total;
  }

  double mean_ = 0.0;
  double variance_ = 0.0;
  double count_ = 0.0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
