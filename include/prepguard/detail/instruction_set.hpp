// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/error.hpp"

namespace prepguard {

/// The instruction sets the kernels are compiled for, from the plainest to the widest.
enum class InstructionSet : std::uint8_t {
  generic,  ///< scalar code, on every machine
  sse2,     ///< x86-64 baseline, 16-byte vectors
  neon,     ///< aarch64 baseline, 16-byte vectors
  avx2,     ///< x86-64 with AVX2 and FMA, 32-byte vectors
  avx512,   ///< x86-64 with AVX-512 F, BW, DQ and VL and FMA, 64-byte vectors
};

/// The name of `set` as the environment variable PREPGUARD_INSTRUCTION_SET spells it, e.g. "avx2".
constexpr std::string_view name(InstructionSet set) noexcept {
  constexpr std::string_view names[] = {"generic", "sse2", "neon", "avx2", "avx512"};
  return names[static_cast<std::size_t>(set)];
}

// Not `detail`: that name belongs to the flag-tagged namespace, and there is one choice per process, not per
// tag.
namespace dispatch {

inline constexpr std::array all_instruction_sets = {InstructionSet::generic, InstructionSet::sse2,
                                                    InstructionSet::neon, InstructionSet::avx2,
                                                    InstructionSet::avx512};

/// True if this CPU, and the operating system on it, run `set`.
inline bool is_available(InstructionSet set) noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (set) {
    case InstructionSet::generic:
    case InstructionSet::sse2:
      return true;
    case InstructionSet::avx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case InstructionSet::avx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
             __builtin_cpu_supports("fma") != 0;
    case InstructionSet::neon:
      return false;
  }
  return false;
#elif defined(__aarch64__)
  return set == InstructionSet::generic || set == InstructionSet::neon;
#else
  return set == InstructionSet::generic;
#endif
}

inline InstructionSet widest_instruction_set() noexcept {
  return *std::find_if(all_instruction_sets.rbegin(), all_instruction_sets.rend(), is_available);
}

/// The available set called `text`, if there is one.
inline std::optional<InstructionSet> find_instruction_set(std::string_view text) noexcept {
  for (const InstructionSet set : all_instruction_sets) {
    if (name(set) == text && is_available(set)) return set;
  }
  return std::nullopt;
}

/// What PREPGUARD_INSTRUCTION_SET asks for, read once per process.
struct RequestedSet {
  std::optional<InstructionSet> set;  ///< empty if the variable is not set, or cannot be honoured
  std::array<char, 32> refused{};     ///< the value that cannot be honoured, cut to fit; "" if there is none

  static const RequestedSet& get() noexcept {
    static const RequestedSet requested(std::getenv("PREPGUARD_INSTRUCTION_SET"));
    return requested;
  }

  explicit RequestedSet(const char* value) noexcept {
    if (value == nullptr || *value == '\0') return;
    const std::string_view text(value);
    set = find_instruction_set(text);
    if (!set) text.copy(refused.data(), refused.size() - 1);
  }
};

/// The set in use as an integer, or -1 while nobody has asked. Constant-initialised, so kernels may run
/// inside other objects' dynamic initialisation.
inline constinit std::atomic<int> chosen_instruction_set{-1};

[[gnu::cold, gnu::noinline]] inline InstructionSet choose_instruction_set() noexcept {
  const InstructionSet chosen = RequestedSet::get().set.value_or(widest_instruction_set());
  int undecided = -1;
  chosen_instruction_set.compare_exchange_strong(undecided, static_cast<int>(chosen),
                                                 std::memory_order_relaxed);
  return static_cast<InstructionSet>(chosen_instruction_set.load(std::memory_order_relaxed));
}

}  // namespace dispatch

/// The instruction sets this machine can run, plainest first. Every one of them computes the same bits.
inline std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> sets;
  std::copy_if(dispatch::all_instruction_sets.begin(), dispatch::all_instruction_sets.end(),
               std::back_inserter(sets), dispatch::is_available);
  return sets;
}

/// The instruction set the kernels use: the one forced last, else the one PREPGUARD_INSTRUCTION_SET names,
/// else the widest available. A value of the variable that cannot be honoured makes every call that computes
/// throw `bad_environment`, it does not fall back in silence.
inline InstructionSet instruction_set() noexcept {
  const int chosen = dispatch::chosen_instruction_set.load(std::memory_order_relaxed);
  if (chosen < 0) [[unlikely]]
    return dispatch::choose_instruction_set();
  return static_cast<InstructionSet>(chosen);
}

/// Makes the kernels use `set` from now on, in the whole process. Throws `bad_parameter` if this CPU lacks
/// it.
inline void force_instruction_set(InstructionSet set) {
  if (!dispatch::is_available(set)) {
    throw Error(Errc::bad_parameter, "force_instruction_set",
                "this CPU does not run " + std::string(name(set)),
                "choose one of available_instruction_sets()");
  }
  dispatch::chosen_instruction_set.store(static_cast<int>(set), std::memory_order_relaxed);
}

}  // namespace prepguard
