// SPDX-License-Identifier: MIT
#include "prepguard/transformers/min_max_scaler.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::MinMaxScaler<T>> {
  using Step = prepguard::MinMaxScaler<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.feature_min = -1, .feature_max = 2}), Step(Options{.clip = true})};
  }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  static std::vector<Damage<Step>> damages() {
    constexpr double gap = cells::nan<double>;
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
        {"min.nan",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, gap, 1, 1, 1}));
         }},
        {"min", [](Step& s) { cells::set_field(s, "min", Array()); }},
        {"feature_min", [](Step& s) { cells::set_field(s, "feature_min", 5.0); }},
    };
  }
};

}  // namespace conformance

namespace conformance::min_max_scaler_conformance {

using Steps = prepguard::StepList<prepguard::MinMaxScaler<float>, prepguard::MinMaxScaler<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::min_max_scaler_conformance
