// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// The bare numbers of a tile, whatever else it holds.
template <Number T>
MatrixView<const T> numbers_of(MatrixView<const T> tile) noexcept {
  return tile;
}
template <Number T>
MatrixView<const T> numbers_of(MatrixView<T> tile) noexcept {
  return tile;
}
template <class T>
auto numbers_of(MixedView<T> tile) noexcept {
  return MatrixView<const std::remove_const_t<T>>(tile.numbers);
}
/// A tile of texts holds no numbers; an empty view keeps the callers free of cases.
template <class T>
  requires std::same_as<std::remove_const_t<T>, Text>
MatrixView<const double> numbers_of(MatrixView<T>) noexcept {
  return {};
}

/// The first infinity of `cells` in row order, if there is one; NaN is passed over.
template <Number T>
std::optional<NonFinite> find_infinity(MatrixView<const T> cells) noexcept {
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    for (std::size_t j = 0; j < cells.cols(); ++j) {
      if (!detail::is_infinite(&cells(i, j))) continue;
      const NonFinite found = find_non_finite(cells.middle_rows(i, 1).middle_cols(j, 1));
      return NonFinite{true, i, j, found.kind};
    }
  }
  return std::nullopt;
}

/// A finding about row `row` of the batch as an error.
[[noreturn]] inline void throw_finding(Finding finding, std::size_t row) {
  throw Error(ErrorInfo{.code = finding.code,
                        .where = std::move(finding.step),
                        .what = std::move(finding.what),
                        .row = static_cast<std::int64_t>(row),
                        .column = finding.column,
                        .column_name = std::move(finding.column_name),
                        .expected = std::move(finding.expected),
                        .advice = std::move(finding.advice)});
}

/// The inverse of a step as something that `run_tiles` can run.
template <class Step>
struct InverseOf {
  const Step& step;
  std::size_t input_width() const noexcept { return step.output_width(); }
  std::size_t output_width() const noexcept { return step.input_width(); }
  const Layout& input_layout() const noexcept
    requires requires(const Step& s) { s.output_layout(); }
  {
    return step.output_layout();
  }
  const Layout& output_layout() const noexcept
    requires requires(const Step& s) { s.input_layout(); }
  {
    return step.input_layout();
  }
  template <class In, class Out>
  bool apply(In in, Out out) const {
    return step.invert(in, out);
  }
};

}  // namespace detail

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
  auto transform(InView<In> rows) const {
    check_rows(derived(), rows);  // before memory is asked for
    auto out = Matrix<ResultCell>::uninitialized(rows.rows(), derived().output_width());
    transform(rows, OutView<Out>(out));
    return out;
  }

  /// The same into the caller's memory, n x output_width, any strides; nothing is allocated in a steady state.
  /// `out` may be `rows` itself; then a first pass proves that no row fails, so that on an error the input is intact.
  /// Otherwise, after an error found in the rows, what `out` holds is unspecified.
  void transform(InView<In> rows, OutView<Out> out) const { run(derived(), rows, out); }

  /// Transforms a table whose columns are bound to the schema by name. Also throws bad_schema.
  template <class D = Derived>
    requires HasSchema<D>
  auto transform(const Table& table) const
  {
    auto out = Matrix<ResultCell>::uninitialized(table.rows(), derived().output_width());
    transform(table, derived().schema().bind(table), OutView<Out>(out));
    return out;
  }

  /// The same with a binding made earlier by `schema().bind`, into the caller's memory.
  template <class D = Derived>
    requires HasSchema<D>
  void transform(const Table& table, const Binding& binding, OutView<Out> out) const
  {
    detail::check_fitted(Derived::type, derived().input_width());
    derived().schema().check(table, binding);
    check_outputs(derived(), table.rows(), out);
    const detail::TableSource<T> source(table, derived().schema(), binding);
    detail::require_environment();
    const detail::FloatEnvironment environment;
    detail::run_tiles(derived(), source, detail::sink(out, false), tile_check(derived()));
  }

  /// Undoes `transform`: n x output_width features back to n x input_width cells.
  template <class D = Derived>
    requires Invertible<D>
  auto inverse_transform(InView<Out> features) const
  {
    check_rows(detail::InverseOf<Derived>{derived()}, features);
    using Cell = std::conditional_t<std::is_same_v<In, Mixed<T>>, T, In>;
    auto out = Matrix<Cell>::uninitialized(features.rows(), derived().input_width());
    inverse_transform(features, OutView<In>(out));
    return out;
  }
  template <class D = Derived>
    requires Invertible<D>
  void inverse_transform(InView<Out> features, OutView<In> out) const
  {
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

  /// Which cell `apply` refused. Only steps whose `apply` can say false replace it.
  Finding refusal(InView<In>) const { return {.code = Errc::bad_state, .what = "a cell cannot be mapped"}; }

 protected:
  TransformerBase() = default;
  friend bool operator==(const TransformerBase&, const TransformerBase&) = default;

 private:
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

  template <class Step, class InTile, class OutTile>
  void run(const Step& step, InTile in, OutTile out) const {
    check_rows(step, in);
    check_outputs(step, in.rows(), out);
    const bool in_place = detail::check_overlap(Derived::type, in, out);
    detail::require_environment();
    const detail::FloatEnvironment environment;
    using Cell = std::conditional_t<std::is_same_v<InTile, InView<In>>, In, Out>;
    const detail::ViewSource<Cell> source{in};
    if (in_place) detail::run_tiles(step, source, detail::sink(out, true), tile_check(step));
    detail::run_tiles(step, source, detail::sink(out, false), tile_check(step));
  }

  template <class Step, class InTile>
  static void check_rows(const Step& step, InTile in) {
    detail::check_fitted(Derived::type, step.input_width());
    if constexpr (requires { in.numbers; }) {
      detail::check_same_rows(Derived::type, in.numbers.rows(), in.texts.rows());
      detail::check_memory(Derived::type, in.numbers, "input");
      detail::check_memory(Derived::type, in.texts, "input");
      detail::check_width(Derived::type, step.input_width(), in.cols(), "features");
      detail::check_width(Derived::type, step.input_layout().numbers(), in.numbers.cols(), "columns of numbers");
    } else {
      detail::check_memory(Derived::type, in, "input");
      detail::check_width(Derived::type, step.input_width(), in.cols(), "features");
    }
  }

  template <class Step, class OutTile>
  static void check_outputs(const Step& step, std::size_t rows, OutTile out) {
    if constexpr (requires { out.numbers; }) {
      detail::check_out(Derived::type, out.numbers, rows, step.output_layout().numbers());
      detail::check_out(Derived::type, out.texts, rows, step.output_layout().texts());
    } else {
      detail::check_out(Derived::type, out, rows, step.output_width());
    }
  }

  /// What a bare call demands of every tile: no infinity in or out, every cell mapped.
  template <class Step>
  auto tile_check(const Step& step) const {
    return [this, &step](auto in, auto out, std::size_t first, bool ok) {
      const auto numbers_in = detail::numbers_of(in);
      const auto numbers_out = detail::numbers_of(out);
      if (ok && all_finite(numbers_in) && all_finite(numbers_out)) [[likely]] return;
      if (const auto bad = detail::find_infinity(numbers_in)) this->fail_input(step, *bad, first);
      const auto made = detail::find_infinity(numbers_out);
      if (!ok || made) this->fail_step(step, in, first, made ? made->row : 0);
    };
  }

  template <class Step>
  [[noreturn]] void fail_input(const Step& step, const NonFinite& bad, std::size_t first) const {
    std::size_t column = bad.col;  // among the numbers
    if constexpr (requires { step.input_layout(); }) {
      const Layout& layout = step.input_layout();
      for (column = 0; layout.kind(column) != Kind::number || layout.slot(column) != bad.col;) ++column;
    }
    std::string column_name;
    if constexpr (HasSchema<Step>) column_name = step.schema().columns()[column].name;
    throw Error(ErrorInfo{.code = Errc::non_finite,
                          .where = std::string(Derived::type),
                          .what = "infinity in the input",
                          .row = static_cast<std::int64_t>(first + bad.row),
                          .column = static_cast<std::int64_t>(column),
                          .columns = static_cast<std::int64_t>(step.input_width()),
                          .column_name = std::move(column_name),
                          .expected = "a finite number or a missing value",
                          .got = bad.kind == NonFiniteKind::positive_infinity ? "inf" : "-inf"});
  }

  template <class Step, class InTile>
  [[noreturn]] void fail_step(const Step& step, InTile in, std::size_t first, std::size_t bad_row) const {
    if constexpr (std::is_same_v<Step, Derived>) {
      const auto names = input_names();
      for (std::size_t i = 0; i < in.rows(); ++i) {
        auto finding = step.diagnose(in.middle_rows(i, 1), names, {});
        if (finding && !finding->made_nan) detail::throw_finding(std::move(*finding), first + i);
      }
    }
    throw Error(ErrorInfo{.code = Errc::non_finite,
                          .where = std::string(Derived::type),
                          .what = "a value that cannot be mapped, or an infinite result",
                          .row = static_cast<std::int64_t>(first + bad_row)});
  }

  std::vector<std::string> input_names() const {
    if constexpr (HasSchema<Derived>) {
      return derived().schema().names();
    } else {
      return default_names(derived().input_width());
    }
  }

  /// The first output that is not finite although the cell it comes from is.
  std::optional<Finding> find_made(MatrixView<const In> row, MatrixView<const Out> out) const {
    for (std::size_t k = 0; k < out.cols(); ++k) {
      if (detail::is_finite(&out(0, k))) continue;
      const std::size_t j = derived().source_column(k);
      if (detail::is_nan(&out(0, k)) ? detail::is_nan(&row(0, j)) : detail::is_infinite(&row(0, j))) continue;
      return Finding{.code = Errc::non_finite,
                     .column = static_cast<std::int64_t>(j),
                     .what = explain(row, j, k),
                     .made_nan = detail::is_nan(&out(0, k))};
    }
    return std::nullopt;
  }

  std::string explain(MatrixView<const In> row, std::size_t j, std::size_t k) const {
    if constexpr (requires { derived().formula(row(0, j), j); }) {
      return derived().formula(row(0, j), j);
    } else {
      return "output " + std::to_string(k) + " is not finite for input " + detail::repr_text(double{row(0, j)});
    }
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI
