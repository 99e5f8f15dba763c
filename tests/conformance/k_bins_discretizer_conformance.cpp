// SPDX-License-Identifier: MIT
#include "prepguard/transformers/k_bins_discretizer.hpp"

#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::KBinsDiscretizer<T>> {
  using Step = prepguard::KBinsDiscretizer<T>;
  using Options = typename Step::Options;
  using Column = prepguard::detail::BinnedColumn;
  using Reals = Array::Reals;
  static constexpr bool inverse_is_typical = true;

  static std::vector<Step> unfitted() {
    using prepguard::BinStrategy;
    using prepguard::Encode;
    return {Step(), Step(Options{.n_bins = 3, .encode = Encode::ordinal}),
            Step(Options{.n_bins = 4, .strategy = BinStrategy::uniform}),
            Step(Options{.n_bins = 40, .encode = Encode::ordinal, .strategy = BinStrategy::uniform})};
  }
  static Block<T> training() {
    return Block<T>(cells::rows_of<T>({{T(1.1), T(-7.25), T(1e6 + 0.1), T(0.0)},
                                       {T(2.3), T(0.3), T(1e6 + 0.7), T(-0.0)},
                                       {T(4.9), T(3.75), T(1e6 - 0.3), T(0.0)},
                                       {T(-0.7), T(-7.25), T(1e6 + 20), T(1e-3)},
                                       {T(0.7), T(11.5), T(1e6 + 29), T(-3.3)},
                                       {T(2.3), T(-0.01), T(1e6 + 0.1), T(1e-3)}}));
  }
  /// The first column of the state becomes this one.
  static void set_first(Step& step, Column column) {
    Step::fields(step, [&](std::string_view, auto& field) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::vector<Column>>) {
        field[0] = std::move(column);
      }
    });
  }
  static std::vector<Damage<Step>> damages() {
    using prepguard::Contract;
    using prepguard::DType;
    return {
        {"columns[0].inner.values[1]",
         [](Step& s) {
           set_first(s, {Array(Reals{1, 1, 2}), {}});
         }},
        {"columns[0].inner.values[0]",
         [](Step& s) {
           set_first(s, {Array(Reals{cells::nan<double>}), {}});
         }},
        {"columns[0].inner.dtype",
         [](Step& s) {
           set_first(s, {Array(Array::Integers{1}), {}});
         }},
        {"columns[0].outer",
         [](Step& s) {
           set_first(s, {Array(Reals{1}), Array(Reals{0})});
         }},
        {"columns[0].outer",
         [](Step& s) {
           set_first(s, {Array(Reals{1}), Array(Reals{0, 2, 3})});
         }},
        {"columns[0].outer",
         [](Step& s) {
           set_first(s, {Array(Reals{1, 2}), Array(Reals{0, 1.5})});
         }},
        {"columns[0].outer",
         [](Step& s) {
           set_first(s, {Array(Reals{1, 2}), Array(Reals{1.5, 3})});
         }},
        {"columns[0].outer.values[1]",
         [](Step& s) {
           set_first(s, {Array(Reals{}), Array(Reals{2, 2})});
         }},
        {"columns[0].outer.dtype",
         [](Step& s) {
           set_first(s, {Array(Reals{1}), Array(Reals{0, 2}, DType::float32)});
         }},
        {"columns", [](Step& s) { cells::set_field(s, "columns", std::vector<Column>{}); }},
        {"columns[0].inner.dtype", [](Step& s) { cells::set_field(s, "contract", Contract::keras); }},
        {"columns[0].outer",
         [](Step& s) {
           cells::set_field(s, "contract", Contract::keras);
           set_first(s, {Array(Reals{1}, DType::float32), Array(Reals{0, 2}, DType::float32)});
         }},
    };
  }
};

}  // namespace conformance

namespace conformance::k_bins_discretizer_conformance {

using Steps = prepguard::StepList<prepguard::KBinsDiscretizer<float>, prepguard::KBinsDiscretizer<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::k_bins_discretizer_conformance
