// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// What ordinary results of a model look like in one column. The default asks nothing.
struct OutputRange {
  double low = std::numeric_limits<double>::lowest();  ///< the smallest ordinary result
  double high = std::numeric_limits<double>::max();    ///< the largest
  double far_low = low;    ///< a result below counts as saturated, even a single one
  double far_high = high;  ///< a result above likewise
  /// At most this share of ordinary results is at or beyond `low` and `high`; 1: nobody knows.
  double at_bounds = 1.0;

  friend bool operator==(const OutputRange&, const OutputRange&) = default;
};

/// What ordinary results of a model look like: learned from rows that training saw (`Guard::learn_outputs`),
/// or said by hand. Plain data. Of a model that returns several results it is about the first.
///
/// ```
/// predict.expect(OutputExpectation::probabilities_of(3));
/// predict.expect(OutputExpectation::range(0, 5000));   // one column: grams
/// ```
struct OutputExpectation {
  std::vector<OutputRange> columns{};  ///< one for each column of the result; none: any number of columns
  bool probabilities = false;  ///< every result is in [0, 1], and those of a row (of several) sum to 1
  double repeated = 0.0;       ///< at most this share of ordinary rows has equal results; 0: nobody knows
  std::uint64_t rows = 0;      ///< how many rows it was learned from; 0: said by hand

  /// Probabilities of `classes` classes, or (1) one score in [0, 1].
  static OutputExpectation probabilities_of(std::size_t classes) {
    return {.columns = std::vector<OutputRange>(classes, OutputRange{.low = 0.0, .high = 1.0}),
            .probabilities = true};
  }
  /// Results of `width` columns, none of them outside of [low, high].
  static OutputExpectation range(double low, double high, std::size_t width = 1) {
    return {.columns = std::vector<OutputRange>(width, OutputRange{.low = low, .high = high})};
  }

  /// A few lines for a terminal.
  std::string to_text() const;

  friend bool operator==(const OutputExpectation&, const OutputExpectation&) = default;
};

namespace detail {

/// Refuses what no result can be compared with.
inline void check_expectation(const OutputExpectation& expected) {
  const auto fail = [](std::size_t column, std::string_view what, const std::string& got) {
    throw Error(ErrorInfo{.code = Errc::bad_parameter,
                          .where = "output expectation",
                          .what = "column " + std::to_string(column),
                          .expected = std::string(what),
                          .got = got});
  };
  const auto share = [](const double& x) { return is_finite(&x) && x >= 0.0 && x <= 1.0; };
  for (std::size_t j = 0; j < expected.columns.size(); ++j) {
    const OutputRange& range = expected.columns[j];
    for (const double* bound : {&range.low, &range.high, &range.far_low, &range.far_high}) {
      if (!is_finite(bound)) fail(j, "finite bounds", repr_text(*bound));
    }
    if (range.far_low > range.low || range.low > range.high || range.high > range.far_high) {
      fail(j, "far_low <= low <= high <= far_high",
           repr_text(range.far_low) + ", " + repr_text(range.low) + ", " + repr_text(range.high) + ", " +
               repr_text(range.far_high));
    }
    if (!share(range.at_bounds)) fail(j, "a share at its bounds in [0, 1]", repr_text(range.at_bounds));
  }
  if (!share(expected.repeated)) fail(0, "a share of equal rows in [0, 1]", repr_text(expected.repeated));
}

/// `12.5 %`
inline std::string percent(double share) {
  return plain_number(static_cast<double>(static_cast<std::int64_t>(share * 1000.0 + 0.5)) / 10.0) + " %";
}

}  // namespace detail

inline std::string OutputExpectation::to_text() const {
  std::string text = "outputs, ";
  text +=
      rows == 0 ? "as declared" : "as learned from " + std::to_string(rows) + (rows == 1 ? " row" : " rows");
  text += probabilities ? ": probabilities\n" : "\n";
  if (repeated > 0.0) text += "  at most " + detail::percent(repeated) + " of the rows are equal\n";
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const OutputRange& range = columns[j];
    text += "  column " + std::to_string(j) + ": [" + detail::plain_number(range.low) + ", " +
            detail::plain_number(range.high) + "], never outside of [" + detail::plain_number(range.far_low) +
            ", " + detail::plain_number(range.far_high) + ']';
    if (range.at_bounds < 1.0)
      text += ", at most " + detail::percent(range.at_bounds) + " at or beyond its ends";
    text += '\n';
  }
  return text;
}

}  // namespace prepguard::inline PREPGUARD_ABI
