// SPDX-License-Identifier: MIT
#include "prepguard/finite.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "detail/every_instruction_set.hpp"

namespace finite_test {
namespace {

using prepguard::all_finite;
using prepguard::find_non_finite;
using prepguard::MatrixView;
using prepguard::NonFinite;
using prepguard::NonFiniteKind;

template <class T>
constexpr T quiet_nan = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

template <class T>
concept Checkable = requires(T&& t) {
  all_finite(std::forward<T>(t));
};

// What is checked must be memory: a lazy expression or integers do not compile.
static_assert(Checkable<Eigen::MatrixXd&> && Checkable<const Eigen::ArrayXXf&> &&
              Checkable<std::vector<float>>);
static_assert(Checkable<double (&)[3]> && Checkable<MatrixView<double>> &&
              Checkable<MatrixView<const float>>);
static_assert(!Checkable<decltype(Eigen::MatrixXd() + Eigen::MatrixXd())>);
static_assert(!Checkable<std::vector<int>> && !Checkable<Eigen::MatrixXi&> && !Checkable<MatrixView<int>>);

}  // namespace

TEST_CASE_TEMPLATE("finite: every object MatrixView shows can be checked", T, float, double) {
  using Dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  Dense dense = Dense::Ones(4, 5);
  std::vector<T> row = {1, 2, 3};
  T array[] = {1, 2};
  prepguard::Matrix<T> matrix(3, 4);
  CHECK(all_finite(dense));
  CHECK(all_finite(dense.transpose()));
  CHECK(all_finite(dense.block(1, 1, 2, 3)));
  CHECK(all_finite(row));
  CHECK(all_finite(std::span<const T>(row)));
  CHECK(all_finite(array));
  CHECK(all_finite(std::array<T, 2>{1, 2}));
  CHECK(all_finite(matrix));
  CHECK(all_finite(MatrixView<T>(matrix)));

  dense(2, 3) = quiet_nan<T>;
  CHECK(find_non_finite(dense) == NonFinite{true, 2, 3, NonFiniteKind::nan});
  CHECK(find_non_finite(dense.transpose()) == NonFinite{true, 3, 2, NonFiniteKind::nan});
  CHECK(find_non_finite(dense.block(1, 1, 2, 3)) == NonFinite{true, 1, 2, NonFiniteKind::nan});
  CHECK(all_finite(dense.topRows(2)));
  row[1] = -infinity<T>;
  CHECK(find_non_finite(row) == NonFinite{true, 0, 1, NonFiniteKind::negative_infinity});
  matrix(2, 0) = infinity<T>;
  CHECK(find_non_finite(matrix) == NonFinite{true, 2, 0, NonFiniteKind::positive_infinity});
}

TEST_CASE_TEMPLATE("finite: nothing to check is finite", T, float, double) {
  CHECK(all_finite(MatrixView<const T>()));
  CHECK(all_finite(MatrixView<const T>(nullptr, 0, 7)));
  CHECK(all_finite(MatrixView<const T>(nullptr, 7, 0)));
  CHECK_FALSE(find_non_finite(MatrixView<const T>(nullptr, 7, 0)));
  CHECK(all_finite(std::vector<T>{}));
}

TEST_CASE_TEMPLATE("finite: any strides, any place", T, float, double) {
  constexpr std::size_t rows = 6;
  constexpr std::size_t cols = 7;
  struct Layout {
    const char* text;
    std::ptrdiff_t offset, row_stride, col_stride;
  };
  const Layout layouts[] = {
      {"row-major", 0, 7, 1},
      {"column-major", 0, 1, 6},
      {"rows with gaps", 3, 11, 1},
      {"columns with gaps", 3, 1, 9},
      {"every second cell", 0, 14, 2},
      {"rows upside down", 35, -7, 1},
      {"rows backwards", 6, 7, -1},
      {"reversed", 41, -7, -1},
      {"reversed columns", 41, -1, -6},
      {"strided backwards", 83, -14, -2},
      {"columns, second cell", 1, 2, 13},
  };
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const Layout& layout : layouts) {
      CAPTURE(layout.text);
      // Cells outside the view are NaN and must not be seen.
      std::vector<T> memory(120, quiet_nan<T>);
      const MatrixView<T> view(memory.data() + layout.offset, rows, cols, layout.row_stride,
                               layout.col_stride);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) view(i, j) = T(1);
      }
      REQUIRE(all_finite(view));
      REQUIRE_FALSE(find_non_finite(view));
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
          view(i, j) = -infinity<T>;
          REQUIRE(find_non_finite(view) == NonFinite{true, i, j, NonFiniteKind::negative_infinity});
          // A later cell does not matter, whatever comes first in memory.
          view(rows - 1, cols - 1) = quiet_nan<T>;
          const NonFiniteKind kind =
              i + 1 == rows && j + 1 == cols ? NonFiniteKind::nan : NonFiniteKind::negative_infinity;
          REQUIRE(find_non_finite(view) == NonFinite{true, i, j, kind});
          view(rows - 1, cols - 1) = T(1);
          view(i, j) = T(1);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("finite: a row repeated by stride 0", T, float, double) {
  std::vector<T> row = {1, 2, 3};
  CHECK(all_finite(MatrixView<const T>(row.data(), 5, 3, 0, 1)));
  row[2] = quiet_nan<T>;
  CHECK(find_non_finite(MatrixView<const T>(row.data(), 5, 3, 0, 1)) ==
        NonFinite{true, 0, 2, NonFiniteKind::nan});
}

TEST_CASE("finite: quiet, signalling, signed and payload NaN; the largest and smallest numbers are finite") {
  const auto check64 = [](std::uint64_t bits) {
    const std::array<double, 3> cells = {1.0, std::bit_cast<double>(bits), 1.0};
    return find_non_finite(cells);
  };
  const auto check32 = [](std::uint32_t bits) {
    const std::array<float, 3> cells = {1.0f, std::bit_cast<float>(bits), 1.0f};
    return find_non_finite(cells);
  };
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const std::uint64_t bits : {0x7ff8000000000000u, 0xfff8000000000000u, 0x7ff0000000000001u,
                                     0xfff0000000000001u, 0x7fffffffffffffffu, 0x7ff8dead0000beefu}) {
      CHECK(check64(bits) == NonFinite{true, 0, 1, NonFiniteKind::nan});
    }
    for (const std::uint32_t bits : {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff800001u, 0x7fffffffu}) {
      CHECK(check32(bits) == NonFinite{true, 0, 1, NonFiniteKind::nan});
    }
    CHECK(check64(0x7ff0000000000000u).kind == NonFiniteKind::positive_infinity);
    CHECK(check64(0xfff0000000000000u).kind == NonFiniteKind::negative_infinity);
    CHECK(check32(0x7f800000u).kind == NonFiniteKind::positive_infinity);
    CHECK(check32(0xff800000u).kind == NonFiniteKind::negative_infinity);
    for (const std::uint64_t bits : {0x7fefffffffffffffu, 0xffefffffffffffffu, 0x8000000000000000u,
                                     std::uint64_t{1}, 0x800fffffffffffffu, 0x0010000000000000u}) {
      CHECK_FALSE(check64(bits));
    }
    for (const std::uint32_t bits : {0x7f7fffffu, 0xff7fffffu, 0x80000000u, 0x1u, 0x807fffffu, 0x00800000u}) {
      CHECK_FALSE(check32(bits));
    }
  });
}

TEST_CASE("finite: single cells by address") {
  namespace pd = prepguard::detail;
  const double cells[] = {1.0, -0.0, quiet_nan<double>, infinity<double>, -infinity<double>};
  CHECK(pd::is_finite(&cells[0]));
  CHECK(pd::is_finite(&cells[1]));
  CHECK_FALSE(pd::is_nan(&cells[1]));
  CHECK(pd::is_nan(&cells[2]));
  CHECK_FALSE(pd::is_infinite(&cells[2]));
  CHECK(pd::is_infinite(&cells[3]));
  CHECK(pd::is_infinite(&cells[4]));
  CHECK_FALSE(pd::is_finite(&cells[4]));
  CHECK_FALSE(pd::is_nan(&cells[4]));
}

}  // namespace finite_test
