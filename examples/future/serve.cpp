// SPDX-License-Identifier: MIT
// A guard around a model that answers later (examples/run future): rows are checked when a call is made, its
// result when it is asked for.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "../faults.hpp"
#include "../penguins/accuracy.hpp"
#include "../penguins/network.hpp"
#include "../rows.hpp"
#include "../sheet.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"
#include "worker.hpp"

namespace {

using examples::Rows;
using examples::Sheet;

/// The network, which some day meets rows that it cannot answer.
class Model {
 public:
  explicit Model(const std::filesystem::path& path) : network_(path) {}

  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    if (features.rows() == 3) throw std::runtime_error("out of memory on the device");
    Rows probabilities = network_(features);
    if (features.rows() == 2) probabilities(1, 0) = std::numeric_limits<float>::quiet_NaN();
    return probabilities;
  }

 private:
  penguins::Network network_;
};

class Story {
 public:
  explicit Story(const std::filesystem::path& folder)
      : prep_(prepguard::load_file<float>(folder / "penguins.prepguard.json",
                                          {.model = folder / "network.txt"})),
        model_(folder / "network.txt"),
        sheet_(folder / "rows.csv", prep_.schema(), "species") {}

  bool tell() {
    std::printf("Penguins, served by a queue that answers later\n\n");
    serve();
    go_wrong();
    std::printf("\n%lld values differ from those of direct calls; %d of %d faults stopped\n", differing_,
                faults_.stopped(), faults_.played());
    return differing_ == 0 && faults_.stopped() == faults_.played();
  }

 private:
  static constexpr std::size_t batch = 13;

  void serve() {
    later::Worker worker(std::cref(model_));
    auto predict = prepguard::guard(prep_, std::ref(worker));
    std::vector<prepguard::GuardedFuture<Rows>> answers;
    {
      const auto held = worker.hold();
      for (std::size_t row = 0; row < sheet_.labels.size(); row += batch) {
        answers.push_back(predict(sheet_.part(row, batch)));
      }
      std::printf("1. Serve %zu held-out penguins in %zu calls, none of which waits\n", sheet_.labels.size(),
                  answers.size());
      std::printf("   all calls have returned, and %zu wait for the model\n", worker.waiting());
    }

    auto directly = prepguard::guard(prep_, std::cref(model_));
    long long values = 0;
    for (std::size_t k = 0; k < answers.size(); ++k) {
      const Rows now = directly(sheet_.part(k * batch, batch)), then = answers[k].get();
      for (Eigen::Index i = 0; i < now.size(); ++i, ++values) {
        differing_ += std::memcmp(now.data() + i, then.data() + i, sizeof(float)) != 0;
      }
    }
    std::printf("   %lld values, %lld differ from those of direct calls\n", values, differing_);
  }

  void go_wrong() {
    std::printf("\n2. What goes wrong, and when the guard says so\n");
    later::Worker worker(std::cref(model_));
    auto predict = prepguard::guard(prep_, std::ref(worker));
    Sheet bad = sheet_;
    bad.numbers["year"][17] = std::numeric_limits<double>::quiet_NaN();
    faults_.play("a NaN in the rows: when the call is made",
                 [&] { return shape(predict(bad.table()).get()); });
    std::printf("   requests that the queue has seen: %zu\n", worker.asked());

    std::vector<prepguard::GuardedFuture<Rows>> calls;
    for (const std::size_t rows : {2U, 3U, 4U}) calls.push_back(predict(sheet_.part(0, rows)));
    std::printf("   after three calls with good rows: %zu\n", worker.asked());
    faults_.play("a NaN in the result: when it is asked for", [&] { return shape(calls[0].get()); });
    faults_.play<std::runtime_error>("what the model throws passes unchanged: when it is asked for",
                                     [&] { return shape(calls[1].get()); });
    std::printf("\n   the third call was not harmed: %s\n", shape(calls[2].get()).c_str());
    { const auto forgotten = predict(sheet_.part(0, 5)); }  // waits for the model, which reads what it keeps
    const prepguard::Report report = predict.report();
    std::printf("   the guard's counts: %llu served, %llu refused, %llu thrown or never asked for\n",
                static_cast<unsigned long long>(report.served.calls),
                static_cast<unsigned long long>(report.refused.calls),
                static_cast<unsigned long long>(report.threw.calls));
  }

  static std::string shape(const Rows& rows) {
    return std::to_string(rows.rows()) + " rows of " + std::to_string(rows.cols()) + " probabilities";
  }

  prepguard::Artifact<float> prep_;
  Model model_;
  Sheet sheet_;
  long long differing_ = 0;
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
