// SPDX-License-Identifier: MIT
// Streams rows through partial_fit, batch after batch, in memory that does not grow with them:
//
//     stream_fit ROWS
//
// ROWS is rounded up to whole batches. The cells follow patterns whose mean, variance, range and values are
// known exactly; what was learned must be that, to the last bit, and for the first rows what one fit on all
// of them learns. Prints what it did and the most memory it held; status 1 if anything differs.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "prepguard/prepguard.hpp"

namespace {

using prepguard::Matrix;
using prepguard::MatrixView;

constexpr std::size_t batch_rows = 70'000, cols = 4;  // whole periods: 1,000, 2, 1 and 7 rows

/// Row `i`: a count beside a large offset; numbers that cancel; a constant; eighths, each seventh missing.
void put_row(std::size_t i, double* cell) {
  cell[0] = 1e9 + static_cast<double>(i % 1000);
  cell[1] = i % 2 == 0 ? 1e16 : -1e16;
  cell[2] = 0.1;
  cell[3] = i % 7 == 6 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(i % 7) * 0.125;
}

Matrix<double> batch(std::size_t first, std::size_t rows) {
  Matrix<double> cells(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) put_row(first + i, cells.row(i).data());
  return cells;
}

std::size_t wrong = 0;

void expect(const char* what, double got, double want) {
  if (got == want) return;
  std::printf("wrong: %s is %.17g, expected %.17g\n", what, got, want);
  ++wrong;
}

/// The first rows in batches of any size are what they are as a whole.
void compare_with_whole() {
  constexpr std::size_t rows = 20 * 1000 + 77;
  const Matrix<double> all = batch(0, rows);
  const MatrixView<const double> view(all);
  prepguard::StandardScaler<double> whole, batches;
  prepguard::OneHotEncoder<double> whole_values, batch_values;
  whole.fit(all);
  whole_values.fit(all);
  for (std::size_t first = 0, size = 1; first < rows; first += size, size = size * 3 % 4001) {
    size = std::min(size, rows - first);
    batches.partial_fit(view.middle_rows(first, size));
    batch_values.partial_fit(view.middle_rows(first, size));
  }
  if (batches == whole && batch_values == whole_values) return;
  std::printf("wrong: batches learn something else than the whole\n");
  ++wrong;
}

void stream(std::size_t batches) {
  prepguard::StandardScaler<double> scaler;
  prepguard::MinMaxScaler<double> range;
  prepguard::OneHotEncoder<double> values;
  Matrix<double> cells(batch_rows, cols);
  for (std::size_t k = 0; k < batches; ++k) {
    for (std::size_t i = 0; i < batch_rows; ++i) put_row(k * batch_rows + i, cells.row(i).data());
    scaler.partial_fit(cells);
    range.partial_fit(cells);
    values.partial_fit(MatrixView<const double>(cells).middle_cols(0, 1));
  }
  // 0, 1, ... n - 1 equally often: mean (n - 1) / 2, variance (n^2 - 1) / 12.
  expect("mean 0", scaler.mean().real(0), 1e9 + 499.5);
  expect("scale 0", scaler.scale().real(0), std::sqrt(999999.0 / 12));
  expect("mean 1", scaler.mean().real(1), 0);
  expect("scale 1", scaler.scale().real(1), 1e16);
  expect("mean 2", scaler.mean().real(2), 0.1);
  expect("scale 2", scaler.scale().real(2), 1);
  expect("mean 3", scaler.mean().real(3), 2.5 / 8);
  expect("scale 3", scaler.scale().real(3), std::sqrt(35.0 / 12 / 64));
  expect("range 0", range.scale().real(0), 1.0 / 999);
  expect("range 3", range.scale().real(3), 1.6);
  expect("values 0", static_cast<double>(values.categories(0).size()), 1000);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::size_t batches = (rows + batch_rows - 1) / batch_rows;
  compare_with_whole();
  stream(batches);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double mib = static_cast<double>(usage.ru_maxrss) / 1024;
  const double streamed = static_cast<double>(batches * batch_rows * cols * sizeof(double)) / (1024 * 1024);
  std::printf(
      "figure: %zu rows (%.0f MiB) learned by partial_fit in %zu batches of %.1f MiB, at most %.0f MiB "
      "held\n",
      batches * batch_rows, streamed, batches, streamed / static_cast<double>(batches), mib);
  if (mib > 64) {
    std::printf("wrong: more than 64 MiB\n");
    ++wrong;
  }
  std::printf("%s\n", wrong == 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
  return wrong == 0 ? 0 : 1;
}
