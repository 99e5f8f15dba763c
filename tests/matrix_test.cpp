// SPDX-License-Identifier: MIT
#include "prepguard/matrix.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace matrix_test {
namespace {

using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Text;

template <class From, class View>
constexpr bool views_as = std::convertible_to<From, View>;
using Read = MatrixView<const double>;
using Write = MatrixView<double>;

// Everything with storage is viewed implicitly; what is const is never viewed as writable.
static_assert(views_as<Eigen::MatrixXd&, Read> && views_as<const Eigen::MatrixXd&, Read>);
static_assert(views_as<Eigen::MatrixXd&, Write> && !views_as<const Eigen::MatrixXd&, Write>);
static_assert(views_as<Eigen::ArrayXXd&, Write> && views_as<Eigen::Map<const Eigen::MatrixXd>, Read>);
static_assert(!views_as<Eigen::Map<const Eigen::MatrixXd>, Write>);
static_assert(views_as<decltype(std::declval<Eigen::MatrixXd&>().transpose()), Write>);
static_assert(views_as<decltype(std::declval<Eigen::MatrixXd&>().block(0, 0, 1, 1)), Write>);
static_assert(views_as<std::vector<double>&, Write> && views_as<const std::vector<double>&, Read>);
static_assert(views_as<std::span<const double>, Read> && !views_as<std::span<const double>, Write>);
static_assert(views_as<double (&)[3], Write> && views_as<std::array<double, 3>&, Write>);
static_assert(views_as<Matrix<double>&, Write> && views_as<const Matrix<double>&, Read>);
static_assert(!views_as<const Matrix<double>&, Write>);
static_assert(views_as<Write, Read> && !views_as<Read, Write>);
static_assert(views_as<std::vector<Text>&, MatrixView<const Text>>);

// No hidden conversion of cells, no lazy expression.
static_assert(!views_as<Eigen::MatrixXf&, Read> && !views_as<std::vector<float>&, Read>);
static_assert(!views_as<Eigen::MatrixXi&, Read> && !views_as<std::vector<int>&, Read>);
static_assert(!views_as<decltype(std::declval<Eigen::MatrixXd&>() * 2.0), Read>);
static_assert(!views_as<decltype(std::declval<Eigen::MatrixXd&>() + std::declval<Eigen::MatrixXd&>()), Read>);
static_assert(!views_as<double*, Read> && !views_as<double, Read>);

static_assert(std::is_trivially_copyable_v<Write>);
static_assert(std::copyable<Matrix<float>> && std::is_nothrow_move_constructible_v<Matrix<float>>);
static_assert(std::is_nothrow_move_assignable_v<Matrix<float>>);

/// Numbers that name their place: 10 * row + column.
Eigen::MatrixXd numbered(Eigen::Index rows, Eigen::Index cols) {
  return Eigen::MatrixXd::NullaryExpr(rows, cols,
                                      [](auto i, auto j) { return static_cast<double>(10 * i + j); });
}

void check_shows(Read view, std::initializer_list<std::initializer_list<double>> rows) {
  CHECK(cells::difference(view, Read(cells::rows_of<double>(rows))) == "");
}

}  // namespace

TEST_CASE("matrix view: Eigen objects of either order, blocks, transposes and maps, none copied") {
  Eigen::MatrixXd columns = numbered(3, 4);
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = columns;

  check_shows(columns, {{0, 1, 2, 3}, {10, 11, 12, 13}, {20, 21, 22, 23}});
  check_shows(rows, {{0, 1, 2, 3}, {10, 11, 12, 13}, {20, 21, 22, 23}});
  check_shows(columns.transpose(), {{0, 10, 20}, {1, 11, 21}, {2, 12, 22}, {3, 13, 23}});
  check_shows(columns.block(1, 2, 2, 2), {{12, 13}, {22, 23}});
  check_shows(rows.block(1, 2, 2, 2), {{12, 13}, {22, 23}});
  check_shows(rows.row(1), {{10, 11, 12, 13}});
  check_shows(rows.col(1), {{1}, {11}, {21}});

  CHECK(Read(columns).data() == columns.data());
  CHECK(Read(rows).data() == rows.data());
  CHECK(Read(columns.transpose()).data() == columns.data());
  CHECK(Read(columns.block(1, 2, 2, 2)).data() == &columns(1, 2));
  CHECK(Read(rows.block(1, 2, 2, 2)).data() == &rows(1, 2));

  using Reversed = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  check_shows(Reversed(&columns(2, 3), 3, 4, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(-3, -1)),
              {{23, 22, 21, 20}, {13, 12, 11, 10}, {3, 2, 1, 0}});

  const Write writable = columns;
  writable(2, 1) = 99;
  CHECK(columns(2, 1) == 99);
}

TEST_CASE("matrix view: Eigen vectors stand as Eigen shapes them") {
  const Eigen::VectorXd column = Eigen::VectorXd::LinSpaced(3, 1, 3);
  const Eigen::RowVectorXd row = column.transpose();
  check_shows(column, {{1}, {2}, {3}});
  check_shows(row, {{1, 2, 3}});
}

TEST_CASE("matrix view: contiguous cells are one row; a pointer has the shape it is given") {
  std::vector<double> cells = {1, 2, 3, 4, 5, 6};
  const double array[] = {7, 8};
  check_shows(cells, {{1, 2, 3, 4, 5, 6}});
  check_shows(std::span<const double>(cells).first(2), {{1, 2}});
  check_shows(array, {{7, 8}});
  check_shows(std::array<double, 2>{1, 2}, {{1, 2}});
  check_shows(Read(cells.data(), 2, 3), {{1, 2, 3}, {4, 5, 6}});
  check_shows(Read(cells.data(), 3, 2, 1, 3), {{1, 4}, {2, 5}, {3, 6}});
  check_shows(Read(cells.data(), 3, 2, 0, 1), {{1, 2}, {1, 2}, {1, 2}});
  CHECK(Read(std::vector<double>{}).cols() == 0);
  CHECK(Read().data() == nullptr);
  CHECK(Read().rows() == 0);
}

TEST_CASE("matrix view: some rows, some columns, every layout") {
  const auto numbers = cells::rows_of<double>({{0, 1, 2}, {10, 11, 12}, {20, 21, 22}, {30, 31, 32}});
  for (const cells::Layout& layout : cells::layouts) {
    CAPTURE(layout.name);
    const cells::Arranged<double> arranged(layout, numbers);
    check_shows(arranged.view(), {{0, 1, 2}, {10, 11, 12}, {20, 21, 22}, {30, 31, 32}});
    check_shows(arranged.view().middle_rows(1, 2), {{10, 11, 12}, {20, 21, 22}});
    check_shows(arranged.view().middle_cols(1, 2), {{1, 2}, {11, 12}, {21, 22}, {31, 32}});
    check_shows(arranged.view().middle_rows(2, 1).middle_cols(0, 1), {{20}});
    CHECK(arranged.view().middle_rows(4, 0).rows() == 0);
    CHECK(arranged.view().middle_cols(3, 0).cols() == 0);
    CHECK(arranged.view().row(2) == &arranged.view()(2, 0));
  }
  CHECK(Read(numbers).contiguous_rows());
  CHECK_FALSE(Read(numbers.data(), 4, 3, 1, 4).contiguous_rows());
  CHECK(Read(numbers.data(), 4, 1, 1, 4).contiguous_rows());
}

TEST_CASE("matrix: owns zeros on a 64-byte line, copies deeply, empties when moved from") {
  Matrix<double> a(3, 5);
  CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
  check_shows(a, {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}});
  a(2, 4) = 7;
  a.row(1)[0] = 5;

  Matrix<double> b = a;
  b(0, 0) = 1;
  CHECK(a(0, 0) == 0);
  CHECK(b(2, 4) == 7);
  CHECK(b(1, 0) == 5);

  const double* const cells = a.data();
  Matrix<double> c = std::move(a);
  CHECK(c.data() == cells);
  CHECK(a.rows() == 0);  // NOLINT: what is left is what is tested
  CHECK(a.cols() == 0);
  CHECK(a.data() == nullptr);

  b = c;
  CHECK(cells::difference(b, c) == "");
  b = std::move(c);
  CHECK(b.data() == cells);
  Matrix<double>& self = b;
  b = self;
  CHECK(b(2, 4) == 7);
  b = std::move(self);
  CHECK(b(2, 4) == 7);
}

TEST_CASE("matrix: a row-major copy of any view") {
  const Eigen::MatrixXd columns = numbered(2, 3);
  const Matrix<double> copy{Read(columns.transpose())};
  check_shows(copy, {{0, 10}, {1, 11}, {2, 12}});
  CHECK(copy.rowStride() == 2);
  CHECK(copy.colStride() == 1);
}

TEST_CASE("matrix: no rows, no columns, and shapes beyond memory") {
  CHECK(Matrix<float>(0, 7).cols() == 7);
  CHECK(Matrix<float>(7, 0).rows() == 7);
  CHECK(Matrix<float>(7, 0).data() == nullptr);
  constexpr std::size_t huge = static_cast<std::size_t>(-1) / 4;
  CHECK_THROWS_AS(Matrix<float>(huge, 8), std::bad_array_new_length);
  CHECK_THROWS_AS(Matrix<float>(8, huge), std::bad_array_new_length);
}

}  // namespace matrix_test
