// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a document may contain at most. The Python reader has the same figures.
struct JsonLimits {
  static constexpr std::size_t depth = 32;                           ///< brackets open at once
  static constexpr std::size_t keys = 64;                            ///< keys of one object
  static constexpr std::size_t string_bytes = std::size_t{1} << 20;  ///< bytes of one string, decoded
  static constexpr std::size_t number_characters = 64;
  static constexpr std::size_t values = std::size_t{1} << 22;  ///< values and keys in all
};

constexpr bool is_json_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Bytes of the UTF-8 sequence that starts at `text[at]`, 0 if there is no valid one (overlong forms,
/// surrogates and values above U+10FFFF are not). `at` must be in range.
constexpr std::size_t utf8_sequence(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return continues(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (lead > 0xF4 || (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
  return continues(1) && continues(2) && continues(3) ? 4 : 0;
}

/// Why `text` cannot stand in a file, or an empty view if it can.
inline std::string_view reason_unfit(std::string_view text) noexcept {
  if (text.size() > JsonLimits::string_bytes) return "a text longer than 1 MiB";
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\0') return "a text with a NUL character";
    const std::size_t size = utf8_sequence(text, at);
    if (size == 0) return "a text that is not valid UTF-8";
    at += size;
  }
  return {};
}

inline constexpr std::string_view escape_letters = "\"\\bfnrt/";  ///< what may follow a backslash, besides u
inline constexpr std::string_view escaped_bytes = "\"\\\b\f\n\r\t/";

/// Appends `text` as a JSON string, as Python's json.dumps(text, ensure_ascii=False) does.
inline void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') {
      out += c;
    } else if (const std::size_t i = escaped_bytes.find(c); i != escaped_bytes.npos) {
      out.append(1, '\\').append(1, escape_letters[i]);
    } else {
      out.append("\\u00").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    }
  }
  out += '"';
}

/// Appends the UTF-8 bytes of a code point.
inline void append_utf8(std::string& out, std::uint32_t code) {
  const auto continuation = [&](int shift) { out += static_cast<char>(0x80u | (code >> shift & 0x3Fu)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0u | code >> 6);
    continuation(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0u | code >> 12);
    continuation(6);
    continuation(0);
  } else {
    out += static_cast<char>(0xF0u | code >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

/// The four hexadecimal digits at `text[at]` as a number, or -1.
inline std::int32_t hex4(std::string_view text, std::size_t at) noexcept {
  if (at + 4 > text.size()) return -1;
  std::uint32_t value = 0;
  const char* const first = text.data() + at;
  return std::from_chars(first, first + 4, value, 16).ptr == first + 4 ? static_cast<std::int32_t>(value)
                                                                       : -1;
}

/// Value of a \u escape (or of a surrogate pair of two) and the characters it takes; `size` 0 if there is
/// none.
struct UnicodeEscape {
  std::uint32_t code = 0;
  std::size_t size = 0;
};

/// Reads the \u escape whose backslash is `text[at]`. U+0000 and lone surrogates are refused.
inline UnicodeEscape unicode_escape(std::string_view text, std::size_t at) noexcept {
  const std::int32_t first = hex4(text, at + 2);
  if (first <= 0 || (first >= 0xDC00 && first < 0xE000)) return {};
  if (first < 0xD800 || first >= 0xE000) return {static_cast<std::uint32_t>(first), 6};
  if (text.substr(at + 6, 2) != "\\u") return {};
  const std::int32_t second = hex4(text, at + 8);
  if (second < 0xDC00 || second >= 0xE000) return {};
  const auto high = static_cast<std::uint32_t>(first - 0xD800);
  const auto low = static_cast<std::uint32_t>(second - 0xDC00);
  return {0x10000u + (high << 10) + low, 12};
}

/// The text of a checked JSON string token; `token` is without its quotes.
inline std::string decode_json_string(std::string_view token) {
  std::string out;
  for (std::size_t at = 0; at < token.size();) {
    const std::size_t plain = std::min(token.find('\\', at), token.size());
    out += token.substr(at, plain - at);
    if (plain == token.size()) break;
    if (token[plain + 1] == 'u') {
      const UnicodeEscape escape = unicode_escape(token, plain);
      append_utf8(out, escape.code);
      at = plain + escape.size;
    } else {
      out += escaped_bytes[escape_letters.find(token[plain + 1])];
      at = plain + 2;
    }
  }
  return out;
}

/// `text` for a message: at most `limit` bytes, cut between characters.
inline std::string shortened(std::string_view text, std::size_t limit = 60) {
  if (text.size() <= limit) return std::string(text);
  std::size_t size = limit;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u) --size;
  return std::string(text.substr(0, size)) + "...";
}

/// A decoded key for a message: in quotes, on one line, not too long.
inline std::string quoted(std::string_view key) {
  std::string out;
  append_json_string(out, shortened(key));
  return out;
}

/// Appends a key to a path: `pipeline` + `steps` = `pipeline.steps`.
inline void append_label(std::string& path, std::string_view key) {
  if (!path.empty()) path += '.';
  const std::string name = detail::quoted(key);
  path.append(name, 1, name.size() - 2);
}

/// Appends an array position to a path: `steps` + 1 = `steps[1]`.
inline void append_label(std::string& path, std::size_t index) {
  path += '[' + std::to_string(index) + ']';
}

/// Throws `path (line n): expected ..., got ...`.
[[noreturn]] inline void throw_at(Errc code, const std::string& path, std::size_t line, std::string expected,
                                  std::string got) {
  throw Error(ErrorInfo{.code = code,
                        .where = (path.empty() ? "document" : path) + " (line " + std::to_string(line) + ")",
                        .expected = std::move(expected),
                        .got = std::move(got)});
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
