// SPDX-License-Identifier: MIT
// Artifacts of real scikit-learn objects against scikit-learn's own results for the same rows
// (make_parity.py), bit for bit, with every instruction set of this machine and under the flags this file is
// compiled with. Expected values are only ever looked at as integers, so no floating-point flag can touch
// them. Exit status 1 if anything differs.
//
//     parity DATA_DIR
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/file.hpp"
#include "rows.hpp"

namespace {

using parity::exists;
using parity::numbers_of;
using parity::read;
using parity::texts_of;
using prepguard::Artifact;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::MixedView;
using prepguard::Text;

template <class T>
using Pattern = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

struct Case {
  std::string folder{}, number{}, group{}, dtype{}, numbers{};
  std::size_t rows = 0;

  std::string file(const char* kind) const { return folder + '/' + number + kind; }
};

/// What was compared, and how much of it differed under any instruction set.
struct Tally {
  std::size_t values = 0, differ = 0;  ///< differ: other bits, or beyond the tolerance of the feature
  double worst = 0,
         allowed = 0;  ///< where there is one: the largest error and tolerance, in eps * max(1, |x|)
};

using Tolerance = std::vector<std::int64_t>;

template <class T>
bool is_nan(Pattern<T> bits) {
  constexpr Pattern<T> infinity =
      sizeof(T) == 4 ? Pattern<T>{0x7f80'0000u} : Pattern<T>(0x7ff0'0000'0000'0000u);
  return (bits & (~Pattern<T>{0} >> 1)) > infinity;
}

/// How far two finite cells are apart.
template <class T>
double distance(const T& got, const T& want) {
  return std::abs(double{got} - double{want}) /
         (double{std::numeric_limits<T>::epsilon()} * std::max(1.0, std::abs(double{want})));
}

/// Counts cells whose bits differ and that are not within the tolerance of their column; any NaN equals any
/// NaN.
template <class T>
void count_differences(Tally& tally, const Matrix<T>& got, const Matrix<T>& want,
                       const Tolerance& tolerance) {
  const std::size_t count = want.rows() * want.cols();
  for (const std::int64_t k : tolerance) tally.allowed = std::max(tally.allowed, static_cast<double>(k));
  if (got.rows() != want.rows() || got.cols() != want.cols()) {
    tally.differ += count;
  } else if (std::memcmp(got.data(), want.data(), count * sizeof(T)) != 0) {
    for (std::size_t k = 0; k < count; ++k) {
      Pattern<T> a, b;
      std::memcpy(&a, got.data() + k, sizeof a);
      std::memcpy(&b, want.data() + k, sizeof b);
      if (a == b || (is_nan<T>(a) && is_nan<T>(b))) continue;
      const std::int64_t allowed = tolerance[k % want.cols()];
      const bool exact = allowed == 0 || is_nan<T>(a) || is_nan<T>(b);
      const double error = exact ? 0.0 : distance(got.data()[k], want.data()[k]);
      tally.worst = std::max(tally.worst, error);
      if (exact || error > static_cast<double>(allowed)) ++tally.differ;
    }
  }
}

/// `compute()` under every instruction set.
template <class T, class Compute>
void compare(Tally& tally, const Matrix<T>& want, const Tolerance& tolerance, Compute&& compute) {
  tally.values += want.rows() * want.cols();
  for (const prepguard::InstructionSet set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    count_differences<T>(tally, compute(), want, tolerance);
  }
}

/// Back to numbers, and texts if there are any, whatever kind of pipeline it is.
template <class T>
void compare_inverse(Tally& tally, const Case& which, const Artifact<T>& artifact, const Matrix<T>& features) {
  const prepguard::Layout& cells = artifact.input_layout();
  auto numbers = Matrix<T>::uninitialized(which.rows, cells.numbers());
  Matrix<Text> texts(which.rows, cells.texts());
  const Matrix<T> want = cells.numbers() == 0 ? Matrix<T>(which.rows, 0)
                                              : numbers_of<T>(which.file(".inverse"), which.rows);
  const std::string bytes = cells.texts() == 0 ? std::string() : read(which.file(".inverse_texts"));
  const Matrix<Text> want_texts = texts_of(bytes, which.rows);
  tally.values += which.rows * cells.texts();
  compare<T>(tally, want, Tolerance(want.cols(), 0), [&]() -> const Matrix<T>& {
    artifact.inverse_transform(features, MixedView<T>(numbers, texts));
    for (std::size_t i = 0; i < which.rows; ++i) {
      for (std::size_t j = 0; j < cells.texts(); ++j) tally.differ += texts(i, j) == want_texts(i, j) ? 0U : 1U;
    }
    return numbers;
  });
}

template <class T>
void run(const Case& which, Tally& forward, Tally& inverse) {
  const auto artifact = prepguard::load_bytes<T>(read(which.file(".artifact")));
  const Matrix<T> want = numbers_of<T>(which.file(".expected"), which.rows);
  auto numbers = Matrix<T>::uninitialized(which.rows, 0);
  if (which.numbers != "-") numbers = numbers_of<T>(which.folder + '/' + which.numbers, which.rows);
  const std::string bytes = exists(which.file(".texts")) ? read(which.file(".texts")) : std::string();
  const Matrix<Text> texts = texts_of(bytes, which.rows);
  const MixedView<const T> rows(MatrixView<const T>{numbers}, MatrixView<const Text>{texts});
  const Tolerance& tolerance = artifact.self_tests().front().tolerance;
  compare<T>(forward, want, tolerance, [&] { return artifact.transform(rows); });
  if (exists(which.file(".inverse")) || exists(which.file(".inverse_texts"))) {
    compare_inverse(inverse, which, artifact, want);
  }
}

std::vector<Case> cases_in(const std::string& folder) {
  std::vector<Case> cases;
  std::istringstream lines(read(folder + "/cases.txt"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Case next{.folder = folder};
    std::string rows;
    for (std::string* field : {&next.number, &next.group, &rows, &next.dtype, &next.numbers}) {
      std::getline(fields, *field, '\t');
    }
    next.rows = std::stoul(rows);
    cases.push_back(next);
  }
  return cases;
}

/// 1234567 as 1,234,567.
std::string with_commas(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

/// Runs every case, or of `slices` slices the one `slice`: every so-manieth case.
int run_all(const std::string& folder, std::size_t slice, std::size_t slices) {
  std::map<std::string, Tally> groups;
  const std::vector<Case> all_cases = cases_in(folder);
  std::vector<Case> cases;
  for (std::size_t i = slice % slices; i < all_cases.size(); i += slices) cases.push_back(all_cases[i]);
  for (const Case& which : cases) {
    Tally inverse;
    if (which.dtype == "float32") {
      run<float>(which, groups[which.group], inverse);
    } else {
      run<double>(which, groups[which.group], inverse);
    }
    if (inverse.values == 0) continue;
    Tally& sum = groups[which.group + ", inverse"];
    sum.values += inverse.values;
    sum.differ += inverse.differ;
  }
  Tally all;
  for (const auto& [group, tally] : groups) {
    std::printf("parity %s: %s values, %s differ", group.c_str(), with_commas(tally.values).c_str(),
                with_commas(tally.differ).c_str());
    if (tally.allowed > 0)
      std::printf(" by more than allowed, at most %.2f of %.0f ulp", tally.worst, tally.allowed);
    std::printf("\n");
    all.values += tally.values;
    all.differ += tally.differ;
  }
  std::string sets;
  for (const auto set : prepguard::available_instruction_sets())
    sets.append(sets.empty() ? "" : " ").append(name(set));
  std::printf("figure: parity with scikit-learn: %zu objects, %s values, each under %s: %s differ\n",
              cases.size(), with_commas(all.values).c_str(), sets.c_str(), with_commas(all.differ).c_str());
  return all.differ == 0 && all.values != 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fputs("usage: parity DATA_DIR [SLICE SLICES]\n", stderr);
    return 2;
  }
  try {
    return argc == 2 ? run_all(argv[1], 0, 1) : run_all(argv[1], std::stoul(argv[2]), std::stoul(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "parity: %s\n", error.what());
    return 1;
  }
}
