// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "padded.hpp"

namespace sequence {

/// A recurrent layer. Gates in the order update, reset, new.
struct Gru {
  using Row = Eigen::RowVectorXf;

  Rows inputs, recurrent, bias;

  /// The state after a time step.
  Row next(const Row& features, const Row& state) const {
    const Eigen::Index units = state.size();
    const Row x = features * inputs + bias;
    const Row h = state * recurrent;
    const auto sigmoid = [](const auto& values) { return (1.0F + (-values.array()).exp()).inverse(); };
    const Eigen::Array<float, 1, Eigen::Dynamic> update = sigmoid(x.head(units) + h.head(units));
    const Eigen::Array<float, 1, Eigen::Dynamic> reset =
        sigmoid(x.segment(units, units) + h.segment(units, units));
    const auto fresh = (x.tail(units).array() + reset * h.tail(units).array()).tanh();
    return update * state.array() + (1.0F - update) * fresh;
  }
};

/// The network that train.py wrote: two GRUs, which come to each time step from both ends of its sequence,
/// and a linear layer over their states.
class Network {
 public:
  static constexpr const char* file = "gru.txt";

  explicit Network(const std::filesystem::path& path) {
    std::ifstream in(path);
    for (Rows* matrix : {&forward_.inputs, &forward_.recurrent, &forward_.bias, &backward_.inputs,
                         &backward_.recurrent, &backward_.bias, &output_}) {
      Eigen::Index rows = 0, cols = 0;
      in >> rows >> cols;
      matrix->resize(rows, cols);
      for (float& weight : matrix->reshaped<Eigen::RowMajor>()) in >> weight;
    }
    if (!in) throw std::runtime_error("cannot read the network " + path.string());
  }

  /// A number for each time step.
  Padded operator()(const Padded& batch) const {
    const Eigen::Index units = forward_.recurrent.rows();
    Padded answers{Rows::Zero(batch.cells.rows(), output_.cols()), batch.time, batch.lengths};
    add(forward_, output_.topRows(units), batch, false, answers);
    add(backward_, output_.middleRows(units, units), batch, true, answers);
    answers.cells.rowwise() += output_.row(2 * units);
    return answers;
  }

 private:
  /// Adds what one direction has to say. Padding is not read: the way back begins where a sequence ends.
  static void add(const Gru& layer, const Eigen::Ref<const Rows>& output, const Padded& batch, bool backward,
                  Padded& answers) {
    const auto count = static_cast<Eigen::Index>(batch.lengths.size());
    Rows states = Rows::Zero(count, layer.recurrent.rows());
    for (Eigen::Index k = 0; k < batch.time; ++k) {
      const Eigen::Index t = backward ? batch.time - 1 - k : k;
      for (Eigen::Index s = 0; s < count; ++s) {
        if (!batch.mask(s, t)) continue;
        const Eigen::Index row = s * batch.time + t;
        states.row(s) = layer.next(batch.cells.row(row), states.row(s));
        answers.cells.row(row) += states.row(s) * output;
      }
    }
  }

  Gru forward_{}, backward_{};
  Rows output_{};
};

}  // namespace sequence
