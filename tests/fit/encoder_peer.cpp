// SPDX-License-Identifier: MIT
// Fits encoders to rows that encoders_against_sklearn.py wrote, and writes the learned states:
//
//     encoder_peer FOLDER
//
// FOLDER/jobs.txt has a line a job: number, step, mode, dtype, rows. Job N has the options `N.options` and
// the rows `N.numbers` or `N.texts` (parity/rows.hpp). The state goes to `N.state`, as cereal writes it into
// prepguard's own text archive; an error's code and text instead of it begin with "error ". Modes: `fit`;
// `batches=K`: partial_fit on K batches; `merge=K`: the parts of K shards.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "parity/rows.hpp"
#include "prepguard/archive.hpp"
#include "prepguard/serialize.hpp"
#include "prepguard/transformers.hpp"

namespace {

using prepguard::Array;
using prepguard::HandleUnknown;
using prepguard::MatrixView;
using prepguard::MinFrequency;
using prepguard::OneHotDrop;
using prepguard::Text;

/// The options of both encoders, as the file has them: numbers that are not given are 0 or empty.
struct Given {
  HandleUnknown handle_unknown{};
  Array unknown_value{}, encoded_missing_value{};
  std::vector<Array> categories{};
  std::string drop{};
  Array drop_values{};
  std::int64_t min_rows = 0;
  double min_share = 0.0;
  std::int64_t max_categories = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("handle_unknown", self.handle_unknown);
    visit("unknown_value", self.unknown_value);
    visit("encoded_missing_value", self.encoded_missing_value);
    visit("categories", self.categories);
    visit("drop", self.drop);
    visit("drop_values", self.drop_values);
    visit("min_rows", self.min_rows);
    visit("min_share", self.min_share);
    visit("max_categories", self.max_categories);
  }

  MinFrequency min_frequency() const {
    if (min_rows != 0) return MinFrequency(min_rows);
    return min_share != 0.0 ? MinFrequency(min_share) : MinFrequency();
  }
  std::optional<std::int64_t> most() const {
    return max_categories != 0 ? std::optional(max_categories) : std::nullopt;
  }
};

template <class Encoder>
typename Encoder::Options options_of(const Given& given) {
  typename Encoder::Options options{.handle_unknown = given.handle_unknown,
                                    .categories = given.categories,
                                    .min_frequency = given.min_frequency(),
                                    .max_categories = given.most()};
  if constexpr (requires { options.drop; }) {
    options.drop = given.drop == "first"       ? OneHotDrop::first
                   : given.drop == "if_binary" ? OneHotDrop::if_binary
                                               : OneHotDrop::none;
    options.drop_values = given.drop_values;
  } else {
    if (!given.unknown_value.empty()) options.unknown_value = given.unknown_value.real(0);
    options.encoded_missing_value = given.encoded_missing_value.real(0);
  }
  return options;
}

template <class Encoder, class Cell>
std::string learned(const Given& given, const std::string& mode, MatrixView<const Cell> rows) {
  Encoder encoder(options_of<Encoder>(given));
  const std::size_t equals = mode.find('=');
  const std::size_t parts = equals == mode.npos ? 1 : std::stoul(mode.substr(equals + 1));
  typename Encoder::Partial all;
  for (std::size_t k = 0, first = 0; k < parts; ++k) {
    const std::size_t size = rows.rows() / parts + (k < rows.rows() % parts ? 1 : 0);
    const MatrixView<const Cell> some = rows.middle_rows(first, size);
    if (mode == "fit") encoder.fit(rows);
    if (mode.starts_with("batches=")) encoder.partial_fit(some);
    if (mode.starts_with("merge=")) all = merge(encoder.partial(some), all);
    first += size;
  }
  if (mode.starts_with("merge=")) encoder.finish(all);
  std::string text;
  prepguard::TextOutputArchive archive(text);
  archive(encoder);
  return text;
}

template <class T, class Cell>
std::string run(const std::string& step, const std::string& mode, const Given& given,
                MatrixView<const Cell> rows) {
  try {
    return step == "one_hot_encoder" ? learned<prepguard::OneHotEncoder<T, Cell>>(given, mode, rows)
                                     : learned<prepguard::OrdinalEncoder<T, Cell>>(given, mode, rows);
  } catch (const prepguard::Error& error) {
    return "error " + std::string(name(error.code())) + ' ' + error.what();
  }
}

std::string run_job(const std::string& start, const std::string& step, const std::string& mode,
                    const std::string& dtype, std::size_t rows) {
  const std::string text = parity::read(start + ".options");
  Given given;
  prepguard::TextInputArchive archive(text);
  archive(given);
  if (dtype == "string") {
    const std::string bytes = parity::read(start + ".texts");
    const auto cells = parity::texts_of(bytes, rows);
    return run<double, Text>(step, mode, given, MatrixView<const Text>(cells));
  }
  if (dtype == "float32") {
    const auto cells = parity::numbers_of<float>(start + ".numbers", rows);
    return run<float, float>(step, mode, given, MatrixView<const float>(cells));
  }
  const auto cells = parity::numbers_of<double>(start + ".numbers", rows);
  return run<double, double>(step, mode, given, MatrixView<const double>(cells));
}

int run_all(const std::string& folder) {
  std::istringstream lines(parity::read(folder + "/jobs.txt"));
  for (std::string number, step, mode, dtype, rows; lines >> number >> step >> mode >> dtype >> rows;) {
    const std::string start = folder + '/' + number;
    std::ofstream(start + ".state", std::ios::binary) << run_job(start, step, mode, dtype, std::stoul(rows));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: encoder_peer FOLDER\n", stderr);
    return 2;
  }
  try {
    return run_all(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "encoder_peer: %s\n", error.what());
    return 1;
  }
}
