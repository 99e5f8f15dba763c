// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/column_transformer.hpp"
#include "prepguard/detail/to_any_step.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// An entry of a feature union: a name, a step (any of `List`, a Pipeline, or Drop), a factor for its outputs.
template <Number T, class List = BuiltInSteps<T>>
struct UnionEntry {
  template <class S>
  UnionEntry(std::string entry_name, S entry_step, double entry_weight = 1.0)
      : name(std::move(entry_name)), weight(entry_weight) {
    if constexpr (!std::is_same_v<S, Drop>) step = detail::to_any_step<T, List>(entry_step);
  }
  std::string name;
  double weight;
  std::optional<AnyStep<T, List>> step{};  ///< nothing: dropped
};

/// scikit-learn's FeatureUnion: entries that all read the same columns, their outputs side by side, called
/// `entry__output`. It is a ColumnStep whose blocks read every column of the rows it is fitted to, so it goes wherever
/// a step goes: into pipelines, column transformers, files.
///
/// ```
/// auto both = prepguard::feature_union<double>({{"std", StandardScaler<double>{}}, {"range", MinMaxScaler<double>{}, 0.5}});
/// both.fit(X);
/// ```
/// Throws bad_parameter for names that are not their own or have `__` in them, and if nothing would come out.
template <Number T, class List = BuiltInSteps<T>>
ColumnStep<T, List> feature_union(std::initializer_list<UnionEntry<T, List>> entries) {
  constexpr std::string_view type = "feature_union";
  detail::check_entry_names(type, entries);
  std::vector<ColumnBlock<AnyStep<T, List>>> blocks;
  for (const UnionEntry<T, List>& entry : entries) {
    if (entry.step) blocks.push_back({.name = entry.name, .columns = {}, .weight = entry.weight, .step = *entry.step});
  }
  if (blocks.empty()) throw Error(Errc::bad_parameter, std::string(type), "no entry has a step; nothing would come out");
  return ColumnStep<T, List>::unfitted(std::move(blocks));
}

}  // namespace prepguard::inline PREPGUARD_ABI
