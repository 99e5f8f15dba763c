// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/probabilities.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/report.hpp"

// What is wrong with outputs, in words. Runs on failure only.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// A finding about outputs: its facts, and the numbers behind it.
struct OutputFinding {
  ErrorInfo info{};
  std::string numbers{};
};

/// `prepguard: model output is saturated: ...`, the numbers, what to do.
[[noreturn]] inline void throw_output(Check check, OutputFinding finding) {
  ErrorInfo& info = finding.info;
  info.code = Errc::rejected;
  info.check = name(check);
  const std::string text = "prepguard: " + info.where + " is " +
                           (check == Check::saturated_output ? "saturated: " : "degenerate: ") + info.what +
                           "\n  " + finding.numbers + "\n  do: " + info.advice;
  throw Error(text, std::move(info));
}

/// `2.35`: enough of a number that is there to be compared.
inline std::string three_digits(double x) {
  if (!(std::abs(x) > 0.0) || std::abs(x) > 1e15) return repr_text(x);
  const double unit = std::pow(10.0, 2.0 - std::floor(std::log10(std::abs(x))));
  return plain_number(std::round(x * unit) / unit);
}

/// `40 x ln(40 / (64 x 0.26)) + 24 x ln(24 / (64 x 0.74)) = 20.1, more than ln(10000) = 9.21`
inline std::string formula_of_surprise(std::size_t count, std::size_t rows, double share) {
  const auto k = static_cast<double>(count), n = static_cast<double>(rows);
  const std::string all = std::to_string(rows);
  const auto term = [&](double some, double part) {
    return plain_number(some) + " x ln(" + plain_number(some) + " / (" + all + " x " + three_digits(part) +
           "))";
  };
  return term(k, share) + (count < rows ? " + " + term(n - k, 1.0 - share) : std::string()) + " = " +
         three_digits(surprise(k, n, share)) + ", more than ln(" + plain_number(1.0 / chance) +
         ") = " + three_digits(-std::log(chance));
}

/// `(0.5, 0.25, ...)`: the cells of a row, the first few of many.
template <class S>
std::string shown_row(const MatrixView<const S>& cells, std::size_t row, const char* between) {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t j = 0; j < cells.cols() && j < most; ++j)
    text += (j == 0 ? "" : between) + plain_number(cells(row, j));
  return text + (cells.cols() > most ? std::string(between) + "..." : std::string());
}

template <class S>
OutputFinding words_of_equal(std::string where, const MatrixView<const S>& cells, double repeated) {
  const std::string rows = std::to_string(cells.rows()), row = shown_row(cells, 0, ", ");
  return {{.where = std::move(where),
           .what = "all " + rows + " rows are equal although their features differ",
           .columns = static_cast<std::int64_t>(cells.cols()),
           .expected = "different results for different features",
           .got = row,
           .advice =
               "see whether the model reads its features; if ordinary results are often equal, let the guard "
               "learn them (learn_outputs), or ignore this check"},
          "each is (" + row + "); " +
              (repeated > 0.0 ? "of ordinary rows at most " + percent(repeated) +
                                    " are equal: " + formula_of_surprise(cells.rows(), cells.rows(), repeated)
                              : "nobody said how often ordinary rows are equal")};
}

template <class S>
OutputFinding words_of_no_probabilities(std::string where, const MatrixView<const S>& cells, std::size_t bad,
                                        std::size_t first, std::size_t row) {
  OutputFinding finding{
      {.where = std::move(where),
       .what = rows_of_rows(bad, cells.rows()) + (bad == 1 ? " does" : " do") + " not hold probabilities",
       .row = static_cast<std::int64_t>(row),
       .columns = static_cast<std::int64_t>(cells.cols()),
       .advice = "end the model with softmax or sigmoid, once; if these are other scores, say so: "
                 "learn_outputs, or expect without probabilities"},
      "row " + std::to_string(row)};
  ErrorInfo& info = finding.info;
  for (std::size_t j = 0; j < cells.cols(); ++j) {
    if (is_probability(cells(first, j))) continue;
    info.column = static_cast<std::int64_t>(j);
    info.expected = "a number in [0, 1]";
    info.got = plain_number(cells(first, j));
    finding.numbers += ", column " + std::to_string(j) + " (" + std::to_string(j + 1) + " of " +
                       std::to_string(cells.cols()) + ") = " + info.got + " is not in [0, 1]";
    return finding;
  }
  double sum = 0.0;
  (void)sums_to_one(cells, first, sum);
  info.expected = "a sum of 1";
  info.got = plain_number(sum);
  finding.numbers += ": " + shown_row(cells, first, " + ") + " = " + info.got +
                     ", which is not 1 within (64 + 4 x " + std::to_string(cells.cols()) + ") x " +
                     three_digits(double{std::numeric_limits<S>::epsilon()}) + " = " +
                     three_digits(sum_tolerance<S>(cells.cols()));
  return finding;
}

/// Of `bad` results of `column`, `at` are at its bounds or a little beyond, the others far beyond. The first
/// of them is in row `first`, which came in as row `row`.
template <class S>
OutputFinding words_of_saturated(std::string where, const MatrixView<const S>& cells,
                                 const OutputExpectation& expected, std::size_t column, std::size_t bad,
                                 std::size_t at, std::size_t first, std::size_t row) {
  const OutputRange& range = expected.columns[column];
  const auto interval = [](double low, double high) {
    return '[' + plain_number(low) + ", " + plain_number(high) + ']';
  };
  const std::string got = plain_number(cells(first, column));
  std::string numbers = "row " + std::to_string(row) + " = " + got + "; ";
  if (at != 0) {
    numbers += std::to_string(at) + " at or beyond the ends of " + interval(range.low, range.high) +
               ", of ordinary results at most " + percent(range.at_bounds) + ": " +
               formula_of_surprise(at, cells.rows(), range.at_bounds);
  }
  if (bad != at) {
    numbers += (at != 0 ? "; " : "") + std::to_string(bad - at) + " outside of " +
               interval(range.far_low, range.far_high);
  }
  if (expected.rows != 0) numbers += "; learned from " + std::to_string(expected.rows) + " rows";
  return {{.where = std::move(where),
           .what = rows_of_rows(bad, cells.rows()) + " in column " + std::to_string(column) + " (" +
                   std::to_string(column + 1) + " of " + std::to_string(cells.cols()) + ')',
           .row = static_cast<std::int64_t>(row),
           .column = static_cast<std::int64_t>(column),
           .columns = static_cast<std::int64_t>(cells.cols()),
           .expected = "results in " + interval(range.low, range.high),
           .got = got,
           .advice = "see whether the rows are like those of training, and the model the one that was "
                     "trained with them; "
                     "if the results are right, learn them or declare a wider range"},
          std::move(numbers)};
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
