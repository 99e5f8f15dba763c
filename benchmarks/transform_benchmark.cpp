// SPDX-License-Identifier: MIT
// Scalers beside the fastest copy of the same bytes, and beside the expressions one would write in Eigen.
// Every variant is first compared, bit for bit, with one cell at a time in plain double arithmetic; one that
// differs gets no time.
#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/transformers/min_max_scaler.hpp"
#include "prepguard/transformers/standard_scaler.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace {

using prepguard::InstructionSet;
using prepguard::Matrix;
using prepguard::MatrixView;

template <class T>
using Cells = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
template <class T>
using ConstCells = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
template <class T>
using RowOf = Eigen::Array<T, 1, Eigen::Dynamic>;

/// (x - mean) / scale
struct Standard {
  static constexpr const char* name = "StandardScaler";
  template <class T>
  using Scaler = prepguard::StandardScaler<T>;
  template <class T>
  static std::pair<std::vector<double>, std::vector<double>> statistics(const Scaler<T>& scaler) {
    return {scaler.mean().reals(), scaler.scale().reals()};
  }
  static double first(double x, double a) { return x - a; }
  static double second(double x, double b) { return x / b; }
  template <class In, class Row>
  static auto first(const In& in, const Row& a) {
    return in.rowwise() - a;
  }
  template <class In, class Row>
  static auto second(const In& in, const Row& b) {
    return in.rowwise() / b;
  }
};

/// x * scale + min
struct MinMax {
  static constexpr const char* name = "MinMaxScaler";
  template <class T>
  using Scaler = prepguard::MinMaxScaler<T>;
  template <class T>
  static std::pair<std::vector<double>, std::vector<double>> statistics(const Scaler<T>& scaler) {
    return {scaler.scale().reals(), scaler.min().reals()};
  }
  static double first(double x, double a) { return x * a; }
  static double second(double x, double b) { return x + b; }
  template <class In, class Row>
  static auto first(const In& in, const Row& a) {
    return in.rowwise() * a;
  }
  template <class In, class Row>
  static auto second(const In& in, const Row& b) {
    return in.rowwise() + b;
  }
};

/// Reproducible cells, of another magnitude in every column.
template <class T>
Matrix<T> make_cells(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  auto cells = Matrix<T>::uninitialized(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < cols; ++j) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
      const double uniform = static_cast<double>(seed >> 11U) * 0x1p-53;
      cells(i, j) = static_cast<T>((uniform - 0.3) * static_cast<double>(1 + j * j));
    }
  }
  return cells;
}

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

/// What a case works on: the same memory for every variant.
template <class Formula, class T>
struct Case {
  using Scaler = typename Formula::template Scaler<T>;

  Scaler scaler;
  Matrix<T> in;
  Matrix<T> out;
  Matrix<T> expected;
  RowOf<double> a, b;  // statistics
  RowOf<T> a_t, b_t;   // the same rounded to T

  Case(std::size_t rows, std::size_t cols)
      : in(make_cells<T>(rows, cols, 7)), out(rows, cols), expected(Matrix<T>::uninitialized(rows, cols)) {
    scaler.fit(make_cells<T>(1000, cols, 1));
    const auto [first, second] = Formula::template statistics<T>(scaler);
    a = Eigen::Map<const RowOf<double>>(first.data(), static_cast<Eigen::Index>(cols));
    b = Eigen::Map<const RowOf<double>>(second.data(), static_cast<Eigen::Index>(cols));
    a_t = a.template cast<T>();
    b_t = b.template cast<T>();
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < cols; ++j) {
        expected(i, j) = expected_cell<Formula>(in(i, j), first[j], second[j]);
      }
    }
  }

  std::size_t bytes() const { return in.rows() * in.cols() * sizeof(T); }
  ConstCells<T> eigen_in() const {
    return {in.data(), static_cast<Eigen::Index>(in.rows()), static_cast<Eigen::Index>(in.cols())};
  }
  Cells<T> eigen_out() {
    return {out.data(), static_cast<Eigen::Index>(in.rows()), static_cast<Eigen::Index>(in.cols())};
  }

  /// Runs `work` once and compares what it wrote.
  template <class Work>
  bool is_right(Work work) {
    std::memset(out.data(), 0xff, bytes());
    work();
    return std::memcmp(out.data(), expected.data(), bytes()) == 0;
  }
  template <class Work>
  bench::Variant variant(std::string name, Work work) {
    return bench::variant(
        std::move(name),
        [work, this] {
          work();
          bench::keep(out.data());
        },
        is_right(work));
  }
};

#if defined(__SSE2__)
/// Copies whole vectors past the caches; `to` is 16-byte aligned.
void stream_copy(unsigned char* to, const unsigned char* from, std::size_t size) {
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
  _mm_sfence();
  std::memcpy(to + i, from + i, size - i);
}
#endif

template <class Formula, class T>
void add_limits(Case<Formula, T>& c, std::vector<bench::Variant>& variants) {
  variants.push_back(bench::limit("memcpy", [&c] {
    std::memcpy(c.out.data(), c.in.data(), c.bytes());
    bench::keep(c.out.data());
  }));
#if defined(__SSE2__)
  if (c.bytes() < (std::size_t{1} << 20)) return;  // slower than memcpy while the caches hold both
  variants.push_back(bench::limit("streaming copy", [&c] {
    stream_copy(reinterpret_cast<unsigned char*>(c.out.data()),
                reinterpret_cast<const unsigned char*>(c.in.data()), c.bytes());
    bench::keep(c.out.data());
  }));
#endif
}

/// `transform`, which checks shapes, input and output, with each instruction set; and the bare arithmetic of
/// it.
template <class Formula, class T>
void add_prepguard(Case<Formula, T>& c, std::vector<bench::Variant>& variants) {
  const auto transform = [&c] { c.scaler.transform(c.in, c.out); };
  variants.push_back(c.variant("prepguard, dispatched", transform));
  const InstructionSet chosen = prepguard::instruction_set();
  for (const InstructionSet set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    bench::Variant forced = c.variant("prepguard, " + std::string(name(set)), transform);
    forced.time = [set, chosen, time = std::move(forced.time)](std::size_t runs) {
      prepguard::force_instruction_set(set);
      const double ns = time(runs);
      prepguard::force_instruction_set(chosen);
      return ns;
    };
    variants.push_back(std::move(forced));
  }
  prepguard::force_instruction_set(chosen);
  variants.push_back(c.variant("prepguard, apply: no checks",
                               [&c] { c.scaler.apply(MatrixView<const T>(c.in), MatrixView<T>(c.out)); }));
}

template <class Formula, class T>
void add_eigen(Case<Formula, T>& c, std::vector<bench::Variant>& variants) {
  const auto rowwise = [&c] { c.eigen_out() = Formula::second(Formula::first(c.eigen_in(), c.a_t), c.b_t); };
  variants.push_back(c.variant("Eigen rowwise", rowwise));
  variants.push_back(c.variant("Eigen rowwise, allFinite twice", [&c, rowwise] {
    bench::keep(c.eigen_in().allFinite());
    rowwise();
    bench::keep(c.eigen_out().allFinite());
  }));
  if constexpr (std::is_same_v<T, float>) {
    variants.push_back(c.variant("Eigen rowwise via double", [&c] {
      c.eigen_out() = Formula::second(Formula::first(c.eigen_in().template cast<double>(), c.a)
                                          .template cast<float>()
                                          .template cast<double>(),
                                      c.b)
                          .template cast<float>();
    }));
  }
}

template <class Formula, class T>
void run(const char* type, std::size_t rows, std::size_t cols, const bench::Options& options) {
  Case<Formula, T> c(rows, cols);
  std::vector<bench::Variant> variants;
  add_limits(c, variants);
  add_prepguard(c, variants);
  add_eigen(c, variants);
  const std::string title =
      std::string(Formula::name) + ' ' + type + ", " + std::to_string(rows) + " x " + std::to_string(cols);
  bench::print(title, bench::measure(variants, options), options);
}

template <class Formula>
void run_all(const bench::Options& options) {
  struct Shape {
    std::size_t rows, cols;
  };
  for (const Shape shape :
       {Shape{1, 30}, Shape{64, 30}, Shape{1024, 30}, Shape{4096, 30}, Shape{1'000'000, 30}}) {
    if (options.quick && shape.rows > 4096) continue;
    run<Formula, double>("float64", shape.rows, shape.cols, options);
    run<Formula, float>("float32", shape.rows, shape.cols, options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  run_all<Standard>(options);
  run_all<MinMax>(options);
}
