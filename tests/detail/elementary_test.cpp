// SPDX-License-Identifier: MIT
#include "prepguard/detail/elementary.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "prepguard/detail/normal_quantile.hpp"

namespace elementary_test {
namespace {

namespace pd = prepguard::detail;

bool close(double got, double want) {
  return std::abs(got - want) <= 8 * 0x1p-52 * std::fmax(1.0, std::abs(want));
}

}  // namespace

// The values Wichura gives for checking an implementation of PPND16 (Applied Statistics 37, 1988, page 480),
// and tables of the normal distribution (Abramowitz and Stegun, 26.1 and 26.5).
TEST_CASE("elementary: the normal quantile is that of the published table") {
  CHECK(close(pd::normal_quantile_as_scipy(0.25), -0.6744897501960817));
  CHECK(close(pd::normal_quantile_as_scipy(0.001), -3.090232306167814));
  CHECK(close(pd::normal_quantile_as_scipy(1e-20), -9.262340089798408));
  CHECK(close(pd::normal_quantile_as_scipy(0.975), 1.959963984540054));
  CHECK(close(pd::normal_quantile_as_scipy(0.999), 3.090232306167814));
  CHECK(pd::normal_quantile_as_scipy(0.5) == 0.0);
}

TEST_CASE("elementary: the normal distribution function, and that it undoes the quantile") {
  CHECK(pd::normal_cdf(0.0) == 0.5);
  CHECK(close(pd::normal_cdf(1.0), 0.841344746068543));
  CHECK(close(pd::normal_cdf(-2.0), 0.0227501319481792));
  for (int i = 1; i < 1000; ++i) {
    const double p = i / 1000.0;
    CHECK(close(pd::normal_cdf(pd::normal_quantile_as_scipy(p)), p));
  }
}

TEST_CASE("elementary: functions of the C library are called as they are") {
  CHECK(pd::call(pd::log_function, 1.0) == 0.0);
  CHECK(pd::call(pd::floor_function, -0.5) == -1.0);
  CHECK(std::signbit(pd::call(pd::ceil_function, -0.5)));
  CHECK(pd::call(pd::rint_function, 2.5) == 2.0);
  CHECK(pd::call(pd::sqrt_function, 2.0) == 0x1.6a09e667f3bcdp+0);
  CHECK(pd::power(2.0, -3.0) == 0.125);
}

}  // namespace elementary_test
