// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/error.hpp"

namespace prepguard {

/// Where the guard looks: at the rows that come in, at the features made of them, at what the model returned.
enum class Stage : std::uint8_t { input, features, output };

/// What the guard looks for. The names (see `name`) are the same in messages, reports and documents.
enum class Check : std::uint8_t {
  schema,            ///< a missing column, one of another kind, a wrong number of columns
  inf,               ///< an infinity in a row
  missing,           ///< a missing value that the pipeline does not replace
  out_of_range,      ///< a number outside of what training saw
  far_out_of_range,  ///< a number outside by many times what training saw
  unknown_category,  ///< a category that an encoder never saw
  narrowing,         ///< a number that does not survive the conversion to the pipeline's type
  already_scaled,    ///< columns that look like what a scaler makes, or undoes, though training was elsewhere
  rescaled,          ///< a column off by a constant factor or shift
  swapped_columns,   ///< columns each of which looks like another one in training
  constant_column,   ///< a column stuck at one value
  missing_rate,      ///< far more missing values than in training
  drift,             ///< a column that is distributed as it never was in training
  non_finite_features,  ///< NaN or infinity made by the pipeline
  shape,                ///< the model returned nothing, or not one result a row
  non_finite_output,    ///< NaN or infinity in what the model returned
  saturated_output,     ///< results at, or beyond, a bound far more often than they should be
  degenerate_output,    ///< all results equal though the rows differ, or probabilities that do not sum to 1
};

inline constexpr std::size_t check_count = 18;

constexpr std::string_view name(Stage stage) noexcept {
  constexpr std::array<std::string_view, 3> names{"input", "features", "output"};
  return names[static_cast<std::size_t>(stage)];
}

constexpr std::string_view name(Check check) noexcept {
  constexpr std::array<std::string_view, check_count> names{"schema",
                                                            "inf",
                                                            "missing",
                                                            "out_of_range",
                                                            "far_out_of_range",
                                                            "unknown_category",
                                                            "narrowing",
                                                            "already_scaled",
                                                            "rescaled",
                                                            "swapped_columns",
                                                            "constant_column",
                                                            "missing_rate",
                                                            "drift",
                                                            "non_finite_features",
                                                            "shape",
                                                            "non_finite_output",
                                                            "saturated_output",
                                                            "degenerate_output"};
  return names[static_cast<std::size_t>(check)];
}

/// The check of that name, if there is one.
constexpr std::optional<Check> check_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < check_count; ++i) {
    if (name(static_cast<Check>(i)) == text) return static_cast<Check>(i);
  }
  return std::nullopt;
}

/// The stage at which `check` looks.
constexpr Stage stage_of(Check check) noexcept {
  if (check <= Check::drift) return Stage::input;
  return check == Check::non_finite_features ? Stage::features : Stage::output;
}

/// Whether `check` looks at many rows together: what it finds is about the last full window of rows.
constexpr bool is_of_stream(Check check) noexcept {
  return check >= Check::already_scaled && check <= Check::drift;
}

/// What one check found in one row: `info` says where, what, expected and got. At the stage `features` its
/// column is a feature, or the column whose cell a step refused, at `output` a column of the model's result.
struct Violation {
  Check check{};
  ErrorInfo info{};
  std::uint64_t rows = 1;        ///< for hooks: in how many rows of the call; 0: the call as a whole
  std::uint64_t suppressed = 0;  ///< for hooks: how many were not told since the last one, for their rate
};

/// A column of numbers as training and serving saw it: how many rows lie between the training quantiles.
struct ColumnReport {
  std::string name{};
  std::uint64_t rows = 0;                              ///< rows of serving that were looked at
  std::uint64_t missing = 0;                           ///< of them missing
  double min = 0.0, max = 0.0, mean = 0.0, std = 0.0;  ///< of the others; 0 if there are none
  double training_missing = 0.0;                       ///< the share that was missing in training
  double training_min = 0.0, training_max = 0.0, training_mean = 0.0, training_std = 0.0;
  std::vector<double> edges{};  ///< the training quantiles 1, 5, 25, 50, 75, 95, 99 %; empty if not known
  /// The share of serving's values in each bin: below edges[0], from there below edges[1], ...; where values
  /// equal an edge they are shared out as training's were. Training's: .01 .04 .2 .25 .25 .2 .04 .01.
  std::array<double, 8> shares{};
};

/// What a check of many rows found in the last full window.
struct Verdict {
  Check check{};
  std::vector<std::string> columns{};
  std::string text{};         ///< what, with the numbers behind it and their formula
  std::uint64_t windows = 0;  ///< how many windows in a row it was found in
};

/// The categories of a column that no encoder knew, served or refused, whatever became of the call.
struct UnknownCategories {
  std::string column{};
  std::uint64_t rows = 0;  ///< exact; of an encoder that refuses them only rows that were refused for it
  /// At most 16 of them, the most frequent first, each cut to 64 bytes at the end of a UTF-8 character. A
  /// count (what is equal up to there counts as one) is never too large, and at most `rows / 17` too small: a
  /// value in more than a 17th of `rows` is here.
  std::vector<std::pair<std::string, std::uint64_t>> top{};
};

/// Rows in which a check of rows found something in one column, or feature, whatever became of the row.
struct ColumnFindings {
  Check check{};
  std::string column{};
  std::uint64_t rows = 0;
};

/// A snapshot of what a guard has seen since it was made. Calls are counted when they end. To show it:
/// `to_text` (report_text.hpp), `to_json`, `to_html`, `to_prometheus`.
struct Report {
  struct Calls {
    std::uint64_t calls = 0;
    std::uint64_t rows = 0;
  };
  /// Rows in which a check found something; of `schema` and `shape`, which look at no single row, calls; of
  /// checks of many rows, windows (`served`) and calls refused for what the last one showed (`failed`).
  struct Found {
    std::uint64_t failed = 0;    ///< refused for it, and the whole call with them
    std::uint64_t rejected = 0;  ///< taken out; the rest of the call was served
    std::uint64_t served =
        0;  ///< served all the same: a missing value that was replaced, a column not asked for

    std::uint64_t all() const noexcept { return failed + rejected + served; }
  };
  /// What became of what the guard's hook was to be told (hook.hpp).
  struct HookCalls {
    std::uint64_t told = 0;
    std::uint64_t suppressed = 0;  ///< more came in a second than the hook wants
    std::uint64_t threw = 0;       ///< the hook threw, or memory ran out
  };

  Calls served{};   ///< the model's result was returned
  Calls refused{};  ///< a check failed
  Calls threw{};    ///< the model threw, memory ran out, or a later result was never asked for
  std::array<Found, check_count> found{};
  std::vector<ColumnFindings> by_column{};   ///< where a check of rows found anything
  std::vector<ColumnReport> columns{};       ///< of a pipeline with a schema, in its order
  std::vector<Verdict> verdicts{};           ///< as of the last full window
  std::vector<UnknownCategories> unknown{};  ///< of the columns that had any, as they were first met
  HookCalls hook{};

  std::uint64_t calls() const noexcept { return served.calls + refused.calls + threw.calls; }
  std::uint64_t rows() const noexcept { return served.rows + refused.rows + threw.rows; }
  const Found& of(Check check) const noexcept { return found[static_cast<std::size_t>(check)]; }
};

}  // namespace prepguard
