// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "prepguard/error.hpp"

namespace prepguard {

/// What a call gave: a `Y`, or the error that kept it from giving one. `Y` may be a reference.
///
/// ```
/// if (auto outcome = predict.try_call(rows)) use(*outcome);
/// else log(outcome.error().what());
/// ```
template <class Y>
class [[nodiscard]] Outcome {
  using Value = std::remove_reference_t<Y>;
  using Stored = std::conditional_t<std::is_reference_v<Y>, Value*, Value>;

 public:
  Outcome(std::in_place_t, Y&& value) : held_(std::in_place_index<0>, stored(std::forward<Y>(value))) {}
  Outcome(Error error) noexcept : held_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value; throws the error if there is none.
  Value& value() & { return shown(held()); }
  const Value& value() const& { return shown(held()); }
  /// The value, moved out; a reference stays one.
  Y value() && { return std::forward<Y>(shown(held())); }

  Value& operator*() & { return value(); }
  const Value& operator*() const& { return value(); }
  Y operator*() && { return std::move(*this).value(); }
  Value* operator->() { return std::addressof(value()); }
  const Value* operator->() const { return std::addressof(value()); }

  /// The error; throws std::bad_variant_access if there is a value.
  const Error& error() const { return std::get<1>(held_); }

 private:
  static Stored stored(Y&& value) {
    if constexpr (std::is_reference_v<Y>) {
      return std::addressof(value);
    } else {
      return std::move(value);
    }
  }
  template <class S>
  static auto& shown(S& kept) {
    if constexpr (std::is_reference_v<Y>) {
      return *kept;
    } else {
      return kept;
    }
  }
  Stored& held() {
    if (!has_value()) throw error();
    return std::get<0>(held_);
  }
  const Stored& held() const {
    if (!has_value()) throw error();
    return std::get<0>(held_);
  }

  std::variant<Stored, Error> held_;
};

}  // namespace prepguard
