// SPDX-License-Identifier: MIT
#include "prepguard/detail/float_environment.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cfenv>
#include <cstdint>
#include <cstdio>

#include "every_instruction_set.hpp"
#include "prepguard/detail/column_table.hpp"

namespace float_environment_test {
namespace {

namespace pd = prepguard::detail;

/// Results that come out differently with flushed denormals (the first two) or directed rounding (the
/// others).
std::array<std::uint64_t, 4> sensitive_results() {
  std::array<double, 4> cells = {0x1p-1022, 0x1p-1074, 1.0, -1.0};
  const pd::MultiplyAddTable<double> table({0.5, 0x1p52, 1.0, 1.0}, {-0.0, -0.0, 0x1p-60, 0x1p-60});
  table.apply({cells.data(), 1, 4}, {cells.data(), 1, 4});
  return std::bit_cast<std::array<std::uint64_t, 4>>(cells);
}

constexpr std::array<std::uint64_t, 4> right_results = {0x0008000000000000u, 0x0010000000000000u,
                                                        0x3ff0000000000000u, 0xbff0000000000000u};

struct State {
  const char* text;
  int rounding;
};
constexpr State rounding_modes[] = {
    {"nearest", FE_TONEAREST}, {"up", FE_UPWARD}, {"down", FE_DOWNWARD}, {"to zero", FE_TOWARDZERO}};

}  // namespace

TEST_CASE("float environment: right results in every rounding mode, and the mode is back afterwards") {
  int changed = 0;
  for_every_instruction_set([&](prepguard::InstructionSet) {
    for (const State& state : rounding_modes) {
      CAPTURE(state.text);
      REQUIRE(std::fesetround(state.rounding) == 0);
      const auto unprotected = sensitive_results();
      std::array<std::uint64_t, 4> results{};
      {
        const pd::FloatEnvironment environment;
        results = sensitive_results();
      }
      const int after = std::fegetround();
      std::fesetround(FE_TONEAREST);
      CHECK(results == right_results);
      CHECK(after == state.rounding);
      changed += unprotected != right_results;
    }
  });
  CHECK(changed > 0);  // else this test could not fail
}

#if defined(__x86_64__) || defined(__aarch64__)

TEST_CASE("float environment: right results with flush-to-zero and traps, every control bit restored") {
#if defined(__x86_64__)
  // FTZ, DAZ, both, all of it with traps on everything but inexact and denormal, each with a rounding mode.
  constexpr std::array<std::uint32_t, 8> controls = {0x9f80, 0x1fc0, 0x9fc0, 0x1100,
                                                     0x9140, 0x3f80, 0x5fc0, 0xffc0};
#else
  // FZ, default NaN, alternative half precision, rounding modes. Traps are not implemented on most CPUs.
  constexpr std::array<std::uint64_t, 5> controls = {1u << 24, 1u << 25, 3u << 24, 1u << 22, 7u << 22};
#endif
  int checked = 0;
  for_every_instruction_set([&](prepguard::InstructionSet) {
    const auto before = pd::FloatControl::read();
    for (const auto control : controls) {
      CAPTURE(control);
      pd::FloatControl::write(control);
      const auto entry = pd::FloatControl::read();
      std::array<std::uint64_t, 4> results{};
      {
        const pd::FloatEnvironment environment;
        results = sensitive_results();
      }
      const auto exit = pd::FloatControl::read();
      pd::FloatControl::write(before);
      CHECK(results == right_results);
      CHECK(exit == entry);
      ++checked;
    }
  });
  std::printf("G18: %d states of the control register, results right and state restored\n", checked);
}

TEST_CASE("float environment: nests, and leaves the default alone") {
  const auto before = pd::FloatControl::read();
  {
    const pd::FloatEnvironment outer;
    const pd::FloatEnvironment inner;
    CHECK((pd::FloatControl::read() & pd::FloatControl::mask) == pd::FloatControl::defaults);
  }
  CHECK((pd::FloatControl::read() & pd::FloatControl::mask) == (before & pd::FloatControl::mask));
}

#endif

}  // namespace float_environment_test
