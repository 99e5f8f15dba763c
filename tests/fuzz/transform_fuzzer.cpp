// SPDX-License-Identifier: MIT
// libFuzzer target: matrices of any shape, strides and contents through scalers, imputers and encoders. Every
// instruction set gives the same bits, whatever the layout, or the same error.
//
//   clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/transform_fuzzer.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers.hpp"

namespace {

using prepguard::Error;
using prepguard::Matrix;
using prepguard::MatrixView;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Bytes from the fuzzer, zeros when they are used up.
class Source {
 public:
  Source(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  void take(void* to, std::size_t count) {
    if (count == 0) return;
    const std::size_t there = std::min(count, size_);
    std::memset(to, 0, count);
    if (there != 0) std::memcpy(to, data_, there);
    data_ += there;
    size_ -= there;
  }
  std::size_t below(std::size_t limit) {
    std::uint16_t number = 0;
    take(&number, sizeof number);
    return number % limit;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// Cells in memory of exactly their size, so that the sanitizer sees every step beyond.
template <class T>
struct Rows {
  std::vector<T> cells;
  MatrixView<T> view;

  Rows(std::size_t rows, std::size_t cols, std::size_t layout) {
    const std::size_t pad = layout / 8, width = cols + pad, height = rows + pad;
    const bool by_column = (layout & 1) != 0;
    const bool up = (layout & 2) != 0, left = (layout & 4) != 0;
    cells.resize(rows == 0 || cols == 0 ? 0
                 : by_column            ? (cols - 1) * height + rows
                                        : (rows - 1) * width + cols);
    auto row_stride = static_cast<std::ptrdiff_t>(by_column ? 1 : width);
    auto col_stride = static_cast<std::ptrdiff_t>(by_column ? height : 1);
    T* first = cells.data();
    if (up && !cells.empty())
      first += static_cast<std::ptrdiff_t>(rows - 1) * row_stride, row_stride = -row_stride;
    if (left && !cells.empty())
      first += static_cast<std::ptrdiff_t>(cols - 1) * col_stride, col_stride = -col_stride;
    view = MatrixView<T>(first, rows, cols, row_stride, col_stride);
  }
};

/// What a call gave: the bits of the result, NaN as one pattern, or the error's code.
template <class T, class Call>
std::string outcome(Call&& call) {
  try {
    const Matrix<T> result = call();
    std::string bits = std::to_string(result.rows()) + 'x' + std::to_string(result.cols()) + ':';
    for (std::size_t k = 0; k < result.rows() * result.cols(); ++k) {
      const T* cell = result.data() + k;
      if (prepguard::detail::is_nan(cell)) {
        bits += "NaN";
      } else {
        bits.append(reinterpret_cast<const char*>(cell), sizeof(T));
      }
    }
    return bits;
  } catch (const Error& error) {
    return std::string(name(error.code()));
  }
}

template <class T, class Step>
void check(Step step, const Rows<T>& training, const Rows<T>& plain, const Rows<T>& strided,
           std::size_t out_layout) {
  try {
    step.fit(MatrixView<const T>(training.view));
  } catch (const Error&) {
    return;
  }
  std::string first;
  for (const auto set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    const std::string one = outcome<T>([&] { return step.transform(MatrixView<const T>(plain.view)); });
    const std::string two = outcome<T>([&] { return step.transform(MatrixView<const T>(strided.view)); });
    const std::string three = outcome<T>([&] {
      const Rows<T> out(plain.view.rows(), step.output_width(), out_layout);
      step.transform(MatrixView<const T>(strided.view), out.view);
      return Matrix<T>(out.view);
    });
    require(one == two && one == three && (first.empty() || one == first));
    first = one;
  }
}

template <class T>
void run(Source& source) {
  using namespace prepguard;
  const std::size_t rows = source.below(70), cols = 1 + source.below(40);
  const Rows<T> training(1 + source.below(20), cols, 0), plain(rows, cols, 0);
  const Rows<T> strided(rows, cols, source.below(64));
  const std::size_t out_layout = source.below(64), which = source.below(6);
  for (const Rows<T>* matrix : {&training, &plain}) {
    std::vector<T> cells(matrix->cells.size());
    source.take(cells.data(), cells.size() * sizeof(T));
    for (std::size_t k = 0; k < cells.size(); ++k)
      std::memcpy(&matrix->view(k / cols, k % cols), &cells[k], sizeof(T));
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < cols; ++j) std::memcpy(&strided.view(i, j), &plain.view(i, j), sizeof(T));
  }
  if (which == 0) check<T>(StandardScaler<T>(), training, plain, strided, out_layout);
  if (which == 1)
    check<T>(MinMaxScaler<T>({.feature_min = -1, .clip = true}), training, plain, strided, out_layout);
  if (which == 2) check<T>(SimpleImputer<T>({.add_indicator = true}), training, plain, strided, out_layout);
  if (which == 3)
    check<T>(OneHotEncoder<T>({.handle_unknown = HandleUnknown::ignore}), training, plain, strided,
             out_layout);
  if (which == 4)
    check<T>(Pipeline{SimpleImputer<T>{}, StandardScaler<T>{}}, training, plain, strided, out_layout);
  if (which == 5)
    check<T>(Pipeline{MinMaxScaler<T>{}, OneHotEncoder<T>{}}, training, plain, strided, out_layout);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Source source(data, size);
  if (source.below(2) == 0) {
    run<double>(source);
  } else {
    run<float>(source);
  }
  return 0;
}
