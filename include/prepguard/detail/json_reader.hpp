// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/json_scanner.hpp"
#include "prepguard/detail/json_text.hpp"
#include "prepguard/detail/json_walk.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Reads values out of a JSON text by name, in any order, without building a tree: what is held is a position
/// for each open container and for each key passed over. Every complaint is an Error with path and line.
class JsonReader {
 public:
  /// Checks the whole text first (see JsonScanner), which must outlive the reader.
  explicit JsonReader(std::string_view text, std::size_t first_line = 1)
      : text_(text), first_line_(first_line) {
    JsonScanner(text, first_line).scan();
    root_ = skip_space(text, 0);
  }

  /// The key of the next value; the name must live until the value is read.
  void name_next(const char* name) noexcept { name_ = name; }

  void open_object() { open('{', "an object"); }
  void open_array() { open('[', "an array"); }

  /// Leaves the open container; it must have been read completely.
  void close() {
    Frame& frame = frames_.back();
    if (!frame.skipped.empty() || !is_closing(text_[frame.next])) refuse_rest(frame);
    const std::size_t end = frame.next + 1;
    frames_.pop_back();
    finish_value(end);
  }

  /// Elements of the array that was opened last, counted by skipping over them.
  std::size_t array_size() const {
    if (frames_.empty() || frames_.back().is_object)
      fail(Errc::bad_parameter, "std::vector", "another list type");
    std::size_t count = 0;
    for (std::size_t at = frames_.back().next; text_[at] != ']'; at = next_item(text_, skip_value(text_, at)))
      ++count;
    return count;
  }

  bool read_bool() {
    const std::string_view token = take_token();
    if (token != "true" && token != "false") refuse("true or false");
    return token == "true";
  }

  std::int64_t read_integer() {
    const std::string_view token = take_token();
    if (!is_number(token, 0) || is_real(token)) refuse("an integer");
    return *parse_json_integer(token);
  }

  double read_real() {
    const std::string_view token = take_token();
    if (!is_number(token, 0) || !is_real(token)) refuse("a floating-point number");
    return *parse_json_real(token);
  }

  std::string read_string() {
    const std::string_view token = take_token();
    if (token.front() != '"') refuse("a string");
    return decode_json_string(token.substr(1, token.size() - 2));
  }

  /// Where the value read last stands: `pipeline.steps[1].step.scale.values[1]`.
  std::string path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.value == no_position) break;
      if (frame.is_object) {
        append_label(path, string_at(text_, frame.key));
      } else {
        append_label(path, frame.taken - 1);
      }
    }
    return path;
  }

  /// The line on which the value read last begins.
  std::size_t line() const noexcept {
    std::size_t at = root_;
    for (const Frame& frame : frames_) {
      if (frame.value != no_position) at = frame.value;
    }
    return line_at(text_, at, first_line_);
  }

  /// Throws an Error about the value read last.
  [[noreturn]] void fail(Errc code, std::string expected, std::string got) const {
    throw_at(code, path(), line(), std::move(expected), std::move(got));
  }

 private:
  struct Member {
    std::size_t key;
    std::size_t value;
  };

  struct Frame {
    bool is_object;
    std::size_t next;                 // first key or element not looked at yet, or the closing bracket
    bool in_order = false;            // the value being read is the one at `next`
    std::size_t taken = 0;            // elements taken
    std::size_t key = no_position;    // of the value read last
    std::size_t value = no_position;  // read last
    std::vector<Member> skipped{};    // keys passed over, not read yet
  };

  void open(char bracket, const char* what) {
    const std::size_t at = take();
    if (text_[at] != bracket) refuse(what);
    frames_.push_back({.is_object = bracket == '{', .next = next_item(text_, at + 1)});
  }

  std::string_view take_token() {
    const std::size_t at = take();
    const char c = text_[at];
    const bool is_container = c == '{' || c == '[';
    const std::string_view token = is_container ? text_.substr(at, 1) : value_token(text_, at);
    if (!is_container) finish_value(at + token.size());
    return token;
  }

  /// The position of the value that is asked for.
  std::size_t take() {
    const char* const name = std::exchange(name_, nullptr);
    if (frames_.empty()) return take_root(name);
    Frame& frame = frames_.back();
    if ((name != nullptr) != frame.is_object) {
      fail(Errc::bad_parameter,
           frame.is_object ? "a name for every value of an object" : "no names in an array",
           name != nullptr ? name : "none");
    }
    return frame.is_object ? take_member(frame, name) : take_element(frame);
  }

  std::size_t take_root(const char* name) {
    if (name != nullptr || root_taken_) {
      fail(Errc::bad_parameter, "one value without a name as the document",
           name != nullptr ? name : "another");
    }
    root_taken_ = true;
    return root_;
  }

  std::size_t take_element(Frame& frame) {
    if (text_[frame.next] == ']') {
      frame.value = no_position;
      fail(Errc::bad_format, "more elements", "an array of " + std::to_string(frame.taken));
    }
    ++frame.taken;
    frame.in_order = true;
    return frame.value = frame.next;
  }

  std::size_t take_member(Frame& frame, std::string_view name) {
    for (auto member = frame.skipped.begin(); member != frame.skipped.end(); ++member) {
      if (string_at(text_, member->key) != name) continue;
      frame.in_order = false;
      frame.key = member->key;
      frame.value = member->value;
      frame.skipped.erase(member);
      return frame.value;
    }
    while (text_[frame.next] != '}') {
      const Member member{.key = frame.next, .value = value_of_key(text_, frame.next)};
      if (string_at(text_, member.key) == name) {
        frame.in_order = true;
        frame.key = member.key;
        return frame.value = member.value;
      }
      frame.skipped.push_back(member);
      frame.next = next_item(text_, skip_value(text_, member.value));
    }
    frame.value = no_position;
    fail(Errc::bad_format, "the key " + detail::quoted(name), "none");
  }

  /// The value being read ends before `end`.
  void finish_value(std::size_t end) noexcept {
    if (!frames_.empty() && frames_.back().in_order) frames_.back().next = next_item(text_, end);
  }

  /// Complains about the first key or element that nobody asked for.
  [[noreturn]] void refuse_rest(Frame& frame) {
    if (!frame.is_object) {
      frame.value = no_position;
      fail(Errc::bad_format, "an array of " + std::to_string(frame.taken), "more elements");
    }
    frame.key = frame.skipped.empty() ? frame.next : frame.skipped.front().key;
    frame.value = value_of_key(text_, frame.key);
    fail(Errc::bad_format, "a known key", detail::quoted(string_at(text_, frame.key)));
  }

  /// Complains about the kind of the value taken last.
  [[noreturn]] void refuse(std::string expected) const {
    const std::size_t at = frames_.empty() ? root_ : frames_.back().value;
    const char c = text_[at];
    fail(Errc::bad_format, std::move(expected),
         c == '{'   ? "an object"
         : c == '[' ? "an array"
                    : shortened(value_token(text_, at)));
  }

  std::string_view text_;
  std::size_t first_line_;
  std::size_t root_ = 0;
  bool root_taken_ = false;
  const char* name_ = nullptr;
  std::vector<Frame> frames_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
