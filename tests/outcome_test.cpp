// SPDX-License-Identifier: MIT
#include "prepguard/outcome.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace outcome_test {

using prepguard::Errc;
using prepguard::Error;
using prepguard::Outcome;

TEST_CASE("an outcome has a value or an error") {
  Outcome<std::string> good(std::in_place, "yes");
  CHECK(good);
  CHECK(good.has_value());
  CHECK(*good == "yes");
  CHECK(good->size() == 3);
  CHECK_THROWS_AS((void)good.error(), std::bad_variant_access);
  *good += '!';
  CHECK(std::as_const(good).value() == "yes!");

  const Outcome<std::string> bad(Error(Errc::bad_shape, "input", "no"));
  CHECK(!bad);
  CHECK(bad.error().code() == Errc::bad_shape);
  CHECK_THROWS_WITH_AS((void)bad.value(), "input: no", Error);
  CHECK_THROWS_AS((void)*bad, Error);
}

TEST_CASE("values that only move, and references") {
  Outcome<std::unique_ptr<int>> owner(std::in_place, std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(owner).value();
  CHECK(*taken == 7);
  int x = 1;
  Outcome<int&> reference(std::in_place, x);
  *reference = 2;
  CHECK(x == 2);
  CHECK(&std::move(reference).value() == &x);
  static_assert(std::is_same_v<decltype(std::declval<Outcome<const int&>>().value()), const int&>);
  // An Error as a value is not mistaken for a failure.
  CHECK(Outcome<Error>(std::in_place, Error(Errc::bad_shape, "a", "b")).has_value());
}

}  // namespace outcome_test
