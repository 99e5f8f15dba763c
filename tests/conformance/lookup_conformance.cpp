// SPDX-License-Identifier: MIT
#include "prepguard/transformers/lookup.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T, class Cell>
struct Examples<prepguard::Lookup<T, Cell>> {
  using Step = prepguard::Lookup<T, Cell>;
  using Options = typename Step::Options;
  using OovMethod = prepguard::OovMethod;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.num_oov_indices = 0}),
            Step(Options{.num_oov_indices = 3, .oov_method = OovMethod::farmhash})};
  }
  static Block<T> training() {
    if constexpr (text) {
      return Block<T>(cells::rows_of<Text>({{"Biscoe", "x"},
                                            {"Dream", "Biscoe"},
                                            {"Biscoe", ""},
                                            {"caf\u00e9", "x"},
                                            {"a much longer text than fits into a word", "y"},
                                            {"Dream", "y"}}));
    } else {
      return Block<T>(cells::rows_of<T>({{T(5), T(-3)},
                                         {T(7), T(0)},
                                         {T(5), T(-0.0)},
                                         {T(16777215), T(-3)},
                                         {T(1), T(5)},
                                         {T(7), T(-16777215)}}));
    }
  }
  static Array tokens(std::vector<int> values) {
    if constexpr (text) {
      Array::Texts texts;
      for (const int value : values) texts.emplace_back(std::to_string(value));
      return Array(std::move(texts));
    } else {
      return Array(Array::Integers(values.begin(), values.end()));
    }
  }
  static Array other_kind() {
    return text ? Array(Array::Integers{1}) : Array(Array::Texts{OwnedText(std::string("a"))});
  }
  static Array too_large() {
    if constexpr (text) {
      return Array(Array::Texts{OwnedText(Text(Missing::nan))});
    } else {
      return Array(Array::Integers{sizeof(T) == 4 ? std::int64_t{1} << 24 : std::int64_t{1} << 53});
    }
  }
  static std::vector<Damage<Step>> damages() {
    return {
        {"vocabulary",
         [](Step& s) {
           cells::set_field(s, "vocabulary", tokens({1, 2, 1}));
         }},
        {"vocabulary.dtype", [](Step& s) { cells::set_field(s, "vocabulary", other_kind()); }},
        {"vocabulary.values[0]", [](Step& s) { cells::set_field(s, "vocabulary", too_large()); }},
        {"vocabulary",
         [](Step& s) {
           cells::set_field(s, "vocabulary", tokens({}));
           cells::set_field(s, "num_oov_indices", std::int64_t{0});
         }},
        {"mask.dtype", [](Step& s) { cells::set_field(s, "mask", other_kind()); }},
        {"mask",
         [](Step& s) {
           cells::set_field(s, "mask", tokens({90, 91}));
         }},
        {"vocabulary",
         [](Step& s) {
           cells::set_field(s, "vocabulary", tokens({1, 2}));
           cells::set_field(s, "mask", tokens({2}));
         }},
        {"mask_index", [](Step& s) { cells::set_field(s, "mask_index", std::int64_t{0}); }},
        {"mask_index", [](Step& s) { cells::set_field(s, "mask_index", std::int64_t{-2}); }},
        {"num_oov_indices", [](Step& s) { cells::set_field(s, "num_oov_indices", std::int64_t{-1}); }},
        {"oov_method", [](Step& s) { cells::set_field(s, "num_oov_indices", std::int64_t{2}); }},
        {"oov_method", [](Step& s) { cells::set_field(s, "oov_method", OovMethod::farmhash); }},
        {"salt",
         [](Step& s) {
           cells::set_field(s, "num_oov_indices", std::int64_t{2});
           cells::set_field(s, "oov_method", OovMethod::siphash);
         }},
        {"salt.dtype", [](Step& s) { cells::set_field(s, "salt", Array(Array::Reals{})); }},
        {"salt",
         [](Step& s) {
           cells::set_field(s, "salt", Array(Array::Integers{1, 2}));
         }},
        {sizeof(T) == 4 ? "vocabulary" : "num_oov_indices",
         [](Step& s) {
           cells::set_field(s, "num_oov_indices", std::int64_t{1} << (sizeof(T) == 4 ? 24 : 31));
           cells::set_field(s, "oov_method", OovMethod::farmhash);
         }},
    };
  }
  using OwnedText = prepguard::OwnedText;
};

}  // namespace conformance

namespace conformance::lookup_conformance {

using Steps = prepguard::StepList<prepguard::Lookup<float>, prepguard::Lookup<double>,
                                  prepguard::Lookup<float, Text>, prepguard::Lookup<double, Text>>;

#include "conformance/suite.inl"

}  // namespace conformance::lookup_conformance
