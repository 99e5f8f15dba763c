// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A small harness for ratios that mean something: all variants run in one process, round after round in
/// turn, and a ratio is formed inside a round. No figure is compared with one from another run, and none is a
/// pass mark.
namespace bench {

/// Makes the compiler believe that `value` is used and that all memory may have changed.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

/// Nanoseconds that this thread has run: what the machine does for others meanwhile does not count.
inline double thread_time() noexcept {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// What is measured: one way to do the job. `time(n)` gives the nanoseconds of `n` runs.
struct Variant {
  std::string name;
  std::function<double(std::size_t)> time;
  bool is_limit = false;  ///< a roofline: ratios are formed with the fastest of these
  bool right = true;      ///< a variant with wrong results is listed, not timed
};

/// A variant from a callable without arguments; the loop round it is compiled with it, so a call costs
/// nothing.
template <class Work>
Variant variant(std::string name, Work work, bool right = true) {
  const auto time = [work](std::size_t runs) mutable {
    const double start = thread_time();
    for (std::size_t i = 0; i < runs; ++i) work();
    return thread_time() - start;
  };
  return {std::move(name), time, false, right};
}

/// A roofline: touches the same bytes as fast as the machine can.
template <class Work>
Variant limit(std::string name, Work work) {
  Variant v = variant(std::move(name), std::move(work));
  v.is_limit = true;
  return v;
}

struct Options {
  int rounds = 15;
  double sample_ns = 300'000;  ///< time of one sample, reached by repeating the work
  bool json = false;           ///< one JSON object per row instead of a table
  bool quick = false;          ///< few rounds, no shape that fills the memory

  static Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      if (argument == "--json") options.json = true;
      if (argument != "--quick") continue;
      options.quick = true;
      options.rounds = 5;
    }
    return options;
  }
};

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

inline Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

/// Nanoseconds per run of one variant, and the limit's time divided by its own.
struct Row {
  std::string name;
  Spread time;
  Spread of_limit;
  bool right = true;
  bool is_limit = false;

  /// "limit", "own" (the name begins with "prepguard") or "peer".
  const char* kind() const {
    if (is_limit) return "limit";
    return name.rfind("prepguard", 0) == 0 ? "own" : "peer";
  }
};

/// Times the variants in turn, `options.rounds` times. A variant that is not right gets no time.
inline std::vector<Row> measure(std::vector<Variant>& variants, const Options& options) {
  std::vector<std::size_t> runs(variants.size(), 1);
  for (std::size_t k = 0; k < variants.size(); ++k) {
    if (!variants[k].right) continue;
    variants[k].time(1);  // touches the memory for the first time
    double once = variants[k].time(1);
    if (once < options.sample_ns / 100) once = variants[k].time(100) / 100;
    runs[k] = std::max<std::size_t>(1, static_cast<std::size_t>(options.sample_ns / std::max(once, 0.1)));
  }
  std::vector<std::vector<double>> times(variants.size());
  std::vector<std::vector<double>> ratios(variants.size());
  for (int round = 0; round < options.rounds; ++round) {
    double fastest_limit = std::numeric_limits<double>::max();
    for (std::size_t k = 0; k < variants.size(); ++k) {
      if (!variants[k].right) continue;
      variants[k].time(1);  // the variant before may have left the memory in other caches, or in none
      times[k].push_back(variants[k].time(runs[k]) / static_cast<double>(runs[k]));
      if (variants[k].is_limit) fastest_limit = std::min(fastest_limit, times[k].back());
    }
    for (std::size_t k = 0; k < variants.size(); ++k) {
      if (variants[k].right) ratios[k].push_back(fastest_limit / times[k].back());
    }
  }
  std::vector<Row> rows;
  for (std::size_t k = 0; k < variants.size(); ++k) {
    Row row{variants[k].name, {}, {}, variants[k].right, variants[k].is_limit};
    if (row.right) row.time = spread(times[k]);
    if (row.right) row.of_limit = spread(ratios[k]);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// A line of `print`, with "right" where the result was compared before anything was timed. A limit computes
/// nothing.
inline void print_row(const Row& row) {
  if (!row.right) {
    std::printf("  %-38s %12s\n", row.name.c_str(), "WRONG");
    return;
  }
  std::printf("  %-38s %12.2f  [%9.2f - %9.2f] %5.2f  %s\n", row.name.c_str(), row.time.median,
              row.time.least, row.time.most, row.of_limit.median, row.is_limit ? "limit" : "right");
}

inline void print_json(const std::string& title, const Row& row) {
  std::printf("{\"case\": \"%s\", \"variant\": \"%s\", \"kind\": \"%s\", \"right\": %s", title.c_str(),
              row.name.c_str(), row.kind(), row.right ? "true" : "false");
  if (row.right) {
    std::printf(", \"ns\": %.4g, \"least\": %.4g, \"most\": %.4g, \"of_limit\": %.4g", row.time.median,
                row.time.least, row.time.most, row.of_limit.median);
  }
  std::puts("}");
}

inline void print(const std::string& title, const std::vector<Row>& rows, const Options& options) {
  if (!options.json)
    std::printf("\n%-40s %12s  %-23s %s\n", title.c_str(), "ns", "[least - most]", "of limit");
  for (const Row& row : rows) {
    if (options.json) {
      print_json(title, row);
    } else {
      print_row(row);
    }
  }
  std::fflush(stdout);
}

inline std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(": ") + 2);
  }
  return "unknown CPU";
}

/// Compiler, the flags it lets a program see, and the CPU.
inline void print_setting(const Options& options) {
#if defined(__clang__)
  const char* const compiler = "clang " __clang_version__;
#else
  const char* const compiler = "gcc " __VERSION__;
#endif
  std::string flags;
#if defined(__OPTIMIZE__)
  flags += " optimized";
#else
  flags += " NOT OPTIMIZED";
#endif
#if defined(__AVX512F__)
  flags += " avx512f";
#endif
#if defined(__AVX2__)
  flags += " avx2";
#endif
#if defined(__FAST_MATH__)
  flags += " fast-math";
#endif
  if (options.json) {
    std::printf("{\"compiler\": \"%s\", \"flags\": \"%s\", \"cpu\": \"%s\", \"rounds\": %d}\n", compiler,
                flags.c_str() + 1, cpu_name().c_str(), options.rounds);
  } else {
    std::printf("%s;%s; %s; median of %d interleaved rounds\n", compiler, flags.c_str(), cpu_name().c_str(),
                options.rounds);
  }
}

}  // namespace bench
