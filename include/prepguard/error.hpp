// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace prepguard {

/// What kind of thing went wrong. The names (see `name`) are the same in Python and in the documents.
enum class Errc : std::uint8_t {
  bad_parameter,     ///< impossible option, empty callable, duplicate or empty name
  bad_shape,         ///< rows, columns, strides, overlap, null pointer, object not fitted
  bad_schema,        ///< column names or kinds of the input
  non_finite,        ///< NaN or infinity in the input, made by a step, or in the model's output
  unknown_category,  ///< a category not seen in training where the policy is error
  rejected,          ///< any other guard check whose action is fail
  cannot_fit,        ///< data that cannot be fitted
  io_failed,         ///< the operating system refused to read or write a file
  bad_format,        ///< not a prepguard file, or a damaged one
  bad_version,       ///< a format, step or step version this library does not know
  bad_state,         ///< a well-formed file whose content contradicts itself
  self_test_failed,  ///< the file's own rows do not give the stored results here
  model_mismatch,    ///< the model is not the one the file names
  bad_environment,   ///< this build or the CPU's state computes wrongly
};

/// The snake_case name of `code`, e.g. "bad_shape".
constexpr std::string_view name(Errc code) noexcept {
  constexpr std::string_view names[] = {
      "bad_parameter", "bad_shape", "bad_schema",  "non_finite", "unknown_category", "rejected",       "cannot_fit",
      "io_failed",     "bad_format", "bad_version", "bad_state",  "self_test_failed", "model_mismatch", "bad_environment"};
  return names[static_cast<std::size_t>(code)];
}

/// Everything an error knows. Fields that do not apply stay empty (or -1).
struct ErrorInfo {
  Errc code{};
  std::string where{};           ///< object, step path or file: "standard_scaler", "pipeline.steps[1].step"
  std::string what{};            ///< what went wrong, a clause: "expected 12 features, got 11"
  std::int64_t row = -1;         ///< row of the batch, counted from 0
  std::int64_t column = -1;      ///< input column or feature, counted from 0
  std::int64_t columns = -1;     ///< number of columns `column` counts in
  std::string column_name{};     ///< name of that column
  std::string expected{};        ///< what should have come
  std::string got{};             ///< what came
  std::string advice{};          ///< what to do about it
  std::string check{};           ///< the guard's check, where one fired ("missing", "non_finite_output")
};

/// The text of `info`: where: what, place; expected, got; do: advice. Parts that are empty are left out.
std::string to_text(const ErrorInfo& info);

/// The library's one exception type. Copying is cheap and does not throw.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorInfo info)
      : std::runtime_error(to_text(info)), info_(std::make_shared<const ErrorInfo>(std::move(info))) {}
  /// With a text of its own, for reports of several lines.
  Error(const std::string& text, ErrorInfo info)
      : std::runtime_error(text), info_(std::make_shared<const ErrorInfo>(std::move(info))) {}
  Error(Errc code, std::string where, std::string what, std::string advice = {})
      : Error(ErrorInfo{.code = code,
                        .where = std::move(where),
                        .what = std::move(what),
                        .advice = std::move(advice)}) {}

  Errc code() const noexcept { return info_->code; }
  const ErrorInfo& info() const noexcept { return *info_; }

 private:
  std::shared_ptr<const ErrorInfo> info_;
};

inline std::string to_text(const ErrorInfo& info) {
  std::string text = info.where + (info.where.empty() || info.what.empty() ? "" : ": ") + info.what;
  const auto add = [&text](std::string_view lead, const std::string& part) {
    if (!part.empty()) text.append(lead).append(part);
  };
  if (info.row >= 0) add(", row ", std::to_string(info.row));
  if (!info.column_name.empty()) {
    add(", column \"", info.column_name);
    text += '"';
  } else if (info.column >= 0) {
    add(", column ", std::to_string(info.column));
  }
  if (info.column >= 0 && info.columns > 0) {
    text += " (" + std::to_string(info.column + 1) + " of " + std::to_string(info.columns) + ")";
  }
  add(": expected ", info.expected);
  add(info.expected.empty() ? ": got " : ", got ", info.got);
  add("; do: ", info.advice);
  return text;
}

}  // namespace prepguard
