// SPDX-License-Identifier: MIT
// What one request costs: a single row through pipelines known to the compiler and chosen at run time,
// through the guard, and round a small network. The limit of a case is the bare work in it, so "of limit"
// tells what all checks together leave: 0.95 means that they cost 5 %. What is dispatched is measured with
// each instruction set as well.
#include <Eigen/Core>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/prepguard.hpp"
#include "rooflines.hpp"

namespace {

using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MixedView;
using prepguard::Text;

constexpr std::size_t number_columns = 30;

template <class T>
Matrix<T> make_rows(std::size_t rows, std::size_t cols) {
  Matrix<T> cells(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < cols; ++j)
      cells(i, j) = static_cast<T>((i * 37 + j * 11) % 101) * static_cast<T>(j + 1);
  }
  return cells;
}

/// A model that reads every feature and does nothing else worth mentioning.
template <class T>
T sum_of(const T* features, std::size_t count) {
  T sum{0};
  for (std::size_t j = 0; j < count; ++j) sum += features[j];
  return sum;
}
template <class T>
struct Sum {
  T operator()(std::span<const T> features) const { return sum_of(features.data(), features.size()); }
};

/// True if `work` leaves in `out` what the bare work left in `expected`.
template <class T, class Work>
bool leaves(const std::vector<T>& expected, const Matrix<T>& out, Work work) {
  work();
  return std::memcmp(out.data(), expected.data(), expected.size() * sizeof(T)) == 0;
}

template <class T>
void run_numbers(const char* type, const bench::Options& options) {
  const Matrix<T> train = make_rows<T>(200, number_columns);
  const MatrixView<const T> row = MatrixView<const T>(train).middle_rows(17, 1);
  const std::span<const T> cells(row.data(), number_columns);
  prepguard::Pipeline fixed{prepguard::SimpleImputer<T>{}, prepguard::StandardScaler<T>{}};
  fixed.fit(train);
  const prepguard::AnyPipeline<T> chosen(fixed);
  Matrix<T> out(1, number_columns);
  const MatrixView<T> target(out);

  fixed.apply(row, target);
  const std::vector<T> expected(out.data(), out.data() + number_columns);
  const T sum = sum_of(out.data(), number_columns);
  const auto guarded_fixed = prepguard::guard(fixed, Sum<T>{});
  const auto guarded_chosen = prepguard::guard(chosen, Sum<T>{});
  const auto guarded_model = prepguard::guard(Sum<T>{});

  std::vector<bench::Variant> variants;
  variants.push_back(bench::limit("Pipeline, apply: no checks", [&] {
    fixed.apply(row, target);
    bench::keep(out.data());
  }));
  const auto into_out = [&](auto work) {
    return [&, work](std::string name) {
      const bool right = leaves(expected, out, work);
      return bench::variant(
          std::move(name), [work, &out] { work(), bench::keep(out.data()); }, right);
    };
  };
  const auto gives = [cells](const auto& guarded, T right) {
    return [&guarded, cells, right](std::string name) {
      return bench::variant(
          std::move(name), [&guarded, cells] { bench::keep(guarded(cells)); }, guarded(cells) == right);
    };
  };
  const auto transform = into_out([&] { fixed.transform(row, target); });
  bench::add_instruction_sets(variants, "prepguard, Pipeline, transform", transform);
  const auto apply_chosen = into_out([&] { chosen.apply(MixedView<const T>(row), MixedView<T>(target)); });
  variants.push_back(apply_chosen("prepguard, AnyPipeline, apply: no checks"));
  const auto transform_chosen = into_out([&] { chosen.transform(row, MixedView<T>(target)); });
  variants.push_back(transform_chosen("prepguard, AnyPipeline, transform"));
  bench::add_instruction_sets(variants, "prepguard, guard(Pipeline, sum)", gives(guarded_fixed, sum));
  variants.push_back(gives(guarded_chosen, sum)("prepguard, guard(AnyPipeline, sum)"));
  variants.push_back(gives(guarded_model, sum_of(cells.data(), number_columns))("prepguard, guard(sum)"));
  bench::print(std::string(type) + ", one row of 30 numbers", bench::measure(variants, options), options);
}

/// Training columns and one request row with the same names.
template <class T>
struct Tables {
  std::vector<std::vector<T>> numbers;
  std::vector<std::string> ports, decks;
  std::vector<std::string> names;
  prepguard::Table train, request;

  explicit Tables(const Matrix<T>& rows) : numbers(rows.cols()) {
    for (std::size_t j = 0; j < rows.cols(); ++j) {
      names.push_back("n" + std::to_string(j));
      for (std::size_t i = 0; i < rows.rows(); ++i) numbers[j].push_back(rows(i, j));
      add(names.back(), numbers[j]);
    }
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      ports.push_back("port of call " + std::to_string(i % 10));
      decks.push_back("deck " + std::to_string(i % 5));
    }
    add("port", ports);
    add("deck", decks);
  }

 private:
  template <class V>
  void add(const std::string& name, const std::vector<V>& values) {
    train.add(name, std::span<const V>(values));
    request.add(name, std::span<const V>(values).first(1));
  }
};

template <class T>
void run_table(const char* type, const bench::Options& options) {
  const Matrix<T> rows = make_rows<T>(200, number_columns);
  const Tables<T> tables(rows);
  prepguard::ColumnTransformer<T> prep{
      {"num", prepguard::Pipeline{prepguard::SimpleImputer<T>{}, prepguard::StandardScaler<T>{}},
       tables.names},
      {"cat", prepguard::OneHotEncoder<T, Text>{}, {"port", "deck"}}};
  prep.fit(tables.train);
  const prepguard::Binding binding = prep.schema().bind(tables.request);
  Matrix<Text> texts(1, 2);
  texts(0, 0) = Text(tables.ports[0]);
  texts(0, 1) = Text(tables.decks[0]);
  const MixedView<const T> views(MatrixView<const T>(rows).middle_rows(0, 1), texts);
  Matrix<T> out(1, prep.output_width());
  const MixedView<T> target{MatrixView<T>(out)};

  prep.apply(views, target);
  const std::vector<T> expected(out.data(), out.data() + out.cols());
  const T sum = sum_of(out.data(), out.cols());
  const auto guarded = prepguard::guard(prep, Sum<T>{});

  std::vector<bench::Variant> variants;
  variants.push_back(bench::limit("views, apply: no checks", [&] {
    prep.apply(views, target);
    bench::keep(out.data());
  }));
  const auto add = [&](const std::string& title, auto work) {
    bench::add_instruction_sets(variants, title, [&](std::string name) {
      const bool right = leaves(expected, out, work);
      return bench::variant(
          std::move(name), [work, &out] { work(), bench::keep(out.data()); }, right);
    });
  };
  add("prepguard, views, transform", [&] { prep.transform(views, target); });
  add("prepguard, Table and Binding, transform", [&] { prep.transform(tables.request, binding, target); });
  bench::add_instruction_sets(variants, "prepguard, guard(prep, sum)(Table, Binding)", [&](std::string name) {
    return bench::variant(
        std::move(name), [&] { bench::keep(guarded(tables.request, binding)(0, 0)); },
        guarded(tables.request, binding)(0, 0) == sum);
  });
  variants.push_back(bench::variant(
      "prepguard, guard(prep, sum)(Table)", [&] { bench::keep(guarded(tables.request)(0, 0)); },
      guarded(tables.request)(0, 0) == sum));
  bench::print(std::string(type) + ", one row of 30 numbers and 2 texts", bench::measure(variants, options),
               options);
}

/// 32 inputs, two hidden layers of 64 with ReLU, one output.
class Network {
 public:
  float operator()(std::span<const float> features) const {
    const Eigen::Map<const Eigen::VectorXf> x(features.data(), static_cast<Eigen::Index>(features.size()));
    const Eigen::Vector<float, 64> first = (first_ * x).cwiseMax(0.0F);
    const Eigen::Vector<float, 64> second = (second_ * first).cwiseMax(0.0F);
    return last_.dot(second);
  }

 private:
  static constexpr auto weight = [](Eigen::Index i, Eigen::Index j) {
    return static_cast<float>((i * 29 + j * 17) % 37 - 18) / 64.0F;
  };

  Eigen::Matrix<float, 64, 32> first_ = Eigen::Matrix<float, 64, 32>::NullaryExpr(64, 32, weight);
  Eigen::Matrix<float, 64, 64> second_ = Eigen::Matrix<float, 64, 64>::NullaryExpr(64, 64, weight);
  Eigen::Matrix<float, 64, 1> last_ = Eigen::Matrix<float, 64, 1>::NullaryExpr(64, 1, weight);
};

void run_network(const bench::Options& options) {
  constexpr std::size_t width = 32;
  const Matrix<float> train = make_rows<float>(200, width);
  prepguard::StandardScaler<float> scaler;
  scaler.fit(train);
  const std::span<const float> row = train.row(17);
  std::vector<float> features(width);
  const auto scale = [&] { scaler.apply(row, MatrixView<float>(features)); };
  const Network network;
  scale();
  const float answer = network(features);

  std::vector<bench::Variant> variants;
  variants.push_back(bench::limit("network", [&] { bench::keep(network(features)); }));
  const auto add = [&](std::string name, auto work) {
    variants.push_back(bench::variant(
        std::move(name), [work] { bench::keep(work()); }, work() == answer));
  };
  const auto guarded_network = prepguard::guard(network);
  const auto guarded_both = prepguard::guard(scaler, network);
  add("prepguard, guard(network)", [&] { return guarded_network(features); });
  add("Eigen allFinite of features", [&] {
    const bool finite = Eigen::Map<const Eigen::VectorXf>(features.data(), width).allFinite();
    bench::keep(finite);
    return network(features);
  });
  add("prepguard, scaled without any check", [&] {
    scale();
    return network(features);
  });
  add("prepguard, guard(scaler, network)", [&] { return guarded_both(row); });
  bench::print("float32, network 32-64-64-1", bench::measure(variants, options), options);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  run_numbers<double>("float64", options);
  run_numbers<float>("float32", options);
  run_table<double>("float64", options);
  run_table<float>("float32", options);
  run_network(options);
}
