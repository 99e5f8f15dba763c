// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/fit.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/health.hpp"

namespace prepguard {

/// How often a category must have been seen to be frequent: in so many rows, or in such a share of all rows
/// (between 0 and 1). None by default.
struct MinFrequency {
  std::int64_t rows = 0;
  double share = 0.0;

  constexpr MinFrequency() noexcept = default;
  template <std::integral I>
  constexpr MinFrequency(I least_rows) noexcept : rows(static_cast<std::int64_t>(least_rows)), given_(true) {}
  constexpr MinFrequency(double least_share) noexcept : share(least_share), given_(true) {}

  constexpr bool given() const noexcept { return given_; }
  constexpr bool valid() const noexcept { return !given_ || rows >= 1 || (share > 0.0 && share < 1.0); }

 private:
  bool given_ = false;
};

}  // namespace prepguard

// How encoders learn the categories of a column.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The categories of a column and how many rows each had.
struct CountedCategories {
  Array categories{};
  std::vector<std::uint64_t> rows{};
};

[[noreturn]] inline void fail_option(std::string_view where, std::string what) {
  throw Error(Errc::bad_parameter, std::string(where), std::move(what));
}

/// Refuses options that no data could make possible.
template <class Cell, class Options>
void check_category_options(std::string_view where, const Options& options) {
  if (!options.min_frequency.valid())
    fail_option(where, "min_frequency: expected rows >= 1 or a share between 0 and 1");
  if (options.max_categories && *options.max_categories < 1)
    fail_option(where, "max_categories: expected at least 1");
  try {
    for (std::size_t j = 0; j < options.categories.size(); ++j) {
      const Place list(where);
      check_categories<Cell>((list / "categories")[j], options.categories[j], false);
    }
  } catch (const Error& error) {
    ErrorInfo info = error.info();
    info.code = Errc::bad_parameter;
    throw Error(std::move(info));
  }
}

/// The distinct values of a column: sorted, -0.0 and 0.0 once; None after them, NaN last (numpy's order for
/// both).
template <class Cell>
CountedCategories learned_categories(std::size_t j, const ColumnValues<Cell>& column, FitHealth& health) {
  std::vector<std::uint64_t> rows;
  std::vector<std::conditional_t<Number<Cell>, double, OwnedText>> values;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if constexpr (Number<Cell>) {
      const double value = column.value(i);
      if (!values.empty() && !(values.back() < value)) {
        health.add(FitIssue::collision, j, "-0.0 and 0.0 are one category");
        rows.back() += column.frequency(i);
        continue;
      }
    }
    values.emplace_back(column.value(i));
    rows.push_back(column.frequency(i));
  }
  const auto add_missing = [&](Missing how, std::uint64_t seen) {
    if (seen == 0) return;
    rows.push_back(seen);
    if constexpr (Number<Cell>) {
      store_nan(&values.emplace_back());
    } else {
      values.emplace_back(Text(how));
    }
  };
  add_missing(Missing::none, column.none());
  add_missing(Missing::nan, column.nan());
  if constexpr (Number<Cell>) {
    return {Array(std::move(values), dtype_of<Cell>), std::move(rows)};
  } else {
    return {Array(std::move(values)), std::move(rows)};
  }
}

/// The rows of every given category. What is not among them is `cannot_fit` unless the encoder allows unknown
/// ones.
template <class Cell>
CountedCategories given_categories(std::string_view where, std::size_t j, const ColumnValues<Cell>& column,
                                   const Array& given, bool allows_unknown) {
  const CategoryIndex<Cell> index(given);
  std::vector<std::uint64_t> rows(given.size(), 0);
  const auto count = [&](const Cell& cell, std::uint64_t seen) {
    const std::int32_t at = seen == 0 ? -1 : index.find(&cell);
    if (at >= 0) rows[static_cast<std::size_t>(at)] += seen;
    if (at >= 0 || seen == 0 || allows_unknown) return;
    fail_fit(where, j, shown(cell) + " is not among the given categories (" + list_of(given) + ")",
             "give it, or allow unknown categories by handle_unknown");
  };
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto& value = column.value(i);
    count(Cell(value), column.frequency(i));
  }
  if constexpr (Number<Cell>) {
    Cell nan{};
    store_nan(&nan);
    count(nan, column.nan());
  } else {
    count(Text(Missing::none), column.none());
    count(Text(Missing::nan), column.nan());
  }
  return {given, std::move(rows)};
}

/// Positions of the infrequent categories, by scikit-learn's rules: fewer rows than the minimum; then, if
/// more than `most` outputs are left (the group counts, even if it is empty), all but the `most - 1` most
/// frequent ones. Of equally frequent ones the later are kept.
inline std::vector<std::int64_t> infrequent_positions(const std::vector<std::uint64_t>& rows,
                                                      std::uint64_t all_rows, const MinFrequency& least,
                                                      std::optional<std::int64_t> most) {
  const double share = multiply(static_cast<double>(all_rows), least.share);
  std::vector<bool> rare(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rare[i] = least.rows > 0 ? rows[i] < static_cast<std::uint64_t>(least.rows)
                             : least.given() && static_cast<double>(rows[i]) < share;
  }
  const auto left = static_cast<std::int64_t>(1 + std::count(rare.begin(), rare.end(), false));
  if (most && *most < left) {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rows[a] < rows[b]; });
    const std::size_t kept = std::min(rows.size(), static_cast<std::size_t>(*most - 1));
    for (std::size_t k = 0; k + kept < order.size(); ++k) rare[order[k]] = true;
  }
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < rare.size(); ++i) {
    if (rare[i]) positions.push_back(static_cast<std::int64_t>(i));
  }
  return positions;
}

/// Notes categories that a float cannot tell apart, so that nobody is surprised that the file does not load
/// as one.
inline void note_collisions(std::size_t j, const Array& categories, FitHealth& health) {
  if (categories.dtype() != DType::float64) return;
  for (std::size_t i = 1; i < categories.size(); ++i) {
    const double a = categories.real(i - 1), b = categories.real(i);
    if (is_nan(&a) || is_nan(&b) || round_to<float>(a) != round_to<float>(b)) continue;
    health.add(FitIssue::collision, j, repr_text(a) + " and " + repr_text(b) + " are one category as float");
    return;
  }
}

/// What a column shows under the options of an encoder. `nan_apart`: NaN has a code of its own and is never
/// infrequent.
template <class Cell, class Options>
EncodedColumn learn_categories(std::string_view where, std::size_t j, const ColumnValues<Cell>& column,
                               const Options& options, bool allows_unknown, bool nan_apart,
                               FitHealth& health) {
  CountedCategories learned = options.categories.empty()
                                  ? learned_categories(j, column, health)
                                  : given_categories(where, j, column, options.categories[j], allows_unknown);
  std::vector<std::uint64_t> rows = learned.rows;
  std::size_t nan_at = rows.size();
  for (std::size_t i = 0; nan_apart && i < rows.size(); ++i) {
    if (learned.categories.missing(i) == Missing::nan) nan_at = i;
  }
  if (nan_at < rows.size()) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(nan_at));
  EncodedColumn made{
      std::move(learned.categories),
      infrequent_positions(rows, column.cells(), options.min_frequency, options.max_categories)};
  for (std::int64_t& position : made.infrequent)
    position += position >= static_cast<std::int64_t>(nan_at) ? 1 : 0;
  if (made.categories.size() == 1) {
    health.add(FitIssue::constant, j, "the only category is " + python_text(made.categories, 0));
  }
  note_collisions(j, made.categories, health);
  return made;
}

/// One list of categories a column, or none at all.
template <class Options>
void check_category_lists(std::string_view where, const Options& options, std::size_t width) {
  if (options.categories.empty() || options.categories.size() == width) return;
  fail_option(where, "categories: expected one list for each of " + std::to_string(width) + " columns, got " +
                         std::to_string(options.categories.size()));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
