// SPDX-License-Identifier: MIT
// The penguins example, served by ONNX Runtime.
#include "onnx_session.hpp"
#include "story.hpp"

int main(int count, char** words) {
  return penguins::serve<penguins::OnnxSession>(count, words);
}
