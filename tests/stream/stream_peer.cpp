// SPDX-License-Identifier: MIT
// How often the checks of many rows are right: the C++ side of main.py.
//
// Each line of standard input is a job: start of its file names, held-out rows, seed, windows, trials, with
// tabs between. START.artifact is a double artifact, START.numbers and START.texts are rows that it was not
// trained on (as the parity cases have them). Windows of 256 rows are drawn from them, with and without a
// fault, each for a new guard. Prints `NAME tried found named`: windows, those in which any verdict was
// passed about the faulty column (without a fault: about any), those in which it was the right one.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../parity/rows.hpp"
#include "prepguard/file.hpp"
#include "prepguard/guard.hpp"

namespace {

using namespace prepguard;

constexpr std::size_t window = 256;

struct Score {
  std::size_t tried = 0, found = 0, named = 0;
};

/// A fault of one column, or of two.
struct Fault {
  std::string_view name;
  Check check;
};  // alike: what it does to the distribution is less than 0.5 in its distance
constexpr std::array faults{
    Fault{"unscaled", Check::already_scaled},     Fault{"scaled_once", Check::already_scaled},
    Fault{"scaled_twice", Check::already_scaled}, Fault{"to_0_1", Check::already_scaled},
    Fault{"times_1000", Check::rescaled},         Fault{"zero_filled", Check::constant_column}};

double changed(std::string_view fault, double x, const NumberTraining& seen) {
  const double scaled = (x - seen.mean) / seen.std;
  if (fault == "unscaled") return x * seen.std + seen.mean;
  if (fault == "scaled_once") return scaled;
  if (fault == "scaled_twice") return (scaled - seen.mean) / seen.std;
  if (fault == "to_0_1") return (x - seen.min) / (seen.max - seen.min);
  return fault == "times_1000" ? 1000.0 * x : 0.0;
}

/// The largest difference of two samples' distribution functions.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (const double x : a) {
    const auto share = [x](const std::vector<double>& sorted) {
      return static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), x) - sorted.begin()) /
             static_cast<double>(sorted.size());
    };
    largest = std::max(largest, std::abs(share(a) - share(b)));
  }
  return largest;
}

class Trials {
 public:
  Trials(const std::string& start, std::size_t rows, std::uint64_t seed)
      : bytes_(parity::read(start + ".texts")),
        numbers_(parity::numbers_of<double>(start + ".numbers", rows)),
        texts_(parity::texts_of(bytes_, rows)),
        guard_(guard(load_bytes<double>(parity::read(start + ".artifact")),
                     Pass([](const Features<double>& x) { return Eigen::VectorXd(x.col(0)); }),
                     Policy::observe())),
        random_(seed) {
    for (const Column& column : guard_.pipeline().schema().columns()) {
      if (column.kind() != Kind::number) continue;
      if (is_lively(columns_.size())) lively_.push_back(columns_.size());
      columns_.push_back(&column);
    }
  }

  Score healthy(std::size_t windows) {
    Score score;
    for (std::size_t k = 0; k < windows; ++k) {
      const std::vector<Verdict> verdicts = verdicts_of(draw());
      score.tried += 1;
      score.found += verdicts.empty() ? 0U : 1U;
      for (const Verdict& verdict : verdicts) {
        ++alarms_[verdict.check];
        std::cerr << verdict.text << '\n';
      }
    }
    return score;
  }
  const std::map<Check, std::size_t>& alarms() const { return alarms_; }

  void faulty(std::map<std::string_view, Score>& scores) {
    if (lively_.empty()) return;
    for (const Fault& fault : faults) {
      const std::size_t j = any_of(lively_);
      Matrix<double> rows = draw();
      for (std::size_t i = 0; i < window; ++i)
        rows(i, j) = changed(fault.name, rows(i, j), columns_[j]->numbers);
      const bool slight = fault.name == "to_0_1" && distance(values_of(j), values_of(j, fault.name)) < 0.5;
      add(scores[slight ? "to_0_1_alike" : fault.name], fault.check, rows, {j});
    }
    if (lively_.size() < 2) return;
    const std::size_t a = any_of(lively_);
    std::size_t b = a;
    while (b == a) b = any_of(lively_);
    Matrix<double> rows = draw();
    for (std::size_t i = 0; i < window; ++i) std::swap(rows(i, a), rows(i, b));
    const bool alike = distance(values_of(a), values_of(b)) < 0.5;
    add(scores[alike ? "swapped_alike" : "swapped"], Check::swapped_columns, rows, {a, b});
  }

 private:
  /// Zeros, or any one value, in nine of ten rows: then most faults change next to nothing.
  bool is_lively(std::size_t j) {
    const std::vector<double> values = values_of(j);
    std::size_t most = 0;
    for (std::size_t i = 0, from = 0; i < values.size(); ++i) {
      if (values[i] != values[from]) from = i;
      most = std::max(most, i + 1 - from);
    }
    return 10 * most < 9 * values.size();
  }
  std::vector<double> values_of(std::size_t j, std::string_view fault = {}) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < numbers_.rows(); ++i) {
      const double x = numbers_(i, j);
      if (!std::isnan(x)) values.push_back(fault.empty() ? x : changed(fault, x, columns_[j]->numbers));
    }
    std::sort(values.begin(), values.end());
    return values;
  }
  std::size_t any_of(const std::vector<std::size_t>& places) { return places[random_() % places.size()]; }

  Matrix<double> draw() {
    auto rows = Matrix<double>::uninitialized(window, numbers_.cols());
    drawn_ = Matrix<Text>::uninitialized(window, texts_.cols());
    for (std::size_t i = 0; i < window; ++i) {
      const std::size_t from = random_() % numbers_.rows();
      for (std::size_t j = 0; j < rows.cols(); ++j) rows(i, j) = numbers_(from, j);
      for (std::size_t j = 0; j < drawn_.cols(); ++j) drawn_(i, j) = texts_(from, j);
    }
    return rows;
  }
  std::vector<Verdict> verdicts_of(const Matrix<double>& rows) const {
    const auto fresh = guard_;
    (void)fresh(MixedView<const double>(MatrixView<const double>(rows), MatrixView<const Text>(drawn_)));
    return fresh.report().verdicts;
  }
  void add(Score& score, Check check, const Matrix<double>& rows,
           const std::vector<std::size_t>& faulty) const {
    bool found = false, named = false;
    for (const Verdict& verdict : verdicts_of(rows)) {
      for (const std::size_t j : faulty) {
        const bool about = std::find(verdict.columns.begin(), verdict.columns.end(), columns_[j]->name) !=
                           verdict.columns.end();
        found = found || about;
        named = named || (about && verdict.check == check);
      }
    }
    score.tried += 1;
    score.found += found ? 1U : 0U;
    score.named += named ? 1U : 0U;
  }

  std::string bytes_;
  Matrix<double> numbers_;
  Matrix<Text> texts_, drawn_{};
  using Pass = Eigen::VectorXd (*)(const Features<double>&);
  decltype(guard(std::declval<Artifact<double>>(), Pass{}, Policy())) guard_;
  std::mt19937_64 random_;
  std::vector<const Column*> columns_{};
  std::vector<std::size_t> lively_{};
  std::map<Check, std::size_t> alarms_{};
};

void run(const std::string& line) {
  std::istringstream fields(line);
  std::string start;
  std::uint64_t rows = 0, seed = 0, windows = 0, trials = 0;
  std::getline(fields, start, '\t');
  fields >> rows >> seed >> windows >> trials;
  Trials job(start, rows, seed);
  std::map<std::string_view, Score> scores{{"healthy", job.healthy(windows)}};
  for (std::uint64_t k = 0; k < trials; ++k) job.faulty(scores);
  for (const auto& [name, score] : scores)
    std::cout << name << ' ' << score.tried << ' ' << score.found << ' ' << score.named << '\n';
  for (const auto& [check, count] : job.alarms())
    std::cout << "alarm:" << name(check) << ' ' << windows << ' ' << count << " 0\n";
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) run(line);
}
