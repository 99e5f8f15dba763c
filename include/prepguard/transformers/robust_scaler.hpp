// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/normal_quantile.hpp"
#include "prepguard/detail/percentile.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/shift_and_divide.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Centres every column at its median and divides it by the range between two percentiles, so that outliers
/// do not count: `(x - center) / scale`, scikit-learn's RobustScaler bit for bit, in `fit` too. NaN passes.
template <Number T>
class RobustScaler : public ColumnEstimator<RobustScaler<T>, T, detail::ColumnValues<T>>,
                     private detail::ShiftAndDivide<T> {
  using State = detail::ShiftAndDivide<T>;

 public:
  static constexpr std::string_view type = "robust_scaler";
  static constexpr bool rounds_statistics = true;

  struct Range {
    double low = 25.0;
    double high = 75.0;
  };
  struct Options {
    bool with_centering = true;  ///< subtract the median
    bool with_scaling = true;    ///< divide by the range
    Range quantile_range = {};   ///< its percentiles
    bool unit_variance = false;  ///< divide the range by that of a standard normal distribution
  };

  RobustScaler() = default;
  RobustScaler(const RobustScaler&) = default;
  RobustScaler(RobustScaler&&) noexcept = default;
  RobustScaler& operator=(RobustScaler other) noexcept { return detail::replace(*this, std::move(other)); }
  ~RobustScaler() = default;
  /// Throws bad_parameter unless 0 <= low <= high <= 100; with unit_variance 0 < low < high < 100.
  explicit RobustScaler(Options options)
      : State(options.with_centering, options.with_scaling), options_{options} {
    const auto [low, high] = options.quantile_range;
    const bool ordered =
        detail::is_finite(&low) && detail::is_finite(&high) && 0 <= low && low <= high && high <= 100;
    if (ordered && (!options.unit_variance || (0 < low && low < high && high < 100))) return;
    throw Error(Errc::bad_parameter, std::string(type),
                std::string("expected a quantile_range with 0 ") +
                    (options.unit_variance ? "< low < high < 100" : "<= low <= high <= 100") + ", got " +
                    detail::repr_text(low) + " and " + detail::repr_text(high));
  }

  /// A step of the same options that has learned nothing.
  RobustScaler unfitted() const {
    Options options = options_.value;
    options.with_centering = with_centering();
    options.with_scaling = with_scaling();
    return RobustScaler(options);
  }

  /// Median and range of every column; NaN is left out. A range below 10 eps counts as 1.
  /// Throws cannot_fit for a range beyond the largest number.
  void learn(const std::vector<detail::ColumnValues<T>>& columns, FitHealth& health) {
    std::vector<double> centers, scales;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      detail::store_nan(&centers.emplace_back());
      detail::store_nan(&scales.emplace_back());
      if (!health.has_values(type, j, columns[j].count())) continue;
      const detail::Ranks<T> ranks(columns[j]);
      centers.back() = detail::median(ranks);
      if (with_scaling()) scales.back() = scale_of(ranks, columns[j].size() == 1, j, health);
    }
    if (with_centering()) this->shift_ = Array(std::move(centers), dtype_of<T>);
    if (with_scaling()) this->scale_ = Array(std::move(scales));
  }

  bool with_centering() const noexcept { return this->with_shift_; }
  bool with_scaling() const noexcept { return this->with_scale_; }
  /// Learned medians and ranges, one a column; empty if not used. NaN: undefined, training had no value.
  const Array& center() const noexcept { return this->shift_; }
  const Array& scale() const noexcept { return this->scale_; }

  Applied apply(const MatrixView<const T>& in, const MatrixView<T>& out) const { return State::apply(in, out); }
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    State::invert(in, out);
    return true;
  }
  using State::formula;
  using State::tolerances;
  using State::typical_cells;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    RobustScaler::header(self, visit);
    visit("with_centering", self.with_shift_);
    visit("with_scaling", self.with_scale_);
    visit("center", self.shift_);
    visit("scale", self.scale_);
  }

  void validate(const detail::Place& at) const {
    this->check(at, "center", this->input_width());
  }
  void rebuild() { this->build(this->contract()); }

  friend bool operator==(const RobustScaler&, const RobustScaler&) = default;

 private:
  double scale_of(const detail::Ranks<T>& ranks, bool constant, std::size_t j, FitHealth& health) const {
    const auto [low, high] = options_.value.quantile_range;
    const double range = detail::subtract(detail::percentile(ranks, high), detail::percentile(ranks, low));
    if (!detail::is_finite(&range)) {
      detail::fail_fit(type, j, "the range exceeds the largest number", "rescale the column first");
    }
    const bool flat = range < 10 * 0x1p-52;
    if (flat) {
      const FitIssue issue = constant       ? FitIssue::constant
                             : range == 0.0 ? FitIssue::nearly_constant
                                            : FitIssue::underflow;
      health.add(issue, j,
                 "percentiles " + detail::repr_text(low) + " and " + detail::repr_text(high) + " are " +
                     detail::repr_text(range) + " apart; scale 1");
    }
    const double scale = flat ? 1.0 : range;
    if (!options_.value.unit_variance) return scale;
    return detail::divide(scale,
                          detail::subtract(detail::normal_quantile_as_scipy(detail::divide(high, 100.0)),
                                           detail::normal_quantile_as_scipy(detail::divide(low, 100.0))));
  }

  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
