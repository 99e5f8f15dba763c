// SPDX-License-Identifier: MIT
// Compiled by tests/proofs/everyday/45-refused.sh, one CASE at a time. Only case 0 compiles.
#include <Eigen/Core>
#include <future>
#include <span>

#include "prepguard/guard.hpp"

namespace {

struct Opaque {};

auto model() {
  using Eigen::MatrixXd;
#if CASE == 0
  return [](const auto& features) { return (features * MatrixXd::Ones(2, 2)).eval(); };
#elif CASE == 1
  return [](const auto& features) {
    const MatrixXd hidden = features * MatrixXd::Ones(2, 2);
    return hidden * MatrixXd::Ones(2, 1);
  };
#elif CASE == 2
  return [](MatrixXd& features) { return features.sum(); };
#elif CASE == 3
  return [](const MatrixXd&) {};
#elif CASE == 4
  return [](const MatrixXd&) { return Opaque(); };
#elif CASE == 5
  return [](const auto& features) -> const auto& {
    return features;
  };
#elif CASE == 6
  return [](const MatrixXd&) { return 1.0L; };
#elif CASE == 7
  return [](std::span<const double>) { return Opaque(); };
#elif CASE == 8
  return [](const MatrixXd&) { return std::future<void>(); };
#elif CASE == 9
  return [](const MatrixXd& features, int) { return features.sum(); };
#endif
}

}  // namespace

int main() {
  const prepguard::Matrix<double> rows(1, 2);
  [[maybe_unused]] const auto result = prepguard::guard(model())(prepguard::MatrixView<const double>(rows));
}
