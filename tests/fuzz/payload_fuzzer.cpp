// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes through the strict JSON reader. What is accepted must survive being written and
// read.
//
//   clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/payload_fuzzer.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "../archive_sample.hpp"
#include "../json_copy.hpp"
#include "prepguard/archive.hpp"
#include "prepguard/detail/json_walk.hpp"
#include "prepguard/error.hpp"

namespace {

using prepguard_tests::Document;
using prepguard_tests::JsonCopy;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The text of a loaded document, or the message of the refusal.
std::string load(std::string_view text, Document& document) {
  try {
    prepguard::TextInputArchive archive(text);
    archive(document);
  } catch (const prepguard::Error& error) {
    require(error.code() == prepguard::Errc::bad_format && std::strstr(error.what(), "(line ") != nullptr);
    return "";
  }
  std::string saved;
  prepguard::TextOutputArchive archive(saved);
  archive(document);
  return saved;
}

/// One canonical text for a document, whatever order its keys are read in.
void check_copies(std::string_view text) {
  const std::string canonical = JsonCopy(text).canonical();
  require(JsonCopy(canonical).canonical() == canonical);
  const std::string reversed = JsonCopy(text).reversed();
  require(JsonCopy(reversed).reversed() == canonical);
}

void check_walks(std::string_view text) {
  prepguard::detail::for_each_node(text, [&](std::string_view path, std::string_view, std::int64_t) {
    require(prepguard::detail::line_of(text, path) >= 1);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    prepguard::detail::JsonScanner(bytes, 1).scan();
  } catch (const prepguard::Error& error) {
    require(error.code() == prepguard::Errc::bad_format && std::strstr(error.what(), "(line ") != nullptr);
    return 0;
  }
  check_copies(bytes);
  check_walks(bytes);
  Document document;
  const std::string saved = load(bytes, document);
  if (saved.empty()) return 0;
  Document again;
  require(load(saved, again) == saved);
  require(again == document);
  require(JsonCopy(saved).canonical() == saved);
  return 0;
}
