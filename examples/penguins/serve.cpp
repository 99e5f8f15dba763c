// SPDX-License-Identifier: MIT
// The penguins example, served by a small network in Eigen: nothing else is needed.
#include "network.hpp"
#include "story.hpp"

int main(int count, char** words) {
  return penguins::serve<penguins::Network>(count, words);
}
