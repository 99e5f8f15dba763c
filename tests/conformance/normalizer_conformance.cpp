// SPDX-License-Identifier: MIT
#include "prepguard/transformers/normalizer.hpp"

#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::Normalizer<T>> {
  using Step = prepguard::Normalizer<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    using prepguard::Norm;
    return {Step(), Step(Options{.norm = Norm::l1}), Step(Options{.norm = Norm::max})};
  }
  static Block<T> training() { return Block<T>(whole_number_rows<T>()); }
  static std::vector<Damage<Step>> damages() { return {}; }
};

}  // namespace conformance

namespace conformance::normalizer_conformance {

using Steps = prepguard::StepList<prepguard::Normalizer<float>, prepguard::Normalizer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::normalizer_conformance
