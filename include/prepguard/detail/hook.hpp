// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/hook.hpp"
#include "prepguard/report.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Lets through so many events a second, after a pause as many at once as come in a second, at least one.
/// Keeps one number: the time at which the events so far would have come evenly spaced.
class RateLimit {
 public:
  /// `per_second`: above 0, may be infinite.
  explicit RateLimit(const double& per_second) noexcept {
    if (is_infinite(&per_second)) return;
    constexpr double longest = 1e17;  // nanoseconds, three years
    spacing_ = static_cast<std::int64_t>(std::min(1e9 / per_second, longest));
    burst_ = std::max<std::int64_t>(0, 1'000'000'000 - spacing_);
  }

  bool would_pass() const noexcept { return spacing_ == 0 || even_.load(std::memory_order_relaxed) <= now() + burst_; }
  bool pass() noexcept {
    if (spacing_ == 0) return true;  // whatever the order in which threads looked at the clock
    const std::int64_t time = now();
    std::int64_t even = even_.load(std::memory_order_relaxed);
    while (even <= time + burst_) {
      if (even_.compare_exchange_weak(even, std::max(even, time) + spacing_, std::memory_order_relaxed))
        return true;
    }
    return false;
  }

 private:
  static std::int64_t now() noexcept {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
  }

  std::int64_t spacing_ = 0, burst_ = 0;
  std::atomic<std::int64_t> even_{std::numeric_limits<std::int64_t>::min()};
};

/// Where a guard's hook hangs. Without one every question is one relaxed load. A copy has the same hook and
/// counts from zero, a moved one takes the counts with it.
class HookPost {
 public:
  HookPost() = default;
  HookPost(const HookPost& other) { hang(copy_of(other.line())); }
  HookPost(HookPost&& other) noexcept { take(other); }
  HookPost& operator=(const HookPost& other) {
    if (this != &other) *this = HookPost(other);
    return *this;
  }
  HookPost& operator=(HookPost&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~HookPost() = default;

  /// An empty hook takes the old one away. Calls may go on meanwhile.
  void set(Hook hook, const double& per_second) {
    if (is_nan(&per_second) || !(per_second > 0.0)) {
      throw Error(Errc::bad_parameter, "hook", "expected a rate above 0, got " + repr_text(per_second),
                  "leave it out for 10 a second");
    }
    hang(hook ? std::make_shared<Line>(std::move(hook), per_second) : nullptr);
  }

  bool is_set() const noexcept { return set_.load(std::memory_order_relaxed); }
  /// Whether the hook would be told now, so that a description is worth its while.
  bool listens() const noexcept {
    if (!is_set()) [[likely]]
      return false;
    const std::shared_ptr<Line> line = this->line();
    return line != nullptr && line->rate.would_pass();
  }

  /// Tells the hook of what `make` describes, or counts that it did not.
  template <class Make>
  void tell(Severity severity, Make&& make) noexcept {
    if (!is_set()) [[likely]]
      return;
    const std::shared_ptr<Line> line = this->line();
    if (line == nullptr) return;
    if (!line->rate.pass()) {
      ++suppressed_;
      ++line->suppressed;
      return;
    }
    try {
      Violation violation = make();
      violation.suppressed = line->suppressed.exchange(0);
      line->hook(severity, violation);
      ++told_;
    } catch (...) {  // a logger that fails, or memory that runs out, must not cost the caller an answer
      ++threw_;
    }
  }

  Report::HookCalls counts() const noexcept { return {told_, suppressed_, threw_}; }

 private:
  struct Line {
    Line(Hook function, const double& rate_per_second)
        : hook(std::move(function)), per_second(rate_per_second), rate(per_second) {}
    Hook hook;
    double per_second;
    RateLimit rate;
    std::atomic<std::uint64_t> suppressed{0};  // since the hook was last told
  };

  static std::shared_ptr<Line> copy_of(const std::shared_ptr<Line>& line) {
    return line == nullptr ? nullptr : std::make_shared<Line>(line->hook, line->per_second);
  }
  std::shared_ptr<Line> line() const noexcept {
    const std::lock_guard lock(mutex_);
    return line_;
  }
  void hang(std::shared_ptr<Line> line) noexcept {
    const std::lock_guard lock(mutex_);
    line_.swap(line);
    set_.store(line_ != nullptr, std::memory_order_relaxed);
  }
  void take(HookPost& other) noexcept {
    hang(other.line());
    other.hang(nullptr);
    told_ = other.told_.exchange(0);
    suppressed_ = other.suppressed_.exchange(0);
    threw_ = other.threw_.exchange(0);
  }

  mutable std::mutex mutex_{};
  std::shared_ptr<Line> line_{};
  std::atomic<bool> set_{false};
  std::atomic<std::uint64_t> told_{0}, suppressed_{0}, threw_{0};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
