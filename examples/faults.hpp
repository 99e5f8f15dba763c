// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "prepguard/error.hpp"

namespace examples {

/// Plays what should be refused, and shows what is said about it.
class Faults {
 public:
  /// Runs `attempt`, which should throw an `Expected`, and prints `title` and the error; other errors pass.
  template <class Expected = prepguard::Error>
  void play(const std::string& title, const std::function<std::string()>& attempt) {
    ++played_;
    std::printf("\n   %s\n", title.c_str());
    try {
      std::printf("   NOT STOPPED: %s\n", attempt().c_str());
    } catch (const Expected& error) {
      ++stopped_;
      std::printf("   | ");
      for (const char* c = error.what(); *c != '\0'; ++c) std::printf(*c == '\n' ? "\n   | " : "%c", *c);
      std::printf("\n");
    }
  }

  int played() const noexcept { return played_; }
  int stopped() const noexcept { return stopped_; }

 private:
  int played_ = 0, stopped_ = 0;
};

}  // namespace examples
