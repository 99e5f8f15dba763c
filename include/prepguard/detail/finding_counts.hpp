// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/report.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// How often the checks of rows found something in each column, whatever became of the row. Touched only
/// where something was found. A copy starts at zero, a moved one takes the counts with it.
class FindingCounts {
 public:
  FindingCounts(std::size_t columns, std::size_t features)
      : columns_(columns), counts_(checks_of_cells * columns + features) {}
  FindingCounts(const FindingCounts& other) : columns_(other.columns_), counts_(other.counts_.size()) {}
  FindingCounts(FindingCounts&&) noexcept = default;
  FindingCounts& operator=(FindingCounts other) noexcept {
    columns_ = other.columns_;
    counts_.swap(other.counts_);
    return *this;
  }
  ~FindingCounts() = default;

  /// `column`: of `non_finite_features` a feature. What belongs to no column is not counted here.
  void add(Check check, std::size_t column) const noexcept {
    const bool of_feature = check == Check::non_finite_features;
    if (!of_feature && (check < first || check > last || column >= columns_)) return;
    const std::size_t at = of_feature ? checks_of_cells * columns_ + column
                                      : (as_number(check) - as_number(first)) * columns_ + column;
    if (at < counts_.size()) counts_[at].fetch_add(1, std::memory_order_relaxed);
  }

  void add_to(Report& report, const std::vector<std::string>& columns,
              const std::vector<std::string>& features) const {
    for (std::size_t c = 0; c < checks_of_cells; ++c) {
      const auto check = static_cast<Check>(as_number(first) + c);
      for (std::size_t j = 0; j < columns_; ++j) append(report, check, columns[j], counts_[c * columns_ + j]);
    }
    for (std::size_t k = 0; k < features.size(); ++k)
      append(report, Check::non_finite_features, features[k], counts_[checks_of_cells * columns_ + k]);
  }

 private:
  static constexpr std::size_t as_number(Check check) noexcept { return static_cast<std::size_t>(check); }
  static void append(Report& report, Check check, const std::string& column,
                     const std::atomic<std::uint64_t>& count) {
    const std::uint64_t rows = count.load(std::memory_order_relaxed);
    if (rows != 0) report.by_column.push_back({check, column, rows});
  }

  static constexpr Check first = Check::inf, last = Check::narrowing;
  static constexpr std::size_t checks_of_cells =
      static_cast<std::size_t>(last) - static_cast<std::size_t>(first) + 1;

  std::size_t columns_;
  mutable std::vector<std::atomic<std::uint64_t>> counts_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
