// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/matrix.hpp"
#include "rooflines.hpp"

/// What benchmarks of transforms share: cells in memory, laid out in one of several ways, what a transform
/// must make of them, and variants that are compared with it before they are timed.
namespace bench {

using prepguard::Matrix;
using prepguard::MatrixView;

/// How the cells of input and output lie.
enum class Layout : std::uint8_t {
  rows,     ///< row after row
  columns,  ///< column after column, as Eigen's matrices do
  gaps      ///< rows with seven cells between them
};

struct Shape {
  std::size_t rows, cols;
  Layout layout = Layout::rows;
  bool in_quick = true;  ///< small enough for a quick run

  std::string text() const {
    constexpr const char* layouts[] = {"", ", column-major", ", strided"};
    return std::to_string(rows) + " x " + std::to_string(cols) + layouts[static_cast<std::size_t>(layout)];
  }
};

/// Cells that lie as `shape` says.
template <class T>
class Block {
 public:
  explicit Block(const Shape& shape) {
    const std::size_t gap = shape.layout == Layout::gaps ? 7 : 0;
    const auto row_stride =
        static_cast<std::ptrdiff_t>(shape.layout == Layout::columns ? 1 : shape.cols + gap);
    const auto col_stride = static_cast<std::ptrdiff_t>(shape.layout == Layout::columns ? shape.rows : 1);
    cells_ = Matrix<T>(shape.rows, shape.cols + gap);
    view_ = MatrixView<T>(cells_.data(), shape.rows, shape.cols, row_stride, col_stride);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  T* data() { return cells_.data(); }
  const MatrixView<T>& view() const { return view_; }
  /// Of the cells in the view; what lies between rows is not touched.
  std::size_t bytes() const { return view_.rows() * view_.cols() * sizeof(T); }
  void spoil() { std::memset(cells_.data(), 0xff, cells_.rows() * cells_.cols() * sizeof(T)); }

 private:
  Matrix<T> cells_{};
  MatrixView<T> view_{};
};

/// Reproducible numbers in [-0.3, 0.7), of another magnitude in every column.
template <class T>
void fill(const MatrixView<T>& cells, std::uint64_t seed) {
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    for (std::size_t j = 0; j < cells.cols(); ++j) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
      const double uniform = static_cast<double>(seed >> 11U) * 0x1p-53;
      cells(i, j) = static_cast<T>((uniform - 0.3) * static_cast<double>(1 + j % 1000 * (j % 1000)));
    }
  }
}

template <class T>
Matrix<T> make_cells(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Matrix<T> cells(rows, cols);
  fill(MatrixView<T>(cells), seed);
  return cells;
}

/// Input and output, the same memory for every variant, and what the output must be.
template <class T>
struct TransformCase {
  Shape shape;
  Block<T> in, out;
  Matrix<T> expected;

  explicit TransformCase(const Shape& of) : shape(of), in(of), out(of), expected(of.rows, of.cols) {
    fill(in.view(), 7);
  }

  MatrixView<const T> input() const { return in.view(); }

  /// Sets what is expected: `cell(i, j)` in plain arithmetic.
  template <class Cell>
  void expect(Cell cell) {
    for (std::size_t i = 0; i < shape.rows; ++i) {
      for (std::size_t j = 0; j < shape.cols; ++j) expected(i, j) = cell(i, j);
    }
  }
  /// Runs `work` once and compares every bit that it wrote.
  template <class Work>
  bool is_right(Work work) {
    out.spoil();
    work();
    bool same = true;
    for (std::size_t i = 0; i < shape.rows; ++i) {
      for (std::size_t j = 0; j < shape.cols; ++j)
        same = same && std::memcmp(&out.view()(i, j), &expected(i, j), sizeof(T)) == 0;
    }
    return same;
  }
  template <class Work>
  Variant variant(std::string name, Work work) {
    const bool right = is_right(work);
    return bench::variant(
        std::move(name), [work, to = out.data()]() mutable { work(), keep(to); }, right);
  }
  void add_limits(std::vector<Variant>& variants) { add_copies(variants, out.data(), in.data(), in.bytes()); }
};

/// `step.transform`, which checks shapes, input and output, with each instruction set; and its bare
/// arithmetic.
template <class T, class Step>
void add_prepguard(TransformCase<T>& c, std::vector<Variant>& variants, const Step& step) {
  const auto transform = [&c, &step] { step.transform(c.input(), c.out.view()); };
  add_instruction_sets(variants, "prepguard",
                       [&](std::string name) { return c.variant(std::move(name), transform); });
  if (c.shape.layout == Layout::columns) return;  // `apply` takes rows only
  variants.push_back(
      c.variant("prepguard, apply: no checks", [&c, &step] { step.apply(c.input(), c.out.view()); }));
}

}  // namespace bench
