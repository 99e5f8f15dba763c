// SPDX-License-Identifier: MIT
#include "prepguard/transformers/spline_transformer.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::SplineTransformer<T>> {
  using Step = prepguard::SplineTransformer<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    using prepguard::Extrapolation;
    using prepguard::KnotPlacement;
    return {Step(),
            Step(Options{.n_knots = 3, .degree = 2, .extrapolation = Extrapolation::continued}),
            Step(Options{.n_knots = 4, .degree = 1, .knots = KnotPlacement::quantile, .include_bias = false}),
            Step(Options{.degree = 0, .extrapolation = Extrapolation::error}),
            Step(Options{.n_knots = 2, .extrapolation = Extrapolation::linear}),
            Step(Options{
                .n_knots = 2, .degree = 1, .extrapolation = Extrapolation::linear, .include_bias = false}),
            Step(Options{.extrapolation = Extrapolation::periodic}),
            Step(Options{.n_knots = 4, .extrapolation = Extrapolation::periodic, .include_bias = false})};
  }
  static Block<T> training() { return Block<T>(whole_number_rows<T>()); }

  static void set_knots(Step& step, Array first) {
    const Array other(Array::Reals{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    cells::set_field(step, "knots", std::vector<Array>{std::move(first), other, other, other, other});
  }
  static std::vector<Damage<Step>> damages() {
    using prepguard::Extrapolation;
    using Reals = Array::Reals;
    return {
        {"degree", [](Step& s) { cells::set_field(s, "degree", std::int64_t{-1}); }},
        {"degree", [](Step& s) { cells::set_field(s, "degree", std::int64_t{65}); }},
        {"degree",
         [](Step& s) {
           cells::set_field(s, "degree", std::int64_t{0});
           cells::set_field(s, "extrapolation", Extrapolation::constant);
         }},
        {"knots",
         [](Step& s) {
           cells::set_field(s, "knots", std::vector<Array>{Array(Reals{0, 1})});
         }},
        {"knots[0]", [](Step& s) { set_knots(s, Array(Reals{0})); }},
        {"knots[0]",
         [](Step& s) {
           set_knots(s, Array(Reals{0, 1, 2, 3, 4, 3, 6, 7, 8, 9, 10}));
         }},
        {"knots[0]", [](Step& s) { set_knots(s, Array(Reals(11, cells::nan<double>))); }},
        {"knots[0].dtype", [](Step& s) { set_knots(s, Array(Array::Integers(11, 1))); }},
        {"knots[0]",
         [](Step& s) {
           cells::set_field(s, "degree", std::int64_t{3});
           cells::set_field(s, "extrapolation", Extrapolation::periodic);
           set_knots(s, Array(Reals{0, 1, 2, 3, 4, 5, 6, 7, 8}));
         }},
        {"knots[0]",
         [](Step& s) {
           cells::set_field(s, "degree", std::int64_t{0});
           cells::set_field(s, "extrapolation", Extrapolation::error);
           cells::set_field(s, "include_bias", false);
           set_knots(s, Array(Reals{0, 1}));
         }},
    };
  }
};

}  // namespace conformance

namespace conformance::spline_transformer_conformance {

using Steps = prepguard::StepList<prepguard::SplineTransformer<float>, prepguard::SplineTransformer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::spline_transformer_conformance
