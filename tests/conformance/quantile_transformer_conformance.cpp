// SPDX-License-Identifier: MIT
#include "prepguard/transformers/quantile_transformer.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::QuantileTransformer<T>> {
  using Step = prepguard::QuantileTransformer<T>;
  using Options = typename Step::Options;
  static constexpr auto normal = prepguard::OutputDistribution::normal;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.n_quantiles = 4}), Step(Options{.output_distribution = normal})};
  }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  /// 8 ulp of the share, times the slope from there to the cells.
  static double inverse_ulps(const Step& step) { return step.output_distribution() == normal ? 200 : 8; }

  static void set_quantiles(Step& step, Array first) {
    const Array other(Array::Reals(6, 1.0));
    cells::set_field(step, "quantiles", std::vector<Array>{std::move(first), other, other, other, other});
  }
  static std::vector<Damage<Step>> damages() {
    using Reals = Array::Reals;
    return {
        {"references", [](Step& s) { cells::set_field(s, "references", Array()); }},
        {"references.nan",
         [](Step& s) { cells::set_field(s, "references", Array(Reals(6, cells::nan<double>))); }},
        {"references.values[2]",
         [](Step& s) {
           cells::set_field(s, "references", Array(Reals{0, 0.5, 0.4, 1, 1, 1}));
         }},
        {"references.dtype", [](Step& s) { cells::set_field(s, "references", Array(Array::Texts(6))); }},
        {"quantiles",
         [](Step& s) { cells::set_field(s, "quantiles", std::vector<Array>{Array(Reals(6, 1.0))}); }},
        {"quantiles[0]", [](Step& s) { set_quantiles(s, Array(Reals(5, 1.0))); }},
        {"quantiles[0].values[3]",
         [](Step& s) {
           set_quantiles(s, Array(Reals{1, 2, 3, 2, 4, 5}));
         }},
        {"quantiles[0].nan",
         [](Step& s) {
           set_quantiles(s, Array(Reals{1, 2, 3, 4, 5, cells::nan<double>}));
         }},
        {"quantiles[0].dtype", [](Step& s) { set_quantiles(s, Array(Array::Integers(6, 1))); }},
        {"ulps", [](Step& s) { cells::set_field(s, "ulps", std::int64_t{8}); }},
    };
  }
};

}  // namespace conformance

namespace conformance::quantile_transformer_conformance {

using Steps =
    prepguard::StepList<prepguard::QuantileTransformer<float>, prepguard::QuantileTransformer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::quantile_transformer_conformance
