// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "prepguard/detail/crc32.hpp"
#include "prepguard/detail/file_kind.hpp"
#include "prepguard/detail/file_size.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr int file_format = 1;                 ///< the envelope this library writes
inline constexpr std::size_t payload_first_line = 3;  ///< the payload's first line in its file
inline constexpr std::string_view envelope_magic = "{\"prepguard\":{\"format\":";
inline constexpr std::string_view envelope_trailer = "\n}\n";

/// The fixed text before a payload of `size` bytes.
inline std::string envelope_header(std::size_t size, std::uint32_t crc) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string header(envelope_magic);
  header += std::to_string(file_format) + ",\"bytes\":" + std::to_string(size) + ",\"crc32\":\"";
  for (int shift = 28; shift >= 0; shift -= 4) header += hex[crc >> shift & 15];
  return header + "\"},\n\"payload\":\n";
}

/// The sealed file of `payload`.
inline std::string seal(std::string_view payload) {
  std::string bytes = envelope_header(payload.size(), crc32(payload));
  bytes.reserve(bytes.size() + payload.size() + envelope_trailer.size());
  return bytes.append(payload).append(envelope_trailer);
}

/// The library version that wrote the file, as far as it can be read without trusting the file; else empty.
inline std::string_view writer_version(std::string_view bytes) noexcept {
  constexpr std::string_view key = "\"library_version\": \"";
  const std::size_t found = bytes.find(key);
  if (found == bytes.npos) return {};
  const std::string_view rest = bytes.substr(found + key.size(), 32);
  const std::size_t size = rest.find_first_not_of("0123456789.abcdefghijklmnopqrstuvwxyz+-");
  return size == rest.npos || rest[size] != '"' ? std::string_view() : rest.substr(0, size);
}

/// Throws unless `bytes` begin as a sealed file of a format this library reads.
inline void check_file_format(std::string_view bytes, const std::string& where) {
  if (!bytes.starts_with(envelope_magic)) {
    if (!bytes.empty() && envelope_magic.starts_with(bytes)) {
      throw Error(Errc::bad_format, where, "cut off after " + std::to_string(bytes.size()) + " bytes");
    }
    throw Error(Errc::bad_format, where,
                "not a prepguard file, it looks like " + std::string(describe_file_kind(bytes)));
  }
  const std::string_view rest = bytes.substr(envelope_magic.size(), 20);
  const std::string_view format = rest.substr(0, rest.find_first_not_of("0123456789"));
  if (format.empty()) throw Error(Errc::bad_format, where, "damaged or cut off in its first line");
  if (format == std::to_string(file_format)) return;
  const std::string_view writer = writer_version(bytes);
  throw Error(Errc::bad_version, where,
              "file format " + std::string(format) +
                  (writer.empty() ? "" : ", written by prepguard " + std::string(writer)) +
                  ", but this library (" PREPGUARD_VERSION ") reads format " + std::to_string(file_format),
              "update the library, or export the file with this one");
}

/// What the first line of a file promises.
struct EnvelopePromise {
  std::size_t size = 0;
  std::uint32_t crc = 0;
};

/// Reads the numbers of the first line; zeros where they cannot be read.
inline EnvelopePromise read_promise(std::string_view bytes) noexcept {
  constexpr std::string_view size_key = "1,\"bytes\":";
  constexpr std::string_view crc_key = ",\"crc32\":\"";
  EnvelopePromise promise;
  const char* const end = bytes.data() + bytes.size();
  const char* at = bytes.data() + std::min(bytes.size(), envelope_magic.size() + size_key.size());
  at = std::from_chars(at, end, promise.size).ptr;
  at += std::min(static_cast<std::size_t>(end - at), crc_key.size());
  std::from_chars(at, at + std::min<std::ptrdiff_t>(end - at, 8), promise.crc, 16);
  return promise;
}

/// The payload of the sealed file `bytes`, every byte of which has been checked. `where` names the file in
/// errors: `io_failed` above `cap` bytes, `bad_version` for another format, `bad_format` for all else.
inline std::string_view unseal(std::string_view bytes, std::size_t cap, const std::string& where) {
  check_file_size(bytes.size(), cap, where);
  check_file_format(bytes, where);
  const EnvelopePromise promise = read_promise(bytes);
  const std::string header = envelope_header(promise.size, promise.crc);
  if (promise.size == 0 || !bytes.starts_with(header)) {
    const bool carriage_return = bytes.substr(0, header.size() + 2).find('\r') != bytes.npos;
    throw Error(Errc::bad_format, where,
                carriage_return ? "line endings were changed (CR before LF)"
                                : "damaged or cut off in its first lines",
                carriage_return ? "transfer the file as binary" : "");
  }
  const std::string_view rest = bytes.substr(header.size());
  if (rest.size() < envelope_trailer.size() || rest.size() - envelope_trailer.size() != promise.size) {
    const bool cut = rest.size() < promise.size + envelope_trailer.size();
    throw Error(Errc::bad_format, where,
                std::string(cut ? "cut off" : "something was appended") + ": " +
                    std::to_string(bytes.size()) + " bytes instead of " +
                    std::to_string(header.size() + promise.size + envelope_trailer.size()));
  }
  if (!rest.ends_with(envelope_trailer)) throw Error(Errc::bad_format, where, "damaged in its last lines");
  const std::string_view payload = rest.substr(0, promise.size);
  if (crc32(payload) != promise.crc) {
    throw Error(Errc::bad_format, where, "damaged, or edited by hand: the checksum differs",
                "restore the file; seal it again if it was edited on purpose");
  }
  return payload;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
