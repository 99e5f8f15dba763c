// SPDX-License-Identifier: MIT
#include "prepguard/detail/sha256.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace sha256_test {
namespace {

std::string sha256(std::string_view bytes) {
  prepguard::detail::Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

struct Answer {
  std::string message;
  std::string_view digest;
};

// FIPS 180-4 examples (NIST, "Example Values": SHA-256) and the byte-oriented SHAVS vectors
// (SHA256ShortMsg.rsp).
const Answer published[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"\xd3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
     "tnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

}  // namespace

TEST_CASE("sha256: published answers") {
  for (const Answer& answer : published) CHECK(sha256(answer.message) == answer.digest);
}

TEST_CASE("sha256: pieces of any size give the digest of the whole") {
  const std::string& message = published[4].message;
  for (std::size_t piece = 1; piece <= message.size(); ++piece) {
    prepguard::detail::Sha256 hash;
    for (std::size_t i = 0; i < message.size(); i += piece)
      hash.add(std::string_view(message).substr(i, piece));
    CHECK(hash.hex() == published[4].digest);
    CHECK(hash.size() == message.size());
  }
}

}  // namespace sha256_test
