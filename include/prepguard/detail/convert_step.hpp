// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/detail/chain.hpp"
#include "prepguard/detail/place.hpp"

// A step in another list of steps, or for the other scalar type. State does not depend on either, so the
// fields of one are those of the other; only the steps inside a container are of the other kind, too.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a field of type `V` in a step of `To` is in the same step of `From`.
template <class V, class To, class From>
struct FieldBefore {
  using Type = V;
};
template <class To, class From>
struct FieldBefore<std::vector<Named<To>>, To, From> {
  using Type = std::vector<Named<From>>;
};
template <class To, class From>
struct FieldBefore<std::vector<ColumnBlock<To>>, To, From> {
  using Type = std::vector<ColumnBlock<From>>;
};

/// One for every type: its address tells the type of a field.
template <class V>
inline constexpr char type_mark = 0;

struct FieldOfStep {
  const char* mark;
  const void* value;
};

/// Turns steps of `From`, an AnyStep, into those of `To`, another one; they are still to be prepared. `at`:
/// where the step stands, for a step that `To` has not; `why_not(type)` says why.
template <class To, class From, class WhyNot>
class StepConverter {
 public:
  StepConverter(const Place& at, WhyNot why_not) : at_(at), why_not_(std::move(why_not)) {}

  To operator()(const From& from, const std::string& path = {}) const {
    To to;
    if (!to.become(from.type_name())) at_.fail("a step that can be undone", why_not_(path, from.type_name()));
    std::vector<FieldOfStep> fields;
    from.visit([&]<class S>(const S& step) {
      S::fields(step, [&]<class V>(const char*, const V& value) {
        fields.push_back({&type_mark<V>, &value});
      });
    });
    to.visit([&](auto& step) { fill(step, fields, path); });
    return to;
  }

 private:
  template <class S>
  void fill(S& step, const std::vector<FieldOfStep>& fields, const std::string& path) const {
    std::size_t next = 0;
    S::fields(step, [&]<class V>(const char* name, V& value) {
      using Before = typename FieldBefore<V, To, From>::Type;
      const FieldOfStep& field = fields.at(next++);
      if (field.mark != &type_mark<Before>) (at_ / name).fail("a field of the same type", "another");
      convert(*static_cast<const Before*>(field.value), value, path);
    });
  }

  template <class V>
  void convert(const V& from, V& to, const std::string&) const {
    to = from;
  }
  void convert(const std::vector<Named<From>>& from, std::vector<Named<To>>& to,
               const std::string& path) const {
    for (const auto& each : from) to.push_back({each.name, (*this)(each.step, join_path(path, each.name))});
  }
  void convert(const std::vector<ColumnBlock<From>>& from, std::vector<ColumnBlock<To>>& to,
               const std::string& path) const {
    for (const auto& each : from) {
      to.push_back({each.name, each.columns, each.weight, (*this)(each.step, join_path(path, each.name))});
    }
  }

  const Place& at_;
  WhyNot why_not_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
