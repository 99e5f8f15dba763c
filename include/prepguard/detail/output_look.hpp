// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/output_rules.hpp"
#include "prepguard/detail/output_words.hpp"
#include "prepguard/detail/probabilities.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/detail/result_visitor.hpp"
#include "prepguard/finite.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// From how many rows on equal results say something.
inline constexpr std::size_t rows_to_be_equal = 8;

/// Looks at finite results of the right shape for what a broken model, or wrong features, make of them: all
/// equal, no probabilities, at the bounds. `classes`: how many classes the target has, 0 if it has none.
template <class T>
class OutputLook : public ResultVisitor<OutputLook<T>> {
  using Base = ResultVisitor<OutputLook<T>>;
  friend Base;

 public:
  OutputLook(const FeatureBlock<T>& features, Tally& tally, const OutputRules& rules,
             std::size_t classes) noexcept
      : Base(features.cells.rows()), features_(features), tally_(tally), rules_(rules), classes_(classes) {}

 private:
  static void see_nothing() noexcept {}
  template <class Results>
  static void see_misfit(const Results&) noexcept {}
  static void see_count(std::size_t) noexcept {}

  /// Of several results the expectation is about the first.
  template <class S>
  void see(const MatrixView<const S>& cells) {
    const OutputExpectation& expected = rules_.expected();
    const bool first = this->part() <= 1;
    if (first && !expected.columns.empty() && cells.cols() != expected.columns.size() && cells.rows() != 0)
      fail_width(cells.cols());
    if constexpr (Number<S>) {
      const OutputActions& actions = features_.facts.output;
      if (cells.rows() == 0 || (actions.non_finite != Action::fail && !all_finite(cells))) return;
      if (actions.degenerate != Action::ignore) {
        if (all_equal(cells, first) && features_differ()) found_equal(cells);
        if (first && cells.cols() != 0 && are_probabilities(cells)) look_at_probabilities(cells);
      }
      if (first && actions.saturated != Action::ignore && rules_.bounded() && !rules_.all_inside(cells))
        look_at_bounds(cells);
    }
  }

  /// One row like the other, so often that it is no chance. Integers and the like name classes: those of a
  /// batch are often equal, and are not looked at.
  template <class S>
  bool all_equal(const MatrixView<const S>& cells, bool first) const noexcept {
    const std::size_t rows = cells.rows();
    if (rows < rows_to_be_equal) return false;
    for (std::size_t i = 1; i < rows; ++i) {
      for (std::size_t j = 0; j < cells.cols(); ++j) {
        if (cells(i, j) != cells(0, j)) return false;
      }
    }
    const double repeated = rules_.expected().repeated;
    const auto n = static_cast<double>(rows);
    return !first || repeated == 0.0 || is_surprising(surprise(n, n, repeated));
  }
  bool features_differ() const noexcept {
    const MatrixView<const T>& rows = features_.cells;
    for (std::size_t i = 1; i < rows.rows(); ++i) {
      for (std::size_t j = 0; j < rows.cols(); ++j) {
        if (bits_of(&rows(i, j)) != bits_of(&rows(0, j))) return true;
      }
    }
    return false;
  }

  /// Declared, or scores of all classes that look like probabilities in every row. Other scores are as good.
  template <class S>
  bool are_probabilities(const MatrixView<const S>& cells) const noexcept {
    if (rules_.expected().probabilities) return true;
    if (!rules_.empty() || classes_ < 2 || cells.cols() != classes_ || cells.rows() < rows_to_be_equal)
      return false;
    for (std::size_t i = 0; i < cells.rows(); ++i) {
      if (!in_unit(cells, i)) return false;
    }
    return true;
  }
  template <class S>
  void look_at_probabilities(const MatrixView<const S>& cells) {
    std::size_t bad = 0, first = 0;
    for (std::size_t i = cells.rows(); i-- > 0;) {
      double sum = 1.0;
      if (in_unit(cells, i) && (cells.cols() == 1 || sums_to_one(cells, i, sum))) continue;
      ++bad;
      first = i;
    }
    if (bad != 0) [[unlikely]]
      found_no_probabilities(cells, bad, first);
  }

  /// Results beyond the far bounds count by themselves, results at the others if they are too many.
  template <class S>
  void look_at_bounds(const MatrixView<const S>& cells) {
    std::size_t worst = 0, column = 0, at_worst = 0;
    for (std::size_t j = 0; j < cells.cols(); ++j) {
      const auto [far, at] = count_at_bounds(cells, j);
      const std::size_t found = far + (too_many(at, j) ? at : 0);
      if (found <= worst) continue;
      worst = found;
      column = j;
      at_worst = found == far ? 0 : at;
    }
    if (worst != 0) [[unlikely]]
      found_saturated(cells, column, worst, at_worst);
  }
  bool is_far(double cell, std::size_t column) const noexcept {
    const OutputRange& range = rules_.expected().columns[column];
    return !rules_.expected().probabilities && (cell < range.far_low || cell > range.far_high);
  }
  bool is_at(double cell, std::size_t column) const noexcept {
    const OutputRange& range = rules_.expected().columns[column];
    return cell <= range.low || cell >= range.high;
  }
  template <class S>
  std::pair<std::size_t, std::size_t> count_at_bounds(const MatrixView<const S>& cells,
                                                      std::size_t column) const noexcept {
    std::size_t far = 0, at = 0;
    for (std::size_t i = 0; i < cells.rows(); ++i) {
      const double cell = cells(i, column);
      const bool beyond = is_far(cell, column);
      far += beyond ? 1U : 0U;
      at += !beyond && is_at(cell, column) ? 1U : 0U;
    }
    return {far, at};
  }
  bool too_many(std::size_t at, std::size_t column) const noexcept {
    const double share = rules_.expected().columns[column].at_bounds;
    return at != 0 && share < 1.0 &&
           is_surprising(surprise(static_cast<double>(at), static_cast<double>(this->rows()), share));
  }

  /// What the policy says about `rows` rows in which `check` found something; `explain()` is the error.
  template <class Explain>
  [[gnu::cold]] void found(Check check, std::size_t rows, Explain&& explain) {
    const OutputActions& actions = features_.facts.output;
    const Action action = check == Check::saturated_output ? actions.saturated : actions.degenerate;
    if (action != Action::fail) return tally_.note(check, rows);
    tally_.fail(check, rows);
    throw_output(check, explain());
  }

  [[noreturn, gnu::cold]] void fail_width(std::size_t got) {
    tally_.fail(Check::shape);
    throw_refusal(
        {.code = Errc::bad_shape,
         .where = this->where(),
         .what = "wrong width",
         .expected = std::to_string(rules_.expected().columns.size()) + " columns, as outputs are expected",
         .got = std::to_string(got),
         .advice = "guard the model that the expectation is about, or declare another one",
         .check = std::string(name(Check::shape))});
  }
  std::size_t row_in(std::size_t row) const noexcept { return row_that_came_in(row, features_.facts.gone); }

  template <class S>
  void found_equal(const MatrixView<const S>& cells) {
    found(Check::degenerate_output, cells.rows(),
          [&] { return words_of_equal(this->where(), cells, rules_.expected().repeated); });
  }
  template <class S>
  void found_no_probabilities(const MatrixView<const S>& cells, std::size_t bad, std::size_t first) {
    found(Check::degenerate_output, bad,
          [&] { return words_of_no_probabilities(this->where(), cells, bad, first, row_in(first)); });
  }
  template <class S>
  void found_saturated(const MatrixView<const S>& cells, std::size_t column, std::size_t bad,
                       std::size_t at) {
    found(Check::saturated_output, bad, [&] {
      std::size_t first = 0;
      while (!is_far(cells(first, column), column) && !(at != 0 && is_at(cells(first, column), column)))
        ++first;
      return words_of_saturated(this->where(), cells, rules_.expected(), column, bad, at, first,
                                row_in(first));
    });
  }

  const FeatureBlock<T>& features_;
  Tally& tally_;
  const OutputRules& rules_;
  std::size_t classes_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
