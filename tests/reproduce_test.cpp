// SPDX-License-Identifier: MIT
// A refused row as a CSV file of one row: read back by the tool and by the guard, it fails as it did.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "../examples/csv_batch.hpp"
#include "../examples/tool/transform.hpp"
#include "cells.hpp"
#include "guard_samples.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"
#include "temporary_folder.hpp"

namespace reproduce_test {

using namespace prepguard;
using cells::check_error;
using cells::error_of;
using cells::infinity;
using cells::nan;

/// `mass` and `length` are scaled, `tiny` divided by about 1e-3, `age` imputed, `island` and `color` encoded
/// (unknown ones an error in the first, ignored in the second), `id` read by nobody.
struct Birds {
  std::vector<double> mass{3750, 3800, 3250, 4675, 3800}, length{39.1, 39.5, 40.3, 46.1, 41},
      tiny{0.001, 0.002, 0.003, 0.004, 0.005}, age{1, 2, 3, 4, 7};
  std::vector<std::int64_t> id{1, 2, 3, 4, 5};
  std::vector<std::string> island{"Biscoe", "Dream", "Biscoe", "Torgersen", "Biscoe"},
      color{"red", "green", "green", "a \"deep\", dark\nblue", "green"};

  Table table() const {
    Table rows;
    rows.add("mass", mass).add("length", length).add("id", id).add("tiny", tiny);
    return rows.add("age", age).add("island", island).add("color", color);
  }
  static Artifact<double> artifact() {
    using Encoder = OneHotEncoder<double, Text>;
    const Encoder ignoring(Encoder::Options{.handle_unknown = HandleUnknown::ignore});
    ColumnTransformer<double> prep{{"num", StandardScaler<double>{}, {"mass", "length", "tiny"}},
                                   {"age", SimpleImputer<double>{}, {"age"}},
                                   {"cat", Encoder{}, {"island"}},
                                   {"color", ignoring, {"color"}}};
    const Birds birds;
    prep.fit(birds.table());
    return make_artifact(prep, birds.table());
  }
};

const auto sum = [](const auto& features) { return features.rowwise().sum().eval(); };

/// What `predict` says about the rows of a CSV text, read as the tool reads them.
std::optional<Error> replayed(const auto& predict, const std::string& text) {
  std::istringstream in(text);
  csv::Reader reader(in, "one.csv");
  csv::Batch batch(reader, predict.pipeline().schema(), 8);
  REQUIRE(batch.fill(reader));
  CHECK(batch.rows() == 1);
  return error_of([&] { predict(batch.table()); });
}

/// What the tool's `transform` says about it.
std::optional<Error> transformed(const Artifact<double>& artifact, const std::string& text) {
  const TemporaryFolder folder;
  save_file(artifact, folder / "birds.json");
  std::ofstream(folder / "one.csv", std::ios::binary) << text;
  tool::Arguments arguments;
  arguments.files = {(folder / "birds.json").string(), (folder / "one.csv").string()};
  arguments.options["-o"] = (folder / "out.csv").string();
  return error_of([&] { tool::transform(arguments); });
}

const std::string header = "\"mass\",\"length\",\"id\",\"tiny\",\"age\",\"island\",\"color\"\r\n";

struct Case {
  const char* check;
  const char* column;
  void (*spoil)(Birds&);
  Policy policy;
  std::string row;     ///< of the reproducer
  const char* tool{};  ///< what the tool says; nothing: it does not make this check
};

/// Every check of the rows. The ordinary row is the medians, and the most frequent texts, of five birds.
std::vector<Case> all_cases() {
  const Policy far = Policy().set(Check::far_out_of_range, Action::ignore);
  return {{"missing",
           "mass",
           [](Birds& b) { b.mass[3] = nan<double>; },
           {},
           ",40.3,,0.003,3.0,\"Biscoe\",\"green\""},
          {"inf",
           "length",
           [](Birds& b) { b.length[3] = -infinity<double>; },
           {},
           "3800.0,-inf,,0.003,3.0,\"Biscoe\",\"green\"",
           "infinity in the input"},
          {"far_out_of_range",
           "mass",
           [](Birds& b) { b.mass[3] = 0.1 + 0.2 - 1e6; },
           {},
           "-999999.7,40.3,,0.003,3.0,\"Biscoe\",\"green\""},
          {"out_of_range", "age", [](Birds& b) { b.age[3] = 7.5; }, Policy::strict(),
           "3800.0,40.3,,0.003,7.5,\"Biscoe\",\"green\""},
          {"unknown_category",
           "island",
           [](Birds& b) { b.island[3] = "Sval,\"bard\""; },
           {},
           "3800.0,40.3,,0.003,3.0,\"Sval,\"\"bard\"\"\",\"green\"",
           "unknown category \"Sval,\"bard\"\""},
          {"unknown_category", "color", [](Birds& b) { b.color[3] = "Biscoe"; }, Policy::strict(),
           "3800.0,40.3,,0.003,3.0,\"Biscoe\",\"Biscoe\""},
          {"non_finite_features", "num__tiny", [](Birds& b) { b.tiny[3] = 1e306; }, far,
           "3800.0,40.3,,1e+306,3.0,\"Biscoe\",\"green\"",
           "(1e+306 - 0.003) / 0.001414213562373095 is not finite"}};
}

TEST_CASE("reproduce: every check of the rows, by the guard and by the tool") {
  const Artifact<double> artifact = Birds::artifact();
  for (const Case& sample : all_cases()) {
    CAPTURE(sample.check);
    CAPTURE(sample.column);
    Birds birds;
    sample.spoil(birds);
    const auto predict = guard(artifact, sum, sample.policy);
    const auto error = error_of([&] { predict(birds.table()); });
    REQUIRE(error);
    CHECK(error->info().check == sample.check);
    CHECK(error->info().column_name == sample.column);
    const Report before = predict.report();
    const std::string text = predict.reproduce(*error, birds.table());
    CHECK(text == header + sample.row + "\r\n");
    CHECK(predict.report().calls() == before.calls());
    CHECK(predict.report().found[5].all() == before.found[5].all());

    const auto again = replayed(predict, text);
    REQUIRE(again);
    CHECK(again->code() == error->code());
    CHECK(again->info().check == error->info().check);
    CHECK(again->info().column_name == error->info().column_name);
    CHECK(again->info().got == error->info().got);
    const auto told = transformed(artifact, text);
    CHECK(told.has_value() == (sample.tool != nullptr));
    if (!told) continue;
    CAPTURE(told->what());
    CHECK(told->code() == error->code());
    CHECK(std::string(told->what()).find(sample.tool) != std::string::npos);
    CHECK(std::string(told->what()).find("one.csv line 2") != std::string::npos);
  }
}

TEST_CASE("reproduce: what the failure needs stays, every other cell becomes ordinary") {
  // The product of both columns overflows; neither does by itself.
  PolynomialFeatures<double> products(PolynomialFeatures<double>::Options{.interaction_only = true});
  const auto fit = cells::rows_of<double>({{1, 2, 3}, {4, 5, 6}, {7, 9, 8}});
  products.fit(fit);
  const Artifact<double> artifact = make_artifact(products, fit, {"a", "b", "c"});
  const auto predict = guard(artifact, sum, Policy().set(Check::far_out_of_range, Action::ignore));
  const auto rows = cells::rows_of<double>({{1, 2, 3}, {1e200, -7, 1e201}});
  const auto error = error_of([&] { predict(rows); });
  REQUIRE(error);
  CHECK(error->info().column_name == "a c");
  const std::string text = predict.reproduce(*error, rows);
  CHECK(text == "\"a\",\"b\",\"c\"\r\n1e+200,5.0,1e+201\r\n");
  CHECK(replayed(predict, text)->info().column_name == "a c");

  // Two bad cells: the first one is told about, the other one is not needed.
  const auto both = cells::rows_of<double>({{1, nan<double>, infinity<double>}});
  const auto first = error_of([&] { predict(both); });
  REQUIRE(first);
  CHECK(predict.reproduce(*first, both) == "\"a\",\"b\",\"c\"\r\n4.0,,6.0\r\n");
}

TEST_CASE("reproduce: a median that is no category does not take the place of one") {
  OrdinalEncoder<double> encoder;
  const auto fit = cells::rows_of<double>({{1, 0}, {4, 0}, {8, 0}, {9, 1}});
  encoder.fit(fit);
  const auto predict = guard(make_artifact(encoder, fit, {"a", "b"}), sum);
  const auto rows = cells::rows_of<double>({{4, 2}});
  const auto error = error_of([&] { predict(rows); });
  REQUIRE(error);
  CHECK(predict.reproduce(*error, rows) == "\"a\",\"b\"\r\n4.0,2.0\r\n");  // the median of `a` is 6
}

TEST_CASE("reproduce: numbers are exact in every type, from tables with bindings and from rows") {
  const auto column = [](const char* name) {
    return samples::number_column(name, {.count = 9, .min = 0, .max = 1});
  };
  StandardScaler<float> step({.with_mean = false, .with_std = false});
  step.fit(Matrix<float>(2, 2));
  const samples::Documented<StandardScaler<float>> prep(step, {column("a"), column("b")});
  const auto predict = guard(prep, sum);
  const auto rows = cells::rows_of<float>({{0.1F, 1e30F}});
  const auto error = error_of([&] { predict(rows); });
  REQUIRE(error);
  // Nothing is known to be ordinary here. The float 0.1 as the double that it is.
  CHECK(predict.reproduce(*error, rows) == "\"a\",\"b\"\r\n0.10000000149011612,1.0000000150474662e+30\r\n");

  const auto birds = guard(Birds::artifact(), sum);
  Table table;
  const std::vector<std::int64_t> mass{(std::int64_t{1} << 60) + 1};
  const std::vector<Text> island{Text(Missing::none)}, color{"green"};
  const std::vector<float> length{39.1F};
  table.add("extra", mass).add("color", color).add("island", island).add("length", length).add("mass", mass);
  table.add("tiny", length).add("age", mass);
  const Binding binding = birds.pipeline().schema().bind(table);
  const auto missing = error_of([&] { birds(table, binding); });
  REQUIRE(missing);
  CHECK(birds.reproduce(*missing, table, binding) ==
        header + "1152921504606846977,40.3,,0.003,3.0,\"Biscoe\",\"green\"\r\n");
}

TEST_CASE("reproduce: pipelines without columns, of text and of one cell") {
  OneHotEncoder<double, Text> encoder;
  encoder.fit(cells::rows_of<Text>({{"a"}, {"b"}}));
  const auto predict = guard(encoder, sum);
  const auto rows = cells::rows_of<Text>({{"a"}, {"c"}}),
             holes = cells::rows_of<Text>({{Text(Missing::nan)}});
  CHECK(predict.reproduce(*error_of([&] { predict(rows); }), rows) == "\"x0\"\r\n\"c\"\r\n");
  CHECK(predict.reproduce(*error_of([&] { predict(holes); }), holes) == "\"x0\"\r\n\"\"\r\n");
}

TEST_CASE("reproduce: rows that the model failed on come as they are; other errors are about no row") {
  const Artifact<double> artifact = Birds::artifact();
  const auto predict = guard(artifact, [](const auto& features) {
    Eigen::VectorXd y = features.rowwise().sum();
    y(3) = nan<double>;
    return y;
  });
  const Birds birds;
  const auto error = error_of([&] { predict(birds.table()); });
  REQUIRE(error);
  CHECK(predict.reproduce(*error, birds.table()) ==
        header + "4675.0,46.1,4,0.004,4.0,\"Torgersen\",\"a \"\"deep\"\", dark\nblue\"\r\n");
  const auto healthy = guard(artifact, sum);
  Birds bad;
  bad.mass[3] = nan<double>;
  const auto missing = error_of([&] { healthy(bad.table()); });
  REQUIRE(missing);
  check_error([&] { (void)healthy.reproduce(*missing, birds.table()); }, Errc::bad_parameter,
              {"row 3 does not fail like this by itself", "do: pass the rows of the call"});
  check_error(
      [&] {
        (void)healthy.reproduce(*missing, cells::rows_of<double>({{1, 2, 3, 4, 5}}));
      },
      Errc::bad_parameter, {"row 3 is not there"});
  Table empty;
  check_error([&] { (void)healthy.reproduce(*error_of([&] { healthy(empty); }), birds.table()); },
              Errc::bad_parameter, {"about no row"});
}

}  // namespace reproduce_test
