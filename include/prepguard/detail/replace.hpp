// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Puts `source` in the place of `target`, another object: an assignment that cannot stop half-way. A class whose
/// `operator=` takes its argument by value and calls this has the strong guarantee (the copy is made first) and
/// survives assignment to itself, which memberwise assignment of vectors does not offer.
template <class X>
X& replace(X& target, X&& source) noexcept {
  static_assert(std::is_nothrow_move_constructible_v<X>);
  std::destroy_at(&target);
  return *std::construct_at(&target, std::move(source));
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
