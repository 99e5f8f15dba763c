// SPDX-License-Identifier: MIT
// Included by kernel_sets.hpp, once in the namespace of each instruction set; see there.

#include "prepguard/detail/finite.inl"

#include "prepguard/detail/watch.inl"

#include "prepguard/detail/sweep.inl"

#include "prepguard/detail/columns.inl"

#include "prepguard/detail/quotients.inl"

#include "prepguard/detail/choices.inl"

#include "prepguard/detail/moments.inl"

#include "prepguard/detail/ranges.inl"

#include "prepguard/detail/rows.inl"

#include "prepguard/detail/row_sums.inl"

#include "prepguard/detail/transpose.inl"

#include "prepguard/detail/windows.inl"

/// The kernels of one instruction set; kernels.hpp has their contracts.
struct Kernels {
  /// Whether there are fused operations, and so quotients without division.
  static constexpr bool has_quotients = has_fma;

  template <class T>
  static bool all_finite(const T* cells, std::size_t count) noexcept {
    return finite_bytes<T, vector_bytes>(reinterpret_cast<const unsigned char*>(cells), count * sizeof(T));
  }

  template <class T>
  static bool all_within(const T* in, std::ptrdiff_t stride, std::size_t rows, std::size_t cols, const T* low,
                         const T* high) noexcept {
    return rows_within<T, vector_bytes / sizeof(T)>(BoundedRows<T>{in, stride, rows, cols, low, high});
  }

  template <class T>
  static void summarize_window(const WindowRows<T>& rows, const WindowSums<T>& sums) noexcept {
    summarize_rows(rows, sums);
  }

  template <class T, class Lane>
  static bool multiply_add(const RowPair<T>& rows, const ColumnTable<Lane>& table) noexcept {
    return transform<true>(rows, MultiplyAdd<T, Lane>{table.a, table.b}, table.period);
  }

  template <class T>
  static bool subtract_divide(const RowPair<T>& rows, const ColumnTable<double>& table) noexcept {
    return transform<false>(rows, SubtractDivide<T>{table.a, table.b}, table.period);
  }

  template <class T, class Lane>
  static bool subtract_quotient(const RowPair<T>& rows, const ColumnTable<Lane>& table) noexcept {
    return quotients(rows, table);
  }

  template <class T>
  static bool clip_columns(const RowPair<T>& rows, const T& low, const T& high, bool keep_zero) noexcept {
    return transform<false>(rows, clip_to(low, high, keep_zero), any_period);
  }

  template <class T>
  static bool binarize(const RowPair<T>& rows, const T& threshold) noexcept {
    return transform<false>(rows, exceeds(threshold), any_period);
  }

  template <class T>
  static bool replace_missing(const RowPair<T>& rows, const T* fill) noexcept {
    return replace_cells(rows, IsMissing<T>{}, fill);
  }

  template <class T>
  static bool replace_equal(const RowPair<T>& rows, const T& sentinel, const T* fill) noexcept {
    return replace_cells(rows, is_equal_to(sentinel), fill);
  }

  template <class T>
  static bool safe_divide(const RowPair<T>& rows, const T& epsilon) noexcept {
    return transform<false>(rows, SafeDivideBy<T>{epsilon}, any_period);
  }

  template <class T>
  static void multiply_rows(const RowPair<T>& rows, const T* factor, std::ptrdiff_t factor_stride) noexcept {
    multiply_by_cells(rows, factor, factor_stride);
  }

  template <class T>
  static void transpose(const T* in, std::ptrdiff_t in_stride, std::size_t columns, std::size_t cells, T* out,
                        std::ptrdiff_t out_stride) noexcept {
    transpose_cells(in, in_stride, columns, cells, out, out_stride);
  }

  template <class T, RowSum Sum>
  static void normalize_rows(const RowPair<T>& rows, double least) noexcept {
    const T* in = rows.in;
    T* out = rows.out;
    for (std::size_t i = 0; i < rows.rows; ++i, in += rows.in_stride, out += rows.out_stride) {
      const DivideRow<T> divide{quotient_of<Sum>(in, rows.cols, least)};
      transform_rows<DivideRow<T>::lanes>(RowPair<T>{in, 0, out, 0, 1, rows.cols, false}, divide);
    }
  }

  template <class T>
  static void add_moments(const MomentRows<T>& rows) noexcept {
    add_rows<T, vector_bytes / sizeof(double)>(rows);
  }

  template <class T>
  static void carry_moments(const MomentTotals& to) noexcept {
    carry_sums<T>(to);
  }

  template <class T>
  static void extend_ranges(const RangeRows<T>& rows) noexcept {
    widen_row_ranges<T, vector_bytes / sizeof(T)>(rows);
  }
};
