// SPDX-License-Identifier: MIT
// A guard around a model that another process serves over HTTP (examples/run remote).
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <string>

#include "../faults.hpp"
#include "../penguins/accuracy.hpp"
#include "../sheet.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"
#include "remote_model.hpp"

namespace {

using namespace std::chrono_literals;
using remote::RemoteModel;
using remote::Rows;
using remote::ServerError;

class Story {
 public:
  Story(const std::filesystem::path& folder, std::string url)
      : url_(std::move(url)),
        prep_(prepguard::load_file<float>(folder / "penguins.prepguard.json")),
        sheet_(folder / "rows.csv", prep_.schema(), "species"),
        python_(examples::read_rows(folder / "probabilities.bin", 3)) {}

  bool tell() {
    std::printf("Penguins, served by another process over HTTP\n\n");
    const long long differing = there_and_back();
    serve();
    go_wrong();
    std::printf("\n%lld numbers differ; accuracy %s; %d of %d faults stopped\n", differing,
                same_accuracy_ ? "equal" : "DIFFERENT", faults_.stopped(), faults_.played());
    return differing == 0 && same_accuracy_ && faults_.stopped() == faults_.played();
  }

 private:
  /// The same features, and the numbers that writers of JSON get wrong, from a server that gives back what it
  /// read.
  long long there_and_back() {
    const prepguard::Matrix<float> features = prep_.transform(sheet_.table());
    using Limits = std::numeric_limits<float>;
    Rows sent(features.rows() + 1, features.cols());
    sent << prepguard::as_eigen(features),
        Rows{{-0.0F, Limits::denorm_min(), -Limits::max(), Limits::min(), 0.1F, 1.0F, 1e-7F, 16777216.0F,
              1.0F / 3.0F, Limits::epsilon()}};
    const Rows back = RemoteModel(url_, "echo", 5s)(sent);
    long long differing = back.rows() == sent.rows() && back.cols() == sent.cols() ? 0 : sent.size();
    for (Eigen::Index i = 0; differing < sent.size() && i < sent.size(); ++i) {
      differing += std::memcmp(sent.data() + i, back.data() + i, sizeof(float)) != 0;
    }
    std::printf("1. Numbers there and back as JSON: %lld sent, %lld differ\n",
                static_cast<long long>(sent.size()), differing);
    return differing;
  }

  void serve() {
    auto predict = prepguard::guard(prep_, RemoteModel(url_, "penguins", 5s));
    const Rows probabilities = predict(sheet_.table());
    same_accuracy_ =
        penguins::correct(probabilities, sheet_.labels) == penguins::correct(python_, sheet_.labels);
    std::printf("\n2. Serve %lld held-out penguins through the guard and the server\n",
                static_cast<long long>(probabilities.rows()));
    std::printf("   probabilities: largest difference from Python's %.1e\n",
                static_cast<double>((probabilities - python_).cwiseAbs().maxCoeff()));
    std::printf("   accuracy: %s, Python's %s\n", accuracy(probabilities).c_str(), accuracy(python_).c_str());
  }

  void go_wrong() {
    std::printf("\n3. What goes wrong\n");
    const std::string before = requests();
    examples::Sheet bad = sheet_;
    bad.numbers["year"][17] = std::numeric_limits<double>::quiet_NaN();
    faults_.play("a NaN, which JSON does not have", [&] { return answer("penguins", bad); });
    std::printf("   calls that reached the server: %s before, %s after\n", before.c_str(),
                requests().c_str());
    faults_.play("an answer that lost a row", [&] { return answer("short", sheet_); });
    faults_.play("an answer with a NaN", [&] { return answer("nan", sheet_); });

    std::printf("\n   What the client throws passes unchanged:\n");
    faults_.play<ServerError>("the server says no", [&] { return answer("pinguine", sheet_); });
    faults_.play<ServerError>("half an answer", [&] { return answer("cut", sheet_); });
    faults_.play<ServerError>("an answer that takes too long", [&] { return answer("slow", sheet_, 300ms); });
    faults_.play<ServerError>("nobody is there", [&] {
      return RemoteModel("http://127.0.0.1:9", "penguins", 300ms)(Rows::Zero(1, 10)).rows() == 1 ? "an answer"
                                                                                                 : "";
    });
    recover();
  }

  /// A guard goes on after its model threw, and has counted it.
  void recover() {
    std::string name = "pinguine";
    auto predict = prepguard::guard(
        prep_, [&](const Eigen::Ref<const Rows>& features) { return RemoteModel(url_, name, 5s)(features); });
    try {
      predict(sheet_.table());
    } catch (const ServerError&) {
      name = "penguins";
    }
    std::printf("\n   the same guard afterwards: accuracy %s\n", accuracy(predict(sheet_.table())).c_str());
    std::printf("   its counts: %llu served, %llu refused, %llu thrown by the model\n",
                static_cast<unsigned long long>(predict.report().served.calls),
                static_cast<unsigned long long>(predict.report().refused.calls),
                static_cast<unsigned long long>(predict.report().threw.calls));
  }

  std::string answer(const std::string& name, examples::Sheet& sheet,
                     std::chrono::milliseconds timeout = 5s) const {
    auto predict = prepguard::guard(prep_, RemoteModel(url_, name, timeout));
    return accuracy(predict(sheet.table()));
  }

  /// How many calls the server has seen.
  std::string requests() const {
    const auto result = httplib::Client(url_).Get("/requests");
    return result ? result->body : "?";
  }

  std::string accuracy(const Rows& probabilities) const {
    return penguins::accuracy(probabilities, sheet_.labels);
  }

  std::string url_;
  prepguard::Artifact<float> prep_;
  examples::Sheet sheet_;
  Rows python_;
  bool same_accuracy_ = false;
  examples::Faults faults_{};
};

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "usage: " << words[0] << " FOLDER URL   (what train.py wrote; where server.py listens)\n";
    return 2;
  }
  try {
    return Story(words[1], words[2]).tell() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << words[0] << ": " << error.what() << '\n';
    return 3;
  }
}
