// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Rules that may be replaced while calls on other threads go on. A call reads one pointer and waits for
/// nobody; rules that were replaced are kept until the guard goes, because a running call may still read
/// them.
template <class Rules>
class CurrentRules {
 public:
  explicit CurrentRules(Rules rules) : state_(std::make_unique<State>()) { set(std::move(rules)); }
  CurrentRules(const CurrentRules& other) : CurrentRules(Rules(other.get())) {}
  CurrentRules(CurrentRules&&) noexcept = default;
  CurrentRules& operator=(CurrentRules other) noexcept {
    state_ = std::move(other.state_);
    return *this;
  }
  ~CurrentRules() = default;

  /// Not for a moved-from object.
  const Rules& get() const noexcept { return *state_->current.load(std::memory_order_acquire); }
  void set(Rules rules) {
    const std::lock_guard lock(state_->mutex);
    state_->all.push_back(std::move(rules));
    state_->current.store(&state_->all.back(), std::memory_order_release);
  }

 private:
  struct State {
    std::mutex mutex{};
    std::list<Rules> all{};
    std::atomic<const Rules*> current{nullptr};
  };
  std::unique_ptr<State> state_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
