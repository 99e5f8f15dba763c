// SPDX-License-Identifier: MIT
#include "prepguard/transformers/safe_divide.hpp"

#include <type_traits>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::SafeDivide<T>> {
  using Step = prepguard::SafeDivide<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.epsilon = 0.1}), Step(Options{.epsilon = 3e38})};
  }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  static std::vector<Damage<Step>> damages() {
    static const auto set = [](Step& s, double value) { cells::set_field(s, "epsilon", value); };
    std::vector<Damage<Step>> list = {{"epsilon", [](Step& s) { set(s, 0.0); }},
                                      {"epsilon", [](Step& s) { set(s, -1e-7); }},
                                      {"epsilon", [](Step& s) { set(s, cells::infinity<double>); }},
                                      {"epsilon", [](Step& s) { set(s, cells::nan<double>); }}};
    if constexpr (std::is_same_v<T, float>) {
      list.push_back({"epsilon", [](Step& s) { set(s, 1e-60); }});  // 0 as a float
      list.push_back({"epsilon", [](Step& s) { set(s, 1e60); }});
    }
    return list;
  }
};

}  // namespace conformance

namespace conformance::safe_divide_conformance {

using Steps = prepguard::StepList<prepguard::SafeDivide<float>, prepguard::SafeDivide<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::safe_divide_conformance
