// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/probabilities.hpp"
#include "prepguard/detail/result_visitor.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/output_expectation.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Learns from a result that passed every check what ordinary ones look like: of the first part of it. Rows
/// that are not finite (they were rejected) say nothing.
class OutputLearner : public ResultVisitor<OutputLearner> {
  friend ResultVisitor<OutputLearner>;

 public:
  explicit OutputLearner(std::size_t rows) noexcept : ResultVisitor<OutputLearner>(rows) {}

  OutputExpectation expectation() && { return std::move(expected_); }

 private:
  static void see_nothing() noexcept {}
  template <class Results>
  static void see_misfit(const Results&) noexcept {}
  static void see_count(std::size_t) noexcept {}

  template <class S>
  void see(const MatrixView<const S>& cells) {
    if (part() > 1) return;
    if constexpr (Number<S>) {
      std::vector<std::size_t> finite;
      for (std::size_t i = 0; i < cells.rows(); ++i) {
        if (all_finite(cells.middle_rows(i, 1))) finite.push_back(i);
      }
      if (!finite.empty()) learn(cells, finite);
    } else {
      expected_.columns.resize(cells.cols());
    }
  }

  template <class S>
  void learn(const MatrixView<const S>& cells, const std::vector<std::size_t>& rows) {
    double sum = 0.0;
    const bool unit = std::ranges::all_of(rows, [&](std::size_t i) { return in_unit(cells, i); });
    expected_.rows = rows.size();
    expected_.probabilities = unit && cells.cols() > 1 && std::ranges::all_of(rows, [&](std::size_t i) {
                                return sums_to_one(cells, i, sum);
                              });
    expected_.repeated = largest_share(commonest_row(cells, rows), static_cast<double>(rows.size()));
    for (std::size_t j = 0; j < cells.cols(); ++j) {
      std::vector<double> column;
      for (const std::size_t i : rows) column.push_back(cells(i, j));
      expected_.columns.push_back(range_of(column, unit));
    }
  }

  /// In [0, 1] the bounds are 0 and 1, else those of the column. Far is a whole range further out.
  OutputRange range_of(const std::vector<double>& column, bool unit) const {
    const auto [least, most] = std::ranges::minmax(column);
    OutputRange range{.low = unit ? 0.0 : least, .high = unit ? 1.0 : most};
    const double spread = most > least ? most - least : std::max({std::abs(most), 1.0});
    const double widest = std::numeric_limits<double>::max();
    range.far_low = expected_.probabilities ? 0.0 : std::clamp(least - spread, -widest, range.low);
    range.far_high = expected_.probabilities ? 1.0 : std::clamp(most + spread, range.high, widest);
    const auto at =
        std::ranges::count_if(column, [&](double x) { return x <= range.low || x >= range.high; });
    range.at_bounds = largest_share(static_cast<double>(at), static_cast<double>(column.size()));
    return range;
  }

  template <class S>
  static double commonest_row(const MatrixView<const S>& cells, const std::vector<std::size_t>& rows) {
    std::size_t most = 0;
    for (const std::size_t i : rows) {
      const auto same = [&](std::size_t k) {
        for (std::size_t j = 0; j < cells.cols(); ++j) {
          if (cells(i, j) != cells(k, j)) return false;
        }
        return true;
      };
      most = std::max(most, static_cast<std::size_t>(std::ranges::count_if(rows, same)));
    }
    return static_cast<double>(most);
  }

  OutputExpectation expected_{};
};

/// What ordinary results look like if `result`, of a guarded call with so many rows, is one.
template <class Result>
OutputExpectation learned_from(Result& result, std::size_t rows) {
  if constexpr (requires { result.try_get(); }) {  // a GuardedFuture
    const auto finished = result.get();
    return learned_from(finished, rows);
  } else {
    OutputLearner learner(rows);
    learner(result);
    return std::move(learner).expectation();
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
