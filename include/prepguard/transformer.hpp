// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/error.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/text.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Which arithmetic a fitted step replays (docs/numerics.md).
enum class Contract : std::uint8_t {
  sklearn_float64_coefficients,  ///< statistics keep their type; the wider of both types operates
  sklearn_float32_coefficients,  ///< statistics are first rounded to the type of the data
  keras,                         ///< everything in float32
  native,                        ///< fitted here; transforms like the first
};

inline constexpr std::array<std::string_view, 4> contract_names{"sklearn_float64_coefficients",
                                                                "sklearn_float32_coefficients", "keras", "native"};

/// A scalar that numeric cells may have.
template <class T>
concept Number = std::same_as<T, float> || std::same_as<T, double>;

/// The cell kind of blocks that hold numbers `T` and text side by side.
template <Number T>
struct Mixed {};

/// Rows whose columns are numbers and texts: two views with the same number of rows. `T` may be const.
template <class T>
struct MixedView {
  using TextCell = std::conditional_t<std::is_const_v<T>, const Text, Text>;

  MatrixView<T> numbers{};
  MatrixView<TextCell> texts{};

  MixedView() = default;
  MixedView(const MatrixView<T>& number_cells, const MatrixView<TextCell>& text_cells) noexcept
      : numbers(number_cells), texts(text_cells) {}
  /// Rows that are all numbers.
  template <class M>
    requires std::convertible_to<M, MatrixView<T>>
  MixedView(M&& all_numbers) noexcept : numbers(std::forward<M>(all_numbers)), texts(nullptr, numbers.rows(), 0) {}
  template <class U>
    requires(std::is_const_v<T> && std::same_as<U, std::remove_const_t<T>>)
  MixedView(const MixedView<U>& other) noexcept
      : numbers(other.numbers), texts(other.texts) {}

  std::size_t rows() const noexcept { return numbers.rows(); }
  std::size_t cols() const noexcept { return numbers.cols() + texts.cols(); }
  MixedView middle_rows(std::size_t first, std::size_t count) const noexcept {
    return {numbers.middle_rows(first, count), texts.middle_rows(first, count)};
  }
};

namespace detail {
template <class Cell>
struct Views {
  using In = MatrixView<const Cell>;
  using Out = MatrixView<Cell>;
};
template <class T>
struct Views<Mixed<T>> {
  using In = MixedView<const T>;
  using Out = MixedView<T>;
};
}  // namespace detail

namespace detail {
/// The columns of bare rows: those of numbers, then those of text.
template <class T>
Layout layout_of(const MixedView<T>& rows) {
  std::vector<Kind> kinds(rows.numbers.cols(), Kind::number);
  kinds.resize(rows.cols(), Kind::text);
  return Layout(std::move(kinds));
}
}  // namespace detail

/// What a step reads (`InView`) and writes (`OutView`) for cells of kind `Cell`: `T`, `Text` or `Mixed<T>`.
template <class Cell>
using InView = typename detail::Views<Cell>::In;
template <class Cell>
using OutView = typename detail::Views<Cell>::Out;

/// What a step says of a tile that it has transformed. A step of your own may say no more than a bool, whether it could map
/// every cell: what is not proven on the way is looked at afterwards.
struct Applied {
  bool mapped = true;           ///< every cell was; if not, `diagnose` says which was not
  bool finite_in = false;       ///< proven: all numbers that came in are finite
  bool infinity_free = false;   ///< proven: none of those is infinite
  bool finite_out = false;      ///< proven: all numbers that went out are finite

  constexpr Applied(bool all_mapped) noexcept : mapped(all_mapped) {}
  constexpr Applied(bool all_mapped, bool in, bool no_infinity, bool out) noexcept
      : mapped(all_mapped), finite_in(in), infinity_free(in || no_infinity), finite_out(out) {}
  /// Of arithmetic with finite statistics, whose results are only finite where the cells are.
  static constexpr Applied arithmetic(bool finite) noexcept { return {true, finite, finite, finite}; }
  /// Of a step that replaces NaN and copies the rest: an infinity would have come out.
  static constexpr Applied replacement(bool finite) noexcept { return {true, false, finite, finite}; }
  /// Of a step whose results are finite whatever comes in.
  static constexpr Applied bounded(bool all_mapped) noexcept { return {all_mapped, false, false, true}; }

  constexpr operator bool() const noexcept { return mapped; }
};

/// What a missing value in the input means for a cell further down: the cell is there all the same (`never` missing),
/// it is missing too, spelled NaN or None, or a step refuses the value or hides it where it should be replaced.
enum class MissingFlow : std::uint8_t { never, nan, none, refused };

/// The first thing that went wrong when one row was replayed step by step.
struct Finding {
  Errc code{};
  std::string step{};         ///< path of the step, e.g. `num.scale (standard_scaler)`
  std::int64_t column = -1;   ///< column of that step's input
  std::string column_name{};  ///< its name
  std::string what{};         ///< "unknown category \"Paris\"", "(1.2e308 - 4201.75) / 0.51 overflows"
  std::string expected{};
  std::string advice{};
  bool made_nan = false;      ///< a step turned a number into NaN: its statistic is undefined
};

/// Something fitted that maps rows to rows. Scalers, encoders, pipelines and loaded files all are; guard, file and
/// nesting are written once against this concept. All operations are const and may run on many threads at once.
///
/// * `Scalar`, `Input`, `Output`: the scalar type and the cell kinds (`T`, `Text` or `Mixed<T>`)
/// * `input_width()`, `output_width()`: columns in and out; 0 if not fitted
/// * `apply(in, out)`: the bare arithmetic on one tile: shapes are right, cells of a row lie side by side, `in` may
///   be `out`. False if some cell cannot be mapped (unknown category, refused NaN); `diagnose` then says which. A bool, or
///   Applied, which may say more.
/// * `feature_names_out(names)`, `missing_flow(in)`, `diagnose(row, names, path)`: names, missing values, failures
template <class S>
concept Transformer =
    std::copyable<S> && requires(const S& step, InView<typename S::Input> in, OutView<typename S::Output> out,
                                 std::vector<std::string> names, std::vector<MissingFlow> flow, std::string path) {
      requires Number<typename S::Scalar>;
      { step.input_width() } -> std::same_as<std::size_t>;
      { step.output_width() } -> std::same_as<std::size_t>;
      { step.apply(in, out) } -> std::convertible_to<Applied>;
      { step.transform(in, out) };
      { step.feature_names_out(names) } -> std::same_as<std::vector<std::string>>;
      { step.missing_flow(flow) } -> std::same_as<std::vector<MissingFlow>>;
      { step.diagnose(in, names, path) } -> std::same_as<std::optional<Finding>>;
    };

/// A transformer that can learn its state from rows.
template <class S>
concept Estimator = Transformer<S> && requires(S& step, InView<typename S::Input> rows) {
  { step.fit(rows) } -> std::same_as<S&>;
};

/// A transformer whose effect can be undone (`inverse_transform`). Where that depends on what it holds (a pipeline out of
/// a file, a column transformer that drops columns), `no_inverse(path)` says what stands in the way, or nothing.
template <class S>
concept Invertible =
    Transformer<S> && requires(const S& step, InView<typename S::Output> in, OutView<typename S::Input> out) {
      { step.invert(in, out) } -> std::same_as<bool>;
    };

namespace detail {

/// In words: the step at `path` (empty: the outermost one) cannot be undone, perhaps with the reason.
inline std::string without_inverse(const std::string& path, std::string_view type, const std::string& reason = {}) {
  std::string text = path.empty() ? std::string(type) : "step \"" + path + "\" (" + std::string(type) + ')';
  return text + " has no inverse" + (reason.empty() ? "" : ": ") + reason;
}

/// What keeps the fitted `step` at `path` from being undone; empty if nothing does.
template <Transformer S>
std::string no_inverse(const S& step, const std::string& path) {
  if constexpr (!Invertible<S>) {
    return without_inverse(path, S::type);
  } else if constexpr (requires { step.no_inverse(path); }) {
    return step.no_inverse(path);
  } else {
    return {};
  }
}

}  // namespace detail

/// A transformer that knows its input columns by name and therefore takes a `Table`.
template <class S>
concept HasSchema = requires(const S& step) {
  { step.schema() } -> std::convertible_to<const Schema&>;
};

/// A transformer that knows what its model was trained to predict (target.hpp). Where `target().scales()`, training
/// transformed it by `target().step<U>()`, and a guard undoes that to outputs of type `U`.
template <class S>
concept HasTarget = requires(const S& step) {
  { step.target().scales() } -> std::same_as<bool>;
  { step.target().names() } -> std::convertible_to<const std::vector<std::string>&>;
  step.target().template step<float>();
  step.target().template step<double>();
};

/// Names for columns that have none: x0, x1, ...
inline std::vector<std::string> default_names(std::size_t width) {
  std::vector<std::string> names;
  for (std::size_t j = 0; j < width; ++j) names.emplace_back(1, 'x') += std::to_string(j);
  return names;
}

}  // namespace prepguard::inline PREPGUARD_ABI
