// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "../rows.hpp"

namespace sequence {

using examples::Rows;

/// How many time steps each sequence has; their rows follow one another.
using Lengths = std::vector<Eigen::Index>;

/// Sequences of any lengths in the form that engines take: a tensor (sequence, time, feature), in memory one
/// row after another, in which the steps after a sequence's end are padding.
struct Padded {
  Rows cells;  ///< row `s * time + t` is time step t of sequence s
  Eigen::Index time = 0;
  Lengths lengths;

  /// Whether a time step is one, and not padding.
  bool mask(Eigen::Index s, Eigen::Index t) const { return t < lengths[static_cast<std::size_t>(s)]; }
};

/// Pads what a guard hands over: the rows of all time steps. Throws if there are not as many as the lengths
/// say.
inline Padded pad(const Eigen::Ref<const Rows>& steps, const Lengths& lengths, float padding = 0.0F) {
  const Eigen::Index all = std::accumulate(lengths.begin(), lengths.end(), Eigen::Index{0});
  if (all != steps.rows()) {
    throw std::invalid_argument("the sequences have " + std::to_string(all) + " time steps, but there are " +
                                std::to_string(steps.rows()) + " rows");
  }
  const Eigen::Index longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  const auto count = static_cast<Eigen::Index>(lengths.size());
  Padded batch{Rows::Constant(count * longest, steps.cols(), padding), longest, lengths};
  for (Eigen::Index s = 0, row = 0; s < count; row += lengths[static_cast<std::size_t>(s++)]) {
    const Eigen::Index length = lengths[static_cast<std::size_t>(s)];
    batch.cells.middleRows(s * longest, length) = steps.middleRows(row, length);
  }
  return batch;
}

/// The time steps of a padded tensor, row after row, without the padding.
inline Rows unpad(const Padded& batch) {
  Rows steps(std::accumulate(batch.lengths.begin(), batch.lengths.end(), Eigen::Index{0}),
             batch.cells.cols());
  Eigen::Index row = 0;
  for (std::size_t s = 0; s < batch.lengths.size(); row += batch.lengths[s++]) {
    steps.middleRows(row, batch.lengths[s]) =
        batch.cells.middleRows(static_cast<Eigen::Index>(s) * batch.time, batch.lengths[s]);
  }
  return steps;
}

}  // namespace sequence
