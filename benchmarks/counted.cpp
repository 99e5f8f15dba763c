// SPDX-License-Identifier: MIT
// The kernels and the guarded row whose instructions benchmarks/count counts, each in a function of its own
// name. `warm_up` runs all of them once, `measure` runs them `repetitions` times; only calls from there are
// counted. What they compute is compared with plain arithmetic, so that work which a compiler drops is no
// success.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/guard.hpp"
#include "prepguard/pipeline.hpp"

namespace counted {

using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MixedView;
using prepguard::Text;

constexpr int repetitions = 20;
constexpr std::size_t rows = 64;  // input and output in the L1 cache
constexpr std::size_t cols = 30;
constexpr std::size_t category_cols = 3;

template <class T>
Matrix<T> make_cells(std::size_t count, std::size_t width) {
  Matrix<T> cells(count, width);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < width; ++j)
      cells(i, j) = static_cast<T>((i * 37 + j * 11) % 101) * static_cast<T>(j + 1) / T{3};
  }
  return cells;
}

template <class T>
Matrix<T> make_categories(std::size_t count) {
  Matrix<T> cells(count, category_cols);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < category_cols; ++j) cells(i, j) = static_cast<T>(i * (j + 1) % 10);
  }
  return cells;
}

/// A step fitted to many rows, and memory for what it leaves of a batch.
template <class T, class Step>
struct Fitted {
  Step step{};
  Matrix<T> out{};

  explicit Fitted(const Matrix<T>& train) {
    step.fit(train);
    out = Matrix<T>(rows, step.output_width());
  }
  void transform(const MatrixView<const T>& in) {
    step.transform(in, MatrixView<T>(out).middle_rows(0, in.rows()));
    bench::keep(out.data());
  }
};

template <class T>
struct Batch {
  Matrix<T> train = make_cells<T>(1000, cols);
  Matrix<T> in = make_cells<T>(rows, cols);
  Matrix<T> categories = make_categories<T>(rows);
  Fitted<T, prepguard::StandardScaler<T>> standard{train};
  Fitted<T, prepguard::MinMaxScaler<T>> min_max{train};
  Fitted<T, prepguard::SimpleImputer<T>> imputer{train};
  Fitted<T, prepguard::Normalizer<T>> normalizer{train};
  Fitted<T, prepguard::OneHotEncoder<T>> one_hot{categories};
  bool finite = false;
};

template <class T>
[[gnu::noinline]] void all_finite(Batch<T>& b) {
  b.finite = prepguard::detail::all_finite(b.in.data(), rows * cols);
}
template <class T>
[[gnu::noinline]] void standard_scaler(Batch<T>& b) {
  b.standard.transform(b.in);
}
template <class T>
[[gnu::noinline]] void standard_scaler_one_row(Batch<T>& b) {
  b.standard.transform(MatrixView<const T>(b.in).middle_rows(0, 1));
}
template <class T>
[[gnu::noinline]] void min_max_scaler(Batch<T>& b) {
  b.min_max.transform(b.in);
}
template <class T>
[[gnu::noinline]] void simple_imputer(Batch<T>& b) {
  b.imputer.transform(b.in);
}
template <class T>
[[gnu::noinline]] void normalizer(Batch<T>& b) {
  b.normalizer.transform(b.in);
}
template <class T>
[[gnu::noinline]] void one_hot_encoder(Batch<T>& b) {
  b.one_hot.transform(b.categories);
}
template <class T>
[[gnu::noinline]] void fit_standard_scaler(Batch<T>& b) {
  prepguard::StandardScaler<T> scaler;
  scaler.fit(b.train);
  bench::keep(scaler);
}
template <class T>
[[gnu::noinline]] void fit_min_max_scaler(Batch<T>& b) {
  prepguard::MinMaxScaler<T> scaler;
  scaler.fit(b.train);
  bench::keep(scaler);
}

/// The transform of one cell: an operation in double, rounded to `T`, twice.
template <class T>
T scaled(T x, double mean, double scale) {
  volatile double step = double{x} - mean;
  volatile T rounded = static_cast<T>(step);
  step = double{rounded} / scale;
  rounded = static_cast<T>(step);
  return rounded;
}

template <class T>
bool is_right(const Batch<T>& b) {
  bool right = b.finite;
  const auto& scaler = b.standard.step;
  for (std::size_t j = 0; j < cols; ++j) {
    const T expected = scaled(b.in(rows - 1, j), scaler.mean().reals()[j], scaler.scale().reals()[j]);
    right = right && b.standard.out(rows - 1, j) == expected;
    right = right && b.imputer.out(rows - 1, j) == b.in(rows - 1, j);
  }
  T ones{0};
  for (std::size_t j = 0; j < b.one_hot.out.cols(); ++j) ones += b.one_hot.out(rows - 1, j);
  return right && ones == T{category_cols};
}

/// A model that reads every feature and does nothing else worth mentioning.
struct Sum {
  double operator()(std::span<const double> features) const {
    double sum = 0;
    for (const double x : features) sum += x;
    return sum;
  }
};

/// One request: 30 numbers, as a row and as a table with 2 texts.
struct Request {
  using Numbers = prepguard::Pipeline<prepguard::SimpleImputer<double>, prepguard::StandardScaler<double>>;
  using Steps = prepguard::StepList<prepguard::SimpleImputer<double>, prepguard::StandardScaler<double>,
                                    prepguard::OneHotEncoder<double, Text>>;
  using Prep = prepguard::ColumnTransformer<double, Steps>;

  Matrix<double> train = make_cells<double>(200, cols);
  std::vector<std::vector<double>> columns = std::vector<std::vector<double>>(cols);
  std::vector<std::string> names{}, ports{}, decks{};
  prepguard::Table table{}, request{};
  Numbers numbers{prepguard::SimpleImputer<double>{}, prepguard::StandardScaler<double>{}};
  Prep prep{};

  Request() {
    numbers.fit(train);
    for (std::size_t i = 0; i < train.rows(); ++i) {
      ports.push_back("port of call " + std::to_string(i % 10));
      decks.push_back("deck " + std::to_string(i % 5));
      for (std::size_t j = 0; j < cols; ++j) columns[j].push_back(train(i, j));
    }
    for (std::size_t j = 0; j < cols; ++j) {
      names.push_back("n" + std::to_string(j));
      add(names[j], columns[j]);
    }
    add("port", ports);
    add("deck", decks);
    prep = Prep{{"num", numbers, names}, {"cat", prepguard::OneHotEncoder<double, Text>{}, {"port", "deck"}}};
    prep.fit(table);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

 private:
  template <class V>
  void add(const std::string& name, const std::vector<V>& values) {
    table.add(name, std::span<const V>(values));
    request.add(name, std::span<const V>(values).first(1));
  }
};

template <class... Prep>
using GuardOf = decltype(prepguard::guard(std::declval<Prep>()..., Sum{}));

/// The guards are made once; what is counted are their calls.
struct Guarded {
  Request request{};
  prepguard::Binding binding = request.prep.schema().bind(request.request);
  GuardOf<const Request::Numbers&> row = prepguard::guard(request.numbers, Sum{});
  GuardOf<const Request::Prep&> table = prepguard::guard(request.prep, Sum{});
  GuardOf<> bare = prepguard::guard(Sum{});
  double row_sum = 0, table_sum = 0, bare_sum = 0;
};

[[gnu::noinline]] void guarded_row(Guarded& g) {
  g.row_sum = g.row(g.request.train.row(0));
}
[[gnu::noinline]] void guarded_table_row(Guarded& g) {
  g.table_sum = g.table(g.request.request, g.binding)(0, 0);
}
[[gnu::noinline]] void guarded_model(Guarded& g) {
  g.bare_sum = g.bare(g.request.train.row(0));
}

bool is_right(const Guarded& g) {
  Matrix<double> features(1, cols);
  g.request.numbers.transform(MatrixView<const double>(g.request.train).middle_rows(0, 1), features);
  const double sum = Sum{}(features.row(0));
  return g.row_sum == sum && g.table_sum == sum + 2 && g.bare_sum == Sum{}(g.request.train.row(0));
}

template <class Work>
using Cases = std::vector<void (*)(Work&)>;

template <class T>
const Cases<Batch<T>> batch_cases = {all_finite<T>,      standard_scaler_one_row<T>, standard_scaler<T>,
                                     min_max_scaler<T>,  simple_imputer<T>,          normalizer<T>,
                                     one_hot_encoder<T>, fit_standard_scaler<T>,     fit_min_max_scaler<T>};
const Cases<Guarded> guarded_cases = {guarded_model, guarded_row, guarded_table_row};

template <class Work>
[[gnu::noinline]] void warm_up(const Cases<Work>& cases, Work& work) {
  for (auto* const run : cases) run(work);
}
template <class Work>
[[gnu::noinline]] void measure(const Cases<Work>& cases, Work& work) {
  for (auto* const run : cases) {
    for (int i = 0; i < repetitions; ++i) run(work);
  }
}

template <class Work>
bool count(const Cases<Work>& cases) {
  Work work;
  warm_up(cases, work);
  measure(cases, work);
  return is_right(work);
}

}  // namespace counted

int main() {
  using namespace counted;
  bool right = count(batch_cases<double>);
  right = count(batch_cases<float>) && right;
  right = count(guarded_cases) && right;
  if (!right) std::puts("wrong results");
  return right ? 0 : 1;
}
