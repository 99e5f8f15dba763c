// SPDX-License-Identifier: MIT
#include "prepguard/report.hpp"

#include <doctest/doctest.h>

#include <string>

#include "prepguard/report_text.hpp"

namespace report_test {

using namespace prepguard;

TEST_CASE("names and stages of the checks") {
  CHECK(name(Check::schema) == "schema");
  CHECK(name(Check::non_finite_output) == "non_finite_output");
  CHECK(name(Stage::features) == "features");
  CHECK(stage_of(Check::schema) == Stage::input);
  CHECK(stage_of(Check::unknown_category) == Stage::input);
  CHECK(stage_of(Check::non_finite_features) == Stage::features);
  CHECK(stage_of(Check::shape) == Stage::output);
}

TEST_CASE("a report in words, worst check first") {
  Report report;
  CHECK(to_text(report) ==
        "prepguard: 0 calls with 0 rows\n"
        "  served 0 calls with 0 rows; refused 0 calls with 0 rows; threw 0 calls with 0 rows\n"
        "  no check found anything\n");
  report.served = {10, 640};
  report.refused = {2, 65};
  report.threw = {1, 1};
  report.found[static_cast<std::size_t>(Check::missing)] = {1, 2, 19};
  report.found[static_cast<std::size_t>(Check::non_finite_output)] = {4, 0, 0};
  report.found[static_cast<std::size_t>(Check::schema)] = {0, 0, 3};
  CHECK(report.of(Check::missing).served == 19);
  CHECK(to_text(report) ==
        "prepguard: 13 calls with 706 rows\n"
        "  served 10 calls with 640 rows; refused 2 calls with 65 rows; threw 1 call with 1 row\n"
        "  stage     check                failed      rejected    served\n"
        "  output    non_finite_output    4           0           0\n"
        "  input     missing              1           2           19\n"
        "  input     schema               0           0           3\n");
}

}  // namespace report_test
