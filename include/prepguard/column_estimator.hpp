// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/fit.hpp"
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
/// * where not every cell is for the statistic, `observe(statistic, j, x, stride, n)`.
template <class Derived, Number T, class ColumnStatistic, class In = T, class Out = In>
class ColumnEstimator : public LeafStep<Derived, T, In, Out> {
 public:
  using Column = ColumnStatistic;
  using Partial = prepguard::Partial<Column>;

  /// Learns from all rows at once. Throws cannot_fit for 0 rows, infinities and what the step cannot learn
  /// from; then the step is as it was.
  Derived& fit(const InView<In>& rows) { return finish(partial(rows)); }

  /// Learns from these rows and all those of earlier calls since the last `fit`, `finish` or load. A column
  /// may be without a value until one comes.
  Derived& partial_fit(const InView<In>& rows) {
    Partial all = seen_.value ? *seen_.value : Partial();
    all.merge(partial(rows));
    Derived fresh = learned(all, FitHealth(true));
    fresh.seen_.value = std::make_shared<const Partial>(std::move(all));
    return derived() = std::move(fresh);
  }

  /// What these rows say, to be merged with other parts. The options of the step count, its state does not.
  Partial partial(const InView<In>& rows) const {
    detail::check_fit_rows(Derived::type, rows);
    const detail::FloatEnvironment environment;
    std::vector<Column> columns(rows.cols());
    detail::for_each_column_run(rows, [&](std::size_t j, const In* x, std::ptrdiff_t stride, std::size_t n) {
      derived().observe(columns[j], j, x, stride, n);
    });
    if constexpr (requires(Column & column) { column.settle(); }) {
      for (Column& column : columns) column.settle();
    }
    return Partial(Derived::type, std::move(columns));
  }

  /// Becomes what a fit on all rows of `partial` would make of it. Throws like `fit`, and bad_parameter for
  /// the partial of another step.
  Derived& finish(const Partial& partial) { return derived() = learned(partial, FitHealth()); }

  /// What the last fit noticed; nothing after a load.
  const FitHealth& health() const noexcept { return health_.value; }

  void observe(Column& column, std::size_t, const In* x, std::ptrdiff_t stride, std::size_t n) const {
    column.add(x, stride, n);
  }

 protected:
  detail::Derived<FitHealth> health_{};

  ColumnEstimator() = default;
  using LeafStep<Derived, T, In, Out>::LeafStep;
  friend bool operator==(const ColumnEstimator&, const ColumnEstimator&) = default;

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

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
