// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/error.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

// A fit as tasks that know nothing of each other: blocks of the rows, whose statistics are merged.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Runs the tasks one after the other.
struct InTurn {
  void operator()(std::size_t tasks, const std::function<void(std::size_t)>& task) const {
    for (std::size_t i = 0; i < tasks; ++i) task(i);
  }
};

/// How a matrix is divided: `strips` runs of columns times `shards` runs of rows. It depends on nothing but
/// the matrix and the statistic: what is learned is the same for any division, an error may not be.
struct FitPlan {
  std::size_t width = 0, strips = 1, height = 0, shards = 1;

  static constexpr std::size_t most_tasks = 64, least_cells = 1 << 15;

  /// `merges_fast`: merging two statistics takes no longer than adding some rows.
  template <class Cell>
  static FitPlan of(const MatrixView<const Cell>& rows, bool merges_fast) noexcept {
    FitPlan plan;
    // Several columns side by side share their cache lines.
    plan.width = std::min<std::size_t>(rows.cols(), rows.row_stride() == 1 ? 1 : merges_fast ? 64 : 8);
    plan.strips = (rows.cols() + plan.width - 1) / plan.width;
    const std::size_t tasks = merges_fast ? most_tasks : most_tasks / 4;
    const std::size_t wanted = std::clamp<std::size_t>(tasks / plan.strips, 1, rows.rows());
    plan.height = std::max((rows.rows() + wanted - 1) / wanted, least_cells / plan.width);
    plan.shards = (rows.rows() + plan.height - 1) / plan.height;
    return plan;
  }
  static FitPlan whole(std::size_t rows, std::size_t cols) noexcept { return {cols, 1, rows, 1}; }

  std::size_t tasks() const noexcept { return strips * shards; }
  std::size_t first_column(std::size_t task) const noexcept { return task / shards * width; }
  template <class Cell>
  MatrixView<const Cell> block(const MatrixView<const Cell>& rows, std::size_t task) const noexcept {
    const std::size_t column = first_column(task), row = task % shards * height;
    return rows.middle_rows(row, std::min(height, rows.rows() - row))
        .middle_cols(column, std::min(width, rows.cols() - column));
  }
};

/// Has `executor` call `work(i)` for all i below `tasks`. Throws the error of the first of those that failed,
/// and bad_parameter if the executor has not run them all.
template <class Executor, class Work>
void run_tasks(std::string_view where, std::size_t tasks, Executor& executor, Work&& work) {
  std::vector<std::exception_ptr> errors(tasks);
  std::vector<unsigned char> done(tasks, 0);
  const std::function<void(std::size_t)> task = [&](std::size_t i) {
    if (i >= tasks) return;
    try {
      work(i);
    } catch (...) {
      errors[i] = std::current_exception();
    }
    done[i] = 1;
  };
  executor(tasks, task);
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  const auto run = static_cast<std::size_t>(std::count(done.begin(), done.end(), 1));
  if (run == tasks) return;
  throw Error(Errc::bad_parameter, std::string(where),
              "the executor ran " + std::to_string(run) + " of " + std::to_string(tasks) + " tasks",
              "call task(i) for every i below the number of tasks, and return when all have ended");
}

/// Puts together what the tasks of a plan have learned; two neighbours at a time, so that large ones meet
/// large ones.
template <class Column>
std::vector<Column> merge_tasks(const FitPlan& plan, std::vector<std::vector<Column>> learned) {
  std::vector<Column> all;
  for (std::size_t strip = 0; strip < plan.strips; ++strip) {
    const auto part = learned.begin() + static_cast<std::ptrdiff_t>(strip * plan.shards);
    for (std::size_t step = 1; step < plan.shards; step *= 2) {
      for (std::size_t i = 0; i + step < plan.shards; i += 2 * step) {
        std::vector<Column>& from = part[static_cast<std::ptrdiff_t>(i + step)];
        for (std::size_t j = 0; j < from.size(); ++j) part[static_cast<std::ptrdiff_t>(i)][j].merge(from[j]);
        from = {};
      }
    }
    std::move(part->begin(), part->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
