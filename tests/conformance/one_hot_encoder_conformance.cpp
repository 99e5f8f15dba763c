// SPDX-License-Identifier: MIT
#include "prepguard/transformers/one_hot_encoder.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

using prepguard::detail::OneHotColumn;

template <Number T, class Cell>
struct Examples<prepguard::OneHotEncoder<T, Cell>> {
  using Step = prepguard::OneHotEncoder<T, Cell>;
  using Options = typename Step::Options;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    using prepguard::OneHotDrop;
    return {Step(), Step(Options{.handle_unknown = prepguard::HandleUnknown::ignore}),
            Step(Options{.drop = OneHotDrop::first}), Step(Options{.drop = OneHotDrop::if_binary})};
  }
  static Block<T> training() {
    if constexpr (text) {
      return Block<T>(text_rows());
    } else {
      return Block<T>(number_rows<T>());
    }
  }
  static Array categories(std::initializer_list<int> values) {
    if constexpr (text) {
      Array::Texts texts;
      for (const int value : values) texts.emplace_back(std::to_string(value));
      return Array(std::move(texts));
    } else {
      return Array(Array::Reals(values.begin(), values.end()));
    }
  }
  /// The first column of the state becomes this one.
  static void set_first(Step& step, OneHotColumn column) {
    Step::fields(step, [&](std::string_view, auto& field) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::vector<OneHotColumn>>) {
        field[0] = std::move(column);
      }
    });
  }
  static std::vector<Damage<Step>> damages() {
    std::vector<Damage<Step>> list = {
        {"columns[0].categories.values[2]",
         [](Step& s) {
           set_first(s, {{categories({1, 2, 1}), {}}, -1});
         }},
        {"columns[0].categories",
         [](Step& s) {
           set_first(s, {{categories({}), {}}, -1});
         }},
        {"columns[0].infrequent[0]",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {2}}, -1});
         }},
        {"columns[0].infrequent[1]",
         [](Step& s) {
           set_first(s, {{categories({1, 2, 3}), {1, 1}}, -1});
         }},
        {"columns[0].infrequent[0]",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {-1}}, -1});
         }},
        {"columns[0].drop",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {}}, 2});
         }},
        {"columns[0].drop",
         [](Step& s) {
           set_first(s, {{categories({1, 2, 3}), {0, 1}}, 2});
         }},
        {"columns[0].drop",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {}}, -2});
         }},
        {"columns", [](Step& s) { cells::set_field(s, "columns", std::vector<OneHotColumn>{}); }},
        {"handle_unknown",
         [](Step& s) { cells::set_field(s, "handle_unknown", prepguard::HandleUnknown::use_encoded_value); }},
        {"handle_unknown",
         [](Step& s) { cells::set_field(s, "handle_unknown", prepguard::HandleUnknown::first_column); }},
        {"columns[0].categories.dtype",
         [](Step& s) {
           set_first(s, {{text ? Array(Array::Reals{1}) : Array(Array::Texts(1)), {}}, -1});
         }},
    };
    if constexpr (!text) {
      list.push_back({"columns[0].categories.values[1]", [](Step& s) {
                        set_first(s, {{categories({2, 1}), {}}, -1});
                      }});
      list.push_back({"columns[0].categories.values[0]", [](Step& s) {
                        const std::int64_t between = (std::int64_t{1} << 53) + 1;  // no double, no float
                        set_first(s, {{Array(Array::Integers{between}), {}}, -1});
                      }});
    }
    return list;
  }
};

}  // namespace conformance

namespace conformance::one_hot_encoder_conformance {

using Steps = prepguard::StepList<prepguard::OneHotEncoder<float>, prepguard::OneHotEncoder<double>,
                                  prepguard::OneHotEncoder<float, prepguard::Text>,
                                  prepguard::OneHotEncoder<double, prepguard::Text>>;

#include "conformance/suite.inl"

}  // namespace conformance::one_hot_encoder_conformance
