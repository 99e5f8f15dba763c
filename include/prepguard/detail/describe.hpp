// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/archive.hpp"
#include "prepguard/artifact.hpp"
#include "prepguard/detail/column_of.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/self_test.hpp"
#include "prepguard/detail/training.hpp"
#include "prepguard/detail/typical_cells.hpp"
#include "prepguard/detail/used_columns.hpp"
#include "prepguard/serialize.hpp"

// How something fitted in C++ becomes an artifact: columns and their statistics from a sample, self-test rows from the
// sample or from the fitted state.
namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::size_t most_self_test_rows = 64;

/// Rows of numbers as a table that owns its cells.
template <Number T>
class OwnedTable {
 public:
  OwnedTable(MatrixView<const T> rows, std::vector<std::string> names) {
    check_memory("sample", rows, "input");
    check_width("sample", names.size(), rows.cols(), "columns");
    for (std::size_t j = 0; j < rows.cols(); ++j) {
      std::vector<T>& cells = cells_.emplace_back(rows.rows());
      copy_cells(rows.middle_cols(j, 1), MatrixView<T>(cells.data(), rows.rows(), 1));
      table_.add(std::move(names[j]), cells);
    }
  }
  const Table& table() const noexcept { return table_; }

 private:
  std::list<std::vector<T>> cells_{};
  Table table_{};
};

/// The columns of `sample` that `fitted` was fitted to: those it knows by name, else all of them in order.
template <class S>
Schema sample_schema(const S& fitted, const Table& sample) {
  std::vector<Column> columns;
  if constexpr (HasSchema<S>) {
    columns = fitted.schema().columns();
  } else {
    for (const TableColumn& given : sample.columns()) {
      columns.push_back(column_of(given));
    }
  }
  check_width("sample", fitted.input_width(), columns.size(), "columns");
  return Schema(std::move(columns));
}

/// The cells of every column of `table`, numbers as doubles.
inline std::vector<Array> cells_of(const Table& table, const Schema& schema) {
  const Binding binding = schema.bind(table);
  const Layout& layout = schema.layout();
  auto numbers = Matrix<double>::uninitialized(table.rows(), layout.numbers());
  auto texts = Matrix<Text>::uninitialized(table.rows(), layout.texts());
  TableSource<double>(table, schema, binding).fill(0, MixedView<double>(numbers, texts));
  std::vector<Array> columns;
  for (std::size_t j = 0; j < schema.size(); ++j) {
    Array::Reals reals;
    Array::Texts words;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      if (layout.kind(j) == Kind::number) {
        reals.push_back(numbers(i, layout.slot(j)));
      } else {
        words.emplace_back(texts(i, layout.slot(j)));
      }
    }
    columns.push_back(layout.kind(j) == Kind::number ? Array(std::move(reals)) : Array(std::move(words)));
  }
  return columns;
}

/// Rows that show what a column can hold: the first ones, and of every column smallest, largest and missing cells, or
/// one of each text.
inline std::vector<std::size_t> telling_rows(const std::vector<Array>& columns) {
  std::vector<std::size_t> rows;
  const std::size_t count = columns.front().size();
  const auto take = [&](std::size_t i) {
    if (rows.size() < most_self_test_rows && std::find(rows.begin(), rows.end(), i) == rows.end()) rows.push_back(i);
  };
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 2); ++i) take(i);
  for (const Array& column : columns) {
    std::optional<std::size_t> low, high, missing;
    std::vector<Text> seen;
    for (std::size_t i = 0; i < count; ++i) {
      if (column.missing(i) != Missing::no) {
        missing = missing.value_or(i);
      } else if (column.is_text()) {
        const Text text = column.texts()[i];
        if (seen.size() < most_self_test_rows && std::find(seen.begin(), seen.end(), text) == seen.end()) {
          seen.push_back(text);
          take(i);
        }
      } else {
        if (!low || column.real(i) < column.real(*low)) low = i;
        if (!high || column.real(i) > column.real(*high)) high = i;
      }
    }
    for (const auto& row : {low, high, missing}) {
      if (row) take(*row);
    }
  }
  return rows;
}

inline std::vector<Array> pick_rows(const std::vector<Array>& columns, const std::vector<std::size_t>& rows) {
  std::vector<Array> picked;
  for (const Array& column : columns) {
    Array::Reals reals;
    Array::Texts texts;
    for (const std::size_t i : rows) {
      if (column.is_text()) {
        texts.push_back(column.texts()[i]);
      } else {
        reals.push_back(column.reals()[i]);
      }
    }
    picked.push_back(column.is_text() ? Array(std::move(texts)) : Array(std::move(reals)));
  }
  return picked;
}

/// The same artifact for the other scalar type: state is stored independent of it.
template <Number To, Number From>
Artifact<To> convert(const Artifact<From>& artifact) {
  std::string text;
  TextOutputArchive out(text);
  out.set_whole_file();
  out(artifact);
  TextInputArchive in(text);
  in.set_whole_file();
  Artifact<To> converted;
  in(converted);
  converted.prepare();
  return converted;
}

/// Adds self-tests for both scalar types; only for `T` if the state (say, categories that are not float32 values)
/// does not allow the other.
template <Number T>
Artifact<T> with_self_tests(const Artifact<T>& artifact, const std::vector<Array>& inputs) {
  using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
  ArtifactFacts facts = artifact.facts();
  facts.self_tests.push_back(make_self_test(artifact, inputs));
  try {
    facts.self_tests.push_back(make_self_test(convert<Other>(artifact), inputs));
  } catch (const Error& error) {
    if (error.code() == Errc::bad_environment) throw;
    facts.self_tests.resize(1);
  }
  return Artifact<T>(artifact.schema(), artifact.pipeline(), artifact.feature_names(), std::move(facts));
}

template <Number T, class S>
Artifact<T> artifact_from_sample(AnyStep<T> pipeline, const S& fitted, const Table& sample) {
  require_environment();
  const FloatEnvironment environment;
  if (sample.rows() == 0) throw Error(Errc::bad_parameter, "sample", "there are 0 rows", "pass training rows");
  std::vector<Column> columns = sample_schema(fitted, sample).columns();
  const std::vector<Array> cells = cells_of(sample, Schema(columns));
  const std::vector<bool> used = used_columns<T, BuiltInSteps<T>>(pipeline);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    columns[j].used = used[j];
    if (cells[j].is_text()) {
      columns[j].texts = training_of_texts(cells[j].texts());
      if (columns[j].texts.none == 0 && learned_none<T>(pipeline, j)) {
        throw Error(ErrorInfo{.code = Errc::bad_parameter,
                              .where = "sample",
                              .what = "training saw None here, the sample has none",
                              .column_name = columns[j].name,
                              .advice = "pass all training rows, so that missing cells are spelled as in training"});
      }
    } else {
      columns[j].numbers = training_of_numbers(cells[j].reals(), columns[j].name);
      // A missing integer makes the column one of floating numbers, as in Python.
      if (columns[j].numbers.nan > 0 && columns[j].dtype != DType::float32) columns[j].dtype = DType::float64;
    }
  }
  Schema schema(std::move(columns));
  std::vector<std::string> features = fitted.feature_names_out(schema.names());
  const Artifact<T> artifact(std::move(schema), std::move(pipeline), std::move(features), {.dtype = dtype_of<T>});
  return with_self_tests(artifact, pick_rows(cells, telling_rows(cells)));
}

template <Number T, class S>
Artifact<T> artifact_from_state(AnyStep<T> pipeline, const S& fitted) {
  require_environment();
  const FloatEnvironment environment;
  check_fitted(S::type, fitted.input_width());
  std::vector<Column> columns;
  if constexpr (HasSchema<S>) columns = fitted.schema().columns();
  const std::vector<std::string> names = default_names(fitted.input_width());
  std::vector<Array> cells;
  std::size_t rows = 1;
  for (std::size_t j = 0; j < names.size(); ++j) {
    const bool text = pipeline.input_layout().kind(j) == Kind::text;
    if constexpr (!HasSchema<S>) columns.push_back({.name = names[j], .dtype = text ? DType::string : dtype_of<T>});
    cells.push_back(typical_cells<T, BuiltInSteps<T>>(pipeline, j));
    if (waits_for_none<T>(pipeline, j) && columns[j].texts.count == 0) columns[j].texts.count = columns[j].texts.none = 1;
    rows = std::max(rows, std::min(cells.back().size(), most_self_test_rows));
  }
  std::vector<Array> inputs;
  for (const Array& column : cells) {
    Array::Reals reals;
    Array::Texts texts;
    for (std::size_t i = 0; i < rows; ++i) {
      if (column.is_text()) {
        texts.push_back(column.texts()[i % column.size()]);
      } else {
        const double cell = column.real(i % column.size());
        reals.push_back(is_infinite(&cell) ? 0.0 : cell);
      }
    }
    inputs.push_back(column.is_text() ? Array(std::move(texts)) : Array(std::move(reals)));
  }
  const std::vector<bool> used = used_columns<T, BuiltInSteps<T>>(pipeline);
  for (std::size_t j = 0; j < columns.size(); ++j) columns[j].used = used[j];
  Schema schema(std::move(columns));
  std::vector<std::string> features = fitted.feature_names_out(schema.names());
  const Artifact<T> artifact(std::move(schema), std::move(pipeline), std::move(features), {.dtype = dtype_of<T>});
  return with_self_tests(artifact, inputs);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
