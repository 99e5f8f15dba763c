// SPDX-License-Identifier: MIT
// The finite check beside the fastest possible read of the same bytes, and beside its peers.
#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "highway_peer.hpp"
#include "interleaved.hpp"
#include "prepguard/detail/kernels.hpp"
#include "rooflines.hpp"

#if __has_include(<xsimd/xsimd.hpp>)
#include <xsimd/xsimd.hpp>
#endif

namespace {

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

template <class T>
void run(const std::string& title, T* cells, std::size_t count, const bench::Options& options) {
  const std::size_t size = count * sizeof(T);
  std::vector<T> copy(count);
  std::vector<bench::Variant> variants;
  bench::add_reads(variants, cells, size);
  variants.push_back(bench::variant("memcpy", [cells, size, to = copy.data()] {
    std::memcpy(to, cells, size);
    bench::keep(to);
  }));
  bench::add_instruction_sets(variants, "prepguard", [=](std::string name) {
    return check_variant(std::move(name), cells, count, prepguard::detail::all_finite<T>);
  });
  variants.push_back(check_variant("std::isfinite loop", cells, count, isfinite_loop<T>));
  variants.push_back(check_variant("Eigen allFinite", cells, count, eigen_all_finite<T>));
#if __has_include(<xsimd/xsimd.hpp>)
  variants.push_back(check_variant("xsimd isfinite", cells, count, xsimd_all_finite<T>));
#endif
#if defined(PREPGUARD_BENCH_HIGHWAY)
  variants.push_back(check_variant("Highway IsFinite", cells, count,
                                   [](const T* p, std::size_t n) { return highway::all_finite(p, n); }));
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
  const std::size_t largest = options.quick ? std::size_t{1} << 20U : std::size_t{256} << 20U;
  constexpr std::align_val_t page{4096};
  struct Free {
    void operator()(T* p) const { ::operator delete(p, page); }
  };
  const std::unique_ptr<T, Free> memory(static_cast<T*>(::operator new(largest + 4096, page)));
  for (std::size_t i = 0; i < (largest + 4096) / sizeof(T); ++i)
    memory.get()[i] = static_cast<T>(i % 8191) - T(4095);
  for (const Size& size : {Size{"30 cells", 0, 0}, Size{"4 KiB", 4096, 0}, Size{"32 KiB", 32768, 0},
                           Size{"32 KiB, one cell off", 32768, 1}, Size{"512 KiB", 524288, 0},
                           Size{"256 MiB", 256U << 20U, 0}}) {
    if (size.bytes > largest) continue;
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
