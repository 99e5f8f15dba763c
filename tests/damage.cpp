// SPDX-License-Identifier: MIT
// Damaged files, promises G1 to G3, printed as figures; exit status 1 if one is missed.
//
//   damage [--all] [FILE...]
//
// Without files: golden files, some with --all all of them. Anything that is thrown and is no
// prepguard::Error ends the program.
#include <algorithm>
#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "golden_files.hpp"
#include "prepguard/file.hpp"

namespace {

using prepguard::Artifact;
using prepguard::Errc;
using prepguard::Error;
using prepguard::Kind;
using prepguard::Text;

struct Count {
  std::size_t tried = 0, missed = 0, accepted = 0;
};

void note(Count& count, bool right, const char* what, const std::string& file) {
  ++count.tried;
  if (right) return;
  if (++count.missed <= 5) std::printf("missed: %s in %s\n", what, file.c_str());
}

void report(const char* promise, const Count& count, const char* of) {
  std::printf("%s: %zu %s, %zu missed", promise, count.tried, of, count.missed);
  if (count.accepted > 0) std::printf(", %zu accepted as another good state", count.accepted);
  std::puts("");
}

/// True if the bytes are refused as damaged: only an intact envelope may lead to any other verdict.
bool is_refused(std::string_view bytes) {
  try {
    prepguard::load_bytes<double>(bytes, {.self_test = false});
    return false;
  } catch (const Error& error) {
    return error.code() == Errc::bad_format || error.code() == Errc::bad_version;
  }
}

void flip(std::string& bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << (bit % 8)));
}

/// G1: every truncation, every flipped bit.
void damage_once(const std::string& file, const std::string& bytes, Count& count) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    note(count, is_refused(std::string_view(bytes).substr(0, size)), "a cut", file);
  }
  std::string damaged = bytes;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    flip(damaged, bit);
    note(count, is_refused(damaged), "a flipped bit", file);
    flip(damaged, bit);
  }
}

/// G2: two flipped bits, bursts, overwritten, inserted, removed, doubled and exchanged pieces.
std::string edited(const std::string& bytes, std::mt19937_64& random) {
  std::string damaged = bytes;
  const auto below = [&random](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  const std::size_t at = below(bytes.size()), size = 1 + below(std::min<std::size_t>(40, bytes.size() - at));
  switch (random() % 6) {
    case 0:
      flip(damaged, below(8 * bytes.size()));
      flip(damaged, below(8 * bytes.size()));
      break;
    case 1:
      for (std::size_t i = 0; i < size; ++i) damaged[at + i] = static_cast<char>(random());
      break;
    case 2:
      damaged.insert(at, size, static_cast<char>(random()));
      break;
    case 3:
      damaged.erase(at, size);
      break;
    case 4:
      damaged.insert(below(bytes.size()), bytes.substr(at, size));
      break;
    default:
      std::swap(damaged[at], damaged[below(bytes.size())]);
  }
  return damaged;
}

void damage_at_random(const std::string& file, const std::string& bytes, std::size_t edits, Count& count) {
  std::mt19937_64 random(20240229);
  for (std::size_t i = 0; i < edits; ++i) {
    const std::string damaged = edited(bytes, random);
    if (damaged != bytes) note(count, is_refused(damaged), "a random edit", file);
  }
}

/// A few rows of every kind: the centre, extremes, missing cells, texts known and unknown.
void transform_rows(const Artifact<double>& artifact) {
  const prepguard::Layout& layout = artifact.input_layout();
  prepguard::Matrix<double> numbers(4, layout.numbers());
  prepguard::Matrix<Text> texts(4, layout.texts());
  for (std::size_t j = 0; j < layout.numbers(); ++j) {
    numbers(1, j) = 1e308;
    numbers(2, j) = -5e-324;
    prepguard::detail::store_nan(&numbers(3, j));
  }
  for (std::size_t j = 0; j < layout.texts(); ++j) {
    texts(1, j) = "Lima";
    texts(2, j) = Text(prepguard::Missing::none);
    texts(3, j) = Text(prepguard::Missing::nan);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    using Numbers = prepguard::MatrixView<const double>;
    using Texts = prepguard::MatrixView<const Text>;
    try {
      artifact.transform({Numbers(numbers).middle_rows(i, 1), Texts(texts).middle_rows(i, 1)});
    } catch (const Error& error) {
      if (error.code() != Errc::non_finite && error.code() != Errc::unknown_category) throw;
    }
  }
}

/// What a resealed payload must be: refused with a fitting code, or a state that is saved and read again as
/// itself and transforms without a crash.
bool is_sound(const std::string& sealed, Count& count) {
  std::optional<Artifact<double>> artifact;
  try {
    artifact = prepguard::load_bytes<double>(sealed, {.self_test = false});
  } catch (const Error& error) {
    return error.code() == Errc::bad_format || error.code() == Errc::bad_version ||
           error.code() == Errc::bad_state;
  }
  ++count.accepted;
  const std::string saved = prepguard::to_bytes(*artifact);
  if (prepguard::to_bytes(prepguard::load_bytes<double>(saved, {.self_test = false})) != saved) return false;
  transform_rows(*artifact);
  return true;
}

/// G3: every flipped bit of the payload under a checksum that is right again; every `step`th of them.
void damage_resealed(const std::string& file, const std::string& bytes, std::size_t step, Count& count) {
  std::string payload(prepguard::detail::unseal(bytes, bytes.size(), file));
  for (std::size_t bit = 0; bit < 8 * payload.size(); bit += step) {
    flip(payload, bit);
    note(count, is_sound(prepguard::detail::seal(payload), count), "a resealed bit", file);
    flip(payload, bit);
  }
}

int run(const std::vector<std::string>& files, std::size_t edits, std::size_t step) {
  Count once, random, resealed;
  for (const std::string& file : files) {
    const std::string bytes = golden::read(file);
    damage_once(file, bytes, once);
    damage_at_random(file, bytes, edits, random);
    damage_resealed(file, bytes, step, resealed);
  }
  std::printf("%zu files\n", files.size());
  report("G1", once, "truncations and flipped bits");
  report("G2", random, "random edits");
  report("G3", resealed, "flipped bits under a right checksum");
  return once.missed + random.missed + resealed.missed == 0 && !files.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files(argv + 1, argv + argc);
  const bool all = !files.empty() && files.front() == "--all";
  if (all) files.erase(files.begin());
  if (files.empty()) {
    const std::vector<std::string> few{"standard_scaler_mean", "one_hot_encoder_nan", "simple_imputer_value"};
    for (const std::string& name : all ? golden::names() : few) {
      files.push_back((golden::folder / (name + ".prepguard.json")).string());
    }
  }
  return run(files, all ? 300'000 : 100'000, all ? 3 : 7);
}
