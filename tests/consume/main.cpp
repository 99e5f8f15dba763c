// SPDX-License-Identifier: MIT
// Somebody else's program: everything it needs must come with the package.
#include <Eigen/Core>
#include <cstdio>
#include <prepguard/file.hpp>
#include <prepguard/prepguard.hpp>

int main() {
  try {
    prepguard::load_file<float>("/nonexistent/model.prepguard.json");
  } catch (const prepguard::Error& error) {
    std::printf("prepguard %s: %s\n", PREPGUARD_VERSION, error.what());
    return error.code() == prepguard::Errc::io_failed ? 0 : 1;
  }
  return 1;
}
