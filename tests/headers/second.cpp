// SPDX-License-Identifier: MIT
// The other half of first.cpp.
#include <vector>

#include "everything.hpp"

bool second_sees_non_finite(const std::vector<double>& cells);
std::vector<double> second_scales(const std::vector<double>& cells);

bool second_sees_non_finite(const std::vector<double>& cells) {
  return !prepguard::all_finite(prepguard::MatrixView<const double>(cells.data(), 1, cells.size()));
}

std::vector<double> second_scales(const std::vector<double>& cells) {
  const prepguard::MatrixView<const double> rows(cells.data(), cells.size() / 3, 3);
  prepguard::StandardScaler<double> scaler;
  scaler.fit(rows);
  std::vector<double> scaled(cells.size());
  scaler.transform(rows, prepguard::MatrixView<double>(scaled.data(), rows.rows(), 3));
  return scaled;
}
