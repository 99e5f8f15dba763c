// SPDX-License-Identifier: MIT
#include "prepguard/detail/kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "every_instruction_set.hpp"
#include "guarded_memory.hpp"
#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/column_table.hpp"
#include "prepguard/detail/environment_check.hpp"

namespace kernels_test {
namespace {

namespace pd = prepguard::detail;
using prepguard::Errc;
using prepguard::Error;
using prepguard::InstructionSet;

template <class T>
constexpr T quiet_nan = std::numeric_limits<T>::quiet_NaN();

enum class ColumnOp { none, subtract, add, multiply, divide };

/// One scalar operation of the hardware, rounded to `T`; the kernels' contract, one cell at a time.
template <class T>
T step(T x, ColumnOp op, double s) {
  volatile double wide = x;
  volatile double statistic = s;
  volatile double result = 0;
  switch (op) {
    case ColumnOp::none:
      return x;
    case ColumnOp::subtract:
      result = wide - statistic;
      break;
    case ColumnOp::add:
      result = wide + statistic;
      break;
    case ColumnOp::multiply:
      result = wide * statistic;
      break;
    case ColumnOp::divide:
      result = wide / statistic;
      break;
  }
  return static_cast<T>(result);
}

/// Bit equality, any NaN equal to any NaN.
template <class T>
bool same(T x, T y) {
  return pd::is_nan(&x) ? pd::is_nan(&y) : pd::bits_of(&x) == pd::bits_of(&y);
}

template <class T>
T some_number(std::size_t i) {
  if (i % 11 == 7) return quiet_nan<T>;
  if (i % 17 == 3) return T(-0.0);
  return static_cast<T>((static_cast<double>(i * 2654435761u % 1000003u) - 500000) * 0x1.23456789p-7);
}

/// A kernel as the tests drive it: same rows in, other rows out.
template <class T>
struct Case {
  std::string text;
  void (*run)(const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
              std::size_t cols, const double* a, const double* b, const T* fill);
  T (*expected)(T x, double a, double b, T fill);
};

/// What a step that does these operations holds.
template <class T, ColumnOp First, ColumnOp Second>
auto table(const std::vector<double>& a, const std::vector<double>& b) {
  if constexpr (Second == ColumnOp::divide) {
    return First == ColumnOp::none ? pd::SubtractDivideTable<T>::scales(b) : pd::SubtractDivideTable<T>(a, b);
  } else if constexpr (First == ColumnOp::subtract) {
    return pd::MultiplyAddTable<T>::offsets(pd::negated(a));
  } else {
    return Second == ColumnOp::none ? pd::MultiplyAddTable<T>::factors(a) : pd::MultiplyAddTable<T>(a, b);
  }
}

template <class T, ColumnOp First, ColumnOp Second>
Case<T> operations(const char* text) {
  return {text,
          [](const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
             std::size_t cols, const double* a, const double* b, const T*) {
            const prepguard::MatrixView<const T> from(in, rows, cols, in_stride, 1);
            table<T, First, Second>({a, a + cols}, {b, b + cols})
                .apply(from, prepguard::MatrixView<T>(out, rows, cols, out_stride, 1));
          },
          [](T x, double a, double b, T) { return step(step(x, First, a), Second, b); }};
}

template <class T>
std::vector<Case<T>> all_kernels() {
  return {
      operations<T, ColumnOp::subtract, ColumnOp::divide>("subtract, divide"),
      operations<T, ColumnOp::multiply, ColumnOp::add>("multiply, add"),
      operations<T, ColumnOp::none, ColumnOp::divide>("divide"),
      operations<T, ColumnOp::subtract, ColumnOp::none>("subtract"),
      operations<T, ColumnOp::multiply, ColumnOp::none>("multiply"),
      {"clip",
       [](const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
          std::size_t cols, const double*, const double*,
          const T*) { pd::clip_columns<T>(in, in_stride, out, out_stride, rows, cols, T(0), T(1000)); },
       [](T x, double, double, T) {
         const T y = x > 0 ? x : std::isnan(x) ? x : T(0);
         return y < 1000 ? y : std::isnan(y) ? y : T(1000);
       }},
      {"replace_missing",
       [](const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
          std::size_t cols, const double*, const double*,
          const T* fill) { pd::replace_missing<T>(in, in_stride, out, out_stride, rows, cols, fill); },
       [](T x, double, double, T fill) { return std::isnan(x) ? fill : x; }},
      {"replace_equal",
       [](const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
          std::size_t cols, const double*, const double*,
          const T* fill) { pd::replace_equal<T>(in, in_stride, out, out_stride, rows, cols, T(0), fill); },
       [](T x, double, double, T fill) { return x == 0 ? fill : x; }},
      {"multiply_rows",
       [](const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
          std::size_t cols, const double*, const double*, const T*) {
         const T factor = T(1.1);
         pd::multiply_rows<T>(in, in_stride, out, out_stride, rows, cols, &factor, 0);
       },
       [](T x, double, double, T) {
         volatile T product = x, factor = T(1.1);
         product = product * factor;  // in T: what the kernel does in double must be the same
         return T(product);
       }},
      {"safe_divide",
       [](const T* in, std::ptrdiff_t in_stride, T* out, std::ptrdiff_t out_stride, std::size_t rows,
          std::size_t cols, const double*, const double*,
          const T*) { pd::safe_divide<T>(in, in_stride, out, out_stride, rows, cols, T(1.1)); },
       [](T x, double, double, T) {
         volatile T cell = x, sum = std::fabs(x), epsilon = T(1.1);
         sum = sum + epsilon;
         sum = cell / sum;
         return T(sum);
       }},
  };
}

/// Inputs, statistics and the expected result of one kernel on rows x cols cells.
template <class T>
struct Problem {
  Problem(const Case<T>& kernel, std::size_t rows, std::size_t cols)
      : in(rows * cols), a(cols), b(cols), fill(cols), expected(rows * cols) {
    for (std::size_t j = 0; j < cols; ++j) {
      a[j] = 0.1 + static_cast<double>(j) * 0.7;
      b[j] = 3.3 - static_cast<double>(j) * 0.017;
      fill[j] = static_cast<T>(j) + T(0.5);
    }
    for (std::size_t i = 0; i < in.size(); ++i) {
      in[i] = some_number<T>(i);
      expected[i] = kernel.expected(in[i], a[i % cols], b[i % cols], fill[i % cols]);
    }
  }

  std::vector<T> in;
  std::vector<double> a;
  std::vector<double> b;
  std::vector<T> fill;
  std::vector<T> expected;
};

template <class T>
std::size_t differences(const std::vector<T>& expected, const T* got) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) count += !same(expected[i], got[i]);
  return count;
}

}  // namespace

TEST_CASE_TEMPLATE("kernels: right results, in place and apart, wide and narrow, one row and many", T, float,
                   double) {
  for_every_instruction_set([](InstructionSet) {
    for (const Case<T>& kernel : all_kernels<T>()) {
      CAPTURE(kernel.text);
      for (const std::size_t cols : {1u, 2u, 3u, 5u, 8u, 13u, 16u, 30u, 32u, 33u, 67u}) {
        for (const std::size_t rows : {0u, 1u, 2u, 7u, 15u, 16u, 1031u}) {
          CAPTURE(rows);
          CAPTURE(cols);
          const Problem<T> problem(kernel, rows, cols);
          const auto packed = static_cast<std::ptrdiff_t>(cols);
          const auto run = [&](const T* in, T* out) {
            kernel.run(in, packed, out, packed, rows, cols, problem.a.data(), problem.b.data(),
                       problem.fill.data());
          };
          std::vector<T> apart(problem.in.size());
          run(problem.in.data(), apart.data());
          CHECK(differences(problem.expected, apart.data()) == 0);
          std::vector<T> in_place = problem.in;
          run(in_place.data(), in_place.data());
          CHECK(differences(problem.expected, in_place.data()) == 0);
        }
      }
    }
  });
}

TEST_CASE_TEMPLATE("kernels: strides of any sign, gaps untouched", T, float, double) {
  constexpr std::size_t rows = 40;
  constexpr std::size_t cols = 9;
  constexpr std::size_t gap = 14;
  for_every_instruction_set([](InstructionSet) {
    for (const Case<T>& kernel : all_kernels<T>()) {
      CAPTURE(kernel.text);
      const Problem<T> problem(kernel, rows, cols);
      std::vector<T> out(rows * gap, T(77));
      // The last row first: rows go out in the reverse order.
      kernel.run(problem.in.data() + (rows - 1) * cols, -static_cast<std::ptrdiff_t>(cols),
                 out.data() + (rows - 1) * gap, -static_cast<std::ptrdiff_t>(gap), rows, cols,
                 problem.a.data(), problem.b.data(), problem.fill.data());
      std::vector<T> packed(rows * cols);
      std::size_t touched = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < gap; ++j) {
          if (j < cols) packed[i * cols + j] = out[i * gap + j];
          touched += j >= cols && out[i * gap + j] != T(77);
        }
      }
      CHECK(differences(problem.expected, packed.data()) == 0);
      CHECK(touched == 0);
    }
  });
}

TEST_CASE_TEMPLATE("kernels: nothing outside is read or written, lengths 0 to 260", T, float, double) {
  constexpr std::size_t longest = 260;
  const GuardedMemory in(longest * sizeof(T));
  const GuardedMemory out(longest * sizeof(T));
  const GuardedMemory a(longest * sizeof(double));
  const GuardedMemory b(longest * sizeof(double));
  const GuardedMemory fill(longest * sizeof(T));
  for_every_instruction_set([&](InstructionSet set) {
    std::size_t runs = 0;
    std::size_t wrong = 0;
    const auto check = [&](const Case<T>& kernel, std::size_t length, auto place) {
      const Problem<T> problem(kernel, 1, length);
      T* const cells = place.template operator()<T>(in, length);
      T* const results = place.template operator()<T>(out, length);
      double* const first = place.template operator()<double>(a, length);
      double* const second = place.template operator()<double>(b, length);
      T* const fills = place.template operator()<T>(fill, length);
      std::copy(problem.in.begin(), problem.in.end(), cells);
      std::copy(problem.a.begin(), problem.a.end(), first);
      std::copy(problem.b.begin(), problem.b.end(), second);
      std::copy(problem.fill.begin(), problem.fill.end(), fills);
      const auto stride = static_cast<std::ptrdiff_t>(length);
      kernel.run(cells, stride, results, stride, 1, length, first, second, fills);
      wrong += differences(problem.expected, results);
      std::fill_n(cells, length, T(1));
      wrong += !pd::all_finite(cells, length);
      if (length > 0) cells[length * 2 / 3] = quiet_nan<T>;
      wrong += length > 0 && pd::all_finite(cells, length);
      runs += 3;
    };
    const auto at_start = []<class C>(const GuardedMemory& memory, std::size_t n) {
      return memory.first<C>(n);
    };
    const auto at_end = []<class C>(const GuardedMemory& memory, std::size_t n) { return memory.last<C>(n); };
    for (const Case<T>& kernel : all_kernels<T>()) {
      for (std::size_t length = 0; length <= longest; ++length) {
        check(kernel, length, at_start);
        check(kernel, length, at_end);
      }
    }
    std::printf("G6 %s float%zu: %zu calls between guard pages, %zu wrong\n", name(set).data(), 8 * sizeof(T),
                runs, wrong);
    CHECK(wrong == 0);
  });
}

TEST_CASE_TEMPLATE("kernels: many narrow rows between guard pages", T, float, double) {
  const Case<T> kernel = operations<T, ColumnOp::subtract, ColumnOp::divide>("subtract, divide");
  const GuardedMemory in(1031 * 30 * sizeof(T));
  const GuardedMemory out(1031 * 30 * sizeof(T));
  for_every_instruction_set([&](InstructionSet) {
    for (const std::size_t cols : {1u, 3u, 7u, 30u}) {
      for (const std::size_t rows : {512u, 600u, 1031u}) {
        const Problem<T> problem(kernel, rows, cols);
        T* const cells = in.last<T>(rows * cols);
        T* const results = out.last<T>(rows * cols);
        std::copy(problem.in.begin(), problem.in.end(), cells);
        const auto stride = static_cast<std::ptrdiff_t>(cols);
        kernel.run(cells, stride, results, stride, rows, cols, problem.a.data(), problem.b.data(), nullptr);
        CHECK(differences(problem.expected, results) == 0);
      }
    }
  });
}

TEST_CASE_TEMPLATE("kernels: memory that is not aligned to its cells", T, float, double) {
  const Case<T> kernel = operations<T, ColumnOp::multiply, ColumnOp::add>("multiply, add");
  constexpr std::size_t length = 1500;
  const Problem<T> problem(kernel, 1, length);
  for_every_instruction_set([&](InstructionSet) {
    for (std::size_t offset = 0; offset < sizeof(T); ++offset) {
      CAPTURE(offset);
      std::vector<unsigned char> memory((length + 1) * sizeof(T));
      T* const cells = reinterpret_cast<T*>(memory.data() + offset);
      std::memcpy(static_cast<void*>(cells), problem.in.data(), length * sizeof(T));
      kernel.run(cells, length, cells, length, 1, length, problem.a.data(), problem.b.data(), nullptr);
      std::vector<T> results(length);
      std::memcpy(results.data(), static_cast<void*>(cells), length * sizeof(T));
      CHECK(differences(problem.expected, results.data()) == 0);

      const std::vector<T> ones(length, T(1));
      std::memcpy(static_cast<void*>(cells), ones.data(), length * sizeof(T));
      CHECK(pd::all_finite(cells, length));
      for (std::size_t i = 0; i < length; i += 97) {
        std::memcpy(static_cast<void*>(cells + i), &quiet_nan<T>, sizeof(T));
        CHECK_FALSE(pd::all_finite(cells, length));
        std::memcpy(static_cast<void*>(cells + i), &ones[0], sizeof(T));
      }
    }
  });
}

TEST_CASE_TEMPLATE("kernels: clip follows numpy, also at the zeros and for NaN", T, float, double) {
  const T inf = std::numeric_limits<T>::infinity();
  const T tiny = std::numeric_limits<T>::denorm_min();
  struct Row {
    T x, low, high, expected;
  };
  // numpy 1.24: np.clip(x, low, high)
  const Row rows[] = {
      {T(-0.0), T(0), T(1), T(0)},    {T(0), T(-0.0), T(1), T(-0.0)},  {T(-0.0), T(-0.0), T(1), T(-0.0)},
      {T(-0.0), T(-1), T(0), T(0)},   {T(0), T(-1), T(-0.0), T(-0.0)}, {tiny, T(0), T(1), tiny},
      {-tiny, T(0), T(1), T(0)},      {-tiny, T(-1), T(0), -tiny},     {tiny, T(-1), T(0), T(0)},
      {inf, T(0), T(1), T(1)},        {-inf, T(0), T(1), T(0)},        {T(0.25), T(0), T(1), T(0.25)},
      {T(1), T(0), T(1), T(1)},       {T(-3), T(-2), T(-1), T(-2)},    {T(-1.5), T(-2), T(-1), T(-1.5)},
      {T(-0.5), T(-2), T(-1), T(-1)}, {T(0), T(0), T(0), T(0)},        {-inf, T(-0.0), T(0), T(0)},
  };
  for_every_instruction_set([&](InstructionSet) {
    for (const Row& row : rows) {
      for (const std::size_t length : {1u, 2u, 3u, 6u, 40u}) {
        CAPTURE(row.x);
        CAPTURE(row.low);
        CAPTURE(row.high);
        std::vector<T> cells(length, row.x);
        pd::clip_columns<T>(cells.data(), 0, cells.data(), 0, 1, length, row.low, row.high);
        CHECK(differences(std::vector<T>(length, row.expected), cells.data()) == 0);
      }
    }
    // The payload and sign of a NaN survive.
    const auto payload = static_cast<pd::Bits<T>>(-0x5a5a5);
    std::vector<T> cells(37);
    for (T& cell : cells) std::memcpy(&cell, &payload, sizeof cell);
    pd::clip_columns<T>(cells.data(), 37, cells.data(), 37, 1, 37, T(0), T(1));
    for (const T& cell : cells) CHECK(pd::bits_of(&cell) == payload);
  });
}

TEST_CASE_TEMPLATE("kernels: replace_equal compares numbers, not bits", T, float, double) {
  const T inf = std::numeric_limits<T>::infinity();
  const T fill = T(9);
  struct Row {
    T sentinel, x, expected;
  };
  const Row rows[] = {
      {T(0), T(-0.0), fill},
      {T(-0.0), T(0), fill},
      {T(0), std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::denorm_min()},
      {T(-1), T(-1), fill},
      {T(-1), T(1), T(1)},
      {inf, inf, fill},
      {inf, -inf, -inf},
      {inf, quiet_nan<T>, quiet_nan<T>},
      {quiet_nan<T>, quiet_nan<T>, quiet_nan<T>},
      {quiet_nan<T>, T(0), T(0)},
  };
  for_every_instruction_set([&](InstructionSet) {
    for (const Row& row : rows) {
      for (const std::size_t length : {1u, 3u, 40u}) {
        CAPTURE(row.sentinel);
        CAPTURE(row.x);
        std::vector<T> cells(length, row.x);
        const std::vector<T> fills(length, fill);
        pd::replace_equal<T>(cells.data(), 0, cells.data(), 0, 1, length, row.sentinel, fills.data());
        CHECK(differences(std::vector<T>(length, row.expected), cells.data()) == 0);
      }
    }
  });
}

TEST_CASE_TEMPLATE("kernels: all_within finds every cell outside of its bounds, and reads no other", T, float,
                   double) {
  for_every_instruction_set([](prepguard::InstructionSet) {
    for (std::size_t cols = 0; cols <= 40; ++cols) {
      const std::size_t rows = 3, stride = cols + 2;
      GuardedMemory cells_memory(rows * stride * sizeof(T)), low_memory(cols * sizeof(T) + 1),
          high_memory(cols * sizeof(T) + 1);
      // The gap between rows lies outside of all bounds and must not be looked at; nor may what follows the
      // last row.
      T* const in = cells_memory.last<T>(2 * stride + cols);
      T* const low = low_memory.last<T>(cols);
      T* const high = high_memory.last<T>(cols);
      std::fill_n(in, 2 * stride + cols, T(1e6));
      for (std::size_t j = 0; j < cols; ++j) {
        low[j] = T(-1) - T(j);
        high[j] = T(2) + T(j);
        for (std::size_t i = 0; i < rows; ++i)
          in[i * stride + j] = i == 0 ? low[j] : high[j];  // the bounds are inside
      }
      const auto within = [&] {
        return pd::all_within<T>(in, static_cast<std::ptrdiff_t>(stride), rows, cols, low, high);
      };
      CHECK(within());
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
          const T before = std::exchange(in[i * stride + j], std::nextafter(high[j], T(100)));
          CHECK_MESSAGE(!within(), i << ", " << j << " of " << cols << ": above");
          in[i * stride + j] = std::nextafter(low[j], T(-100));
          CHECK_MESSAGE(!within(), i << ", " << j << " of " << cols << ": below");
          in[i * stride + j] = before;
        }
      }
    }
    CHECK(pd::all_within<T>(nullptr, 3, 0, 3, nullptr, nullptr));
  });
}

TEST_CASE_TEMPLATE("kernels: transpose moves every cell, bit for bit, and touches no other", T, float,
                   double) {
  for_every_instruction_set([](InstructionSet) {
    for (const std::size_t columns : {0u, 1u, 2u, 3u, 4u, 7u, 8u, 30u}) {
      for (const std::size_t cells : {0u, 1u, 2u, 3u, 4u, 5u, 8u, 33u}) {
        const std::size_t in_stride = cells + 3, out_stride = columns + 2;
        const GuardedMemory in_memory((columns * in_stride + 1) * sizeof(T)),
            out_memory((cells * out_stride + 1) * sizeof(T));
        // The last column, and the last row, end at the guard page.
        T* const in = in_memory.last<T>(columns == 0 ? 0 : (columns - 1) * in_stride + cells);
        T* const out = out_memory.last<T>(cells == 0 ? 0 : (cells - 1) * out_stride + columns);
        for (std::size_t j = 0; j < columns; ++j)
          for (std::size_t i = 0; i < cells; ++i) in[j * in_stride + i] = some_number<T>(i * 100 + j);
        for (std::size_t i = 0; i + 1 < cells; ++i) out[i * out_stride + columns] = T(77);
        pd::transpose(in, static_cast<std::ptrdiff_t>(in_stride), columns, cells, out,
                      static_cast<std::ptrdiff_t>(out_stride));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < cells; ++i) {
          for (std::size_t j = 0; j < columns; ++j)
            wrong += !same(out[i * out_stride + j], some_number<T>(i * 100 + j));
          wrong += i + 1 < cells && out[i * out_stride + columns] != T(77);
        }
        CHECK(wrong == 0);
      }
    }
  });
}

TEST_CASE("instruction sets: names, forcing, and what this CPU lacks") {
  const auto available = prepguard::available_instruction_sets();
  REQUIRE(!available.empty());
  CHECK(available.front() == InstructionSet::generic);
  CHECK(name(InstructionSet::avx512) == "avx512");
  for_every_instruction_set([](InstructionSet set) { CHECK(prepguard::instruction_set() == set); });
  for (const InstructionSet set : {InstructionSet::sse2, InstructionSet::neon, InstructionSet::avx2}) {
    if (std::find(available.begin(), available.end(), set) != available.end()) continue;
    const InstructionSet before = prepguard::instruction_set();
    try {
      prepguard::force_instruction_set(set);
      FAIL("forced what the CPU lacks");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::bad_parameter);
      CHECK(std::string(error.what()).find(name(set)) != std::string::npos);
    }
    CHECK(prepguard::instruction_set() == before);
  }
}

TEST_CASE("instruction sets: the environment variable is honoured or refused, never ignored") {
  using prepguard::dispatch::RequestedSet;
  CHECK_FALSE(RequestedSet(nullptr).set);
  CHECK(std::string(RequestedSet(nullptr).refused.data()).empty());
  CHECK_FALSE(RequestedSet("").set);
  CHECK(RequestedSet("generic").set == InstructionSet::generic);
  pd::require_requested_set(RequestedSet("generic"));
  const char* const refused[] = {"avx9", "AVX2", "avx2 ",
                                 "a name that is much longer than any instruction set has"};
  for (const char* const text : refused) {
    const RequestedSet requested(text);
    CHECK_FALSE(requested.set);
    try {
      pd::require_requested_set(requested);
      FAIL("accepted ", text);
    } catch (const Error& error) {
      CHECK(error.code() == Errc::bad_environment);
      const std::string what = error.what();
      CHECK(what.find("PREPGUARD_INSTRUCTION_SET") != std::string::npos);
      CHECK(what.find(std::string(text).substr(0, 31)) != std::string::npos);
      CHECK(what.find("generic") != std::string::npos);
    }
  }
}

namespace {

/// Kernels with one defect, as a compiler that ignores the fences would make them.
enum class Defect {
  none,
  fused,
  reciprocal,
  uncorrected,
  flushed,
  unsigned_zero,
  rounded_up,
  blind,
  nervous
};

template <Defect D>
struct DefectiveKernels {
  template <class T>
  static bool all_finite(const T* cells, std::size_t count) noexcept {
    if constexpr (D == Defect::blind) return true;
    return std::all_of(cells, cells + count, [](T x) {
      return std::isfinite(x) && !(D == Defect::nervous && std::abs(x) == std::numeric_limits<T>::max());
    });
  }

  static constexpr bool has_quotients = true;

  template <class T, class Lane>
  static void multiply_add(const pd::RowPair<T>& rows, const pd::ColumnTable<Lane>& table) noexcept {
    apply<T, ColumnOp::multiply, ColumnOp::add>(rows, table.a, table.b);
  }
  template <class T>
  static void subtract_divide(const pd::RowPair<T>& rows, const pd::ColumnTable<double>& table) noexcept {
    apply<T, ColumnOp::subtract, ColumnOp::divide>(rows, table.a, table.b);
  }
  template <class T, class Lane>
  static void subtract_quotient(const pd::RowPair<T>& rows, const pd::ColumnTable<Lane>& table) noexcept {
    subtract_divide<T>(rows, table);
    if constexpr (D == Defect::uncorrected) {
      for (std::size_t j = 0; j < rows.cols; ++j)
        rows.out[j] = static_cast<T>(step(rows.in[j], ColumnOp::subtract, table.a[j]) * table.reciprocal[j]);
    }
  }

 private:
  template <class T, ColumnOp First, ColumnOp Second>
  static void apply(const pd::RowPair<T>& rows, const double* a, const double* b) noexcept {
    for (std::size_t j = 0; j < rows.cols; ++j) {
      const T x = rows.in[j];
      T y = step(step(x, First, a[j]), Second, b[j]);
      if constexpr (D == Defect::fused && First == ColumnOp::multiply) {
        y = static_cast<T>(std::fma(static_cast<double>(x), a[j], b[j]));
      }
      if constexpr (D == Defect::reciprocal && Second == ColumnOp::divide) {
        volatile T inverse = static_cast<T>(1 / b[j]);
        y = static_cast<T>(step(x, First, a[j]) * inverse);
      }
      if (D == Defect::flushed && std::fpclassify(y) == FP_SUBNORMAL) y = 0;
      if (D == Defect::unsigned_zero && y == 0) y = 0;
      if (D == Defect::rounded_up && y == 1 && b[j] == 0x1p-60) y = std::nextafter(y, T(2));
      rows.out[j] = y;
    }
  }
};

template <Defect D>
std::string defect_found() {
  const char* const defect = pd::kernel_defect<DefectiveKernels<D>>();
  return defect == nullptr ? "" : defect;
}

}  // namespace

TEST_CASE("environment check: names every defect, and passes the real kernels") {
  CHECK(defect_found<Defect::none>().empty());
  CHECK(defect_found<Defect::fused>() == pd::fused);
  CHECK(defect_found<Defect::reciprocal>() == pd::reciprocal);
  CHECK(defect_found<Defect::uncorrected>() == pd::reciprocal);
  CHECK(defect_found<Defect::flushed>() == pd::flushed);
  CHECK(defect_found<Defect::unsigned_zero>() == pd::unsigned_zero);
  CHECK(defect_found<Defect::rounded_up>() == pd::misrounded);
  CHECK(defect_found<Defect::blind>() == pd::undetected);
  CHECK(defect_found<Defect::nervous>() == pd::false_alarm);
  for_every_instruction_set([](InstructionSet set) {
    CHECK_NOTHROW(pd::require_environment());
    CHECK((pd::checked_instruction_sets.load() >> static_cast<unsigned>(set) & 1u) == 1u);
  });
  try {
    pd::require_no_defect(pd::fused, InstructionSet::avx2);
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::bad_environment);
    CHECK(std::string(error.what()).find("avx2") != std::string::npos);
    CHECK(std::string(error.what()).find(pd::fused) != std::string::npos);
  }
}

TEST_CASE("environment check: passes when the caller's state flushes denormals") {
#if defined(__x86_64__)
  const pd::FloatControl::Register before = pd::FloatControl::read();
  pd::FloatControl::write(0x9fc0);
  const char* const defect = pd::kernel_defect<pd::sse2::Kernels>();
  pd::FloatControl::write(before);
  CHECK(defect == nullptr);
#endif
}

}  // namespace kernels_test
