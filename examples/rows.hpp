// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace examples {

/// Rows of features or of predictions.
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Numbers that Python wrote: float32, row-major.
inline Rows read_rows(const std::filesystem::path& path, Eigen::Index cols) {
  const std::string bytes = read_bytes(path);
  Rows rows(static_cast<Eigen::Index>(bytes.size() / sizeof(float)) / cols, cols);
  std::memcpy(rows.data(), bytes.data(), static_cast<std::size_t>(rows.size()) * sizeof(float));
  return rows;
}

}  // namespace examples
