// SPDX-License-Identifier: MIT
#include "prepguard/detail/envelope.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "prepguard/detail/crc32.hpp"
#include "prepguard/error.hpp"

namespace envelope_test {

using namespace std::string_literals;
using prepguard::Errc;
using prepguard::Error;
using prepguard::detail::crc32;
using prepguard::detail::default_file_cap;
using prepguard::detail::seal;
using prepguard::detail::unseal;

// The payload {"a": [1, 0.5], "b": "é"} as sealed by the Python functions of docs/format.md.
const std::string payload = "{\n    \"a\": [\n        1,\n        0.5\n    ],\n    \"b\": \"\xC3\xA9\"\n}";
const std::string sealed =
    "{\"prepguard\":{\"format\":1,\"bytes\":58,\"crc32\":\"7f92753a\"},\n\"payload\":\n" + payload + "\n}\n";

/// The message of the refusal, which must have this code; "accepted" if there is none.
std::string refusal(std::string_view bytes, Errc code = Errc::bad_format,
                    std::size_t cap = default_file_cap) {
  try {
    unseal(bytes, cap, "model.json");
  } catch (const Error& error) {
    CHECK(name(error.code()) == name(code));
    CHECK(error.info().where == "model.json");
    return error.what();
  }
  return "accepted";
}

bool says(const std::string& message, std::string_view words) {
  INFO(message);
  return message.find(words) != message.npos;
}

bool opens(std::string_view bytes) {
  try {
    unseal(bytes, default_file_cap, "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST_CASE("CRC-32 is zlib's, for every length and start") {
  CHECK(crc32("") == 0);
  CHECK(crc32("a") == 0xE8B7BE43);
  CHECK(crc32("123456789") == 0xCBF43926);
  CHECK(crc32("The quick brown fox jumps over the lazy dog") == 0x414FA339);
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(i * 7);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::uint32_t bitwise = ~0u;  // the definition, one bit after the other
    for (const char c : bytes.substr(0, size)) {
      bitwise ^= static_cast<unsigned char>(c);
      for (int bit = 0; bit < 8; ++bit) bitwise = (bitwise >> 1) ^ ((bitwise & 1) != 0 ? 0xEDB88320u : 0u);
    }
    CHECK(crc32(std::string_view(bytes).substr(0, size)) == ~bitwise);
  }
}

TEST_CASE("seal and unseal are the Python functions") {
  CHECK(seal(payload) == sealed);
  CHECK(unseal(sealed, default_file_cap, "") == payload);
  CHECK(unseal(sealed, sealed.size(), "") == payload);
}

TEST_CASE("every truncation, every bit flip, every appended byte") {
  const std::string file = seal("{\"values\": [" + std::string(2000, '1') + "]}");
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < file.size(); ++size)
    accepted += std::size_t{opens(std::string_view(file).substr(0, size))};
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1u << (bit % 8)));
    accepted += std::size_t{opens(flipped)};
  }
  for (int byte = 0; byte < 256; ++byte) accepted += std::size_t{opens(file + static_cast<char>(byte))};
  accepted += std::size_t{opens(file + file)};
  std::printf("G1 envelope: %zu truncations, %zu bit flips, %zu accepted\n", file.size(), 8 * file.size(),
              accepted);
  CHECK(accepted == 0);
}

TEST_CASE("random edits") {
  const std::string file = seal("{\"values\": [" + std::string(1000, '1') + "]}");
  std::mt19937 random(7);
  std::size_t accepted = 0;
  constexpr int edits = 100000;
  for (int i = 0; i < edits; ++i) {
    std::string edited = file;
    const auto flip = [&](std::size_t bit) {
      edited[bit / 8 % file.size()] =
          static_cast<char>(static_cast<unsigned char>(edited[bit / 8 % file.size()]) ^ (1u << (bit % 8)));
    };
    const std::size_t first = random();
    if (i % 3 == 0) {
      flip(first);
      flip(random());
    } else if (i % 3 == 1) {
      for (std::size_t bit = 0, size = random() % 32; bit <= size; ++bit) {
        if (bit == 0 || bit == size || random() % 2 == 0) flip(first + bit);
      }
    } else {
      edited[first % file.size()] = static_cast<char>(random());
    }
    if (edited != file && opens(edited)) ++accepted;
  }
  std::printf("G2 envelope: %d random edits, %zu accepted\n", edits, accepted);
  CHECK(accepted == 0);
}

TEST_CASE("what a wrong file looks like") {
  const struct {
    std::string bytes;
    const char* words;
  } rows[] = {
      {"", "an empty file"},
      {"\xEF\xBB\xBF" + sealed, "byte order mark"},
      {"\xFF\xFE{\0\"\0"s, "UTF-16"},
      {"\xFE\xFF\0{\0\""s, "UTF-16"},
      {"{\0\"\0p\0"s, "UTF-16"},
      {"\0{\0\"\0p"s, "UTF-16"},
      {"\x1F\x8B\x08\0\0"s, "gzip"},
      {"PK\x03\x04\x14", "zip"},
      {"\x80\x04\x95\x10\0\0"s, "pickle"},
      {"\x80\x02}q\0"s, "pickle"},
      {"\x93NUMPY\x01\0"s, "NumPy"},
      {"\x89HDF\r\n\x1A\n", "HDF5"},
      {"\x1C\0\0\0TFL3\x14\0"s, "TensorFlow Lite"},
      {"\x08\x08\x12\x0Cskl2onnx"s, "ONNX"},
      {"\x08\x07:\x90\x01"s, "ONNX"},
      {"\n<!DOCTYPE html><html>", "HTML"},
      {"<html>", "HTML"},
      {"<?xml version=\"1.0\"?>", "XML"},
      {"version https://git-lfs.github.com/spec/v1\n", "Git LFS"},
      {payload, "JSON, but not a prepguard file"},
      {"[1]", "JSON, but not a prepguard file"},
      {"{\"prepguard\": {\"format\": 1}}", "first line was changed"},
      {"name,value\n1,2\n", "other text"},
      {"\x01\x02\x03\x04", "other binary data"},
      {"\x08", "other binary data"},
      {"\x08\x07\x01", "other binary data"},
      {"\x08\x7F\x12", "other binary data"},
      {"\x08\0\x12"s, "other binary data"},
      {"name\tvalue\r\n", "other text"},
      {"{\"prepgu", "cut off after 8 bytes"},
      {"{\"prepguard\":{\"format\":", "first line"},
      {"{\"prepguard\":{\"format\":x", "first line"},
  };
  for (const auto& row : rows) CHECK(says(refusal(row.bytes), row.words));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

TEST_CASE("another format number is named with ours and the writer's version") {
  const std::string future =
      replaced(seal("{\n    \"library_version\": \"7.2.0\"\n}"), "\"format\":1", "\"format\":12");
  const std::string message = refusal(future, Errc::bad_version);
  CHECK(says(message, "file format 12"));
  CHECK(says(message, "prepguard 7.2.0"));
  CHECK(says(message, "reads format 1"));
  CHECK(says(message, "update the library"));
  CHECK(says(refusal(replaced(sealed, "\"format\":1", "\"format\":2"), Errc::bad_version),
             "file format 2, but"));
  CHECK(
      says(refusal(replaced(sealed, "\"format\":1", "\"format\":01"), Errc::bad_version), "file format 01"));
  CHECK(says(refusal(replaced(future, "7.2.0", "7\x1B.2"), Errc::bad_version), "file format 12, but"));
  CHECK(says(refusal(replaced(future, "7.2.0\"", std::string(60, '7')), Errc::bad_version),
             "file format 12, but"));
}

TEST_CASE("damage has a name") {
  CHECK(says(refusal(replaced(sealed, "\n", "\r\n")), "line endings were changed (CR before LF)"));
  CHECK(says(refusal(replaced(sealed, "0.5", "0.6")), "damaged, or edited by hand"));
  CHECK(says(refusal(replaced(sealed, "0.5", "0.6")), "seal it again"));
  CHECK(says(refusal(sealed.substr(0, sealed.size() - 1)), "cut off"));
  CHECK(says(refusal(sealed.substr(0, sealed.find(payload))), "cut off"));
  CHECK(says(refusal(sealed + "x"), "something was appended"));
  CHECK(says(refusal(sealed + sealed), "something was appended"));
  CHECK(says(refusal(sealed.substr(0, sealed.size() - 1) + " "), "last lines"));
  CHECK(says(refusal(replaced(sealed, "\"payload\"", "\"Payload\"")), "first lines"));
  CHECK(says(refusal(replaced(sealed, "\"bytes\":", "\"bytes\":0")), "first lines"));
  CHECK(says(refusal(replaced(sealed, "\"bytes\":", "\"bytes\":-")), "first lines"));
  CHECK(says(refusal(replaced(sealed, "\"bytes\":", "\"bytes\":99999999999999999999")), "first lines"));
  CHECK(says(refusal(replaced(sealed, "\"bytes\":", "\"bytes\":9223372036854775")), "cut off"));
  CHECK(says(refusal(seal("")), "first lines"));
}

TEST_CASE("the cap") {
  const std::string message = refusal(sealed, Errc::io_failed, sealed.size() - 1);
  CHECK(says(message, std::to_string(sealed.size()) + " bytes, more than the cap of " +
                          std::to_string(sealed.size() - 1)));
}

}  // namespace envelope_test
