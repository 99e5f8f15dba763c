// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/bare_call.hpp"
#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/output_check.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A range that owns its numbers: vector, array; not span.
template <class Y>
concept OwningRange = std::ranges::contiguous_range<Y> && !std::ranges::borrowed_range<Y> &&
                      !SingleResult<Y> && !AnyEigen<Y> && !MatrixResult<Y>;
template <class Y>
inline constexpr bool is_matrix = false;
template <class U>
inline constexpr bool is_matrix<Matrix<U>> = true;

/// Undoes, in the result that a model returned, what training did to the target; the result has passed
/// OutputCheck. Only memory that is the result's own is written: a view may show what the model returns again
/// next time.
template <class Target>
class TargetOutput {
 public:
  /// `gone`: as OutputCheck.
  TargetOutput(const Target& target, std::size_t rows, Tally& tally,
               const std::vector<std::size_t>& gone) noexcept
      : target_(target), rows_(rows), tally_(tally), gone_(gone) {}

  template <class Y>
  void operator()(Y& y) {
    if constexpr (is_row_results<Y>) {
      undo(MatrixView(y.cells.data(), y.cells.rows(), y.cells.cols()));
    } else if constexpr (AdaptedResult<Y>) {
      refuse("a type of your own", "return its numbers, and let the caller put them where they belong");
    } else if constexpr (OwningEigen<Y>) {
      if constexpr (int{Y::ColsAtCompileTime} == 1 && int{Y::InnerStrideAtCompileTime} == 1) {
        undo_values(y.data(), static_cast<std::size_t>(y.rows()));
      } else {
        undo(MatrixView<typename Y::Scalar>(y));
      }
    } else if constexpr (is_matrix<Y>) {
      undo(MatrixView(y.data(), y.rows(), y.cols()));
    } else if constexpr (std::is_arithmetic_v<Y>) {
      undo_values(&y, 1);
    } else if constexpr (MaybeResult<Y>) {
      undo_inside(*y);
    } else if constexpr (OwningRange<Y>) {
      undo_values(std::ranges::data(y), std::ranges::size(y));
    } else if constexpr (TupleResult<Y>) {
      refuse("several results", "return the one that the target is about");
    } else {
      refuse("a view of memory that is not the result's own", "return a copy: a matrix or a vector");
    }
  }

  /// A reference, or a constant: not the guard's to change.
  template <class Y>
  void undo_inside(Y& y) {
    if constexpr (std::is_const_v<Y>) {
      refuse("a constant", "return a copy");
    } else {
      (*this)(y);
    }
  }
  [[noreturn, gnu::cold]] void refuse(const std::string& got, const std::string& advice) {
    tally_.fail(Check::shape);
    throw_refusal({.code = Errc::bad_parameter,
                   .where = "model output",
                   .what = "its scaling cannot be undone",
                   .expected = "numbers that the model gives away",
                   .got = got,
                   .advice = advice + "; or guard without a target and use target().inverse_transform",
                   .check = std::string(name(Check::shape))});
  }

 private:
  /// As OutputCheck reads them: one value a row; of a single row all values.
  template <class U>
  void undo_values(U* values, std::size_t count) {
    undo(rows_ == 1 ? MatrixView<U>(values, 1, count) : MatrixView<U>(values, count, 1));
  }

  template <class U>
  void undo(const MatrixView<U>& cells) {
    if constexpr (!Number<U>) {
      refuse("whole numbers", "return float or double");
    } else {
      if (cells.cols() != target_.names().size() && cells.rows() != 0) fail_width(cells.cols());
      ScratchFrame frame;
      const MatrixView<U> raw = frame.matrix<U>(cells.rows(), cells.cols());
      copy_cells(MatrixView<const U>(cells), raw);
      const MixedView<const U> in{MatrixView<const U>(raw)};
      const MixedView<U> out{cells};
      require_environment();
      const FloatEnvironment environment;
      const InverseOf inverse{target_.template step<U>()};
      run_tiles(inverse, ViewSource<Mixed<U>>{in}, sink(out, false),
                [&](const auto& from, const auto& made, std::size_t first, bool ok) {
                  if (!ok || !all_finite(made.numbers)) [[unlikely]]
                    fail_cells<U>(inverse, from, made.numbers, first);
                });
    }
  }

  [[noreturn, gnu::cold]] void fail_width(std::size_t got) {
    tally_.fail(Check::shape);
    throw_refusal({.code = Errc::bad_shape,
                   .where = "model output",
                   .what = "wrong width",
                   .expected = std::to_string(target_.names().size()) + " as the target has (" +
                               target_.names().front() + (target_.names().size() > 1 ? ", ...)" : ")"),
                   .got = std::to_string(got),
                   .advice = "guard the model that belongs to this artifact",
                   .check = std::string(name(Check::shape))});
  }

  /// The first row of a tile that is not finite, or that some step could not undo.
  template <class U, class Inverse>
  [[noreturn, gnu::cold]] void fail_cells(const Inverse& inverse, const MixedView<const U>& from,
                                          const MatrixView<U>& made, std::size_t first) {
    std::size_t bad_rows = 0, row = 0, col = 0;
    for (std::size_t i = made.rows(); i-- > 0;) {
      const bool finite = all_finite(made.middle_rows(i, 1));
      if (finite && !inverse.diagnose(from.middle_rows(i, 1), {}, {})) continue;
      ++bad_rows;
      row = i;
      col = finite ? 0 : find_non_finite(made.middle_rows(i, 1)).col;
    }
    tally_.fail(Check::non_finite_output, bad_rows);
    const bool made_it = !is_finite(&made(row, col));
    const std::string got =
        made_it ? non_finite_name(&made(row, col)) : "a value between two steps that is not finite";
    ErrorInfo info{.code = Errc::non_finite,
                   .where = "model output scaled back",
                   .what = "not finite",
                   .row = static_cast<std::int64_t>(row_that_came_in(first + row, gone_)),
                   .column = static_cast<std::int64_t>(col),
                   .columns = static_cast<std::int64_t>(made.cols()),
                   .column_name = target_.names()[col],
                   .expected = "a finite number",
                   .got = got,
                   .advice = "look at the model: what it gave is far from anything it was trained to give",
                   .check = std::string(name(Check::non_finite_output))};
    const std::string text =
        "prepguard: model output scaled back is not finite: row " + std::to_string(info.row) + ", column \"" +
        info.column_name + "\" (" + std::to_string(col + 1) + " of " + std::to_string(made.cols()) +
        ") = " + got + "; the model gave " + repr_text(from.numbers(row, col)) + "\n  do: " + info.advice;
    throw Error(text, std::move(info));
  }

  const Target& target_;
  std::size_t rows_;
  Tally& tally_;
  const std::vector<std::size_t>& gone_;
};

/// Undoes what training did to the target of `prep`'s model, if it did anything.
template <class Prep, class Answer>
void undo_target(const Prep& prep, Answer& answer, bool owned, std::size_t rows, Tally& tally,
                 const std::vector<std::size_t>& gone) {
  if constexpr (HasTarget<Prep>) {
    if (!prep.target().scales()) return;
    TargetOutput output(prep.target(), rows, tally, gone);
    if (!owned) output.refuse("a reference to something that is not the guard's", "return a copy");
    output.undo_inside(answer);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
