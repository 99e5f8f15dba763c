// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "prepguard/file.hpp"

namespace tool {

/// An artifact that was read once, before it is known which scalar type it is wanted in. Whatever the
/// training type, its numbers are doubles or fit into doubles, so that its content can be looked at as an
/// artifact of double.
struct Opened {
  std::string path;
  std::string bytes;
  prepguard::Artifact<double> artifact;  ///< complete and consistent; the self-test was not replayed

  /// Throws what `load_file` throws.
  explicit Opened(std::string file)
      : path(std::move(file)),
        bytes(prepguard::detail::read_file(path, prepguard::LoadOptions{}.cap)),
        artifact(prepguard::load_bytes<double>(bytes, {.self_test = false}, path)) {}

  /// The same file in the type it is served in, its self-test replayed.
  template <class T>
  prepguard::Artifact<T> served() const {
    return prepguard::load_bytes<T>(bytes, {}, path);
  }
};

}  // namespace tool
