// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

#include "../csv.hpp"
#include "../csv_batch.hpp"
#include "arguments.hpp"
#include "opened.hpp"

/// Rows of a CSV file, and the scalar type they are wanted in.
namespace tool {

/// How many rows are in memory at once.
inline constexpr std::size_t rows_at_once = 1024;

/// A file, or standard input for `-`.
class CsvInput {
 public:
  explicit CsvInput(const std::string& path)
      : file_(opened(path)), reader_(path == "-" ? std::cin : file_, name(path)) {}

  csv::Reader& reader() noexcept { return reader_; }

 private:
  static std::string name(const std::string& path) { return path == "-" ? "standard input" : path; }
  static std::ifstream opened(const std::string& path) {
    std::ifstream file;
    if (path != "-") file.open(path, std::ios::binary);
    if (!file) throw WrongUsage("cannot read " + path);
    return file;
  }

  std::ifstream file_;
  csv::Reader reader_;
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

inline prepguard::DType chosen_type(const Arguments& arguments, const Opened& file) {
  const auto wanted = arguments.value("--dtype");
  if (!wanted) return file.artifact.dtype();
  if (*wanted == "float32") return prepguard::DType::float32;
  if (*wanted == "float64") return prepguard::DType::float64;
  throw WrongUsage("--dtype is float32 or float64, not " + *wanted);
}

}  // namespace tool
