// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "../csv.hpp"
#include "../csv_batch.hpp"
#include "arguments.hpp"
#include "opened.hpp"

/// `transform`: rows of a CSV file to features, in bounded memory.
namespace tool {

namespace detail {

/// A file that appears under its name only when it is complete; devices and pipes are written directly.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)), written_(path_) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path_, ignored);
    if (!exists(status) || is_regular_file(status)) written_ += ".part-" + std::to_string(::getpid());
    stream_.open(written_, std::ios::binary);
    if (!stream_) throw WrongUsage("cannot write " + path_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    std::error_code ignored;
    if (written_ != path_) std::filesystem::remove(written_, ignored);
  }

  std::ostream& stream() noexcept { return stream_; }

  void finish() {
    stream_.close();
    std::error_code failed;
    if (stream_ && written_ != path_) std::filesystem::rename(written_, path_, failed);
    if (!stream_ || failed) throw prepguard::Error(prepguard::Errc::io_failed, path_, "cannot write");
    written_ = path_;
  }

 private:
  std::string path_;
  std::string written_;
  std::ofstream stream_{};
};

/// Says where in the file it was that something about row `error.info().row` of `batch` was refused.
[[noreturn]] inline void throw_with_line(const prepguard::Error& error, const csv::Reader& reader,
                                         const csv::Batch& batch) {
  prepguard::ErrorInfo info = error.info();
  const std::string place =
      info.row < 0 ? reader.name() : reader.place(batch.line(static_cast<std::size_t>(info.row)));
  info.where = place + (info.where.empty() || info.where == "input" ? "" : ": " + info.where);
  info.row = -1;
  throw prepguard::Error(std::move(info));
}

template <class T>
void transform_rows(const prepguard::Artifact<T>& artifact, csv::Reader& reader, std::ostream& out) {
  constexpr std::size_t rows_at_once = 1024;
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

inline prepguard::DType chosen_type(const Arguments& arguments, const Opened& file) {
  const auto wanted = arguments.value("--dtype");
  if (!wanted) return file.artifact.dtype();
  if (*wanted == "float32") return prepguard::DType::float32;
  if (*wanted == "float64") return prepguard::DType::float64;
  throw WrongUsage("--dtype is float32 or float64, not " + *wanted);
}

}  // namespace detail

inline void transform(const Arguments& arguments) {
  const Opened file(arguments.files[0]);
  const prepguard::DType dtype = detail::chosen_type(arguments, file);
  const std::string& input = arguments.files[1];
  std::ifstream opened;
  if (input != "-") opened.open(input, std::ios::binary);
  if (!opened) throw WrongUsage("cannot read " + input);
  csv::Reader reader(input == "-" ? std::cin : opened, input == "-" ? "standard input" : input);
  if (const auto output = arguments.value("-o")) {
    detail::OutputFile out(*output);
    detail::transform_stream(file, dtype, reader, out.stream());
    out.finish();
  } else {
    detail::transform_stream(file, dtype, reader, std::cout);
  }
}

}  // namespace tool
