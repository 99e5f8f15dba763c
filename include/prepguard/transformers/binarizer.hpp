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
#include "prepguard/detail/nan_refusal.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/rounded.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// 1 for numbers above a threshold, else 0: `x > (T)threshold`, scikit-learn's Binarizer. NaN is refused, by
/// `fit` too.
template <Number T>
class Binarizer : public ColumnEstimator<Binarizer<T>, T, detail::ColumnSeen<T>> {
 public:
  static constexpr std::string_view type = "binarizer";

  struct Options {
    double threshold = 0.0;  ///< finite; rounded to `T` before it is compared
  };

  Binarizer() = default;
  Binarizer(const Binarizer&) = default;
  Binarizer(Binarizer&&) noexcept = default;
  Binarizer& operator=(Binarizer other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Binarizer() = default;
  /// Throws bad_parameter for a threshold that is not finite.
  explicit Binarizer(Options options) : threshold_(options.threshold) {
    if (detail::is_finite(&threshold_)) return;
    throw Error(Errc::bad_parameter, std::string(type),
                "expected a finite threshold, got " + detail::repr_text(threshold_));
  }

  Binarizer unfitted() const { return Binarizer(Options{threshold_}); }
  /// Nothing but the number of columns.
  void learn(const std::vector<detail::ColumnSeen<T>>&, FitHealth&) {}
  void observe(detail::ColumnSeen<T>& column, std::size_t j, const T* x, std::ptrdiff_t stride,
               std::size_t n) const {
    detail::require_no_nan(type, j, x, stride, n);
    column.add(x, stride, n);
  }

  double threshold() const noexcept { return threshold_; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    const bool ok = !detail::has_nan(in);
    detail::binarize<T>(in.data(), in.row_stride(), out.data(), out.row_stride(), in.rows(), in.cols(),
                        detail::round_to<T>(threshold_));
    return ok;
  }

  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> columns) const {
    return detail::refused_if_missing(columns, columns.size());
  }
  Finding refusal(MatrixView<const T> row) const { return detail::refused_nan(row); }

  /// The threshold and numbers on both sides of it, for self-test rows made from the state.
  Array typical_cells(std::size_t) const {
    return Array(Array::Reals{threshold_, threshold_ - 1, threshold_ + 1});
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    Binarizer::header(self, visit);
    visit("threshold", self.threshold_);
  }

  void validate(const detail::Place&) const {}  // a file holds finite numbers only

  friend bool operator==(const Binarizer&, const Binarizer&) = default;

 private:
  double threshold_ = 0.0;
};

}  // namespace prepguard::inline PREPGUARD_ABI
