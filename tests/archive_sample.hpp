// SPDX-License-Identifier: MIT
#pragma once

#include <cereal/types/vector.hpp>
#include <cstdint>
#include <string>
#include <vector>

/// A type of every shape the text archives know, for their test and their fuzzer.
namespace prepguard_tests {

struct Statistics {
  std::string dtype = "float64";
  std::vector<double> values{};
  std::vector<std::int64_t> nan{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("dtype", dtype), cereal::make_nvp("values", values),
            cereal::make_nvp("nan", nan));
  }
  friend bool operator==(const Statistics&, const Statistics&) = default;
};

struct Node {
  std::string type = "standard_scaler";
  std::int64_t version = 1;
  bool with_mean = true;
  double weight = 1.0;
  Statistics scale{};
  std::vector<std::string> names{};
  std::vector<bool> used{};
  std::vector<Node> steps{};

  template <class Archive>
  void save(Archive& archive) const {
    fields(*this, archive);
  }
  template <class Archive>
  void load(Archive& archive) {
    fields(*this, archive);
  }
  friend bool operator==(const Node&, const Node&) = default;

 private:
  template <class Self, class Archive>
  static void fields(Self& self, Archive& archive) {
    archive(cereal::make_nvp("type", self.type), cereal::make_nvp("version", self.version),
            cereal::make_nvp("with_mean", self.with_mean), cereal::make_nvp("weight", self.weight),
            cereal::make_nvp("scale", self.scale), cereal::make_nvp("names", self.names),
            cereal::make_nvp("used", self.used), cereal::make_nvp("steps", self.steps));
  }
};

struct Document {
  std::string library = "prepguard";
  Node pipeline{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("library", library), cereal::make_nvp("pipeline", pipeline));
  }
  friend bool operator==(const Document&, const Document&) = default;
};

}  // namespace prepguard_tests
