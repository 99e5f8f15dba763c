// SPDX-License-Identifier: MIT
#include "prepguard/detail/window_columns.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>

#include "cells.hpp"
#include "detail/every_instruction_set.hpp"
#include "prepguard/matrix.hpp"

namespace window_columns_test {

using namespace prepguard;
using cells::infinity;
using cells::nan;

TEST_CASE("the counts of a window are exact on every instruction set") {
  const Matrix<float> rows = [] {
    std::mt19937 random(11);
    Matrix<float> made(200, 16);
    for (std::size_t i = 0; i < 200; ++i) {
      for (std::size_t j = 0; j < 16; ++j)
        made(i, j) = static_cast<float>(std::min(random() % 5U, random() % 9U));
    }
    made(5, 3) = nan<float>;
    made(6, 3) = -nan<float>;
    made(7, 3) = infinity<float>;
    made(8, 3) = -infinity<float>;
    return made;
  }();
  const detail::Distribution training{{0, 1, 1, 2, 3, 4, 4}, 0, 4, 1.5, 1, 1000};
  for_every_instruction_set([&](InstructionSet) {
    detail::WindowColumns<float> window(16);
    for (std::size_t j = 0; j < 16; ++j) window.set_training(j, training);
    window.summarize(rows.data(), rows.rows());
    for (const std::size_t j : {3U, 15U}) {
      const detail::ColumnWindow seen = window.column(j);
      double present = 0, sum = 0, finite = 0;
      detail::Edges below{}, not_above{};
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        const float x = rows(i, j);
        if (detail::is_nan(&x)) continue;
        ++present;
        for (std::size_t k = 0; k < below.size(); ++k) {
          below[k] += double{x} < training.quantiles[k] - 1e-3 ? 1 : 0;
          not_above[k] += double{x} < training.quantiles[k] + 1e-3 ? 1 : 0;
        }
        if (!detail::is_finite(&x)) continue;
        ++finite;
        sum += double{x};
      }
      CHECK(seen.present == present);
      CHECK(seen.below == below);
      CHECK(seen.not_above == not_above);
      CHECK(seen.least == 0);
      CHECK(seen.most == 4);
      if (j == 15) CHECK(seen.mean == doctest::Approx(sum / finite).epsilon(1e-5));
    }
  });
}

}  // namespace window_columns_test
