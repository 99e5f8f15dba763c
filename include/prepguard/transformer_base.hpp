// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/bare_call.hpp"
#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// What every transformer shares: checked `transform` and `inverse_transform` around the bare `apply` and `invert`
/// that `Derived` supplies, and the diagnosis of a failing row. Derive from it to write a step of your own.
///
/// All of it is const, thread-safe and independent of the caller's floating-point environment, which is set for the
/// time of a call and restored. (Members that only some steps have are templates over `Derived`, which is incomplete
/// while this class is instantiated.) An input that has infinities, or a step that makes one, is `non_finite`; NaN passes
/// where the step lets it pass.
template <class Derived, Number T, class In, class Out = In>
class TransformerBase {
 public:
  using Scalar = T;
  using Input = In;
  using Output = Out;
  /// The cells of a result matrix. Blocks of mixed columns give one too where all their outputs are numbers.
  using ResultCell = std::conditional_t<std::is_same_v<Out, Mixed<T>>, T, Out>;

  /// Transforms `rows` (n x input_width) into a new n x output_width matrix.
  /// Throws bad_shape, non_finite, unknown_category, bad_environment.
  auto transform(const InView<In>& rows) const {
    detail::check_rows(Derived::type, derived(), rows);  // before memory is asked for
    auto out = Matrix<ResultCell>::uninitialized(rows.rows(), derived().output_width());
    transform(rows, OutView<Out>(out));
    return out;
  }

  /// The same into the caller's memory, n x output_width, any strides; nothing is allocated in a steady state.
  /// `out` may be `rows` itself; then a first pass proves that no row fails, so that on an error the input is intact.
  /// Otherwise, after an error found in the rows, what `out` holds is unspecified.
  void transform(const InView<In>& rows, const OutView<Out>& out) const { run(derived(), rows, out); }

  /// Transforms a table whose columns are bound to the schema by name. Also throws bad_schema.
  template <class D = Derived>
    requires HasSchema<D>
  auto transform(const Table& table) const {
    auto out = Matrix<ResultCell>::uninitialized(table.rows(), derived().output_width());
    transform(table, derived().schema().bind(table), OutView<Out>(out));
    return out;
  }

  /// The same with a binding made earlier by `schema().bind`, into the caller's memory.
  template <class D = Derived>
    requires HasSchema<D>
  void transform(const Table& table, const Binding& binding, const OutView<Out>& out) const {
    detail::check_fitted(Derived::type, derived().input_width());
    derived().schema().check(table, binding);
    detail::check_outputs(Derived::type, derived(), table.rows(), out);
    detail::check_apart(Derived::type, table, out);
    const detail::TableSource<T> source(table, derived().schema(), binding);
    detail::require_environment();
    const detail::FloatEnvironment environment;
    detail::run_tiles(derived(), source, detail::sink(out, false), detail::BareCheck{derived(), Derived::type});
  }

  /// Whether `inverse_transform` can undo what this holds.
  bool can_invert() const { return detail::no_inverse(derived(), {}).empty(); }

  /// Undoes `transform`: n x output_width features back to n x input_width cells. Throws bad_parameter, naming the
  /// step, for what holds one that cannot be undone.
  template <class D = Derived>
    requires Invertible<D>
  auto inverse_transform(const InView<Out>& features) const {
    detail::check_inverse(derived());
    detail::check_rows(Derived::type, detail::InverseOf<Derived>{derived()}, features);
    using Cell = std::conditional_t<std::is_same_v<In, Mixed<T>>, T, In>;
    auto out = Matrix<Cell>::uninitialized(features.rows(), derived().input_width());
    inverse_transform(features, OutView<In>(out));
    return out;
  }
  template <class D = Derived>
    requires Invertible<D>
  void inverse_transform(const InView<Out>& features, const OutView<In>& out) const {
    detail::check_inverse(derived());
    run(detail::InverseOf<Derived>{derived()}, features, out);
  }

  /// Replays one row and tells the first thing that went wrong in it, if anything did; `names` are the input columns,
  /// `path` is where this step stands in its pipeline. Containers replace it and ask their steps in turn.
  std::optional<Finding> diagnose(InView<In> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    detail::ScratchFrame frame;
    const MatrixView<Out> out = frame.matrix<Out>(1, derived().output_width());
    std::optional<Finding> finding;
    if (!derived().apply(row, out)) {
      finding = derived().refusal(row);
    } else if constexpr (Number<Out> && Number<In>) {
      finding = find_made(row, MatrixView<const Out>(out));
    }
    if (!finding) return finding;
    finding->step = path.empty() ? std::string(Derived::type) : path + " (" + std::string(Derived::type) + ")";
    if (finding->column >= 0) finding->column_name = names[static_cast<std::size_t>(finding->column)];
    return finding;
  }

  /// The input column that output `k` comes from. Steps that change the number of columns replace it.
  std::size_t source_column(std::size_t k) const noexcept { return k; }

  /// True if output `k`, which is not finite, is so because of the input. Steps whose outputs come from several columns
  /// replace it (and `formula_of(row, k)` tells how such an output came about).
  bool is_carried(const MatrixView<const In>& row, const MatrixView<const Out>& out, std::size_t k) const {
    const In* const cell = &row(0, derived().source_column(k));
    return detail::is_nan(&out(0, k)) ? detail::is_nan(cell) : detail::is_infinite(cell);
  }

  /// How far each output may be from training's where the inputs may be that far (detail/tolerance.hpp). Steps that
  /// carry such an error on, or make one, replace it; those with edges do not: there one last bit decides.
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>&) const {
    return std::vector<std::int64_t>(derived().output_width(), 0);
  }

  /// Which cell `apply` refused. Only steps whose `apply` can say false replace it.
  Finding refusal(InView<In>) const { return {.code = Errc::bad_state, .what = "a cell cannot be mapped"}; }

 protected:
  TransformerBase() = default;
  friend bool operator==(const TransformerBase&, const TransformerBase&) = default;

 private:
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

  template <class Step, class InTile, class OutTile>
  void run(const Step& step, const InTile& in, const OutTile& out) const {
    detail::check_rows(Derived::type, step, in);
    detail::check_outputs(Derived::type, step, in.rows(), out);
    const bool in_place = detail::check_overlap(Derived::type, in, out);
    detail::require_environment();
    const detail::FloatEnvironment environment;
    using Cell = std::conditional_t<std::is_same_v<InTile, InView<In>>, In, Out>;
    const detail::ViewSource<Cell> source{in};
    const detail::BareCheck check{step, Derived::type};
    if (in_place) detail::run_tiles(step, source, detail::sink(out, true), check);
    detail::run_tiles(step, source, detail::sink(out, false), check);
  }

  /// The first output that is not finite although what it comes from is.
  std::optional<Finding> find_made(MatrixView<const In> row, MatrixView<const Out> out) const {
    for (std::size_t k = 0; k < out.cols(); ++k) {
      if (detail::is_finite(&out(0, k))) continue;
      if (derived().is_carried(row, out, k)) continue;
      const std::size_t j = derived().source_column(k);
      return Finding{.code = Errc::non_finite,
                     .column = static_cast<std::int64_t>(j),
                     .what = explain(row, j, k),
                     .made_nan = detail::is_nan(&out(0, k))};
    }
    return std::nullopt;
  }

  std::string explain(MatrixView<const In> row, std::size_t j, std::size_t k) const {
    if constexpr (requires { derived().formula_of(row, k); }) {
      return derived().formula_of(row, k);
    } else if constexpr (requires { derived().formula(row(0, j), j); }) {
      return derived().formula(row(0, j), j);
    } else {
      return "output " + std::to_string(k) + " is not finite for input " + detail::repr_text(double{row(0, j)});
    }
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI
