// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "prepguard/eigen.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"
#include "rows.hpp"
#include "sheet.hpp"

namespace penguins {

inline const std::vector<std::string> species{"Adelie", "Chinstrap", "Gentoo"};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Numbers that Python wrote: float32, row-major.
inline Rows read_rows(const std::filesystem::path& path, Eigen::Index cols) {
  const std::string bytes = read_bytes(path);
  Rows rows(static_cast<Eigen::Index>(bytes.size() / sizeof(float)) / cols, cols);
  std::memcpy(rows.data(), bytes.data(), static_cast<std::size_t>(rows.size()) * sizeof(float));
  return rows;
}

/// Serves penguins with `Model` and shows, each with its figure, what prepguard proves and what it stops.
template <class Model>
class Story {
 public:
  explicit Story(const std::filesystem::path& folder)
      : folder_(folder),
        prep_(load_with(folder / Model::file)),  // replays its self-test, bit for bit
        model_(folder / Model::file),
        sheet_(folder / "rows.csv", prep_.schema(), "species") {}

  /// True if every figure is as it should be.
  bool tell() {
    std::cout << "Penguins, served from C++ by " << Model::title << "\n\n";
    load();
    serve();
    forget_the_scaler();
    go_wrong();
    std::printf("\n%lld values, %lld differ from Python's; accuracy %s; %d of %d faults stopped\n", values_,
                differing_, same_accuracy_ ? "equal" : "DIFFERENT", stopped_, faults_);
    return differing_ == 0 && same_accuracy_ && stopped_ == faults_;
  }

 private:
  static constexpr const char* artifact = "penguins.prepguard.json";
  static constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  static constexpr float infinity = std::numeric_limits<float>::infinity();

  void load() const {
    const auto rows = static_cast<std::size_t>(prep_.self_tests().front().rows);
    std::printf("1. Load %s: the file proves that this build computes what Python computed\n", artifact);
    std::printf("   self-test: %zu rows, %zu values, every bit equal\n", rows, rows * prep_.output_width());
    std::printf("   model: %s, the one it was exported with\n", prep_.models().front().file.c_str());
  }

  void serve() {
    const Rows features_of_python = read_rows(folder_ / "features.bin", width());
    const Rows python = read_rows(folder_ / "probabilities.bin", static_cast<Eigen::Index>(species.size()));

    auto predict = prepguard::guard(prep_, std::cref(model_));
    const Rows probabilities = predict(sheet_.table());  // raw rows in, probabilities out
    features_ = prep_.transform(sheet_.table());

    values_ = features_of_python.size();
    differing_ = features_.rows() == static_cast<std::size_t>(features_of_python.rows())
                     ? count_differing(features_of_python.data(), features_.data(), values_)
                     : values_;
    same_accuracy_ = correct(probabilities) == correct(python);
    std::printf("\n2. Serve %lld held-out penguins, raw and with gaps, through the guard\n",
                static_cast<long long>(python.rows()));
    std::printf("   features: %lld values, %lld differ from Python's, bit for bit\n", values_, differing_);
    std::printf("   probabilities: largest difference from Python's %.1e\n",
                static_cast<double>((probabilities - python).cwiseAbs().maxCoeff()));
    std::printf("   accuracy: %s, Python's %s\n", accuracy(probabilities).c_str(), accuracy(python).c_str());
  }

  /// The failure users have: the model gets raw numbers, and nothing complains.
  void forget_the_scaler() {
    Rows raw = prepguard::as_eigen(features_);
    for (std::size_t k = 0; k < prep_.output_width(); ++k) {
      const std::string& feature = prep_.feature_names()[k];
      const auto column = sheet_.numbers.find(feature.substr(feature.find("__") + 2));
      if (column == sheet_.numbers.end()) continue;
      const auto cells = Eigen::Map<const Eigen::VectorXd>(column->second.data(), raw.rows());
      raw.col(static_cast<Eigen::Index>(k)) = cells.cast<float>();
    }
    const Rows probabilities = model_(raw);
    const auto bad = std::count_if(probabilities.data(), probabilities.data() + probabilities.size(),
                                   [](float p) { return !std::isfinite(p); });
    std::printf("\n3. The same model when the scaler is forgotten: no error, wrong answers\n");
    std::printf("   accuracy: %s; outputs that are not finite: %lld of %lld\n",
                accuracy(probabilities).c_str(), static_cast<long long>(bad),
                static_cast<long long>(probabilities.size()));
  }

  void go_wrong() {
    std::printf("\n4. What goes wrong in production, and what the guard says\n");
    with_number("a NaN where training had none", "year", nan);
    with_number("an Inf", "body_mass_g", infinity);
    fault("a missing column", [this] { return answer(sheet_, model_, "flipper_length_mm"); });
    Sheet unknown = sheet_;
    unknown.texts["island"][17] = prepguard::OwnedText(std::string("Svalbard"));
    fault("an unknown category", [&] { return answer(unknown, model_); });
    fault("a truncated file", [this] { return load_half(); });
    fault("another model's file", [this] { return load_with(folder_ / "rows.csv").feature_names().front(); });
    fault("a wrong model output: NaN", [this] {
      return answer(sheet_, [this](const Eigen::Ref<const Rows>& features) {
        Rows y = model_(features);
        y(42, 1) = nan;
        return y;
      });
    });
    fault("a wrong model output: a row is lost", [this] {
      return answer(sheet_, [this](const Eigen::Ref<const Rows>& features) {
        return Rows(model_(features).topRows(features.rows() - 1));
      });
    });
  }

  /// Row 17 holds `value` in a column of numbers.
  void with_number(const std::string& title, const std::string& column, float value) {
    Sheet bad = sheet_;
    bad.numbers[column][17] = double{value};
    fault(title, [&] { return answer(bad, model_); });
    std::printf("   without the guard the model answers: %s\n", unguarded(column, value).c_str());
  }

  /// Runs `attempt`, which should throw, and shows what it says.
  void fault(const std::string& title, const std::function<std::string()>& attempt) {
    ++faults_;
    std::printf("\n   %s\n", title.c_str());
    try {
      std::printf("   NOT STOPPED: %s\n", attempt().c_str());
    } catch (const prepguard::Error& error) {
      ++stopped_;
      std::printf("   | ");
      for (const char* c = error.what(); *c != '\0'; ++c) std::printf(*c == '\n' ? "\n   | " : "%c", *c);
      std::printf("\n");
    }
  }

  /// What a guarded model says about a sheet.
  template <class M>
  std::string answer(Sheet& sheet, const M& model, const std::string& without = {}) const {
    auto predict = prepguard::guard(prep_, std::cref(model));
    return accuracy(predict(sheet.table(without)));
  }

  /// The artifact, if the model at `path` is the one it was exported with.
  prepguard::Artifact<float> load_with(const std::filesystem::path& path) const {
    return prepguard::load_file<float>(folder_ / artifact, {.model = path});
  }

  std::string load_half() const {
    const std::string whole = read_bytes(folder_ / artifact);
    return prepguard::load_bytes<float>(whole.substr(0, whole.size() / 2), {}, artifact)
        .feature_names()
        .front();
  }

  /// What the bare model makes of row 17 when one of its features is `value`.
  std::string unguarded(const std::string& column, float value) const {
    Rows row = prepguard::as_eigen(features_).row(17);
    for (std::size_t k = 0; k < prep_.output_width(); ++k) {
      if (prep_.feature_names()[k].ends_with("__" + column)) row(0, static_cast<Eigen::Index>(k)) = value;
    }
    const Rows probabilities = model_(row);
    std::string text;
    for (std::size_t k = 0; k < species.size(); ++k) {
      const float p = probabilities(static_cast<Eigen::Index>(k));
      char number[16];
      std::snprintf(number, sizeof number, "%.2f", double{p});
      text += (k == 0 ? "" : ", ") + species[k] + ' ' + (std::isfinite(p) ? number : "not finite");
    }
    return text;
  }

  Eigen::Index width() const { return static_cast<Eigen::Index>(prep_.output_width()); }

  static long long count_differing(const float* a, const float* b, long long count) {
    long long differing = 0;
    for (long long i = 0; i < count; ++i) differing += std::memcmp(a + i, b + i, sizeof *a) != 0;
    return differing;
  }

  /// Penguins whose species gets the largest probability.
  long long correct(const Rows& probabilities) const {
    long long count = 0;
    for (Eigen::Index i = 0; i < probabilities.rows(); ++i) {
      const float* row = probabilities.data() + i * probabilities.cols();
      const auto best = std::max_element(row, row + probabilities.cols()) - row;
      count += sheet_.labels[static_cast<std::size_t>(i)] == species[static_cast<std::size_t>(best)];
    }
    return count;
  }

  std::string accuracy(const Rows& probabilities) const {
    const long long right = correct(probabilities);
    char text[64];
    std::snprintf(text, sizeof text, "%.3f (%lld of %lld)",
                  static_cast<double>(right) / static_cast<double>(probabilities.rows()), right,
                  static_cast<long long>(probabilities.rows()));
    return text;
  }

  std::filesystem::path folder_;
  prepguard::Artifact<float> prep_;
  Model model_;
  Sheet sheet_;
  prepguard::Matrix<float> features_{};
  long long values_ = 0, differing_ = 0;
  bool same_accuracy_ = false;
  int faults_ = 0, stopped_ = 0;
};

/// The program: `NAME FOLDER`, the folder that train.py wrote.
template <class Model>
int serve(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: " << words[0] << " FOLDER   (what train.py wrote)\n";
    return 2;
  }
  try {
    return Story<Model>(words[1]).tell() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << words[0] << ": " << error.what() << '\n';
    return 3;
  }
}

}  // namespace penguins
