// SPDX-License-Identifier: MIT
// The C++ of the README, compiled and run: fits here, writes penguins.prepguard.json, loads it, serves behind
// the guard. What it prints is stored in quick.txt.
#include <prepguard/file.hpp>       // load_file, save_file
#include <prepguard/prepguard.hpp>  // transformers, pipelines, guard

#include <Eigen/Core>
#include <cereal/archives/json.hpp>
#include <cstdio>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace {

/// Stands for any model: one number a row.
Eigen::VectorXf network(const Eigen::Ref<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>& features) {
  return features.rowwise().sum();
}

void fit_here() {
  const Eigen::MatrixXd X{{39.1, 3750}, {46.5, 3500}, {50.0, 5700}};

  prepguard::StandardScaler<double> scaler;           // fit in C++ too: exact, independent of row order
  scaler.fit(X);                                      // Eigen objects, spans, pointer + shape: never copied
  prepguard::Matrix<double> Z = scaler.transform(X);  // or transform(X, out): no allocation
  prepguard::Pipeline pipe{prepguard::SimpleImputer<double>{}, prepguard::StandardScaler<double>{}};
  std::stringstream stream;
  {
    cereal::JSONOutputArchive archive(stream);
    archive(scaler);  // any cereal archive
  }
  prepguard::StandardScaler<double> again;
  cereal::JSONInputArchive back(stream);
  back(again);

  std::printf("scaled: %.17g %.17g\n", Z(0, 0), Z(0, 1));
  std::printf("a pipeline gives the same bits: %s\n",
              pipe.fit(X).transform(X)(0, 0) == Z(0, 0) ? "yes" : "no");
  std::printf("through cereal and back: %s\n", again == scaler ? "equal" : "different");
}

/// What the trainer does, in Python or here.
void train(const std::vector<float>& lengths, const std::vector<std::string>& islands) {
  prepguard::Table sample;
  sample.add("bill_length_mm", lengths).add("island", islands);
  prepguard::ColumnTransformer<float> fitted{
      {"num", prepguard::StandardScaler<float>{}, {"bill_length_mm"}},
      {"cat", prepguard::OneHotEncoder<float, prepguard::Text>{}, {"island"}}};
  fitted.fit(sample);
  prepguard::save_file(fitted, "penguins.prepguard.json", sample);
}

void serve(std::vector<float> lengths, const std::vector<std::string>& islands) {
  prepguard::Table rows;
  rows.add("island", islands).add("bill_length_mm", lengths);

  auto prep = prepguard::load_file<float>("penguins.prepguard.json");  // replays training rows, bit for bit
  auto predict = prepguard::guard(prep, [&](const auto& features) { return network(features); });
  auto y = predict(rows);  // or an error that says where and what
  std::printf("served %d rows\n", static_cast<int>(y.size()));

  prepguard::Table table;  // columns bound by name, order does not matter
  table.add("bill_length_mm", lengths).add("island", islands);
  auto features = prep.transform(table);
  std::printf("features of the first row: %.9g %g %g %g\n", double{features(0, 0)}, double{features(0, 1)},
              double{features(0, 2)}, double{features(0, 3)});

  lengths[2] = std::numeric_limits<float>::quiet_NaN();
  predict(rows);
}

}  // namespace

int main() {
  const std::vector<float> lengths{39.1F, 46.5F, 50.0F};
  const std::vector<std::string> islands{"Torgersen", "Dream", "Biscoe"};
  try {
    fit_here();
    train(lengths, islands);
    serve(lengths, islands);
  } catch (const prepguard::Error& error) {
    std::printf("%s\n", error.what());
    return 0;
  }
  return 1;  // the NaN should have been refused
}
