// SPDX-License-Identifier: MIT
#pragma once

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <cfenv>
#endif

#include <cstdint>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

#if defined(__x86_64__)

/// MXCSR: rounding, flush-to-zero, denormals-are-zero and the exception masks; not the sticky exception
/// flags.
struct FloatControl {
  using Register = std::uint32_t;
  static constexpr Register mask = 0xffc0;
  static constexpr Register defaults = 0x1f80;
  static Register read() noexcept { return __builtin_ia32_stmxcsr(); }
  static void write(Register value) noexcept { __builtin_ia32_ldmxcsr(value); }
};

#elif defined(__aarch64__)

/// FPCR: alternative half precision, default NaN, flush-to-zero (24 and 19), rounding and the trap enables.
struct FloatControl {
  using Register = std::uint64_t;
  static constexpr Register mask = 0x7c89f00;
  static constexpr Register defaults = 0;
  static Register read() noexcept {
    Register value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void write(Register value) noexcept { asm volatile("msr fpcr, %0" : : "r"(value)); }
};

#endif

/// For its lifetime the thread computes with the IEEE defaults: round to nearest even, denormals kept, no
/// traps. At the end the state found at the start is back. Linking one library built with -ffast-math is
/// enough to have denormals flushed in the whole process. Costs a few nanoseconds; nothing is written if the
/// state is the default.
#if defined(__x86_64__) || defined(__aarch64__)

class FloatEnvironment {
 public:
  FloatEnvironment() noexcept : found_(FloatControl::read()) {
    if (changed()) FloatControl::write(FloatControl::defaults);
    asm volatile("" : : : "memory");
  }
  ~FloatEnvironment() {
    asm volatile("" : : : "memory");
    if (changed()) FloatControl::write(found_);
  }
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

 private:
  bool changed() const noexcept { return (found_ & FloatControl::mask) != FloatControl::defaults; }

  const FloatControl::Register found_;
};

#else

class FloatEnvironment {
 public:
  FloatEnvironment() noexcept {
    std::fegetenv(&found_);
    std::fesetenv(FE_DFL_ENV);
    asm volatile("" : : : "memory");
  }
  ~FloatEnvironment() {
    asm volatile("" : : : "memory");
    std::fesetenv(&found_);
  }
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

 private:
  std::fenv_t found_;
};

#endif

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
