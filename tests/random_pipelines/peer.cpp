// SPDX-License-Identifier: MIT
// Serves many artifacts in one run: the C++ side of the random pipelines (main.py).
//
// Each line of standard input is a job: dtype, rows, start of its file names, with tabs between. It reads
// START.artifact, START.numbers and START.texts (as the parity cases have them) and writes START.result, or
// what went wrong to START.error.
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "../parity/rows.hpp"
#include "prepguard/file.hpp"

namespace {

template <class T>
void serve(const std::string& start, std::size_t rows) {
  const auto artifact = prepguard::load_bytes<T>(parity::read(start + ".artifact"));
  const prepguard::Matrix<T> numbers = parity::numbers_of<T>(start + ".numbers", rows);
  const std::string bytes = parity::read(start + ".texts");
  const prepguard::Matrix<prepguard::Text> texts = parity::texts_of(bytes, rows);
  const prepguard::Matrix<T> made = artifact.transform(prepguard::MixedView<const T>(
      prepguard::MatrixView<const T>{numbers}, prepguard::MatrixView<const prepguard::Text>{texts}));
  std::ofstream(start + ".result", std::ios::binary)
      .write(reinterpret_cast<const char*>(made.data()),
             static_cast<std::streamsize>(made.rows() * made.cols() * sizeof(T)));
}

void run(const std::string& line) {
  std::istringstream fields(line);
  std::string dtype, rows, start;
  std::getline(fields, dtype, '\t');
  std::getline(fields, rows, '\t');
  std::getline(fields, start);
  try {
    if (dtype == "float32") {
      serve<float>(start, std::stoul(rows));
    } else {
      serve<double>(start, std::stoul(rows));
    }
  } catch (const std::exception& error) {
    std::ofstream(start + ".error") << error.what();
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) run(line);
}
