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
  CurrentRules(const CurrentRules& other) : state_(other.empty() ? nullptr : std::make_unique<State>()) {
    if (!empty()) set(other.get());
  }
  CurrentRules(CurrentRules&&) noexcept = default;
  CurrentRules& operator=(CurrentRules other) noexcept {
    state_ = std::move(other.state_);
    return *this;
  }
  ~CurrentRules() = default;

  /// True for a moved-from object, which has no rules to get or to set.
  bool empty() const noexcept { return state_ == nullptr; }
  const Rules& get() const noexcept { return *state_->current.load(std::memory_order_acquire); }
  void set(Rules rules) {
    const std::lock_guard lock(state_->mutex);
    state_->all.push_back(std::move(rules));
    state_->current.store(&state_->all.back(), std::memory_order_release);
  }
  /// Goes back to earlier rules of which `same(rules)` holds, if there are any.
  template <class Same>
  bool set_again(Same&& same) {
    const std::lock_guard lock(state_->mutex);
    for (const Rules& rules : state_->all) {
      if (!same(rules)) continue;
      state_->current.store(&rules, std::memory_order_release);
      return true;
    }
    return false;
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
