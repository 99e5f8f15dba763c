// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iostream>
#include <span>

#include "../csv.hpp"
#include "../csv_batch.hpp"
#include "arguments.hpp"
#include "csv_input.hpp"
#include "opened.hpp"
#include "output_file.hpp"

/// `transform`: rows of a CSV file to features, in bounded memory.
namespace tool {

namespace detail {

template <class T>
void transform_rows(const prepguard::Artifact<T>& artifact, csv::Reader& reader, std::ostream& out) {
  csv::Batch batch(reader, artifact.schema(), rows_at_once);
  prepguard::Matrix<T> features(rows_at_once, artifact.output_width());
  csv::Writer writer(out);
  try {
    const prepguard::Binding binding = artifact.schema().bind(batch.table());
    writer.header(artifact.feature_names());
    while (batch.fill(reader)) {
      const prepguard::MatrixView<T> made = prepguard::MatrixView<T>(features).middle_rows(0, batch.rows());
      try {
        artifact.transform(batch.table(), binding, made);
      } catch (const prepguard::Error& error) {
        throw_with_line(error, reader, batch);
      }
      for (std::size_t i = 0; i < batch.rows(); ++i) writer.row(std::span<const T>(features.row(i)));
      if (!out) throw prepguard::Error(prepguard::Errc::io_failed, "output", "cannot write");
    }
  } catch (const prepguard::Error& error) {
    if (error.info().where != "input") throw;
    throw_with_line(error, reader, batch);
  }
}

inline void transform_stream(const Opened& file, prepguard::DType dtype, csv::Reader& reader,
                             std::ostream& out) {
  if (dtype == prepguard::DType::float32) {
    transform_rows(file.served<float>(), reader, out);
  } else {
    transform_rows(file.served<double>(), reader, out);
  }
}

}  // namespace detail

inline bool transform(const Arguments& arguments) {
  const Opened file(arguments.files[0]);
  const prepguard::DType dtype = chosen_type(arguments, file);
  CsvInput input(arguments.files[1]);
  if (const auto output = arguments.value("-o")) {
    OutputFile out(*output);
    detail::transform_stream(file, dtype, input.reader(), out.stream());
    out.finish();
  } else {
    detail::transform_stream(file, dtype, input.reader(), std::cout);
  }
  return true;
}

}  // namespace tool
