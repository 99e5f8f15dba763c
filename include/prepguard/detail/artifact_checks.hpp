// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "prepguard/artifact_facts.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/schema.hpp"

// Invariants of a file outside its nodes (docs/format.md, section 4).
namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::array<std::string_view, 20> check_names{
    "schema",         "inf",           "missing",         "out_of_range",        "far_out_of_range",
    "unknown_category", "narrowing",   "already_scaled",  "rescaled",            "swapped_columns",
    "constant_column", "missing_rate", "drift",           "non_finite_features", "shape",
    "non_finite_output", "saturated_output", "degenerate_output", "environment", "model_mismatch"};
inline constexpr std::array<std::string_view, 6> action_names{"fail", "reject_row", "replace", "warn", "count", "ignore"};

/// `other` and missing rows are part of `count`; returns the rows that hold a value.
inline std::int64_t check_counts(const Place& at, std::int64_t count, std::int64_t none, std::int64_t nan) {
  require_at_least(at / "count", count, 0);
  require_at_least(at / "none", none, 0);
  require_at_least(at / "nan", nan, 0);
  if (none > count || nan > count - none) at.fail("none + nan <= count", std::to_string(none) + " + " + std::to_string(nan));
  return count - none - nan;
}

inline void check_training(const Place& at, DType dtype, const NumberTraining& training) {
  const std::int64_t present = check_counts(at, training.count, training.none, training.nan);
  (at / "none").require(training.none == 0, "0 for numbers", std::to_string(training.none));
  const bool may_miss = dtype == DType::float32 || dtype == DType::float64;
  (at / "nan").require(may_miss || training.nan == 0, "0 for integers and bool", std::to_string(training.nan));
  const auto& q = training.quantiles;
  if (present == 0) {
    const bool zero = training.min == 0.0 && training.max == 0.0 && training.mean == 0.0 && training.std == 0.0;
    at.require(zero && q.empty(), "0.0 and no quantiles where there is no value", "other statistics");
    return;
  }
  if (!(training.min <= training.max)) (at / "min").fail("at most max", repr_text(training.min));
  if (!(training.std >= 0.0)) (at / "std").fail("at least 0.0", repr_text(training.std));
  (at / "quantiles").require_count(q.size(), 7);
  for (std::size_t i = 0; i < q.size(); ++i) {
    const double low = i == 0 ? training.min : q[i - 1];
    if (!(low <= q[i] && q[i] <= training.max)) (at / "quantiles")[i].fail("ascending within [min, max]", repr_text(q[i]));
  }
}

inline void check_training(const Place& at, DType, const TextTraining& training) {
  std::int64_t left = check_counts(at, training.count, training.none, training.nan);
  at.require(training.none == 0 || training.nan == 0, "either none or nan", "both");
  require_at_least(at / "other", training.other, 0);
  (at / "frequencies").require_count(training.frequencies.size(), training.values.size());
  if (training.values.size() > 1000) (at / "values").fail("at most 1000 values", std::to_string(training.values.size()));
  for (std::size_t i = 0; i < training.values.size(); ++i) {
    if (i > 0 && !(training.values[i - 1] < training.values[i])) {
      (at / "values")[i].fail("ascending values", '"' + training.values[i] + '"');
    }
    require_at_least((at / "frequencies")[i], training.frequencies[i], 1);
    if (training.frequencies[i] > left) (at / "frequencies")[i].fail("frequencies that add up to count", "more");
    left -= training.frequencies[i];
  }
  if (left != training.other) (at / "other").fail(std::to_string(left), std::to_string(training.other));
}

inline void check_columns(const Schema& schema) {
  const Place root, at = root / "columns";
  at.require(schema.size() != 0, "at least 1 column", "none");
  check_unique_names(at, schema.names());
  for (std::size_t j = 0; j < schema.size(); ++j) {
    const Column& column = schema.columns()[j];
    const Place here = at[j];
    if (column.kind() == Kind::text) {
      check_training(here / "training", column.dtype, column.texts);
    } else {
      check_training(here / "training", column.dtype, column.numbers);
    }
  }
}

/// X.Y.Z, numbers without leading zeros.
inline bool is_version(std::string_view text) noexcept {
  int dots = 0;
  std::size_t digits = 0;
  char first = '0';
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit ? digits == 1 && first == '0' : c != '.' || digits == 0) return false;
    if (digits == 0) first = c;
    dots += digit ? 0 : 1;
    digits = digit ? digits + 1 : 0;
  }
  return dots == 2 && digits > 0;
}

inline bool is_date(std::string_view text) noexcept {
  constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:ddZ";
  if (text.empty()) return true;
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == 'd' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

inline void check_models(const Place& at, const std::vector<ModelFile>& models) {
  if (models.size() > 16) at.fail("at most 16 models", std::to_string(models.size()));
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelFile& model = models[i];
    const Place here = at[i];
    const bool plain = !model.file.empty() && model.file.find('/') == std::string::npos &&
                       model.file.find('\\') == std::string::npos && model.file != "." && model.file != "..";
    if (!plain) (here / "file").fail("a name without a directory", '"' + model.file + '"');
    require_at_least(here / "bytes", model.bytes, 0);
    const bool hex = model.sha256.size() == 64 &&
                     model.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hex) (here / "sha256").fail("64 lower-case hexadecimal digits", '"' + model.sha256 + '"');
  }
}

inline void check_facts(const ArtifactFacts& facts) {
  const Place root;
  if (facts.library != "prepguard") (root / "library").fail("\"prepguard\"", '"' + facts.library + '"');
  if (!is_version(facts.library_version)) (root / "library_version").fail("X.Y.Z", '"' + facts.library_version + '"');
  const Place provenance = root / "provenance";
  if (!is_date(facts.provenance.date)) {
    (provenance / "date").fail("YYYY-MM-DDTHH:MM:SSZ or nothing", '"' + facts.provenance.date + '"');
  }
  const bool real = facts.dtype == DType::float32 || facts.dtype == DType::float64;
  (root / "dtype").require(real, "float32 or float64", name(facts.dtype));
  check_models(root / "models", facts.models);
}

inline void check_policy(const Place& at, const std::vector<PolicyEntry>& policy, const Schema& schema,
                         const std::vector<std::string>& features) {
  const auto known = [](const auto& names, const std::string& text) {
    return std::find(names.begin(), names.end(), text) != names.end();
  };
  std::unordered_set<std::string_view> columns(features.begin(), features.end());
  for (const Column& column : schema.columns()) columns.insert(column.name);
  for (std::size_t i = 0; i < policy.size(); ++i) {
    const PolicyEntry& entry = policy[i];
    const Place here = at[i];
    if (!known(check_names, entry.check)) (here / "check").fail("a check of the guard", '"' + entry.check + '"');
    if (!known(action_names, entry.action)) (here / "action").fail("an action of the guard", '"' + entry.action + '"');
    if (entry.column.empty() || columns.contains(entry.column)) continue;
    (here / "column").fail("the name of an input column or feature, or nothing", '"' + entry.column + '"');
  }
}

/// A column that a step reads may not be declared unused: it could then be left out of a table.
inline void check_used(const Schema& schema, const std::vector<bool>& used) {
  const Place root, at = root / "columns";
  for (std::size_t j = 0; j < schema.size(); ++j) {
    const Place here = at[j];
    (here / "used").require(schema.columns()[j].used || !used[j], "true, a step reads this column", "false");
  }
}

/// A file has a self-test for its training dtype and perhaps one for the other.
inline void check_self_test_dtypes(const ArtifactFacts& facts) {
  const Place root, at = root / "self_tests";
  const std::size_t tests = facts.self_tests.size();
  at.require(tests == 1 || tests == 2, "1 or 2 self-tests", std::to_string(tests));
  at.require(facts.self_tests[0].dtype == facts.dtype, "the training dtype first", "another");
  at.require(tests == 1 || facts.self_tests[1].dtype != facts.dtype, "one a dtype", "two");
}

inline void check_self_test(const Place& at, const SelfTest& test, const Schema& schema,
                            const std::vector<std::int64_t>& allowed) {
  const bool real = test.dtype == DType::float32 || test.dtype == DType::float64;
  (at / "dtype").require(real, "float32 or float64", name(test.dtype));
  require_at_least(at / "rows", test.rows, 1);
  const std::size_t features = allowed.size();
  const auto rows = static_cast<std::size_t>(test.rows);
  const Place inputs = at / "inputs";
  inputs.require_count(test.inputs.size(), schema.size());
  for (std::size_t j = 0; j < schema.size(); ++j) {
    const DType wanted = schema.columns()[j].kind() == Kind::text ? DType::string : test.dtype;
    const Place here = inputs[j];
    (here / "dtype").require(test.inputs[j].dtype() == wanted, name(wanted), name(test.inputs[j].dtype()));
    here.require_count(test.inputs[j].size(), rows);
  }
  (at / "expected" / "dtype").require(test.expected.dtype() == test.dtype, name(test.dtype), name(test.expected.dtype()));
  if (test.expected.size() % features != 0 || test.expected.size() / features != rows) {
    (at / "expected").fail("rows * features values", std::to_string(test.expected.size()));
  }
  (at / "tolerance").require_count(test.tolerance.size(), features);
  for (std::size_t k = 0; k < features; ++k) {
    const Place tolerance = at / "tolerance", here = tolerance[k];
    if (test.tolerance[k] >= 0 && test.tolerance[k] <= allowed[k]) continue;
    here.fail("0 to " + std::to_string(allowed[k]), std::to_string(test.tolerance[k]));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
