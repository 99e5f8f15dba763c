// SPDX-License-Identifier: MIT
#include "prepguard/transformers/simple_imputer.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T, class Cell>
struct Examples<prepguard::SimpleImputer<T, Cell>> {
  using Step = prepguard::SimpleImputer<T, Cell>;
  using Options = typename Step::Options;
  using Strategy = prepguard::Strategy;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    if constexpr (text) {
      return {Step(), Step(Options{.strategy = Strategy::constant, .fill_value = "?"})};
    } else {
      return {Step(), Step(Options{.strategy = Strategy::median, .add_indicator = true}),
              Step(Options{.strategy = Strategy::most_frequent}),
              Step(Options{.strategy = Strategy::constant, .fill_value = -7.5})};
    }
  }
  static Block<T> training() {
    if constexpr (text) {
      return Block<T>(text_rows());
    } else {
      return Block<T>(number_rows<T>());
    }
  }
  static std::vector<Damage<Step>> damages() {
    using prepguard::MissingMarker;
    std::vector<Damage<Step>> list = {
        {"fill", [](Step& s) { cells::set_field(s, "fill", Array()); }},
        {"sentinel", [](Step& s) { cells::set_field(s, "missing", MissingMarker::value); }},
        {"sentinel", [](Step& s) { cells::set_field(s, "sentinel", Array(Array::Reals{1})); }},
    };
    if constexpr (text) {
      list.push_back({"strategy", [](Step& s) { cells::set_field(s, "strategy", Strategy::mean); }});
      list.push_back(
          {"indicator", [](Step& s) { cells::set_field(s, "indicator", std::vector<std::int64_t>{0}); }});
      list.push_back({"fill.dtype", [](Step& s) { cells::set_field(s, "fill", Array(Array::Reals(3))); }});
    } else {
      list.push_back({"missing", [](Step& s) { cells::set_field(s, "missing", MissingMarker::none); }});
      list.push_back(
          {"indicator[0]", [](Step& s) { cells::set_field(s, "indicator", std::vector<std::int64_t>{5}); }});
      list.push_back({"indicator[1]", [](Step& s) {
                        cells::set_field(s, "indicator", std::vector<std::int64_t>{1, 1});
                      }});
      list.push_back({"fill.dtype", [](Step& s) { cells::set_field(s, "fill", Array(Array::Texts(5))); }});
      if constexpr (std::is_same_v<T, float>) {
        list.push_back({"sentinel.values", [](Step& s) {
                          cells::set_field(s, "missing", MissingMarker::value);
                          cells::set_field(s, "sentinel", Array(Array::Reals{0.1}));  // no float
                        }});
      }
    }
    return list;
  }
};

}  // namespace conformance

namespace conformance::simple_imputer_conformance {

using Steps = prepguard::StepList<prepguard::SimpleImputer<float>, prepguard::SimpleImputer<double>,
                                  prepguard::SimpleImputer<float, prepguard::Text>,
                                  prepguard::SimpleImputer<double, prepguard::Text>>;

#include "conformance/suite.inl"

}  // namespace conformance::simple_imputer_conformance
