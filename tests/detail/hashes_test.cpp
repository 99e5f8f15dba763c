// SPDX-License-Identifier: MIT
#include "prepguard/detail/hashes.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "detail/hashes_table.hpp"

namespace hashes_test {
namespace {

using prepguard::detail::FarmHash;
using prepguard::detail::siphash;

std::string text_of(std::size_t size) {
  constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += letters[(i * i + 7 * i) % 64];
  return text;
}

}  // namespace

TEST_CASE("hashes: TensorFlow's own for texts of every length") {
  constexpr std::uint64_t buckets = (std::uint64_t{1} << 63) - 1;
  std::size_t size = 0;
  for (const hashes::Row& row : hashes::table) {
    CAPTURE(size);
    const std::string text = text_of(size++);
    CHECK(static_cast<std::int64_t>(FarmHash::of(text) % buckets) == row.farm);
    CHECK(static_cast<std::int64_t>(siphash(text, 133, static_cast<std::uint64_t>(-5)) % buckets) == row.sip);
  }
  CHECK(size == 201);
}

TEST_CASE("hashes: published vectors") {
  // The SipHash paper, appendix A: key 00 to 0f, text 00 to 0e.
  constexpr char bytes[] = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e";
  static_assert(siphash({bytes, 15}, 0x0706'0504'0302'0100U, 0x0f0e'0d0c'0b0a'0908U) ==
                0xa129'ca61'49be'45e5U);
  // The documentation of tf.strings.to_hash_bucket_fast and of keras.layers.Hashing.
  CHECK(FarmHash::of("Hello") % 3 == 0);
  CHECK(FarmHash::of("TensorFlow") % 3 == 2);
  CHECK(FarmHash::of("2.x") % 3 == 2);
  const std::uint64_t want[] = {1, 0, 1, 1, 2};
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(FarmHash::of(std::string(1, static_cast<char>('A' + i))) % 3 == want[i]);
}

}  // namespace hashes_test
