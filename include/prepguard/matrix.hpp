// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

namespace prepguard {

/// An object with storage and two strides that can be viewed without a copy: every Eigen matrix, array, map,
/// block or transpose (`rowStride`, `colStride` are Eigen's names), of either storage order.
template <class M, class T>
concept StridedMatrix = requires(M&& m) {
  { m.data() } -> std::convertible_to<T*>;
  { m.rows() } -> std::convertible_to<std::ptrdiff_t>;
  { m.cols() } -> std::convertible_to<std::ptrdiff_t>;
  { m.rowStride() } -> std::convertible_to<std::ptrdiff_t>;
  { m.colStride() } -> std::convertible_to<std::ptrdiff_t>;
};

/// Contiguous cells that stand for one row (one sample): span, vector, array, C array.
template <class R, class T>
concept RowRange = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> && !StridedMatrix<R, const T> &&
                   std::convertible_to<decltype(std::ranges::data(std::declval<R&>())), T*>;

/// A view of cells owned by somebody else: rows are samples, columns are features. `T` may be const.
///
/// Strides count elements, not bytes, and may be negative or zero; element (i, j) is
/// `data()[i * row_stride() + j * col_stride()]`. Copying a view copies no cell. The view is checked where it is
/// used (null pointer, shape, overlap), not where it is made.
template <class T>
class MatrixView {
 public:
  using Cell = std::remove_const_t<T>;

  constexpr MatrixView() noexcept = default;

  /// `rows` x `cols` cells behind `data`, row after row.
  constexpr MatrixView(T* data, std::size_t rows, std::size_t cols) noexcept
      : MatrixView(data, rows, cols, static_cast<std::ptrdiff_t>(cols), 1) {}

  constexpr MatrixView(T* data, std::size_t rows, std::size_t cols, std::ptrdiff_t row_stride,
                       std::ptrdiff_t col_stride) noexcept
      : data_(data), rows_(rows), cols_(cols), row_stride_(row_stride), col_stride_(col_stride) {}

  /// An Eigen object with storage, of either order; nothing is copied. A lazy expression does not compile.
  template <StridedMatrix<T> M>
    requires(!std::same_as<std::remove_cvref_t<M>, MatrixView>)
  constexpr MatrixView(M&& m) noexcept
      : MatrixView(m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()), m.rowStride(),
                   m.colStride()) {}

  /// One row of contiguous cells: a single sample.
  template <RowRange<T> R>
  constexpr MatrixView(R&& row) noexcept : MatrixView(std::ranges::data(row), 1, std::ranges::size(row)) {}

  /// A read-only view of what a mutable view shows.
  template <class U>
    requires(std::is_const_v<T> && std::same_as<U, Cell>)
  constexpr MatrixView(const MatrixView<U>& other) noexcept
      : MatrixView(other.data(), other.rows(), other.cols(), other.row_stride(), other.col_stride()) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t rows() const noexcept { return rows_; }
  constexpr std::size_t cols() const noexcept { return cols_; }
  constexpr std::ptrdiff_t row_stride() const noexcept { return row_stride_; }
  constexpr std::ptrdiff_t col_stride() const noexcept { return col_stride_; }

  /// The cell of row `i`, column `j`; both must be in range.
  constexpr T& operator()(std::size_t i, std::size_t j) const noexcept { return *address(i, j); }

  /// Pointer to the first cell of row `i`.
  constexpr T* row(std::size_t i) const noexcept { return address(i, 0); }

  /// Rows `first` to `first + count`, all columns.
  constexpr MatrixView middle_rows(std::size_t first, std::size_t count) const noexcept {
    return {count == 0 || data_ == nullptr ? data_ : address(first, 0), count, cols_, row_stride_, col_stride_};
  }

  /// Columns `first` to `first + count`, all rows.
  constexpr MatrixView middle_cols(std::size_t first, std::size_t count) const noexcept {
    return {count == 0 || data_ == nullptr ? data_ : address(0, first), rows_, count, row_stride_, col_stride_};
  }

  /// True if the cells of one row lie side by side.
  constexpr bool contiguous_rows() const noexcept { return col_stride_ == 1 || cols_ <= 1; }

 private:
  constexpr T* address(std::size_t i, std::size_t j) const noexcept {
    return data_ + (static_cast<std::ptrdiff_t>(i) * row_stride_ + static_cast<std::ptrdiff_t>(j) * col_stride_);
  }

  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::ptrdiff_t row_stride_ = 0;
  std::ptrdiff_t col_stride_ = 1;
};

/// Cells that own their memory: row-major, 64-byte aligned, a regular value. What `transform` returns.
/// `as_eigen` (eigen.hpp) shows it as an Eigen map.
template <class T>
class Matrix {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Matrix() noexcept = default;

  /// `rows` x `cols` cells, value-initialised. Throws std::bad_array_new_length if the product overflows.
  Matrix(std::size_t rows, std::size_t cols) : Matrix(uninitialized(rows, cols)) {
    std::uninitialized_value_construct_n(cells_.get(), rows * cols);
  }

  /// `rows` x `cols` cells whose values are not set: for results about to be written whole.
  static Matrix uninitialized(std::size_t rows, std::size_t cols) {
    std::size_t cells = 0;
    if (__builtin_mul_overflow(rows, cols, &cells) ||
        cells > (static_cast<std::size_t>(-1) - alignment) / sizeof(T))
      throw std::bad_array_new_length();
    Matrix matrix;
    if (cells != 0) matrix.cells_.reset(static_cast<T*>(aligned(cells * sizeof(T))));
    matrix.rows_ = rows;
    matrix.cols_ = cols;
    return matrix;
  }

  /// A row-major copy of what `view` shows.
  template <class V>
    requires std::same_as<std::remove_const_t<V>, T>
  explicit Matrix(MatrixView<V> view) : Matrix(uninitialized(view.rows(), view.cols())) {
    for (std::size_t i = 0; i < rows_; ++i) {
      for (std::size_t j = 0; j < cols_; ++j) (*this)(i, j) = view(i, j);
    }
  }

  Matrix(const Matrix& other) : Matrix(uninitialized(other.rows_, other.cols_)) {
    std::copy_n(other.cells_.get(), rows_ * cols_, cells_.get());
  }
  Matrix(Matrix&& other) noexcept
      : cells_(std::move(other.cells_)),
        rows_(std::exchange(other.rows_, 0)),
        cols_(std::exchange(other.cols_, 0)) {}
  Matrix& operator=(Matrix other) noexcept {
    cells_.swap(other.cells_);
    std::swap(rows_, other.rows_);
    std::swap(cols_, other.cols_);
    return *this;
  }
  ~Matrix() = default;

  T* data() noexcept { return cells_.get(); }
  const T* data() const noexcept { return cells_.get(); }
  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }
  std::ptrdiff_t rowStride() const noexcept { return static_cast<std::ptrdiff_t>(cols_); }
  std::ptrdiff_t colStride() const noexcept { return 1; }

  T& operator()(std::size_t i, std::size_t j) noexcept { return cells_.get()[i * cols_ + j]; }
  const T& operator()(std::size_t i, std::size_t j) const noexcept { return cells_.get()[i * cols_ + j]; }

  /// The cells of row `i`.
  std::span<T> row(std::size_t i) noexcept { return {cells_.get() + i * cols_, cols_}; }
  std::span<const T> row(std::size_t i) const noexcept { return {cells_.get() + i * cols_, cols_}; }

 private:
  static constexpr std::size_t alignment = 64;
  static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ <= alignment);

  // Aligned by hand: glibc keeps no cache of small blocks of a given alignment, and a result of one row is one. How far
  // the cells are from the block's beginning is in the byte before them.
  static void* aligned(std::size_t bytes) {
    auto* const block = static_cast<unsigned char*>(::operator new(bytes + alignment));
    const std::size_t distance = alignment - reinterpret_cast<std::uintptr_t>(block) % alignment;
    block[distance - 1] = static_cast<unsigned char>(distance);
    return block + distance;
  }
  struct Free {
    void operator()(T* p) const noexcept {
      auto* const cells = reinterpret_cast<unsigned char*>(p);
      ::operator delete(cells - cells[-1]);
    }
  };

  std::unique_ptr<T, Free> cells_{};
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace prepguard
