// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "prepguard/detail/column_op.hpp"
#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/detail/kernel_sets.hpp"
#include "prepguard/version.hpp"

/// The kernels: pointers, shapes and strides in, bits out. Each is compiled for several instruction sets,
/// chosen at run time, and every set gives the same bits under every compiler flag. Nothing is checked and
/// nothing is read or written outside the cells named. Cells of a row lie side by side; strides count cells.
/// `in` and `out` may be the same rows (same pointer, same stride), but must not overlap in any other way.
/// `T` is float or double.

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// Calls `function` with the kernels of the instruction set in use.
template <class Function>
[[gnu::always_inline]] inline decltype(auto) with_kernels(Function&& function) {
  switch (instruction_set()) {
#if defined(__x86_64__)
    case InstructionSet::avx512:
      return function(avx512::Kernels{});
    case InstructionSet::avx2:
      return function(avx2::Kernels{});
    case InstructionSet::sse2:
      return function(sse2::Kernels{});
#elif defined(__aarch64__)
    case InstructionSet::neon:
      return function(neon::Kernels{});
#endif
    default:
      return function(generic::Kernels{});
  }
}

/// From here on the compiler knows nothing about what `p` points to: neither that it "cannot" be NaN, as
/// fast-math promises, nor a value it has just computed.
inline void forget_values_at(const void* p) noexcept {
  asm volatile("" : : "r"(p) : "memory");
}

/// True if none of the `count` cells at `cells` is NaN or infinite. Stops early after a bad cell.
template <class T>
bool all_finite(const T* cells, std::size_t count) noexcept {
  forget_values_at(cells);
  return with_kernels([&](auto kernels) { return kernels.template all_finite<T>(cells, count); });
}

/// True if low[j] <= in(i, j) <= high[j] for all cells. All are finite: what a NaN does depends on the flags.
template <class T>
bool all_within(const T* in, std::ptrdiff_t stride, std::size_t rows, std::size_t cols, const T* low,
                const T* high) noexcept {
  forget_values_at(in);
  return with_kernels(
      [&](auto kernels) { return kernels.template all_within<T>(in, stride, rows, cols, low, high); });
}

/// Counts and moments of every column of a window of rows.
template <class T>
void summarize_window(const WindowRows<T>& rows, const WindowSums<T>& sums) noexcept {
  forget_values_at(rows.cells);
  with_kernels([&](auto kernels) { kernels.template summarize_window<T>(rows, sums); });
}

/// out(i, j) = in(i, j) * a[j] + b[j], each operation rounded to `T`. Lanes are double, or float where all
/// statistics are. NaN stays NaN. Like all kernels that say so, it returns whether all results are finite.
template <class T, class Lane>
bool multiply_add_columns(const RowPair<T>& rows, const ColumnTable<Lane>& table) noexcept {
  forget_values_at(rows.in);
  return with_kernels([&](auto kernels) { return kernels.template multiply_add<T, Lane>(rows, table); });
}

/// out(i, j) = (in(i, j) - a[j]) / b[j], each operation rounded to `T`. NaN stays NaN.
template <class T>
bool subtract_divide_columns(const RowPair<T>& rows, const ColumnTable<double>& table) noexcept {
  forget_values_at(rows.in);
  return with_kernels([&](auto kernels) { return kernels.template subtract_divide<T>(rows, table); });
}

/// The same without a division, for tables made for that. False if it is not to be had like this: results
/// that are not finite, numerators that are too small, no fused operations. Then all of `out`, which must not
/// be `in`, is unspecified.
template <class T, class Lane>
bool subtract_quotient_columns(const RowPair<T>& rows, const ColumnTable<Lane>& table) noexcept {
  forget_values_at(rows.in);
  return with_kernels([&](auto kernels) {
    if constexpr (kernels.has_quotients) {
      return kernels.template subtract_quotient<T, Lane>(rows, table);
    } else {
      return false;
    }
  });
}

/// out = in limited to [low, high] by numpy's rule: `y = x > low ? x : low`, then `y < high ? y : high`; so
/// -0.0 clipped at 0.0 is 0.0; with `keep_zero`, as in NumPy 2, it stays -0.0. NaN passes with its payload.
/// The limits are finite, low <= high.
template <class T>
bool clip_columns(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
                  std::size_t rows, std::size_t cols, const T& low, const T& high,
                  bool keep_zero = false) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  return with_kernels(
      [&](auto kernels) { return kernels.template clip_columns<T>(pair, low, high, keep_zero); });
}

/// out(i, j) = in(i, j) > threshold ? 1 : 0, where NaN is above or below everything, by its sign.
template <class T>
bool binarize(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
              std::size_t rows, std::size_t cols, const T& threshold) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  return with_kernels([&](auto kernels) { return kernels.template binarize<T>(pair, threshold); });
}

/// out(i, j) = in(i, j) / norm(row i of in), where a norm below `least` counts as 1.
template <class T, RowSum Sum>
void normalize_rows(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
                    std::size_t rows, std::size_t cols, double least) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  with_kernels([&](auto kernels) { kernels.template normalize_rows<T, Sum>(pair, least); });
}

/// out(i, j) = fill[j] where in(i, j) is NaN, else in(i, j) bit for bit.
template <class T>
bool replace_missing(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
                     std::size_t rows, std::size_t cols, const T* fill) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  return with_kernels([&](auto kernels) { return kernels.template replace_missing<T>(pair, fill); });
}

/// out(i, j) = fill[j] where in(i, j) == sentinel, else in(i, j) bit for bit. -0.0 equals 0.0; a NaN sentinel
/// equals nothing.
template <class T>
bool replace_equal(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
                   std::size_t rows, std::size_t cols, const T& sentinel, const T* fill) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  return with_kernels([&](auto kernels) { return kernels.template replace_equal<T>(pair, sentinel, fill); });
}

/// Copies columns whose cells lie side by side, `in_stride` apart, to rows `out_stride` apart whose cells do,
/// bit for bit.
template <class T>
void transpose(const T* in, std::ptrdiff_t in_stride, std::size_t columns, std::size_t cells, T* out,
               std::ptrdiff_t out_stride) noexcept {
  with_kernels(
      [&](auto kernels) { kernels.template transpose<T>(in, in_stride, columns, cells, out, out_stride); });
}

/// out(i, j) = in(i, j) * factor[i * factor_stride], rounded to `T` once. Here `in` and `out` may also be
/// different columns of the same rows.
template <class T>
void multiply_rows(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
                   std::size_t rows, std::size_t cols, const T* factor,
                   std::ptrdiff_t factor_stride) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  with_kernels([&](auto kernels) { kernels.template multiply_rows<T>(pair, factor, factor_stride); });
}

/// out = in / (|in| + epsilon), the sum and the quotient each rounded to `T`. NaN stays NaN.
template <class T>
bool safe_divide(const T* in, std::ptrdiff_t in_row_stride, T* out, std::ptrdiff_t out_row_stride,
                 std::size_t rows, std::size_t cols, const T& epsilon) noexcept {
  const RowPair<T> pair{in, in_row_stride, out, out_row_stride, rows, cols};
  forget_values_at(in);
  return with_kernels([&](auto kernels) { return kernels.template safe_divide<T>(pair, epsilon); });
}

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
