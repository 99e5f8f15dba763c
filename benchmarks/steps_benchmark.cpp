// SPDX-License-Identifier: MIT
// The steps beside the two scalers of transform_benchmark: the same limits, and the Eigen expression for
// each. Every variant is first compared, bit for bit, with one cell at a time in plain arithmetic; one that
// differs gets no time.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "prepguard/transformers/binarizer.hpp"
#include "prepguard/transformers/max_abs_scaler.hpp"
#include "prepguard/transformers/normalizer.hpp"
#include "prepguard/transformers/robust_scaler.hpp"
#include "prepguard/transformers/simple_imputer.hpp"
#include "transform_case.hpp"

namespace {

using bench::Shape;
using prepguard::Matrix;

template <class T>
using Rows = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using RowOf = Eigen::Array<T, 1, Eigen::Dynamic>;

/// x / y, rounded once to double and once to `T`.
template <class T>
T quotient(T x, double y) {
  volatile double wide = double{x} / y;
  return static_cast<T>(wide);
}
template <class T>
T difference(T x, double y) {
  volatile double wide = double{x} - y;
  return static_cast<T>(wide);
}

template <class T>
struct Case : bench::TransformCase<T> {
  using Index = Eigen::Index;
  Matrix<T> train;
  Eigen::Map<Rows<T>> x, y;

  explicit Case(const Shape& of)
      : bench::TransformCase<T>(of),
        train(bench::make_cells<T>(1000, of.cols, 1)),
        x(this->in.data(), static_cast<Index>(of.rows), static_cast<Index>(of.cols)),
        y(this->out.data(), x.rows(), x.cols()) {}

  T cell(std::size_t i, std::size_t j) const { return this->in.view()(i, j); }
  static RowOf<T> row_of(const std::vector<double>& values) {
    return Eigen::Map<const RowOf<double>>(values.data(), static_cast<Index>(values.size()))
        .template cast<T>();
  }

  /// Limits, prepguard, and Eigen's expression; then the table.
  template <class Step, class Work>
  void run(const std::string& title, const Step& step, Work eigen, const bench::Options& options) {
    std::vector<bench::Variant> variants;
    this->add_limits(variants);
    bench::add_prepguard(*this, variants, step);
    variants.push_back(this->variant("Eigen", eigen));
    bench::print(title + ", " + this->shape.text(), bench::measure(variants, options), options);
  }
};

template <class T>
void run_max_abs(const std::string& type, const Shape& shape, const bench::Options& options) {
  Case<T> c(shape);
  prepguard::MaxAbsScaler<T> scaler;
  scaler.fit(c.train);
  const std::vector<double> scale = scaler.scale().reals();
  const RowOf<T> row = c.row_of(scale);
  c.expect([&](std::size_t i, std::size_t j) { return quotient(c.cell(i, j), scale[j]); });
  c.run(
      "MaxAbsScaler " + type, scaler, [&] { c.y = c.x.rowwise() / row; }, options);
}

template <class T>
void run_robust(const std::string& type, const Shape& shape, const bench::Options& options) {
  Case<T> c(shape);
  prepguard::RobustScaler<T> scaler;
  scaler.fit(c.train);
  const std::vector<double> center = scaler.center().reals(), scale = scaler.scale().reals();
  const RowOf<T> a = c.row_of(center), b = c.row_of(scale);
  c.expect(
      [&](std::size_t i, std::size_t j) { return quotient(difference(c.cell(i, j), center[j]), scale[j]); });
  c.run(
      "RobustScaler " + type, scaler, [&] { c.y = (c.x.rowwise() - a).rowwise() / b; }, options);
}

/// One cell in 31 is missing. Columns that hold one number in training have that number as their mean.
template <class T>
void run_imputer(const std::string& type, const Shape& shape, const bench::Options& options) {
  Case<T> c(shape);
  RowOf<T> means(static_cast<Eigen::Index>(shape.cols));
  for (std::size_t j = 0; j < shape.cols; ++j) {
    means(static_cast<Eigen::Index>(j)) = static_cast<T>(j) + T{0.5};
    for (std::size_t i = 0; i < c.train.rows(); ++i) c.train(i, j) = means(static_cast<Eigen::Index>(j));
  }
  prepguard::SimpleImputer<T> imputer;
  imputer.fit(c.train);
  for (std::size_t k = 0; k < shape.rows * shape.cols; k += 31)
    c.in.view()(k / shape.cols, k % shape.cols) = std::numeric_limits<T>::quiet_NaN();
  c.expect([&](std::size_t i, std::size_t j) {
    return std::isnan(c.cell(i, j)) ? means(static_cast<Eigen::Index>(j)) : c.cell(i, j);
  });
  const auto eigen = [&] { c.y = c.x.isNaN().select(means.replicate(c.x.rows(), 1), c.x); };
  c.run("SimpleImputer " + type, imputer, eigen, options);
}

/// Of the maximum norm, whose value does not depend on an order of additions.
template <class T>
void run_normalizer(const std::string& type, const Shape& shape, const bench::Options& options) {
  Case<T> c(shape);
  prepguard::Normalizer<T> normalizer({.norm = prepguard::Norm::max});
  normalizer.fit(c.train);
  c.expect([&](std::size_t i, std::size_t j) {
    T norm{0};
    for (std::size_t k = 0; k < shape.cols; ++k) norm = std::max(norm, std::abs(c.cell(i, k)));
    return quotient(c.cell(i, j), norm);
  });
  const auto eigen = [&] { c.y = c.x.colwise() / c.x.abs().rowwise().maxCoeff().eval(); };
  c.run("Normalizer " + type, normalizer, eigen, options);
}

template <class T>
void run_binarizer(const std::string& type, const Shape& shape, const bench::Options& options) {
  Case<T> c(shape);
  prepguard::Binarizer<T> binarizer;
  binarizer.fit(c.train);
  c.expect([&](std::size_t i, std::size_t j) { return c.cell(i, j) > 0 ? T{1} : T{0}; });
  c.run(
      "Binarizer " + type, binarizer, [&] { c.y = (c.x > T{0}).template cast<T>(); }, options);
}

template <class T>
void run_all(const std::string& type, const bench::Options& options) {
  for (const Shape& shape : {Shape{1, 30}, Shape{64, 30}, Shape{1024, 30}, Shape{4096, 30},
                             Shape{1'000'000, 30, bench::Layout::rows, false}}) {
    if (options.quick && !shape.in_quick) continue;
    run_max_abs<T>(type, shape, options);
    run_robust<T>(type, shape, options);
    run_imputer<T>(type, shape, options);
    run_normalizer<T>(type, shape, options);
    run_binarizer<T>(type, shape, options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  run_all<double>("float64", options);
  run_all<float>("float32", options);
}
