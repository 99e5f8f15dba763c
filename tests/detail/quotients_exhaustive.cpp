// SPDX-License-Identifier: MIT
// Quotients without division against division: all 2^32 float32 numerators over a set of scales, and more
// than 10^9 float64 numerators, random and as hard as they come, in the form that a step takes and in both
// short forms where they are proven. Exit status 1 if a bit differs. Arguments: how many float32 scales, how
// many float64 scales (40 numerators each in 10^6).
#include <cstdio>
#include <cstdlib>

#include "quotient_cases.hpp"

namespace {

using namespace quotient_cases;

std::uint64_t total_wrong = 0;

void report(const char* what, std::uint64_t checked, std::uint64_t wrong) {
  std::printf("figure: %s: %.3g quotients, %llu wrong\n", what, static_cast<double>(checked),
              static_cast<unsigned long long>(wrong));
  std::fflush(stdout);
  total_wrong += wrong;
}

/// All floats over each scale: as it is (lanes are double) and rounded to float (lanes are float).
void check_floats(std::mt19937_64& random, std::size_t count) {
  std::uint64_t checked = 0, wrong_wide = 0, wrong_narrow = 0;
  // Scales of the data's own size: two of the hard ones in `scales` and random ones with any exponent a
  // column may have.
  std::vector<double> used = {0.1, 3.0};
  while (used.size() < count) used.push_back(random_numerators(random, 1, 40)[0]);
  used.resize(count);
  for (double& scale : used) scale = scale < 0 ? -scale : scale;
  for (std::uint32_t prefix = 0; prefix < 4096; ++prefix) {
    const std::vector<float> x = all_floats(prefix);
    for (const double scale : used) {
      wrong_wide += count_wrong(x, scale);
      wrong_narrow += count_wrong(x, static_cast<double>(static_cast<float>(scale)));
    }
    checked += x.size() * used.size();
  }
  report("float32, all numerators, scales that are doubles", checked, wrong_wide);
  report("float32, all numerators, scales that are floats", checked, wrong_narrow);
}

void check_doubles(std::mt19937_64& random, std::size_t count) {
  constexpr std::size_t batch = 1'000'000;
  std::uint64_t checked = 0, wrong = 0, hard = 0, hard_wrong = 0, forms = 0, forms_wrong = 0;
  for (const double s : scales(random, count)) {
    for (int i = 0; i < 40; ++i) {
      const auto x = random_numerators(random, batch, i % 2 == 0 ? 0 : 400);
      wrong += count_wrong(x, s);
      checked += x.size();
    }
    for (const auto& x : {near_middles(random, s, batch), near_multiples(random, s, batch)}) {
      hard_wrong += count_wrong(x, s);
      hard += x.size();
      for (const pd::Quotient form : {pd::Quotient::corrected, pd::Quotient::split}) {
        if (!pd::is_proven(form, s)) continue;
        forms_wrong += count_wrong(form, x, s);
        forms += x.size();
      }
    }
  }
  report("float64, random numerators", checked, wrong);
  report("float64, next to rounding boundaries and multiples", hard, hard_wrong);
  report("float64, both short forms where proven", forms, forms_wrong);
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937_64 random(20);
  check_floats(random, argc > 1 ? static_cast<std::size_t>(std::atoi(argv[1])) : 2);
  check_doubles(random, argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : 26);
  return total_wrong == 0 ? 0 : 1;
}
