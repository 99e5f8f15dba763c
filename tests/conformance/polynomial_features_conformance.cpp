// SPDX-License-Identifier: MIT
#include "prepguard/transformers/polynomial_features.hpp"

#include <cstdint>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::PolynomialFeatures<T>> {
  using Step = prepguard::PolynomialFeatures<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(),
            Step(Options{.max_degree = 4, .include_bias = false}),
            Step(Options{.min_degree = 2, .max_degree = 3}),
            Step(Options{.min_degree = 1, .max_degree = 1, .include_bias = false}),  // as wide as its input
            Step(Options{.max_degree = 9, .interaction_only = true}),
            Step(Options{.min_degree = 1, .max_degree = 3, .interaction_only = true, .include_bias = false}),
            Step(Options{.max_degree = 0})};
  }
  static Block<T> training() {
    return Block<T>(cells::rows_of<T>({{T(1.1), T(-7.25), T(1e3 + 0.1), T(0.0)},
                                       {T(2.3), T(0.3), T(1e3 + 0.7), T(-0.0)},
                                       {T(4.9), T(3.75), T(1e3 - 0.3), T(0.0)},
                                       {T(-0.7), T(-7.25), T(1e3 + 2.9), T(1e-9)},
                                       {T(0.7), T(11.5), T(1e3 + 2.9), T(-3.3)},
                                       {T(2.3), T(-0.01), T(1e3 + 0.1), T(1e-9)}}));
  }
  static std::vector<Damage<Step>> damages() {
    static const auto set = [](Step& s, const char* key, std::int64_t value) {
      cells::set_field(s, key, value);
    };
    return {{"min_degree", [](Step& s) { set(s, "min_degree", -1); }},
            {"max_degree", [](Step& s) { set(s, "max_degree", -1); }},
            {"max_degree", [](Step& s) { set(s, "min_degree", 3); }},
            {"max_degree", [](Step& s) { set(s, "max_degree", 200); }},
            {"max_degree", [](Step& s) { set(s, "max_degree", INT64_MAX); }},
            {"max_degree", [](Step& s) {
               set(s, "max_degree", 0);
               cells::set_field(s, "include_bias", false);
             }}};
  }
};

}  // namespace conformance

namespace conformance::polynomial_features_conformance {

using Steps =
    prepguard::StepList<prepguard::PolynomialFeatures<float>, prepguard::PolynomialFeatures<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::polynomial_features_conformance
