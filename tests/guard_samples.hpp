// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "prepguard/column_transformer.hpp"
#include "prepguard/pipeline.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/transformers.hpp"

/// Pipelines for the tests of the guard.
namespace samples {

using namespace prepguard;

/// A transformer with a schema that has training statistics, as a loaded file has: also a step that users
/// could write.
template <class Step>
class Documented : public TransformerBase<Documented<Step>, typename Step::Scalar, typename Step::Input,
                                          typename Step::Output> {
 public:
  using T = typename Step::Scalar;
  static constexpr std::string_view type = "documented";

  Documented() = default;
  Documented(Step step, std::vector<Column> columns) : step_(std::move(step)), schema_(std::move(columns)) {}

  const Schema& schema() const { return schema_; }
  std::size_t input_width() const { return step_.input_width(); }
  std::size_t output_width() const { return step_.output_width(); }
  const Layout& input_layout() const { return schema_.layout(); }
  bool apply(InView<typename Step::Input> in, OutView<typename Step::Output> out) const {
    return step_.apply(in, out);
  }
  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    for (std::string& name : names) name = "num__" + name;
    return names;
  }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> in) const {
    return step_.missing_flow(std::move(in));
  }
  std::optional<Finding> diagnose(InView<typename Step::Input> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    return step_.diagnose(row, names, path);
  }

 private:
  Step step_{};
  Schema schema_{};
};

inline Column number_column(std::string name, NumberTraining training) {
  return {.name = std::move(name), .numbers = std::move(training)};
}

/// Scales seven columns; `bill_length_mm` had missing values in training, `body_mass_g` has mean 4201.75 and
/// scale 0.5.
inline Documented<StandardScaler<double>> measured_scaler() {
  StandardScaler<double> scaler;
  Matrix<double> rows(2, 7);
  for (std::size_t j = 0; j < 7; ++j) {
    rows(0, j) = 4201.25;
    rows(1, j) = 4202.25;
  }
  scaler.fit(rows);
  std::vector<Column> columns;
  for (const char* name :
       {"year", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "age", "egg"}) {
    columns.push_back(number_column(name, {.count = 344, .min = 2700, .max = 6300}));
  }
  columns[1].numbers.nan = 2;
  columns[6].numbers.count = 0;
  return {scaler, columns};
}

/// Rows that `measured_scaler` maps to zeros.
inline Matrix<double> measured_rows(std::size_t rows) {
  Matrix<double> cells(rows, 7);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 7; ++j) cells(i, j) = 4201.75;
  }
  return cells;
}

/// Two columns of numbers (`mass` imputed, `length` not) and two of text (`island` with unknown values an
/// error, `sex` imputed and ignored), fitted to four penguins.
struct Penguins {
  std::vector<double> mass{3750, 3800, 3250, 4675}, length{39.1, 39.5, 40.3, 46.1};
  std::vector<std::string> island{"Torgersen", "Biscoe", "Dream", "Biscoe"},
      sex{"male", "female", "female", "male"};

  Table table() const {
    Table rows;
    rows.add("mass", mass).add("length", length).add("island", island).add("sex", sex);
    return rows;
  }

  template <Number T>
  static ColumnTransformer<T> fitted() {
    // Steps with options stand apart from the braces, on which gcc 12 dies.
    using Mode = SimpleImputer<T, Text>;
    const Mode mode(typename Mode::Options{.strategy = Strategy::most_frequent});
    using Encoder = OneHotEncoder<T, Text>;
    const Encoder ignoring(typename Encoder::Options{.handle_unknown = HandleUnknown::ignore});
    ColumnTransformer<T> prep{{"num", Pipeline{SimpleImputer<T>{}, StandardScaler<T>{}}, {"mass"}},
                              {"raw", StandardScaler<T>{}, {"length"}},
                              {"cat", Encoder{}, {"island"}},
                              {"sex", Pipeline{mode, ignoring}, {"sex"}}};
    const Penguins four;
    prep.fit(four.table());
    return prep;
  }
};

}  // namespace samples
