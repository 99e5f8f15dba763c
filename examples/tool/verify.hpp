// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "opened.hpp"
#include "people.hpp"
#include "prepguard/error.hpp"
#include "prepguard/model_files.hpp"

/// `verify`: proves that an artifact is whole, consistent, computes here what it computed in training, and
/// belongs to a model.
namespace tool {

namespace detail {

inline void replay(const Opened& file, prepguard::DType dtype) {
  if (dtype == prepguard::DType::float32) {
    file.served<float>();
  } else {
    file.served<double>();
  }
}

inline const prepguard::ModelFile& find_model(const Opened& file, const std::string& path) {
  try {
    return prepguard::find_model(file.artifact.models(), path);
  } catch (const prepguard::Error& error) {
    if (error.code() != prepguard::Errc::io_failed) throw;
    throw WrongUsage("cannot read the model " + std::string(error.what()));
  }
}

/// A line for each model that was given, and for each that was not.
inline void check_models(const Opened& file, const std::vector<std::string>& paths) {
  std::vector<prepguard::ModelFile> checked;
  for (const std::string& path : paths) {
    checked.push_back(find_model(file, path));
    std::cout << "ok  model: " << path << " is " << checked.back().file << ", SHA-256 "
              << checked.back().sha256 << '\n';
  }
  for (const prepguard::ModelFile& model : file.artifact.models()) {
    if (std::find(checked.begin(), checked.end(), model) != checked.end()) continue;
    std::cout << "--  model: not checked; give --model " << model.file << '\n';
  }
}

}  // namespace detail

inline bool verify(const Arguments& arguments) {
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
  detail::check_models(file, arguments.values("--model"));
  return true;
}

}  // namespace tool
