// SPDX-License-Identifier: MIT
// What encoding categories costs: 3 columns of 10, 100 and 1,000 of them, whole numbers and texts, one-hot
// and as indices. The limit is a memset of the dense result, the least that any way of making it has to do.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/transformers/one_hot_encoder.hpp"

namespace {

using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Text;

constexpr std::size_t columns = 3;
constexpr std::size_t categories[columns] = {10, 100, 1000};
constexpr std::size_t width = 1110;

/// Which category row `i` has in column `j`: all of them in the first thousand rows, in no order a CPU could
/// learn.
std::size_t drawn(std::size_t i, std::size_t j) {
  std::uint64_t state = (i + 1) * 0x9e37'79b9'7f4a'7c15U + j;
  state ^= state >> 29;
  return i < 1000 ? i % categories[j] : state * 0xbf58'476d'1ce4'e5b9U % categories[j];
}

/// Rows of categories, the positions of which in the encoders' lists are known without the library.
template <class Cell>
struct Rows {
  std::vector<std::vector<std::string>> names{columns};  // of text, by number
  Matrix<Cell> cells;
  Matrix<std::int32_t> positions;

  explicit Rows(std::size_t rows) : cells(rows, columns), positions(rows, columns) {
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t k = 0; k < categories[j]; ++k) {
        std::string digits = std::to_string(k);  // padded, so that texts sort like numbers
        names[j].push_back("category " + digits.insert(0, 4 - digits.size(), '0'));
      }
    }
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const std::size_t k = drawn(i, j);
        positions(i, j) = static_cast<std::int32_t>(k);
        if constexpr (std::is_same_v<Cell, Text>) {
          cells(i, j) = Text(names[j][k]);
        } else {
          cells(i, j) = static_cast<Cell>(k);
        }
      }
    }
  }
};

/// Whether each row of `out` has its ones at `positions`, and nothing else.
template <class T>
bool is_one_hot(const Matrix<T>& out, const Matrix<std::int32_t>& positions) {
  for (std::size_t i = 0; i < out.rows(); ++i) {
    std::vector<T> expected(width);
    std::size_t first = 0;
    for (std::size_t j = 0; j < columns; first += categories[j++])
      expected[first + static_cast<std::size_t>(positions(i, j))] = T{1};
    if (std::memcmp(expected.data(), out.row(i).data(), width * sizeof(T)) != 0) return false;
  }
  return true;
}

template <class T, class Cell>
void run_dense(const std::string& title, std::size_t count, const bench::Options& options) {
  const Rows<Cell> train(1000), rows(count);
  prepguard::OneHotEncoder<T, Cell> encoder;
  encoder.fit(MatrixView<const Cell>(train.cells));
  const MatrixView<const Cell> in(rows.cells);
  Matrix<T> out(count, width);
  const MatrixView<T> target(out);
  const auto leaves_it = [&](auto work) {
    std::fill_n(out.data(), count * width, T{7});
    work();
    return is_one_hot(out, rows.positions);
  };

  std::vector<bench::Variant> variants;
  variants.push_back(bench::limit("memset of the result", [&] {
    std::memset(out.data(), 0, count * width * sizeof(T));
    bench::keep(out.data());
  }));
  const auto add = [&](const char* name, auto work) {
    const bool right = leaves_it(work);
    variants.push_back(bench::variant(
        name, [work, &out] { work(), bench::keep(out.data()); }, right));
  };
  add("OneHotEncoder, apply: no checks", [&] { encoder.apply(in, target); });
  add("OneHotEncoder, transform", [&] { encoder.transform(in, target); });
  add("positions known, row by row", [&] {
    for (std::size_t i = 0; i < count; ++i) {
      T* const row = out.row(i).data();
      std::memset(row, 0, width * sizeof(T));
      for (std::size_t j = 0, first = 0; j < columns; first += categories[j++])
        row[first + static_cast<std::size_t>(rows.positions(i, j))] = T{1};
    }
  });
  bench::print(title + ", " + std::to_string(count) + " rows", bench::measure(variants, options), options);
}

template <class Cell>
void run_indices(const std::string& title, std::size_t count, const bench::Options& options) {
  using Key = std::conditional_t<std::is_same_v<Cell, Text>, std::string_view, Cell>;
  const Rows<Cell> train(1000), rows(count);
  prepguard::OneHotEncoder<double, Cell> encoder;
  encoder.fit(MatrixView<const Cell>(train.cells));
  std::vector<std::unordered_map<Key, std::int32_t>> maps(columns);
  const auto key_of = [](const Cell& cell) {
    if constexpr (std::is_same_v<Cell, Text>) {
      return cell.view();
    } else {
      return cell;
    }
  };
  for (std::size_t i = 0; i < 1000; ++i) {
    for (std::size_t j = 0; j < columns; ++j) maps[j][key_of(train.cells(i, j))] = train.positions(i, j);
  }
  Matrix<std::int32_t> out(count, columns);
  std::vector<bench::Variant> variants;
  const auto add = [&](const char* name, auto work) {
    std::fill_n(out.data(), count * columns, -7);
    work();
    const bool right = std::equal(out.data(), out.data() + count * columns, rows.positions.data());
    variants.push_back(bench::variant(
        name, [work, &out] { work(), bench::keep(out.data()); }, right));
  };
  add("std::unordered_map", [&] {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < columns; ++j) out(i, j) = maps[j].find(key_of(rows.cells(i, j)))->second;
    }
  });
  variants.back().is_limit = true;
  const MatrixView<const Cell> in(rows.cells);
  add("look_up: no checks", [&] { encoder.look_up(in, out); });
  add("transform_indices", [&] { encoder.transform_indices(in, out); });
  bench::print(title + ", " + std::to_string(count) + " rows", bench::measure(variants, options), options);
}

template <class T>
void run(const std::string& type, const bench::Options& options) {
  for (const std::size_t count : {1U, 64U, 4096U}) {
    if (count > 64 && options.quick) continue;
    run_dense<T, T>(type + ", one-hot of numbers", count, options);
    run_dense<T, Text>(type + ", one-hot of text", count, options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  run<float>("float32", options);
  run<double>("float64", options);
  for (const std::size_t count : {1U, 1024U}) {
    run_indices<float>("indices of float32", count, options);
    run_indices<double>("indices of float64", count, options);
    run_indices<Text>("indices of text", count, options);
  }
}
