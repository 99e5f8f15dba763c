// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/elementary.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/percentile.hpp"
#include "prepguard/detail/quantiles.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Maps every column to the share of training values below, so that they become uniform on [0, 1], or on to
/// the quantiles of the standard normal distribution. scikit-learn's QuantileTransformer: uniform bit for
/// bit, normal within 8 ulp. NaN passes.
template <Number T>
class QuantileTransformer : public ColumnEstimator<QuantileTransformer<T>, T, detail::ColumnValues<T>> {
 public:
  static constexpr std::string_view type = "quantile_transformer";
  static constexpr bool rounds_statistics = true;

  struct Options {
    std::int64_t n_quantiles = 1000;  ///< at least 1; no more than rows are kept
    OutputDistribution output_distribution = OutputDistribution::uniform;
  };

  QuantileTransformer() = default;
  QuantileTransformer(const QuantileTransformer&) = default;
  QuantileTransformer(QuantileTransformer&&) noexcept = default;
  QuantileTransformer& operator=(QuantileTransformer other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~QuantileTransformer() = default;
  /// Throws bad_parameter for fewer than 1 quantile.
  explicit QuantileTransformer(Options options)
      : output_distribution_(options.output_distribution), ulps_(ulps()), options_{options} {
    if (options.n_quantiles >= 1) return;
    throw Error(Errc::bad_parameter, std::string(type),
                "expected n_quantiles of at least 1, got " + std::to_string(options.n_quantiles));
  }

  /// How many quantiles to learn is not stored in files: what comes from one learns with the default.
  QuantileTransformer unfitted() const {
    return QuantileTransformer(Options{options_.value.n_quantiles, output_distribution_});
  }

  /// The quantiles of every column, with the bits of scikit-learn's where that does not take a sample of the
  /// rows (from 10,001 rows on). Throws cannot_fit for a column of nothing but NaN and a range beyond the
  /// largest number.
  void learn(const std::vector<detail::ColumnValues<T>>& columns, FitHealth& health) {
    const std::uint64_t wanted = static_cast<std::uint64_t>(options_.value.n_quantiles);
    const std::size_t count = std::max<std::size_t>(1, std::min(wanted, columns[0].cells()));
    const std::vector<double> references = detail::even_references(count);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      std::vector<double> quantiles(count);
      if (health.has_values(type, j, columns[j].count())) {
        learn_column(columns[j], j, references, quantiles, health);
      } else {
        for (double& quantile : quantiles) detail::store_nan(&quantile);
      }
      quantiles_.push_back(Array(std::move(quantiles)));
    }
    references_ = Array(references);
  }

  OutputDistribution output_distribution() const noexcept { return output_distribution_; }
  /// The shares for which there are quantiles, and those of column `j`. NaN: undefined, training had no
  /// value.
  const Array& references() const noexcept { return references_; }
  const Array& quantiles(std::size_t j) const { return quantiles_[j]; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    T undefined{};  // what numpy takes for the place among one NaN
    if (references_.size() > 1) {
      detail::store_nan(&undefined);
    } else if (output_distribution_ == OutputDistribution::normal) {
      undefined = detail::cut_off_normal_quantile(undefined);
    }
    map_columns(in, out, undefined, [&](const Column& column, const T& x) { return forward(column, x); });
    return true;
  }
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    T undefined;
    detail::store_nan(&undefined);
    map_columns(in, out, undefined, [&](const Column& column, const T& y) { return backward(column, y); });
    return true;
  }

  /// The quantiles bound the slope; where several are equal there is a jump, which no tolerance covers.
  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const bool defined = quantiles_[j].missing(0) == Missing::no;
      const double slope = columns[j] == 0 || !defined
                               ? 0.0
                               : detail::largest_slope(quantiles_[j].reals(), references_.reals());
      // 1 / density of the normal distribution where it is cut off, for the size of the result there
      const double tail = output_distribution_ == OutputDistribution::normal ? 360000.0 : 1.0;
      const double carried = detail::multiply(detail::multiply(static_cast<double>(columns[j]), slope), tail);
      columns[j] = detail::sum_tolerance(ulps_, detail::whole_tolerance(carried));
    }
    return columns;
  }

  /// The ends and the middle of column `j`, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    const Array::Reals& q = quantiles_[j].reals();
    return Array(Array::Reals{q.front(), q.back(), q[q.size() / 2]});
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    QuantileTransformer::header(self, visit);
    visit("output_distribution", self.output_distribution_);
    visit("references", self.references_);
    visit("quantiles", self.quantiles_);
    visit("ulps", self.ulps_);
  }

  void validate(const detail::Place& at) const {
    check_ascending(at / "references", references_, false);
    const detail::Place list = at / "quantiles";
    list.require_count(quantiles_.size(), this->input_width());
    for (std::size_t j = 0; j < quantiles_.size(); ++j) {
      const detail::Place here = list[j];
      check_ascending(here, quantiles_[j], true);
      here.require_count(quantiles_[j].size(), references_.size());
    }
    detail::check_ulps(at, ulps_, ulps());
  }

  void rebuild() {
    columns_.value.clear();
    references_both_.value = {references_.reals(), detail::mirrored(references_.reals())};
    for (const Array& quantiles : quantiles_) {
      const std::vector<double> rounded = detail::coefficients<T>(quantiles, this->contract());
      columns_.value.push_back(
          {quantiles.reals(), detail::mirrored(quantiles.reals()), rounded.front(), rounded.back()});
    }
  }

  friend bool operator==(const QuantileTransformer&, const QuantileTransformer&) = default;

 private:
  /// Quantiles and what is derived from them: mirrored, and the ends as the contract compares with them.
  struct Column {
    std::vector<double> quantiles{}, turned{};
    double low = 0, high = 0;
  };

  std::int64_t ulps() const noexcept {
    return output_distribution_ == OutputDistribution::normal ? detail::transcendental_ulps : 0;
  }

  static void learn_column(const detail::ColumnValues<T>& column, std::size_t j,
                           const std::vector<double>& references, std::vector<double>& quantiles,
                           FitHealth& health) {
    const detail::Ranks<T> ranks(column);
    for (std::size_t i = 0; i < references.size(); ++i) {
      quantiles[i] = detail::percentile(ranks, detail::multiply(references[i], 100.0));
      if (detail::is_infinite(&quantiles[i]) || detail::is_nan(&quantiles[i]))
        detail::fail_fit(type, j, "the range exceeds the largest number", "rescale it first");
      if (i > 0) quantiles[i] = std::max(quantiles[i], quantiles[i - 1]);
    }
    if (quantiles.front() == quantiles.back())
      health.add(FitIssue::constant, j, "all quantiles are " + detail::repr_text(quantiles[0]));
  }

  static void check_ascending(const detail::Place& at, const Array& numbers, bool may_be_undefined) {
    (at / "dtype").require(numbers.is_real(), "float32 or float64", name(numbers.dtype()));
    at.require(!numbers.empty(), "at least 1 number", "none");
    const bool undefined = numbers.missing(0) != Missing::no;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const bool missing = numbers.missing(i) != Missing::no;
      (at / "nan")
          .require(missing == undefined && (!missing || may_be_undefined), "all numbers, or none", "some");
      if (i == 0 || missing || numbers.real(i - 1) <= numbers.real(i)) continue;
      (at / "values")[i].fail("numbers that do not descend", detail::repr_text(numbers.real(i)));
    }
  }

  /// Cells of columns without quantiles become `undefined`, NaN stays.
  template <class Map>
  void map_columns(const MatrixView<const T>& in, const MatrixView<T>& out, const T& undefined,
                   const Map& map) const {
    for (std::size_t j = 0; j < in.cols(); ++j) {
      const Column& column = columns_.value[j];
      const bool defined = !detail::is_nan(&column.low);
      for (std::size_t i = 0; i < in.rows(); ++i) {
        const bool missing = detail::is_nan(&in(i, j));
        if (defined && !missing) {
          out(i, j) = map(column, in(i, j));
        } else {
          __builtin_memmove(&out(i, j), missing ? &in(i, j) : &undefined, sizeof(T));
        }
      }
    }
  }

  /// The share of training values up to x: the mean of the line and of its mirror image, which differ where
  /// quantiles are equal. The ends are 0 and 1 whatever the line says.
  T forward(const Column& column, const T& x) const {
    const auto& [references, turned] = references_both_.value;
    const double up = detail::interpolate(double{x}, column.quantiles, references);
    const double down = detail::interpolate(-double{x}, column.turned, turned);
    T y = detail::round_to<T>(detail::multiply(0.5, detail::subtract(up, down)));
    const bool normal = output_distribution_ == OutputDistribution::normal;
    const T threshold = detail::round_to<T>(1e-7);
    const bool at_high = normal ? double{detail::add(x, threshold)} > column.high : double{x} == column.high;
    const bool at_low =
        normal ? double{detail::subtract(x, threshold)} < column.low : double{x} == column.low;
    if (at_high) y = T{1};
    if (at_low) y = T{0};
    return normal ? detail::cut_off_normal_quantile(y) : y;
  }

  T backward(const Column& column, const T& y) const {
    double share = double{y};
    if (output_distribution_ == OutputDistribution::normal) {
      share = double{detail::round_to<T>(detail::normal_cdf(share))};
      if (detail::subtract(share, 1e-7) < 0.0) return detail::round_to<T>(column.quantiles.front());
      if (detail::add(share, 1e-7) > 1.0) return detail::round_to<T>(column.quantiles.back());
    }
    return detail::round_to<T>(detail::interpolate(share, references_both_.value.first, column.quantiles));
  }

  OutputDistribution output_distribution_ = OutputDistribution::uniform;
  Array references_{};
  std::vector<Array> quantiles_{};
  std::int64_t ulps_ = 0;
  detail::Derived<Options> options_{};
  detail::Derived<std::pair<std::vector<double>, std::vector<double>>> references_both_{};
  detail::Derived<std::vector<Column>> columns_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
