// SPDX-License-Identifier: MIT
#include "prepguard/transformers/binarizer.hpp"

#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::Binarizer<T>> {
  using Step = prepguard::Binarizer<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.threshold = 2.3}), Step(Options{.threshold = -1e300})};
  }
  static Block<T> training() { return Block<T>(whole_number_rows<T>()); }
  static std::vector<Damage<Step>> damages() { return {}; }
};

}  // namespace conformance

namespace conformance::binarizer_conformance {

using Steps = prepguard::StepList<prepguard::Binarizer<float>, prepguard::Binarizer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::binarizer_conformance
