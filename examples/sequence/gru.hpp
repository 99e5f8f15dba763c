// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "padded.hpp"

namespace sequence {

/// The recurrent network that train.py wrote: a GRU and a linear layer over its state after each time step.
class Gru {
 public:
  static constexpr const char* file = "gru.txt";

  explicit Gru(const std::filesystem::path& path) {
    std::ifstream in(path);
    for (Rows* matrix : {&inputs_, &recurrent_, &bias_, &output_}) {
      Eigen::Index rows = 0, cols = 0;
      in >> rows >> cols;
      matrix->resize(rows, cols);
      for (float& weight : matrix->reshaped<Eigen::RowMajor>()) in >> weight;
    }
    if (!in) throw std::runtime_error("cannot read the network " + path.string());
  }

  /// A number for each time step. The state of a sequence that has ended stays as it is: its padding is not
  /// read.
  Padded operator()(const Padded& batch) const {
    const auto count = static_cast<Eigen::Index>(batch.lengths.size());
    const Eigen::Index units = recurrent_.rows();
    Padded answers{Rows::Zero(batch.cells.rows(), output_.cols()), batch.time, batch.lengths};
    Rows states = Rows::Zero(count, units);
    for (Eigen::Index t = 0; t < batch.time; ++t) {
      for (Eigen::Index s = 0; s < count; ++s) {
        if (!batch.mask(s, t)) continue;
        states.row(s) = next(batch.cells.row(s * batch.time + t), states.row(s));
        answers.cells.row(s * batch.time + t) =
            states.row(s) * output_.topRows(units) + output_.bottomRows(1);
      }
    }
    return answers;
  }

 private:
  using Row = Eigen::RowVectorXf;

  /// The state after a time step. Gates in the order update, reset, new.
  Row next(const Row& features, const Row& state) const {
    const Eigen::Index units = state.size();
    const Row x = features * inputs_ + bias_;
    const Row h = state * recurrent_;
    const Eigen::ArrayXf update = sigmoid(x.head(units) + h.head(units));
    const Eigen::ArrayXf reset = sigmoid(x.segment(units, units) + h.segment(units, units));
    const Eigen::ArrayXf fresh =
        (x.tail(units).transpose().array() + reset * h.tail(units).transpose().array()).tanh();
    return (update * state.transpose().array() + (1.0F - update) * fresh).matrix().transpose();
  }

  static Eigen::ArrayXf sigmoid(const Row& values) {
    return (1.0F + (-values.transpose().array()).exp()).inverse();
  }

  Rows inputs_, recurrent_, bias_, output_;
};

}  // namespace sequence
