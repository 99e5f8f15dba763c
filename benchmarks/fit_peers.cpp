// SPDX-License-Identifier: MIT
// Fits behind a function that Python's ctypes can call, for fit_peers.py. It repeats the work itself and
// returns its time, so that the cost of a call from Python stays out.
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "interleaved.hpp"
#include "prepguard/prepguard.hpp"

namespace {

using prepguard::MatrixView;
using prepguard::Number;
using prepguard::Strategy;
using prepguard::Summation;
using prepguard::Text;

template <Number T>
using Fit = std::function<void(MatrixView<const T>)>;

template <Number T, class Step>
Fit<T> fit_of(const Step& unfitted) {
  return [unfitted](MatrixView<const T> rows) {
    Step step = unfitted;
    step.fit(rows);
    bench::keep(step.input_width());
  };
}

template <Number T>
std::map<std::string, Fit<T>> fits() {
  using Standard = prepguard::StandardScaler<T>;
  using Imputer = prepguard::SimpleImputer<T>;
  return {
      {"standard_scaler", fit_of<T>(Standard())},
      {"standard_scaler:sklearn_c", fit_of<T>(Standard({.summation = Summation::sklearn_c}))},
      {"min_max_scaler", fit_of<T>(prepguard::MinMaxScaler<T>())},
      {"max_abs_scaler", fit_of<T>(prepguard::MaxAbsScaler<T>())},
      {"simple_imputer:mean", fit_of<T>(Imputer())},
      {"simple_imputer:median", fit_of<T>(Imputer({.strategy = Strategy::median}))},
      {"one_hot_encoder", fit_of<T>(prepguard::OneHotEncoder<T>())},
  };
}

/// Nanoseconds of one of `runs` fits; -1 after an error.
template <class Fit>
double time_of(const char* step, std::size_t runs, Fit&& fit) {
  try {
    return bench::variant("", fit).time(runs) / static_cast<double>(runs);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", step, error.what());
    return -1.0;
  }
}

template <Number T>
double time_fit(const char* step, const T* cells, std::size_t rows, std::size_t cols, bool by_column,
                std::size_t runs) {
  static const std::map<std::string, Fit<T>> known = fits<T>();
  const auto down = static_cast<std::ptrdiff_t>(by_column ? 1 : cols);
  const auto across = static_cast<std::ptrdiff_t>(by_column ? rows : 1);
  const MatrixView<const T> view(cells, rows, cols, down, across);
  if (std::string(step) == "read") {
    return time_of(step, runs, [&] { bench::keep(prepguard::all_finite(view)); });
  }
  return time_of(step, runs, [&] { known.at(step)(view); });
}

}  // namespace

extern "C" {

/// Fits `step` to rows x cols cells, row by row or column by column, `runs` times and returns the nanoseconds
/// of one run; -1 after an error. The step "read" is the finite check, about the fastest read of the same
/// memory.
double prepguard_fit_float64(const char* step, const double* cells, std::size_t rows, std::size_t cols,
                             bool by_column, std::size_t runs) {
  return time_fit(step, cells, rows, cols, by_column, runs);
}
double prepguard_fit_float32(const char* step, const float* cells, std::size_t rows, std::size_t cols,
                             bool by_column, std::size_t runs) {
  return time_fit(step, cells, rows, cols, by_column, runs);
}
/// The same for a OneHotEncoder and texts of `width` bytes each, filled up with zeros.
double prepguard_fit_text(const char* bytes, std::size_t width, std::size_t rows, std::size_t cols,
                          std::size_t runs) {
  prepguard::Matrix<Text> cells(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) {
    const char* text = bytes + i * width;
    cells(i / cols, i % cols) = Text(std::string_view(text, strnlen(text, width)));
  }
  return time_of("text", runs, [&] {
    prepguard::OneHotEncoder<float, Text> encoder;
    encoder.fit(cells);
    bench::keep(encoder.input_width());
  });
}
}
