// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../rows.hpp"

namespace penguins {

using examples::Rows;

/// The network that train.py wrote: dense layers with relu between them and softmax at the end.
class Network {
 public:
  static std::string title() { return "a small network evaluated in Eigen"; }
  static constexpr const char* file = "network.txt";

  explicit Network(const std::filesystem::path& path) {
    std::ifstream in(path);
    Eigen::Index inputs = 0, outputs = 0;
    for (std::string word; in >> word >> inputs >> outputs;) {
      Layer layer{Rows(inputs, outputs), Eigen::RowVectorXf(outputs)};
      for (float& weight : layer.weights.reshaped<Eigen::RowMajor>()) in >> weight;
      for (float& bias : layer.biases) in >> bias;
      layers_.push_back(std::move(layer));
    }
    if (layers_.empty() || !in.eof()) throw std::runtime_error("cannot read the network " + path.string());
  }

  /// Probabilities of the species, one row a penguin.
  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    Rows values = features;
    for (const Layer& layer : layers_) {
      values = (values * layer.weights).eval().rowwise() + layer.biases;
      if (&layer != &layers_.back()) values = values.cwiseMax(0.0F);
    }
    const Eigen::VectorXf largest = values.rowwise().maxCoeff();
    values = (values.colwise() - largest).array().exp();
    const Eigen::VectorXf sums = values.rowwise().sum();
    return values.array().colwise() / sums.array();
  }

 private:
  struct Layer {
    Rows weights;
    Eigen::RowVectorXf biases;
  };
  std::vector<Layer> layers_{};
};

}  // namespace penguins
