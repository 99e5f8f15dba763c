// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_moments.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/power_fit.hpp"
#include "prepguard/detail/power_transform.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/shift_and_divide.hpp"
#include "prepguard/detail/standard_statistics.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Raises every column to a power that makes it most like a normal distribution, then standardises it.
/// scikit-learn's PowerTransformer within the bound of docs/numerics.md, section 6. NaN passes; Box-Cox
/// refuses numbers that are not above 0.
template <Number T>
class PowerTransformer : public ColumnEstimator<PowerTransformer<T>, T, detail::ColumnValues<T>>,
                         private detail::ShiftAndDivide<T> {
  using Scaler = detail::ShiftAndDivide<T>;

 public:
  static constexpr std::string_view type = "power_transformer";
  static constexpr bool rounds_statistics = true;

  struct Options {
    PowerMethod method = PowerMethod::yeo_johnson;
    bool standardize = true;  ///< to mean 0 and standard deviation 1
  };

  PowerTransformer() : PowerTransformer(Options{}) {}
  PowerTransformer(const PowerTransformer&) = default;
  PowerTransformer(PowerTransformer&&) noexcept = default;
  PowerTransformer& operator=(PowerTransformer other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~PowerTransformer() = default;
  explicit PowerTransformer(Options options)
      : Scaler(options.standardize, options.standardize),
        method_(options.method),
        standardize_(options.standardize) {}

  PowerTransformer unfitted() const { return PowerTransformer(Options{method_, standardize_}); }

  /// The most likely lambda of every column, the same for any order of the rows; scikit-learn's up to the
  /// tolerance of its search. Of a constant column it is 1. Throws cannot_fit for a column of nothing but
  /// NaN, for Box-Cox numbers that are not above 0, and a variance beyond the largest double.
  void learn(const std::vector<detail::ColumnValues<T>>& columns, FitHealth& health) {
    detail::StandardStatistics state;
    std::vector<double> lambdas;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      state.add_undefined();
      detail::store_nan(&lambdas.emplace_back());
      if (!health.has_values(type, j, columns[j].count())) continue;
      lambdas[j] = learn_lambda(columns[j], j, health);
      if (standardize_) learn_scale(columns[j], j, lambdas[j], state, health);
    }
    lambdas_ = Array(std::move(lambdas));
    if (!standardize_) return;
    this->shift_ = Array(std::move(state.means));
    this->scale_ = Array(std::move(state.scales));
  }

  PowerMethod method() const noexcept { return method_; }
  bool standardize() const noexcept { return standardize_; }
  /// One a column. NaN: undefined, training had no value.
  const Array& lambdas() const noexcept { return lambdas_; }
  /// Of the powers; empty if they are not standardised.
  const Array& mean() const noexcept { return this->shift_; }
  const Array& scale() const noexcept { return this->scale_; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    const bool good = map_columns(in, out, [](const Power& column, const T& x, T& y) {
      if (!column.takes(x)) return false;
      y = column.forward(x);
      return true;
    });
    if (good) Scaler::apply(out, out);
    return good;
  }
  /// False for features that no cell has.
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    Scaler::invert(in, out);
    return map_columns(out, out, [](const Power& column, const T& y, T& x) {
      x = column.backward(y);
      return !detail::is_nan(&x);
    });
  }

  std::string formula(const T& x, std::size_t j) const {
    return std::string(power_method_names[static_cast<std::size_t>(method_)]) + " power " +
           detail::repr_text(lambdas_.real(j)) + " of " + detail::repr_text(double{x}) + " is not finite";
  }
  Finding refusal(MatrixView<const T> row) const {
    std::size_t j = 0;
    while (j + 1 < row.cols() && (detail::is_nan(&row(0, j)) || powers_.value[j].takes(row(0, j)))) ++j;
    return {.code = Errc::non_finite,
            .column = static_cast<std::int64_t>(j),
            .what = "Box-Cox power of " + detail::repr_text(double{row(0, j)}),
            .expected = "a number above 0, or a missing value"};
  }

  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const bool defined =
          lambdas_.missing(j) == Missing::no && (!standardize_ || mean().missing(j) == Missing::no);
      std::optional<double> largest;
      if (standardize_ && defined) {
        largest = detail::add(std::abs(mean().real(j)), detail::multiply(8.0, scale().real(j)));
      }
      columns[j] =
          defined ? detail::power_tolerance(columns[j], method_, formula_, lambdas_.real(j), largest) : 0;
    }
    return Scaler::tolerances(std::move(columns));
  }

  /// Cells that every method takes, at 1 and around it.
  Array typical_cells(std::size_t) const { return Array(Array::Reals{0.5, 1.0, 2.0}); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    PowerTransformer::header(self, visit);
    visit("method", self.method_);
    visit("formula", self.formula_);
    visit("standardize", self.standardize_);
    visit("lambdas", self.lambdas_);
    visit("mean", self.shift_);
    visit("scale", self.scale_);
    visit("ulps", self.ulps_);
  }

  void validate(const detail::Place& at) const {
    detail::check_statistic(at / "lambdas", lambdas_, this->input_width());
    const std::size_t width = standardize_ ? this->input_width() : 0;
    detail::check_statistic(at / "mean", this->shift_, width);
    detail::check_scale(at / "scale", this->scale_, width);
    if (standardize_) detail::check_same_undefined(at / "mean", this->shift_, this->scale_);
    detail::check_ulps(at, ulps_, detail::transcendental_ulps);
  }

  void rebuild() {
    this->with_shift_ = this->with_scale_ = standardize_;
    this->build(this->contract());
    powers_.value.clear();
    const bool is_float = lambdas_.dtype() == DType::float32;
    for (const double lambda : lambdas_.reals())
      powers_.value.emplace_back(method_, formula_, lambda, is_float);
  }

  friend bool operator==(const PowerTransformer&, const PowerTransformer&) = default;

 private:
  using Power = detail::PowerColumn<T>;

  double learn_lambda(const detail::ColumnValues<T>& values, std::size_t j, FitHealth& health) const {
    const T low = values.value(0), high = values.value(values.size() - 1);
    if (method_ == PowerMethod::box_cox && !(low > T{0})) {
      detail::fail_fit(type, j, "Box-Cox takes numbers above 0, there is " + detail::repr_text(double{low}),
                       "use Yeo-Johnson");
    }
    const std::string fixed = "; lambda 1";
    if (low == high) {
      health.add(FitIssue::constant, j, "all values are " + detail::repr_text(double{low}) + fixed);
      return 1.0;
    }
    detail::PowerLikelihood likelihood(values, method_);
    if (!likelihood.varies() || likelihood.lowest() > likelihood.highest()) {
      health.add(FitIssue::nearly_constant, j,
                 "no power of " + detail::repr_text(double{low}) + " to " + detail::repr_text(double{high}) +
                     " is a number of its own" + fixed);
      return 1.0;
    }
    const detail::LambdaSearch found(likelihood);
    if (found.at_bound)
      health.add(FitIssue::nearly_constant, j,
                 "more extreme powers than lambda " + detail::repr_text(found.lambda) +
                     " would be more likely, but not be told apart any more");
    return found.lambda;
  }

  void learn_scale(const detail::ColumnValues<T>& values, std::size_t j, double lambda,
                   detail::StandardStatistics& state, FitHealth& health) const {
    const Power power(method_, formula_, lambda, false);
    detail::ColumnMoments moments;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T raised = power.forward(values.value(i));
      const double weight = static_cast<double>(values.frequency(i));
      if (!detail::is_finite(&raised))
        detail::fail_fit(type, j, "a power exceeds the largest number", "rescale it first");
      moments.add(&raised, 1, 1, &weight);
    }
    const detail::ColumnMoments::Result result = moments.result();
    FitHealth flat;  // what is constant has been told
    state.set(type, j, *result.mean, result.variance, result.weight, result.constant,
              health.has(FitIssue::constant, j) ? flat : health);
  }

  /// out = map(in), NaN passes; false if a cell cannot be mapped.
  template <class Map>
  bool map_columns(const MatrixView<const T>& in, const MatrixView<T>& out, const Map& map) const {
    bool good = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      for (std::size_t j = 0; j < in.cols(); ++j) {
        if (detail::is_nan(&lambdas_.reals()[j])) {
          detail::store_nan(&out(i, j));
        } else if (detail::is_nan(&in(i, j))) {
          __builtin_memmove(&out(i, j), &in(i, j), sizeof(T));
        } else {
          T made{};
          good = map(powers_.value[j], in(i, j), made) && good;
          out(i, j) = made;
        }
      }
    }
    return good;
  }

  PowerMethod method_ = PowerMethod::yeo_johnson;
  PowerFormula formula_ = PowerFormula::expm1;
  bool standardize_ = true;
  Array lambdas_{};
  std::int64_t ulps_ = detail::transcendental_ulps;
  detail::Derived<std::vector<Power>> powers_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
