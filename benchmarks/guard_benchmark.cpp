// SPDX-License-Identifier: MIT
// What a guard costs round a network, with each preset of its policy: 1, 64 and 4,096 rows of 32 numbers that
// are scaled and go through a network 32-64-64-1. The limit is the network alone, on features that are ready:
// "of limit" 0.95 means that scaling and all checks together cost 5 %.
#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/file.hpp"
#include "prepguard/guard.hpp"
#include "rooflines.hpp"

namespace {

using namespace prepguard;

constexpr std::size_t width = 32;

/// Two hidden layers of 64 with ReLU, on all rows of a batch at once.
class Network {
 public:
  Eigen::VectorXf operator()(const Features<float>& x) const {
    const Batch first = (x * first_).cwiseMax(0.0F);
    const Batch second = (first * second_).cwiseMax(0.0F);
    return second * last_;
  }

 private:
  using Batch = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  static constexpr auto weight = [](Eigen::Index i, Eigen::Index j) {
    return static_cast<float>((i * 29 + j * 17) % 37 - 18) / 64.0F;
  };

  Batch first_ = Batch::NullaryExpr(width, 64, weight), second_ = Batch::NullaryExpr(64, 64, weight);
  Eigen::VectorXf last_ = Eigen::VectorXf::NullaryExpr(64, [](Eigen::Index i) { return weight(i, 0); });
};

/// Rows as training saw them, drawn anew: every column normal, with a mean and a deviation of its own.
Matrix<float> rows_of(std::size_t rows, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix<float> made(rows, width);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < width; ++j)
      made(i, j) = static_cast<float>(10 * j) + static_cast<float>(j + 1) * normal(random);
  }
  return made;
}

/// Row checks as they come, none of many rows.
Policy of_rows_only() {
  Policy policy;
  for (std::size_t c = 0; c < check_count; ++c) {
    if (is_of_stream(static_cast<Check>(c))) policy.set(static_cast<Check>(c), Action::ignore);
  }
  return policy;
}

void run(std::size_t count, const bench::Options& options) {
  Pipeline scaler{StandardScaler<float>{}};
  const Matrix<float> train = rows_of(20'000, 1);
  scaler.fit(train);
  const auto prep = make_artifact(scaler, MatrixView<const float>(train));
  const Network network;
  // A few batches in turn, so that windows are filled with rows that differ.
  const std::size_t batches = count == 1 ? 4096 : 8;
  const Matrix<float> all = rows_of(count * batches, 2);
  Matrix<float> scaled(count, width);
  scaler.apply(MatrixView<const float>(all).middle_rows(0, count), MatrixView<float>(scaled));
  const Features<float> ready(scaled.data(), static_cast<Eigen::Index>(count), width);
  const Eigen::VectorXf answer = network(ready);
  auto batch = [&all, count, batches, at = std::size_t{0}]() mutable {
    at = at + 1 < batches ? at + 1 : 0;
    return MatrixView<const float>(all).middle_rows(at * count, count);
  };

  std::vector<bench::Variant> variants;
  variants.push_back(bench::limit("network", [&] { bench::keep(network(ready).data()); }));
  variants.push_back(bench::variant("prepguard, scaled without any check", [&, batch]() mutable {
    scaler.apply(batch(), MatrixView<float>(scaled));
    bench::keep(network(ready).data());
  }));
  const auto made = [&](std::string name, const Policy& policy) {
    auto guarded = guard(prep, network, policy);
    const Eigen::VectorXf got = guarded(MatrixView<const float>(all).middle_rows(0, count));
    const bool right =
        got.size() == answer.size() && std::memcmp(got.data(), answer.data(), count * sizeof(float)) == 0;
    return bench::variant(
        std::move(name), [guarded, batch]() mutable { bench::keep(guarded(batch()).data()); }, right);
  };
  const auto add = [&](const char* name, const Policy& policy) { variants.push_back(made(name, policy)); };
  add("prepguard, strict, ranges counted",
      Policy::strict().set(Check::out_of_range, Action::count).set(Check::drift, Action::count));
  bench::add_instruction_sets(variants, "prepguard, serving",
                              [&](std::string name) { return made(std::move(name), Policy::serving()); });
  add("prepguard, observe", Policy::observe());
  add("prepguard, checks of rows only", of_rows_only());
  bench::print("float32, network, " + std::to_string(count) + " rows", bench::measure(variants, options),
               options);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  for (const std::size_t count : {std::size_t{1}, std::size_t{64}, std::size_t{4096}}) run(count, options);
}
