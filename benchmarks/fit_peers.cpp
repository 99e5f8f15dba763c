// SPDX-License-Identifier: MIT
// Fits behind a function that Python's ctypes can call, for fit_peers.py. It repeats the work itself and returns its
// time, so that the cost of a call from Python stays out.
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>

#include "interleaved.hpp"
#include "prepguard/prepguard.hpp"

namespace {

using prepguard::MatrixView;
using prepguard::Number;
using prepguard::Strategy;
using prepguard::Summation;

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

template <Number T>
double time_fit(const char* step, const T* cells, std::size_t rows, std::size_t cols, std::size_t runs) {
  static const std::map<std::string, Fit<T>> known = fits<T>();
  try {
    const Fit<T>& fit = known.at(step);
    const MatrixView<const T> view(cells, rows, cols);
    return bench::variant("", [&] { fit(view); }).time(runs) / static_cast<double>(runs);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", step, error.what());
    return -1.0;
  }
}

}  // namespace

extern "C" {

/// Fits `step` to rows x cols row-major cells `runs` times and returns the nanoseconds of one run; -1 after an error.
double prepguard_fit_float64(const char* step, const double* cells, std::size_t rows, std::size_t cols,
                             std::size_t runs) {
  return time_fit(step, cells, rows, cols, runs);
}
double prepguard_fit_float32(const char* step, const float* cells, std::size_t rows, std::size_t cols, std::size_t runs) {
  return time_fit(step, cells, rows, cols, runs);
}
}
