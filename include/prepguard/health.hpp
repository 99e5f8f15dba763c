// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// What a fit noticed that is legal but worth a look. What cannot be served (overflow, statistics that are
/// not finite, a column without any value) is not a finding but the error `cannot_fit`.
enum class FitIssue : std::uint8_t {
  all_missing,  ///< a stream (`partial_fit`) has not shown a value of this column yet; its outputs are NaN
  constant,     ///< all values are equal: nothing to scale by, nothing to learn from
  nearly_constant,  ///< the spread is within the rounding error of the values
  underflow,        ///< the values differ, but their spread is too small for the type
  collision,        ///< values that training told apart are one to the fitted step
};
inline constexpr std::array<std::string_view, 5> fit_issue_names{"all_missing", "constant", "nearly_constant",
                                                                 "underflow", "collision"};

/// One thing a fit noticed in one column.
struct FitFinding {
  FitIssue issue{};
  std::size_t column = 0;
  std::string what{};  ///< in words, with the numbers it is about

  friend bool operator==(const FitFinding&, const FitFinding&) = default;
};

/// Everything a fit noticed, in the order of the columns. Not part of the fitted state: neither stored nor
/// compared.
class FitHealth {
 public:
  FitHealth() = default;
  /// `streaming`: more rows may follow, so a column without values is a finding instead of an error.
  explicit FitHealth(bool streaming) noexcept : streaming_(streaming) {}

  bool good() const noexcept { return findings_.empty(); }
  const std::vector<FitFinding>& findings() const noexcept { return findings_; }
  bool has(FitIssue issue, std::size_t column) const noexcept {
    for (const FitFinding& finding : findings_) {
      if (finding.issue == issue && finding.column == column) return true;
    }
    return false;
  }

  /// A line per finding: `column 2 "mass": constant: all 344 values are 14.62`.
  std::string text(const std::vector<std::string>& names = {}) const {
    std::string lines;
    for (const FitFinding& finding : findings_) {
      lines += "column " + std::to_string(finding.column);
      if (finding.column < names.size()) lines += " \"" + names[finding.column] + '"';
      lines.append(": ").append(fit_issue_names[static_cast<std::size_t>(finding.issue)]);
      lines += ": " + finding.what + '\n';
    }
    return lines;
  }

  void add(FitIssue issue, std::size_t column, std::string what) {
    findings_.push_back({issue, column, std::move(what)});
  }

  /// Whether column `column` of step `where` has a value. If not, throws cannot_fit; in a stream notes it
  /// instead.
  bool has_values(std::string_view where, std::size_t column, std::uint64_t count) {
    if (count != 0) return true;
    if (!streaming_) {
      throw Error(ErrorInfo{.code = Errc::cannot_fit,
                            .where = std::string(where),
                            .what = "all values are NaN",
                            .column = static_cast<std::int64_t>(column),
                            .advice = "drop the column or impute it first"});
    }
    add(FitIssue::all_missing, column, "no value yet");
    return false;
  }

 private:
  std::vector<FitFinding> findings_{};
  bool streaming_ = false;
};

}  // namespace prepguard
