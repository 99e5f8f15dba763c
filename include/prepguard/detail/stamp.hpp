// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace prepguard {

/// Tells whether two values are the same one, or copies of it, without a look at what they hold: a value gets
/// a fresh stamp whenever it changes, copies share it, and one that was moved away has none. It is no part of
/// the namespace of the flags, as what has stamps is none.
class ContentStamp {
 public:
  ContentStamp() = default;
  ContentStamp(const ContentStamp&) = default;
  ContentStamp(ContentStamp&& other) noexcept
      : number_(std::exchange(other.number_, 0)), counter_(other.counter_) {}
  ContentStamp& operator=(const ContentStamp&) = default;
  ContentStamp& operator=(ContentStamp&& other) noexcept {
    if (this == &other) return *this;
    number_ = std::exchange(other.number_, 0);
    counter_ = other.counter_;
    return *this;
  }
  ~ContentStamp() = default;

  static ContentStamp fresh() noexcept {
    ContentStamp stamp;
    stamp.number_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
    return stamp;
  }
  /// False if either has none.
  bool is(const ContentStamp& other) const noexcept {
    return number_ != 0 && number_ == other.number_ && counter_ == other.counter_;
  }

 private:
  inline static std::atomic<std::uint64_t> last{0};
  std::uint64_t number_ = 0;
  const void* counter_ = &last;  // libraries that hide their symbols count on their own
};

}  // namespace prepguard
