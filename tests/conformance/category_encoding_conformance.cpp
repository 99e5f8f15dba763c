// SPDX-License-Identifier: MIT
#include "prepguard/transformers/category_encoding.hpp"

#include <cstdint>
#include <vector>

#include "conformance/block.hpp"
#include "conformance/suite.hpp"

namespace conformance {

template <Number T>
struct Examples<prepguard::CategoryEncoding<T>> {
  using Step = prepguard::CategoryEncoding<T>;
  using Options = typename Step::Options;
  using OutputMode = prepguard::OutputMode;
  using HandleUnknown = prepguard::HandleUnknown;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.num_tokens = 9, .output_mode = OutputMode::count}),
            Step(Options{.num_tokens = 3, .handle_unknown = HandleUnknown::ignore})};
  }
  static Block<T> training() {
    return Block<T>(cells::rows_of<T>({{T(0), T(0), T(3)},
                                       {T(2), T(-0.0), T(2)},
                                       {T(3), T(1), T(6)},
                                       {T(0), T(0), T(0)},
                                       {T(5), T(1), T(4)},
                                       {T(1), T(2), T(3)}}));
  }
  static std::vector<Damage<Step>> damages() {
    return {
        {"num_tokens", [](Step& s) { cells::set_field(s, "num_tokens", std::int64_t{0}); }},
        {"num_tokens", [](Step& s) { cells::set_field(s, "num_tokens", (std::int64_t{1} << 22) + 1); }},
        {"output_mode", [](Step& s) { cells::set_field(s, "output_mode", OutputMode::one_hot); }},
        {"handle_unknown",
         [](Step& s) { cells::set_field(s, "handle_unknown", HandleUnknown::infrequent_if_exist); }},
    };
  }
};

}  // namespace conformance

namespace conformance::category_encoding_conformance {

using Steps = prepguard::StepList<prepguard::CategoryEncoding<float>, prepguard::CategoryEncoding<double>>;

#include "conformance/suite.inl"

}  // namespace conformance::category_encoding_conformance
