// SPDX-License-Identifier: MIT
// Scalers beside the fastest copy of the same bytes, and beside the expressions one would write in Eigen.
// Every variant is first compared, bit for bit, with one cell at a time in plain double arithmetic; one that
// differs gets no time.
#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "onnx_peer.hpp"
#include "prepguard/transformers/min_max_scaler.hpp"
#include "prepguard/transformers/standard_scaler.hpp"
#include "transform_case.hpp"

namespace {

using bench::Layout;
using bench::Shape;

template <class T>
using RowOf = Eigen::Array<T, 1, Eigen::Dynamic>;
template <class T>
using Rows = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Columns = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

/// (x - mean) / scale, of cells and of Eigen's expressions.
struct Standard {
  static constexpr const char* name = "StandardScaler";
  [[maybe_unused]] static constexpr const char* onnx_operators[] = {"Sub", "Div"};
  template <class T>
  using Scaler = prepguard::StandardScaler<T>;
  template <class T>
  static std::pair<std::vector<double>, std::vector<double>> statistics(const Scaler<T>& scaler) {
    return {scaler.mean().reals(), scaler.scale().reals()};
  }
  template <class X, class A>
  static auto first(const X& x, const A& a) {
    return x - a;
  }
  template <class X, class B>
  static auto second(const X& x, const B& b) {
    return x / b;
  }
};

/// x * scale + min
struct MinMax {
  static constexpr const char* name = "MinMaxScaler";
  [[maybe_unused]] static constexpr const char* onnx_operators[] = {"Mul", "Add"};
  template <class T>
  using Scaler = prepguard::MinMaxScaler<T>;
  template <class T>
  static std::pair<std::vector<double>, std::vector<double>> statistics(const Scaler<T>& scaler) {
    return {scaler.scale().reals(), scaler.min().reals()};
  }
  template <class X, class A>
  static auto first(const X& x, const A& a) {
    return x * a;
  }
  template <class X, class B>
  static auto second(const X& x, const B& b) {
    return x + b;
  }
};

/// The transform of one cell: an operation in double, rounded to `T`, twice. `volatile` keeps the compiler
/// from contracting or reassociating what stands in memory.
template <class Formula, class T>
T expected_cell(T x, double a, double b) {
  volatile double step = Formula::first(double{x}, a);
  volatile T rounded = static_cast<T>(step);
  step = Formula::second(double{rounded}, b);
  rounded = static_cast<T>(step);
  return rounded;
}

/// A fitted scaler, and its statistics for the peers.
template <class Formula, class T>
struct Case : bench::TransformCase<T> {
  typename Formula::template Scaler<T> scaler;
  std::vector<double> first, second;  // statistics
  RowOf<double> a, b;
  RowOf<T> a_t, b_t;  // the same rounded to T

  explicit Case(const Shape& of) : bench::TransformCase<T>(of) {
    scaler.fit(bench::make_cells<T>(1000, of.cols, 1));
    std::tie(first, second) = Formula::template statistics<T>(scaler);
    a = Eigen::Map<const RowOf<double>>(first.data(), static_cast<Eigen::Index>(of.cols));
    b = Eigen::Map<const RowOf<double>>(second.data(), static_cast<Eigen::Index>(of.cols));
    a_t = a.template cast<T>();
    b_t = b.template cast<T>();
    this->expect([&](std::size_t i, std::size_t j) {
      return expected_cell<Formula>(this->in.view()(i, j), first[j], second[j]);
    });
  }
};

/// Input or output of a case as Eigen sees it.
template <class Array, class T>
auto eigen_map(bench::Block<T>& block) {
  const auto& view = block.view();
  const std::ptrdiff_t stride = Array::IsRowMajor ? view.row_stride() : view.col_stride();
  return Eigen::Map<Array, 0, Eigen::OuterStride<>>(block.data(), static_cast<Eigen::Index>(view.rows()),
                                                    static_cast<Eigen::Index>(view.cols()),
                                                    Eigen::OuterStride<>(stride));
}

template <class Formula, class T>
void add_eigen_rowwise(Case<Formula, T>& c, std::vector<bench::Variant>& variants) {
  const auto in = eigen_map<Rows<T>>(c.in);
  auto out = eigen_map<Rows<T>>(c.out);
  auto rowwise = [&c, in, out]() mutable {
    out = Formula::second(Formula::first(in.rowwise(), c.a_t).rowwise(), c.b_t);
  };
  variants.push_back(c.variant("Eigen rowwise", rowwise));
  variants.push_back(c.variant("Eigen rowwise, allFinite twice", [rowwise, in, out]() mutable {
    bench::keep(in.allFinite());
    rowwise();
    bench::keep(out.allFinite());
  }));
  if constexpr (std::is_same_v<T, float>) {
    variants.push_back(c.variant("Eigen rowwise via double", [&c, in, out]() mutable {
      const auto step = Formula::first(in.template cast<double>().rowwise(), c.a).template cast<float>();
      out = Formula::second(step.template cast<double>().rowwise(), c.b).template cast<float>();
    }));
  }
}

template <class Formula, class T>
void add_eigen_by_column(Case<Formula, T>& c, std::vector<bench::Variant>& variants) {
  const auto in = eigen_map<Columns<T>>(c.in);
  auto out = eigen_map<Columns<T>>(c.out);
  variants.push_back(c.variant("Eigen per column", [&c, in, out]() mutable {
    for (Eigen::Index j = 0; j < in.cols(); ++j)
      out.col(j) = Formula::second(Formula::first(in.col(j), c.a_t(j)), c.b_t(j));
  }));
  if constexpr (std::is_same_v<T, float>) {
    variants.push_back(c.variant("Eigen per column via double", [&c, in, out]() mutable {
      for (Eigen::Index j = 0; j < in.cols(); ++j) {
        const auto step = Formula::first(in.col(j).template cast<double>(), c.a(j)).template cast<float>();
        out.col(j) = Formula::second(step.template cast<double>(), c.b(j)).template cast<float>();
      }
    }));
  }
}

#if defined(PREPGUARD_BENCH_ONNX)
/// The two operations as a graph, run by one thread; input and output are tensors round the memory of the
/// case.
template <class Formula, class T>
void add_onnx(Case<Formula, T>& c, std::vector<bench::Variant>& variants) {
  if (c.shape.layout != Layout::rows) return;
  const std::vector<T> a(c.first.begin(), c.first.end()), b(c.second.begin(), c.second.end());
  const auto session =
      std::make_shared<onnx::Session<T>>(Formula::onnx_operators[0], a, Formula::onnx_operators[1], b);
  const auto run = session->binding(c.in.data(), c.out.data(), c.shape.rows);
  variants.push_back(c.variant("ONNX Runtime " + onnx::version(), [session, run] { session->run(*run); }));
}
#endif

template <class Formula, class T>
void run(const char* type, const Shape& shape, const bench::Options& options) {
  Case<Formula, T> c(shape);
  std::vector<bench::Variant> variants;
  c.add_limits(variants);
  bench::add_prepguard(c, variants, c.scaler);
  if (shape.layout == Layout::columns) {
    add_eigen_by_column(c, variants);
  } else {
    add_eigen_rowwise(c, variants);
  }
#if defined(PREPGUARD_BENCH_ONNX)
  add_onnx(c, variants);
#endif
  bench::print(std::string(Formula::name) + ' ' + type + ", " + shape.text(),
               bench::measure(variants, options), options);
}

template <class Formula>
void run_all(const bench::Options& options) {
  for (const Shape& shape :
       {Shape{1, 30}, Shape{64, 30}, Shape{1024, 30}, Shape{4096, 30},
        Shape{1'000'000, 30, Layout::rows, false}, Shape{4096, 784, Layout::rows, false}, Shape{131'072, 1},
        Shape{65'536, 2}, Shape{43'690, 3}, Shape{12, 10'000}, Shape{1024, 30, Layout::columns},
        Shape{4096, 30, Layout::columns}, Shape{1024, 30, Layout::gaps}}) {
    if (options.quick && !shape.in_quick) continue;
    run<Formula, double>("float64", shape, options);
    run<Formula, float>("float32", shape, options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  run_all<Standard>(options);
  run_all<MinMax>(options);
}
