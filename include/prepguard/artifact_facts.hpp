// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/policy_entry.hpp"
#include "prepguard/version.hpp"

namespace prepguard {

/// With what an artifact was made; empty where it does not apply.
struct Provenance {
  std::string python{}, numpy{}, sklearn{}, keras{};
  std::string date{};  ///< YYYY-MM-DDTHH:MM:SSZ

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("python", self.python);
    visit("numpy", self.numpy);
    visit("sklearn", self.sklearn);
    visit("keras", self.keras);
    visit("date", self.date);
  }
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// A model that the artifact was exported with: a file, or a directory as docs/format.md describes it.
struct ModelFile {
  std::string file{};      ///< a name, no directory before it
  std::int64_t bytes = 0;  ///< of all its files
  std::string sha256{};    ///< 64 lower-case hexadecimal digits

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("file", self.file);
    visit("bytes", self.bytes);
    visit("sha256", self.sha256);
  }
  friend bool operator==(const ModelFile&, const ModelFile&) = default;
};

/// Rows with the results that training gave, replayed when the artifact is loaded.
struct SelfTest {
  DType dtype = DType::float64;         ///< the scalar type of all numeric cells
  std::int64_t rows = 0;
  std::vector<Array> inputs{};          ///< one a column, `rows` long
  Array expected{};                     ///< row-major, rows * features
  std::vector<std::int64_t> tolerance{};  ///< one a feature: 0 bits equal, k: k * eps * max(1, |expected|)

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("dtype", self.dtype);
    visit("rows", self.rows);
    visit("inputs", self.inputs);
    visit("expected", self.expected);
    visit("tolerance", self.tolerance);
  }
  friend bool operator==(const SelfTest&, const SelfTest&) = default;
};

/// Everything an artifact says beside its columns and its pipeline.
struct ArtifactFacts {
  std::string library = "prepguard";
  std::string library_version = PREPGUARD_VERSION;  ///< of the first writer
  Provenance provenance{};
  DType dtype = DType::float64;  ///< the scalar type of the training arithmetic
  std::vector<ModelFile> models{};
  std::vector<PolicyEntry> policy{};
  std::vector<SelfTest> self_tests{};
  friend bool operator==(const ArtifactFacts&, const ArtifactFacts&) = default;
};

}  // namespace prepguard
