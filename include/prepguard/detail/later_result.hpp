// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <concepts>
#include <type_traits>
#include <utility>

#include "prepguard/detail/callable.hpp"
#include "prepguard/model.hpp"

// Results that come later: futures of any library.
namespace prepguard::inline PREPGUARD_ABI::detail {

template <class Y>
concept AdaptedLater = requires(Y& y) {
  ModelFuture<Y>::get(y);
};
/// Something with `get()` that is neither a pointer nor a reference.
template <class Y>
concept WithGet = requires(Y& y) {
  std::move(y).get();
}
&&!requires(Y & y) {
  *y;
}
&&!requires(Y & y) {
  ModelOutput<Y>::cells(y);
}
&&!std::is_convertible_v<Y&, decltype(std::declval<Y>().get())>;
template <class Y>
concept LaterResult = AdaptedLater<Y> || WithGet<Y>;

/// Waits for the result and takes it. By value: a reference may be to something that goes with the future.
template <LaterResult F>
auto take_result(F& later) {
  const auto taken = [&]() -> decltype(auto) {
    if constexpr (AdaptedLater<F>) {
      return ModelFuture<F>::get(later);
    } else {
      return std::move(later).get();
    }
  };
  using R = decltype(taken());
  static_assert(!std::is_void_v<R>, "prepguard: the future must hold the model's result");
  if constexpr (!std::is_void_v<R>) return by_value(taken());
}
template <LaterResult F>
using TakenFrom = decltype(take_result(std::declval<F&>()));

/// Returns when the model has answered and reads its features no more; false if there is no way to wait.
template <LaterResult F>
bool wait_for_result(F& later) {
  if constexpr (requires { ModelFuture<F>::wait(later); }) {
    ModelFuture<F>::wait(later);
  } else if constexpr (!AdaptedLater<F> && requires { later.wait(); }) {
    later.wait();
  } else {
    return false;
  }
  return true;
}

/// The same for a result that nobody asked for; one that would be worked out only when asked for is not, and
/// one that cannot be waited for is taken.
template <LaterResult F>
void abandon_result(F& later) noexcept {
  try {
    if constexpr (requires { later.valid(); }) {
      if (!later.valid()) return;
    }
    constexpr std::chrono::seconds now(0);
    if constexpr (requires { decltype(later.wait_for(now))::deferred; }) {
      if (later.wait_for(now) == decltype(later.wait_for(now))::deferred) return;
    }
    if (!wait_for_result(later)) (void)take_result(later);
  } catch (...) {  // nobody is left who could be told
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
