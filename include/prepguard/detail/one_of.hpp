// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A value of one type out of a closed list, on the heap. std::variant is a recursion over its alternatives
/// in all it does, and compiling that for a list of thirty took a quarter of the time of a program that loads
/// a file; here moves are moves of a pointer, and each visit is one table of functions. A default-constructed
/// or moved-from one holds a default-constructed `First`, which is only made when somebody may change it.
template <class First, class... Rest>
class OneOf {
 public:
  OneOf() noexcept = default;
  template <class X>
  requires(std::same_as<X, First> || (std::same_as<X, Rest> || ...)) explicit OneOf(X value)
      : index_(index_of<X>()), held_(new X(std::move(value))) {}
  OneOf(const OneOf& other)
      : index_(other.index_),
        held_(other.held_ == nullptr ? nullptr : other.visit([](const auto& value) -> void* {
          return new std::remove_cvref_t<decltype(value)>(value);
        })) {}
  OneOf(OneOf&& other) noexcept
      : index_(std::exchange(other.index_, 0)), held_(std::exchange(other.held_, nullptr)) {}
  OneOf& operator=(OneOf other) noexcept {
    std::swap(index_, other.index_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~OneOf() {
    if (held_ != nullptr) visit([](auto& value) { delete &value; });
  }

  /// `f` called with the value.
  template <class F>
  decltype(auto) visit(F&& f) const {
    using Result = std::invoke_result_t<F&, const First&>;
    static constexpr Result (*calls[])(F&, const void*) = {&call<Result, F, const First, const void>,
                                                           &call<Result, F, const Rest, const void>...};
    return calls[index_](f, held());
  }
  template <class F>
  decltype(auto) visit(F&& f) {
    using Result = std::invoke_result_t<F&, First&>;
    static constexpr Result (*calls[])(F&, void*) = {&call<Result, F, First, void>,
                                                     &call<Result, F, Rest, void>...};
    if (held_ == nullptr) held_ = new First();
    return calls[index_](f, held_);
  }
  /// Null if a value of another type is held.
  template <class X>
  const X* get_if() const noexcept {
    return index_ == index_of<X>() ? static_cast<const X*>(held()) : nullptr;
  }

  friend bool operator==(const OneOf& a, const OneOf& b) {
    return a.index_ == b.index_ && a.visit([&](const auto& value) {
      return value == *static_cast<std::remove_reference_t<decltype(value)>*>(b.held());
    });
  }

 private:
  template <class X>
  static constexpr std::size_t index_of() noexcept {
    constexpr bool same[] = {std::is_same_v<X, First>, std::is_same_v<X, Rest>...};
    std::size_t index = 0;
    while (!same[index]) ++index;
    return index;
  }
  template <class Result, class F, class X, class Pointer>
  static Result call(F& f, Pointer* held) {
    return f(*static_cast<X*>(held));
  }
  const void* held() const {
    if (held_ != nullptr) return held_;
    static const First empty{};
    return &empty;
  }

  std::size_t index_ = 0;
  void* held_ = nullptr;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
