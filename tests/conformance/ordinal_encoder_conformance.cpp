// SPDX-License-Identifier: MIT
#include "prepguard/transformers/ordinal_encoder.hpp"

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

using prepguard::detail::OrdinalColumn;

template <Number T, class Cell>
struct Examples<prepguard::OrdinalEncoder<T, Cell>> {
  using Step = prepguard::OrdinalEncoder<T, Cell>;
  using Options = typename Step::Options;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    using prepguard::HandleUnknown;
    return {Step(), Step(Options{.handle_unknown = HandleUnknown::use_encoded_value, .unknown_value = -1}),
            Step(Options{.encoded_missing_value = -2}),
            Step(Options{.handle_unknown = HandleUnknown::use_encoded_value,
                         .unknown_value = cells::nan<double>,
                         .encoded_missing_value = 100})};
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
  /// A category, then NaN.
  static Array with_nan() {
    if constexpr (text) {
      return Array(
          Array::Texts{prepguard::OwnedText(std::string("1")), prepguard::OwnedText(Text(Missing::nan))});
    } else {
      return Array(Array::Reals{1, cells::nan<double>});
    }
  }
  /// The first column of the state becomes this one.
  static void set_first(Step& step, OrdinalColumn column) {
    Step::fields(step, [&](std::string_view, auto& field) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::vector<OrdinalColumn>>) {
        field[0] = std::move(column);
      }
    });
  }
  static Array code(double value) { return Array(Array::Reals{value}); }
  static std::vector<Damage<Step>> damages() {
    using prepguard::HandleUnknown;
    static const auto allow_unknown = [](Step& s, Array unknown) {
      cells::set_field(s, "handle_unknown", HandleUnknown::use_encoded_value);
      cells::set_field(s, "unknown_value", std::move(unknown));
    };
    std::vector<Damage<Step>> list = {
        {"columns[0].categories.values[2]",
         [](Step& s) {
           set_first(s, {{categories({1, 2, 1}), {}}, 0});
         }},
        {"columns[0].categories",
         [](Step& s) {
           set_first(s, {{categories({}), {}}, 0});
         }},
        {"columns[0].infrequent[0]",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {2}}, 0});
         }},
        {"columns[0].infrequent[1]",
         [](Step& s) {
           set_first(s, {{categories({1, 2, 3}), {1, 1}}, 0});
         }},
        {"columns[0].infrequent[1]",
         [](Step& s) {
           set_first(s, {{with_nan(), {0, 1}}, 0});
         }},
        {"columns[0].first_code",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {}}, 1});
         }},
        {"columns[0].first_code",
         [](Step& s) {
           set_first(s, {{categories({1, 2}), {}}, -1});
         }},
        {"columns", [](Step& s) { cells::set_field(s, "columns", std::vector<OrdinalColumn>{}); }},
        {"columns[0].categories.dtype",
         [](Step& s) {
           set_first(s, {{text ? Array(Array::Reals{1}) : Array(Array::Texts(1)), {}}, 0});
         }},
        {"handle_unknown", [](Step& s) { cells::set_field(s, "handle_unknown", HandleUnknown::ignore); }},
        {"unknown_value",
         [](Step& s) { cells::set_field(s, "handle_unknown", HandleUnknown::use_encoded_value); }},
        {"unknown_value", [](Step& s) { cells::set_field(s, "unknown_value", code(-1)); }},
        {"unknown_value",
         [](Step& s) {
           allow_unknown(s, Array(Array::Reals{-1, -2}));
         }},
        {"unknown_value.dtype", [](Step& s) { allow_unknown(s, Array(Array::Integers{-1})); }},
        {"unknown_value.values[0]", [](Step& s) { allow_unknown(s, code(0)); }},
        {"encoded_missing_value", [](Step& s) { cells::set_field(s, "encoded_missing_value", Array()); }},
        {"encoded_missing_value.values[0]",
         [](Step& s) { cells::set_field(s, "encoded_missing_value", code(1)); }},
    };
    if constexpr (!text) {
      list.push_back({"columns[0].categories.values[1]", [](Step& s) {
                        set_first(s, {{categories({2, 1}), {}}, 0});
                      }});
      list.push_back({"columns[0].categories.values[0]", [](Step& s) {
                        const std::int64_t between = (std::int64_t{1} << 53) + 1;  // no double, no float
                        set_first(s, {{Array(Array::Integers{between}), {}}, 0});
                      }});
    }
    if constexpr (std::is_same_v<T, float>) {
      list.push_back({"unknown_value.values[0]", [](Step& s) { allow_unknown(s, code(-16777217)); }});
    }
    return list;
  }
};

}  // namespace conformance

namespace conformance::ordinal_encoder_conformance {

using Steps = prepguard::StepList<prepguard::OrdinalEncoder<float>, prepguard::OrdinalEncoder<double>,
                                  prepguard::OrdinalEncoder<float, prepguard::Text>,
                                  prepguard::OrdinalEncoder<double, prepguard::Text>>;

#include "conformance/suite.inl"

}  // namespace conformance::ordinal_encoder_conformance
