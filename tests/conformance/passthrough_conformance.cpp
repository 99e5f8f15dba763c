// SPDX-License-Identifier: MIT
#include "prepguard/transformers/passthrough.hpp"

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::Passthrough<T>> {
  using Step = prepguard::Passthrough<T>;

  static std::vector<Step> unfitted() { return {Step()}; }
  static Block<T> training() { return Block<T>(number_rows<T>(), text_rows()); }
  static std::vector<Damage<Step>> damages() { return {}; }
};

}  // namespace conformance

namespace conformance::passthrough_conformance {

using Steps = prepguard::StepList<prepguard::Passthrough<float>, prepguard::Passthrough<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::passthrough_conformance
