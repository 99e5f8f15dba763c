// SPDX-License-Identifier: MIT
#include "prepguard/eigen.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <type_traits>
#include <utility>

#include "cells.hpp"

namespace eigen_test {

using namespace prepguard;

template <class M>
concept Mappable = requires(M&& m) {
  as_eigen(std::forward<M>(m));
};
static_assert(Mappable<Matrix<double>&> && Mappable<const Matrix<float>&> &&
              Mappable<MatrixView<const double>>);
static_assert(!Mappable<Matrix<double>>);  // the map would outlive its cells

TEST_CASE("views of any layout as Eigen objects, without a copy") {
  const Matrix<double> cells = cells::rows_of<double>({{1, 2, 3}, {4, 5, 6}});
  const auto map = as_eigen(cells);
  CHECK(map.data() == cells.data());
  CHECK(map(1, 0) == 4.0);
  static_assert(!std::is_assignable_v<decltype(map(0, 0)), double>);
  for (const cells::Layout& layout : cells::layouts) {
    CAPTURE(layout.name);
    const cells::Arranged<double> arranged(layout, cells);
    CHECK(as_eigen(arranged.readable()) == map);
    as_eigen(arranged.view())(1, 2) = 60;
    CHECK(arranged.view()(1, 2) == 60.0);
    // And back: what Eigen shows is what the view of it shows.
    auto strided = as_eigen(arranged.view());
    CHECK(MatrixView<const double>(strided)(1, 2) == 60.0);
  }
  Matrix<double> mutable_cells = cells;
  as_eigen(mutable_cells).setZero();
  CHECK(mutable_cells(1, 2) == 0.0);
}

}  // namespace eigen_test
