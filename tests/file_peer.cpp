// SPDX-License-Identifier: MIT
// The C++ side of python_files.py.
//
//   file_peer check      files from standard input, each after a letter (d: as double, f: as float) and its
//                        length (4 bytes, little-endian) -> a line each: "same" or "other" if it is accepted
//                        without its self-test and saved again to the same or other bytes, else the error
//   file_peer make DIR   writes artifacts of everything that can be fitted here
#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/file.hpp"

namespace {

using prepguard::Number;
using prepguard::Text;

template <Number T>
std::string verdict(std::string_view bytes) {
  try {
    const auto artifact = prepguard::load_bytes<T>(bytes, {.self_test = false});
    return prepguard::to_bytes(artifact) == bytes ? "same" : "other";
  } catch (const prepguard::Error& error) {
    std::string text = std::string(name(error.code())) + ' ' + error.what();
    for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
    return text;
  }
}

void check(std::string_view input) {
  while (input.size() >= 5) {
    std::size_t size = 0;
    for (std::size_t i = 4; i > 0; --i) size = size << 8 | static_cast<unsigned char>(input[i]);
    const std::string_view bytes = input.substr(5, size);
    std::cout << (input.front() == 'f' ? verdict<float>(bytes) : verdict<double>(bytes)) << '\n';
    input.remove_prefix(5 + bytes.size());
  }
}

/// The training rows of all artifacts made here.
struct Rows {
  std::vector<double> length{39.1, 40.3, 36.7, 50.0, 46.1, 0.1}, mass{3750, 3800, 3250, 5700, 4500, -0.0};
  std::vector<std::int64_t> year{2007, 2008, 2009, 2007, 2007, 2009};
  std::vector<Text> island{"Biscoe", "Åland", "Biscoe", "", "Dream \"x\"\n", "Biscoe"};
  std::vector<Text> sex{"male", Text(prepguard::Missing::none), "female", "female", "male", "male"};

  prepguard::Table numbers() const { return prepguard::Table().add("length", length).add("mass", mass); }
  prepguard::Table texts() const { return prepguard::Table().add("island", island).add("sex", sex); }
  prepguard::Table all() const { return numbers().add("year", year).add("island", island).add("sex", sex); }
};

/// Saves a fitted step with training rows, and once more from its state alone.
template <class S>
void save(const std::filesystem::path& folder, const std::string& name, const S& fitted,
          const prepguard::Table& sample) {
  const std::string scalar(prepguard::name(prepguard::dtype_of<typename S::Scalar>));
  prepguard::save_file(fitted, folder / (name + '_' + scalar + ".prepguard.json"), sample);
  prepguard::save_file(fitted, folder / (name + '_' + scalar + "_state.prepguard.json"));
}

template <Number T>
void make_numbers(const std::filesystem::path& folder, const Rows& rows) {
  using namespace prepguard;
  auto cells = Matrix<T>::uninitialized(rows.length.size(), 2);
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    cells(i, 0) = static_cast<T>(rows.length[i]);
    cells(i, 1) = static_cast<T>(rows.mass[i]);
  }
  const Table sample = rows.numbers();
  save(folder, "standard_scaler", StandardScaler<T>().fit(cells), sample);
  save(folder, "min_max_scaler", MinMaxScaler<T>({.feature_min = -1, .clip = true}).fit(cells), sample);
  save(folder, "simple_imputer", SimpleImputer<T>().fit(cells), sample);
  save(folder, "one_hot_encoder", OneHotEncoder<T>({.handle_unknown = HandleUnknown::ignore}).fit(cells),
       sample);
  save(folder, "passthrough", Passthrough<T>().fit(MatrixView<const T>(cells)), sample);
  Pipeline pipeline{SimpleImputer<T>{}, StandardScaler<T>{}, MinMaxScaler<T>{}};
  save(folder, "pipeline", pipeline.fit(cells), sample);
}

template <Number T>
void make_mixed(const std::filesystem::path& folder, const Rows& rows) {
  using namespace prepguard;
  using Imputer = SimpleImputer<T, Text>;
  using Encoder = OneHotEncoder<T, Text>;
  ColumnTransformer<T> prep{
      {"num", Pipeline{SimpleImputer<T>{}, StandardScaler<T>{}}, {"mass", "length"}, 0.5},
      {"cat", Pipeline{Imputer({.missing = MissingMarker::none}), Encoder{}}, {"sex"}},
      {"island", Encoder({.handle_unknown = HandleUnknown::ignore}), {"island"}}};
  save(folder, "column_transformer", prep.fit(rows.all()), rows.all());
}

/// Everything that a target can be undone by, also what no Python object exports.
template <Number T>
void make_targets(const std::filesystem::path& folder, const Rows& rows) {
  using namespace prepguard;
  auto cells = Matrix<T>::uninitialized(rows.length.size(), 1);
  for (std::size_t i = 0; i < cells.rows(); ++i) cells(i, 0) = static_cast<T>(rows.length[i]);
  const auto artifact = make_artifact(StandardScaler<T>().fit(cells));
  const auto make = [&](const std::string& name, const Target& target) {
    save_file(
        artifact.with_target(target),
        folder / ("target_" + name + '_' + std::string(prepguard::name(dtype_of<T>)) + ".prepguard.json"));
  };
  Matrix<T> prices(4, 2);
  for (std::size_t k = 0; k < 8; ++k) prices.data()[k] = static_cast<T>(k * k) / T{3} + T{0.1F};
  Pipeline chain{MaxAbsScaler<T>{}, RobustScaler<T>{}, MinMaxScaler<T>{}};
  make("chain", Target({"price", "rooms"}, chain.fit(prices)));
  const std::vector<double> price{80.5, 120, 99.25}, rooms{1, 3, 2};
  ColumnTransformer<T> apart{{"b", StandardScaler<T>{}, {"rooms"}, 0.3}, {"a", MinMaxScaler<T>{}, {"price"}}};
  make("columns", Target({"price", "rooms"}, apart.fit(Table().add("price", price).add("rooms", rooms))));
  make("words", Target(Array(Array::Texts{std::string("low"), std::string("Åre"), std::string("")})));
  make("two", Target(Array(Array::Reals{-0.5, 2.25}), 0.25));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string job = argc > 1 ? argv[1] : "";
  if (job == "check" && argc == 2) {
    check(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    return 0;
  }
  if (job != "make" || argc != 3) {
    std::fputs("usage: file_peer check | make DIR\n", stderr);
    return 2;
  }
  const Rows rows;
  make_numbers<float>(argv[2], rows);
  make_numbers<double>(argv[2], rows);
  make_mixed<float>(argv[2], rows);
  make_mixed<double>(argv[2], rows);
  make_targets<float>(argv[2], rows);
  make_targets<double>(argv[2], rows);
}
