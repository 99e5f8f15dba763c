// SPDX-License-Identifier: MIT
#include "prepguard/transformers/standard_scaler.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::StandardScaler<T>> {
  using Step = prepguard::StandardScaler<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.with_mean = false}), Step(Options{.with_std = false}),
            Step(Options{.with_mean = false, .with_std = false})};
  }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  static std::vector<Damage<Step>> damages() {
    constexpr double gap = cells::nan<double>;
    static const auto scale = [](Step& s, Array values) { cells::set_field(s, "scale", std::move(values)); };
    return {
        {"scale.values[1]",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 0, 1, 1, 1}));
         }},
        {"scale.values[4]",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, 1, 1, -2}));
         }},
        {"scale",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1}));
         }},
        {"scale.dtype",
         [](Step& s) {
           scale(s, Array(Array::Integers{1, 1, 1, 1, 1}));
         }},
        {"mean.nan",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, gap, 1, 1}));
         }},
        {"mean", [](Step& s) { cells::set_field(s, "mean", Array(Array::Reals{1})); }},
        {"mean", [](Step& s) { cells::set_field(s, "with_mean", false); }},
        {"scale", [](Step& s) { cells::set_field(s, "with_std", false); }},
    };
  }
};

}  // namespace conformance

namespace conformance::standard_scaler_conformance {

using Steps = prepguard::StepList<prepguard::StandardScaler<float>, prepguard::StandardScaler<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::standard_scaler_conformance
