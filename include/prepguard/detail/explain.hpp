// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/report.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/transformer_base.hpp"

// Why a row was rejected, in words. Runs on failure only.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// NaN is named alike wherever it comes from: its sign says nothing.
template <Number T>
std::string non_finite_name(const T* cell) {
  if (is_nan(cell)) return "NaN";
  return non_finite_kind(cell) == NonFiniteKind::positive_infinity ? "inf" : "-inf";
}

/// `training range [2700, 6300]`, or nothing if it is not known.
inline std::string training_range(const Column* column) {
  if (column == nullptr || column->kind() == Kind::text || column->numbers.count == 0) return {};
  const NumberTraining& seen = column->numbers;
  if (!is_finite(&seen.min) || !is_finite(&seen.max)) return {};
  return "training range [" + plain_number(seen.min) + ", " + plain_number(seen.max) + ']';
}

/// `training had 2 missing in 344 rows but this pipeline does not impute it`
inline std::string missing_story(const Column* column, bool has_pipeline) {
  const std::string verdict =
      has_pipeline ? "this pipeline does not impute it" : "no pipeline imputes it here";
  if (column == nullptr || column->rows_seen() == 0) return verdict;
  const std::string rows = " in " + std::to_string(column->rows_seen()) + " rows";
  if (column->missing_seen() == 0) return "training had none" + rows + " and " + verdict;
  return "training had " + std::to_string(column->missing_seen()) + " missing" + rows + " but " + verdict;
}

/// A step called like its type needs to be named once: `num.standard_scaler (standard_scaler)`.
inline std::string named_once(const std::string& step) {
  const std::size_t space = step.rfind(" (");
  if (space == step.npos || !step.ends_with(')')) return step;
  const std::string path = step.substr(0, space), type = step.substr(space + 2, step.size() - space - 3);
  return path == type || path.ends_with('.' + type) ? path : step;
}

/// The names of a pipeline's input columns and what training saw in them.
class InputColumns {
 public:
  /// For rows of a model without a pipeline.
  explicit InputColumns(std::size_t width) : names_(default_names(width)) {}
  template <class Prep>
  static InputColumns of(const Prep& prep) {
    InputColumns columns(prep.input_width());
    columns.has_pipeline_ = true;
    if constexpr (HasSchema<Prep>) {
      const Schema& schema = prep.schema();
      columns.names_ = schema.names();
      columns.training_ = schema.columns();
    }
    return columns;
  }

  const std::vector<std::string>& names() const noexcept { return names_; }
  const Column* training(std::size_t column) const noexcept {
    return column < training_.size() ? &training_[column] : nullptr;
  }
  std::optional<std::size_t> position(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }

  /// A cell that a check of the input refuses; `got` is what it holds.
  Violation bad_cell(Check check, std::size_t row, std::size_t column, std::string got) const {
    const bool missing = check == Check::missing, infinite = check == Check::inf;
    const std::string story =
        missing ? missing_story(training(column), has_pipeline_) : training_range(training(column));
    return {check,
            {.code = missing || infinite ? Errc::non_finite : Errc::rejected,
             .where = "input",
             .what = got + (check == Check::far_out_of_range ? " is far from all of training" : "") +
                     (story.empty() ? "" : "; ") + story,
             .row = static_cast<std::int64_t>(row),
             .column = static_cast<std::int64_t>(column),
             .columns = static_cast<std::int64_t>(names_.size()),
             .column_name = names_[column],
             .expected = missing ? "a value" : infinite ? "a finite number" : story,
             .got = std::move(got),
             .advice = advice(check),
             .check = std::string(name(check))}};
  }

 private:
  const char* advice(Check check) const noexcept {
    switch (check) {
      case Check::missing:
        return has_pipeline_ ? "send a value, or export a pipeline with an imputer for this column"
                             : "send a value, or guard a pipeline with an imputer and the model";
      case Check::inf:
        return "send a finite number; find out where the infinity was made";
      default:
        return "check the unit of this column; if the number is right, train with such rows or widen the range in the "
               "policy";
    }
  }

  std::vector<std::string> names_;
  std::vector<Column> training_{};
  bool has_pipeline_ = false;
};

/// The check that a step's refusal counts under: an infinity made on the way that a later step could hide, or a cell
/// that cannot be mapped.
constexpr Check check_of(Errc code) noexcept {
  return code == Errc::non_finite ? Check::non_finite_features : Check::unknown_category;
}

/// Explains rows that a pipeline refused or turned into something that is not finite, by replaying them.
template <class Prep>
class Replay {
 public:
  explicit Replay(const Prep& prep) : prep_(prep), columns_(InputColumns::of(prep)) {}

  const InputColumns& columns() const noexcept { return columns_; }

  /// A row that a step cannot map: an unknown category, or an infinity between two steps.
  template <class Row>
  Violation refused(std::size_t row, const Row& cells) const {
    Finding finding =
        prep_.diagnose(cells, columns_.names(), {})
            .value_or(Finding{.code = Errc::unknown_category, .what = "a value that cannot be mapped"});
    const auto column = columns_.position(finding.column_name);
    return {check_of(finding.code),
            {.code = finding.code,
             .where = finding.step,
             .what = finding.what + (finding.expected.empty() ? "" : "; expected ") + finding.expected +
                     (finding.step.empty() ? "" : "; found by ") + named_once(finding.step),
             .row = static_cast<std::int64_t>(row),
             .column = column ? static_cast<std::int64_t>(*column) : finding.column,
             .columns = static_cast<std::int64_t>(columns_.names().size()),
             .column_name = finding.column_name,
             .expected = finding.expected,
             .got = finding.code == Errc::non_finite ? "inf" : column ? cell_text(cells, *column) : std::string(),
             .advice = finding.advice.empty() ? "send values like those of training" : finding.advice,
             .check = std::string(name(check_of(finding.code)))}};
  }

  /// A row whose feature `bad` is not finite although its input is fine.
  template <class Row, class T>
  Violation not_finite(std::size_t row, const Row& cells, const MatrixView<const T>& features,
                       std::size_t bad) const {
    const auto finding = prep_.diagnose(cells, columns_.names(), {});
    const std::vector<std::string> names = prep_.feature_names_out(columns_.names());
    const bool undefined = finding && finding->made_nan;
    return {Check::non_finite_features,
            {.code = Errc::non_finite,
             .where = finding ? finding->step : "features",
             .what = finding ? "produced by " + named_once(finding->step) + ": " + finding->what +
                                   operand(*finding, cells)
                             : "although every step on its own gives finite values",
             .row = static_cast<std::int64_t>(row),
             .column = static_cast<std::int64_t>(bad),
             .columns = static_cast<std::int64_t>(names.size()),
             .column_name = names[bad],
             .expected = "a finite feature",
             .got = non_finite_name(&features(0, bad)),
             .advice = undefined ? "train again with values in this column: the step learned nothing there"
                                 : "send a value near the training range; check the unit of this column",
             .check = std::string(name(Check::non_finite_features))}};
  }

 private:
  /// `; input was 1.2e+308, training range [2700, 6300]`
  template <class Row>
  std::string operand(const Finding& finding, const Row& cells) const {
    const auto column = columns_.position(finding.column_name);
    if (!column) return {};
    const std::string range = training_range(columns_.training(*column));
    return "; input was " + cell_text(cells, *column) + (range.empty() ? "" : ", ") + range;
  }

  template <class Row>
  std::string cell_text(const Row& cells, std::size_t column) const {
    if constexpr (requires { cells.texts; }) {
      const Layout& layout = prep_.input_layout();
      return layout.kind(column) == Kind::number ? plain_number(cells.numbers(0, layout.slot(column)))
                                                 : shown(cells.texts(0, layout.slot(column)));
    } else if constexpr (std::is_same_v<typename Row::Cell, Text>) {
      return shown(cells(0, column));
    } else {
      return plain_number(cells(0, column));
    }
  }

  const Prep& prep_;
  InputColumns columns_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
