// SPDX-License-Identifier: MIT
#include "prepguard/file.hpp"

#include <doctest/doctest.h>
#include <pthread.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <cereal/archives/binary.hpp>
#include <cereal/archives/json.hpp>
#include <cereal/archives/portable_binary.hpp>
#include <cfenv>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "cells.hpp"
#include "detail/every_instruction_set.hpp"
#include "golden_files.hpp"
#include "json_copy.hpp"
#include "temporary_folder.hpp"

namespace file_test {
namespace {

namespace fs = std::filesystem;
using prepguard::AnyStep;
using prepguard::Artifact;
using prepguard::Errc;
using prepguard::Error;
using prepguard::load_bytes;
using prepguard::load_file;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Number;
using prepguard::save_file;
using prepguard::Table;
using prepguard::Text;
using prepguard::to_bytes;
using prepguard::detail::seal;

/// "code: message"; "ok" if nothing is thrown.
template <class Action>
std::string outcome(Action&& action) {
  try {
    action();
    return "ok";
  } catch (const Error& error) {
    return std::string(name(error.code())) + ": " + error.what();
  }
}

/// Its state does not allow the other scalar type, or it comes from layers that compute in float only.
bool is_double_only(const std::string& name) {
  return name == "one_hot_encoder_nan";
}
bool is_float_only(const std::string& name) {
  return name.ends_with("_keras");
}

/// Calls `check(name, bytes, T{})` for every golden file and every scalar type it holds.
template <class Check>
void for_every_golden(Check&& check) {
  for (const std::string& name : golden::names()) {
    CAPTURE(name);
    const std::string bytes = golden::bytes_of(name);
    if (!is_float_only(name)) check(name, bytes, double{});
    if (!is_double_only(name)) check(name, bytes, float{});
  }
}

/// Writes `value` with one cereal archive and reads it back into a fresh object.
template <class Output, class Input, class X>
X through_archive(const X& value) {
  std::stringstream stream(std::ios::in | std::ios::out | std::ios::binary);
  {
    Output archive(stream);
    archive(value);
  }
  X loaded;
  Input archive(stream);
  archive(loaded);
  return loaded;
}

template <class X>
void check_archives(const X& value) {
  CHECK((through_archive<cereal::BinaryOutputArchive, cereal::BinaryInputArchive>(value) == value));
  CHECK((through_archive<cereal::PortableBinaryOutputArchive, cereal::PortableBinaryInputArchive>(value) ==
         value));
  CHECK((through_archive<cereal::JSONOutputArchive, cereal::JSONInputArchive>(value) == value));
  std::string text;
  {
    prepguard::TextOutputArchive archive(text);
    archive(value);
  }
  X loaded;
  prepguard::TextInputArchive archive(text);
  archive(loaded);
  CHECK((loaded == value));
}

Matrix<double> training_rows() {
  return cells::rows_of<double>(
      {{39.1, 3750}, {40.3, 3800}, {cells::nan<double>, 3250}, {50, 5700}, {0.1, -0.0}});
}

const std::vector<Text> islands{"Biscoe", "Dream", "Åland", "Biscoe", ""};
const std::vector<double> masses{3750, 3800, 3250, 5700, -0.0};

}  // namespace

TEST_CASE("golden files: every step type has one") {
  const std::vector<std::string> names = golden::names();
  const auto check = [&]<class... Steps>(const prepguard::AnyOf<Steps...>*) {
    for (const std::string_view type : {Steps::type...}) {
      bool found = false;
      for (const std::string& name : names) found = found || name == type;
      CHECK_MESSAGE(found, "no golden file for " << type << "; see tests/golden/make_golden.py");
    }
  };
  check(static_cast<const AnyStep<double>*>(nullptr));
}

TEST_CASE("golden files: read, replayed with every instruction set, saved to the same bytes") {
  std::size_t files = 0;
  for_every_instruction_set([&](prepguard::InstructionSet) {
    files = 0;
    for_every_golden([&]<Number T>(const std::string& name, const std::string& bytes, T) {
      const auto artifact = load_file<T>(golden::folder / (name + ".prepguard.json"));
      CHECK(to_bytes(artifact) == bytes);
      CHECK(artifact == load_bytes<T>(bytes));
      ++files;
    });
  });
  std::printf("golden files: %zu read as float or double and saved, 0 differ\n", files);
  CHECK(files >= 30);
}

TEST_CASE("golden files: any key order and white space; saved, the canonical bytes again") {
  for_every_golden([]<Number T>(const std::string& name, const std::string& bytes, T) {
    const std::string payload = golden::payload_of(name);
    std::string reversed = prepguard_tests::JsonCopy(payload).reversed();
    CHECK(reversed != payload);
    CHECK(to_bytes(load_bytes<T>(seal(reversed))) == bytes);
    std::string dense;
    bool in_text = false;
    for (std::size_t i = 0; i < payload.size(); ++i) {
      if (payload[i] == '"' && payload[i - 1] != '\\') in_text = !in_text;
      if (in_text || (payload[i] != ' ' && payload[i] != '\n')) dense += payload[i];
    }
    CHECK(to_bytes(load_bytes<T>(seal(dense))) == bytes);
  });
}

TEST_CASE("golden files: what an artifact tells about itself") {
  const auto artifact = load_bytes<double>(golden::bytes_of("column_transformer"));
  CHECK(artifact.schema().names() ==
        std::vector<std::string>{"island", "bill_mm", "mass_g", "sex", "year", "note"});
  CHECK(artifact.feature_names().at(3) == "cat__sex_?");
  CHECK(artifact.input_width() == 6);
  CHECK(artifact.output_width() == 11);
  CHECK(artifact.dtype() == prepguard::DType::float64);
  CHECK(artifact.provenance().sklearn == "1.2.1");
  CHECK(artifact.models().at(0).file == "model.bin");
  CHECK(artifact.policy().at(1).value == 4.5);
  CHECK(artifact.self_tests().size() == 2);
  CHECK(artifact.pipeline().type_name() == "column_transformer");
  CHECK_FALSE(artifact.schema().columns()[5].used);
}

TEST_CASE("files: every step and container goes through every cereal archive") {
  for_every_golden([&]<Number T>(const std::string&, const std::string& bytes, T) {
    const auto artifact = load_bytes<T>(bytes);
    check_archives(artifact.pipeline());
    artifact.pipeline().visit([&](const auto& step) {
      using Step = std::remove_cvref_t<decltype(step)>;
      if constexpr (std::is_same_v<T, double>) check_archives<Step>(step);
    });
  });
}

TEST_CASE("files: unfitted steps, static pipelines and column transformers go through cereal archives") {
  using namespace prepguard;
  check_archives(StandardScaler<double>({.with_mean = false}));
  check_archives(OneHotEncoder<double, Text>({.handle_unknown = HandleUnknown::ignore}));
  Pipeline pipeline{SimpleImputer<double>{}, StandardScaler<double>{}};
  const auto rows = training_rows();
  check_archives(pipeline.fit(rows));
  ColumnTransformer<double> columns{{"num", StandardScaler<double>{}, {"mass"}},
                                    {"cat", OneHotEncoder<double, Text>{}, {"island"}, 1.0}};
  check_archives(columns.fit(Table().add("island", islands).add("mass", masses)));
  check_archives(prepguard::Array(prepguard::Array::Reals{0.1, -0.0, 5e-324}));
}

TEST_CASE("files: an archive with broken state changes nothing") {
  prepguard::StandardScaler<double> scaler;
  const auto rows = training_rows();
  scaler.fit(rows);
  std::string text;
  {
    prepguard::TextOutputArchive archive(text);
    archive(scaler);
  }
  const auto load = [&](const std::string& broken) {
    auto target = scaler;
    const std::string got = outcome([&] {
      prepguard::TextInputArchive archive(broken);
      archive(target);
    });
    CHECK(target == scaler);
    return got;
  };
  CHECK(load(text) == "ok");
  CHECK(load(golden::with(text, "scale.values[0]", "0.0"))
            .starts_with("bad_state: standard_scaler.scale.values[0]"));
  CHECK(load(golden::with(text, "type", "\"min_max_scaler\"")).starts_with("bad_state: type"));
  CHECK(load(golden::with(text, "version", "2")).starts_with("bad_version: version"));
  CHECK(load(golden::with(text, "contract", "\"x\"")).starts_with("bad_state: contract"));
}

TEST_CASE_TEMPLATE("files: what is fitted here is saved, loaded and gives the same bits", T, float, double) {
  using namespace prepguard;
  TemporaryFolder folder;
  auto rows = Matrix<T>::uninitialized(5, 2);
  const auto wide = training_rows();
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 2; ++j)
      rows(i, j) = i == 2 && j == 0 ? cells::nan<T> : static_cast<T>(wide(i, j));
  }
  Pipeline pipeline{SimpleImputer<T>{}, StandardScaler<T>{}, MinMaxScaler<T>{}};
  pipeline.fit(rows);
  const fs::path path = folder / "pipeline.prepguard.json";
  for (int with_sample = 0; with_sample < 2; ++with_sample) {
    if (with_sample == 1) {
      save_file(pipeline, path, MatrixView<const T>(rows), std::vector<std::string>{"bill", "mass"});
    } else {
      save_file(pipeline, path);
    }
    const auto loaded = load_file<T>(path);
    CHECK(cells::difference<T>(loaded.transform(rows), pipeline.transform(rows)).empty());
    CHECK(loaded.dtype() == dtype_of<T>);
    CHECK(loaded.self_tests().size() == 2);
    CHECK(loaded.schema().columns()[0].name == (with_sample == 1 ? "bill" : "x0"));
    CHECK(loaded.schema().columns()[0].numbers.count == (with_sample == 1 ? 5 : 0));
    CHECK(loaded.schema().columns()[0].numbers.nan == (with_sample == 1 ? 1 : 0));
    CHECK(to_bytes(loaded) == golden::read(path));
    using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
    CHECK(load_file<Other>(path).dtype() == dtype_of<T>);
  }
}

TEST_CASE("files: statistics of a sample are numpy's") {
  // numpy 1.24: count, min, max, mean, std and percentile(x, [1, 5, 25, 50, 75, 95, 99]) of 39.1, 40.3, 36.7,
  // 50, 46.1.
  using namespace prepguard;
  const auto rows = cells::rows_of<double>({{39.1}, {40.3}, {36.7}, {50}, {46.1}});
  const auto artifact = make_artifact(StandardScaler<double>().fit(rows), MatrixView<const double>(rows));
  const NumberTraining& training = artifact.schema().columns()[0].numbers;
  CHECK(training.min == 36.7);
  CHECK(training.max == 50.0);
  CHECK(training.mean == 42.44);
  CHECK(training.std == doctest::Approx(4.883277587850192).epsilon(1e-15));
  CHECK(training.quantiles == std::vector<double>{36.796, 37.18, 39.1, 40.3, 46.1, 49.22, 49.844});
}

TEST_CASE("files: text that is missing keeps its spelling, with a sample and without") {
  using namespace prepguard;
  for (const Missing how : {Missing::none, Missing::nan}) {
    const std::vector<Text> sexes{"f", Text(how), "m", "m"};
    const MissingMarker marker = how == Missing::none ? MissingMarker::none : MissingMarker::nan;
    const Table table = Table().add("sex", sexes);
    ColumnTransformer<double> prep{
        {"cat",
         Pipeline{SimpleImputer<double, Text>({.missing = marker}), OneHotEncoder<double, Text>{}},
         {"sex"}}};
    prep.fit(table);
    const auto want = cells::rows_of<double>({{1, 0}, {0, 1}, {0, 1}, {0, 1}});
    CHECK(cells::difference<double>(prep.transform(table), want).empty());
    for (const auto& artifact : {make_artifact(prep), make_artifact(prep, table)}) {
      CHECK(cells::difference<double>(load_bytes<double>(to_bytes(artifact)).transform(table), want).empty());
      CHECK(artifact.schema().columns()[0].missing_text() == how);
    }
  }
  const std::vector<Text> both{Text(Missing::none), Text(Missing::nan)};
  ColumnTransformer<double> prep{{"cat", OneHotEncoder<double, Text>{}, {"sex"}}};
  CHECK(outcome([&] {
          prep.fit(Table().add("sex", both));
        }).starts_with("bad_schema: input: missing texts are spelled in two"));
}

TEST_CASE("files: samples that do not fit") {
  using namespace prepguard;
  const auto rows = training_rows();
  const auto scaler = StandardScaler<double>().fit(rows);
  const auto from = [&](const Matrix<double>& sample, std::vector<std::string> names = {}) {
    return outcome([&] { make_artifact(scaler, MatrixView<const double>(sample), names); });
  };
  CHECK(from(rows) == "ok");
  CHECK(from(Matrix<double>(0, 2)).starts_with("bad_parameter: sample: there are 0 rows"));
  CHECK(from(Matrix<double>(3, 3)).starts_with("bad_shape: sample: expected 2 columns, got 3"));
  CHECK(from(rows, {"a"}).starts_with("bad_shape: sample"));
  CHECK(from(rows, {"a", "a"}).starts_with("bad_parameter: table: column \"a\" is given twice"));
  CHECK(from(cells::rows_of<double>({{1, 2}, {cells::infinity<double>, 2}}))
            .starts_with("bad_parameter: sample: infinity"));
  CHECK(outcome([] {
          make_artifact(StandardScaler<double>{});
        }).starts_with("bad_shape: standard_scaler: not fitted"));
}

TEST_CASE("files: the other scalar type is refused where a file has no rows of it") {
  const std::string huge = outcome([] { load_bytes<float>(golden::bytes_of("one_hot_encoder_nan")); });
  CHECK(huge.starts_with("bad_state: artifact: pipeline.columns[1].categories.values[0] (line "));
  const std::string one = golden::payload_of("standard_scaler_mean");
  const auto tests = prepguard_tests::JsonCopy(one).canonical();
  const std::size_t second = tests.rfind("        {\n            \"dtype\": \"float32\"");
  const std::size_t comma = tests.rfind(',', second);
  std::string only = tests.substr(0, comma) + tests.substr(tests.rfind("\n    ]"));
  CHECK(outcome([&] { load_bytes<double>(seal(only)); }) == "ok");
  CHECK(outcome([&] { load_bytes<float>(seal(only)); }) ==
        "bad_state: artifact: self_tests: expected a self-test of dtype float32, got one of float64 only; "
        "do: load the file "
        "as float64, or export it again from data of the other type");
}

TEST_CASE("files: a stored row that gives another result here") {
  const std::string payload = golden::payload_of("standard_scaler_mean");
  const std::string changed = golden::with(payload, "self_tests[0].expected.values[0]", "0.5");
  const std::string got = outcome([&] { load_bytes<double>(seal(changed)); });
  CAPTURE(got);
  CHECK(
      got.starts_with("self_test_failed: artifact: self-test: a stored row gives another result here, row 0, "
                      "column \"age\""));
  CHECK(got.find(": expected 0.5, got ") != got.npos);
  CHECK(got.find("export the pipeline again") != got.npos);
  CHECK(outcome([&] { load_bytes<double>(seal(changed), {.self_test = false}); }) == "ok");
  CHECK(outcome([&] { load_bytes<float>(seal(changed)); }) == "ok");  // the other type's rows are untouched
  const std::string unknown =
      golden::with(golden::payload_of("one_hot_encoder_int"), "self_tests[0].inputs[0].values[0]", "77.0");
  CHECK(outcome([&] { load_bytes<double>(seal(unknown)); }).find("its rows cannot be transformed: ") !=
        std::string::npos);
}

TEST_CASE("files: a tolerance is that of the steps, or less") {
  const std::string exact = golden::payload_of("standard_scaler_mean"), key = "self_tests[0].tolerance[0]";
  CHECK(outcome([&] {
          load_bytes<double>(seal(golden::with(exact, key, "1")));
        }).find(": expected 0 to 0, got 1") != std::string::npos);
  const std::string logs = golden::payload_of("function_transformer"),
                    value = "self_tests[0].expected.values[0]";
  CHECK(outcome([&] { load_bytes<double>(seal(golden::with(logs, key, "8"))); }) == "ok");
  CHECK(outcome([&] {
          load_bytes<double>(seal(golden::with(logs, key, "9")));
        }).find(": expected 0 to 8, got 9") != std::string::npos);
  const auto changed = [&](const char* cell) {
    return seal(golden::with(logs, value, cell));
  };  // log1p(3) = 2 log(2)
  CHECK(outcome([&] { load_bytes<double>(changed("1.3862943611198917")); }) == "ok");
  CHECK(outcome([&] { load_bytes<double>(changed("1.3862943611198937")); }).starts_with("self_test_failed"));
}

TEST_CASE("files: tolerance counts eps of the larger of 1 and what is expected") {
  using prepguard::detail::within;
  const auto near = [](double got, double want, std::int64_t k) { return within<double>(got, want, k); };
  CHECK(near(1.0, 1.0, 0));
  CHECK_FALSE(near(0.0, -0.0, 0));
  CHECK(near(0.0, -0.0, 1));
  CHECK(near(1.0 + 0x1p-52, 1.0, 1));
  CHECK_FALSE(near(1.0 + 0x1p-51, 1.0, 1));
  CHECK(near(8.0 + 0x1p-49, 8.0, 1));
  CHECK_FALSE(near(8.0 + 0x1p-48, 8.0, 1));
  CHECK(near(cells::nan<double>, -cells::nan<double>, 0));
  CHECK_FALSE(near(cells::nan<double>, 1.0, 1000));
  CHECK_FALSE(near(cells::infinity<double>, 1.0, 1000));
  const float got = 1.0f + 0x1p-23f, want = 1.0f;
  CHECK(within<float>(got, want, 1));
  CHECK_FALSE(within<float>(got, want, 0));
}

TEST_CASE("files: the system's refusals carry the path; what was loaded before stays") {
  TemporaryFolder folder;
  const fs::path path = folder / "a.prepguard.json";
  auto artifact = load_bytes<double>(golden::bytes_of("pipeline"));
  const auto before = artifact;
  const auto again = [&] { return outcome([&] { artifact = load_file<double>(path); }); };
  CHECK(again().find("a.prepguard.json") != std::string::npos);
  CHECK(again().starts_with("io_failed: "));
  fs::create_directory(path);
  CHECK(again().starts_with("io_failed: "));
  fs::remove(path);
  const std::string bytes = golden::bytes_of("standard_scaler");
  std::ofstream(path, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  CHECK(again().starts_with("bad_format: " + path.string()));
  std::ofstream(path, std::ios::binary) << bytes;
  CHECK(outcome([&] { load_file<double>(path, {.cap = bytes.size()}); }) == "ok");
  CHECK(outcome([&] { load_file<double>(path, {.cap = bytes.size() - 1}); }).starts_with("io_failed: "));
  CHECK(outcome([&] { load_bytes<double>(bytes, {.cap = bytes.size() - 1}); }).starts_with("io_failed: "));
  CHECK(artifact == before);
  CHECK(again() == "ok");
  CHECK(outcome([&] { save_file(before, folder / "none" / "b.json"); }).starts_with("io_failed: "));
  save_file(before, path);
  CHECK(load_file<double>(path) == before);
}

TEST_CASE("files: any rounding mode, flush-to-zero and locale at entry; all are back afterwards") {
  const std::string bytes = golden::bytes_of("standard_scaler");  // has denormals
  const auto want = load_bytes<double>(bytes);
  const auto check = [&] {
    const auto artifact = load_bytes<double>(bytes);
    return artifact == want && to_bytes(artifact) == bytes;
  };
  for (const int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    std::fesetround(mode);
    const bool right = check();
    const int after = std::fegetround();
    std::fesetround(FE_TONEAREST);
    CHECK(right);
    CHECK(after == mode);
  }
#if defined(__x86_64__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040U);
  const bool right = check();
  const unsigned after = _mm_getcsr();
  _mm_setcsr(before);
  CHECK(right);
  CHECK((after & 0x8040U) == 0x8040U);
#endif
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"}) {
    if (std::setlocale(LC_ALL, name) != nullptr) CHECK(check());
  }
  std::setlocale(LC_ALL, locale.c_str());
}

namespace {

void* load_and_transform(void* result) {
  const auto artifact = load_file<double>(golden::folder / "column_transformer.prepguard.json");
  const std::vector<std::string> islands_given(3, "Dream"), sexes(3, "male");
  const std::vector<double> numbers{1, 2, 3};
  const std::vector<std::int64_t> years{2007, 2008, 2009};
  const auto rows = Table()
                        .add("island", islands_given)
                        .add("sex", sexes)
                        .add("bill_mm", numbers)
                        .add("mass_g", numbers)
                        .add("year", years);
  *static_cast<bool*>(result) = artifact.transform(rows).cols() == 11 && to_bytes(artifact).size() > 1000;
  return nullptr;
}

}  // namespace

TEST_CASE("files: a stack of 128 KB is enough to load, transform and save") {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 128 * 1024) == 0);
  pthread_t thread;
  bool right = false;
  REQUIRE(pthread_create(&thread, &attributes, load_and_transform, &right) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
  CHECK(right);
}

TEST_CASE("files: threads load, transform and save at the same time") {
  TemporaryFolder folder;
  const fs::path path = folder / "shared.prepguard.json";
  const auto artifact = load_bytes<double>(golden::bytes_of("pipeline"));
  save_file(artifact, path);
  const auto rows = cells::rows_of<double>({{22, 1e-42, 0}, {cells::nan<double>, 0, 1}});
  const auto want = artifact.transform(rows);
  std::vector<int> right(4, 0);
  std::vector<std::thread> threads;
  for (int& mine : right) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto loaded = load_file<double>(path);
        mine += loaded == artifact && cells::difference<double>(loaded.transform(rows), want).empty();
        save_file(loaded, path);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == std::vector<int>(4, 20));
}

TEST_CASE("make_artifact: a sample that lost the None of training is refused") {
  const std::vector<Text> trained{"x", "y", Text(prepguard::Missing::none)}, few{"x", "y"};
  Table all, some;
  all.add("c", trained);
  some.add("c", few);
  using Encoder = prepguard::OneHotEncoder<double, Text>;
  prepguard::ColumnTransformer<double> prep{
      {"cat", Encoder(Encoder::Options{prepguard::HandleUnknown::ignore}), {"c"}}};
  prep.fit(all);
  cells::check_error([&] { static_cast<void>(prepguard::make_artifact(prep, some)); }, Errc::bad_parameter,
                     {"None", "\"c\"", "training rows"});
  CHECK(prepguard::make_artifact(prep, all).schema().columns()[0].missing_text() == prepguard::Missing::none);
}

}  // namespace file_test
