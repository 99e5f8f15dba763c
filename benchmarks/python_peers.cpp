// SPDX-License-Identifier: MIT
// A loaded artifact behind functions that Python's ctypes can call. They repeat the work themselves and
// return its time, so that the cost of a call from Python stays out; python_peers.py measures its own side
// the same way.
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"

namespace {

/// The value of `work`, or -1 after an exception, which is printed: C cannot pass it on.
template <class Work>
double or_failure(Work work) noexcept {
  try {
    return work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return -1.0;
  }
}

/// Nanoseconds of one of `runs` runs.
template <class Work>
double time_of(std::size_t runs, Work work) {
  return bench::variant("", work).time(runs) / static_cast<double>(runs);
}

template <class T>
double time_rows(const char* path, const T* in, T* out, std::size_t rows, std::size_t runs) {
  const auto artifact = prepguard::load_file<T>(path);
  const prepguard::MatrixView<const T> from(in, rows, artifact.input_width());
  const prepguard::MatrixView<T> to(out, rows, artifact.output_width());
  return time_of(runs, [&] {
    artifact.transform(from, prepguard::MixedView<T>(to));
    bench::keep(to.data());
  });
}

/// One row as a table with the columns of `schema`: its numbers and its texts, each in order.
prepguard::Table one_row(const prepguard::Schema& schema, const double* numbers,
                         std::span<const std::string_view> texts) {
  prepguard::Table table;
  std::size_t text = 0;
  for (const prepguard::Column& column : schema.columns()) {
    if (column.kind() == prepguard::Kind::text) {
      table.add(column.name, texts.subspan(text++, 1));
    } else {
      table.add(column.name, std::span(numbers++, 1));
    }
  }
  return table;
}

}  // namespace

extern "C" {

/// Copies the bytes `runs` times and returns the nanoseconds of one run: the limit.
double copy_bytes(void* out, const void* in, std::size_t bytes, std::size_t runs) {
  return time_of(runs, [&] {
    std::memcpy(out, in, bytes);
    bench::keep(out);
  });
}

/// Loads the artifact at `path`, transforms rows x inputs cells `runs` times and returns the nanoseconds of
/// one run.
double prepguard_float64(const char* path, const double* in, double* out, std::size_t rows,
                         std::size_t runs) {
  return or_failure([&] { return time_rows(path, in, out, rows, runs); });
}
double prepguard_float32(const char* path, const float* in, float* out, std::size_t rows, std::size_t runs) {
  return or_failure([&] { return time_rows(path, in, out, rows, runs); });
}

/// The same for one row that arrives as a table, through a guard round a model that copies the features to
/// `out`.
double prepguard_row(const char* path, const double* numbers, const char* const* texts,
                     std::size_t text_count, double* out, std::size_t runs) {
  return or_failure([&] {
    const auto artifact = prepguard::load_file<double>(path);
    const std::vector<std::string_view> views(texts, texts + text_count);
    const prepguard::Table table = one_row(artifact.schema(), numbers, views);
    const prepguard::Binding binding = artifact.schema().bind(table);
    const auto predict =
        prepguard::guard(artifact, [out](const double* features, std::size_t, std::size_t cols) {
          std::copy_n(features, cols, out);
          return out[0];
        });
    return time_of(runs, [&] { bench::keep(predict(table, binding)); });
  });
}
}
