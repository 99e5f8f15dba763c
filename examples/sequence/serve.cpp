// SPDX-License-Identifier: MIT
// Sequences of any lengths through one guard (examples/run sequence): every time step is a row, and goes
// through the pipeline as one; the model gets what it wants, a padded tensor with a mask.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>

#include "../faults.hpp"
#include "../rows.hpp"
#include "../sheet.hpp"
#include "gru.hpp"
#include "padded.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"

namespace {

using examples::Sheet;
using prepguard::Check;
using sequence::Lengths;
using sequence::Network;
using sequence::Rows;

Lengths read_lengths(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istream_iterator<Eigen::Index>(in), {}};
}

class Story {
 public:
  explicit Story(const std::filesystem::path& folder)
      : folder_(folder),
        prep_(prepguard::load_file<float>(folder / "machine.prepguard.json",
                                          {.model = folder / Network::file})),
        network_(folder / Network::file),
        sheet_(folder / "rows.csv", prep_.schema(), "machine"),
        lengths_(read_lengths(folder / "lengths.txt")),
        wear_(examples::read_rows(folder / "wear.bin", 1)) {}

  bool tell() {
    std::printf("Readings of machines, in sequences of any lengths, through one guard\n\n");
    const long long differing = serve();
    const float spread = other_batches();
    go_wrong();
    std::printf("\n%lld features differ; %s in other batches; %d of %d faults stopped\n", differing,
                spread < 1e-5F ? "the same" : "DIFFERENT", faults_.stopped(), faults_.played());
    return differing == 0 && spread < 1e-5F && faults_.stopped() == faults_.played();
  }

 private:
  /// What the guard calls: the features of all time steps, and behind them the lengths, which it hands on.
  auto model() const {
    return [this](const Eigen::Ref<const Rows>& features, const Lengths& lengths) {
      return sequence::unpad(network_(sequence::pad(features, lengths)));
    };
  }

  long long serve() {
    auto predict = prepguard::guard(prep_, model());
    predictions_ = predict(sheet_.table(), lengths_);

    const auto features = prep_.transform(sheet_.table());
    const auto width = static_cast<Eigen::Index>(features.cols());
    const Rows python = examples::read_rows(folder_ / "features.bin", width);
    long long differing = static_cast<Eigen::Index>(features.rows()) == python.rows() ? 0 : python.size();
    for (Eigen::Index i = 0; differing < python.size() && i < python.size(); ++i) {
      differing += std::memcmp(features.data() + i, python.data() + i, sizeof(float)) != 0;
    }
    const Rows told = examples::read_rows(folder_ / "predictions.bin", 1);
    std::printf("1. Serve %zu sequences of %lld to %lld time steps as one batch, %lld rows\n",
                lengths_.size(), static_cast<long long>(*std::min_element(lengths_.begin(), lengths_.end())),
                static_cast<long long>(*std::max_element(lengths_.begin(), lengths_.end())),
                static_cast<long long>(python.rows()));
    std::printf("   features: %lld values, %lld differ from Python's, bit for bit\n",
                static_cast<long long>(python.size()), differing);
    std::printf("   predictions: largest difference from Python's %.1e\n", difference(predictions_, told));
    std::printf("   R2: %.4f, Python's %.4f\n", r2(predictions_), r2(told));

    const Rows wrong = model()(raw_features(features), lengths_);
    std::printf("   R2 of the same network when the scaler is forgotten: %.4f; all outputs are finite: %s\n",
                r2(wrong), wrong.allFinite() ? "yes" : "no");
    return differing;
  }

  /// The same sequences in batches of other sizes. Returns the largest difference.
  float other_batches() {
    std::printf("\n2. The same in other batches, which pad otherwise\n");
    const auto predict = prepguard::guard(prep_, model());
    float largest = 0.0F;
    for (const std::size_t size : {1U, 2U, 7U}) {
      Eigen::Index row = 0;
      float here = 0.0F;
      for (std::size_t s = 0; s < lengths_.size(); s += size) {
        const Lengths some(
            lengths_.begin() + static_cast<std::ptrdiff_t>(s),
            lengths_.begin() + static_cast<std::ptrdiff_t>(std::min(s + size, lengths_.size())));
        const Eigen::Index steps = std::accumulate(some.begin(), some.end(), Eigen::Index{0});
        const Rows y =
            predict(sheet_.part(static_cast<std::size_t>(row), static_cast<std::size_t>(steps)), some);
        if (steps != 0)
          here = std::max(here, static_cast<float>(difference(y, predictions_.middleRows(row, steps))));
        row += steps;
      }
      std::printf("   %zu at a time: largest difference %.1e\n", size, static_cast<double>(here));
      largest = std::max(largest, here);
    }
    return largest;
  }

  void go_wrong() {
    std::printf("\n3. What goes wrong, and what the guard says\n");
    Sheet bad = sheet_;
    bad.numbers["load_n"][1500] = std::numeric_limits<double>::quiet_NaN();
    auto predict = prepguard::guard(prep_, model());
    const auto outcome = predict.try_call(bad.table(), lengths_);
    faults_.play("a NaN in one time step of a long sequence",
                 [&] { return std::to_string(outcome.value().rows()); });
    std::printf("   that row is %s\n", step_of(static_cast<std::size_t>(outcome.error().info().row)).c_str());

    faults_.play("rows taken out, so that the lengths no longer fit", [&] {
      auto rejecting = prepguard::guard(
          prep_, model(), prepguard::Policy().set(Check::missing, prepguard::Action::reject_row));
      return std::to_string(rejecting(bad.table(), lengths_).rows());
    });
    faults_.play("padding that is handed back", [&] {
      auto careless =
          prepguard::guard(prep_, [this](const Eigen::Ref<const Rows>& features, const Lengths& lengths) {
            return network_(sequence::pad(features, lengths)).cells;
          });
      return std::to_string(careless(sheet_.table(), lengths_).rows());
    });
    faults_.play("padding that leaks into the results, for want of a mask", [&] {
      auto unmasked = prepguard::guard(prep_, std::bind_front(&Story::without_mask, this));
      return std::to_string(unmasked(sheet_.table(), lengths_).rows());
    });
    faults_.play<std::invalid_argument>("lengths of another batch: the model's own check", [&] {
      return std::to_string(predict(sheet_.table(), Lengths{3, 4}).rows());
    });
  }

  /// The answers of a network that is not told where sequences end, and where padding is memory that nobody
  /// wrote.
  Rows without_mask(const Eigen::Ref<const Rows>& features, const Lengths& lengths) const {
    sequence::Padded batch = sequence::pad(features, lengths, std::numeric_limits<float>::quiet_NaN());
    batch.lengths.assign(lengths.size(), batch.time);
    sequence::Padded answers = network_(batch);
    answers.lengths = lengths;
    return sequence::unpad(answers);
  }

  /// Where a row is among the sequences.
  std::string step_of(std::size_t row) const {
    std::size_t s = 0;
    auto step = static_cast<Eigen::Index>(row);
    while (step >= lengths_[s]) step -= lengths_[s++];
    return "time step " + std::to_string(step) + " of " + sheet_.labels[row] + ", sequence " +
           std::to_string(s);
  }

  /// The features as they are without the scaler: the readings themselves.
  Rows raw_features(const prepguard::Matrix<float>& features) const {
    Rows raw = prepguard::as_eigen(features);
    for (std::size_t k = 0; k < prep_.output_width(); ++k) {
      const std::string& name = prep_.feature_names()[k];
      const auto column = sheet_.numbers.find(name.substr(name.find("__") + 2));
      if (column == sheet_.numbers.end() || column->first == "temperature_c") continue;  // which has gaps
      raw.col(static_cast<Eigen::Index>(k)) =
          Eigen::Map<const Eigen::VectorXd>(column->second.data(), raw.rows()).cast<float>();
    }
    return raw;
  }

  static double difference(const Eigen::Ref<const Rows>& a, const Eigen::Ref<const Rows>& b) {
    return static_cast<double>((a - b).cwiseAbs().maxCoeff());
  }

  /// The share of the wear's variance that predictions explain.
  double r2(const Rows& predictions) const {
    const double mean = wear_.cast<double>().mean();
    return 1.0 - (predictions - wear_).cast<double>().squaredNorm() /
                     (wear_.cast<double>().array() - mean).matrix().squaredNorm();
  }

  std::filesystem::path folder_;
  prepguard::Artifact<float> prep_;
  Network network_;
  Sheet sheet_;
  Lengths lengths_;
  Rows wear_, predictions_{};
  examples::Faults faults_{};
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: " << words[0] << " FOLDER   (what train.py wrote)\n";
    return 2;
  }
  try {
    return Story(words[1]).tell() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << words[0] << ": " << error.what() << '\n';
    return 3;
  }
}
