// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a sealed file, and any bytes as a payload. Only what `seal` makes is
// accepted.
//
//   clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/envelope_fuzzer.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "prepguard/detail/envelope.hpp"
#include "prepguard/error.hpp"

namespace {

using prepguard::Errc;
using prepguard::detail::default_file_cap;
using prepguard::detail::seal;
using prepguard::detail::unseal;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Whether `bytes` are accepted; if so, they must be what `seal` makes of their payload.
bool is_accepted(std::string_view bytes) {
  try {
    require(seal(unseal(bytes, default_file_cap, "fuzz")) == bytes);
    return true;
  } catch (const prepguard::Error& error) {
    require(error.code() == Errc::bad_format || error.code() == Errc::bad_version);
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  is_accepted(bytes);
  if (size < 2) return 0;
  std::string sealed = seal(bytes.substr(2));
  require(is_accepted(sealed) == (size > 2));
  // The first two bytes choose one bit to flip; no bit of the file is free.
  const std::size_t bit = (data[0] | std::size_t{data[1]} << 8) % (8 * sealed.size());
  sealed[bit / 8] = static_cast<char>(static_cast<unsigned char>(sealed[bit / 8]) ^ (1u << (bit % 8)));
  require(!is_accepted(sealed));
  return 0;
}
