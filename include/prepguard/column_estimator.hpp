// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/fit.hpp"
#include "prepguard/detail/fit_tasks.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/health.hpp"
#include "prepguard/leaf.hpp"
#include "prepguard/partial.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// A leaf step that learns column by column, from `ColumnStatistic`s that merge
/// (detail/column_statistics.hpp). All fits are made of the same three parts, so a fit does not depend on the
/// order of the rows, nor on how they were divided: `partial(rows)`, `merge`, `finish`.
///
/// `Derived` supplies
/// * `unfitted()`: a step of the same options without state;
/// * `learn(columns, health)`, called on that one: sets the state from the statistics. Throws cannot_fit
///   (detail::fail_fit); asks `health.has_values` before it uses those of a column, notes what else is odd;
/// * where not every cell is for the statistic, `observe(statistic, j, x, stride, n)`, or `observe_rows`.
template <class Derived, Number T, class ColumnStatistic, class In = T, class Out = In>
class ColumnEstimator : public LeafStep<Derived, T, In, Out> {
 public:
  using Column = ColumnStatistic;
  using Partial = prepguard::Partial<Column>;

  /// Learns from all rows at once. Throws cannot_fit for 0 rows, infinities and what the step cannot learn
  /// from; then the step is as it was.
  Derived& fit(const InView<In>& rows) { return finish(partial(rows)); }
  /// The same as tasks of `executor`: the same bits for any number of threads.
  template <Executor E>
  Derived& fit(const InView<In>& rows, E&& executor) {
    return finish(partial(rows, executor));
  }

  /// Learns from these rows and all those of earlier calls since the last `fit`, `finish` or load. A column
  /// may be without a value until one comes.
  Derived& partial_fit(const InView<In>& rows) { return go_on(partial(rows)); }
  template <Executor E>
  Derived& partial_fit(const InView<In>& rows, E&& executor) {
    return go_on(partial(rows, executor));
  }

  /// What these rows say, to be merged with other parts. The options of the step count, its state does not.
  Partial partial(const InView<In>& rows) const {
    detail::check_fit_shape(Derived::type, rows);
    detail::InTurn in_turn;
    return learn_rows(rows, detail::FitPlan::whole(rows.rows(), rows.cols()), in_turn);
  }
  template <Executor E>
  Partial partial(const InView<In>& rows, E&& executor) const {
    detail::check_fit_shape(Derived::type, rows);
    constexpr bool merges_fast = std::is_trivially_copyable_v<Column> || requires {
      Column::merges_fast;
    };
    return learn_rows(rows, detail::FitPlan::of(rows, merges_fast), executor);
  }

  /// Becomes what a fit on all rows of `partial` would make of it. Throws like `fit`, and bad_parameter for
  /// the partial of another step.
  Derived& finish(const Partial& partial) { return derived() = learned(partial, FitHealth()); }

  /// What the last fit noticed; nothing after a load.
  const FitHealth& health() const noexcept { return health_.value; }

  /// Adds to each of the columns, the first of which is column `first` of the rows, its cells of some rows.
  void observe_rows(std::vector<Column>& columns, std::size_t first, const MatrixView<const In>& rows) const {
    if constexpr (requires { Column::add_rows(columns, rows); }) {
      Column::add_rows(columns, rows);
    } else {
      detail::for_each_column_run(rows,
                                  [&](std::size_t j, const In* x, std::ptrdiff_t stride, std::size_t n) {
                                    derived().observe(columns[j], first + j, x, stride, n);
                                  });
    }
    if constexpr (requires(Column & column) { column.settle(); }) {
      for (Column& column : columns) column.settle();
    }
  }
  /// Whether the statistic finds every infinity among the rows.
  bool learns_infinities() const noexcept { return finds_infinities; }
  void observe(Column& column, std::size_t, const In* x, std::ptrdiff_t stride, std::size_t n) const {
    column.add(x, stride, n);
  }

 protected:
  detail::Derived<FitHealth> health_{};

  ColumnEstimator() = default;
  using LeafStep<Derived, T, In, Out>::LeafStep;
  friend bool operator==(const ColumnEstimator&, const ColumnEstimator&) = default;

 private:
  static constexpr bool finds_infinities = requires(const Column& column) { column.sees_infinity(); };

  Derived& derived() noexcept { return static_cast<Derived&>(*this); }
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

  Partial learn_rows(const MatrixView<const In>& rows, const detail::FitPlan& plan, auto& executor) const {
    std::vector<std::vector<Column>> learned(plan.tasks());
    std::vector<unsigned char> infinite(plan.tasks(), 0);
    std::exception_ptr failed;
    const auto learn_block = [&](std::size_t task) {
      const MatrixView<const In> block = plan.block(rows, task);
      const detail::FloatEnvironment environment;
      if constexpr (Number<In>) {
        if (!derived().learns_infinities() && !all_finite(block)) infinite[task] = 1;
      }
      learned[task].resize(block.cols());
      derived().observe_rows(learned[task], plan.first_column(task), block);
      if constexpr (finds_infinities) {
        for (const Column& column : learned[task]) {
          if (column.sees_infinity()) infinite[task] = 1;
        }
      }
    };
    try {
      detail::run_tasks(Derived::type, plan.tasks(), executor, learn_block);
    } catch (...) {
      failed = std::current_exception();
    }
    // An infinity is the first thing that is wrong with rows, whatever a task has found.
    const bool found = std::find(infinite.begin(), infinite.end(), 1) != infinite.end();
    if constexpr (Number<In>) {
      if (found || failed) detail::check_no_infinity(Derived::type, rows);
    }
    if (failed) std::rethrow_exception(failed);
    return Partial(Derived::type, detail::merge_tasks(plan, std::move(learned)));
  }

  Derived& go_on(const Partial& rows) {
    Partial all = seen_.value ? *seen_.value : Partial();
    all.merge(rows);
    Derived fresh = learned(all, FitHealth(true));
    fresh.seen_.value = std::make_shared<const Partial>(std::move(all));
    return derived() = std::move(fresh);
  }

  Derived learned(const Partial& partial, FitHealth health) const {
    const std::string where(Derived::type);
    if (partial.rows() == 0) throw Error(Errc::cannot_fit, where, "there are 0 rows to learn from");
    if (partial.step() != where) {
      throw Error(Errc::bad_parameter, where,
                  "expected a partial of this step, got one of " + partial.step());
    }
    const detail::FloatEnvironment environment;
    Derived fresh = derived().unfitted();
    fresh.learn(partial.columns(), health);
    fresh.fitted(partial.width());
    fresh.health_.value = std::move(health);
    return fresh;
  }

  detail::Derived<std::shared_ptr<const Partial>> seen_{};  // for partial_fit
};

}  // namespace prepguard::inline PREPGUARD_ABI
