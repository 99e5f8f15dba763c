// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/schema.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The input columns of a pipeline, and which of them may be missing: those where it turns a missing value
/// into features that are there. Worked out once, from what the steps say about missing values.
class InputRules {
 public:
  template <class Prep>
  explicit InputRules(const Prep& prep) : layout_(layout_of(prep)) {
    for (std::size_t j = 0; j < layout_.size(); ++j) {
      replaces_nan_.push_back(replaces(prep, j, MissingFlow::nan));
      replaces_none_.push_back(layout_.kind(j) == Kind::text && replaces(prep, j, MissingFlow::none));
    }
  }

  const Layout& layout() const noexcept { return layout_; }
  bool may_be(Missing how, std::size_t column) const noexcept {
    return how == Missing::none ? replaces_none_[column] : replaces_nan_[column];
  }

 private:
  template <class Prep>
  static Layout layout_of(const Prep& prep) {
    if constexpr (requires { prep.input_layout(); }) {
      return prep.input_layout();
    } else {
      return Layout(prep.input_width(),
                    std::is_same_v<typename Prep::Input, Text> ? Kind::text : Kind::number);
    }
  }
  template <class Prep>
  bool replaces(const Prep& prep, std::size_t column, MissingFlow missing) const {
    std::vector<MissingFlow> flow(layout_.size(), MissingFlow::never);
    flow[column] = missing;
    flow = prep.missing_flow(std::move(flow));
    return std::all_of(flow.begin(), flow.end(), [](MissingFlow out) { return out == MissingFlow::never; });
  }

  Layout layout_;
  std::vector<bool> replaces_nan_{}, replaces_none_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
