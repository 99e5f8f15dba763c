// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/tolerance.hpp"
#include "prepguard/detail/rounded.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// `x / (|x| + epsilon)` for every cell, as a layer of a network that bounds its input: epsilon, sum and
/// quotient are rounded to `T`, one after the other. NaN passes.
template <Number T>
class SafeDivide : public ColumnEstimator<SafeDivide<T>, T, detail::ColumnSeen<T>> {
 public:
  static constexpr std::string_view type = "safe_divide";
  static constexpr bool has_keras_layer = true;
  static constexpr bool has_sklearn_class = false;

  struct Options {
    double epsilon = 1e-7;  ///< > 0, also in `T`: else 0 / 0
  };

  SafeDivide() = default;
  SafeDivide(const SafeDivide&) = default;
  SafeDivide(SafeDivide&&) noexcept = default;
  SafeDivide& operator=(SafeDivide other) noexcept { return detail::replace(*this, std::move(other)); }
  ~SafeDivide() = default;
  /// Throws bad_parameter unless epsilon is a number > 0 of type `T`.
  explicit SafeDivide(Options options) : epsilon_(options.epsilon) {
    if (is_usable()) return;
    throw Error(Errc::bad_parameter, std::string(type),
                "expected an epsilon > 0 in " + std::string(name(dtype_of<T>)) + ", got " +
                    detail::repr_text(epsilon_));
  }

  double epsilon() const noexcept { return epsilon_; }

  SafeDivide unfitted() const { return *this; }
  /// Nothing but the number of columns.
  void learn(const std::vector<detail::ColumnSeen<T>>&, FitHealth&) {}

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    detail::safe_divide<T>(in.data(), in.row_stride(), out.data(), out.row_stride(), in.rows(), in.cols(),
                           detail::round_to<T>(epsilon_));
    return true;
  }

  /// The slope is at most 1 / epsilon.
  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (std::int64_t& k : columns) k = detail::affine_tolerance(k, detail::divide(1.0, epsilon_), 0.0);
    return columns;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    SafeDivide::header(self, visit);
    visit("epsilon", self.epsilon_);
  }

  void validate(const detail::Place& at) const {
    (at / "epsilon")
        .require(is_usable(), "a number > 0 in " + std::string(name(dtype_of<T>)),
                 detail::repr_text(epsilon_));
  }

  friend bool operator==(const SafeDivide&, const SafeDivide&) = default;

 private:
  bool is_usable() const noexcept {
    const T rounded = detail::round_to<T>(epsilon_);
    return detail::is_finite(&epsilon_) && detail::is_finite(&rounded) && rounded > T{0};
  }

  double epsilon_ = 1e-7;
};

}  // namespace prepguard::inline PREPGUARD_ABI
