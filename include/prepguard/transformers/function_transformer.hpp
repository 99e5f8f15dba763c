// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/functions.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// One function for every cell, scikit-learn's FunctionTransformer with a function of NumPy that has a name.
///
/// ```
/// prepguard::FunctionTransformer<double> log1p({.function = NamedFunction::log1p,
///                                               .inverse_function = NamedFunction::expm1});
/// ```
/// NaN passes. A number that becomes NaN (log(-1)) or infinite (log(0)) is non_finite. Functions before `log`
/// in the list give numpy's bits; the bits of the others depend on the machine, in training as in serving
/// (docs/numerics.md).
template <Number T>
class FunctionTransformer : public ColumnEstimator<FunctionTransformer<T>, T, detail::ColumnSeen<T>> {
  using Base = ColumnEstimator<FunctionTransformer<T>, T, detail::ColumnSeen<T>>;

 public:
  static constexpr std::string_view type = "function_transformer";

  struct Options {
    NamedFunction function = NamedFunction::identity;
    NamedFunction inverse_function = NamedFunction::none;  ///< none: inverse_transform is refused
    std::vector<double> arguments{};                       ///< of `function`: two bounds, or a period
    std::vector<double> inverse_arguments{};
  };

  FunctionTransformer() : FunctionTransformer(Options{}) {}
  FunctionTransformer(const FunctionTransformer&) = default;
  FunctionTransformer(FunctionTransformer&&) noexcept = default;
  FunctionTransformer& operator=(FunctionTransformer other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~FunctionTransformer() = default;
  /// Throws bad_parameter for arguments that a function does not take.
  explicit FunctionTransformer(Options options)
      : function_(options.function),
        inverse_function_(options.inverse_function),
        arguments_(std::move(options.arguments)),
        inverse_arguments_(std::move(options.inverse_arguments)),
        ulps_(detail::ulps_of(function_)) {
    check_parameter(function_ != NamedFunction::none, "function", "a function");
    check_parameter(expected_arguments().empty(), "arguments", expected_arguments());
    check_parameter(expected_inverse_arguments().empty(), "inverse_arguments", expected_inverse_arguments());
  }

  FunctionTransformer unfitted() const {
    return FunctionTransformer(Options{function_, inverse_function_, arguments_, inverse_arguments_});
  }
  /// There is nothing to learn but the width.
  void learn(const std::vector<detail::ColumnSeen<T>>&, FitHealth&) {}

  NamedFunction function() const noexcept { return function_; }
  NamedFunction inverse_function() const noexcept { return inverse_function_; }
  const std::vector<double>& arguments() const noexcept { return arguments_; }
  const std::vector<double>& inverse_arguments() const noexcept { return inverse_arguments_; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    return detail::map_function(function_, arguments_, in, out);
  }
  std::string no_inverse(const std::string& path) const {
    if (inverse_function_ != NamedFunction::none) return {};
    return detail::without_inverse(path, type, "no inverse function is named");
  }
  bool invert(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    if (inverse_function_ == NamedFunction::none) return false;
    return detail::map_function(inverse_function_, inverse_arguments_, in, out);
  }

  std::string formula(const T& x, std::size_t) const {
    return detail::function_text(function_, arguments_, x) + " is not finite";
  }
  Finding refusal(MatrixView<const T> row) const {
    std::size_t j = 0;
    for (T made{}; j + 1 < row.cols(); ++j) {
      if (!detail::map_function(function_, arguments_, row.middle_cols(j, 1), MatrixView<T>(&made, 1, 1)))
        break;
    }
    return {.code = Errc::non_finite,
            .column = static_cast<std::int64_t>(j),
            .what = detail::function_text(function_, arguments_, row(0, j)) + " is NaN",
            .expected = "a number the function is defined for, or a missing value"};
  }

  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::int64_t& k : columns) k = detail::function_tolerance(function_, k);
    return columns;
  }

  /// Cells for which every function is defined, and the bounds of a clip.
  Array typical_cells(std::size_t) const {
    Array::Reals cells{0.25, 0.5, 2.0};
    if (detail::is_clip(function_)) {
      for (const double bound : arguments_) cells.push_back(double{detail::bound<T>(bound)});
    }
    return Array(std::move(cells));
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    FunctionTransformer::header(self, visit);
    visit("function", self.function_);
    visit("inverse_function", self.inverse_function_);
    visit("arguments", self.arguments_);
    visit("inverse_arguments", self.inverse_arguments_);
    visit("ulps", self.ulps_);
  }

  void validate(const detail::Place& at) const {
    (at / "function").require(function_ != NamedFunction::none, "a function", "none");
    check_state(at / "arguments", expected_arguments());
    check_state(at / "inverse_arguments", expected_inverse_arguments());
    detail::check_ulps(at, ulps_, detail::ulps_of(function_));
  }

  friend bool operator==(const FunctionTransformer&, const FunctionTransformer&) = default;

 private:
  std::string expected_arguments() const { return detail::expected_arguments(function_, arguments_); }
  std::string expected_inverse_arguments() const {
    return detail::expected_arguments(inverse_function_, inverse_arguments_);
  }

  static void check_parameter(bool good, std::string_view key, const std::string& expected) {
    if (!good)
      throw Error(Errc::bad_parameter, std::string(type), std::string(key) + ": expected " + expected);
  }
  static void check_state(const detail::Place& at, const std::string& expected) {
    if (!expected.empty()) at.fail(expected, "others");
  }

  NamedFunction function_ = NamedFunction::identity;
  NamedFunction inverse_function_ = NamedFunction::none;
  std::vector<double> arguments_{};
  std::vector<double> inverse_arguments_{};
  std::int64_t ulps_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI
