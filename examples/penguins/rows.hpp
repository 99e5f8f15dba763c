// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

namespace penguins {

/// Rows of features or of probabilities.
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace penguins
