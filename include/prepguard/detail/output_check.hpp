// SPDX-License-Identifier: MIT
#pragma once

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/model.hpp"
#include "prepguard/policy.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A result that may hold nothing: optional, expected.
template <class Y>
concept MaybeResult = requires(const Y& y) {
  { y.has_value() } -> std::convertible_to<bool>;
  *y;
};
template <class Y>
concept AdaptedResult = requires(const Y& y) {
  ModelOutput<Y>::cells(y);
};
/// Strided cells that are not Eigen's: Matrix, MatrixView.
template <class Y>
concept MatrixResult = requires(const Y& y) {
  y.data();
  y.rows();
  y.cols();
};
/// One value: a number, an enumerator, a text.
template <class Y>
concept SingleResult =
    std::is_arithmetic_v<Y> || std::is_enum_v<Y> || std::convertible_to<const Y&, std::string_view>;
template <class Y>
concept RangeResult = std::ranges::sized_range<const Y&>;
template <class Y>
concept TupleResult = requires {
  std::tuple_size<Y>::value;
};

template <class S>
inline constexpr bool is_complex = false;
template <class R>
inline constexpr bool is_complex<std::complex<R>> = true;

template <class Y>
inline constexpr bool is_row_results = false;
template <class S>
inline constexpr bool is_row_results<RowResults<S>> = true;

/// Looks at what a model returned for `rows` rows: as many rows, nothing missing, nothing NaN or infinite.
/// Throws the report. No result may show memory that is gone after the call.
class OutputCheck {
 public:
  OutputCheck(std::size_t rows, const FeatureFacts& features, Tally& tally) noexcept
      : rows_(rows), features_(features), tally_(tally) {}

  template <class Y>
  void operator()(const Y& y) {
    if constexpr (AdaptedResult<Y>) {
      (*this)(ModelOutput<Y>::cells(y));
    } else if constexpr (is_row_results<Y>) {
      if (y.misfit != Y::none) fail_misfit(y.misfit, y.cells.cols(), y.misfit_width);
      check_cells(MatrixView(y.cells.data(), y.cells.rows(), y.cells.cols()));
    } else if constexpr (AnyEigen<Y>) {
      check_eigen(y);
    } else if constexpr (MatrixResult<Y>) {
      check_cells(MatrixView<const CellIn<Y>>(y));
    } else if constexpr (MaybeResult<Y>) {
      if (!y.has_value()) fail_shape("nothing");
      (*this)(*y);
    } else if constexpr (SingleResult<Y>) {
      check_values(&y, 1);
    } else if constexpr (RangeResult<Y>) {
      check_range(y);
    } else if constexpr (TupleResult<Y>) {
      std::apply([this](const auto&... parts) { (this->check_part(parts), ...); }, y);
    } else {
      static_assert(AdaptedResult<Y>,
                    "prepguard: the model returns a type the guard cannot look into: return an Eigen "
                    "object, Matrix, MatrixView, vector, span, array, number, optional or tuple of "
                    "these, or specialise prepguard::ModelOutput for it");
    }
  }

 private:
  template <class Y>
  using CellIn = std::remove_cvref_t<decltype(*std::declval<const Y&>().data())>;

  template <class Y>
  void check_eigen(const Y& y) {
    static_assert(
        OwningEigen<Y> || MappedEigen<Y>,
        "prepguard: the model returns a lazy Eigen expression, which may refer to variables that are gone: "
        "end it with .eval(), or give the lambda a return type");
    if constexpr (int{Y::ColsAtCompileTime} == 1 && int{Y::InnerStrideAtCompileTime} == 1) {
      check_values(y.data(), static_cast<std::size_t>(y.rows()));
    } else {
      check_cells(MatrixView<const typename Y::Scalar>(y));
    }
  }

  template <class Y>
  void check_range(const Y& y) {
    if constexpr (std::ranges::contiguous_range<const Y&>) {
      check_values(std::ranges::data(y), std::ranges::size(y));
    } else {
      static_assert(std::integral<std::ranges::range_value_t<const Y&>>,
                    "prepguard: the model returns a range whose cells are not side by side: return a vector");
      check_count(std::ranges::size(y));
    }
  }

  template <class Y>
  void check_part(const Y& y) {
    ++part_;
    (*this)(y);
  }

  /// One value a row; of a single row all values.
  template <class S>
  void check_values(const S* values, std::size_t count) {
    check_count(count);
    check_cells(rows_ == 1 ? MatrixView<const S>(values, 1, count) : MatrixView<const S>(values, count, 1));
  }

  void check_count(std::size_t count) {
    if (count == 0 ? rows_ == 0 : rows_ == 1 || rows_ == count) [[likely]]
      return;
    if (rows_ == 0 || count == 0 || count % rows_ != 0) fail_shape(std::to_string(count));
    fail_shape(std::to_string(count) + " values in one dimension",
               "return a matrix of " + std::to_string(rows_) + " x " + std::to_string(count / rows_) +
                   " (Eigen, Matrix or MatrixView) to say which values belong to a row");
  }

  template <class S>
  void check_cells(const MatrixView<const S>& cells) {
    if (cells.rows() != rows_) fail_shape(std::to_string(cells.rows()));
    if (cells.cols() == 0 && rows_ != 0) fail_shape(std::to_string(rows_) + " of 0 columns");
    const ByteRange bytes = byte_range(cells);
    if (bytes.first < features_.scratch.last && features_.scratch.first < bytes.last) fail_view();
    if constexpr (Number<S>) {
      if (features_.bad_output != Action::ignore && !all_finite(cells)) [[unlikely]]
        found_non_finite(cells);
    } else {
      static_assert(!std::is_floating_point_v<S> && !is_complex<S>,
                    "prepguard: the guard can check float and double; return these, or specialise "
                    "prepguard::ModelOutput for the type of the result");
    }
  }

  std::string where() const { return part_ == 0 ? "model output" : "model output " + std::to_string(part_); }

  [[noreturn, gnu::cold]] void fail_shape(std::string got, std::string advice = {}) {
    tally_.fail(Check::shape);
    if (advice.empty()) advice = "return one result for each row that came in, in order";
    throw_refusal({.code = Errc::bad_shape,
                   .where = where(),
                   .what = "wrong shape",
                   .expected = std::to_string(rows_) + (rows_ == 1 ? " row" : " rows"),
                   .got = std::move(got),
                   .advice = std::move(advice),
                   .check = std::string(name(Check::shape))});
  }

  [[noreturn, gnu::cold]] void fail_misfit(std::size_t row, std::size_t expected, std::size_t got) {
    tally_.fail(Check::shape);
    throw_refusal({.code = Errc::bad_shape,
                   .where = where(),
                   .what = "rows of different widths",
                   .row = static_cast<std::int64_t>(row_that_came_in(row, features_.gone)),
                   .expected = std::to_string(expected) + " values as in the first row",
                   .got = std::to_string(got),
                   .advice = "return the same number of values for every row",
                   .check = std::string(name(Check::shape))});
  }

  [[noreturn, gnu::cold]] void fail_view() {
    tally_.fail(Check::shape);
    throw_refusal({.code = Errc::bad_shape,
                   .where = where(),
                   .what = "a view of the features, which are gone after the call",
                   .expected = "a result with memory of its own",
                   .advice = "return a copy",
                   .check = std::string(name(Check::shape))});
  }

  template <class S>
  [[gnu::cold]] void found_non_finite(const MatrixView<const S>& cells) {
    std::size_t bad_rows = 0;
    for (std::size_t i = 0; i < rows_; ++i) bad_rows += all_finite(cells.middle_rows(i, 1)) ? 0U : 1U;
    if (features_.bad_output == Action::count) return tally_.note(Check::non_finite_output, bad_rows);
    tally_.fail(Check::non_finite_output, bad_rows);
    fail_cells(cells, bad_rows);
  }

  template <class S>
  [[noreturn]] void fail_cells(const MatrixView<const S>& cells, std::size_t bad_rows) {
    NonFinite bad = find_non_finite(cells);
    const std::string got = non_finite_name(&cells(bad.row, bad.col));
    bad.row = row_that_came_in(bad.row, features_.gone);
    ErrorInfo info{
        .code = Errc::non_finite,
        .where = where(),
        .what = "not finite",
        .row = static_cast<std::int64_t>(bad.row),
        .column = static_cast<std::int64_t>(bad.col),
        .columns = static_cast<std::int64_t>(cells.cols()),
        .expected = "a finite number",
        .got = got,
        .advice = features_.finite
                      ? "run the model on this row alone: its features were finite, so the model made it"
                      : "run the model on this row alone: the policy lets cells through that are not finite",
        .check = std::string(name(Check::non_finite_output))};
    const std::string text = "prepguard: " + where() + " is not finite" +
                             (bad_rows > 1 ? " in " + rows_of_rows(bad_rows, rows_) : "") + ": row " +
                             std::to_string(bad.row) + ", column " + std::to_string(bad.col) + " (" +
                             std::to_string(bad.col + 1) + " of " + std::to_string(cells.cols()) +
                             ") = " + got + "\n  do: " + info.advice;
    throw Error(text, std::move(info));
  }

  std::size_t rows_;
  const FeatureFacts& features_;
  Tally& tally_;
  std::size_t part_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
