// SPDX-License-Identifier: MIT
#include "prepguard/transformers/max_abs_scaler.hpp"

#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::MaxAbsScaler<T>> {
  using Step = prepguard::MaxAbsScaler<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() { return {Step(), Step(Options{.clip = true})}; }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  static std::vector<Damage<Step>> damages() {
    static const auto scale = [](Step& s, Array values) { cells::set_field(s, "scale", std::move(values)); };
    return {
        {"scale.values[0]",
         [](Step& s) {
           scale(s, Array(Array::Reals{0, 1, 1, 1, 1}));
         }},
        {"scale.values[3]",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, 1, -1, 1}));
         }},
        {"scale",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, 1, 1, 1, 1}));
         }},
        {"scale.dtype", [](Step& s) { scale(s, Array(Array::Texts(5))); }},
    };
  }
};

}  // namespace conformance

namespace conformance::max_abs_scaler_conformance {

using Steps = prepguard::StepList<prepguard::MaxAbsScaler<float>, prepguard::MaxAbsScaler<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::max_abs_scaler_conformance
