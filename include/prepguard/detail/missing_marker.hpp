// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/fit.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/representable.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard {

/// Which cells count as missing: NaN, None (text only), or one given value.
enum class MissingMarker : std::uint8_t { nan, none, value };
inline constexpr std::array<std::string_view, 3> missing_marker_names{"nan", "none", "value"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A cell value as options hold it.
template <class Cell>
using OptionValue = std::conditional_t<std::is_same_v<Cell, Text>, std::string, double>;

/// One value as an array of the format.
template <class Cell>
Array array_of(const OptionValue<Cell>& value) {
  if constexpr (std::is_same_v<Cell, Text>) {
    return Array(Array::Texts{OwnedText(value)});
  } else {
    return Array(Array::Reals{double{round_to<Cell>(value)}}, dtype_of<Cell>);
  }
}

template <class Cell>
Array empty_array() {
  if constexpr (std::is_same_v<Cell, Text>) {
    return Array(Array::Texts{});
  } else {
    return Array();
  }
}

/// What marks a missing cell: state that several steps share.
struct MarkerState {
  MissingMarker missing_ = MissingMarker::nan;
  Array sentinel_{};  ///< the marker if it is a value, else empty

  friend bool operator==(const MarkerState&, const MarkerState&) = default;

  /// Throws bad_parameter for a marker that cells of this kind cannot have.
  template <class Cell>
  void set_marker(std::string_view where, MissingMarker missing, const OptionValue<Cell>& value) {
    if constexpr (Number<Cell>) {
      const char* problem = missing == MissingMarker::none ? "numbers are never None; NaN marks them missing"
                            : is_finite(&value)            ? nullptr
                                                           : "expected a finite missing_value";
      if (problem != nullptr) throw Error(Errc::bad_parameter, std::string(where), problem);
    }
    missing_ = missing;
    sentinel_ = missing == MissingMarker::value ? array_of<Cell>(value) : empty_array<Cell>();
  }

  template <class Cell>
  void check_marker(const Place& at) const {
    constexpr bool text = std::is_same_v<Cell, Text>;
    const bool has_sentinel = missing_ == MissingMarker::value;
    (at / "missing").require(text || missing_ != MissingMarker::none, "nan or value for numbers", "none");
    (at / "sentinel").require_count(sentinel_.size(), has_sentinel ? 1 : 0);
    (at / "sentinel" / "dtype")
        .require(sentinel_.is_text() == text, text ? "string" : "numbers", name(sentinel_.dtype()));
    (at / "sentinel")
        .require(!has_sentinel || sentinel_.missing(0) == Missing::no, "a value", "a missing one");
    if constexpr (!text) {
      // A marker that is no value of the cells' type would never be met, or be met by its neighbour.
      const bool exact = !has_sentinel || representable<Cell>(sentinel_, 0);
      (at / "sentinel" / "values")
          .require(exact, "a value that is exact in " + std::string(name(dtype_of<Cell>)), "another");
    }
  }

  bool is_marked(const Text* cell) const noexcept {
    if (missing_ == MissingMarker::value) return *cell == Text(sentinel_.texts()[0]);
    return cell->missing() == (missing_ == MissingMarker::nan ? Missing::nan : Missing::none);
  }
  template <Number T>
  bool is_marked(const T* cell) const noexcept {
    if (missing_ == MissingMarker::nan || is_nan(cell)) return missing_ == MissingMarker::nan && is_nan(cell);
    return double{*cell} == sentinel_.real(0);
  }

  /// scikit-learn accepts NaN only where it is the marker.
  bool refuses(const Text* cell) const noexcept {
    return missing_ != MissingMarker::nan && cell->missing() == Missing::nan;
  }
  template <Number T>
  bool refuses(const T* cell) const noexcept {
    return missing_ != MissingMarker::nan && is_nan(cell);
  }

  /// Whether a missing cell that is spelled so is what the marker names, or is refused. A None that is not
  /// the marker is a value like others.
  bool marks(MissingFlow flow) const noexcept {
    return (flow == MissingFlow::nan && missing_ == MissingMarker::nan) ||
           (flow == MissingFlow::none && missing_ == MissingMarker::none);
  }
  bool refuses(MissingFlow flow) const noexcept {
    return flow == MissingFlow::refused || (flow == MissingFlow::nan && missing_ != MissingMarker::nan);
  }

  /// What `refuses` says no to, in words.
  static constexpr std::string_view refused_text = "NaN, although this step's missing value is another";

  /// The first refused cell of a row.
  template <class Cell>
  Finding refused_cell(const MatrixView<const Cell>& row) const {
    std::size_t j = 0;
    while (j + 1 < row.cols() && !refuses(&row(0, j))) ++j;
    return {.code = Errc::non_finite,
            .column = static_cast<std::int64_t>(j),
            .what = std::string(refused_text),
            .advice = "send missing values as in training"};
  }

  /// Hands the cells that are neither marked nor refused to `give(cells, count)`, some hundred at once, and
  /// returns how many are marked. Throws cannot_fit for a refused one.
  template <class Cell, class Give>
  std::uint64_t split(std::string_view where, std::size_t j, const Cell* x, std::ptrdiff_t stride,
                      std::size_t n, Give&& give) const {
    std::array<Cell, 256> present;
    std::size_t count = 0;
    std::uint64_t marked = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const Cell* cell = x + static_cast<std::ptrdiff_t>(i) * stride;
      if (refuses(cell)) fail_fit(where, j, std::string(refused_text), "replace it by the missing value");
      if (is_marked(cell)) {
        ++marked;
        continue;
      }
      present[count++] = *cell;
      if (count == present.size()) give(present.data(), std::exchange(count, 0));
    }
    if (count != 0) give(present.data(), count);
    return marked;
  }

  /// A marked cell, for self-test rows made from the state.
  OwnedText marked_text() const {
    if (missing_ == MissingMarker::value) return sentinel_.texts()[0];
    return OwnedText(Text(missing_ == MissingMarker::none ? Missing::none : Missing::nan));
  }
  double marked_number() const {
    double cell = 0;
    if (missing_ == MissingMarker::value) {
      cell = sentinel_.real(0);
    } else {
      store_nan(&cell);
    }
    return cell;
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
