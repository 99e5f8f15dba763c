// SPDX-License-Identifier: MIT
// Fits steps to rows that fit_against_sklearn.py wrote, and writes the learned states:
//
//     fit_peer FOLDER
//
// FOLDER/jobs.txt has a line a job: number, step, mode, dtype, layout (c or f), rows, columns, file of the
// rows, file of weights or -. The state of job N goes to FOLDER/N.state, as cereal writes it into prepguard's
// own text archive; an error's code and text instead of it begin with "error ". Modes: `fit`; `batches=K`:
// partial_fit on K batches; `merge=K`: the parts of K shards, carried through a binary cereal archive and
// merged.
#include <algorithm>
#include <cereal/archives/binary.hpp>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/archive.hpp"
#include "prepguard/serialize.hpp"
#include "prepguard/transformers.hpp"

namespace {

using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Number;
using prepguard::Summation;

struct Job {
  std::string number, step, mode, dtype, layout, rows, cols, file, weights;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class T>
std::vector<T> cells_of(const std::string& path) {
  const std::string bytes = read(path);
  std::vector<T> cells(bytes.size() / sizeof(T));
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(cells.data()));
  return cells;
}

std::size_t count_of(const std::string& mode) {
  return std::stoul(mode.substr(mode.find('=') + 1));
}

/// Calls `visit(rows)` with `count` runs of rows, as numpy.array_split makes them.
template <class T, class Visit>
void for_each_batch(MatrixView<const T> rows, std::size_t count, Visit&& visit) {
  for (std::size_t k = 0, first = 0; k < count; ++k) {
    const std::size_t size = rows.rows() / count + (k < rows.rows() % count ? 1 : 0);
    visit(rows.middle_rows(first, size));
    first += size;
  }
}

template <class Partial>
Partial carried(const Partial& partial) {
  std::stringstream stream;
  cereal::BinaryOutputArchive out(stream);
  out(partial);
  Partial copy;
  cereal::BinaryInputArchive in(stream);
  in(copy);
  return copy;
}

template <class Step, class T>
void learn(Step& step, const Job& job, MatrixView<const T> rows) {
  if (job.mode.starts_with("batches=")) {
    for_each_batch(rows, count_of(job.mode), [&](MatrixView<const T> batch) { step.partial_fit(batch); });
  } else if (job.mode.starts_with("merge=")) {
    typename Step::Partial all;
    for_each_batch(rows, count_of(job.mode),
                   [&](MatrixView<const T> shard) { all = merge(carried(step.partial(shard)), all); });
    step.finish(all);
  } else if (job.weights != "-") {
    if constexpr (requires { step.fit(rows, std::span<const double>()); }) {
      const std::vector<double> weights = cells_of<double>(job.weights);
      step.fit(rows, weights);
    }
  } else {
    step.fit(rows);
  }
}

template <Number T>
using Fit = std::function<std::string(const Job&, MatrixView<const T>)>;

template <Number T, class Step>
Fit<T> fit_of(const Step& unfitted) {
  return [unfitted](const Job& job, MatrixView<const T> rows) {
    Step step = unfitted;
    learn(step, job, rows);
    std::string text;
    prepguard::TextOutputArchive archive(text);
    archive(step);
    return text;
  };
}

/// Every step that can be asked for, by the name jobs give it.
template <Number T>
std::map<std::string, Fit<T>> fits() {
  using Standard = prepguard::StandardScaler<T>;
  using MinMax = prepguard::MinMaxScaler<T>;
  using MaxAbs = prepguard::MaxAbsScaler<T>;
  using Robust = prepguard::RobustScaler<T>;
  using KBins = prepguard::KBinsDiscretizer<T>;
  using Quantiles = prepguard::QuantileTransformer<T>;
  using Power = prepguard::PowerTransformer<T>;
  using Splines = prepguard::SplineTransformer<T>;
  using prepguard::BinStrategy;
  using prepguard::Extrapolation;
  using prepguard::KnotPlacement;
  using OneHot = prepguard::OneHotEncoder<T>;
  return {
      {"standard_scaler", fit_of<T>(Standard())},
      {"standard_scaler:sklearn_c", fit_of<T>(Standard({.summation = Summation::sklearn_c}))},
      {"standard_scaler:sklearn_f", fit_of<T>(Standard({.summation = Summation::sklearn_f}))},
      {"standard_scaler:sklearn_f_numpy2", fit_of<T>(Standard({.summation = Summation::sklearn_f_numpy2}))},
      {"min_max_scaler", fit_of<T>(MinMax())},
      {"min_max_scaler:range", fit_of<T>(MinMax({.feature_min = -0.3, .feature_max = 7.25}))},
      {"max_abs_scaler", fit_of<T>(MaxAbs())},
      {"robust_scaler", fit_of<T>(Robust())},
      {"robust_scaler:range", fit_of<T>(Robust({.quantile_range = {10, 85.5}}))},
      {"robust_scaler:variance", fit_of<T>(Robust({.quantile_range = {1.5, 70}, .unit_variance = true}))},
      {"k_bins_discretizer", fit_of<T>(KBins())},
      {"k_bins_discretizer:30", fit_of<T>(KBins({.n_bins = 30}))},
      {"k_bins_discretizer:uniform", fit_of<T>(KBins({.n_bins = 7, .strategy = BinStrategy::uniform}))},
      {"quantile_transformer", fit_of<T>(Quantiles())},
      {"quantile_transformer:17", fit_of<T>(Quantiles({.n_quantiles = 17}))},
      {"power_transformer", fit_of<T>(Power())},
      {"power_transformer:box-cox", fit_of<T>(Power({.method = prepguard::PowerMethod::box_cox}))},
      {"spline_transformer", fit_of<T>(Splines())},
      {"spline_transformer:2", fit_of<T>(Splines({.n_knots = 2, .degree = 1}))},
      {"spline_transformer:quantile",
       fit_of<T>(Splines({.n_knots = 9, .degree = 5, .knots = KnotPlacement::quantile}))},
      {"spline_transformer:periodic",
       fit_of<T>(Splines({.n_knots = 8, .degree = 4, .extrapolation = Extrapolation::periodic}))},
      {"one_hot_encoder", fit_of<T>(OneHot())},
  };
}

template <Number T>
std::string run(const Job& job) {
  static const std::map<std::string, Fit<T>> known = fits<T>();
  const auto found = known.find(job.step);
  if (found == known.end()) throw std::runtime_error("unknown step " + job.step);
  const std::vector<T> cells = cells_of<T>(job.file);
  const std::size_t rows = std::stoul(job.rows), cols = std::stoul(job.cols);
  const bool by_rows = job.layout == "c";
  const MatrixView<const T> view(cells.data(), rows, cols, static_cast<std::ptrdiff_t>(by_rows ? cols : 1),
                                 static_cast<std::ptrdiff_t>(by_rows ? 1 : rows));
  try {
    return found->second(job, view);
  } catch (const prepguard::Error& error) {
    return "error " + std::string(name(error.code())) + ' ' + error.what();
  }
}

int run_all(const std::string& folder) {
  std::istringstream lines(read(folder + "/jobs.txt"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Job job;
    for (std::string* field : {&job.number, &job.step, &job.mode, &job.dtype, &job.layout, &job.rows,
                               &job.cols, &job.file, &job.weights}) {
      std::getline(fields, *field, '\t');
    }
    const std::string state = job.dtype == "float32" ? run<float>(job) : run<double>(job);
    std::ofstream(folder + '/' + job.number + ".state", std::ios::binary) << state;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fit_peer FOLDER\n", stderr);
    return 2;
  }
  try {
    return run_all(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fit_peer: %s\n", error.what());
    return 1;
  }
}
