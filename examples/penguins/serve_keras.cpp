// SPDX-License-Identifier: MIT
// The penguins example, served by a Keras model in TensorFlow's own library.
#include "saved_model.hpp"
#include "story.hpp"

int main(int count, char** words) {
  return penguins::serve<penguins::SavedModel>(count, words);
}
