// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/json_text.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// One pass over a text that throws at the first place where it is not a JSON document under the rules and
/// limits of docs/format.md. Not recursive; memory is bounded by the depth and by the keys of the open
/// objects.
class JsonScanner {
 public:
  /// `first_line`: number of the text's first line, for messages.
  JsonScanner(std::string_view text, std::size_t first_line) : text_(text), first_line_(first_line) {}

  void scan() {
    do {
      skip_space();
      scan_value();
    } while (find_next());
    if (at_ != text_.size()) fail("the end of the text");
  }

 private:
  struct Frame {
    bool is_object;
    std::size_t first_key;  // in keys_
    std::size_t count = 0;  // values begun
  };

  bool done() const noexcept { return at_ == text_.size(); }
  char peek() const noexcept { return done() ? '\0' : text_[at_]; }
  void skip_space() noexcept {
    while (is_json_space(peek())) ++at_;
  }

  void scan_value() {
    count_value();
    const char c = peek();
    if (c == '{' || c == '[') {
      if (open_.size() == JsonLimits::depth) fail("at most 32 levels of nesting", "a deeper one");
      open_.push_back({.is_object = c == '{', .first_key = keys_.size()});
      ++at_;
    } else if (c == '"') {
      scan_string();
    } else if (c == '-' || is_digit(c)) {
      scan_number();
    } else if (!skip_word("true") && !skip_word("false")) {
      fail("an object, an array, a string, a number, true or false");
    }
  }

  /// Goes to where the next value begins; false at the end of the document.
  bool find_next() {
    for (;;) {
      skip_space();
      if (open_.empty()) return false;
      Frame& frame = open_.back();
      if (peek() == (frame.is_object ? '}' : ']')) {
        ++at_;
        keys_.resize(frame.first_key);
        open_.pop_back();
        continue;
      }
      if (frame.count > 0) {
        if (peek() != ',') fail(frame.is_object ? "',' or '}'" : "',' or ']'");
        ++at_;
        skip_space();
      }
      ++frame.count;
      if (frame.is_object) scan_key(frame);
      return true;
    }
  }

  void scan_key(const Frame& frame) {
    if (peek() != '"') fail("a key in double quotes");
    if (frame.count > JsonLimits::keys) fail("at most 64 keys in an object", "more");
    count_value();
    const std::size_t start = at_;
    scan_string();
    std::string key = decode_json_string(text_.substr(start + 1, at_ - start - 2));
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(frame.first_key);
    if (std::find(first, keys_.end(), key) != keys_.end()) {
      at_ = start;
      fail("every key once", detail::quoted(key) + " again");
    }
    keys_.push_back(std::move(key));
    skip_space();
    if (peek() != ':') fail("':'");
    ++at_;
  }

  /// From the opening to behind the closing quote.
  void scan_string() {
    const std::size_t start = at_++;
    std::size_t size = 0;
    while (peek() != '"') {
      size += peek() == '\\' ? scan_escape() : scan_character();
      if (size > JsonLimits::string_bytes) fail("a string of at most 1 MiB", "a longer one", start);
    }
    ++at_;
  }

  /// One raw character of a string; the bytes it takes.
  std::size_t scan_character() {
    if (done()) fail("'\"' at the end of a string");
    if (static_cast<unsigned char>(peek()) < 0x20) fail("no raw control character in a string");
    const std::size_t size = utf8_sequence(text_, at_);
    if (size == 0) fail("valid UTF-8");
    at_ += size;
    return size;
  }

  /// One escape of a string; the bytes it stands for (up to 4).
  std::size_t scan_escape() {
    const char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (letter == 'u') {
      const UnicodeEscape escape = unicode_escape(text_, at_);
      if (escape.size == 0) fail("\\u and four hexadecimal digits, not 0000, no half of a surrogate pair");
      at_ += escape.size;
      return escape.code < 0x80 ? 1 : escape.code < 0x800 ? 2 : escape.code < 0x10000 ? 3 : 4;
    }
    if (letter == '\0' || escape_letters.find(letter) == escape_letters.npos) {
      ++at_;
      fail("one of \"\\/bfnrtu after a backslash");
    }
    at_ += 2;
    return 1;
  }

  void scan_number() {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    const bool starts_with_zero = peek() == '0';
    if (scan_digits() > 1 && starts_with_zero) fail("a number without leading zeros", "0...", start);
    bool is_real = false;
    if (peek() == '.') {
      is_real = true;
      ++at_;
      scan_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      is_real = true;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      scan_digits();
    }
    check_number(text_.substr(start, at_ - start), is_real, start);
  }

  std::size_t scan_digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    if (at_ == start) fail("a digit");
    return at_ - start;
  }

  void check_number(std::string_view token, bool is_real, std::size_t start) const {
    if (token.size() > JsonLimits::number_characters) {
      fail("a number of at most 64 characters", std::to_string(token.size()) + " of them", start);
    }
    if (token == "-0") fail("0 or -0.0", "-0", start);
    if (is_real && !parse_json_real(token)) fail("a number that fits a double", std::string(token), start);
    if (!is_real && !parse_json_integer(token))
      fail("an integer that fits 64 bits", std::string(token), start);
  }

  bool skip_word(std::string_view word) noexcept {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  void count_value() {
    if (++values_ > JsonLimits::values) fail("at most 4194304 values and keys", "more");
  }

  /// What stands at `at_`, for a message.
  std::string describe_here() const {
    if (done()) return "the end of the text";
    const auto byte = static_cast<unsigned char>(text_[at_]);
    for (const std::string_view word : {"null", "NaN", "Infinity"}) {
      if (text_.substr(at_, word.size()) == word) return std::string(word);
    }
    if (byte > 0x20 && byte < 0x7F) return {'\'', text_[at_], '\''};
    constexpr std::string_view hex = "0123456789abcdef";
    return {'b', 'y', 't', 'e', ' ', '0', 'x', hex[byte >> 4], hex[byte & 15]};
  }

  std::string path() const {
    std::string path;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const std::size_t keys_end = i + 1 < open_.size() ? open_[i + 1].first_key : keys_.size();
      if (open_[i].is_object && keys_end == open_[i].first_key) break;
      if (open_[i].is_object) {
        append_label(path, keys_[keys_end - 1]);
      } else {
        append_label(path, open_[i].count - 1);
      }
    }
    return path;
  }

  [[noreturn]] void fail(std::string expected) const { fail(std::move(expected), describe_here()); }
  [[noreturn]] void fail(std::string expected, std::string got) const {
    fail(std::move(expected), std::move(got), at_);
  }
  [[noreturn]] void fail(std::string expected, std::string got, std::size_t where) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(where);
    const auto breaks = static_cast<std::size_t>(std::count(text_.begin(), end, '\n'));
    throw_at(Errc::bad_format, path(), first_line_ + breaks, std::move(expected), std::move(got));
  }

  std::string_view text_;
  std::size_t first_line_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  std::vector<Frame> open_;
  std::vector<std::string> keys_;  // of all open objects, outermost first
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
