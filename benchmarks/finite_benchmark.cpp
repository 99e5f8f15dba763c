// SPDX-License-Identifier: MIT
// The finite check beside the fastest possible read of the same bytes, and beside its peers.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/detail/kernels.hpp"

#if __has_include(<xsimd/xsimd.hpp>)
#include <xsimd/xsimd.hpp>
#endif

namespace {

using prepguard::InstructionSet;

template <class Vector>
[[gnu::always_inline]] inline void read_into(Vector& sum, const unsigned char* p) {
  Vector v;
  std::memcpy(&v, p, sizeof v);
  sum |= v;
}

/// Reads all bytes with vectors of `Bytes` bytes and combines them: the roofline.
template <std::size_t Bytes>
[[gnu::always_inline]] inline std::uint64_t read_all(const unsigned char* p, std::size_t size) {
  using Vector = prepguard::detail::Lanes<std::uint64_t, Bytes / 8>;
  Vector a{}, b{}, c{}, d{};
  const unsigned char* const end = p + size;
  for (; end - p >= static_cast<std::ptrdiff_t>(8 * Bytes); p += 8 * Bytes) {
    read_into(a, p);
    read_into(b, p + Bytes);
    read_into(c, p + 2 * Bytes);
    read_into(d, p + 3 * Bytes);
    read_into(a, p + 4 * Bytes);
    read_into(b, p + 5 * Bytes);
    read_into(c, p + 6 * Bytes);
    read_into(d, p + 7 * Bytes);
  }
  for (; end - p >= static_cast<std::ptrdiff_t>(Bytes); p += Bytes) read_into(a, p);
  if (p != end && size >= Bytes) read_into(b, end - Bytes);
  Vector sum = (a | b) | (c | d);
  return sum[0] | sum[1];
}

[[gnu::noinline]] std::uint64_t read_128(const unsigned char* p, std::size_t size) {
  return read_all<16>(p, size);
}

#if defined(__x86_64__)
[[gnu::noinline, gnu::target("avx2")]] std::uint64_t read_256(const unsigned char* p, std::size_t size) {
  return read_all<32>(p, size);
}
[[gnu::noinline, gnu::target("avx512f")]] std::uint64_t read_512(const unsigned char* p, std::size_t size) {
  return read_all<64>(p, size);
}
#endif

template <class T>
[[gnu::noinline]] bool isfinite_loop(const T* cells, std::size_t count) {
  bool finite = true;
  for (std::size_t i = 0; i < count; ++i) finite &= std::isfinite(cells[i]);
  return finite;
}

template <class T>
[[gnu::noinline]] bool eigen_all_finite(const T* cells, std::size_t count) {
  using Column = Eigen::Array<T, Eigen::Dynamic, 1>;
  return Eigen::Map<const Column>(cells, static_cast<Eigen::Index>(count)).allFinite();
}

#if __has_include(<xsimd/xsimd.hpp>)
template <class T>
[[gnu::noinline]] bool xsimd_all_finite(const T* cells, std::size_t count) {
  using Batch = xsimd::batch<T>;
  xsimd::batch_bool<T> finite(true);
  std::size_t i = 0;
  for (; i + Batch::size <= count; i += Batch::size) {
    finite = finite & xsimd::isfinite(Batch::load_unaligned(cells + i));
  }
  return xsimd::all(finite) && isfinite_loop(cells + i, count - i);
}
#endif

/// True if `check` accepts the cells, and refuses them with a NaN or infinity at any of some places.
template <class T, class Check>
bool is_right(T* cells, std::size_t count, Check check) {
  bool right = check(cells, count);
  for (const std::size_t place : {std::size_t{0}, count / 2, count - 1}) {
    const T before = cells[place];
    for (const T bad : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::infinity()}) {
      cells[place] = bad;
      right = right && !check(cells, count);
    }
    cells[place] = before;
  }
  return right;
}

template <class T, class Check>
bench::Variant check_variant(std::string name, T* cells, std::size_t count, Check check) {
  return bench::variant(
      std::move(name), [=] { bench::keep(check(cells, count)); }, is_right(cells, count, check));
}

/// The kernel with `set` forced, without the dispatch.
template <class T>
std::vector<bench::Variant> forced_variants(T* cells, std::size_t count) {
  namespace pd = prepguard::detail;
  std::vector<bench::Variant> variants;
  const InstructionSet chosen = prepguard::instruction_set();
  for (const InstructionSet set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    pd::with_kernels([&](auto kernels) {
      variants.push_back(
          check_variant("prepguard, " + std::string(name(set)), cells, count,
                        [kernels](const T* p, std::size_t n) { return kernels.all_finite(p, n); }));
    });
  }
  prepguard::force_instruction_set(chosen);
  return variants;
}

template <class T>
void run(const std::string& title, T* cells, std::size_t count, const bench::Options& options) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(cells);
  const std::size_t size = count * sizeof(T);
  std::vector<T> copy(count);
  std::vector<bench::Variant> variants;
  variants.push_back(bench::limit("read, 128 bits", [=] { bench::keep(read_128(bytes, size)); }));
#if defined(__x86_64__)
  const auto available = prepguard::available_instruction_sets();
  const auto has = [&](InstructionSet set) {
    return std::count(available.begin(), available.end(), set) != 0;
  };
  if (has(InstructionSet::avx2)) {
    variants.push_back(bench::limit("read, 256 bits", [=] { bench::keep(read_256(bytes, size)); }));
  }
  if (has(InstructionSet::avx512)) {
    variants.push_back(bench::limit("read, 512 bits", [=] { bench::keep(read_512(bytes, size)); }));
  }
#endif
  T* const to = copy.data();
  variants.push_back(bench::variant("memcpy", [=] {
    std::memcpy(to, bytes, size);
    bench::keep(to);
  }));
  variants.push_back(check_variant("prepguard, dispatched", cells, count, [](const T* p, std::size_t n) {
    return prepguard::detail::all_finite(p, n);
  }));
  for (bench::Variant& forced : forced_variants(cells, count)) variants.push_back(std::move(forced));
  variants.push_back(check_variant("std::isfinite loop", cells, count, isfinite_loop<T>));
  variants.push_back(check_variant("Eigen allFinite", cells, count, eigen_all_finite<T>));
#if __has_include(<xsimd/xsimd.hpp>)
  variants.push_back(check_variant("xsimd isfinite", cells, count, xsimd_all_finite<T>));
#endif
  bench::print(title, bench::measure(variants, options), options);
}

struct Size {
  const char* text;
  std::size_t bytes;  ///< 0: thirty cells
  std::size_t skipped_cells;
};

template <class T>
void run_all(const char* type, const bench::Options& options) {
  constexpr std::size_t largest = std::size_t{256} << 20;
  constexpr std::align_val_t page{4096};
  struct Free {
    void operator()(T* p) const { ::operator delete(p, page); }
  };
  const std::unique_ptr<T, Free> memory(static_cast<T*>(::operator new(largest + 4096, page)));
  for (std::size_t i = 0; i < (largest + 4096) / sizeof(T); ++i)
    memory.get()[i] = static_cast<T>(i % 8191) - T(4095);
  for (const Size& size :
       {Size{"30 cells", 0, 0}, Size{"4 KiB", 4096, 0}, Size{"32 KiB", 32768, 0},
        Size{"32 KiB, one cell off", 32768, 1}, Size{"512 KiB", 524288, 0}, Size{"256 MiB", largest, 0}}) {
    const std::size_t count = size.bytes == 0 ? 30 : size.bytes / sizeof(T);
    run(std::string(type) + ", " + size.text, memory.get() + size.skipped_cells, count, options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options = bench::Options::parse(argc, argv);
  bench::print_setting(options);
  run_all<float>("float32", options);
  run_all<double>("float64", options);
}
