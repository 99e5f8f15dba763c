// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// Highway's finite check, with its dispatch at run time. Built where the library is found
/// (PREPGUARD_BENCH_HIGHWAY).
namespace highway {

bool all_finite(const float* cells, std::size_t count);
bool all_finite(const double* cells, std::size_t count);

}  // namespace highway
