// SPDX-License-Identifier: MIT
#pragma once

#include "prepguard/policy.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What to do about results, by check.
struct OutputActions {
  Action non_finite = Action::fail, saturated = Action::count, degenerate = Action::count;

  static OutputActions of(const Policy& policy) {
    return {policy.action(Check::non_finite_output), policy.action(Check::saturated_output),
            policy.action(Check::degenerate_output)};
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
