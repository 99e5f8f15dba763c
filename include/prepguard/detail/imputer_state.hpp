// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/indicator_state.hpp"
#include "prepguard/detail/missing_marker.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/matrix.hpp"

namespace prepguard {

/// What replaces a missing cell.
enum class Strategy : std::uint8_t { mean, median, most_frequent, constant };
inline constexpr std::array<std::string_view, 4> strategy_names{"mean", "median", "most_frequent",
                                                                "constant"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

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
    require(is_finite(&options.fill_value), "expected a finite fill_value");
  }
}

/// The fitted state of an imputer, the same whether it reads numbers or text.
struct ImputerState : MarkerState {
  Strategy strategy_ = Strategy::mean;
  Array fill_{};                           ///< one a column; missing where the column is dropped
  std::vector<std::int64_t> indicator_{};  ///< columns that get an indicator output, ascending

  friend bool operator==(const ImputerState&, const ImputerState&) = default;

  std::size_t kept_count() const {
    std::size_t count = 0;
    for (std::size_t j = 0; j < fill_.size(); ++j) count += fill_.missing(j) == Missing::no ? 1U : 0U;
    return count;
  }

  /// The cells that features came from, as far as indicators tell which were missing. False if a value is
  /// lost: that of a dropped column.
  template <Number T>
  bool put_back(const MatrixView<const T>& features, const MatrixView<T>& out) const {
    T marker = 0;
    if (missing_ == MissingMarker::value) marker = round_to<T>(sentinel_.real(0));
    if (missing_ != MissingMarker::value) store_nan(&marker);
    const std::size_t first = kept_count();
    bool ok = true;
    for (std::size_t i = 0; i < out.rows(); ++i) {
      std::size_t kept = 0, shown = 0;
      for (std::size_t j = 0; j < out.cols(); ++j) {
        const bool stays = fill_.missing(j) == Missing::no;
        const bool has = shown < indicator_.size() && indicator_[shown] == static_cast<std::int64_t>(j);
        const bool marked = has && (bits_of(&features(i, first + shown)) & FloatBits<T>::magnitude) != 0;
        std::memcpy(&out(i, j), marked || !stays ? &marker : &features(i, kept), sizeof(T));
        ok = ok && (marked || stays);
        kept += stays ? 1U : 0U;
        shown += has ? 1U : 0U;
      }
    }
    return ok;
  }
  /// Text has no indicators beside it.
  bool put_back(const MatrixView<const Text>&, const MatrixView<Text>&) const { return false; }

  /// What comes in of each column that goes out; indicators are exact.
  std::vector<std::int64_t> carried(const std::vector<std::int64_t>& columns) const {
    std::vector<std::int64_t> out;
    for (std::size_t j = 0; j < fill_.size(); ++j) {
      if (fill_.missing(j) == Missing::no) out.push_back(columns[j]);
    }
    out.resize(out.size() + indicator_.size(), 0);
    return out;
  }

  template <class Cell>
  void check(const Place& at, std::size_t width) const {
    constexpr bool text = std::is_same_v<Cell, Text>;
    check_marker<Cell>(at);
    (at / "fill").require_count(fill_.size(), width);
    (at / "fill" / "dtype")
        .require(text ? fill_.is_text() : fill_.is_real(), text ? "string" : "float32 or float64",
                 name(fill_.dtype()));
    for (std::size_t j = 0; j < fill_.size(); ++j) {
      (at / "fill" / "none")
          .require(fill_.missing(j) != Missing::none, "no None", "column " + std::to_string(j));
    }
    (at / "strategy")
        .require(!text || strategy_ == Strategy::most_frequent || strategy_ == Strategy::constant,
                 "most_frequent or constant for text", strategy_names[static_cast<std::size_t>(strategy_)]);
    (at / "indicator").require(!text || indicator_.empty(), "no indicator beside text", "some");
    check_positions(at / "indicator", indicator_, width);
  }
};

/// The fills of all columns in the type they are stored in (medians and constants are cells); missing where
/// dropped.
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
