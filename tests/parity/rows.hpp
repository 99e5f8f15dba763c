// SPDX-License-Identifier: MIT
// Rows as Python's side of a test writes them (support.py).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/matrix.hpp"
#include "prepguard/text.hpp"

namespace parity {

inline std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path + "; make it with make_parity.py");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool exists(const std::string& path) {
  return std::ifstream(path).good();
}

/// The numbers of a file, row after row.
template <class T>
prepguard::Matrix<T> numbers_of(const std::string& path, std::size_t rows) {
  const std::string bytes = read(path);
  auto cells = prepguard::Matrix<T>::uninitialized(rows, bytes.size() / sizeof(T) / rows);
  if (rows * cells.cols() * sizeof(T) != bytes.size()) throw std::runtime_error("odd size: " + path);
  std::memcpy(cells.data(), bytes.data(), bytes.size());
  return cells;
}

/// Texts as make_parity.py writes them; they view `bytes`.
inline prepguard::Matrix<prepguard::Text> texts_of(std::string_view bytes, std::size_t rows) {
  constexpr std::uint32_t none = 0xffff'ffff, nan = 0xffff'fffe;
  std::vector<prepguard::Text> cells;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at, sizeof size);
    at += sizeof size;
    if (size == none || size == nan) {
      cells.push_back(prepguard::Text(size == none ? prepguard::Missing::none : prepguard::Missing::nan));
    } else {
      cells.push_back(bytes.substr(at, size));
      at += size;
    }
  }
  auto matrix = prepguard::Matrix<prepguard::Text>::uninitialized(rows, cells.size() / rows);
  for (std::size_t k = 0; k < cells.size(); ++k) matrix(k % rows, k / rows) = cells[k];
  return matrix;
}

}  // namespace parity
