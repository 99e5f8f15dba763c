// SPDX-License-Identifier: MIT
#pragma once

#include <cereal/cereal.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/schema.hpp"
#include "prepguard/transformer.hpp"

// What an archive of a bare step says beside the step's state. In a whole file the columns say it, and the names of the
// features are stored.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// True while a whole file is read or written: its columns tell the kinds of all cells, and its content is checked
/// when all of it is there.
template <class Archive>
bool is_whole_file(const Archive& archive) {
  if constexpr (requires { archive.whole_file(); }) {
    return archive.whole_file();
  } else {
    return false;
  }
}

/// `kinds` of the columns a container reads, for archives that are not whole files.
template <class Archive, class S>
void save_kinds(Archive& archive, const S& step) {
  if constexpr (requires { step.input_layout(); }) {
    if (is_whole_file(archive)) return;
    std::vector<std::string> kinds;
    const bool fitted = step.input_width() != 0;
    for (std::size_t j = 0; fitted && j < step.input_layout().size(); ++j) {
      kinds.emplace_back(name(step.input_layout().kind(j)));
    }
    archive(cereal::make_nvp("kinds", kinds));
    if constexpr (requires { step.verbose_feature_names_out(); }) {
      const bool verbose = step.verbose_feature_names_out();
      archive(cereal::make_nvp("verbose_feature_names_out", verbose));
    }
  }
}

/// The columns a step just read was fitted for.
template <class Archive, class S>
Layout load_layout(Archive& archive, S& step) {
  if constexpr (requires { step.input_layout(); }) {
    std::vector<std::string> names;
    archive(cereal::make_nvp("kinds", names));
    std::vector<Kind> kinds;
    for (const std::string& text : names) kinds.push_back(text == name(Kind::text) ? Kind::text : Kind::number);
    if constexpr (requires { step.verbose_feature_names_out(); }) {
      bool verbose = true;
      archive(cereal::make_nvp("verbose_feature_names_out", verbose));
      step.verbose_feature_names_out(verbose);
    }
    return Layout(std::move(kinds));
  } else {
    constexpr bool text = std::is_same_v<typename S::Input, Text>;
    return Layout(step.input_width(), text ? Kind::text : Kind::number);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
