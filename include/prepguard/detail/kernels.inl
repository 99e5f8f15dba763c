// SPDX-License-Identifier: MIT
// Included by kernel_sets.hpp, once in the namespace of each instruction set; see there.

#include "prepguard/detail/finite.inl"

#include "prepguard/detail/columns.inl"

#include "prepguard/detail/moments.inl"

#include "prepguard/detail/ranges.inl"

#include "prepguard/detail/rows.inl"

#include "prepguard/detail/row_sums.inl"

#include "prepguard/detail/windows.inl"

/// The kernels of one instruction set; kernels.hpp has their contracts.
struct Kernels {
  /// Doubles in the widest vector.
  static constexpr std::size_t wide_lanes = vector_bytes / sizeof(double);

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

  template <class T, ColumnOp First, ColumnOp Second>
  static void apply_columns(const RowPair<T>& rows, const double* first, const double* second) noexcept {
    transform(rows, ColumnSteps<T, First, Second>{first, second});
  }

  template <class T>
  static void clip_columns(const RowPair<T>& rows, const T& low, const T& high, bool keep_zero) noexcept {
    transform_rows(rows, clip_to(low, high, keep_zero));
  }

  template <class T>
  static void binarize(const RowPair<T>& rows, const T& threshold) noexcept {
    transform_rows(rows, exceeds(threshold));
  }

  template <class T>
  static void replace_missing(const RowPair<T>& rows, const T* fill) noexcept {
    transform(rows, Replace<T, IsMissing<T>>{{}, fill});
  }

  template <class T>
  static void replace_equal(const RowPair<T>& rows, const T& sentinel, const T* fill) noexcept {
    transform(rows, Replace<T, IsEqual<T>>{is_equal_to(sentinel), fill});
  }

  template <class T>
  static void multiply_rows(const RowPair<T>& rows, const T* factor, std::ptrdiff_t factor_stride) noexcept {
    multiply_by_cells(rows, factor, factor_stride);
  }

  template <class T>
  static void safe_divide(const RowPair<T>& rows, const T& epsilon) noexcept {
    transform(rows, safe_divide_by(epsilon));
  }

  template <class T>
  static std::int64_t largest_bits(const T* cells, std::size_t count) noexcept {
    return largest_magnitude(cells, count);
  }

  template <class T>
  static bool add_part_sums(const T* cells, std::size_t count, const double* magic, double* sums) noexcept {
    return add_split_cells(cells, count, magic, sums);
  }

  template <class T, RowSum Sum>
  static void normalize_rows(const RowPair<T>& rows, double least) noexcept {
    const T* in = rows.in;
    T* out = rows.out;
    for (std::size_t i = 0; i < rows.rows; ++i, in += rows.in_stride, out += rows.out_stride) {
      const DivideRow<T> divide{quotient_of<Sum>(in, rows.cols, least)};
      transform_row<DivideRow<T>::lanes>(in, out, rows.cols, divide);
    }
  }

  template <class T>
  static std::size_t extend_range(const T* cells, std::size_t count, Bits<T>* ends) noexcept {
    return widen_range(cells, count, ends);
  }
};
