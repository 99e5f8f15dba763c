// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/scratch_block.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/table.hpp"
#include "prepguard/transformer.hpp"

// What a call of a transformer without a guard demands of its arguments and of every tile, and how it fails.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The bare numbers of a tile, whatever else it holds.
template <class T>
const MatrixView<T>& numbers_of(const MatrixView<T>& tile) noexcept {
  return tile;
}
template <class T>
const MatrixView<T>& numbers_of(const MixedView<T>& tile) noexcept {
  return tile.numbers;
}
/// A tile of texts holds no numbers; an empty view keeps the callers free of cases.
template <class T>
  requires std::same_as<std::remove_const_t<T>, Text>
MatrixView<const double> numbers_of(const MatrixView<T>&) noexcept {
  return {};
}

/// The first infinity of `cells` in row order, if there is one; NaN is passed over.
template <class T>
std::optional<NonFinite> find_infinity(MatrixView<T> cells) noexcept {
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
  bool apply(const In& in, const Out& out) const {
    return step.invert(in, out);
  }
  /// Whether one row of features cannot be undone.
  template <class In>
  std::optional<Finding> diagnose(const In& row, const std::vector<std::string>&, const std::string&) const {
    ScratchFrame frame;
    const auto out = scratch_input(frame, step, 1);
    const bool ok = step.invert(row, out);
    if (ok && !find_infinity(numbers_of(out))) return std::nullopt;
    return Finding{.code = Errc::non_finite,
                   .step = "inverse of " + std::string(Step::type),
                   .what = ok ? "the result is infinite" : "features that cannot be mapped back to cells"};
  }
};
template <class Step>
InverseOf(const Step&) -> InverseOf<Step>;  // compilers before P1816 do not deduce it

/// Refuses to undo what holds a step that cannot be undone.
template <class Step>
void check_inverse(const Step& step) {
  check_fitted(Step::type, step.input_width());
  std::string reason = no_inverse(step, {});
  if (reason.empty()) return;
  throw Error(Errc::bad_parameter, "fitted " + std::string(Step::type), std::move(reason));
}

/// Refuses rows that are not what `step` was fitted for.
template <class Step, class InTile>
void check_rows(std::string_view where, const Step& step, const InTile& in) {
  check_fitted(where, step.input_width());
  if constexpr (requires { in.numbers; }) {
    check_same_rows(where, in.numbers.rows(), in.texts.rows());
    check_memory(where, in.numbers, "input");
    check_memory(where, in.texts, "input");
    check_width(where, step.input_width(), in.cols(), "features");
    check_width(where, step.input_layout().numbers(), in.numbers.cols(), "columns of numbers");
  } else {
    check_memory(where, in, "input");
    check_width(where, step.input_width(), in.cols(), "features");
  }
}

/// Refuses an output of another shape than `step` makes of `rows` rows.
template <class Step, class OutTile>
void check_outputs(std::string_view where, const Step& step, std::size_t rows, const OutTile& out) {
  if constexpr (requires { out.numbers; }) {
    check_out(where, out.numbers, rows, step.output_layout().numbers());
    check_out(where, out.texts, rows, step.output_layout().texts());
  } else {
    check_out(where, out, rows, step.output_width());
  }
}

/// Refuses an output that shares memory with a column of the table it is made from.
template <class OutTile>
void check_apart(std::string_view where, const Table& table, const OutTile& out) {
  const auto share = [](const ByteRange& a, const ByteRange& b) { return a.first < b.last && b.first < a.last; };
  ByteRange numbers, texts;
  if constexpr (requires { out.numbers; }) {
    numbers = byte_range(out.numbers), texts = byte_range(out.texts);
  } else {
    numbers = byte_range(out);
  }
  for (const TableColumn& column : table.columns()) {
    const ByteRange cells = std::visit(
        [](const auto& values) { return byte_range(MatrixView(values.data(), values.size(), std::size_t{1})); },
        column.values);
    if (share(cells, numbers) || share(cells, texts))
      fail_shape(where, "the output shares memory with column \"" + column.name + '"', "use other memory");
  }
}

/// What a bare call demands of every tile: no infinity in or out, every cell mapped. `run_tiles` calls it.
template <class Step>
struct BareCheck {
  const Step& step;
  std::string_view type;

  template <class In, class Out>
  void operator()(const In& in, const Out& out, std::size_t first, const Applied& applied) const {
    const auto& numbers_in = numbers_of(in);
    const auto& numbers_out = numbers_of(out);
    const bool good_in = applied.infinity_free || all_finite(numbers_in);
    if (applied.mapped && good_in && (applied.finite_out || all_finite(numbers_out))) [[likely]] return;
    if (!good_in) {
      if (const auto bad = find_infinity(numbers_in)) fail_input(*bad, first);
    }
    const auto made = find_infinity(numbers_out);
    if (!applied.mapped || made) fail_step(in, first, made ? made->row : 0);
  }

 private:
  [[noreturn]] void fail_input(const NonFinite& bad, std::size_t first) const {
    std::size_t column = bad.col;  // among the numbers
    if constexpr (requires { step.input_layout(); }) {
      const Layout& layout = step.input_layout();
      for (column = 0; layout.kind(column) != Kind::number || layout.slot(column) != bad.col;) ++column;
    }
    std::string column_name;
    if constexpr (HasSchema<Step>) column_name = step.schema().columns()[column].name;
    throw Error(ErrorInfo{.code = Errc::non_finite,
                          .where = std::string(type),
                          .what = "infinity in the input",
                          .row = static_cast<std::int64_t>(first + bad.row),
                          .column = static_cast<std::int64_t>(column),
                          .columns = static_cast<std::int64_t>(step.input_width()),
                          .column_name = std::move(column_name),
                          .expected = "a finite number or a missing value",
                          .got = bad.kind == NonFiniteKind::positive_infinity ? "inf" : "-inf"});
  }

  template <class In>
  [[noreturn]] void fail_step(const In& in, std::size_t first, std::size_t bad_row) const {
    if constexpr (requires { step.diagnose(in, std::vector<std::string>(), std::string()); }) {
      const auto names = input_names();
      for (std::size_t i = 0; i < in.rows(); ++i) {
        auto finding = step.diagnose(in.middle_rows(i, 1), names, {});
        if (finding && !finding->made_nan) throw_finding(std::move(*finding), first + i);
      }
    }
    throw Error(ErrorInfo{.code = Errc::non_finite,
                          .where = std::string(type),
                          .what = "a value that cannot be mapped, or an infinite result",
                          .row = static_cast<std::int64_t>(first + bad_row)});
  }

  std::vector<std::string> input_names() const {
    if constexpr (HasSchema<Step>) {
      return step.schema().names();
    } else {
      return default_names(step.input_width());
    }
  }
};
template <class Step>
BareCheck(const Step&, std::string_view) -> BareCheck<Step>;

}  // namespace prepguard::inline PREPGUARD_ABI::detail
