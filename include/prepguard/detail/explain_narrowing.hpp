// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/narrowing.hpp"

// What a conversion did to a number, in words. Runs on failure only.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// `overflows float, whose largest number is 3.4028235e+38`
template <Number T>
std::string lost_story(Lost lost, const T& cell) {
  const std::string type = sizeof(T) == 4 ? "float" : "double";
  switch (lost) {
    case Lost::overflow:
      return " overflows " + type + ", whose largest number is " +
             plain_number(std::numeric_limits<T>::max());
    case Lost::underflow:
      return " becomes " + plain_number(cell) + " as " + type + ", which has all its digits from " +
             plain_number(std::numeric_limits<T>::min()) + " on only";
    default:
      return " becomes " + plain_number(cell) + " as " + type + ", which holds every whole number up to " +
             std::to_string(std::int64_t{1} << std::numeric_limits<T>::digits) + " only";
  }
}

/// A number that did not survive becoming `cell`; `number`: as it came. `check`: narrowing, or inf for one
/// that overflowed.
template <Number T>
Violation lost_cell(const InputColumns& columns, Check check, std::size_t row, std::size_t column, Lost lost,
                    std::string number, const T& cell) {
  Violation violation = columns.bad_cell(check, row, column, number);
  const std::string range = training_range(columns.training(column));
  violation.info.code = lost == Lost::overflow ? Errc::non_finite : Errc::rejected;
  violation.info.what = number + lost_story(lost, cell) + (range.empty() ? "" : "; ") + range;
  violation.info.expected = "a number that " + std::string(sizeof(T) == 4 ? "float" : "double") + " holds";
  violation.info.advice =
      lost == Lost::digits
          ? "send it from a nearer origin (a time since last year, not 1970) or in a larger unit"
          : "check the unit of this column";
  if (sizeof(T) == 4) violation.info.advice += ", or load the pipeline as double";
  return violation;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
