// SPDX-License-Identifier: MIT
// The penguins example, served by a real engine.
#include "booster.hpp"
#include "story.hpp"

int main(int count, char** words) {
  return penguins::serve<penguins::Booster>(count, words);
}
