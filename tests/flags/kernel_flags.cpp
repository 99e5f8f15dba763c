// SPDX-License-Identifier: MIT
// Kernels and finite checks under the flags this file is compiled with: every instruction set must produce
// the bits whose hashes make_kernel_table.py has computed, and see every NaN. All inputs, hashes and verdicts
// are integers, so no floating-point flag can touch them. Exit status 1 if anything differs.
#include "kernel_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "prepguard/detail/column_table.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/exact_moments.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/finite.hpp"

namespace {

namespace pd = prepguard::detail;
using prepguard::MatrixView;

enum class ColumnOp { none, subtract, add, multiply, divide };

/// What a step that does these operations holds.
template <class T, ColumnOp First, ColumnOp Second>
auto table(const std::vector<double>& a, const std::vector<double>& b) {
  if constexpr (Second == ColumnOp::divide) {
    return First == ColumnOp::none ? pd::SubtractDivideTable<T>::scales(b) : pd::SubtractDivideTable<T>(a, b);
  } else if constexpr (First == ColumnOp::multiply) {
    return Second == ColumnOp::none ? pd::MultiplyAddTable<T>::factors(a) : pd::MultiplyAddTable<T>(a, b);
  } else if constexpr (First == ColumnOp::subtract) {
    return pd::MultiplyAddTable<T>::offsets(pd::negated(a));
  } else {
    return pd::MultiplyAddTable<T>::offsets(b);
  }
}

constexpr std::size_t cell_count = 16384;

template <class T>
using Pattern = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T>
constexpr int mantissa_bits = sizeof(T) == 4 ? 23 : 52;
template <class T>
constexpr Pattern<T> infinity = sizeof(T) == 4 ? Pattern<T>{0x7f800000u} : Pattern<T>(0x7ff0000000000000u);
template <class T>
constexpr Pattern<T> one = sizeof(T) == 4 ? Pattern<T>{0x3f800000u} : Pattern<T>(0x3ff0000000000000u);
template <class T>
constexpr int sign_bit = 8 * sizeof(T) - 1;

std::uint64_t next_random(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Numbers that exist as bits only until a kernel reads them.
template <class T>
void put(std::vector<T>& to, std::size_t i, Pattern<T> bits) {
  std::memcpy(&to[i], &bits, sizeof bits);
}

template <class T>
Pattern<T> number(std::uint64_t& state, std::uint64_t spread) {
  const std::uint64_t r = next_random(state);
  const std::uint64_t exponent = (one<T> >> mantissa_bits<T>)-spread + (r >> 1) % (2 * spread + 1);
  const std::uint64_t fraction = next_random(state) >> (64 - mantissa_bits<T>);
  return static_cast<Pattern<T>>((r & 1) << sign_bit<T> | exponent << mantissa_bits<T> | fraction);
}

template <class T>
std::vector<Pattern<T>> specials() {
  constexpr Pattern<T> least_normal = Pattern<T>{1} << mantissa_bits<T>;
  constexpr Pattern<T> inf = infinity<T>;
  return {0,      1,          least_normal - 1, least_normal, inf - 1, inf, inf + 1, inf | inf >> 1,
          one<T>, one<T> + 1, one<T> - 1,       one<T> / 2};
}

/// Nothing that a quotient without division cannot do: the others are special.
template <class T>
std::vector<Pattern<T>> zeros_and_ones() {
  return {0, one<T>, one<T> + 1, one<T> - 1, one<T> >> 1 | Pattern<T>{1} << (mantissa_bits<T> + 5)};
}

template <class T>
std::vector<T> make_cells(const std::vector<Pattern<T>>& specials) {
  std::vector<T> cells(cell_count);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < cell_count; ++i) {
    const std::uint64_t r = next_random(state);
    const Pattern<T> special =
        specials[(r >> 8) % specials.size()] | static_cast<Pattern<T>>(((r >> 4) & 1) << sign_bit<T>);
    put(cells, i, r % 8 == 0 ? special : number<T>(state, 60));
  }
  return cells;
}

std::vector<double> make_statistics(std::uint64_t seed, std::size_t cols) {
  std::vector<double> statistics(cols);
  for (std::size_t j = 0; j < cols; ++j) put(statistics, j, number<double>(seed, 40));
  return statistics;
}

template <class T>
std::uint64_t hash(const std::vector<T>& cells, std::size_t rows, std::size_t cols, std::size_t stride) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (std::size_t i = 0; i < rows * cols; ++i) {
    Pattern<T> bits;
    std::memcpy(&bits, &cells[i / cols * stride + i % cols], sizeof bits);
    const auto magnitude = static_cast<Pattern<T>>(bits & ~(Pattern<T>{1} << sign_bit<T>));
    h = (h ^ (magnitude > infinity<T> ? infinity<T> + 1 : bits)) * 0x100000001b3u;
  }
  return h;
}

/// Walks the table of hashes and counts the calls that disagree with it.
template <class T>
class Checker {
 public:
  /// Runs `kernel(in, in_stride, out, out_stride, rows)` in place, into packed rows and into rows with gaps.
  template <class Kernel>
  void check(const char* what, std::size_t cols, Kernel&& kernel) {
    check(what, cols, cells_, kernel);
  }
  template <class Kernel>
  void check(const char* what, std::size_t cols, const std::vector<T>& cells, Kernel&& kernel) {
    const std::uint64_t expected = sizeof(T) == 4 ? float32_hashes[next_] : float64_hashes[next_];
    ++next_;
    const std::size_t rows = cell_count / cols;
    const auto packed = static_cast<std::ptrdiff_t>(cols);
    const std::size_t gap = cols + 3;
    std::vector<T> in_place = cells;
    std::vector<T> apart(rows * cols);
    std::vector<T> spaced(rows * gap);
    {
      const pd::FloatEnvironment environment;
      kernel(in_place.data(), packed, in_place.data(), packed, rows);
      kernel(cells.data(), packed, apart.data(), packed, rows);
      kernel(cells.data(), packed, spaced.data(), static_cast<std::ptrdiff_t>(gap), rows);
    }
    const bool right = hash(in_place, rows, cols, cols) == expected &&
                       hash(apart, rows, cols, cols) == expected && hash(spaced, rows, cols, gap) == expected;
    checked_ += 3 * rows * cols;
    wrong_ += !right;
    if (!right) std::printf("wrong: %s, %zu-byte cells, %zu columns\n", what, sizeof(T), cols);
  }

  template <ColumnOp First, ColumnOp Second>
  void check_operations(const char* what, std::size_t cols) {
    const auto held = table<T, First, Second>(make_statistics(2, cols), make_statistics(3, cols));
    check(what, cols, [&](auto* in, auto in_stride, T* out, auto out_stride, std::size_t rows) {
      held.apply({in, rows, cols, in_stride, 1}, {out, rows, cols, out_stride, 1});
    });
  }

  /// Divisors above 0, where no division is needed for ordinary cells; `floats`: no doubles either. A
  /// division gives the same bits.
  template <ColumnOp First>
  void check_quotients(std::size_t cols, bool floats) {
    auto a = make_statistics(2, cols), b = make_statistics(3, cols);
    for (std::vector<double>* statistics : {&a, &b}) {
      for (double& value : *statistics) {
        if (floats) value = static_cast<float>(value);
      }
    }
    for (double& value : b) value = value < 0 ? -value : value;
    const auto held = table<T, First, ColumnOp::divide>(a, b);
    expect("a division", held.form() != pd::Quotient::divide);
    const std::size_t before = next_;
    for (const bool divide : {false, true}) {
      next_ = before;
      prepguard::force_division(divide);
      check(divide ? "division" : "quotient", cols, ordinary_,
            [&](auto* in, auto in_stride, T* out, auto out_stride, std::size_t rows) {
              held.apply({in, rows, cols, in_stride, 1}, {out, rows, cols, out_stride, 1});
            });
    }
    prepguard::force_division(false);
  }

  void check_replacements(std::size_t cols) {
    const auto wide = make_statistics(2, cols);
    const std::vector<T> fill(wide.begin(), wide.end());
    check("replace_missing", cols, [&](auto* in, auto in_stride, T* out, auto out_stride, std::size_t rows) {
      pd::replace_missing<T>(in, in_stride, out, out_stride, rows, cols, fill.data());
    });
    for (const Pattern<T> bits : {Pattern<T>{0}, one<T> | Pattern<T>{1} << sign_bit<T>, infinity<T>}) {
      std::vector<T> sentinel(1);
      put(sentinel, 0, bits);
      check("replace_equal", cols, [&](auto* in, auto in_stride, T* out, auto out_stride, std::size_t rows) {
        pd::replace_equal<T>(in, in_stride, out, out_stride, rows, cols, sentinel[0], fill.data());
      });
    }
  }

  void check_clips(std::size_t cols) {
    constexpr Pattern<T> minus = Pattern<T>{1} << sign_bit<T>;
    constexpr Pattern<T> half = one<T> - (Pattern<T>{1} << mantissa_bits<T>);
    constexpr Pattern<T> two_and_a_half = one<T> + (Pattern<T>{5} << (mantissa_bits<T> - 2));
    constexpr std::array<std::array<Pattern<T>, 2>, 4> all_limits = {
        {{0, one<T>}, {minus, half}, {minus | two_and_a_half, minus}, {minus | one<T>, 0}}};
    for (const auto& bits : all_limits) {
      std::vector<T> limits(2);
      put(limits, 0, bits[0]);
      put(limits, 1, bits[1]);
      check("clip_columns", cols, [&](auto* in, auto in_stride, T* out, auto out_stride, std::size_t rows) {
        pd::clip_columns<T>(in, in_stride, out, out_stride, rows, cols, limits[0], limits[1]);
      });
    }
  }

  void check_kernels() {
    for (const std::size_t cols : {std::size_t{1}, std::size_t{13}, std::size_t{37}, std::size_t{100}}) {
      check_operations<ColumnOp::subtract, ColumnOp::divide>("subtract, divide", cols);
      check_operations<ColumnOp::multiply, ColumnOp::add>("multiply, add", cols);
      check_operations<ColumnOp::none, ColumnOp::divide>("divide", cols);
      check_operations<ColumnOp::subtract, ColumnOp::none>("subtract", cols);
      check_operations<ColumnOp::multiply, ColumnOp::none>("multiply", cols);
      check_operations<ColumnOp::none, ColumnOp::add>("add", cols);
      check_replacements(cols);
      check_clips(cols);
      for (const bool floats : {false, true}) {
        check_quotients<ColumnOp::subtract>(cols, floats);
        check_quotients<ColumnOp::none>(cols, floats);
      }
    }
  }

  /// A bad cell at every place of every length; both the check and the search must see it.
  void check_detection() {
    const Pattern<T> sign = Pattern<T>{1} << sign_bit<T>;
    for (const Pattern<T> bits :
         {infinity<T>, infinity<T> | sign, infinity<T> + 1, infinity<T> | infinity<T> / 2}) {
      for (std::size_t length = 1; length <= 260; ++length) {
        std::vector<T> row(length, T(1));
        expect("false alarm", prepguard::all_finite(row));
        for (std::size_t place = 0; place < length; place += 1 + length / 16) {
          put(row, place, bits);
          const prepguard::NonFinite found = prepguard::find_non_finite(row);
          expect("not seen", !prepguard::all_finite(row) && found && found.col == place);
          put(row, place, one<T>);
        }
      }
    }
  }

  /// NaN and infinity made by arithmetic the compiler may believe cannot make them.
  void check_made_here() {
    volatile T zero = 0;
    std::array<T, 5> cells = {1, 2, 3, 4, 5};
    cells[1] = zero / zero;
    expect("0/0 not seen", !prepguard::all_finite(cells));
    cells[1] = T(1) / zero;
    expect("1/0 not seen", !prepguard::all_finite(cells));
    cells[1] = std::numeric_limits<T>::quiet_NaN();
    expect("constant NaN not seen", !prepguard::all_finite(cells));
    expect("constant NaN is not NaN", pd::is_nan(&cells[1]) && !pd::is_finite(&cells[1]));
  }

  /// Sums of numbers of similar and of any magnitude; integers add up what vectors of doubles do.
  void check_moments() {
    for (const std::uint64_t spread : {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{100}}) {
      std::uint64_t state = spread;
      std::vector<T> cells(5000);
      pd::BinnedSums bins;
      pd::WideInteger<34> sum;
      pd::WideInteger<67> squares;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        put(cells, i, number<T>(state, spread));
        bins.add(pd::FloatParts<T>(&cells[i]));
        bins.move_to(sum, squares);
      }
      pd::ExactMoments moments, total;
      moments.add(cells.data(), 1, cells.size());
      expect("sums", moments.sum() == sum && moments.squares() == squares);
      std::vector<pd::ExactMoments> columns(20);
      std::vector<pd::ExactMoments*> pointers;
      for (pd::ExactMoments& column : columns) pointers.push_back(&column);
      pd::ExactMoments::add_rows(pointers,
                                 prepguard::MatrixView<const T>(cells.data(), cells.size() / 20, 20));
      for (const pd::ExactMoments& column : columns) total.merge(column);
      expect("sums of rows", total == moments);
    }
  }

  std::uint64_t checked() const { return checked_; }
  std::uint64_t wrong() const { return wrong_; }

 private:
  void expect(const char* otherwise, bool holds) {
    ++checked_;
    wrong_ += !holds;
    if (!holds) std::printf("wrong: %s, %zu-byte cells\n", otherwise, sizeof(T));
  }

  std::vector<T> cells_ = make_cells<T>(specials<T>());
  std::vector<T> ordinary_ = make_cells<T>(zeros_and_ones<T>());
  std::size_t next_ = 0;
  std::uint64_t checked_ = 0;
  std::uint64_t wrong_ = 0;
};

template <class T>
bool check_type(prepguard::InstructionSet set) {
  Checker<T> checker;
  checker.check_kernels();
  checker.check_detection();
  checker.check_made_here();
  checker.check_moments();
  std::printf("kernels %s float%zu: %llu checks, %llu wrong\n", name(set).data(), 8 * sizeof(T),
              static_cast<unsigned long long>(checker.checked()),
              static_cast<unsigned long long>(checker.wrong()));
  return checker.wrong() == 0;
}

}  // namespace

int main() {
  bool right = true;
  for (const prepguard::InstructionSet set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    pd::require_environment();
    right &= check_type<float>(set);
    right &= check_type<double>(set);
  }
  return right ? 0 : 1;
}
