// SPDX-License-Identifier: MIT
#include "prepguard/transformers/safe_divide.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "cells.hpp"

namespace safe_divide_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Errc;
using prepguard::SafeDivide;

static_assert(prepguard::Estimator<SafeDivide<float>> && !prepguard::Invertible<SafeDivide<double>>);

template <class T>
SafeDivide<T> fitted(double epsilon) {
  SafeDivide<T> step(typename SafeDivide<T>::Options{.epsilon = epsilon});
  step.fit(prepguard::Matrix<T>(1, 3));
  return step;
}

}  // namespace

// numpy 1.24 and 2.4: x / (np.abs(x) + epsilon), all of one type. In float32 a double sum gives other bits.
TEST_CASE("safe_divide: numpy's bits, float64") {
  const auto rows = rows_of<double>({{1.1, -7.3, 0.6}, {2.7, -0.0, 1e-3}, {-1e-8, 1e30, 5e-324}});
  CHECK(difference(fitted<double>(0.1).transform(rows),
                   {{0x1.d555555555555p-1, -0x1.f914c1bacf915p-1, 0x1.b6db6db6db6dcp-1},
                    {0x1.edb6db6db6db7p-1, -0.0, 0x1.446f86562d9fbp-7},
                    {-0x1.ad7f26db37887p-24, 1, 0x0.000000000000ap-1022}}) == "");
}

TEST_CASE("safe_divide: numpy's bits, float32") {
  const auto rows = rows_of<float>({{1.1f, -7.3f, 0.6f}, {2.7f, -0.0f, 1e-3f}, {-1e-8f, 1e30f, 3e-45f}});
  CHECK(difference(fitted<float>(0.1).transform(rows), {{0x1.d55554p-1f, -0x1.f914c2p-1f, 0x1.b6db6cp-1f},
                                                        {0x1.edb6dcp-1f, -0.0f, 0x1.446f86p-7f},
                                                        {-0x1.ad7f26p-24f, 1, 0x1.4p-145f}}) == "");
}

TEST_CASE_TEMPLATE("safe_divide: exact where the quotient is; NaN passes; the largest numbers", T, float,
                   double) {
  constexpr T largest = std::numeric_limits<T>::max();
  CHECK(difference(fitted<T>(1.0).transform(rows_of<T>({{1, -3, 0}, {cells::nan<T>, 7, largest}})),
                   {{0.5, -0.75, 0}, {cells::nan<T>, 0.875, 1}}) == "");
  // |x| + epsilon overflows, as in the layer itself.
  CHECK(difference(fitted<T>(double{largest}).transform(rows_of<T>({{largest, 0, -largest}})),
                   {{0, 0, T(-0.0)}}) == "");
}

TEST_CASE("safe_divide: an epsilon that is no number > 0 of the type is refused") {
  for (const double bad : {0.0, -0.0, -1.0, cells::infinity<double>, cells::nan<double>}) {
    cells::check_error([&] { SafeDivide<double>{{.epsilon = bad}}; }, Errc::bad_parameter,
                       {"safe_divide", "epsilon > 0"});
  }
  for (const double bad : {1e-46, 1e39}) {
    CHECK_NOTHROW(SafeDivide<double>{{.epsilon = bad}});
    cells::check_error([&] { SafeDivide<float>{{.epsilon = bad}}; }, Errc::bad_parameter, {"float32"});
  }
}

}  // namespace safe_divide_test
