// SPDX-License-Identifier: MIT
// With second.cpp: two translation units that include every header (everything.hpp is generated) and link, each
// perhaps built with other flags. Both must see the same NaN and compute the same bits.
#include <cstdio>
#include <cstring>
#include <vector>

#include "everything.hpp"

bool second_sees_non_finite(const std::vector<double>& cells);
std::vector<double> second_scales(const std::vector<double>& cells);

namespace {

constexpr std::size_t columns = 3;

bool first_sees_non_finite(const std::vector<double>& cells) {
  return !prepguard::all_finite(prepguard::MatrixView<const double>(cells.data(), 1, cells.size()));
}

std::vector<double> first_scales(const std::vector<double>& cells) {
  const prepguard::MatrixView<const double> rows(cells.data(), cells.size() / columns, columns);
  prepguard::StandardScaler<double> scaler;
  scaler.fit(rows);
  std::vector<double> scaled(cells.size());
  scaler.transform(rows, prepguard::MatrixView<double>(scaled.data(), rows.rows(), columns));
  return scaled;
}

}  // namespace

int main() {
  std::vector<double> cells;
  for (int i = 0; i < 300; ++i) cells.push_back(0.1 * i + 1e-3 * (i % 7) * (i % 11));
  const std::vector<double> first = first_scales(cells);
  const std::vector<double> second = second_scales(cells);
  const bool same_bits = std::memcmp(first.data(), second.data(), first.size() * sizeof(double)) == 0;
  const bool quiet = !first_sees_non_finite(cells) && !second_sees_non_finite(cells);
  // Bits, because a NaN written as a number is undefined under -ffinite-math-only.
  const unsigned long long nan = 0x7ff8000000000000;
  std::memcpy(&cells[137], &nan, sizeof nan);
  const bool seen = first_sees_non_finite(cells) && second_sees_non_finite(cells);
  std::printf("same bits: %d, no false alarm: %d, NaN seen: %d\n", same_bits, quiet, seen);
  return same_bits && quiet && seen ? 0 : 1;
}
