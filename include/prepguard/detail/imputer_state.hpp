// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/fit.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/representable.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/matrix.hpp"

namespace prepguard {

/// What replaces a missing cell.
enum class Strategy : std::uint8_t { mean, median, most_frequent, constant };
inline constexpr std::array<std::string_view, 4> strategy_names{"mean", "median", "most_frequent", "constant"};

/// Which cells count as missing: NaN, None (text only), or one given value.
enum class MissingMarker : std::uint8_t { nan, none, value };
inline constexpr std::array<std::string_view, 3> missing_marker_names{"nan", "none", "value"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A cell value as options hold it.
template <class Cell>
using OptionValue = std::conditional_t<std::is_same_v<Cell, Text>, std::string, double>;

/// How a SimpleImputer is fitted.
template <class Cell>
struct ImputerOptions {
  Strategy strategy = std::is_same_v<Cell, Text> ? Strategy::most_frequent : Strategy::mean;
  MissingMarker missing = MissingMarker::nan;
  OptionValue<Cell> missing_value{};  ///< with MissingMarker::value
  OptionValue<Cell> fill_value{};     ///< with Strategy::constant
  bool add_indicator = false;         ///< append a 0/1 column for every column that missed values in training
  bool keep_empty_features = false;   ///< keep columns that were missing altogether, filled with 0 or ""
};

template <class Cell>
void check_options(std::string_view where, const ImputerOptions<Cell>& options) {
  const auto require = [&](bool holds, const char* what) {
    if (!holds) throw Error(Errc::bad_parameter, std::string(where), what);
  };
  if constexpr (std::is_same_v<Cell, Text>) {
    require(options.strategy == Strategy::most_frequent || options.strategy == Strategy::constant,
            "text has no mean or median");
    require(!options.add_indicator, "an indicator beside text would mix numbers and text in one block");
  } else {
    require(options.missing != MissingMarker::none, "numbers are never None; NaN marks them missing");
    require(is_finite(&options.fill_value) && is_finite(&options.missing_value), "expected finite option values");
  }
}

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

/// The value in the middle of sorted numbers; of two the mean, in `T` as numpy computes it, without its overflow.
template <Number T>
T median_of_sorted(const std::vector<T>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  const T low = sorted[middle - 1], high = sorted[middle];
  const T mean = divide(add(low, high), T{2});
  return is_infinite(&mean) ? add(divide(low, T{2}), divide(high, T{2})) : mean;
}

/// The most frequent of sorted values, of several the first.
template <class V>
V mode_of_sorted(const std::vector<V>& sorted) {
  std::size_t best = 0, best_count = 0;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t last = first;
    while (last < sorted.size() && !(sorted[first] < sorted[last])) ++last;
    if (last - first > best_count) {
      best = first;
      best_count = last - first;
    }
    first = last;
  }
  return sorted[best];
}

/// The fitted state of an imputer, the same whether it reads numbers or text.
struct ImputerState {
  Strategy strategy_ = Strategy::mean;
  MissingMarker missing_ = MissingMarker::nan;
  Array sentinel_{};                        ///< the marker if it is a value, else empty
  Array fill_{};                            ///< one a column; missing where the column is dropped
  std::vector<std::int64_t> indicator_{};   ///< columns that get an indicator output, ascending

  friend bool operator==(const ImputerState&, const ImputerState&) = default;

  std::size_t kept_count() const {
    std::size_t count = 0;
    for (std::size_t j = 0; j < fill_.size(); ++j) count += fill_.missing(j) == Missing::no ? 1U : 0U;
    return count;
  }

  template <class Cell>
  void check(const Place& at, std::size_t width) const {
    constexpr bool text = std::is_same_v<Cell, Text>;
    const bool has_sentinel = missing_ == MissingMarker::value;
    (at / "missing").require(text || missing_ != MissingMarker::none, "nan or value for numbers", "none");
    (at / "sentinel").require_count(sentinel_.size(), has_sentinel ? 1 : 0);
    (at / "sentinel" / "dtype").require(sentinel_.is_text() == text, text ? "string" : "numbers", name(sentinel_.dtype()));
    (at / "sentinel").require(!has_sentinel || sentinel_.missing(0) == Missing::no, "a value", "a missing one");
    if constexpr (!text) {
      // A marker that is no value of the cells' type would never be met, or be met by its neighbour.
      const bool exact = !has_sentinel || representable<Cell>(sentinel_, 0);
      (at / "sentinel" / "values").require(exact, "a value that is exact in " + std::string(name(dtype_of<Cell>)), "another");
    }
    (at / "fill").require_count(fill_.size(), width);
    (at / "fill" / "dtype").require(text ? fill_.is_text() : fill_.is_real(), text ? "string" : "float32 or float64",
                                    name(fill_.dtype()));
    for (std::size_t j = 0; j < fill_.size(); ++j) {
      (at / "fill" / "none").require(fill_.missing(j) != Missing::none, "no None", "column " + std::to_string(j));
    }
    (at / "strategy").require(!text || strategy_ == Strategy::most_frequent || strategy_ == Strategy::constant,
                              "most_frequent or constant for text", strategy_names[static_cast<std::size_t>(strategy_)]);
    (at / "indicator").require(!text || indicator_.empty(), "no indicator beside text", "some");
    for (std::size_t k = 0; k < indicator_.size(); ++k) {
      const bool inside = indicator_[k] >= 0 && indicator_[k] < static_cast<std::int64_t>(width);
      if (inside && (k == 0 || indicator_[k - 1] < indicator_[k])) continue;
      (at / "indicator")[k].fail("ascending column positions", std::to_string(indicator_[k]));
    }
  }
};

/// What one column of training rows gives.
template <class Cell>
struct ColumnFill {
  std::vector<OptionValue<Cell>> present{};  // sorted
  std::size_t missing = 0;
};

/// Sorts the present cells of column `j`; `is_marked` tells the missing ones.
template <class Cell, class IsMarked>
ColumnFill<Cell> split_column(MatrixView<const Cell> rows, std::size_t j, IsMarked&& is_marked) {
  ColumnFill<Cell> column;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (is_marked(&rows(i, j))) {
      ++column.missing;
    } else if constexpr (std::is_same_v<Cell, Text>) {
      column.present.emplace_back(rows(i, j).view());
    } else {
      column.present.push_back(double{rows(i, j)});
    }
  }
  std::sort(column.present.begin(), column.present.end(), comes_before<OptionValue<Cell>>);
  return column;
}

/// What replaces the missing cells of a column that has others.
template <class Cell>
OptionValue<Cell> fill_of(const ColumnFill<Cell>& column, Strategy strategy) {
  if (strategy == Strategy::most_frequent) return mode_of_sorted(column.present);
  if constexpr (Number<Cell>) {
    if (strategy == Strategy::median) {
      std::vector<Cell> values;
      for (const double value : column.present) values.push_back(static_cast<Cell>(value));
      return double{median_of_sorted(values)};
    }
    ExactMoments moments;
    moments.add(column.present.data(), 1, column.present.size());
    return *moments.mean();
  } else {
    return {};  // text has no other strategy that looks at the cells
  }
}

/// The fills of all columns in the type they are stored in (medians and constants are cells); missing where dropped.
template <class Cell>
Array fill_array(std::vector<OptionValue<Cell>> fills, const std::vector<bool>& dropped, Strategy strategy) {
  if constexpr (Number<Cell>) {
    const bool are_cells = strategy == Strategy::median || strategy == Strategy::constant;
    for (std::size_t j = 0; j < fills.size(); ++j) {
      if (are_cells) fills[j] = double{round_to<Cell>(fills[j])};
      if (dropped[j]) store_nan(&fills[j]);
    }
    return Array(std::move(fills), are_cells ? dtype_of<Cell> : DType::float64);
  } else {
    Array::Texts texts(fills.begin(), fills.end());
    for (std::size_t j = 0; j < texts.size(); ++j) {
      if (dropped[j]) texts[j] = OwnedText(Text(Missing::nan));
    }
    return Array(std::move(texts));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
