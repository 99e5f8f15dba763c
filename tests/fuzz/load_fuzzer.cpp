// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as the payload of a sealed artifact (a sealed file counts by its payload). What
// is accepted must transform rows without a crash and survive being saved and loaded.
//
//   clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/load_fuzzer.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "prepguard/file.hpp"

namespace {

using prepguard::Artifact;
using prepguard::Errc;
using prepguard::Error;
using prepguard::Text;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class T>
std::optional<Artifact<T>> load(std::string_view sealed) {
  try {
    return prepguard::load_bytes<T>(sealed, {.self_test = false});
  } catch (const Error& error) {
    require(error.code() == Errc::bad_format || error.code() == Errc::bad_version ||
            error.code() == Errc::bad_state);
    return std::nullopt;
  }
}

/// An ordinary row, one of extremes, one of missing cells; each may be refused, but only as data.
template <class T>
void transform_rows(const Artifact<T>& artifact) {
  prepguard::Matrix<T> numbers(3, artifact.input_layout().numbers());
  prepguard::Matrix<Text> texts(3, artifact.input_layout().texts());
  for (std::size_t j = 0; j < numbers.cols(); ++j) {
    numbers(0, j) = T{1};
    numbers(1, j) = static_cast<T>(-3e38);
    prepguard::detail::store_nan(&numbers(2, j));
  }
  for (std::size_t j = 0; j < texts.cols(); ++j) {
    texts(0, j) = "a";
    texts(2, j) = Text(j % 2 == 0 ? prepguard::Missing::none : prepguard::Missing::nan);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    try {
      artifact.transform({prepguard::MatrixView<const T>(numbers).middle_rows(i, 1),
                          prepguard::MatrixView<const Text>(texts).middle_rows(i, 1)});
    } catch (const Error& error) {
      require(error.code() == Errc::non_finite || error.code() == Errc::unknown_category);
    }
  }
}

template <class T>
void check(const std::string& sealed) {
  const auto artifact = load<T>(sealed);
  if (!artifact) return;
  transform_rows(*artifact);
  const std::string saved = prepguard::to_bytes(*artifact);
  const auto again = load<T>(saved);
  require(again && *again == *artifact && prepguard::to_bytes(*again) == saved);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view payload(reinterpret_cast<const char*>(data), size);
  // Seeds are whole files: their payload lies between the header's second line and the trailer.
  const std::size_t header =
      payload.starts_with("{\"prepguard\"") ? payload.find("\"payload\":\n") : payload.npos;
  if (header != payload.npos) payload.remove_prefix(header + 11);
  if (header != payload.npos && payload.ends_with("\n}\n")) payload.remove_suffix(3);
  const std::string sealed = prepguard::detail::seal(payload);
  check<double>(sealed);
  check<float>(sealed);
  return 0;
}
