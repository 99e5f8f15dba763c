// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cereal/cereal.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/detail/array_text.hpp"
#include "prepguard/detail/enum_names.hpp"
#include "prepguard/detail/stored_layout.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/transformers.hpp"

// Hooks that put every transformer, fitted or not, into any cereal archive of trusted data:
//
//     cereal::BinaryOutputArchive archive(stream);
//     archive(scaler);
//
// What is read is checked like a file's content and replaces the object only if it is good. Files meant to be kept or
// to come from elsewhere belong into file.hpp's format, which also proves itself.
namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// Lists its state with `fields(self, visit)`.
template <class X>
concept HasFields = requires(X& x) { X::fields(x, [](const char*, auto&) {}); };

/// A node of the file format: has a type string and a version, and is checked as a whole.
template <class X>
concept Node = HasFields<X> && requires(X& x, const Layout& layout, const Place& at) {
  { X::type } -> std::convertible_to<std::string_view>;
  { X::version } -> std::convertible_to<std::int64_t>;
  x.prepare(layout, at);
};

template <class X>
concept PlainFields = HasFields<X> && !Node<X>;

/// Writes or reads one named field. Enumerations go by their names.
template <class Archive>
struct FieldVisitor {
  Archive& archive;

  template <class V>
  void operator()(const char* name, V& value) const {
    if constexpr (!std::is_enum_v<std::remove_const_t<V>>) {
      archive(cereal::make_nvp(name, value));
    } else if constexpr (std::is_const_v<V> || Archive::is_saving::value) {
      std::string text(name_of(value));
      archive(cereal::make_nvp(name, text));
    } else {
      std::string text;
      archive(cereal::make_nvp(name, text));
      if (!from_name(text, value)) fail_value(archive, Errc::bad_state, name, choices<V>(), '"' + text + '"');
    }
  }
};

template <class Archive, class S>
void save_node(Archive& archive, const S& step) {
  const std::string type(S::type);
  archive(cereal::make_nvp("type", type));
  const std::int64_t version = S::version;
  archive(cereal::make_nvp("version", version));
  S::fields(step, FieldVisitor<Archive>{archive});
  save_kinds(archive, step);
}

/// Reads what follows `type`. A step of width 0 was stored unfitted and stays so.
template <class Archive, class S>
void load_node(Archive& archive, S& step) {
  std::int64_t version = 0;
  archive(cereal::make_nvp("version", version));
  if (version != S::version) {
    fail_value(archive, Errc::bad_version, S::type, "version " + std::to_string(S::version), std::to_string(version));
  }
  S::fields(step, FieldVisitor<Archive>{archive});
  if (is_whole_file(archive)) return;
  const Layout layout = load_layout(archive, step);
  if constexpr (requires { step.holds_text(); }) {
    // A sibling of the other kind checks itself once it is what it should be (AnyOf).
    if (step.holds_text() != std::is_same_v<typename S::Input, Text>) return;
  }
  if (step.input_width() != 0) step.prepare(layout, Place(S::type));
}

/// Whether some built-in step has this type string.
template <Number T>
bool is_built_in(std::string_view type) {
  return []<class... Steps>(StepList<Steps...>, std::string_view text) {
    return ((text == Steps::type) || ...) || text == AnyPipeline<T>::type || text == ColumnStep<T>::type;
  }(BuiltInSteps<T>(), type);
}

template <class Archive>
std::string load_type(Archive& archive) {
  std::string type;
  archive(cereal::make_nvp("type", type));
  return type;
}

}  // namespace detail

template <class Archive>
void save(Archive& archive, const Array& array) {
  detail::save_array(archive, array);
}
template <class Archive>
void load(Archive& archive, Array& array) {
  detail::load_array(archive, array);
}

template <class Archive, detail::PlainFields X>
void save(Archive& archive, const X& value) {
  X::fields(value, detail::FieldVisitor<Archive>{archive});
}
template <class Archive, detail::PlainFields X>
void load(Archive& archive, X& value) {
  X fresh;
  X::fields(fresh, detail::FieldVisitor<Archive>{archive});
  if constexpr (requires { fresh.prepare(); }) {
    if (!detail::is_whole_file(archive)) fresh.prepare();
  }
  value = std::move(fresh);
}

template <class Archive, detail::Node S>
void save(Archive& archive, const S& step) {
  detail::save_node(archive, step);
}
template <class Archive, detail::Node S>
void load(Archive& archive, S& step) {
  S fresh;
  const std::string type = detail::load_type(archive);
  if (type != S::type) {
    detail::fail_value(archive, Errc::bad_state, "type", '"' + std::string(S::type) + '"', '"' + type + '"');
  }
  detail::load_node(archive, fresh);
  if constexpr (requires { fresh.holds_text(); }) {
    if (fresh.input_width() != 0 && fresh.holds_text() != std::is_same_v<typename S::Input, Text>) {
      detail::fail_value(archive, Errc::bad_state, S::type, "cells of the other kind", "text where numbers belong, or numbers");
    }
  }
  step = std::move(fresh);
}

template <class Archive, class... Steps>
void save(Archive& archive, const AnyOf<Steps...>& any) {
  any.visit([&](const auto& step) { detail::save_node(archive, step); });
}
template <class Archive, class... Steps>
void load(Archive& archive, AnyOf<Steps...>& any) {
  AnyOf<Steps...> fresh;
  const std::string type = detail::load_type(archive);
  if (!fresh.become(type)) {
    const bool known = detail::is_built_in<double>(type);
    detail::fail_value(archive, known ? Errc::bad_state : Errc::bad_version, "type",
                       known ? "a step that may stand here" : "a step type this library knows", '"' + type + '"');
  }
  fresh.visit([&](auto& step) { detail::load_node(archive, step); });
  fresh.settle_kind();
  if (!detail::is_whole_file(archive) && fresh.input_width() != 0) fresh.prepare_natural();
  any = std::move(fresh);
}

/// A pipeline known to the compiler is stored in its run-time form; reading one back checks every step's type.
template <class Archive, class... Steps>
void save(Archive& archive, const Pipeline<Steps...>& pipeline) {
  using T = typename Pipeline<Steps...>::Scalar;
  detail::save_node(archive, AnyPipeline<T>(pipeline));
}
template <class Archive, class... Steps>
void load(Archive& archive, Pipeline<Steps...>& pipeline) {
  using T = typename Pipeline<Steps...>::Scalar;
  AnyPipeline<T> stored;
  load(archive, stored);
  pipeline = detail::from_any_pipeline<Pipeline<Steps...>>(stored);
}

/// A column transformer is stored with the names and kinds of its columns.
template <class Archive, Number T, class List>
void save(Archive& archive, const ColumnTransformer<T, List>& transformer) {
  archive(cereal::make_nvp("schema", transformer.schema()), cereal::make_nvp("step", transformer.step()));
}
template <class Archive, Number T, class List>
void load(Archive& archive, ColumnTransformer<T, List>& transformer) {
  Schema schema;
  ColumnStep<T, List> step;
  archive(cereal::make_nvp("schema", schema), cereal::make_nvp("step", step));
  if (step.input_width() != schema.size()) {
    detail::fail_load(Errc::bad_state, "column_transformer", std::to_string(step.input_width()) + " columns",
                      std::to_string(schema.size()));
  }
  transformer = ColumnTransformer<T, List>(std::move(schema), std::move(step));
}

namespace detail {
// State that consists of types of this namespace is looked up here.
using prepguard::load;
using prepguard::save;
}  // namespace detail

}  // namespace prepguard::inline PREPGUARD_ABI
