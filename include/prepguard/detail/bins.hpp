// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/percentile.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard {

/// How a binned column is put out.
enum class Encode : std::uint8_t {
  ordinal,  ///< the number of the bin
  onehot,   ///< one output of 0 and 1 a bin; scikit-learn's onehot-dense too
};
inline constexpr std::array<std::string_view, 2> encode_names{"ordinal", "onehot"};

/// Where a fit puts the edges of the bins.
enum class BinStrategy : std::uint8_t {
  uniform,   ///< bins of one width
  quantile,  ///< bins of equally many values
};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The bins of one column: the edges between them, and the two around them where these are known.
struct BinnedColumn {
  Array inner{};
  Array outer{};

  std::size_t bins() const noexcept { return inner.size() + 1; }

  /// What stands for a bin when it is undone: its middle, computed in the type of the edges. Needs outer
  /// edges.
  double center(std::size_t bin) const {
    const double low = bin == 0 ? outer.real(0) : inner.real(bin - 1);
    const double high = bin == inner.size() ? outer.real(1) : inner.real(bin);
    if (inner.dtype() == DType::float64) return multiply(add(high, low), 0.5);
    return multiply(add(static_cast<float>(high), static_cast<float>(low)), 0.5F);
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("inner", self.inner);
    visit("outer", self.outer);
  }
  friend bool operator==(const BinnedColumn&, const BinnedColumn&) = default;
};

/// How many of the `count` ascending edges are at most `x`.
inline std::size_t edges_up_to(const double* edges, std::size_t count, double x) noexcept {
  std::size_t first = 0;
  while (count > 0) {
    const std::size_t half = count / 2;
    const bool above = edges[first + half] <= x;
    first = above ? first + half + 1 : first;
    count = above ? count - half - 1 : half;
  }
  return first;
}

/// numpy's linspace(low, high, bins + 1).
inline std::vector<double> even_edges(double low, double high, std::size_t bins) {
  const double step = divide(subtract(high, low), static_cast<double>(bins));
  std::vector<double> edges;
  for (std::size_t i = 0; i < bins; ++i) edges.push_back(add(multiply(static_cast<double>(i), step), low));
  edges.push_back(high);
  return edges;
}

/// The quantiles that divide a column into bins; those within 1e-8 of the one before are left out.
template <Number T>
std::vector<double> quantile_edges(const Ranks<T>& ranks, std::size_t bins) {
  std::vector<double> edges;
  double last = 0;
  for (const double q : even_edges(0, 100, bins)) {
    const double edge = percentile(ranks, q);
    if (edges.empty() || !(subtract(edge, last) <= 1e-8)) edges.push_back(edge);
    last = edge;
  }
  return edges;
}

/// Inner and outer edges; a single edge or none makes a column of one bin that cannot be undone.
inline BinnedColumn binned(const std::vector<double>& edges) {
  BinnedColumn column;
  if (edges.size() < 2) return column;
  column.inner = Array(Array::Reals(edges.begin() + 1, edges.end() - 1));
  column.outer = Array(Array::Reals{edges.front(), edges.back()});
  return column;
}

/// The position of the largest cell; `count` if none is above 0.
template <Number T>
std::size_t largest_cell(const T* cells, std::size_t count) noexcept {
  std::size_t best = count;
  T most = 0;
  for (std::size_t k = 0; k < count; ++k) {
    if (is_nan(cells + k) || !(cells[k] > most)) continue;
    best = k;
    most = cells[k];
  }
  return best;
}

/// The whole number in a cell, cut off as Python's int does; `count` if it is not one of `count`.
template <Number T>
std::size_t whole_number(const T* cell, std::size_t count) noexcept {
  const bool inside = !is_nan(cell) && *cell > T{-1} && *cell < static_cast<T>(count);
  return !inside ? count : *cell < T{0} ? 0 : static_cast<std::size_t>(*cell);
}

inline void check_ascending(const Place& at, const Array& edges) {
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const double* edge = &edges.reals()[i];
    if (!is_nan(edge) && (i == 0 || edge[-1] < *edge)) continue;
    (at / "values")[i].fail("an edge above the one before", repr_text(*edge));
  }
}

inline void check_binned(const Place& at, const BinnedColumn& column, Contract contract) {
  const bool keras = contract == Contract::keras;
  const auto known = [&](const Array& a) { return keras ? a.dtype() == DType::float32 : a.is_real(); };
  const std::string_view expected = keras ? "float32" : "float32 or float64";
  const Array &inner = column.inner, &outer = column.outer;
  (at / "inner" / "dtype").require(known(inner), expected, name(inner.dtype()));
  (at / "outer" / "dtype").require(known(outer), expected, name(outer.dtype()));
  check_ascending(at / "inner", inner);
  check_ascending(at / "outer", outer);
  (at / "outer")
      .require(outer.empty() || (outer.size() == 2 && !keras), keras ? "no edges" : "2 edges or none",
               std::to_string(outer.size()));
  if (outer.empty()) return;
  (at / "outer" / "dtype").require(outer.dtype() == inner.dtype(), "the type of inner", name(outer.dtype()));
  const bool around =
      inner.empty() || (outer.real(0) <= inner.real(0) && inner.real(inner.size() - 1) <= outer.real(1));
  (at / "outer")
      .require(around, "edges around the inner ones",
               repr_text(outer.real(0)) + " and " + repr_text(outer.real(1)));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
