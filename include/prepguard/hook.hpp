// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "prepguard/report.hpp"

namespace prepguard {

/// How bad is what a hook is told.
enum class Severity : std::uint8_t {
  warning,  ///< the rows were served all the same
  error,    ///< rows were taken out, or the call was refused
};

constexpr std::string_view name(Severity severity) noexcept {
  constexpr std::array<std::string_view, 2> names{"warning", "error"};
  return names[static_cast<std::size_t>(severity)];
}

/// What an application's own logger hangs in: told once for every call and check that found something, with
/// the first row of it. It runs on the thread of the call, before the call ends, and on many threads at
/// once if calls do. What it throws is counted and goes no further.
using Hook = std::function<void(Severity, const Violation&)>;

}  // namespace prepguard
