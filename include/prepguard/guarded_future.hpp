// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include "prepguard/error.hpp"
#include "prepguard/outcome.hpp"

namespace prepguard {

namespace detail {

/// A call whose model answers later.
template <class Y>
class PendingCall {
 public:
  PendingCall() = default;
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  virtual ~PendingCall() = default;
  virtual void wait() = 0;
  /// The checked result, or what a check found; throws what the model threw. To be called once.
  virtual Outcome<Y> get() = 0;
};

}  // namespace detail

/// What a guard returns for a model whose results come later: the checked result, when it is asked for. Rows
/// are checked when the call is made, so what is wrong with them is reported there.
///
/// It holds the features, which the model may read until it has answered. So one that goes away without
/// having been asked waits for the model first (as std::async's future does); its call counts among `threw`,
/// since no result was served. The guard must outlive it, and stay where it is.
template <class Y>
class [[nodiscard]] GuardedFuture {
 public:
  /// Of no call: not valid.
  GuardedFuture() noexcept = default;
  explicit GuardedFuture(std::unique_ptr<detail::PendingCall<Y>> call) noexcept : call_(std::move(call)) {}

  /// Whether there is a result to ask for: false after `get`.
  bool valid() const noexcept { return call_ != nullptr; }
  /// Returns when the result is there. Throws bad_parameter if this is not valid.
  void wait() const { pending().wait(); }
  /// Waits, and returns what the model returned, by value: checked, and scaled back where training scaled the
  /// target. Throws Error for what a check finds, bad_parameter if this is not valid; what the model throws
  /// passes unchanged. Not valid afterwards.
  Y get() { return try_get().value(); }
  /// The same as an Outcome: what a check finds is its error, and nothing is thrown but what the model
  /// throws, and bad_parameter if this is not valid.
  Outcome<Y> try_get() {
    pending();
    const std::unique_ptr<detail::PendingCall<Y>> call = std::move(call_);
    return call->get();
  }

 private:
  detail::PendingCall<Y>& pending() const {
    if (call_ != nullptr) return *call_;
    throw Error(Errc::bad_parameter, "guarded future", "it has no result to ask for",
                "ask once, and not after it was moved away");
  }

  std::unique_ptr<detail::PendingCall<Y>> call_{};
};

}  // namespace prepguard
