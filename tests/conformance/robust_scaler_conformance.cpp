// SPDX-License-Identifier: MIT
#include "prepguard/transformers/robust_scaler.hpp"

#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::RobustScaler<T>> {
  using Step = prepguard::RobustScaler<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.with_centering = false, .quantile_range = {5, 85}, .unit_variance = true}),
            Step(Options{.with_scaling = false}),
            Step(Options{.with_centering = false, .with_scaling = false})};
  }
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
        {"center.nan",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, cells::nan<double>, 1, 1}));
         }},
        {"center", [](Step& s) { cells::set_field(s, "center", Array(Array::Reals{1})); }},
        {"center", [](Step& s) { cells::set_field(s, "with_centering", false); }},
        {"scale", [](Step& s) { cells::set_field(s, "with_scaling", false); }},
    };
  }
};

}  // namespace conformance

namespace conformance::robust_scaler_conformance {

using Steps = prepguard::StepList<prepguard::RobustScaler<float>, prepguard::RobustScaler<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::robust_scaler_conformance
