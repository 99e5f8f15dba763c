// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Where in a document a value stands, e.g. `pipeline.steps[1].step.scale.values[3]`: a list on the stack whose text
/// is only made when something is wrong there. A place refers to the one above it: give each a name of its own, or use
/// the whole chain in one expression. `const Place last = (at / "a")[1]` does not compile.
class Place {
 public:
  class Passing;

  constexpr Place() noexcept = default;
  constexpr explicit Place(std::string_view root) noexcept : key_(root) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  constexpr Place operator/(std::string_view key) const& noexcept { return Place(this, key, none); }
  constexpr Place operator[](std::size_t index) const& noexcept { return Place(this, {}, index); }
  constexpr Passing operator/(std::string_view key) const&& noexcept;
  constexpr Passing operator[](std::size_t index) const&& noexcept;

  std::string text() const {
    std::string path = parent_ != nullptr ? parent_->text() : std::string();
    if (index_ != none) return path + '[' + std::to_string(index_) + ']';
    if (!path.empty() && !key_.empty()) path += '.';
    return path.append(key_);
  }

  [[noreturn]] void fail(std::string expected, std::string got) const {
    throw Error(ErrorInfo{.code = Errc::bad_state,
                          .where = text(),
                          .expected = std::move(expected),
                          .got = std::move(got)});
  }

  /// Fails with what was expected and what came unless `holds`.
  void require(bool holds, std::string_view expected, std::string_view got) const {
    if (!holds) fail(std::string(expected), std::string(got));
  }
  void require_count(std::size_t got, std::size_t expected) const {
    if (got != expected) fail(std::to_string(expected) + " entries", std::to_string(got));
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  constexpr Place(const Place* parent, std::string_view key, std::size_t index) noexcept
      : parent_(parent), key_(key), index_(index) {}

  const Place* parent_ = nullptr;
  std::string_view key_{};
  std::size_t index_ = none;
};

/// A place below one that has no name, good for the rest of the expression: no Place can be made of it (`auto` could name
/// it all the same, and must not).
class Place::Passing : public Place {
  friend class Place;
  using Place::Place;
};

constexpr Place::Passing Place::operator/(std::string_view key) const&& noexcept {
  return Passing(this, key, none);
}
constexpr Place::Passing Place::operator[](std::size_t index) const&& noexcept {
  return Passing(this, {}, index);
}

/// Names that are there, each once.
inline void check_unique_names(const Place& at, const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() || !seen.insert(names[i]).second) at[i].fail("a name of its own", '"' + names[i] + '"');
  }
}

/// A count that may not be lower.
inline void require_at_least(const Place& at, std::int64_t value, std::int64_t least) {
  if (value < least) at.fail("at least " + std::to_string(least), std::to_string(value));
}

/// The width a step was fitted for; a moved-from one is 0, which every call then reports as "not fitted".
struct Width {
  std::int64_t value = 0;

  constexpr Width() noexcept = default;
  constexpr explicit Width(std::size_t width) noexcept : value(static_cast<std::int64_t>(width)) {}
  constexpr Width(const Width&) noexcept = default;
  constexpr Width(Width&& other) noexcept : value(std::exchange(other.value, 0)) {}
  constexpr Width& operator=(const Width&) noexcept = default;
  constexpr Width& operator=(Width&& other) noexcept {
    const std::int64_t taken = std::exchange(other.value, 0);
    value = taken;
    return *this;
  }
  friend constexpr bool operator==(const Width&, const Width&) = default;
};

/// The width that a node says it reads: at least 1, and that of the columns which come in.
inline void check_inputs(const Place& at, const Width& inputs, std::size_t columns) {
  const Place here = at / "inputs";
  here.require(inputs.value >= 1, "at least 1", std::to_string(inputs.value));
  here.require(inputs.value == static_cast<std::int64_t>(columns), std::to_string(columns),
               std::to_string(inputs.value));
}

/// Something computed from the state when it is fitted or loaded: neither stored nor compared. What it is moved from
/// is left empty, so that a moved-from step has no outputs either.
template <class X>
struct Derived {
  X value{};

  Derived() = default;
  Derived(X made) : value(std::move(made)) {}
  Derived(const Derived&) = default;
  Derived(Derived&& other) noexcept : value(std::exchange(other.value, X{})) {}
  Derived& operator=(const Derived&) = default;
  Derived& operator=(Derived&& other) noexcept {
    X taken = std::exchange(other.value, X{});
    value = std::move(taken);
    return *this;
  }
  ~Derived() = default;
  friend constexpr bool operator==(const Derived&, const Derived&) noexcept { return true; }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
