// SPDX-License-Identifier: MIT
#include "prepguard/transformers/missing_indicator.hpp"

#include <cstdint>
#include <type_traits>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T, class Cell>
struct Examples<prepguard::MissingIndicator<T, Cell>> {
  using Step = prepguard::MissingIndicator<T, Cell>;
  using Options = typename Step::Options;
  using Marker = prepguard::MissingMarker;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    const auto all = prepguard::IndicatorFeatures::all;
    const Marker marker = text ? Marker::none : Marker::nan;
    return {Step(Options{.missing = marker}), Step(Options{.missing = marker, .error_on_new = false}),
            Step(Options{.missing = marker, .features = all}), Step(Options{.features = all})};
  }
  static Block<T> training() {
    if constexpr (text) {
      // With the marker None scikit-learn refuses NaN, so there is none; a text column spells missing one
      // way.
      const Text none(Missing::none);
      return Block<T>(cells::rows_of<Text>({{"Biscoe", "x"},
                                            {none, "y"},
                                            {"", "x"},
                                            {none, "a much longer text"},
                                            {"Dream", "z"},
                                            {"Torgersen", "x"}}));
    } else {
      return Block<T>(number_rows<T>());
    }
  }
  static std::vector<Damage<Step>> damages() {
    static const auto positions = [](Step& s, std::vector<std::int64_t> p) {
      cells::set_field(s, "indicator", p);
    };
    std::vector<Damage<Step>> list = {
        {"sentinel", [](Step& s) { cells::set_field(s, "missing", Marker::value); }},
        {"sentinel", [](Step& s) { cells::set_field(s, "sentinel", Array(Array::Reals{1})); }},
        {"indicator[0]", [](Step& s) { positions(s, {-1}); }},
        {"indicator[0]", [](Step& s) { positions(s, {5}); }},
        {"indicator[1]",
         [](Step& s) {
           positions(s, {1, 1});
         }},
        {"indicator[1]",
         [](Step& s) {
           positions(s, {1, 0});
         }},
        {"sentinel.dtype",
         [](Step& s) { cells::set_field(s, "sentinel", text ? Array() : Array(Array::Texts())); }},
    };
    if constexpr (!text) {
      list.push_back({"missing", [](Step& s) { cells::set_field(s, "missing", Marker::none); }});
    }
    if constexpr (std::is_same_v<Cell, float>) {
      list.push_back({"sentinel.values", [](Step& s) {
                        cells::set_field(s, "missing", Marker::value);
                        cells::set_field(s, "sentinel", Array(Array::Reals{0.1}));  // no float
                      }});
    }
    return list;
  }
};

}  // namespace conformance

namespace conformance::missing_indicator_conformance {

using Steps = prepguard::StepList<prepguard::MissingIndicator<float>, prepguard::MissingIndicator<double>,
                                  prepguard::MissingIndicator<float, prepguard::Text>,
                                  prepguard::MissingIndicator<double, prepguard::Text>>;

#include "conformance/suite.inl"

}  // namespace conformance::missing_indicator_conformance
