// SPDX-License-Identifier: MIT
// What a sealed file may not hold: every rule of docs/format.md, sections 3 to 6, with the code and the place
// that the refusal names.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "golden_files.hpp"
#include "prepguard/file.hpp"

namespace file_refusals_test {
namespace {

using prepguard::Errc;
using prepguard::Error;
using prepguard::Number;

/// "code: message" of the refusal of a payload, or "ok". Self-tests are left out: they would see most changes
/// too.
template <Number T = double>
std::string outcome(const std::string& payload) {
  try {
    prepguard::load_bytes<T>(prepguard::detail::seal(payload), {.self_test = false}, "f");
    return "ok";
  } catch (const Error& error) {
    return std::string(name(error.code())) + ": " + error.what();
  }
}

/// One change of a golden file and what must be said about it. Words are separated by `|`.
struct Row {
  const char* file;
  const char* path;
  const char* value;
  const char* code;
  const char* words;
};

// A row a line; clang-format would make three of each.
// clang-format off
constexpr const char* scaler = "standard_scaler_float32";  // with_mean false, columns age, tiny, empty
constexpr const char* full = "standard_scaler";
constexpr const char* range = "min_max_scaler";
constexpr const char* imputer = "simple_imputer";              // age, tiny, empty (dropped); indicators 0, 2
constexpr const char* by_value = "simple_imputer_value";
constexpr const char* text_imputer = "simple_imputer_text";    // pipeline of imputer and encoder
constexpr const char* encoder = "one_hot_encoder";
constexpr const char* numbers = "one_hot_encoder_float32";
constexpr const char* rare = "one_hot_encoder_none";
constexpr const char* mixed = "column_transformer";
constexpr const char* chain = "pipeline";

const Row heading[] = {
    {scaler, "library", R"("preprocess")", "bad_state", "library (line 4)|\"prepguard\"|preprocess"},
    {scaler, "library_version", R"("1.0")", "bad_state", "library_version (line 5)|X.Y.Z|\"1.0\""},
    {scaler, "library_version", R"("01.0.0")", "bad_state", "library_version"},
    {scaler, "library_version", R"("1..0")", "bad_state", "library_version"},
    {scaler, "library_version", R"("1.0.0-beta")", "bad_state", "library_version"},
    {scaler, "library_version", R"("10.20.0")", "ok", ""},
    {scaler, "provenance.date", R"("2024-01-01 00:00:00")", "bad_state", "provenance.date (line 11)|YYYY-MM-DDTHH:MM:SSZ"},
    {scaler, "provenance.date", R"("")", "ok", ""},
    {scaler, "dtype", R"("int64")", "bad_state", "dtype (line 13)|float32 or float64|int64"},
    {scaler, "dtype", R"("float16")", "bad_state", "dtype (line 13)|float16"},
    {scaler, "dtype", R"("float64")", "bad_state", "self_tests|training dtype first"},
};

const Row columns[] = {
    {scaler, "columns", "[]", "bad_state", "columns (line 14)|at least 1 column"},
    {scaler, "columns[1].name", R"("age")", "bad_state", "columns[1]|a name of its own|\"age\""},
    {scaler, "columns[0].name", R"("")", "bad_state", "columns[0]|a name of its own"},
    {scaler, "columns[0].name", R"("a\u0000b")", "bad_format", "columns[0].name"},
    {scaler, "columns[0].dtype", R"("float16")", "bad_state", "columns[0].dtype (line 17)|float16"},
    {scaler, "columns[0].used", "false", "bad_state", "columns[0].used (line 18)|a step reads this column"},
    {scaler, "columns[0].training.count", "-1", "bad_state", "columns[0].training.count|at least 0|-1"},
    {scaler, "columns[0].training.none", "1", "bad_state", "columns[0].training.none|0 for numbers|1"},
    {scaler, "columns[0].training.nan", "6", "bad_state", "columns[0].training|none + nan <= count"},
    {scaler, "columns[0].training.nan", "5", "bad_state", "columns[0].training|0.0 and no quantiles"},
    {scaler, "columns[0].training.min", "60.0", "bad_state", "columns[0].training.min|at most max|60.0"},
    {scaler, "columns[0].training.std", "-1.0", "bad_state", "columns[0].training.std|at least 0.0|-1.0"},
    {scaler, "columns[0].training.quantiles", "[]", "bad_state", "columns[0].training.quantiles|7 entries|0"},
    {scaler, "columns[0].training.quantiles[3]", "58.5", "bad_state", "columns[0].training.quantiles[3]|within [min, max]"},
    {scaler, "columns[0].training.quantiles[3]", "22.0", "bad_state", "columns[0].training.quantiles[3]|ascending"},
    {scaler, "columns[2].training.mean", "1.0", "bad_state", "columns[2].training|where there is no value"},
    {mixed, "columns[4].training.nan", "1", "bad_state", "columns[4].training.nan|0 for integers and bool|1"},
    {mixed, "columns[0].training.count", "5", "bad_state", "columns[0].training.frequencies[1]|add up to count"},
    {mixed, "columns[0].training.count", "7", "bad_state", "columns[0].training.other|expected 1, got 0"},
    {mixed, "columns[0].training.other", "-1", "bad_state", "columns[0].training.other|at least 0|-1"},
    {mixed, "columns[3].training.nan", "1", "bad_state", "columns[3].training|either none or nan"},
    {mixed, "columns[0].training.values[0]", R"("Dream")", "bad_state", "columns[0].training.values[1]|ascending values"},
    {mixed, "columns[0].training.values[0]", R"("Oslo")", "bad_state", "columns[0].training.values[1]|ascending values"},
    {mixed, "columns[0].training.frequencies[0]", "0", "bad_state", "columns[0].training.frequencies[0]|at least 1|0"},
    {mixed, "columns[0].training.frequencies", "[6]", "bad_state", "columns[0].training.frequencies|2 entries|1"},
};

const Row facts[] = {
    {scaler, "features", R"(["age", "tiny"])", "bad_state", "features|3 entries|2"},
    {scaler, "features[1]", R"("age")", "bad_state", "features[1]|a name of its own|\"age\""},
    {scaler, "features[1]", R"("")", "bad_state", "features[1]|a name of its own"},
    {mixed, "models[0].file", R"("../model.bin")", "bad_state", "models[0].file|without a directory"},
    {mixed, "models[0].file", R"("a\\model.bin")", "bad_state", "models[0].file|without a directory"},
    {mixed, "models[0].file", R"("..")", "bad_state", "models[0].file"},
    {mixed, "models[0].file", R"("")", "bad_state", "models[0].file"},
    {mixed, "models[0].bytes", "-1", "bad_state", "models[0].bytes|at least 0|-1"},
    {mixed, "models[0].sha256", R"("9A")", "bad_state", "models[0].sha256|64 lower-case hexadecimal digits"},
    {mixed, "policy[0].check", R"("looks_odd")", "bad_state", "policy[0].check|a check of the guard|looks_odd"},
    {mixed, "policy[0].action", R"("explode")", "bad_state", "policy[0].action|an action of the guard|explode"},
    {mixed, "policy[0].column", R"("sexe")", "bad_state", "policy[0].column|input column or feature|sexe"},
    {mixed, "policy[0].column", R"("cat__sex_male")", "ok", ""},
    {scaler, "self_tests", "[]", "bad_state", "self_tests|1 or 2 self-tests|0"},
    {scaler, "self_tests[0].dtype", R"("float64")", "bad_state", "self_tests[0].inputs[0].dtype|float64"},
    {scaler, "self_tests[1].dtype", R"("int64")", "bad_state", "self_tests[1].dtype|float32 or float64|int64"},
    {scaler, "self_tests[0].rows", "0", "bad_state", "self_tests[0].rows|at least 1|0"},
    {scaler, "self_tests[0].rows", "3", "bad_state", "self_tests[0].inputs[0]|3 entries"},
    {scaler, "self_tests[0].rows", "9223372036854775807", "bad_state", "self_tests[0].inputs[0]"},
    {scaler, "self_tests[0].inputs", "[]", "bad_state", "self_tests[0].inputs|3 entries|0"},
    {scaler, "self_tests[0].inputs[1].dtype", R"("float64")", "bad_state", "self_tests[0].inputs[1].dtype|float32|float64"},
    {scaler, "self_tests[0].expected.values", "[1.0]", "bad_state", "self_tests[0].expected"},
    {scaler, "self_tests[0].tolerance[1]", "-1", "bad_state", "self_tests[0].tolerance[1]|0 to 0|-1"},
    {scaler, "self_tests[0].tolerance", "[0]", "bad_state", "self_tests[0].tolerance|3 entries|1"},
    {mixed, "self_tests[0].inputs[0].dtype", R"("float64")", "bad_format", "self_tests[0].inputs[0].values[0]"},
};

const Row arrays[] = {
    {scaler, "pipeline.scale.dtype", R"("float16")", "bad_state", "pipeline.scale.dtype|float16"},
    {scaler, "pipeline.scale.dtype", R"("int64")", "bad_format", "pipeline.scale.values[0]|an integer"},
    {scaler, "pipeline.scale.dtype", R"("bool")", "bad_format", "pipeline.scale.values[0]|true or false"},
    {scaler, "pipeline.scale.dtype", R"("string")", "bad_format", "pipeline.scale.values[0]|a string"},
    {scaler, "pipeline.scale.dtype", R"("float32")", "bad_format", "pipeline.scale.values|exact in float32"},
    {scaler, "pipeline.scale.nan", "[3]", "bad_state", "pipeline.scale.nan|ascending positions|3"},
    {scaler, "pipeline.scale.nan", "[-1]", "bad_state", "pipeline.scale.nan|ascending positions|-1"},
    {scaler, "pipeline.scale.nan", "[2, 2]", "bad_state", "pipeline.scale.nan|ascending positions|2"},
    {scaler, "pipeline.scale.nan", "[0]", "bad_state", "pipeline.scale.nan|values that are 0.0"},
    {scaler, "pipeline.scale.values[2]", "-0.0", "bad_state", "pipeline.scale.nan|values that are 0.0"},
    {scaler, "pipeline.scale.none", "[2]", "bad_state", "pipeline.scale.none|ascending positions"},
    {encoder, "pipeline.columns[0].categories.none", "[4]", "bad_state", "categories.nan|not missing twice|4"},
    {encoder, "pipeline.columns[0].categories.nan", "[0, 4]", "bad_state", "categories.nan|or \"\"|0"},
};

const Row nodes[] = {
    {scaler, "pipeline.type", R"("power_scaler")", "bad_version", "pipeline (line |a step type this library knows|power_scaler"},
    {scaler, "pipeline.version", "2", "bad_version", "pipeline (line |standard_scaler of version 1|version 2"},
    {scaler, "pipeline.version", "0", "bad_state", "pipeline (line |standard_scaler of version 1|version 0"},
    {scaler, "pipeline.version", "-1", "bad_state", "pipeline (line |version -1"},
    {mixed, "pipeline.transformers[1].step.steps[0].step.type", R"("knn_imputer")", "bad_version",
     "pipeline.transformers[1].step.steps[0].step (line |knn_imputer|load it with the library that wrote it"},
    {scaler, "pipeline.contract", R"("tensorflow")", "bad_state", "pipeline.contract|one of|tensorflow"},
    {scaler, "pipeline.contract", R"("keras")", "ok", ""},
    {scaler, "pipeline.contract", R"("native")", "ok", ""},
    {scaler, "pipeline.contract", R"("sklearn_float32_coefficients")", "ok", ""},
    {imputer, "pipeline.contract", R"("keras")", "bad_state", "pipeline.contract|a contract this step has|keras"},
    {imputer, "pipeline.contract", R"("sklearn_float32_coefficients")", "bad_state", "pipeline.contract|a contract this step has"},
    {encoder, "pipeline.contract", R"("sklearn_float32_coefficients")", "bad_state", "pipeline.contract|a contract this step has"},
    {scaler, "pipeline.inputs", "0", "bad_state", "pipeline.inputs|at least 1|0"},
    {scaler, "pipeline.inputs", "-3", "bad_state", "pipeline.inputs|at least 1|-3"},
    {scaler, "pipeline.inputs", "4", "bad_state", "pipeline.inputs|expected 3, got 4"},
    {scaler, "pipeline.inputs", "9223372036854775807", "bad_state", "pipeline.inputs|expected 3"},
    {chain, "pipeline.inputs", "2", "bad_state", "pipeline.inputs|expected 3, got 2"},
    {chain, "pipeline.steps", "[]", "bad_state", "pipeline.steps|at least 1 step"},
    {chain, "pipeline.steps[1].name", R"("simpleimputer")", "bad_state", "pipeline.steps[1].name|a name of its own|simpleimputer"},
    {chain, "pipeline.steps[1].name", R"("")", "bad_state", "pipeline.steps[1].name|a name of its own"},
    {chain, "pipeline.steps[1].name", R"("a__b")", "bad_state", "pipeline.steps[1].name|without __|a__b"},
    {chain, "pipeline.steps[1].step.inputs", "3", "bad_state", "pipeline.steps[1].step.inputs|expected 2, got 3"},
    {mixed, "pipeline.inputs", "5", "bad_state", "pipeline.inputs|expected 6, got 5"},
    {mixed, "pipeline.transformers", "[]", "bad_state", "pipeline.transformers|at least 1 transformer"},
    {mixed, "pipeline.transformers[1].name", R"("num")", "bad_state", "pipeline.transformers[1].name|a name of its own|num"},
    {mixed, "pipeline.transformers[0].columns", "[]", "bad_state", "pipeline.transformers[0].columns|at least 1 column"},
    {mixed, "pipeline.transformers[0].columns[1]", "6", "bad_state", "pipeline.transformers[0].columns[1]|a position below 6|6"},
    {mixed, "pipeline.transformers[0].columns[1]", "-1", "bad_state", "pipeline.transformers[0].columns[1]|-1"},
    {mixed, "pipeline.transformers[0].columns[1]", "3", "bad_state", "pipeline.transformers[0].step.steps[1].step.inputs|text in column 2"},
    {mixed, "pipeline.transformers[1].columns[0]", "2", "bad_state", "pipeline.transformers[1].step.steps[0].step.inputs|text|number"},
    {mixed, "pipeline.transformers[0].weight", "1e400", "bad_format", "transformers[0].weight"},
    {mixed, "pipeline.transformers[0].weight", "NaN", "bad_format", "transformers[0].weight"},
    {"passthrough", "pipeline.transformers[0].step.inputs", "3", "bad_state", "pipeline.transformers[0].step.inputs|expected 2, got 3"},
};

const Row steps[] = {
    {scaler, "pipeline.scale.values[1]", "0.0", "bad_state", "pipeline.scale.values[1] (line |expected a number > 0, got 0.0"},
    {scaler, "pipeline.scale.values[1]", "-0.0", "bad_state", "pipeline.scale.values[1]|a number > 0, got -0.0"},
    {scaler, "pipeline.scale.values[0]", "-12.5", "bad_state", "pipeline.scale.values[0]|a number > 0, got -12.5"},
    {scaler, "pipeline.scale.values", "[1.0]", "bad_state", "pipeline.scale.nan"},
    {scaler, "pipeline.scale", R"({"dtype": "float64", "values": [1.0], "none": [], "nan": []})", "bad_state", "pipeline.scale|3 entries|1"},
    {scaler, "pipeline.scale", R"({"dtype": "int64", "values": [1, 1, 1], "none": [], "nan": []})", "bad_state", "pipeline.scale.dtype|float32 or float64|int64"},
    {scaler, "pipeline.with_std", "false", "bad_state", "pipeline.scale|0 entries|3"},
    {scaler, "pipeline.with_mean", "true", "bad_state", "pipeline.mean|3 entries|0"},
    {full, "pipeline.mean.nan", "[]", "bad_state", "pipeline.mean.nan|undefined exactly where scale is|column 4"},
    {range, "pipeline.feature_min", "0.7", "bad_state", "pipeline.feature_min|less than feature_max|0.7"},
    {range, "pipeline.feature_max", "-1.0", "bad_state", "pipeline.feature_min|less than feature_max"},
    {range, "pipeline.scale.values[0]", "0.0", "bad_state", "pipeline.scale.values[0]|a number > 0, got 0.0"},
    {range, "pipeline.min.nan", "[]", "bad_state", "pipeline.min.nan|undefined exactly where scale is"},
    {imputer, "pipeline.strategy", R"("mode")", "bad_state", "pipeline.strategy|one of|mode"},
    {imputer, "pipeline.missing", R"("NA")", "bad_state", "pipeline.missing|one of|NA"},
    {imputer, "pipeline.missing", R"("none")", "bad_state", "pipeline.missing|nan or value for numbers|none"},
    {imputer, "pipeline.missing", R"("value")", "bad_state", "pipeline.sentinel|1 entries|0"},
    {imputer, "pipeline.sentinel.dtype", R"("string")", "bad_state", "pipeline.sentinel.dtype|numbers|string"},
    {imputer, "pipeline.indicator", "[2, 0]", "bad_state", "pipeline.indicator[1]|ascending column positions|0"},
    {imputer, "pipeline.indicator", "[0, 3]", "bad_state", "pipeline.indicator[1]|ascending column positions|3"},
    {imputer, "pipeline.fill", R"({"dtype": "int64", "values": [1, 2, 3], "none": [], "nan": []})", "bad_state", "pipeline.fill.dtype|float32 or float64|int64"},
    {imputer, "pipeline.fill", R"({"dtype": "float64", "values": [1.0], "none": [], "nan": []})", "bad_state", "pipeline.fill|3 entries|1"},
    {imputer, "pipeline.fill", R"({"dtype": "string", "values": ["a", "b", "c"], "none": [], "nan": []})", "bad_state", "pipeline.inputs|text"},
    {by_value, "pipeline.missing", R"("nan")", "bad_state", "pipeline.sentinel|0 entries|1"},
    {by_value, "pipeline.sentinel.values", "[0.0]", "ok", ""},
    {by_value, "pipeline.sentinel", R"({"dtype": "float64", "values": [0.0], "none": [], "nan": [0]})", "bad_state", "pipeline.sentinel|a value"},
    {text_imputer, "pipeline.steps[0].step.strategy", R"("mean")", "bad_state", "pipeline.steps[0].step.strategy|for text|mean"},
    {text_imputer, "pipeline.steps[0].step.indicator", "[0]", "bad_state", "pipeline.steps[0].step.indicator|no indicator beside text"},
    {encoder, "pipeline.handle_unknown", R"("warn")", "bad_state", "pipeline.handle_unknown|one of|warn"},
    {encoder, "pipeline.handle_unknown", R"("first_column")", "bad_state", "pipeline.handle_unknown|keras"},
    {encoder, "pipeline.columns", "[]", "bad_state", "pipeline.inputs"},
    {encoder, "pipeline.columns[1].categories.values", "[]", "bad_state", "pipeline.columns[1].categories|at least 1 category"},
    {encoder, "pipeline.columns[1].categories.values[1]", R"("f")", "bad_state", "pipeline.columns[1].categories.values[1]|not listed before|f"},
    {encoder, "pipeline.columns[1].drop", "2", "bad_state", "pipeline.columns[1].drop|-1 or a position in the reduced list of 2|2"},
    {encoder, "pipeline.columns[1].drop", "-2", "bad_state", "pipeline.columns[1].drop|-2"},
    {encoder, "pipeline.columns[1].categories", R"({"dtype": "int64", "values": [1, 2], "none": [], "nan": []})", "bad_state", "pipeline.columns[1].categories.dtype|string|int64"},
    {rare, "pipeline.columns[0].infrequent[0]", "9", "bad_state", "pipeline.columns[0].infrequent[0]|ascending positions in categories|9"},
    {rare, "pipeline.columns[0].infrequent", "[1, 1]", "bad_state", "pipeline.columns[0].infrequent[1]|ascending positions"},
    {numbers, "pipeline.columns[0].categories.values[0]", "2.0", "bad_state", "pipeline.columns[0].categories.values[1]"},
    {numbers, "pipeline.columns[0].categories.values[2]", "1.5", "bad_state", "pipeline.columns[0].categories.values[2]|ascending values"},
    {numbers, "pipeline.columns[0].categories.values[0]", "-1.0", "ok", ""},
};

const Row grammar[] = {
    {scaler, "pipeline.scale.values[0]", "1", "bad_format", "pipeline.scale.values[0]|a floating-point number|1"},
    {scaler, "pipeline.inputs", "3.0", "bad_format", "pipeline.inputs|an integer|3.0"},
    {scaler, "pipeline.inputs", "null", "bad_format", "null"},
    {scaler, "pipeline.scale.values[0]", "1e400", "bad_format", "1e400"},
    {scaler, "pipeline.scale.values[0]", "1e-400", "bad_format", "1e-400"},
    {scaler, "pipeline.scale.values[0]", "Infinity", "bad_format", "pipeline.scale.values[0]"},
    {scaler, "pipeline.inputs", "9223372036854775808", "bad_format", "9223372036854775808"},
    {scaler, "pipeline.inputs", "-0", "bad_format", "-0"},
};

// clang-format on

template <std::size_t Count>
void check(const char* what, const Row (&rows)[Count]) {
  for (const Row& row : rows) {
    CAPTURE(row.file);
    CAPTURE(row.path);
    CAPTURE(row.value);
    const std::string payload = golden::payload_of(row.file);
    REQUIRE(outcome(payload) == "ok");
    const std::string got = outcome(golden::with(payload, row.path, row.value));
    CAPTURE(got);
    CHECK(got.starts_with(row.code));
    for (std::string_view words = row.words; !words.empty();) {
      const std::string word(words.substr(0, words.find('|')));
      CHECK_MESSAGE(got.find(word) != got.npos, word);
      words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
  }
  std::printf("refusals, %s: %zu\n", what, Count);
}

}  // namespace

TEST_CASE("file: every rule is checked, and the refusal names place, line, what was expected and what came") {
  check("heading", heading);
  check("columns", columns);
  check("features, models, policy, self-tests", facts);
  check("arrays", arrays);
  check("nodes and containers", nodes);
  check("state of steps", steps);
  check("numbers and words", grammar);
}

TEST_CASE("file: the whole message of a refusal") {
  const std::string payload =
      golden::with(golden::payload_of("column_transformer"),
                   "pipeline.transformers[0].step.steps[2].step.scale.values[1]", "0.0");
  const std::string line = std::to_string(
      prepguard::detail::line_of(payload, "pipeline.transformers[0].step.steps[2].step.scale.values[1]",
                                 prepguard::detail::payload_first_line));
  CHECK(outcome(payload) ==
        "bad_state: f: pipeline.transformers[0].step.steps[2].step.scale.values[1] (line " + line +
            "): expected a number > 0, got 0.0");
}

TEST_CASE("file: values that only double can hold") {
  const std::string marked =
      golden::with(golden::payload_of("simple_imputer_value"), "pipeline.sentinel.values[0]", "0.1");
  CHECK(outcome<double>(marked) == "ok");
  CHECK(outcome<float>(marked).find("pipeline.sentinel.values") != std::string::npos);
  const std::string nan = golden::payload_of("one_hot_encoder_nan");
  CHECK(outcome<double>(nan) == "ok");
  CHECK(outcome<float>(nan).starts_with("bad_state: f: pipeline.columns[1].categories.values[0] (line "));
}

TEST_CASE("file: too many models, too many values of a column") {
  const std::string payload = golden::payload_of("column_transformer");
  const std::string model = R"({"file": "m", "bytes": 0, "sha256": ")" + std::string(64, '0') + "\"}";
  std::string list = model;
  for (int i = 1; i < 16; ++i) list += ", " + model;
  CHECK(outcome(golden::with(payload, "models", '[' + list + ']')) == "ok");
  CHECK(outcome(golden::with(payload, "models", '[' + list + ", " + model + ']')).find("at most 16 models") !=
        std::string::npos);
}

TEST_CASE("file: a text output, no output at all") {
  const std::string text = golden::with(
      golden::with(golden::payload_of("simple_imputer_text"), "pipeline.steps[1]",
                   R"({"name": "p", "step": {"type": "passthrough", "version": 1, "inputs": 3}})"),
      "features", R"(["a", "b", "c"])");
  CHECK(outcome(text).find("outputs that are all numbers") != std::string::npos);
  std::string nothing = golden::payload_of("simple_imputer");
  nothing = golden::with(nothing, "pipeline.fill",
                         R"({"dtype": "float64", "values": [0.0, 0.0, 0.0], "none": [], "nan": [0, 1, 2]})");
  nothing = golden::with(golden::with(nothing, "pipeline.indicator", "[]"), "features", "[]");
  CHECK(outcome(nothing).starts_with("bad_state: f: pipeline (line "));
  CHECK(outcome(nothing).find("expected at least 1 output, got none") != std::string::npos);
}

TEST_CASE("file: a block that puts out nothing is fine beside others") {
  std::string payload = golden::with(golden::payload_of("passthrough"), "columns[2].used", "true");
  const std::string all =
      R"({"name": "all", "columns": [0, 1], "weight": 1.0, "step": {"type": "passthrough", "version": 1,
    "inputs": 2}})";
  const std::string gone =
      R"({"name": "gone", "columns": [2], "weight": 1.0, "step": {"type": "simple_imputer", "version": 1,
    "contract": "native", "inputs": 1, "strategy": "mean", "missing": "nan",
    "sentinel": {"dtype": "float64", "values": [], "none": [], "nan": []},
    "fill": {"dtype": "float64", "values": [0.0], "none": [], "nan": [0]}, "indicator": []}})";
  for (const std::string& blocks : {gone + ", " + all, all + ", " + gone}) {
    const std::string changed = golden::with(payload, "pipeline.transformers", '[' + blocks + ']');
    CHECK(outcome(changed) == "ok");
    CHECK_NOTHROW(
        prepguard::load_bytes<double>(prepguard::detail::seal(changed)));  // its rows still give the same
  }
}

TEST_CASE("file: every key must be there once, none may be added, each has its kind") {
  std::size_t tried = 0;
  for (const char* file : {"standard_scaler_float32", "min_max_scaler_float32", "simple_imputer_value",
                           "passthrough", "one_hot_encoder_int", "column_transformer"}) {
    const std::string payload = golden::payload_of(file);
    for (const golden::Member& member : golden::members_of(payload)) {
      CAPTURE(member.path);
      const auto refused = [&](const std::string& changed) {
        ++tried;
        const std::string got = outcome(changed);
        CAPTURE(got);
        CHECK((got.starts_with("bad_format: f: ") ||
               (member.path.ends_with("type") && got.starts_with("bad_version"))));
        CHECK(got.find("(line ") != got.npos);
      };
      refused(golden::without(payload, member));
      refused(std::string(payload).insert(member.key,
                                          payload.substr(member.key, member.end - member.key) + ", "));
      refused(std::string(payload).insert(member.key, R"("extra": true, )"));
      refused(std::string(payload).insert(member.key + 1, "x"));
      const char c = payload[member.value];
      const std::string_view value(payload.data() + member.value, member.end - member.value);
      const bool real = value.find_first_of(".e") != value.npos;
      for (const std::string_view other : {"null", "true", "1", "1.5", "\"x\"", "{}", "[[]]"}) {
        const char o = other[0];
        const bool digits = c == '-' || (c >= '0' && c <= '9');
        const bool same =
            o == c || (o == '1' && digits && real == (other.size() > 1)) || (o == 't' && c == 'f');
        if (same && o != '{' && o != '[') continue;
        refused(std::string(payload).replace(member.value, member.end - member.value, other));
      }
    }
  }
  std::printf("refusals, keys missing, twice, added, renamed, of another kind: %zu\n", tried);
  CHECK(tried > 3000);
}

TEST_CASE("file: containers nested 8 deep, and 9") {
  const auto nested = [](std::string payload, int levels) {
    std::string node(payload, 0);
    for (int i = 0; i < levels; ++i) {
      const auto members = golden::members_of(payload);
      const auto at =
          std::find_if(members.begin(), members.end(), [](const auto& m) { return m.path == "pipeline"; });
      node = payload.substr(at->value, at->end - at->value);
      payload =
          golden::with(payload, "pipeline",
                       R"({"type": "pipeline", "version": 1, "inputs": 3, "steps": [{"name": "s", "step": )" +
                           node + "}]}");
    }
    return payload;
  };
  const std::string payload = golden::payload_of("standard_scaler_float32");
  CHECK(outcome(nested(payload, 8)) == "ok");
  CHECK(outcome(nested(payload, 9)).find("expected at most 8 nested containers, got more") !=
        std::string::npos);
}

}  // namespace file_refusals_test
