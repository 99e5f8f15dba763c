// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/output_check.hpp"
#include "prepguard/detail/target_output.hpp"
#include "prepguard/matrix.hpp"

// A model's result for the rows it was given, made one for the rows that came in.
namespace prepguard::inline PREPGUARD_ABI::detail {

template <class Y>
inline constexpr bool is_matrix_of_reals = false;
template <Number U>
inline constexpr bool is_matrix_of_reals<Matrix<U>> = true;
template <class Y>
inline constexpr bool is_vector_of_reals = false;
template <Number U, class A>
inline constexpr bool is_vector_of_reals<std::vector<U, A>> = true;

/// An Eigen object of its own whose rows can become more.
template <class Y>
concept GrowingEigen = OwningEigen<Y> && Number<typename Y::Scalar> &&
                       int{Y::RowsAtCompileTime} == Eigen::Dynamic && int{Y::MaxRowsAtCompileTime} == Eigen::Dynamic;

/// Whether a result of this type can have gaps.
template <class Y>
consteval bool can_fill() {
  if constexpr (std::is_reference_v<Y> || std::is_const_v<Y>) {
    return false;
  } else if constexpr (is_row_results<Y>) {
    return is_matrix_of_reals<decltype(Y::cells)>;
  } else if constexpr (GrowingEigen<Y>) {
    return true;
  } else if constexpr (MaybeResult<Y>) {
    return can_fill<std::remove_reference_t<decltype(*std::declval<Y&>())>>();
  } else {
    return is_vector_of_reals<Y> || is_matrix_of_reals<Y>;
  }
}

/// How many rows a result of a type that can have gaps has.
template <class Y>
std::size_t filled_rows(const Y& y) {
  if constexpr (is_row_results<Y>) {
    return y.cells.rows();
  } else if constexpr (requires { y.rows(); }) {
    return static_cast<std::size_t>(y.rows());
  } else if constexpr (MaybeResult<Y>) {
    return filled_rows(*y);
  } else {
    return y.size();
  }
}

/// Calls `copy(to, from)` or `gap(to)` for the rows from the last one back, so that nothing is overwritten
/// that is still to be moved. `gone`: the rows without a result, in order.
template <class Copy, class Gap>
void spread_rows(const std::vector<std::size_t>& gone, std::size_t rows, Copy&& copy, Gap&& gap) {
  std::size_t from = rows - gone.size(), next = gone.size();
  for (std::size_t to = rows; to-- > 0;) {
    if (next != 0 && gone[next - 1] == to) {
      --next;
      gap(to);
    } else {
      copy(to, --from);
    }
  }
}

template <class U>
void fill_rows(Matrix<U>& y, const std::vector<std::size_t>& gone, std::size_t rows) {
  Matrix<U> wide(rows, y.cols());
  spread_rows(
      gone, rows,
      [&](std::size_t to, std::size_t from) {
        std::copy_n(y.data() + from * y.cols(), y.cols(), wide.data() + to * y.cols());
      },
      [&](std::size_t to) {
        std::fill_n(wide.data() + to * y.cols(), y.cols(), std::numeric_limits<U>::quiet_NaN());
      });
  y = std::move(wide);
}

template <class Y>
void fill_rows(Y& y, const std::vector<std::size_t>& gone, std::size_t rows) {
  if constexpr (is_row_results<Y>) {
    fill_rows(y.cells, gone, rows);
  } else if constexpr (GrowingEigen<Y>) {
    const auto count = static_cast<Eigen::Index>(rows);
    y.conservativeResize(count, y.cols());
    const auto row = [&](std::size_t i) { return y.row(static_cast<Eigen::Index>(i)); };
    spread_rows(
        gone, rows,
        [&](std::size_t to, std::size_t from) {
          if (to != from) row(to) = row(from).eval();
        },
        [&](std::size_t to) { row(to).setConstant(std::numeric_limits<typename Y::Scalar>::quiet_NaN()); });
  } else if constexpr (MaybeResult<Y>) {
    fill_rows(*y, gone, rows);
  } else {
    using U = typename Y::value_type;
    y.resize(rows);
    spread_rows(
        gone, rows, [&](std::size_t to, std::size_t from) { y[to] = y[from]; },
        [&](std::size_t to) { y[to] = std::numeric_limits<U>::quiet_NaN(); });
  }
}

[[noreturn, gnu::cold]] inline void refuse_gaps(Tally& tally, std::size_t gone, std::string got) {
  tally.fail(Check::shape);
  throw_refusal(
      {.code = Errc::bad_parameter,
       .where = "policy",
       .what = std::to_string(gone) + (gone == 1 ? " row was" : " rows were") +
               " rejected, and the model's result cannot have gaps",
       .expected =
           "an Eigen matrix or column, Matrix or std::vector of float or double, by value, one row or "
           "value for each row that was left",
       .got = std::move(got),
       .advice = "let the model return one of these, or choose another action than reject_row",
       .check = std::string(name(Check::shape))});
}

/// A further argument of the call is handed on as it is, and would be taken for that of other rows.
[[noreturn, gnu::cold]] inline void refuse_extra_rows(Tally& tally, std::size_t gone) {
  tally.fail(Check::shape);
  throw_refusal({.code = Errc::bad_parameter,
                 .where = "policy",
                 .what = std::to_string(gone) + (gone == 1 ? " row was" : " rows were") +
                         " rejected, and the call hands on a matrix or range, which would not match those left",
                 .expected = "no further argument with rows where the policy says reject_row",
                 .got = "one",
                 .advice = "choose another action than reject_row, or hand on what has no rows",
                 .check = std::string(name(Check::shape))});
}

/// Makes of the answer for the rows that were left one for the rows that came in: NaN where they were taken
/// out. The answer has passed OutputCheck.
template <class Answer>
void fill_gaps(std::remove_reference_t<Answer>& answer, const std::vector<std::size_t>& gone,
               std::size_t left, Tally& tally) {
  if (gone.empty()) [[likely]]
    return;
  if constexpr (can_fill<Answer>()) {
    if (filled_rows(answer) != left)
      refuse_gaps(tally, gone.size(), std::to_string(filled_rows(answer)) + " values for one row");
    fill_rows(answer, gone, left + gone.size());
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
