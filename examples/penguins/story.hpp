// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "../faults.hpp"
#include "../rows.hpp"
#include "../sheet.hpp"
#include "accuracy.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"

namespace penguins {

using examples::read_bytes;
using examples::read_rows;
using examples::Rows;
using examples::Sheet;

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
    std::cout << "Penguins, served from C++ by " << Model::title() << "\n\n";
    load();
    serve();
    forget_the_scaler();
    go_wrong();
    std::printf("\n%lld values, %lld differ from Python's; accuracy %s; %d of %d faults stopped\n", values_,
                differing_, same_accuracy_ ? "equal" : "DIFFERENT", faults_.stopped(), faults_.played());
    return differing_ == 0 && same_accuracy_ && faults_.stopped() == faults_.played();
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
    same_accuracy_ = correct(probabilities, sheet_.labels) == correct(python, sheet_.labels);
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
      const auto column = sheet_.numbers.find(column_of(prep_.feature_names()[k]));
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
    const auto known = prepguard::load_file<float>(folder_ / "features.prepguard.json");
    faults_.play("the same behind a guard that knows what the features were in training",
                 [&] { return accuracy(prepguard::guard(known, std::cref(model_))(raw)); });
  }

  /// The client scaled, and the server scales again.
  void scale_twice() {
    Sheet scaled = sheet_;
    for (std::size_t k = 0; k < prep_.output_width(); ++k) {
      const auto column = scaled.numbers.find(column_of(prep_.feature_names()[k]));
      if (column == scaled.numbers.end()) continue;
      for (std::size_t i = 0; i < column->second.size(); ++i) column->second[i] = double{features_(i, k)};
    }
    faults_.play("the scaler applied twice", [&] { return answer(scaled, model_); });
    const auto features = prep_.transform(scaled.table());
    std::printf("   without the guard: accuracy %s\n",
                accuracy(model_(prepguard::as_eigen(features))).c_str());
  }

  void go_wrong() {
    std::printf("\n4. What goes wrong in production, and what the guard says\n");
    with_number("a NaN where training had none", "year", nan);
    with_number("an Inf", "body_mass_g", infinity);
    scale_twice();
    faults_.play("a missing column", [this] { return answer(sheet_, model_, "flipper_length_mm"); });
    Sheet unknown = sheet_;
    unknown.texts["island"][17] = prepguard::OwnedText(std::string("Svalbard"));
    faults_.play("an unknown category", [&] { return answer(unknown, model_); });
    faults_.play("a truncated file", [this] { return load_half(); });
    faults_.play("another model's file",
                 [this] { return load_with(folder_ / "rows.csv").feature_names().front(); });
    faults_.play("a wrong model output: NaN", [this] {
      return answer(sheet_, [this](const Eigen::Ref<const Rows>& features) {
        Rows y = model_(features);
        y(42, 1) = nan;
        return y;
      });
    });
    faults_.play("a wrong model output: a row is lost", [this] {
      return answer(sheet_, [this](const Eigen::Ref<const Rows>& features) {
        return Rows(model_(features).topRows(features.rows() - 1));
      });
    });
  }

  /// Row 17 holds `value` in a column of numbers.
  void with_number(const std::string& title, const std::string& column, float value) {
    Sheet bad = sheet_;
    bad.numbers[column][17] = double{value};
    faults_.play(title, [&] { return answer(bad, model_); });
    std::printf("   without the guard the model answers: %s\n", unguarded(column, value).c_str());
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
      if (column_of(prep_.feature_names()[k]) == column) row(0, static_cast<Eigen::Index>(k)) = value;
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

  /// The column of numbers that a feature was made of.
  static std::string column_of(const std::string& feature) { return feature.substr(feature.find("__") + 2); }

  Eigen::Index width() const { return static_cast<Eigen::Index>(prep_.output_width()); }

  static long long count_differing(const float* a, const float* b, long long count) {
    long long differing = 0;
    for (long long i = 0; i < count; ++i) differing += std::memcmp(a + i, b + i, sizeof *a) != 0;
    return differing;
  }

  std::string accuracy(const Rows& probabilities) const {
    return penguins::accuracy(probabilities, sheet_.labels);
  }

  std::filesystem::path folder_;
  prepguard::Artifact<float> prep_;
  Model model_;
  Sheet sheet_;
  prepguard::Matrix<float> features_{};
  long long values_ = 0, differing_ = 0;
  bool same_accuracy_ = false;
  examples::Faults faults_{};
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
