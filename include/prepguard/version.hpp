// SPDX-License-Identifier: MIT
#pragma once

/// The library's version, X.Y.Z as in CHANGELOG.md.
#define PREPGUARD_VERSION_MAJOR 0
#define PREPGUARD_VERSION_MINOR 1
#define PREPGUARD_VERSION_PATCH 0
#define PREPGUARD_VERSION "0.1.0"

#if !defined(__GNUC__) && (defined(__FAST_MATH__) || defined(__FINITE_MATH_ONLY__) || defined(_M_FP_FAST))
#error "prepguard: fast-math is supported on gcc and clang only; compile with precise floating point"
#endif

// Translation units compiled with different floating-point or instruction-set flags must not share one
// inline body, or the linker's choice would decide which arithmetic runs. The flags become part of every name.
#if defined(__FAST_MATH__)
#define PREPGUARD_ABI_MATH fast_math
#elif defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#define PREPGUARD_ABI_MATH finite_math
#else
#define PREPGUARD_ABI_MATH precise_math
#endif

#if defined(__AVX512F__)
#define PREPGUARD_ABI_SIMD avx512
#elif defined(__FMA__)
#define PREPGUARD_ABI_SIMD fma
#elif defined(__AVX__)
#define PREPGUARD_ABI_SIMD avx
#else
#define PREPGUARD_ABI_SIMD baseline
#endif

/// Namespaces (used as `namespace prepguard::inline PREPGUARD_ABI`) around everything that computes.
#define PREPGUARD_ABI PREPGUARD_ABI_MATH::inline PREPGUARD_ABI_SIMD
