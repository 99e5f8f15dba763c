// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "prepguard/detail/json_text.hpp"

// Texts that came in with the data, such as names and categories, for places that not every text may stand
// in.
namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

/// `text` as UTF-8: every byte that is not part of a valid character, and NUL, becomes U+FFFD.
inline std::string valid_utf8(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = text[at] == '\0' ? 0 : utf8_sequence(text, at);
    if (size == 0) {
      out += replacement_character;
      ++at;
    } else {
      out += text.substr(at, size);
      at += size;
    }
  }
  return out;
}

/// The code point of the valid sequence `bytes`.
constexpr std::uint32_t code_point(std::string_view bytes) noexcept {
  const auto first = static_cast<unsigned char>(bytes[0]);
  std::uint32_t code = bytes.size() == 1 ? first : first & (0xFFU >> (bytes.size() + 1));
  for (const char c : bytes.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

/// Whether a character would move the cursor, colour a terminal, or turn the direction of what follows.
constexpr bool is_control(std::uint32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200E && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// `text` for people, on one line: valid UTF-8, controls spelled out (`\n`, `\u001b`), cut after `limit`
/// bytes. `lines`: line ends stay.
inline std::string shown_text(std::string_view text, std::size_t limit = 120, bool lines = false) {
  constexpr std::string_view hex = "0123456789abcdef";
  const std::string valid = valid_utf8(shortened(text, limit));
  std::string out;
  for (std::size_t at = 0; at < valid.size();) {
    const std::string_view bytes = std::string_view(valid).substr(at, utf8_sequence(valid, at));
    const std::uint32_t code = code_point(bytes);
    at += bytes.size();
    if (!is_control(code) || (lines && code == '\n')) {
      out += bytes;
    } else if (code == '\n' || code == '\r' || code == '\t') {
      out.append(1, '\\').append(1, code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
    } else {
      out += "\\u";
      for (const int shift : {12, 8, 4, 0}) out += hex[code >> shift & 15U];
    }
  }
  return out;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
