// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cfloat>
#include <cstddef>
#include <string>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/quotient_proof.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

// -1 (unknown, what fast-math makes some compilers say) is left to the check at run time; 16 concerns
// _Float16 only.
static_assert(FLT_EVAL_METHOD != 1 && FLT_EVAL_METHOD != 2,
              "prepguard: excess precision (x87) changes results; compile with -mfpmath=sse or for x86-64");

namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// A calculation whose exact bits are known, and what it means if they differ.
template <class T>
struct Probe {
  T x;
  double a;
  double b;
  T expected;
  const char* defect;
};

inline constexpr const char* fused = "multiply and add are fused or not rounded one by one";
inline constexpr const char* flushed = "denormal numbers are flushed to zero";
inline constexpr const char* unsigned_zero = "the sign of zero is lost";
inline constexpr const char* misrounded = "rounding is not to nearest";
inline constexpr const char* reciprocal = "division is replaced by multiplication with a reciprocal";
inline constexpr const char* undetected = "NaN or infinity is not detected";
inline constexpr const char* false_alarm = "a finite number is taken for NaN or infinity";

/// Probes of x * a + b.
template <class T>
inline constexpr std::array<Probe<T>, 6> multiply_add_probes{};
template <>
inline constexpr std::array multiply_add_probes<double> = {
    Probe<double>{1 + 0x1p-30, 1 - 0x1p-30, -1.0, 0.0, fused},  // the exact product is 1 - 2^-60
    Probe<double>{0x1p-1022, 0.5, -0.0, 0x1p-1023, flushed},
    Probe<double>{0x1p-1074, 0x1p52, -0.0, 0x1p-1022, flushed},
    Probe<double>{-0.0, 1.0, -0.0, -0.0, unsigned_zero},
    Probe<double>{1.0, 1.0, 0x1p-60, 1.0, misrounded},
    Probe<double>{1.0, 1.0, -0x1p-60, 1.0, misrounded},
};
template <>
inline constexpr std::array multiply_add_probes<float> = {
    Probe<float>{1.0f + 0x1p-13f, 1 - 0x1p-13, -1.0, 0.0f, fused},  // the exact product is 1 - 2^-26
    Probe<float>{0x1p-126f, 0.5, -0.0, 0x1p-127f, flushed},
    Probe<float>{0x1p-149f, 0x1p23, -0.0, 0x1p-126f, flushed},
    Probe<float>{-0.0f, 1.0, -0.0, -0.0f, unsigned_zero},
    Probe<float>{1.0f, 1.0, 0x1p-60, 1.0f, misrounded},
    Probe<float>{1.0f, 1.0, -0x1p-60, 1.0f, misrounded},
};

/// Probes of (x - a) / b: quotients that x times the rounded reciprocal of b misses by an ulp.
template <class T>
inline constexpr std::array<Probe<T>, 2> subtract_divide_probes{
    Probe<T>{T(5), 0.0, 3.0, static_cast<T>(sizeof(T) == 4 ? 0x1.aaaaaap+0 : 0x1.aaaaaaaaaaaabp+0),
             reciprocal},
    Probe<T>{T(49), 0.0, 49.0, T(1), reciprocal},
};

// Lengths that make every instruction set use each of its vector sizes, and the single cell.
inline constexpr std::array<std::size_t, 4> probe_lengths = {1, 3, 7, 19};
inline constexpr std::size_t longest_probe = 19;

/// The defect `probe` finds in what `kernel(rows, table)` computes, at some length, or null.
/// `reciprocal_of_b`: the statistics are those of a quotient without division.
template <class T, class Kernel>
const char* probe_defect(const Probe<T>& probe, bool reciprocal_of_b, Kernel&& kernel) noexcept {
  for (const std::size_t length : probe_lengths) {
    std::array<T, longest_probe> cells;
    std::array<T, longest_probe> results;
    std::array<double, longest_probe> a;
    std::array<double, longest_probe> b;
    std::array<double, longest_probe> r;
    cells.fill(probe.x);
    a.fill(probe.a);
    b.fill(probe.b);
    if (reciprocal_of_b) r.fill(Reciprocal<double>::of(probe.b).high);
    forget_values_at(cells.data());
    forget_values_at(a.data());
    forget_values_at(b.data());
    const RowPair<T> rows{cells.data(), 0, results.data(), 0, 1, length};
    kernel(rows, ColumnTable<double>{a.data(), b.data(), r.data(), nullptr, 0, 0.0});
    for (std::size_t i = 0; i < length; ++i) {
      if (bits_of(&results[i]) != bits_of(&probe.expected)) return probe.defect;
    }
  }
  return nullptr;
}

template <class Kernels, class T>
const char* arithmetic_defect() noexcept {
  for (const auto& probe : multiply_add_probes<T>) {
    const char* const defect = probe_defect(probe, false, [](const auto& rows, const auto& table) {
      Kernels::template multiply_add<T, double>(rows, table);
    });
    if (defect != nullptr) return defect;
  }
  for (const auto& probe : subtract_divide_probes<T>) {
    const char* defect = probe_defect(probe, false, [](const auto& rows, const auto& table) {
      Kernels::template subtract_divide<T>(rows, table);
    });
    if constexpr (Kernels::has_quotients) {
      if (defect == nullptr) {
        defect = probe_defect(probe, true, [](const auto& rows, const auto& table) {
          Kernels::template subtract_quotient<T, double>(rows, table);
        });
      }
    }
    if (defect != nullptr) return defect;
  }
  return nullptr;
}

/// True if the kernels say that cells of bits `bits`, alone among ordinary ones, are finite, at every place.
template <class Kernels, class T>
const char* detection_defect(Bits<T> bits, bool finite) noexcept {
  for (const std::size_t length : probe_lengths) {
    for (std::size_t place = 0; place < length; ++place) {
      std::array<T, longest_probe> cells;
      cells.fill(T(1));
      __builtin_memcpy(&cells[place], &bits, sizeof bits);
      forget_values_at(cells.data());
      if (Kernels::all_finite(cells.data(), length) != finite) return finite ? false_alarm : undetected;
    }
  }
  return nullptr;
}

template <class Kernels, class T>
const char* detection_defect() noexcept {
  constexpr Bits<T> sign = -FloatBits<T>::magnitude - 1;
  constexpr Bits<T> infinity = FloatBits<T>::exponent;
  constexpr Bits<T> quiet = infinity | ((FloatBits<T>::magnitude ^ infinity) / 2 + 1);
  for (const Bits<T> bits :
       {infinity, infinity | sign, infinity + 1, quiet, quiet | sign, FloatBits<T>::magnitude}) {
    const char* const defect = detection_defect<Kernels, T>(bits, false);
    if (defect != nullptr) return defect;
  }
  for (const Bits<T> bits : {infinity - 1, (infinity - 1) | sign, sign, Bits<T>{1}}) {
    const char* const defect = detection_defect<Kernels, T>(bits, true);
    if (defect != nullptr) return defect;
  }
  return nullptr;
}

/// What the kernels of one instruction set get wrong here, or null if nothing.
template <class Kernels>
const char* kernel_defect() noexcept {
  const FloatEnvironment environment;
  for (const auto find : {&arithmetic_defect<Kernels, float>, &arithmetic_defect<Kernels, double>,
                          &detection_defect<Kernels, float>, &detection_defect<Kernels, double>}) {
    const char* const defect = find();
    if (defect != nullptr) return defect;
  }
  return nullptr;
}

/// Throws `bad_environment` if the environment variable asked for what this machine does not have.
inline void require_requested_set(const dispatch::RequestedSet& requested) {
  const std::string refused = requested.refused.data();
  if (refused.empty()) return;
  std::string available;
  for (const InstructionSet set : available_instruction_sets()) {
    available.append(available.empty() ? "" : ", ").append(name(set));
  }
  throw Error(ErrorInfo{.code = Errc::bad_environment,
                        .where = "PREPGUARD_INSTRUCTION_SET",
                        .what = "not an instruction set of this machine",
                        .expected = "one of " + available,
                        .got = '"' + refused + '"',
                        .advice = "unset the variable, or name one of these"});
}

/// Throws `bad_environment` naming `defect`, unless it is null.
inline void require_no_defect(const char* defect, InstructionSet set) {
  if (defect == nullptr) return;
  throw Error(Errc::bad_environment, "kernels for " + std::string(name(set)), defect,
              "compile with gcc 12 or clang 14 or later for a CPU with IEEE arithmetic");
}

/// The instruction sets checked so far, one bit each. One variable per flag tag: each has kernels of its own.
inline constinit std::atomic<unsigned> checked_instruction_sets{0};

// Templates without need of an argument, so that a program that computes nothing compiles no kernel for them.
template <class Lazy = void>
[[gnu::cold, gnu::noinline]] void check_environment(InstructionSet set) {
  require_requested_set(dispatch::RequestedSet::get());
  require_no_defect(with_kernels([](auto kernels) { return kernel_defect<decltype(kernels)>(); }), set);
  checked_instruction_sets.fetch_or(1u << static_cast<unsigned>(set), std::memory_order_relaxed);
}

/// Throws `bad_environment` if the kernels in use do not compute what they must in this build, on this CPU,
/// or if PREPGUARD_INSTRUCTION_SET cannot be honoured. The kernels run on known answers once per process,
/// flag tag and instruction set; after that the call costs about a nanosecond.
template <class Lazy = void>
void require_environment() {
  const InstructionSet set = instruction_set();
  const unsigned bit = 1u << static_cast<unsigned>(set);
  if ((checked_instruction_sets.load(std::memory_order_relaxed) & bit) == 0) [[unlikely]]
    check_environment<Lazy>(set);
}

}  // namespace detail
}  // namespace prepguard::inline PREPGUARD_ABI
