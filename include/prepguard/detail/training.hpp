// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/error.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/schema.hpp"

// What training saw in a column, from the values of a sample.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Quantile `share` of sorted numbers by linear interpolation, as numpy.quantile computes it.
inline double quantile(const std::vector<double>& sorted, double share) {
  const double position = multiply(static_cast<double>(sorted.size() - 1), share);
  const double below = std::floor(position), fraction = subtract(position, below);
  const auto at = static_cast<std::size_t>(below);
  const double low = sorted[at], high = sorted[std::min(at + 1, sorted.size() - 1)];
  const double step = subtract(high, low);
  if (is_infinite(&step)) return add(multiply(low, subtract(1.0, fraction)), multiply(high, fraction));
  return fraction < 0.5 ? add(low, multiply(step, fraction)) : subtract(high, multiply(step, subtract(1.0, fraction)));
}

inline NumberTraining training_of_numbers(const std::vector<double>& cells, const std::string& column) {
  NumberTraining training{.count = static_cast<std::int64_t>(cells.size())};
  std::vector<double> present;
  for (const double& cell : cells) {
    if (is_infinite(&cell)) {
      throw Error(ErrorInfo{.code = Errc::bad_parameter,
                            .where = "sample",
                            .what = "infinity in the sample",
                            .row = &cell - cells.data(),
                            .column_name = column});
    }
    if (!is_nan(&cell)) present.push_back(cell);
  }
  training.nan = static_cast<std::int64_t>(cells.size() - present.size());
  if (present.empty()) return training;
  ExactMoments moments;
  moments.add(present.data(), 1, present.size());
  std::sort(present.begin(), present.end());
  training.min = present.front();
  training.max = present.back();
  training.mean = *moments.mean();
  training.std = square_root(moments.variance().value_or(std::numeric_limits<double>::max()));
  for (const double share : {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}) {
    const double least = training.quantiles.empty() ? training.min : training.quantiles.back();
    training.quantiles.push_back(std::clamp(quantile(present, share), least, training.max));
  }
  return training;
}

/// The 1,000 most frequent texts (of equally frequent ones the first in byte order), listed in byte order.
inline TextTraining training_of_texts(const Array::Texts& cells) {
  TextTraining training{.count = static_cast<std::int64_t>(cells.size())};
  std::map<std::string, std::int64_t> rows;
  for (const OwnedText& cell : cells) {
    training.none += cell.missing == Missing::none ? 1 : 0;
    training.nan += cell.missing == Missing::nan ? 1 : 0;
    if (cell.missing == Missing::no) ++rows[cell.text];
  }
  using Row = std::pair<std::string, std::int64_t>;
  std::vector<Row> listed(rows.begin(), rows.end());
  std::stable_sort(listed.begin(), listed.end(), [](const Row& a, const Row& b) { return a.second > b.second; });
  for (std::size_t i = 1000; i < listed.size(); ++i) training.other += listed[i].second;
  listed.resize(std::min<std::size_t>(listed.size(), 1000));
  std::sort(listed.begin(), listed.end());
  for (Row& row : listed) {
    training.values.push_back(std::move(row.first));
    training.frequencies.push_back(row.second);
  }
  return training;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
