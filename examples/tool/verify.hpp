// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "opened.hpp"
#include "people.hpp"
#include "prepguard/detail/sha256.hpp"

/// `verify`: proves that an artifact is whole, consistent, computes here what it computed in training, and
/// belongs to a model.
namespace tool {

namespace detail {

inline prepguard::detail::Sha256 hash_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<char> piece(1U << 16);
  prepguard::detail::Sha256 hash;
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add({piece.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (!in.eof()) throw WrongUsage("cannot read the model " + path);
  return hash;
}

inline void replay(const Opened& file, prepguard::DType dtype) {
  if (dtype == prepguard::DType::float32) {
    file.served<float>();
  } else {
    file.served<double>();
  }
}

inline void check_model(const Opened& file, const std::string& path) {
  const prepguard::detail::Sha256 hash = hash_file(path);
  const std::string digest = hash.hex();
  std::vector<std::string> known;
  for (const prepguard::ModelFile& model : file.artifact.models()) {
    if (model.sha256 == digest && static_cast<std::uint64_t>(model.bytes) == hash.size()) {
      std::cout << "ok  model: " << path << " is " << model.file << ", SHA-256 " << digest << '\n';
      return;
    }
    known.push_back(model.file + ", " + std::to_string(model.bytes) + " bytes, SHA-256 " + model.sha256);
  }
  throw prepguard::Error({.code = prepguard::Errc::model_mismatch,
                          .where = path,
                          .what = "not the model this artifact was exported with",
                          .expected = known.empty() ? "no model: the artifact names none" : listed(known),
                          .got = std::to_string(hash.size()) + " bytes, SHA-256 " + digest,
                          .advice = "serve the model it was exported with, or export both again",
                          .check = "model_mismatch"});
}

}  // namespace detail

inline void verify(const Arguments& arguments) {
  const Opened file(arguments.files[0]);
  const auto& artifact = file.artifact;
  std::cout << "ok  envelope: format " << prepguard::detail::file_format << ", "
            << counted(file.bytes.size(), "byte") << ", checksum right\n"
            << "ok  content: " << counted(artifact.input_width(), "column") << ", "
            << counted(artifact.output_width(), "feature") << ", every invariant holds\n";
  for (const prepguard::SelfTest& test : artifact.self_tests()) {
    detail::replay(file, test.dtype);
    const auto rows = static_cast<std::size_t>(test.rows);
    const bool exact =
        std::all_of(test.tolerance.begin(), test.tolerance.end(), [](auto k) { return k == 0; });
    std::cout << "ok  self-test in " << name(test.dtype) << ": " << counted(rows, "row") << ", "
              << counted(rows * artifact.output_width(), "value")
              << (exact ? ", every bit equal\n" : ", within tolerance\n");
  }
  if (const auto model = arguments.value("--model")) {
    detail::check_model(file, *model);
  } else if (!artifact.models().empty()) {
    std::cout << "--  model: not checked; give --model " << artifact.models().front().file << '\n';
  }
}

}  // namespace tool
