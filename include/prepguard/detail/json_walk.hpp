// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/json_text.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/version.hpp"

/// Steps over a text that JsonScanner has accepted. Positions are byte offsets; nothing is built, nothing can
/// fail.
namespace prepguard::inline PREPGUARD_ABI::detail {

inline constexpr std::size_t no_position = std::numeric_limits<std::size_t>::max();

inline std::size_t skip_space(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_json_space(text[at])) ++at;
  return at;
}

/// From the opening quote to behind the closing one.
inline std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

/// True for the characters of numbers, true and false.
constexpr bool is_token_character(char c) noexcept {
  return (c >= '+' && c <= '9' && c != ',') || (c >= 'a' && c <= 'z') || c == 'E';
}

inline std::size_t skip_token(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_token_character(text[at])) ++at;
  return at;
}

/// From a value's first character to behind its last.
inline std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  do {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (is_token_character(c)) {
      at = skip_token(text, at);
    } else {
      ++at;
    }
  } while (depth > 0);
  return at;
}

/// From behind a value, or behind an opening bracket, to the next key or element, or to the closing bracket.
inline std::size_t next_item(std::string_view text, std::size_t at) noexcept {
  at = skip_space(text, at);
  return at < text.size() && text[at] == ',' ? skip_space(text, at + 1) : at;
}

/// From a key's opening quote to its value.
inline std::size_t value_of_key(std::string_view text, std::size_t key) noexcept {
  return skip_space(text, skip_space(text, skip_string(text, key)) + 1);
}

constexpr bool is_closing(char c) noexcept {
  return c == '}' || c == ']';
}

/// The characters of the value at `at`: a number or word, or a string with its quotes, or a whole container.
inline std::string_view value_token(std::string_view text, std::size_t at) noexcept {
  return text.substr(at, skip_value(text, at) - at);
}

/// The decoded text of the string whose opening quote is at `at`.
inline std::string string_at(std::string_view text, std::size_t at) {
  return decode_json_string(text.substr(at + 1, skip_string(text, at) - at - 2));
}

inline bool is_number(std::string_view text, std::size_t at) noexcept {
  return text[at] == '-' || is_digit(text[at]);
}

/// True for a number token with a point or an exponent: a double, not an integer.
inline bool is_real(std::string_view number) noexcept {
  return number.find_first_of(".eE") != number.npos;
}

/// The value of member `key` of the object at `object`, or no_position.
inline std::size_t find_member(std::string_view text, std::size_t object, std::string_view key) {
  std::size_t at = next_item(text, object + 1);
  while (!is_closing(text[at])) {
    const std::size_t value = value_of_key(text, at);
    if (string_at(text, at) == key) return value;
    at = next_item(text, skip_value(text, value));
  }
  return no_position;
}

/// Calls `visit(path, at)` for every value, containers before what they contain, in document order. The
/// document itself has the empty path.
template <class Visit>
void walk_json(std::string_view text, Visit&& visit) {
  struct Frame {
    bool is_object;
    std::size_t path_size;
    std::size_t index;
  };
  std::vector<Frame> open;
  std::string path;
  std::size_t at = skip_space(text, 0);
  for (;;) {
    visit(std::string_view(path), at);
    if (text[at] == '{' || text[at] == '[') {
      open.push_back({.is_object = text[at] == '{', .path_size = path.size(), .index = 0});
      at = next_item(text, at + 1);
    } else {
      at = next_item(text, skip_value(text, at));
    }
    while (!open.empty() && is_closing(text[at])) {
      open.pop_back();
      at = next_item(text, at + 1);
    }
    if (open.empty()) return;
    Frame& frame = open.back();
    path.resize(frame.path_size);
    if (frame.is_object) {
      append_label(path, string_at(text, at));
      at = value_of_key(text, at);
    } else {
      append_label(path, frame.index++);
    }
  }
}

/// Number of the line that holds byte `at`; the text's first line has number `first_line`.
inline std::size_t line_at(std::string_view text, std::size_t at, std::size_t first_line) noexcept {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
  return first_line + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

/// True if `path` is `prefix` or a place inside it.
inline bool is_inside(std::string_view path, std::string_view prefix) noexcept {
  if (!path.starts_with(prefix)) return false;
  return prefix.empty() || path.size() == prefix.size() || path[prefix.size()] == '.' ||
         path[prefix.size()] == '[';
}

/// The line of the value that `path` names (`pipeline.steps[1].step.scale`), or of the innermost value around
/// it that exists. `text` must be a checked document; its first line has number `first_line`.
inline std::size_t line_of(std::string_view text, std::string_view path, std::size_t first_line = 1) {
  std::size_t best = 0;
  std::size_t best_size = 0;
  walk_json(text, [&](std::string_view here, std::size_t at) {
    if (here.size() > best_size && is_inside(path, here)) {
      best = at;
      best_size = here.size();
    }
  });
  return line_at(text, best, first_line);
}

/// Calls `visit(path, type, version)` for every object inside the document's key "pipeline" or "target" that has a string
/// "type" and an integer "version", outer ones first. `text` must be a checked document.
template <class Visit>
void for_each_node(std::string_view text, Visit&& visit) {
  walk_json(text, [&](std::string_view path, std::size_t at) {
    if (text[at] != '{' || !(is_inside(path, "pipeline") || is_inside(path, "target"))) return;
    const std::size_t type = find_member(text, at, "type");
    const std::size_t version = find_member(text, at, "version");
    if (type == no_position || version == no_position || text[type] != '"' || !is_number(text, version))
      return;
    const std::string_view number = value_token(text, version);
    if (!is_real(number)) visit(path, string_at(text, type), *parse_json_integer(number));
  });
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
