// SPDX-License-Identifier: MIT
#include "prepguard/transformers/power_transformer.hpp"

#include <cstdint>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::PowerTransformer<T>> {
  using Step = prepguard::PowerTransformer<T>;
  using Options = typename Step::Options;
  static constexpr auto box_cox = prepguard::PowerMethod::box_cox;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.standardize = false}), Step(Options{.method = box_cox}),
            Step(Options{.method = box_cox, .standardize = false})};
  }
  /// Above 0, as Box-Cox wants them.
  static Block<T> training() {
    constexpr T gap = cells::nan<T>;
    return Block<T>(cells::rows_of<T>({{T(1.1), T(7.25), gap},
                                       {T(2.3), gap, T(3)},
                                       {T(4.9), T(3.75), T(0.5)},
                                       {gap, T(7.25), T(3)},
                                       {T(0.7), T(11.5), T(12.375)},
                                       {T(2.3), gap, gap}}));
  }
  static double inverse_ulps(const Step&) { return 100; }

  static std::vector<Damage<Step>> damages() {
    using Reals = Array::Reals;
    return {
        {"lambdas", [](Step& s) { cells::set_field(s, "lambdas", Array()); }},
        {"lambdas.dtype", [](Step& s) { cells::set_field(s, "lambdas", Array(Array::Integers(3, 1))); }},
        {"mean", [](Step& s) { cells::set_field(s, "mean", Array()); }},
        {"mean", [](Step& s) { cells::set_field(s, "standardize", false); }},
        {"mean.nan",
         [](Step& s) {
           cells::set_field(s, "mean", Array(Reals{1, cells::nan<double>, 1}));
         }},
        {"scale.values[1]",
         [](Step& s) {
           cells::set_field(s, "scale", Array(Reals{1, 0, 1}));
         }},
        {"ulps", [](Step& s) { cells::set_field(s, "ulps", std::int64_t{0}); }},
    };
  }
};

}  // namespace conformance

namespace conformance::power_transformer_conformance {

using Steps = prepguard::StepList<prepguard::PowerTransformer<float>, prepguard::PowerTransformer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::power_transformer_conformance
