// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <typeinfo>

#include "conformance/block.hpp"
#include "prepguard/transformers.hpp"

TEST_CASE("conformance: every step of THE LIST goes through the suite") {
  const auto over = []<class... Steps>(prepguard::StepList<Steps...>) {
    const auto one = []<class Step>(const Step*) {
      const std::string missing = "tests/conformance/" + std::string(Step::type) + "_conformance.cpp";
      CAPTURE(missing);
      CHECK(conformance::covered().count(typeid(Step).name()) == 1);
    };
    (one(static_cast<const Steps*>(nullptr)), ...);
  };
  over(prepguard::BuiltInSteps<float>());
  over(prepguard::BuiltInSteps<double>());
}
