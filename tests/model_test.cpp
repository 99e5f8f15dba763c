// SPDX-License-Identifier: MIT
#include "prepguard/model.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "cells.hpp"
#include "prepguard/guard.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers.hpp"

// What may stand behind a guard, and what it may return.
namespace {

struct Engine {
  float scale;
};
struct Prediction {
  double mean;
  float spread;
};
struct Logits {
  std::vector<float> cells;
};

}  // namespace

template <>
struct prepguard::CallModel<Engine> {
  static std::vector<float> call(const Engine& engine, prepguard::MatrixView<const float> features) {
    std::vector<float> result;
    for (std::size_t i = 0; i < features.rows(); ++i) result.push_back(engine.scale * features(i, 0));
    return result;
  }
};
template <>
struct prepguard::ModelOutput<Prediction> {
  static auto cells(const Prediction& p) { return std::tie(p.mean, p.spread); }
};
template <>
struct prepguard::ModelOutput<Logits> {
  static MatrixView<const float> cells(const Logits& logits) {
    return {logits.cells.data(), logits.cells.size() / 2, 2};
  }
};

namespace {

using namespace prepguard;
using cells::check_error;
using cells::infinity;
using cells::nan;
using cells::rows_of;
using detail::ModelForm;

template <class T>
using RowMajorMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Parameter>
constexpr ModelForm form = detail::model_form<double (*const&)(Parameter), double>();

// Which form each parameter type gets.
static_assert(form<const Eigen::MatrixXd&> == ModelForm::features);
static_assert(form<Eigen::MatrixXd> == ModelForm::features);
static_assert(form<const Eigen::ArrayXXd&> == ModelForm::features);
static_assert(form<const RowMajorMatrix<double>&> == ModelForm::features);
static_assert(form<const Eigen::Ref<const Eigen::MatrixXd>&> == ModelForm::features);
static_assert(form<Eigen::Ref<const RowMajorMatrix<double>>> == ModelForm::features);
static_assert(form<EigenMap<const double>> == ModelForm::features);
static_assert(form<MatrixView<const double>> == ModelForm::features);
static_assert(form<std::span<const double>> == ModelForm::span);
static_assert(form<const std::vector<double>&> == ModelForm::vector);
static_assert(form<std::vector<double>> == ModelForm::vector);
static_assert(form<double> == ModelForm::number);
static_assert(detail::model_form<double (*&)(const double*, std::size_t, std::size_t), double>() ==
              ModelForm::pointer);
static_assert(detail::model_form<double (*&)(const double*, int, long) noexcept, double>() ==
              ModelForm::pointer);
// Eigen itself would turn a matrix into these by dropping rows or columns.
static_assert(form<const Eigen::VectorXd&> == ModelForm::eigen_row);
static_assert(form<Eigen::VectorXd> == ModelForm::eigen_row);
static_assert(form<const Eigen::RowVectorXd&> == ModelForm::eigen_row);
static_assert(form<const Eigen::ArrayXd&> == ModelForm::eigen_row);
static_assert(form<const Eigen::Ref<const Eigen::VectorXd>&> == ModelForm::eigen_row);
static_assert(form<const Eigen::Vector3d&> == ModelForm::none);
static_assert(form<const Eigen::Matrix<double, Eigen::Dynamic, 3>&> == ModelForm::none);
// The input is const (fault 52), and of the pipeline's type.
static_assert(form<Eigen::MatrixXd&> == ModelForm::none);
static_assert(form<Eigen::Ref<Eigen::MatrixXd>> == ModelForm::none);
static_assert(form<MatrixView<double>> == ModelForm::none);
static_assert(form<std::span<double>> == ModelForm::none);
static_assert(form<MatrixView<const float>> == ModelForm::none);

/// Doubles every cell, so that features are easily told from rows.
template <class T>
auto doubling() {
  MinMaxScaler<T> scaler({.feature_max = 4});
  scaler.fit(rows_of<T>({{0, 0, 0}, {2, 2, 2}}));
  return scaler;
}

const Matrix<double> two_rows = rows_of<double>({{1, 2, 3}, {4, 5, 6}});

double first_of(std::span<const double> row) {
  return row[0];
}
Eigen::VectorXd sums(const Eigen::MatrixXd& x) noexcept {
  return x.rowwise().sum();
}
double total(const double* cells, std::size_t rows, std::size_t cols) {
  double sum = 0;
  for (std::size_t i = 0; i < rows * cols; ++i) sum += cells[i];
  return sum;
}

struct Overloaded {
  double operator()(const Eigen::MatrixXd& x) const { return x.sum(); }
  float operator()(const Eigen::MatrixXf& x) const { return -x.sum(); }
};
struct Net {
  double bias = 0.5;
  std::vector<double> predict(const Eigen::MatrixXd& x) const {
    std::vector<double> y;
    for (Eigen::Index i = 0; i < x.rows(); ++i) y.push_back(x.row(i).sum() + bias);
    return y;
  }
};

// Fault 55.
TEST_CASE("models of every kind") {
  const auto prep = doubling<double>();
  const Eigen::Vector2d sum(12, 30);
  CHECK(guard(prep, &sums)(two_rows) == sum);
  CHECK(guard(prep, [](const auto& x) { return x.rowwise().sum().eval(); })(two_rows) == sum);
  CHECK(guard(prep, [](auto x) noexcept { return Eigen::VectorXd(x * Eigen::Vector3d::Ones()); })(two_rows) ==
        sum);
  CHECK(guard(prep, std::function<Eigen::VectorXd(const Eigen::MatrixXd&)>(sums))(two_rows) == sum);
  const Net net;
  CHECK(guard(prep, std::bind_front(&Net::predict, &net))(two_rows) == std::vector<double>{12.5, 30.5});
  const Matrix<double> one = rows_of<double>({{1, 2, 3}});
  CHECK(guard(prep, &total)(one) == 12.0);
  CHECK(guard(prep, Overloaded())(one) == 12.0);
  CHECK(guard(doubling<float>(), Overloaded())(rows_of<float>({{1, 2, 3}})) == -12.0F);
  CHECK(guard(doubling<float>(), Engine{3})(rows_of<float>({{1, 2, 3}, {2, 2, 2}})) ==
        std::vector<float>{6, 12});

  const auto move_only =
      guard(prep, [bias = std::make_unique<double>(1)](const Eigen::MatrixXd& x) { return x.sum() + *bias; });
  CHECK(move_only(one) == 13.0);
  static_assert(!std::is_copy_constructible_v<decltype(move_only)>);

  auto stateful = guard(prep, [calls = 0](MatrixView<const double>) mutable { return ++calls; });
  stateful(one);
  CHECK(stateful(one) == 2);
  int calls = 0;
  auto counting = [&calls](MatrixView<const double>) { return ++calls; };
  const auto by_reference = guard(prep, std::ref(counting));
  by_reference(one);
  CHECK(calls == 1);
}

TEST_CASE("an empty callable is refused when it is wrapped") {
  check_error([] { guard(std::function<double(std::span<const double>)>()); }, Errc::bad_parameter,
              {"guard: the model is an empty callable"});
  double (*null)(std::span<const double>) = nullptr;
  check_error([&] { guard(doubling<double>(), null); }, Errc::bad_parameter, {"empty callable"});
}

TEST_CASE("models that take one row are called for each, in order") {
  const auto prep = doubling<double>();
  std::vector<double> seen;
  const auto scalar = guard(prep, [&](std::span<const double> row) {
    seen.push_back(row[0]);
    return row[0] + row[2];
  });
  CHECK(cells::difference(scalar(two_rows), {{8}, {20}}) == "");
  CHECK(seen == std::vector<double>{2, 8});
  CHECK(scalar(Matrix<double>(0, 3)).rows() == 0);
  CHECK(cells::difference(guard(prep, &first_of)(two_rows), {{2}, {8}}) == "");
  const auto vector = guard(prep, [](const std::vector<double>& row) {
    return std::array<float, 2>{float(row[0]), 1};
  });
  CHECK(cells::difference(vector(two_rows), {{2, 1}, {8, 1}}) == "");
  const auto eigen = guard(prep, [](const Eigen::VectorXd& row) { return Eigen::Vector2d(row[0], row[1]); });
  CHECK(cells::difference(eigen(two_rows), {{2, 4}, {8, 10}}) == "");
  const auto label = guard(prep, [](const Eigen::RowVectorXd& row) { return row[0] > 3; });
  CHECK(!label(two_rows)(0, 0));
  CHECK(label(two_rows)(1, 0));

  // A call that is one row by its type returns what the model returned.
  CHECK(scalar(std::vector<double>{1, 2, 3}) == 8.0);
  CHECK(scalar(std::array<double, 3>{1, 2, 3}) == 8.0);
  CHECK(scalar(Eigen::RowVectorXd::Ones(3).eval()) == 4.0);
  CHECK(vector(std::vector<double>{1, 2, 3}) == std::array<float, 2>{2, 1});

  MinMaxScaler<double> one_column;
  one_column.fit(rows_of<double>({{0}, {2}}));
  const auto square = guard(one_column, [](double x) { return x * x; });
  CHECK(cells::difference(square(rows_of<double>({{1}, {2}})), {{0.25}, {1}}) == "");
  check_error([&] { guard(prep, [](double x) { return x; })(two_rows); }, Errc::bad_shape,
              {"prepguard: model: it takes one number: expected 1 feature, got 3"});

  const auto uneven =
      guard(prep, [](std::span<const double> row) { return std::vector<double>(row[0] > 3 ? 3 : 2); });
  check_error([&] { uneven(two_rows); }, Errc::bad_shape,
              {"rows of different widths, row 1: expected 2 values as in the first row, got 3"});
  CHECK(uneven.report().of(Check::shape).failed == 1);
  const auto failing =
      guard(prep, [](std::span<const double> row) { return row[0] > 3 ? nan<double> : 0.0; });
  check_error([&] { failing(two_rows); }, Errc::non_finite, {"row 1, column 0 (1 of 1) = NaN"});
}

TEST_CASE("a bare guard hands over the caller's own object where the model takes it") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Ones(2, 3);
  const auto same = guard([&](const Eigen::MatrixXd& got) {
    return &got == &x ? std::vector<int>{1, 1} : std::vector<int>{0, 0};
  });
  CHECK(same(x) == std::vector<int>{1, 1});
  const std::vector<float> row{1, 2};
  CHECK(guard([&](const std::vector<float>& got) { return &got == &row; })(row));
  CHECK(guard([](const auto& got) { return got.sum(); })(row) == 3.0F);  // generic models see Eigen
  CHECK(guard([](const auto& got) { return got.sum(); })(MatrixView<const float>(row)) == 3.0F);
  // But never a matrix for a vector: such a model gets row after row.
  const auto lengths = guard([](const Eigen::VectorXd& got) { return static_cast<int>(got.size()); });
  CHECK(lengths(x).rows() == 2);
  CHECK(lengths(x)(1, 0) == 3);
  CHECK(guard(&first_of)(std::vector<double>{7, 8}) == 7.0);
  // Pointers want dense rows: these are copied.
  const Eigen::MatrixXd by_column = Eigen::MatrixXd::Ones(2, 3);
  CHECK(guard(&total)(by_column.row(0)) == 3.0);
}

// Fault 53: a lazy expression does not compile (tests/proofs/everyday/45-refused.sh); what has memory passes
// as it is.
TEST_CASE("results of every kind") {
  const auto prep = doubling<double>();
  const auto returned = [&](auto result) {
    return guard(prep, [=](const auto&) { return result; })(two_rows);
  };
  CHECK(returned(Eigen::MatrixXd::Ones(2, 3).eval()).sum() == 6.0);
  CHECK(returned(Eigen::ArrayXXf::Ones(2, 3).eval()).sum() == 6.0F);
  CHECK(returned(Eigen::VectorXi::Ones(2).eval()).sum() == 2);
  CHECK(returned(std::vector<bool>{true, false}).size() == 2);
  CHECK(returned(std::vector<std::string>{"cat", "dog"})[1] == "dog");
  CHECK(std::get<1>(returned(std::tuple(Matrix<double>(2, 1), std::vector<std::int64_t>{1, 2})))[1] == 2);
  CHECK(returned(std::optional(std::vector<double>{1, 2}))->size() == 2);
  CHECK(returned(Logits{{1, 2, 3, 4}}).cells.size() == 4);
  check_error(
      [&] {
        returned(Logits{{1, 2, 3, nan<float>}});
      },
      Errc::non_finite, {"row 1, column 1 (2 of 2)"});
  check_error([&] { returned(Logits{{1, 2}}); }, Errc::bad_shape, {"expected 2 rows, got 1"});
  const auto predict = guard([](std::span<const double> row) { return Prediction{row[0], float(row[1])}; });
  CHECK(predict(std::vector<double>{1, 2}).spread == 2.0F);
  check_error([&] { predict(std::vector<double>{1, 1e300}); }, Errc::non_finite, {"model output 2", "= inf"});

  // Memory of the engine: a map, a span, a reference. Nothing is copied.
  std::vector<double> buffer{1, 2};
  CHECK(returned(Eigen::Map<Eigen::VectorXd>(buffer.data(), 2)).data() == buffer.data());
  CHECK(returned(std::span<const double>(buffer)).data() == buffer.data());
  CHECK(returned(MatrixView<double>(buffer.data(), 2, 1)).data() == buffer.data());
  const auto by_reference = guard(prep, [&](const auto&) -> const std::vector<double>& { return buffer; });
  CHECK(&by_reference(two_rows) == &buffer);
  CHECK(&*by_reference.try_call(two_rows) == &buffer);
  buffer[1] = infinity<double>;
  CHECK(!by_reference.try_call(two_rows));
  const std::vector<std::string> label = guard(prep, [](const auto&) {
    return std::vector<std::string>{"a", "b"};
  })(two_rows);
  CHECK(label.size() == 2);
}

TEST_CASE("a result that shows the features themselves is refused: they are gone after the call") {
  const auto prep = doubling<double>();
  check_error([&] { guard(prep, [](const auto& x) { return x; })(two_rows); }, Errc::bad_shape,
              {"view of the features", "do: return a copy"});
  check_error([&] { guard(prep, [](MatrixView<const double> x) { return x.middle_rows(0, 2); })(two_rows); },
              Errc::bad_shape, {"view of the features"});
  check_error(
      [&] {
        guard(prep, [](std::span<const double> x) { return x.subspan(1); })(std::vector<double>{1, 2, 3});
      },
      Errc::bad_shape, {"view of the features"});
  // Without a pipeline they are the caller's rows, and stay.
  CHECK(guard([](MatrixView<const double> x) { return x; })(two_rows).data() == two_rows.data());
}

}  // namespace
