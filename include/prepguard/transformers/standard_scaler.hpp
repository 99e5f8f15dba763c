// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_moments.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/shift_and_divide.hpp"
#include "prepguard/detail/sklearn_moments.hpp"
#include "prepguard/detail/standard_statistics.hpp"
#include "prepguard/summation.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Standardises every column: `(x - mean) / scale`, scikit-learn's StandardScaler bit for bit. NaN passes.
///
/// ```
/// prepguard::StandardScaler<double> scaler;
/// scaler.fit(X);                                   // n rows x d columns
/// prepguard::Matrix<double> Z = scaler.transform(X);
/// ```
template <Number T>
class StandardScaler : public ColumnEstimator<StandardScaler<T>, T, detail::ColumnMoments>,
                       private detail::ShiftAndDivide<T> {
  using Estimator = ColumnEstimator<StandardScaler<T>, T, detail::ColumnMoments>;
  using State = detail::ShiftAndDivide<T>;

 public:
  using typename Estimator::Partial;
  static constexpr std::string_view type = "standard_scaler";
  static constexpr bool rounds_statistics = true;
  static constexpr bool has_keras_layer = true;

  struct Options {
    bool with_mean = true;                    ///< subtract the mean
    bool with_std = true;                     ///< divide by the standard deviation
    Summation summation = Summation::native;  ///< the others: the bits of scikit-learn's own fit
  };

  StandardScaler() = default;
  StandardScaler(const StandardScaler&) = default;
  StandardScaler(StandardScaler&&) noexcept = default;
  StandardScaler& operator=(StandardScaler other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~StandardScaler() = default;
  explicit StandardScaler(Options options)
      : State(options.with_mean, options.with_std), summation_(options.summation) {}

  /// A step of the same options that has learned nothing.
  StandardScaler unfitted() const {
    return StandardScaler(Options{this->with_shift_, this->with_scale_, summation_.value});
  }

  /// Learns mean and population standard deviation of every column; NaN is left out. Native sums are exact
  /// and rounded once, so they do not depend on the order of the rows; scikit-learn's do. A column that
  /// scikit-learn would call constant (variance below the rounding error of its computation) gets scale 1.
  /// Throws cannot_fit for 0 rows, infinities, a column of nothing but NaN, a variance beyond the largest
  /// double.
  StandardScaler& fit(const MatrixView<const T>& rows) {
    return in_order() ? learn_in_order(rows, {}, FitHealth()) : Estimator::fit(rows);
  }
  /// The same as tasks of `executor`; with scikit-learn's summation without it.
  template <Executor E>
  StandardScaler& fit(const MatrixView<const T>& rows, E&& executor) {
    return in_order() ? fit(rows) : Estimator::fit(rows, executor);
  }
  /// The same with a weight for each row: one that is 2 counts like two rows. Exact whatever the summation.
  /// Also throws bad_parameter for a weight that is negative or not finite, cannot_fit if a column has none
  /// above 0.
  StandardScaler& fit(const MatrixView<const T>& rows, std::span<const double> weights) {
    return this->finish(partial(rows, weights));
  }
  StandardScaler& partial_fit(const MatrixView<const T>& rows) {
    return in_order() ? learn_in_order(rows, batches_.value, FitHealth(true)) : Estimator::partial_fit(rows);
  }

  template <Executor E>
  StandardScaler& partial_fit(const MatrixView<const T>& rows, E&& executor) {
    return in_order() ? partial_fit(rows) : Estimator::partial_fit(rows, executor);
  }

  /// What these rows say, to be merged with other parts. With scikit-learn's summation bad_parameter: its
  /// sums depend on the order of the rows.
  Partial partial(const MatrixView<const T>& rows) const {
    require_native();
    return Estimator::partial(rows);
  }
  template <Executor E>
  Partial partial(const MatrixView<const T>& rows, E&& executor) const {
    require_native();
    return Estimator::partial(rows, executor);
  }
  Partial partial(const MatrixView<const T>& rows, std::span<const double> weights) const {
    detail::check_fit_rows(type, rows);
    detail::check_weights(type, weights, rows.rows());
    const detail::FloatEnvironment environment;
    std::vector<detail::ColumnMoments> columns(rows.cols());
    for (std::size_t j = 0; j < rows.cols(); ++j) {
      columns[j].add(&rows(0, j), rows.row_stride(), rows.rows(), weights.data());
    }
    return Partial(type, std::move(columns));
  }

  void learn(const std::vector<detail::ColumnMoments>& columns, FitHealth& health) {
    Learned state;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      state.add_undefined();
      if (!health.has_values(type, j, columns[j].count())) continue;
      const detail::ColumnMoments::Result moments = columns[j].result();
      if (!moments.mean) detail::fail_fit(type, j, "no value has a weight above 0");
      state.set(type, j, *moments.mean, moments.variance, moments.weight, moments.constant, health);
    }
    take(std::move(state));
  }

  bool with_mean() const noexcept { return this->with_shift_; }
  bool with_std() const noexcept { return this->with_scale_; }
  /// Learned means and scales, one a column; empty if not used. NaN: undefined, training had no value.
  const Array& mean() const noexcept { return this->shift_; }
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
    StandardScaler::header(self, visit);
    visit("with_mean", self.with_shift_);
    visit("with_std", self.with_scale_);
    visit("mean", self.shift_);
    visit("scale", self.scale_);
  }

  void validate(const detail::Place& at) const { this->check(at, "mean", this->input_width()); }
  void rebuild() { this->build(this->contract()); }

  friend bool operator==(const StandardScaler&, const StandardScaler&) = default;

 private:
  using Learned = detail::StandardStatistics;

  void take(Learned state) {
    if (this->with_shift_) this->shift_ = Array(std::move(state.means));
    if (this->with_scale_) this->scale_ = Array(std::move(state.scales));
  }

  void require_native() const {
    if (!in_order()) return;
    throw Error(Errc::bad_parameter, std::string(type), "scikit-learn's sums cannot be merged",
                "use Summation::native, or partial_fit");
  }
  bool in_order() const noexcept { return summation_.value != Summation::native; }

  /// Goes on from the moments of earlier batches with scikit-learn's roundings.
  StandardScaler& learn_in_order(const MatrixView<const T>& rows, std::vector<detail::SklearnMoments> columns,
                                 FitHealth health) {
    detail::check_fit_rows(type, rows);
    if (!columns.empty()) detail::check_width(type, columns.size(), rows.cols(), "features");
    const detail::FloatEnvironment environment;
    columns.resize(rows.cols());
    Learned state;
    for (std::size_t j = 0; j < rows.cols(); ++j) {
      columns[j].add(&rows(0, j), rows.row_stride(), rows.rows(), summation_.value);
      state.add_undefined();
      if (!health.has_values(type, j, static_cast<std::uint64_t>(columns[j].count()))) continue;
      const double mean = columns[j].mean(), variance = columns[j].variance();
      if (detail::is_nan(&mean)) continue;  // a batch of nothing but NaN
      if (!detail::is_finite(&mean)) detail::fail_fit(type, j, "the mean exceeds the largest double");
      const std::optional<double> finite =
          detail::is_finite(&variance) ? std::optional(variance) : std::nullopt;
      state.set(type, j, mean, finite, columns[j].count(), variance == 0.0, health);
    }
    StandardScaler fresh = unfitted();
    fresh.take(std::move(state));
    fresh.fitted(rows.cols());
    fresh.health_.value = std::move(health);
    fresh.batches_.value = std::move(columns);
    return *this = std::move(fresh);
  }

  /// How to fit: neither stored nor compared, as are the moments of earlier batches.
  detail::Derived<Summation> summation_{};
  detail::Derived<std::vector<detail::SklearnMoments>> batches_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
