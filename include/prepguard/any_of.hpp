// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/one_of.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// The part of a block that a step of input (or output) kind `Cell` reads (or writes).
template <class Cell, class T>
const auto& part_of(const MixedView<T>& block) noexcept {
  if constexpr (std::is_same_v<Cell, Text>) {
    return block.texts;
  } else if constexpr (Number<Cell>) {
    return block.numbers;
  } else {
    return block;
  }
}
/// Blocks of one kind are themselves, or a mixed block of that kind alone.
template <class Cell, class View>
  requires(!requires(View v) { v.numbers; })
const auto& part_of(const View& block) noexcept {
  return block;
}

}  // namespace detail

/// One step out of a closed list, chosen at run time, and itself a transformer. A value: it copies, compares
/// and moves like the step it holds. A default-constructed one holds an unfitted first step.
template <class First, class... Rest>
class AnyOf
    : public TransformerBase<AnyOf<First, Rest...>, typename First::Scalar, Mixed<typename First::Scalar>> {
 public:
  using T = typename First::Scalar;
  static constexpr std::string_view type = "step";

  AnyOf() = default;
  AnyOf(const AnyOf&) = default;
  AnyOf(AnyOf&&) noexcept = default;
  AnyOf& operator=(AnyOf other) noexcept { return detail::replace(*this, std::move(other)); }
  ~AnyOf() = default;
  // Constrained by membership, not by a concept: clang 14 would ask the concept about AnyOf itself, for ever.
  template <class Step>
    requires(std::same_as<Step, First> || (std::same_as<Step, Rest> || ...))
  AnyOf(Step step) : step_(std::move(step)) {
    if (input_width() != 0) prepare_natural();
  }

  /// The step's name in the file format, e.g. "standard_scaler".
  std::string_view type_name() const noexcept {
    return step_.visit([](const auto& step) { return std::string_view(step.type); });
  }
  /// Calls `f` with the step itself, and returns what it returns.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return step_.visit(f);
  }
  template <class F>
  decltype(auto) visit(F&& f) {
    return step_.visit(f);
  }
  /// Null if another step is held.
  template <class Step>
  const Step* get_if() const noexcept {
    return step_.template get_if<Step>();
  }

  std::size_t input_width() const noexcept {
    return step_.visit([](const auto& step) { return step.input_width(); });
  }
  std::size_t output_width() const noexcept {
    return step_.visit([](const auto& step) { return step.output_width(); });
  }
  const Layout& input_layout() const noexcept { return layouts_.value.in; }
  const Layout& output_layout() const noexcept { return layouts_.value.out; }

  /// Fits the held step to `rows`; throws what the step throws.
  AnyOf& fit(MixedView<const T> rows) {
    AnyOf fresh(*this);
    fresh.step_.visit([&](auto& step) {
      using Step = std::remove_reference_t<decltype(step)>;
      step.fit(detail::part_of<typename Step::Input>(rows));
    });
    fresh.prepare_natural();  // the held step knows the order of its columns
    return *this = std::move(fresh);
  }

  Applied apply(const MixedView<const T>& in, const MixedView<T>& out) const {
    return step_.visit([&](const auto& step) -> Applied {
      using Step = std::remove_cvref_t<decltype(step)>;
      return step.apply(detail::part_of<typename Step::Input>(in),
                        detail::part_of<typename Step::Output>(out));
    });
  }

  bool invert(const MixedView<const T>& features, const MixedView<T>& out) const {
    return step_.visit([&](const auto& step) {
      using Step = std::remove_cvref_t<decltype(step)>;
      if constexpr (Invertible<Step>) {
        return step.invert(detail::part_of<typename Step::Output>(features),
                           detail::part_of<typename Step::Input>(out));
      } else {
        return false;  // never reached: no_inverse has said so
      }
    });
  }
  std::string no_inverse(const std::string& path) const {
    return step_.visit([&](const auto& step) { return detail::no_inverse(step, path); });
  }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    return step_.visit([&](const auto& step) { return step.feature_names_out(std::move(names)); });
  }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> in) const {
    return step_.visit([&](const auto& step) { return step.missing_flow(std::move(in)); });
  }
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& in) const {
    return step_.visit([&](const auto& step) { return step.tolerances(in); });
  }
  std::optional<Finding> diagnose(MixedView<const T> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    return step_.visit([&](const auto& step) {
      using Step = std::remove_cvref_t<decltype(step)>;
      return step.diagnose(detail::part_of<typename Step::Input>(row), names, path);
    });
  }

  Layout prepare(const Layout& in, const detail::Place& at) {
    Layout out = step_.visit([&](auto& step) { return step.prepare(in, at); });
    layouts_.value = {in, out};
    return out;
  }

  /// The same for the columns that the held step, fitted on its own, was fitted for.
  void prepare_natural() { prepare(natural_layout(), detail::Place(type_name())); }

  /// Replaces the step by a default-constructed one of that type; false if the list has none. Of several with
  /// one type string (an encoder of numbers and one of text) the first.
  bool become(std::string_view type_string) {
    return become_one<First>(type_string) || (become_one<Rest>(type_string) || ...);
  }
  /// A step that was read as one of numbers but holds text becomes its sibling that reads text.
  void settle_kind() {
    std::optional<detail::OneOf<First, Rest...>> sibling;
    step_.visit([&](auto& step) {
      using Step = std::remove_reference_t<decltype(step)>;
      if constexpr (requires { typename Step::TextSibling; }) {
        if constexpr (!std::is_same_v<Step, typename Step::TextSibling>) {
          if (step.holds_text()) sibling.emplace(std::move(step).text_sibling());
        }
      }
    });
    if (sibling) step_ = std::move(*sibling);
  }

  friend bool operator==(const AnyOf& a, const AnyOf& b) { return a.step_ == b.step_; }

 private:
  struct Layouts {
    Layout in{}, out{};
  };

  template <class Step>
  bool become_one(std::string_view type_string) {
    if (type_string != Step::type) return false;
    step_ = detail::OneOf<First, Rest...>(Step());
    return true;
  }

  /// The layout that a fitted step on its own was fitted for.
  Layout natural_layout() const {
    return step_.visit([](const auto& step) {
      if constexpr (requires { step.input_layout(); }) {
        return step.input_layout();
      } else {
        using Reads = typename std::remove_cvref_t<decltype(step)>::Input;
        return Layout(step.input_width(), std::is_same_v<Reads, Text> ? Kind::text : Kind::number);
      }
    });
  }

  detail::OneOf<First, Rest...> step_{};
  detail::Derived<Layouts> layouts_{};
};

/// A list of step types; `with` adds more and makes the closed choice of them all.
template <class... Steps>
struct StepList {
  template <class... More>
  using with = AnyOf<Steps..., More...>;
};

/// A step and the name it has in its container.
template <class Step>
struct Named {
  std::string name{};
  Step step{};

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("step", self.step);
  }
  friend bool operator==(const Named& a, const Named& b) { return a.name == b.name && a.step == b.step; }
};

}  // namespace prepguard::inline PREPGUARD_ABI
