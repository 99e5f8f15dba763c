// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

// Results that are too many to stay in the caches are written past them: a cached store first reads the line
// it writes to, which costs a third of all the traffic.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Memory that this thread fills past the caches; none if `first` is `last`.
struct StreamedMemory {
  std::uintptr_t first = 0;
  std::uintptr_t last = 0;

  bool holds(const void* p) const noexcept {
    return reinterpret_cast<std::uintptr_t>(p) - first < last - first;
  }
};
inline constinit thread_local StreamedMemory streamed_memory{};

/// For its lifetime kernels write past the caches where they write to cells of `view`, if these are that
/// many.
class Streaming {
 public:
  template <class T>
  explicit Streaming(const MatrixView<T>& view) noexcept : before_(streamed_memory) {
    const std::size_t bytes = view.rows() * view.cols() * sizeof(T);
    const bool end_to_end =
        view.col_stride() == 1 && view.row_stride() == static_cast<std::ptrdiff_t>(view.cols());
    if (bytes < least_bytes || !end_to_end) return;
    const auto first = reinterpret_cast<std::uintptr_t>(view.data());
    streamed_memory = {first, first + bytes};
  }
  ~Streaming() {
#if defined(__x86_64__)
    if (streamed_memory.first != before_.first)
      asm volatile("sfence" : : : "memory");  // other threads may read it now
#endif
    streamed_memory = before_;
  }
  Streaming(const Streaming&) = delete;
  Streaming& operator=(const Streaming&) = delete;

 private:
  /// About what a core has of the last level of cache in today's servers; half of one that is not shared by
  /// many.
  static constexpr std::size_t least_bytes = std::size_t{16} << 20;

  const StreamedMemory before_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
