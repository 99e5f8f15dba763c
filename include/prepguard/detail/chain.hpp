// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "prepguard/any_of.hpp"
#include "prepguard/detail/bare_call.hpp"
#include "prepguard/detail/scratch_block.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer.hpp"

// Running steps one after the other. Two kinds of chain share it: a tuple of steps known to the compiler and a list of
// steps chosen at run time; they differ in how the next step is found, not in what is done.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// `path` of a step called `name` inside the container at `path`.
inline std::string join_path(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + '.' + name;
}

/// What `step` reads of the block its predecessor wrote. By reference, as views go here (tiles.hpp).
template <class Step, class View>
const auto& input_for(const Step&, const View& block) noexcept {
  return part_of<typename Step::Input>(block);
}

// A cursor stands at a step and finds the next one: `step()`, `name()`, `last()`, `next()`.

template <class Tuple, std::size_t I = 0>
struct TupleCursor {
  const Tuple& steps;
  const std::vector<std::string>& names;
  static constexpr bool known_last = I + 1 == std::tuple_size_v<Tuple>;

  const auto& step() const noexcept { return std::get<I>(steps); }
  const std::string& name() const noexcept { return names[I]; }
  static constexpr bool last() noexcept { return known_last; }
  auto next() const noexcept { return TupleCursor<Tuple, I + 1>{steps, names}; }
};

template <class Step>
struct ListCursor {
  std::span<const Named<Step>> steps;
  static constexpr bool known_last = false;

  const Step& step() const noexcept { return steps.front().step; }
  const std::string& name() const noexcept { return steps.front().name; }
  bool last() const noexcept { return steps.size() == 1; }
  ListCursor next() const noexcept { return {steps.subspan(1)}; }
};

/// Whether there is an infinity between two steps, which the next could hide: clip it, or encode it as unknown. NaN
/// passes, as in a single step.
template <class T>
bool hides_infinity(const MatrixView<T>& between) noexcept {
  return !all_finite(between) && find_infinity(between);
}

/// Runs the steps from `at` on over one tile. What two steps hand over is only looked at if neither has said that it is
/// free of infinities.
template <class Cursor, class In, class Out>
Applied apply_chain(Cursor at, const In& in, const Out& out) {
  const auto& input = input_for(at.step(), in);
  using Step = std::remove_cvref_t<decltype(at.step())>;
  if (at.last()) return at.step().apply(input, part_of<typename Step::Output>(out));
  if constexpr (!Cursor::known_last) {
    ScratchFrame frame;
    const auto middle = scratch_output(frame, at.step(), input.rows());
    const Applied first = at.step().apply(input, middle);
    if (!first) return first;
    const Applied rest = apply_chain(at.next(), InView<typename Step::Output>(middle), out);
    const bool seen = first.finite_out || rest.infinity_free;
    if (!seen && hides_infinity(numbers_of(middle))) [[unlikely]] return false;
    return {rest.mapped, first.finite_in, first.infinity_free, rest.finite_out};
  } else {
    return false;
  }
}

/// Runs the inverses of the steps from the last back to `at`.
template <class Cursor, class In, class Out>
bool invert_chain(Cursor at, const In& in, const Out& out) {
  using Step = std::remove_cvref_t<decltype(at.step())>;
  const auto target = part_of<typename Step::Input>(out);
  if (at.last()) return at.step().invert(part_of<typename Step::Output>(in), target);
  if constexpr (!Cursor::known_last) {
    ScratchFrame frame;
    const auto middle = scratch_input(frame, at.next().step(), in.rows());
    using Next = std::remove_cvref_t<decltype(at.next().step())>;
    if (!invert_chain(at.next(), in, middle) || hides_infinity(numbers_of(middle))) return false;
    return at.step().invert(part_of<typename Step::Output>(InView<typename Next::Input>(middle)), target);
  } else {
    return false;
  }
}

/// The first step from `at` on that goes wrong for one row; the row is carried from step to step as in `apply_chain`.
template <class Cursor, class In>
std::optional<Finding> diagnose_chain(Cursor at, In row, const std::vector<std::string>& names,
                                      const std::string& path) {
  using Step = std::remove_cvref_t<decltype(at.step())>;
  const auto input = input_for(at.step(), row);
  if (auto finding = at.step().diagnose(input, names, join_path(path, at.name()))) return finding;
  if (at.last()) return std::nullopt;
  if constexpr (!Cursor::known_last) {
    ScratchFrame frame;
    const auto middle = scratch_output(frame, at.step(), 1);
    at.step().apply(input, middle);
    return diagnose_chain(at.next(), InView<typename Step::Output>(middle), at.step().feature_names_out(names), path);
  } else {
    return std::nullopt;
  }
}

/// What keeps the steps from `at` on from being undone; empty if nothing does.
template <class Cursor>
std::string chain_without_inverse(Cursor at, const std::string& path) {
  std::string reason = no_inverse(at.step(), join_path(path, at.name()));
  if constexpr (!Cursor::known_last) {
    if (reason.empty() && !at.last()) return chain_without_inverse(at.next(), path);
  }
  return reason;
}

/// Calls `visit(name, step)` for every step from `at` on.
template <class Cursor, class Visit>
void for_each_step(Cursor at, Visit&& visit) {
  visit(at.name(), at.step());
  if (at.last()) return;
  if constexpr (!Cursor::known_last) for_each_step(at.next(), visit);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
