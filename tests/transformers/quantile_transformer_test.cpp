// SPDX-License-Identifier: MIT
#include "prepguard/transformers/quantile_transformer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "cells.hpp"

namespace quantile_transformer_test {
namespace {

using cells::difference;
using cells::rows_of;
using prepguard::Array;
using prepguard::Contract;
using prepguard::Errc;
using prepguard::FitIssue;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::OutputDistribution;
using prepguard::QuantileTransformer;

static_assert(prepguard::Estimator<QuantileTransformer<float>> &&
              prepguard::Invertible<QuantileTransformer<double>>);

// https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.QuantileTransformer.html: 25
// numbers drawn from RandomState(0).normal(0.5, 0.25) and sorted, n_quantiles=10. scikit-learn 1.2.1: their
// quantiles, what they become, and with output_distribution="normal"; inverse_transform of the shares.
const std::vector<double> drawn{
    -0x1.1b217b2c0e8e8p-3, 0x1.05d11dead39bfp-2, 0x1.2559fb4c0bd08p-2, 0x1.420179251e814p-2,
    0x1.cb7abf7e9f2a9p-2,  0x1.d940a76c58f79p-2, 0x1.e5937307374bap-2, 0x1.0f930c0449d9cp-1,
    0x1.1270050daae1fp-1,  0x1.28129a3a03230p-1, 0x1.2ab5d721cb2bcp-1, 0x1.333859f59912ap-1,
    0x1.348e7de0ce52dp-1,  0x1.38d082aa44eb9p-1, 0x1.53a9c62dbca5ap-1, 0x1.6169af2643a85p-1,
    0x1.6ea5d869ca41bp-1,  0x1.799c7f4cca57ap-1, 0x1.7d4749488b26bp-1, 0x1.ba25a25fec2fcp-1,
    0x1.bf3dfbaa6cc9ep-1,  0x1.e1cc779f2e7d2p-1, 0x1.ef0c23e589eedp-1, 0x1.0f6acb4f198a7p+0,
    0x1.1143a8e5fe2dep+0};
const std::vector<double> edges{-0x1.1b217b2c0e8e8p-3, 0x1.38744f3218465p-2, 0x1.dd5c409ff868fp-2,
                                0x1.1270050daae1fp-1,  0x1.30622e59a9c5bp-1, 0x1.41c3992b6cd44p-1,
                                0x1.6ea5d869ca41ap-1,  0x1.a5db84ad7681ep-1, 0x1.e63706614cf85p-1,
                                0x1.1143a8e5fe2dep+0};
const std::vector<double> shares{0x0.0p+0,
                                 0x1.945a1736ce1d4p-4,
                                 0x1.b3f65c78876bep-4,
                                 0x1.e178a8af10f0dp-4,
                                 0x1.ae6fe5ec44245p-3,
                                 0x1.c171552df3551p-3,
                                 0x1.e140af22d293ep-3,
                                 0x1.4c390f677df73p-2,
                                 0x1.5555555555555p-2,
                                 0x1.a788d6f212e53p-2,
                                 0x1.b18e5d627b7c6p-2,
                                 0x1.d9ae27d473f52p-2,
                                 0x1.e26de6797dca5p-2,
                                 0x1.fe4d768525312p-2,
                                 0x1.33218d914e2ebp-1,
                                 0x1.448eefe58da9dp-1,
                                 0x1.5555555555556p-1,
                                 0x1.60a159d72c3acp-1,
                                 0x1.6468b19444b1fp-1,
                                 0x1.a0283cd66797dp-1,
                                 0x1.a4a93820e99e7p-1,
                                 0x1.c33515fa63db2p-1,
                                 0x1.cf712afac3e68p-1,
                                 0x1.fc83f847b31f8p-1,
                                 0x1.0000000000000p+0};
const std::vector<double> normals{
    -0x1.4cc1f26b89e5bp+2, -0x1.49f47b7d471e0p+0, -0x1.3ee69ba4486cbp+0, -0x1.2ff588997e47cp+0,
    -0x1.9c93f6e48efadp-1, -0x1.8c4e94f0ea72ep-1, -0x1.71ee773c50cd2p-1, -0x1.d241aadf9f93bp-2,
    -0x1.b91093bfdfa2bp-2, -0x1.bf0645ba64d1ep-3, -0x1.8bb52ec69d926p-3, -0x1.80c7381d02d4bp-4,
    -0x1.28c01be2590a5p-4, -0x1.104e75d5dd382p-8, 0x1.031212a7021ddp-2,  0x1.5e6beae37bf41p-2,
    0x1.b91093bfdfa2ep-2,  0x1.f8121b01994e1p-2,  0x1.06c882003315ep-1,  0x1.c6cda4ba986e0p-1,
    0x1.d7cdf976d96edp-1,  0x1.2e6bb6bd00f5ap+0,  0x1.4fc04c4f3124bp+0,  0x1.3bd27d74a89cap+1,
    0x1.4cc1f26ba4caep+2};
const std::vector<double> undone{
    -0x1.1b217b2c0e8e8p-3, 0x1.05d11dead39bfp-2, 0x1.2559fb4c0bd09p-2, 0x1.420179251e814p-2,
    0x1.cb7abf7e9f2a9p-2,  0x1.d940a76c58f79p-2, 0x1.e5937307374bap-2, 0x1.0f930c0449d9cp-1,
    0x1.1270050daae1fp-1,  0x1.28129a3a03230p-1, 0x1.2ab5d721cb2bcp-1, 0x1.333859f59912ap-1,
    0x1.348e7de0ce52dp-1,  0x1.38d082aa44eb9p-1, 0x1.53a9c62dbca5ap-1, 0x1.6169af2643a85p-1,
    0x1.6ea5d869ca41bp-1,  0x1.799c7f4cca57ap-1, 0x1.7d4749488b26bp-1, 0x1.ba25a25fec2fcp-1,
    0x1.bf3dfbaa6cc9ep-1,  0x1.e1cc779f2e7d1p-1, 0x1.ef0c23e589eedp-1, 0x1.0f6acb4f198a7p+0,
    0x1.1143a8e5fe2dep+0};
Matrix<double> column(const std::vector<double>& cells) {
  Matrix<double> matrix(cells.size(), 1);
  for (std::size_t i = 0; i < cells.size(); ++i) matrix(i, 0) = cells[i];
  return matrix;
}

template <class T>
QuantileTransformer<T> loaded(Contract contract, Array references, Array quantiles,
                              OutputDistribution distribution = {}) {
  QuantileTransformer<T> step(typename QuantileTransformer<T>::Options{.output_distribution = distribution});
  cells::set_field(step, "contract", contract);
  cells::set_field(step, "inputs", std::int64_t{1});
  cells::set_field(step, "references", std::move(references));
  cells::set_field(step, "quantiles", std::vector<Array>{std::move(quantiles)});
  step.prepare(prepguard::Layout(1, prepguard::Kind::number), prepguard::detail::Place("step"));
  return step;
}

}  // namespace

TEST_CASE("quantile_transformer: scikit-learn's documented example, its bits in the fit too") {
  QuantileTransformer<double> step({.n_quantiles = 10});
  step.fit(column(drawn));
  CHECK(step.quantiles(0) == Array(edges));
  CHECK(difference(step.transform(column(drawn)), column(shares)) == "");
  CHECK(difference(step.inverse_transform(column(shares)), column(undone)) == "");
  QuantileTransformer<double> normal({.n_quantiles = 10, .output_distribution = OutputDistribution::normal});
  const Matrix<double> made = normal.fit(column(drawn)).transform(column(drawn));
  const Matrix<double> back = normal.inverse_transform(made);
  for (std::size_t i = 0; i < normals.size(); ++i) {
    CHECK(std::abs(made(i, 0) - normals[i]) <= 8 * 0x1p-52 * std::fmax(1, std::abs(normals[i])));
    CHECK(std::abs(back(i, 0) - drawn[i]) <= 1e-13);
  }
}

TEST_CASE_TEMPLATE("quantile_transformer: outside of training 0 and 1, of equal numbers the middle", T, float,
                   double) {
  QuantileTransformer<T> step;
  const auto rows = rows_of<T>({{0, 5}, {1, 5}, {1, 5}, {1, 5}, {2, 5}});
  step.fit(rows);
  CHECK(step.health().has(FitIssue::constant, 1));
  CHECK(difference(step.transform(rows_of<T>({{-9, 4}, {0, 5}, {1, 6}, {2, 5}, {T(2.5), cells::nan<T>}})),
                   {{0, 0}, {0, 0}, {T(0.5), 1}, {1, 0}, {1, cells::nan<T>}}) == "");
  CHECK(difference(step.inverse_transform(rows_of<T>({{-1, 0}, {T(0.125), T(0.5)}, {T(0.5), 1}, {2, 2}})),
                   {{0, 5}, {T(0.5), 5}, {1, 5}, {2, 5}}) == "");
}

// float32 cells near an end that is no float32: NumPy 1 compares them with the float32 next to it, NumPy 2
// with the end.
TEST_CASE("quantile_transformer: the contract says in which type the ends are compared") {
  const Array references(Array::Reals{0, 1}), quantiles(Array::Reals{0.1, 0.7});  // 0.1f > 0.1, 0.7f < 0.7
  const std::vector<float> ends{0.1F, 0.7F};
  const MatrixView<const float> rows(ends.data(), 2, 1);
  const auto rounded = loaded<float>(Contract::sklearn_float32_coefficients, references, quantiles);
  CHECK(difference(rounded.transform(rows), {{0}, {1}}) == "");
  const auto wide = loaded<float>(Contract::sklearn_float64_coefficients, references, quantiles);
  const auto made = wide.transform(rows);
  CHECK((made(0, 0) > 0 && made(0, 0) < 1e-7F));
  CHECK(made(1, 0) == 1.0F);  // 0.99999998 rounds
}

TEST_CASE("quantile_transformer: a line whose distance overflows, and a column without values") {
  const Array references(Array::Reals{0, 0.5, 1});
  constexpr double most = std::numeric_limits<double>::max();
  const auto wide = loaded<double>(Contract::native, references, Array(Array::Reals{-most, most, most}));
  CHECK(wide.transform(std::vector<double>{0.0})(0, 0) == 0.25);  // scikit-learn 1.2.1: both slopes are 0
  const auto none = loaded<double>(Contract::native, references, Array(Array::Reals(3, cells::nan<double>)));
  CHECK(difference(none.transform(std::vector<double>{1.0}), {{cells::nan<double>}}) == "");
  const auto one =
      loaded<double>(Contract::native, Array(Array::Reals{0}), Array(Array::Reals{cells::nan<double>}));
  CHECK(difference(one.transform(rows_of<double>({{1}, {cells::nan<double>}})),
                   {{0}, {cells::nan<double>}}) == "");
}

TEST_CASE("quantile_transformer: what it cannot learn from") {
  using Options = QuantileTransformer<double>::Options;
  cells::check_error([] { QuantileTransformer<double>(Options{.n_quantiles = 0}); }, Errc::bad_parameter,
                     {"at least 1", "0"});
  constexpr double most = std::numeric_limits<double>::max();
  cells::check_error(
      [&] {
        QuantileTransformer<double>({.n_quantiles = 3}).fit(rows_of<double>({{-most}, {most}}));
      },
      Errc::cannot_fit, {"column 0", "range"});
  cells::check_error([&] { QuantileTransformer<double>().fit(rows_of<double>({{cells::nan<double>}})); },
                     Errc::cannot_fit, {"all values are NaN"});
}

// From quantiles 0, 1, 4 for 0, 0.5, 1: the line is steepest between 0 and 1, and |x| is at most 4.
TEST_CASE("quantile_transformer: tolerance through the line") {
  using Tolerances = std::vector<std::int64_t>;
  const Array references(Array::Reals{0, 0.5, 1}), quantiles(Array::Reals{0, 1, 4});
  const auto uniform = loaded<double>(Contract::native, references, quantiles);
  CHECK(uniform.tolerances({0}) == Tolerances{0});
  CHECK(uniform.tolerances({8}) == Tolerances{16});
  const auto normal = loaded<double>(Contract::native, references, quantiles, OutputDistribution::normal);
  CHECK(normal.tolerances({0}) == Tolerances{8});
  CHECK(normal.tolerances({8}) == Tolerances{16 * 360000 + 8});
}

}  // namespace quantile_transformer_test
