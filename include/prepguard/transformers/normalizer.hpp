// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/nan_refusal.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/row_norm.hpp"
#include "prepguard/detail/tolerance.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Divides every row by its norm, scikit-learn's Normalizer; a norm below 10 eps(T) counts as 1. NaN is
/// refused, by `fit` too.
///
/// What comes from scikit-learn adds up the cells in the order in which NumPy did, bit for bit, and in `T`,
/// so that a float row of 1e20 becomes 0. What is made here adds them up in double, over a power of two, so
/// that nothing overflows.
template <Number T>
class Normalizer : public ColumnEstimator<Normalizer<T>, T, detail::ColumnSeen<T>> {
 public:
  static constexpr std::string_view type = "normalizer";

  struct Options {
    Norm norm = Norm::l2;
  };

  Normalizer() = default;
  Normalizer(const Normalizer&) = default;
  Normalizer(Normalizer&&) noexcept = default;
  Normalizer& operator=(Normalizer other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Normalizer() = default;
  explicit Normalizer(Options options) : norm_(options.norm) {}

  Normalizer unfitted() const { return Normalizer(Options{norm_}); }
  /// Nothing but the number of columns.
  void learn(const std::vector<detail::ColumnSeen<T>>&, FitHealth&) {}
  void observe(detail::ColumnSeen<T>& column, std::size_t j, const T* x, std::ptrdiff_t stride,
               std::size_t n) const {
    detail::require_no_nan(type, j, x, stride, n);
    column.add(x, stride, n);
  }

  Norm norm() const noexcept { return norm_; }
  /// The order of additions that is replayed, whatever the layout of the rows.
  RowOrder order() const noexcept { return order_; }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    using detail::RowSum;
    const bool ok = !detail::has_nan(in);
    const bool by_rows = order_ == RowOrder::c, native = this->contract() == Contract::native;
    if (norm_ == Norm::max) {
      divide<RowSum::largest>(in, out);
    } else if (norm_ == Norm::l1) {
      native    ? divide<RowSum::l1_scaled>(in, out)
      : by_rows ? divide<RowSum::l1_pairwise>(in, out)
                : divide<RowSum::l1_in_turn>(in, out);
    } else {
      native    ? divide<RowSum::l2_scaled>(in, out)
      : by_rows ? divide<RowSum::l2_lanes>(in, out)
                : divide<RowSum::l2_in_turn>(in, out);
    }
    return ok;
  }

  /// A NaN anywhere fails the row.
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& columns) const {
    return detail::refused_if_missing(columns, columns.size());
  }
  Finding refusal(MatrixView<const T> row) const { return detail::refused_nan(row); }

  std::string formula(T x, std::size_t) const {
    return detail::repr_text(double{x}) + " / norm of the row is not finite";
  }

  /// The relative errors of a cell and of the norm add up; that of the norm is at most the largest of its
  /// cells. A row of tiny numbers whose errors are not relative may be further off: its self-test then fails.
  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    std::int64_t largest = 0;
    for (const std::int64_t k : columns) largest = k > largest ? k : largest;
    for (std::int64_t& k : columns) k = detail::sum_tolerance(k, largest);
    return columns;
  }

  /// Numbers of several sizes, for self-test rows made from the state.
  Array typical_cells(std::size_t) const { return Array(Array::Reals{3.0, -4.0, 0.5, 0.0}); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    Normalizer::header(self, visit);
    visit("norm", self.norm_);
    visit("order", self.order_);
  }

  void validate(const detail::Place&) const {}  // every name is a state

  friend bool operator==(const Normalizer&, const Normalizer&) = default;

 private:
  template <detail::RowSum Sum>
  static void divide(const MatrixView<const T>& in, const MatrixView<T>& out) noexcept {
    detail::normalize_rows<T, Sum>(in.data(), in.row_stride(), out.data(), out.row_stride(), in.rows(),
                                   in.cols(), 10 * double{std::numeric_limits<T>::epsilon()});
  }

  Norm norm_ = Norm::l2;
  RowOrder order_ = RowOrder::c;
};

}  // namespace prepguard::inline PREPGUARD_ABI
