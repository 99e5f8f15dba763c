// SPDX-License-Identifier: MIT
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/detail/result_visitor.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/policy.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

template <class S>
inline constexpr bool is_complex = false;
template <class R>
inline constexpr bool is_complex<std::complex<R>> = true;

/// Looks at what a model returned for `rows` rows: as many rows, nothing missing, nothing NaN or infinite.
/// Throws the report. No result may show memory that is gone after the call.
class OutputCheck : public ResultVisitor<OutputCheck> {
  friend ResultVisitor<OutputCheck>;

 public:
  OutputCheck(std::size_t rows, const FeatureFacts& features, Tally& tally) noexcept
      : ResultVisitor<OutputCheck>(rows), features_(features), tally_(tally) {}

 private:
  void see_count(std::size_t count) {
    if (count == 0 ? rows() == 0 : rows() == 1 || rows() == count) [[likely]]
      return;
    if (rows() == 0 || count == 0 || count % rows() != 0) fail_shape(std::to_string(count));
    fail_shape(std::to_string(count) + " values in one dimension",
               "return a matrix of " + std::to_string(rows()) + " x " + std::to_string(count / rows()) +
                   " (Eigen, Matrix or MatrixView) to say which values belong to a row");
  }

  template <class S>
  void see(const MatrixView<const S>& cells) {
    if (cells.rows() != rows()) fail_shape(std::to_string(cells.rows()));
    if (cells.cols() == 0 && rows() != 0) fail_shape(std::to_string(rows()) + " of 0 columns");
    const ByteRange bytes = byte_range(cells);
    if (bytes.first < features_.scratch.last && features_.scratch.first < bytes.last) fail_view();
    if constexpr (Number<S>) {
      if (features_.output.non_finite != Action::ignore && !all_finite(cells)) [[unlikely]]
        found_non_finite(cells);
    } else {
      static_assert(!std::is_floating_point_v<S> && !is_complex<S>,
                    "prepguard: the guard can check float and double; return these, or specialise "
                    "prepguard::ModelOutput for the type of the result");
    }
  }

  [[noreturn, gnu::cold]] void see_nothing() { fail_shape("nothing"); }
  template <class S>
  [[noreturn, gnu::cold]] void see_misfit(const RowResults<S>& results) {
    fail_misfit(results.misfit, results.cells.cols(), results.misfit_width);
  }

  [[noreturn, gnu::cold]] void fail_shape(std::string got, std::string advice = {}) {
    tally_.fail(Check::shape);
    if (advice.empty()) advice = "return one result for each row that came in, in order";
    throw_refusal({.code = Errc::bad_shape,
                   .where = where(),
                   .what = "wrong shape",
                   .expected = std::to_string(rows()) + (rows() == 1 ? " row" : " rows"),
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
    for (std::size_t i = 0; i < rows(); ++i) bad_rows += all_finite(cells.middle_rows(i, 1)) ? 0U : 1U;
    if (features_.output.non_finite == Action::count) return tally_.note(Check::non_finite_output, bad_rows);
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
                             (bad_rows > 1 ? " in " + rows_of_rows(bad_rows, rows()) : "") + ": row " +
                             std::to_string(bad.row) + ", column " + std::to_string(bad.col) + " (" +
                             std::to_string(bad.col + 1) + " of " + std::to_string(cells.cols()) +
                             ") = " + got + "\n  do: " + info.advice;
    throw Error(text, std::move(info));
  }

  const FeatureFacts& features_;
  Tally& tally_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
