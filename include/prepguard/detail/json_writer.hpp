// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/json_text.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Appends JSON to a string exactly as Python's json.dumps(value, indent=4, ensure_ascii=False) prints it.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) noexcept : out_(&out) {}

  /// The key of the next value; the name must live until the value is written.
  void name_next(const char* name) noexcept { name_ = name; }

  void open_object() { open('{'); }
  void open_array() { open('['); }

  /// Ends the open container.
  void close() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frame.count > 0) break_line();
    *out_ += frame.is_object ? '}' : ']';
  }

  /// Throws unless the open container is an array.
  void require_array() const {
    if (frames_.empty() || frames_.back().is_object) fail_use("std::vector", "another list type");
  }

  void write(bool value) {
    begin_value();
    *out_ += value ? "true" : "false";
  }

  void write_null() {
    begin_value();
    *out_ += "null";
  }

  void write(std::int64_t value) { write_integer(value); }
  void write(std::uint64_t value) { write_integer(value); }

  /// A value that is not finite is refused: `bad_state`.
  void write(const double& value) {
    begin_value();
    if (!is_finite(&value)) fail(Errc::bad_state, "a finite number", repr_text(value));
    append_repr(*out_, value);
  }

  /// A text that no reader would accept (over 1 MiB, with NUL, not UTF-8) is refused: `bad_state`.
  void write(std::string_view text) {
    begin_value();
    const std::string_view reason = reason_unfit(text);
    if (!reason.empty())
      fail(Errc::bad_state, "valid UTF-8 without NUL of at most 1 MiB", std::string(reason));
    append_json_string(*out_, text);
  }

  /// Where the value written last stands: `pipeline.steps[1].step.scale.values[1]`.
  std::string path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.count == 0) break;
      if (frame.is_object) {
        append_label(path, frame.name);
      } else {
        append_label(path, frame.count - 1);
      }
    }
    return path;
  }

 private:
  struct Frame {
    bool is_object;
    std::size_t count = 0;
    const char* name = "";
  };

  void open(char bracket) {
    begin_value();
    *out_ += bracket;
    frames_.push_back({.is_object = bracket == '{'});
  }

  template <class Integer>
  void write_integer(Integer value) {
    begin_value();
    char buffer[24];
    out_->append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  }

  void break_line() { out_->append(1, '\n').append(4 * frames_.size(), ' '); }

  /// Writes what stands before a value: comma, line break, key.
  void begin_value() {
    const char* const name = std::exchange(name_, nullptr);
    const bool named = !frames_.empty() && frames_.back().is_object;
    if ((name != nullptr) != named) {
      fail_use(named ? "a name for every value of an object" : "no name outside an object", name);
    }
    if (frames_.empty()) {
      if (std::exchange(root_written_, true)) fail_use("one value as the document", "another");
      return;
    }
    Frame& frame = frames_.back();
    if (frame.count++ > 0) *out_ += ',';
    break_line();
    if (!named) return;
    frame.name = name;
    append_json_string(*out_, name);
    *out_ += ": ";
  }

  [[noreturn]] void fail_use(const char* expected, const char* got) const {
    fail(Errc::bad_parameter, expected, got != nullptr ? got : "none");
  }

  [[noreturn]] void fail(Errc code, std::string expected, std::string got) const {
    const std::string place = path();
    throw Error(ErrorInfo{.code = code,
                          .where = place.empty() ? "document" : place,
                          .expected = std::move(expected),
                          .got = std::move(got)});
  }

  std::string* out_;
  bool root_written_ = false;
  const char* name_ = nullptr;
  std::vector<Frame> frames_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
