// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace prepguard {

/// A rule as a file holds it: what a guard is asked to do about one check (policy.hpp, docs/format.md).
struct PolicyEntry {
  std::string check{};
  std::string action{};
  std::string column{};  ///< input or feature name; empty: all
  double value = 0.0;    ///< threshold; 0.0 if the check has none

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("check", self.check);
    visit("action", self.action);
    visit("column", self.column);
    visit("value", self.value);
  }
  friend bool operator==(const PolicyEntry&, const PolicyEntry&) = default;
};

}  // namespace prepguard
