// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/place.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Runs the tasks of a fit, on the threads of whoever supplies it: prepguard starts none. `executor(tasks,
/// task)` calls `task(i)`, a `const std::function<void(std::size_t)>&`, exactly once for every i below
/// `tasks`, in any order, several at the same time if it likes, and returns after the last has ended, so that
/// what they wrote can be seen; it does so too if it throws. A task throws nothing.
///
/// ```
/// scaler.fit(X, [](std::size_t tasks, const auto& task) { tbb::parallel_for(std::size_t{0}, tasks, task);
/// });
/// ```
template <class E>
concept Executor = std::invocable < E&,
        std::size_t, const std::function<void(std::size_t)>
& > ;

/// What some of the training rows say, enough to go on with others: made by a step's `partial(rows)`, put
/// together by `merge` in any order, turned into a fitted step by `finish`. The result is that of a fit on
/// all rows at once, bit for bit. A value that copies, compares and serializes (serialize.hpp), so that MPI,
/// Dask, Spark or files on a shared disk can carry it:
///
/// ```
/// auto a = scaler.partial(first_rows), b = scaler.partial(other_rows);    // on two machines
/// scaler.finish(merge(std::move(a), b));
/// ```
/// All parts must come from steps of one type with the same options.
template <class ColumnStatistic>
class Partial {
 public:
  using Column = ColumnStatistic;

  /// Rows that were never seen: merges with everything.
  Partial() = default;
  Partial(std::string_view step, std::vector<Column> columns) : step_(step), columns_(std::move(columns)) {}

  /// The `type` of the step that made it.
  const std::string& step() const noexcept { return step_; }
  std::size_t width() const noexcept { return columns_.size(); }
  std::uint64_t rows() const noexcept { return columns_.empty() ? 0 : columns_.front().cells(); }
  const std::vector<Column>& columns() const noexcept { return columns_; }

  /// Adds the rows of `other`. Throws bad_shape for another width, bad_parameter for another step.
  Partial& merge(const Partial& other) {
    if (other.columns_.empty()) return *this;
    if (columns_.empty()) return *this = Partial(other);
    if (step_ != other.step_) {
      throw Error(Errc::bad_parameter, "merge",
                  "expected a partial of " + step_ + ", got one of " + other.step_);
    }
    if (width() != other.width()) {
      throw Error(Errc::bad_shape, "merge",
                  "expected a partial of " + std::to_string(width()) + " columns, got one of " +
                      std::to_string(other.width()));
    }
    std::vector<Column> columns = columns_;  // a merge that fails half-way loses nothing
    for (std::size_t j = 0; j < columns.size(); ++j) columns[j].merge(other.columns_[j]);
    columns_ = std::move(columns);
    return *this;
  }
  friend Partial merge(Partial a, const Partial& b) { return std::move(a.merge(b)); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("step", self.step_);
    visit("columns", self.columns_);
  }
  /// Throws bad_state unless all columns have the same rows.
  void prepare() const {
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      (detail::Place("partial") / "columns")[j].require(
          columns_[j].cells() == rows(), "as many cells as the first", std::to_string(columns_[j].cells()));
    }
  }
  friend bool operator==(const Partial&, const Partial&) = default;

 private:
  std::string step_{};
  std::vector<Column> columns_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
