// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/weighted_moments.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Exact sums of a column for mean and variance, some of its cells with weights: a mergeable statistic
/// (column_statistics.hpp). The sums of weights are only kept once a weighted cell comes.
class ColumnMoments {
 public:
  static constexpr bool merges_fast = true;  ///< for FitPlan

  template <class T>
  void add(const T* x, std::ptrdiff_t stride, std::size_t n) {
    plain_.add(x, stride, n);
  }
  /// Adds to each of the columns, which are as many as those of `rows`, its cells.
  template <class T>
  static void add_rows(std::vector<ColumnMoments>& columns, const MatrixView<const T>& rows) {
    std::vector<ExactMoments*> plain;
    for (ColumnMoments& column : columns) plain.push_back(&column.plain_);
    ExactMoments::add_rows(plain, rows);
  }
  /// The same with a weight for each cell.
  template <class T>
  void add(const T* x, std::ptrdiff_t stride, std::size_t n, const double* weights) {
    if (weighted_.empty()) weighted_.emplace_back();
    for (std::size_t i = 0; i < n; ++i) {
      const T* cell = x + static_cast<std::ptrdiff_t>(i) * stride;
      ++weighted_cells_;
      if (is_nan(cell)) continue;
      ++weighted_count_;
      weighted_.front().add(cell, weights + i);
    }
  }
  void merge(const ColumnMoments& other) {
    plain_.merge(other.plain_);
    weighted_cells_ += other.weighted_cells_;
    weighted_count_ += other.weighted_count_;
    if (other.weighted_.empty()) return;
    if (weighted_.empty()) weighted_.emplace_back();
    weighted_.front().merge(other.weighted_.front());
  }

  /// Whether there is an infinity among the cells without weights.
  bool sees_infinity() const noexcept { return plain_.infinite() != 0; }
  std::uint64_t cells() const noexcept { return plain_.cells() + weighted_cells_; }
  std::uint64_t count() const noexcept { return plain_.count() + weighted_count_; }

  /// What the sums say. Not for a column without values.
  struct Result {
    double weight = 0;                 ///< how many values, or the sum of their weights
    std::optional<double> mean{};      ///< nothing if all weights are 0
    std::optional<double> variance{};  ///< of the population; nothing beyond the largest double
    bool constant = false;             ///< all values are equal
  };
  Result result() const noexcept {
    if (weighted_.empty()) {
      const std::optional<double> variance = plain_.variance();
      const bool constant = variance && *variance == 0.0 && plain_.constant();
      return {static_cast<double>(plain_.count()), plain_.mean(), variance, constant};
    }
    WeightedSums all = weighted_.front();
    all.add(plain_.count(), plain_.sum(), plain_.squares());
    if (all.empty()) return {};
    return {all.weight().value_or(0), all.mean(), all.variance(), all.constant()};
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("plain", self.plain_);
    visit("weighted", self.weighted_);
    visit("weighted_cells", self.weighted_cells_);
    visit("weighted_count", self.weighted_count_);
  }
  void prepare() const {
    const bool counts =
        weighted_count_ <= weighted_cells_ && weighted_.size() == (weighted_cells_ == 0 ? 0u : 1u);
    Place("partial").require(counts, "weighted sums of some cells", "others");
  }
  friend bool operator==(const ColumnMoments&, const ColumnMoments&) = default;

 private:
  ExactMoments plain_{};
  std::vector<WeightedSums> weighted_{};  // none or one
  std::uint64_t weighted_cells_ = 0;
  std::uint64_t weighted_count_ = 0;  // of them, those that hold a value
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
