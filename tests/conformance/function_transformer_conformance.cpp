// SPDX-License-Identifier: MIT
#include "prepguard/transformers/function_transformer.hpp"

#include <cstdint>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::FunctionTransformer<T>> {
  using Step = prepguard::FunctionTransformer<T>;
  using Options = typename Step::Options;
  using F = prepguard::NamedFunction;

  static std::vector<Step> unfitted() {
    return {Step(Options{.function = F::log1p, .inverse_function = F::expm1}),
            Step(),
            Step(Options{.function = F::negative, .inverse_function = F::negative}),
            Step(Options{.function = F::square, .inverse_function = F::sqrt}),
            Step(Options{.function = F::reciprocal, .inverse_function = F::reciprocal}),
            Step(Options{.function = F::clip, .arguments = {-1.0, 3.0}}),
            Step(Options{.function = F::clip_keeps_zero, .arguments = {0.0, 3.0}}),
            Step(Options{.function = F::sin_period, .arguments = {24.0}}),
            Step(Options{.function = F::rint})};
  }
  /// Every function here is defined for all of them.
  static Block<T> training() {
    constexpr T gap = cells::nan<T>;
    return Block<T>(cells::rows_of<T>({{T(1.1), T(7.25), gap},
                                       {T(2.3), gap, T(3)},
                                       {T(4.9), T(3.75), T(0.5)},
                                       {gap, T(7.25), T(3)},
                                       {T(0.7), T(11.5), T(12.375)},
                                       {T(2.3), gap, gap}}));
  }
  static std::vector<Damage<Step>> damages() {
    return {
        {"function", [](Step& s) { cells::set_field(s, "function", F::none); }},
        {"arguments", [](Step& s) { cells::set_field(s, "arguments", std::vector<double>{1.0}); }},
        {"arguments", [](Step& s) { cells::set_field(s, "function", F::clip); }},
        {"inverse_arguments", [](Step& s) { cells::set_field(s, "inverse_function", F::sin_period); }},
        {"ulps", [](Step& s) { cells::set_field(s, "ulps", std::int64_t{0}); }},
        {"ulps", [](Step& s) { cells::set_field(s, "ulps", std::int64_t{9}); }},
    };
  }
};

}  // namespace conformance

namespace conformance::function_transformer_conformance {

using Steps =
    prepguard::StepList<prepguard::FunctionTransformer<float>, prepguard::FunctionTransformer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::function_transformer_conformance
