// SPDX-License-Identifier: MIT
// What a model's outputs mean: scaled back by the guard, decoded on request, stored in the artifact.
#include "prepguard/target.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "allocations.hpp"
#include "cells.hpp"
#include "golden_files.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"

namespace target_test {
namespace {

using namespace prepguard;
using cells::check_error;
using cells::difference;
using cells::rows_of;

static_assert(HasTarget<Artifact<float>> && !HasTarget<StandardScaler<double>>);

/// Scales prices of 10, 20 and 60.
template <class T>
Target prices() {
  StandardScaler<T> scaler;
  scaler.fit(rows_of<T>({{10}, {20}, {60}}));
  return Target({"price"}, scaler);
}

Target animals() {
  return Target(Array(Array::Texts{std::string("cat"), std::string("dog"), std::string("emu")}));
}

/// Two columns that go through as they are.
template <class T>
Artifact<T> artifact_for(Target target) {
  const auto rows = rows_of<T>({{0, 0}, {1, 1}});
  Passthrough<T> step;
  step.fit(MixedView<const T>(rows));
  return make_artifact(step, MatrixView<const T>(rows)).with_target(std::move(target));
}

// The first column of features as the model's result.
const auto first_column = [](const auto& features) { return features.col(0).eval(); };

}  // namespace

// scikit-learn 1.2.1: StandardScaler().fit([[10], [20], [60]]).inverse_transform, in float64 and in float32.
TEST_CASE(
    "target: a guard scales the model's output back, with scikit-learn's bits in the output's own type") {
  const auto want = rows_of<double>({{0x1.01482f86c40c4p+5}, {0x1.0ae593f982683p+6}, {0x1.784ee2d767b67p+4}});
  const auto narrow = rows_of<float>({{0x1.01483p+5F}, {0x1.0ae594p+6F}, {0x1.784ee2p+4F}});
  const auto rows = rows_of<double>({{0.1, 5}, {1.7, 6}, {-0.3, 7}});
  for (const Target& target : {prices<double>(), prices<float>()}) {
    const auto artifact = artifact_for<double>(target);
    const Eigen::VectorXd column = guard(artifact, first_column)(rows);
    CHECK(difference(MatrixView<const double>(column), MatrixView<const double>(want)) == "");
    const auto as_float = guard(artifact, [](const auto& features) -> Eigen::MatrixXf {
      return features.col(0).template cast<float>();
    });
    const Eigen::MatrixXf floats = as_float(rows);
    CHECK(difference(MatrixView<const float>(floats), MatrixView<const float>(narrow)) == "");
    // Row by row, a matrix, a vector, a number, an optional.
    const auto by_row = guard(artifact, [](std::span<const double> row) { return row[0]; });
    CHECK(difference(by_row(rows), want) == "");
    const auto matrix = guard(artifact, [](MatrixView<const double> features) {
      return Matrix<double>(features.middle_cols(0, 1));
    });
    CHECK(difference(matrix(rows), want) == "");
    const auto list = guard(artifact, [](MatrixView<const double> features) {
      std::vector<double> values;
      for (std::size_t i = 0; i < features.rows(); ++i) values.push_back(features(i, 0));
      return std::optional(values);
    });
    const auto listed = list(rows);
    REQUIRE(listed.has_value());
    CHECK(cells::same((*listed)[1], want(1, 0)));
    CHECK(cells::same(by_row(std::vector<double>{-0.3, 7}), want(2, 0)));
    CHECK(by_row.report().served.calls == 2);
    CHECK(matrix(MatrixView<const double>(nullptr, 0, 2)).rows() == 0);
  }
  CHECK(difference(prices<float>().inverse_transform(rows_of<float>({{0.1F}, {1.7F}, {-0.3F}})), narrow) ==
        "");
}

// scikit-learn 1.2.1: make_pipeline(StandardScaler(), MinMaxScaler((-1, 1))) of two columns.
TEST_CASE(
    "target: two outputs and a pipeline, in any storage order, only what is the result's own is written") {
  Pipeline chain{StandardScaler<double>{},
                 MinMaxScaler<double>(MinMaxScaler<double>::Options{.feature_min = -1})};
  chain.fit(rows_of<double>({{10, 1}, {20, 5}, {60, 4}}));
  const auto artifact = artifact_for<double>(Target({"price", "rooms"}, chain));
  const auto rows = rows_of<double>({{0.1, 0.2}, {-0.7, 0.3}});
  const auto want = rows_of<double>({{0x1.2cp+5, 0x1.b333333333333p+1}, {0x1.18p+4, 0x1.ccccccccccccdp+1}});
  const Eigen::MatrixXd by_column = guard(artifact, [](const auto& f) { return Eigen::MatrixXd(f); })(rows);
  CHECK(difference(MatrixView<const double>(by_column), MatrixView<const double>(want)) == "");
  const Eigen::MatrixXd kept = as_eigen(rows);
  const auto refuse = [&](auto model, const char* got) {
    const auto predict = guard(artifact, model);
    check_error([&] { static_cast<void>(predict(rows)); }, Errc::bad_parameter,
                {"model output", "scaling cannot be undone", got, "return"});
    CHECK(predict.report().of(Check::shape).failed == 1);
    CHECK(predict.report().refused.calls == 1);
  };
  refuse([&](const auto&) -> const Eigen::MatrixXd& { return kept; }, "a reference");
  refuse([&](const auto&) { return Eigen::Map<const Eigen::MatrixXd>(kept.data(), 2, 2); }, "a view");
  refuse([&](const auto&) { return MatrixView<const double>(kept); }, "a view");
  refuse([](const auto&) { return Eigen::MatrixXi(2, 2); }, "whole numbers");
  refuse(
      [](const auto&) {
        return std::tuple(Eigen::MatrixXd(Eigen::MatrixXd::Zero(2, 2)),
                          Eigen::VectorXd(Eigen::VectorXd::Zero(2)));
      },
      "");
  CHECK(kept == as_eigen(rows));
}

TEST_CASE("target: a result of another width, and one that is not finite when it is scaled back") {
  const auto artifact = artifact_for<double>(prices<double>());
  const auto rows = rows_of<double>({{1, 1}, {1e308, 1}, {2, 2}});
  const Policy any_size = Policy().set(Check::far_out_of_range, Action::ignore);
  const auto wide = guard(
      artifact, [](const auto& f) { return Eigen::MatrixXd(f); }, any_size);
  check_error([&] { static_cast<void>(wide(rows)); }, Errc::bad_shape,
              {"model output", "wrong width", "expected 1 as the target has (price)", "got 2"});
  const auto predict = guard(artifact, first_column, any_size);
  const auto outcome = predict.try_call(rows);
  REQUIRE_FALSE(outcome);
  CHECK(std::string(outcome.error().what()) ==
        "prepguard: model output scaled back is not finite: row 1, column \"price\" (1 of 1) = inf; the "
        "model gave 1e+308\n"
        "  do: look at the model: what it gave is far from anything it was trained to give");
  CHECK(outcome.error().code() == Errc::non_finite);
  CHECK(outcome.error().info().check == "non_finite_output");
  CHECK(predict.report().of(Check::non_finite_output).failed == 1);
  // What the model itself got wrong is reported as before.
  const auto nan = guard(
      artifact, [](const auto& f) -> Eigen::VectorXd { return f.col(0) * cells::nan<double>; }, any_size);
  check_error([&] { static_cast<void>(nan(rows)); }, Errc::non_finite, {"model output is not finite", "NaN"});
}

TEST_CASE("policy of a file: the guard follows it, unless it is given another") {
  StandardScaler<double> step;
  const auto sample = rows_of<double>({{0, 100}, {10, 200}});
  step.fit(sample);
  const auto plain = make_artifact(step, MatrixView<const double>(sample));
  const auto artifact = plain.with_policy(Policy().set(Check::missing, Action::reject_row, "x0").rules());
  const auto loaded = load_bytes<double>(to_bytes(artifact));
  CHECK(loaded == artifact);
  const auto rows = rows_of<double>({{cells::nan<double>, 100}, {10, 200}});
  const Eigen::VectorXd y = guard(loaded, first_column)(rows);
  CHECK(cells::same(y(0), cells::nan<double>));
  CHECK(y(1) == 1.0);
  check_error([&] { guard(loaded, first_column, Policy::serving())(rows); }, Errc::non_finite,
              {"row 0", "x0"});
  check_error([&] { guard(plain, first_column)(rows); }, Errc::non_finite, {"row 0", "x0"});

  const auto of_tomorrow = plain.with_policy({{"environment", "count", "", 0.0}});
  check_error([&] { static_cast<void>(guard(of_tomorrow, first_column)); }, Errc::bad_version,
              {"environment", "newer library"});
  check_error(
      [&] {
        static_cast<void>(plain.with_policy({{"inf", "explode", "", 0.0}}));
      },
      Errc::bad_state, {"policy[0].action"});
  const auto scaled = artifact_for<double>(prices<double>());
  check_error([&] { static_cast<void>(guard(scaled, first_column, Policy::observe())); }, Errc::bad_parameter,
              {"scaled back", "non_finite_output"});
}

TEST_CASE("target: scaling back costs no allocation") {
  const auto artifact = artifact_for<double>(prices<double>());
  const auto predict = guard(artifact, [](std::span<const double> row) { return row[0]; });
  const std::vector<double> row{0.5, 1};
  static_cast<void>(predict(row));
  const std::uint64_t before = allocations();
  for (int k = 0; k < 10; ++k) static_cast<void>(predict(row));
  CHECK(allocations() == before);
}

TEST_CASE("target: what cannot be a target is refused") {
  SimpleImputer<double> imputer;
  imputer.fit(rows_of<double>({{1}, {2}}));
  check_error([&] { Target({"y"}, imputer); }, Errc::bad_state,
              {"target.step", "can be undone", "simple_imputer has no inverse"});
  OrdinalEncoder<double> codes;
  codes.fit(rows_of<double>({{1}, {2}, {4}}));
  check_error([&] { Target({"y"}, codes); }, Errc::bad_state, {"target.step", "ordinal_encoder", "codes"});
  QuantileTransformer<double> quantiles({.n_quantiles = 3});
  quantiles.fit(rows_of<double>({{1}, {2}, {4}}));
  check_error([&] { Target({"y"}, quantiles); }, Errc::bad_state,
              {"target.step", "quantile_transformer", "not supported for targets"});
  KBinsDiscretizer<double> bins(KBinsDiscretizer<double>::Options{.encode = Encode::ordinal});
  Pipeline coded{StandardScaler<double>{}, bins};
  coded.fit(rows_of<double>({{1}, {2}, {4}}));
  check_error([&] { Target({"y"}, coded); }, Errc::bad_state, {"target.step", "k_bins_discretizer", "codes"});
  StandardScaler<double> scaler;
  scaler.fit(rows_of<double>({{1, 2}, {2, 3}}));
  check_error([&] { Target({"y"}, scaler); }, Errc::bad_state, {"target.step.inputs"});
  check_error([&] { Target({"y", "y"}, scaler); }, Errc::bad_state, {"target.names[1]"});
  check_error([&] { Target({"a", "b"}, StandardScaler<double>()); }, Errc::bad_state, {"target.step.inputs"});
  check_error(
      [&] {
        Target(Array(Array::Integers{3, 3}));
      },
      Errc::bad_state, {"target.classes.values[1]", "3"});
  check_error(
      [&] {
        Target(Array(Array::Reals{1, cells::nan<double>}));
      },
      Errc::bad_state, {"target.classes.values[1]"});
  Target gone = prices<double>();
  const Target taken = std::move(gone);
  CHECK(gone.empty());  // NOLINT: what is left is what is tested
  CHECK(taken == prices<double>());
  gone = taken;
  CHECK(gone == taken);
}

TEST_CASE("decode: the largest score, a position, or one score against the threshold") {
  const auto artifact = artifact_for<float>(animals());
  const auto words = [](const std::vector<Text>& texts) {
    std::string all;
    for (const Text& text : texts) all += std::string(text.view()) + ' ';
    return all;
  };
  Eigen::MatrixXf scores(3, 3);
  scores << 0.1F, 0.7F, 0.2F, 5, 5, 1, -3, -2, -1;  // the first of equal ones, as numpy's argmax
  CHECK(words(decode(artifact, scores)) == "dog cat emu ");
  CHECK(words(decode(artifact, rows_of<double>({{0, 0, 1}}))) == "emu ");
  CHECK(words(decode(artifact, std::vector<int>{2, 0, 1})) == "emu cat dog ");
  CHECK(words(decode(artifact, std::vector<float>{2, 0})) == "emu cat ");
  CHECK(words(decode(artifact, std::int64_t{1})) == "dog ");
  CHECK(decode_positions(artifact, scores) == std::vector<std::size_t>{1, 0, 2});
  const auto predict = guard(artifact, [&](const auto&) { return scores; });  // a guard leaves scores alone
  CHECK(words(decode(artifact, predict(rows_of<float>({{0, 0}, {1, 1}, {2, 2}})))) == "dog cat emu ");

  const auto binary = artifact_for<double>(Target(Array(Array::Integers{0, 1}, DType::boolean)));
  CHECK(words(decode(binary, std::vector<double>{0.2, 0.5, 0.50001})) == "False False True ");
  CHECK(words(decode(binary, std::vector<int>{1, 0})) == "True False ");
  const auto logits = artifact_for<double>(Target(Array(Array::Integers{4, 9}), 0.0));
  CHECK(words(decode(logits, std::vector<float>{-0.5F, 0, 2})) == "4 4 9 ");

  check_error([&] { decode(artifact, Eigen::MatrixXf(Eigen::MatrixXf::Zero(2, 2))); }, Errc::bad_shape,
              {"decode", "1 column or 3", "got 2"});
  check_error(
      [&] {
        decode(artifact, std::vector<int>{1, 3});
      },
      Errc::unknown_category, {"decode", "row 1", "0 to 2", "3"});
  check_error([&] { decode(artifact, std::vector<float>{0.5F}); }, Errc::unknown_category, {"row 0", "0.5"});
  check_error([&] { decode(artifact, std::vector<int>{-1}); }, Errc::unknown_category, {"-1"});
  check_error(
      [&] {
        decode(artifact, rows_of<double>({{0, 0, 1}, {0, cells::nan<double>, 1}}));
      },
      Errc::non_finite, {"row 1"});
  const auto plain = artifact_for<double>(Target());
  check_error([&] { decode(plain, std::vector<int>{1}); }, Errc::bad_parameter, {"no classes"});
}

// What the files say was computed by scikit-learn when they were made; here it is only read.
TEST_CASE("target: files carry it, prove it when loaded, and are refused where it contradicts itself") {
  for (const char* name : {"target_scaled", "target_classes", "target_threshold"}) {
    CAPTURE(name);
    const std::string bytes = golden::bytes_of(name);
    const auto artifact = load_bytes<float>(bytes);
    CHECK(to_bytes(artifact) == bytes);
    CHECK(to_bytes(load_bytes<double>(bytes)) == bytes);
    CHECK(artifact.target().self_tests().size() == 2);
  }
  CHECK(load_bytes<double>(golden::bytes_of("target_scaled")).target().names() ==
        std::vector<std::string>{"y0", "y1"});
  CHECK(load_bytes<double>(golden::bytes_of("target_threshold")).target().threshold() == 0.0);
  const Target written = prices<float>();
  CHECK(load_bytes<double>(to_bytes(artifact_for<double>(written))).target() == written);

  const auto check = [](const char* name, const char* path, const char* value, Errc code, const char* word) {
    const std::string payload = golden::with(golden::payload_of(name), path, value);
    CAPTURE(std::string(path));
    // A type or version that is not known is reported where its node stands.
    const std::string place(path);
    const std::string node = code == Errc::bad_version ? place.substr(0, place.rfind('.')) : place;
    check_error([&] { load_bytes<double>(detail::seal(payload)); }, code, {node.c_str(), word});
  };
  const char* scaled = "target_scaled";
  check(scaled, "target[0].names", R"(["y0", "y0"])", Errc::bad_state, "name of its own");
  check(scaled, "target[0].threshold", "0.5", Errc::bad_state, "0.0");
  check(scaled, "target[0].self_tests[1].dtype", "\"int64\"", Errc::bad_state, "float32 or float64");
  check(scaled, "target[0].self_tests[0].rows", "0", Errc::bad_state, "at least 1");
  check(scaled, "target[0].self_tests[0].tolerance", "[0]", Errc::bad_state, "2 entries");
  check(scaled, "target[0].self_tests[0].tolerance[1]", "-1", Errc::bad_state, "0 or");
  check(scaled, "target[0].step.version", "2", Errc::bad_version, "version 2");
  check(scaled, "target[0].step.steps[0].step.type", "\"other\"", Errc::bad_version, "other");
  check(scaled, "target[0].step.steps[1].step.scale.values[0]", "-1.0", Errc::bad_state, "> 0");
  check("target_classes", "target[0].classes.values[1]", "\"Adelie\"", Errc::bad_state, "Adelie");
  const std::string changed =
      golden::with(golden::payload_of(scaled), "target[0].self_tests[0].expected.values[3]", "1.5");
  check_error([&] { load_bytes<double>(detail::seal(changed)); }, Errc::self_test_failed,
              {"target", "another result", "1.5"});
  CHECK_NOTHROW(load_bytes<double>(detail::seal(changed), {.self_test = false}));
}

}  // namespace target_test
