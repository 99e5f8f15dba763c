// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Memory for the features of a call that is answered later, by a thread that may be another: unlike a
/// ScratchFrame it belongs to the call.
class LastingMemory {
 public:
  /// `rows` x `cols` cells whose values are not set. To be called once.
  template <class T>
  MatrixView<T> matrix(std::size_t rows, std::size_t cols) {
    if (cols != 0 && rows > static_cast<std::size_t>(-1) / sizeof(T) / cols)
      throw std::bad_array_new_length();
    bytes_ = Matrix<std::byte>::uninitialized(rows, cols * sizeof(T));
    return {reinterpret_cast<T*>(bytes_.data()), rows, cols};
  }

 private:
  Matrix<std::byte> bytes_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
