// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "prepguard/detail/elementary.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// c[0] x^(N-1) + ... + c[N-1].
template <std::size_t N>
double horner(const double (&c)[N], double x) noexcept {
  double sum = c[0];
  for (std::size_t i = 1; i < N; ++i) sum = add(multiply(sum, x), c[i]);
  return sum;
}

/// The quantile function of the standard normal distribution for `p` from 0 to 0.5 in its outer parts, below
/// exp(-2).
inline double normal_quantile_of_tail(double p) noexcept {
  constexpr double near_above[] = {
      4.05544892305962419923e0,   3.15251094599893866154e1,   5.71628192246421288162e1,
      4.40805073893200834700e1,   1.46849561928858024014e1,   2.18663306850790267539e0,
      -1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4};
  constexpr double near_below[] = {1.0,
                                   1.57799883256466749731e1,
                                   4.53907635128879210584e1,
                                   4.13172038254672030440e1,
                                   1.50425385692907503408e1,
                                   2.50464946208309415979e0,
                                   -1.42182922854787788574e-1,
                                   -3.80806407691578277194e-2,
                                   -9.33259480895457427372e-4};
  constexpr double far_above[] = {
      3.23774891776946035970e0,  6.91522889068984211695e0,  3.93881025292474443415e0,
      1.33303460815807542389e0,  2.01485389549179081538e-1, 1.23716634817820021358e-2,
      3.01581553508235416007e-4, 2.65806974686737550832e-6, 6.23974539184983293730e-9};
  constexpr double far_below[] = {1.0,
                                  6.02427039364742014255e0,
                                  3.67983563856160859403e0,
                                  1.37702099489081330271e0,
                                  2.16236993594496635890e-1,
                                  1.34204006088543189037e-2,
                                  3.28014464682127739104e-4,
                                  2.89247864745380683936e-6,
                                  6.79019408009981274425e-9};
  const double x = square_root(multiply(-2.0, call(log_function, p)));
  const double first = subtract(x, divide(call(log_function, x), x));
  const double z = divide(1.0, x);
  const double second = x < 8.0 ? divide(multiply(z, horner(near_above, z)), horner(near_below, z))
                                : divide(multiply(z, horner(far_above, z)), horner(far_below, z));
  return -subtract(first, second);
}

/// The quantile function of the standard normal distribution for 0 < p < 1 with scipy's bits (`norm.ppf`):
/// the rational approximations of Moshier, Methods and Programs for Mathematical Functions (1989), each
/// operation rounded. The outer parts, below exp(-2) and above 1 - exp(-2), have the bits of the C library's
/// logarithm.
inline double normal_quantile_as_scipy(double p) noexcept {
  constexpr double above[] = {-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1,
                              1.39312609387279679503e1, -1.23916583867381258016e0};
  constexpr double below[] = {1.0,
                              1.95448858338141759834e0,
                              4.67627912898881538453e0,
                              8.63602421390890590575e1,
                              -2.25462687854119370527e2,
                              2.00260212380060660359e2,
                              -8.20372256168333339912e1,
                              1.59056225126211695515e1,
                              -1.18331621121330003142e0};
  constexpr double exp_minus_2 = 0.13533528323661269189, root_two_pi = 2.50662827463100050242;
  const bool upper = p > subtract(1.0, exp_minus_2);
  const double y = upper ? subtract(1.0, p) : p;
  if (y > exp_minus_2) {
    const double centred = subtract(y, 0.5), square = multiply(centred, centred);
    const double ratio = divide(multiply(square, horner(above, square)), horner(below, square));
    return multiply(add(centred, multiply(centred, ratio)), root_two_pi);
  }
  return upper ? -normal_quantile_of_tail(y) : normal_quantile_of_tail(y);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
