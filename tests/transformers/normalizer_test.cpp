// SPDX-License-Identifier: MIT
#include "prepguard/transformers/normalizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cells.hpp"
#include "detail/every_instruction_set.hpp"

namespace normalizer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Contract;
using prepguard::Errc;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::Norm;
using prepguard::Normalizer;
using prepguard::RowOrder;

static_assert(prepguard::Estimator<Normalizer<float>> && !prepguard::Invertible<Normalizer<double>>);

/// As a file gives it.
template <class T>
Normalizer<T> loaded(Norm norm, RowOrder order, std::size_t width) {
  Normalizer<T> step(typename Normalizer<T>::Options{.norm = norm});
  cells::set_field(step, "contract", Contract::sklearn_float64_coefficients);
  cells::set_field(step, "inputs", static_cast<std::int64_t>(width));
  cells::set_field(step, "order", order);
  step.prepare(prepguard::Layout(width, Kind::number), prepguard::detail::Place("step"));
  return step;
}

template <class T>
Normalizer<T> fitted(Norm norm, std::size_t width) {
  Normalizer<T> step(typename Normalizer<T>::Options{.norm = norm});
  step.fit(Matrix<T>(1, width));
  return step;
}

/// Two rows of numbers of either sign.
template <class T>
Matrix<T> wide_rows(int width) {
  Matrix<T> rows(2, static_cast<std::size_t>(width));
  for (int j = 0; j < width; ++j) {
    rows(0, static_cast<std::size_t>(j)) = static_cast<T>((j * 7919 % 1000 - 500) / 3.0);
    rows(1, static_cast<std::size_t>(j)) = static_cast<T>((j * 104729 % 1000 - 500) / 7.0);
  }
  return rows;
}

template <class T>
struct Expected {
  int width;
  Norm norm;
  RowOrder order;
  T first, second;  // column 1 of both rows
};

template <class T>
void check_all(const std::vector<Expected<T>>& table) {
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const Expected<T>& want : table) {
      CAPTURE(want.width);
      CAPTURE(static_cast<int>(want.norm));
      CAPTURE(static_cast<int>(want.order));
      const auto step = loaded<T>(want.norm, want.order, static_cast<std::size_t>(want.width));
      const auto got = step.transform(wide_rows<T>(want.width));
      CHECK(cells::same(got(0, 1), want.first));
      CHECK(cells::same(got(1, 1), want.second));
    }
  });
}

}  // namespace

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.Normalizer.html
TEST_CASE_TEMPLATE("normalizer: scikit-learn's documented example", T, float, double) {
  Normalizer<T> step;
  const auto rows = rows_of<T>({{4, 1, 2, 2}, {1, 3, 9, 3}, {5, 7, 5, 1}});
  const auto want = rows_of<T>(
      {{T(0.8), T(0.2), T(0.4), T(0.4)}, {T(0.1), T(0.3), T(0.9), T(0.3)}, {T(0.5), T(0.7), T(0.5), T(0.1)}});
  CHECK(difference(step.fit(rows).transform(rows), want) == "");
  CHECK(difference(loaded<T>(Norm::l2, RowOrder::c, 4).transform(rows), want) == "");
  CHECK(difference(loaded<T>(Norm::l2, RowOrder::f, 4).transform(rows), want) == "");
  CHECK(step.feature_names_out({"a", "b", "c", "d"}) == std::vector<std::string>{"a", "b", "c", "d"});
}

// scikit-learn 1.2.1 and 1.9.1 (NumPy 1.24.2 and 2.4.6), of rows in C and in F order.
TEST_CASE("normalizer: scikit-learn's bits in either order, float64") {
  constexpr auto c = RowOrder::c, f = RowOrder::f;
  check_all<double>({
      {19, Norm::l1, c, 0x1.5f781c19cb424p-4, 0x1.7ec5c24256654p-5},
      {19, Norm::l1, f, 0x1.5f781c19cb423p-4, 0x1.7ec5c24256653p-5},
      {19, Norm::l2, c, 0x1.4bffaa2db4fa5p-2, 0x1.6a0b1665a7567p-3},
      {19, Norm::l2, f, 0x1.4bffaa2db4fa5p-2, 0x1.6a0b1665a7567p-3},
      {19, Norm::max, c, 0x1.ad0e560418937p-1, 0x1.d4fdf3b645a1dp-2},
      {300, Norm::l1, c, 0x1.6bac983ec3a11p-8, 0x1.8efe5a5b2c40bp-9},
      {300, Norm::l1, f, 0x1.6bac983ec3a13p-8, 0x1.8efe5a5b2c407p-9},
      {300, Norm::l2, c, 0x1.5562b3d23ef16p-4, 0x1.760548b0bdf1cp-5},
      {300, Norm::l2, f, 0x1.5562b3d23ef15p-4, 0x1.760548b0bdf1cp-5},
      {300, Norm::max, f, 0x1.ad0e560418937p-1, 0x1.d4fdf3b645a1dp-2},
  });
}

TEST_CASE("normalizer: scikit-learn's bits in either order, float32") {
  constexpr auto c = RowOrder::c, f = RowOrder::f;
  check_all<float>({
      {19, Norm::l1, c, 0x1.5f781cp-4f, 0x1.7ec5c2p-5f},
      {19, Norm::l1, f, 0x1.5f781ep-4f, 0x1.7ec5c2p-5f},
      {19, Norm::l2, c, 0x1.4bffaap-2f, 0x1.6a0b16p-3f},
      {19, Norm::max, c, 0x1.ad0e56p-1f, 0x1.d4fdf4p-2f},
      {300, Norm::l1, c, 0x1.6bac9cp-8f, 0x1.8efe5ap-9f},
      {300, Norm::l1, f, 0x1.6bac98p-8f, 0x1.8efe62p-9f},
      {300, Norm::l2, c, 0x1.5562b4p-4f, 0x1.76054ap-5f},
      {300, Norm::l2, f, 0x1.5562bap-4f, 0x1.76054ap-5f},
      {300, Norm::max, f, 0x1.ad0e56p-1f, 0x1.d4fdf4p-2f},
  });
}

TEST_CASE_TEMPLATE("normalizer: one row alone, and in place, has the bits of the batch", T, float, double) {
  for (const Norm norm : {Norm::l1, Norm::l2, Norm::max}) {
    for (const RowOrder order : {RowOrder::c, RowOrder::f}) {
      const auto step = loaded<T>(norm, order, 300);
      Matrix<T> rows = wide_rows<T>(300);
      const auto want = step.transform(rows);
      const prepguard::MatrixView<const T> second = prepguard::MatrixView<const T>(rows).middle_rows(1, 1);
      const auto alone = step.transform(second);
      CHECK(cells::difference(prepguard::MatrixView<const T>(alone),
                              prepguard::MatrixView<const T>(want).middle_rows(1, 1)) == "");
      step.transform(prepguard::MatrixView<const T>(rows), prepguard::MatrixView<T>(rows));
      CHECK(difference(rows, want) == "");
    }
  }
}

// scikit-learn 1.2.1 on the same rows.
TEST_CASE("normalizer: norms below 10 eps count as 1, and overflow is scikit-learn's") {
  for (const Norm norm : {Norm::l1, Norm::l2, Norm::max}) {
    const auto rows = rows_of<double>({{0, -0.0, 0}, {1e-16, 0, -1e-17}});
    CHECK(difference(loaded<double>(norm, RowOrder::c, 3).transform(rows), rows) == "");
    CHECK(difference(fitted<double>(norm, 3).transform(rows), rows) == "");
    const auto small = rows_of<float>({{1e-7f, 0}, {-4e-6f, 0}});
    CHECK(difference(loaded<float>(norm, RowOrder::f, 2).transform(small), {{1e-7f, 0}, {-1, 0}}) == "");
    CHECK(difference(fitted<float>(norm, 2).transform(small), {{1e-7f, 0}, {-1, 0}}) == "");
  }
  const auto large = rows_of<float>({{1e20f, -1e20f}});
  CHECK(difference(loaded<float>(Norm::l2, RowOrder::c, 2).transform(large), {{0, -0.0f}}) == "");
}

TEST_CASE("normalizer: fitted here, nothing overflows or vanishes") {
  const double root_half = std::sqrt(0.5);
  CHECK(difference(fitted<float>(Norm::l2, 2).transform(rows_of<float>({{1e20f, -1e20f}, {3e38f, 3e38f}})),
                   {{float(root_half), -float(root_half)}, {float(root_half), float(root_half)}}) == "");
  CHECK(difference(fitted<double>(Norm::l1, 2).transform(rows_of<double>({{1.7e308, -1.7e308}})),
                   {{0.5, -0.5}}) == "");
  CHECK(difference(fitted<double>(Norm::l2, 2).transform(rows_of<double>({{3e300, -4e300}})),
                   {{0.6, -0.8}}) == "");
}

// Against the same sums in long double, 64 bits of precision.
TEST_CASE_TEMPLATE("normalizer: fitted here, within an ulp of exact norms", T, float, double) {
  for (const Norm norm : {Norm::l1, Norm::l2}) {
    for (int width = 1; width < 40; ++width) {
      const Matrix<T> rows = wide_rows<T>(width);
      const auto got = fitted<T>(norm, rows.cols()).transform(rows);
      for (std::size_t i = 0; i < 2; ++i) {
        long double sum = 0;
        for (const T x : rows.row(i))
          sum += norm == Norm::l1 ? std::abs((long double)(x)) : (long double)(x)*x;
        const long double exact = norm == Norm::l1 ? sum : std::sqrt(sum);
        for (std::size_t j = 0; j < rows.cols(); ++j) {
          const long double want = rows(i, j) / exact;
          const int ulps = sizeof(T) == 4 ? 1 : 4;  // a float is rounded once, of a double every addition is
          CHECK(std::abs(got(i, j) - want) <= ulps * std::numeric_limits<T>::epsilon() * std::abs(want));
        }
      }
    }
  }
}

// Relative errors of a quotient's two sides add up; a norm's is at most that of its worst cell.
TEST_CASE("normalizer: the tolerance of a cell and of the worst of the row") {
  const auto step = fitted<double>(Norm::l2, 3);
  CHECK(step.tolerances({8, 0, 3}) == std::vector<std::int64_t>{16, 8, 11});
  CHECK(step.tolerances({0, 0, 0}) == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("normalizer: NaN is refused, in training too") {
  cells::check_error(
      [] {
        static_cast<void>(
            fitted<float>(Norm::l2, 2).transform(rows_of<float>({{1, 2}, {1, cells::nan<float>}})));
      },
      Errc::non_finite, {"normalizer", "row 1", "\"x1\"", "NaN", "impute"});
  cells::check_error(
      [] {
        Normalizer<double>().fit(rows_of<double>({{1, cells::nan<double>}}));
      },
      Errc::cannot_fit, {"normalizer", "column 1", "NaN"});
}

}  // namespace normalizer_test
