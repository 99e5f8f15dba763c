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
#include "prepguard/detail/nan_refusal.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/spline_column.hpp"
#include "prepguard/detail/spline_knots.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Replaces every column by its B-splines over knots, scikit-learn's SplineTransformer bit for bit. NaN is
/// refused.
template <Number T>
class SplineTransformer : public ColumnEstimator<SplineTransformer<T>, T, detail::ColumnValues<T>> {
 public:
  static constexpr std::string_view type = "spline_transformer";
  static constexpr bool rounds_statistics = true;

  using Options = SplineOptions;

  SplineTransformer() = default;
  SplineTransformer(const SplineTransformer&) = default;
  SplineTransformer(SplineTransformer&&) noexcept = default;
  SplineTransformer& operator=(SplineTransformer other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~SplineTransformer() = default;
  /// Throws bad_parameter for options that no rows can be fitted with.
  explicit SplineTransformer(Options options)
      : degree_(options.degree),
        extrapolation_(options.extrapolation),
        include_bias_(options.include_bias),
        options_{std::move(options)} {
    const std::string problem = detail::problem_with(options_.value);
    if (!problem.empty()) throw Error(Errc::bad_parameter, std::string(type), problem);
  }

  std::int64_t degree() const noexcept { return degree_; }
  Extrapolation extrapolation() const noexcept { return extrapolation_; }
  bool include_bias() const noexcept { return include_bias_; }
  /// All knots of column `j`, those outside of training too.
  const Array& knots(std::size_t j) const { return knots_[j]; }

  /// How to place knots is not stored in files: what comes from one learns with the default options.
  SplineTransformer unfitted() const {
    Options options = options_.value;
    options.degree = degree_;
    options.extrapolation = extrapolation_;
    options.include_bias = include_bias_;
    if (extrapolation_ == Extrapolation::periodic) options.n_knots = std::max(options.n_knots, degree_ + 1);
    return SplineTransformer(std::move(options));
  }

  /// The knots of every column, with scikit-learn's bits. Throws cannot_fit for NaN, for knots that overflow
  /// and for a constant column without period or slope, bad_parameter for base_knots of another width.
  void learn(const std::vector<detail::ColumnValues<T>>& columns, FitHealth& health) {
    std::vector<std::vector<double>> knots = detail::base_knots(type, options_.value, columns, health);
    detail::extend_knots(knots, size(degree_), extrapolation_ == Extrapolation::periodic);
    for (std::size_t j = 0; j < knots.size(); ++j) {
      const std::string problem = detail::expected_knots(knots[j], size(degree_), extrapolation_);
      if (!problem.empty()) {
        detail::fail_fit(type, j, "its values do not give " + problem,
                         "rescale the column, or choose other knots");
      }
      knots_.push_back(Array(std::move(knots[j])));
    }
  }
  void observe(detail::ColumnValues<T>& column, std::size_t j, const T* x, std::ptrdiff_t stride,
               std::size_t n) const {
    detail::require_no_nan(type, j, x, stride, n);
    column.add(x, stride, n);
  }

  std::size_t output_width() const noexcept { return sources_.value.size(); }
  std::size_t source_column(std::size_t k) const noexcept { return sources_.value[k]; }

  bool apply(const MatrixView<const T>& cells, const MatrixView<T>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const T> in = detail::apart_from(out, cells, frame);
    double* const work = frame.template matrix<double>(2, size(degree_) + 1).data();
    bool ok = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      T* to = out.row(i);
      for (std::size_t j = 0; j < in.cols(); ++j) {
        const Column& column = columns_.value[j];
        ok = column.map(in(i, j), work, to) && ok;
        to += column.outputs();
      }
    }
    return ok;
  }

  /// `a_sp_0`, `a_sp_1`, ...
  std::vector<std::string> feature_names_out(const std::vector<std::string>& names) const {
    std::vector<std::string> out;
    for (std::size_t j = 0; j < columns_.value.size(); ++j) {
      for (std::size_t i = 0; i < columns_.value[j].outputs(); ++i)
        out.push_back(names[j] + "_sp_" + std::to_string(i));
    }
    return out;
  }

  /// A NaN anywhere fails the row.
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& in) const {
    return detail::refused_if_missing(in, output_width());
  }

  Finding refusal(MatrixView<const T> row) const {
    if (detail::has_nan(row)) return detail::refused_nan(row);
    std::vector<double> work(2 * (size(degree_) + 1));
    std::vector<T> made(output_width());
    std::size_t j = 0;
    while (j + 1 < row.cols() && columns_.value[j].map(row(0, j), work.data(), made.data())) ++j;
    const bool outside = extrapolation_ == Extrapolation::error;
    return {.code = outside ? Errc::unknown_category : Errc::non_finite,
            .column = static_cast<std::int64_t>(j),
            .what = detail::repr_text(double{row(0, j)}) +
                    (outside ? " is outside of the knots" : ": its splines overflow"),
            .expected = "a number from " + columns_.value[j].range(),
            .advice = outside ? "send a number of the training range, or train with another extrapolation"
                              : "send a number near the training range; check the unit of this column"};
  }

  std::string formula(const T& x, std::size_t j) const {
    const std::string cell = detail::repr_text(double{x});
    return columns_.value[j].falls_between(x)
               ? cell + " is the outermost knot rounded to float32, which is outside of the knots " +
                     columns_.value[j].range() + ": scikit-learn on NumPy 1 makes NaN of it"
               : cell + " is too far from the knots " + columns_.value[j].range();
  }

  /// The steepest slope; polynomials beyond the knots may be steeper.
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& columns) const {
    std::vector<std::int64_t> out;
    for (const std::size_t j : sources_.value) {
      const double steepest = columns[j] == 0 || degree_ == 0 ? 0.0 : columns_.value[j].steepest();
      out.push_back(detail::whole_tolerance(detail::multiply(static_cast<double>(columns[j]), steepest)));
    }
    return out;
  }

  /// Numbers between the ends of column `j` and, where they are allowed, beyond, for self-test rows made from
  /// the state.
  Array typical_cells(std::size_t j) const { return Array(columns_.value[j].typical_cells()); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    SplineTransformer::header(self, visit);
    visit("degree", self.degree_);
    visit("extrapolation", self.extrapolation_);
    visit("include_bias", self.include_bias_);
    visit("knots", self.knots_);
  }

  void validate(const detail::Place& at) const {
    (at / "degree")
        .require(degree_ >= 0 && degree_ <= detail::most_spline_degree,
                 "0 to " + std::to_string(detail::most_spline_degree), std::to_string(degree_));
    (at / "degree")
        .require(degree_ > 0 || extrapolation_ != Extrapolation::constant,
                 "1 or more with extrapolation constant", "0");
    const detail::Place list = at / "knots";
    list.require_count(knots_.size(), this->input_width());
    for (std::size_t j = 0; j < knots_.size(); ++j) {
      const detail::Place here = list[j];
      (here / "dtype").require(knots_[j].is_real(), "float32 or float64", name(knots_[j].dtype()));
      const std::string problem = detail::expected_knots(knots_[j].reals(), size(degree_), extrapolation_);
      here.require(problem.empty(), problem, "others");
      here.require(column_of(knots_[j]).has_period(), "a period above 0 as float32", "0");
      here.require(column_of(knots_[j]).outputs() != 0,
                   "a spline beside the last, which include_bias leaves out", "none");
    }
  }

  void rebuild() {
    columns_.value.clear();
    sources_.value.clear();
    for (std::size_t j = 0; j < knots_.size(); ++j) {
      columns_.value.push_back(column_of(knots_[j]));
      sources_.value.insert(sources_.value.end(), columns_.value.back().outputs(), j);
    }
  }

  friend bool operator==(const SplineTransformer&, const SplineTransformer&) = default;

 private:
  using Column = detail::SplineColumn<T>;

  static std::size_t size(std::int64_t degree) noexcept { return static_cast<std::size_t>(degree); }

  Column column_of(const Array& knots) const {
    const bool narrow =
        sizeof(T) == sizeof(float) && this->contract() == Contract::sklearn_float32_coefficients;
    return Column(knots.reals(), size(degree_), extrapolation_, include_bias_, narrow);
  }

  std::int64_t degree_ = 3;
  Extrapolation extrapolation_ = Extrapolation::constant;
  bool include_bias_ = true;
  std::vector<Array> knots_{};
  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
  detail::Derived<std::vector<Column>> columns_{};
  detail::Derived<std::vector<std::size_t>> sources_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
