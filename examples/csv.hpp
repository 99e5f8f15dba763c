// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <istream>
#include <limits>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/number_text.hpp"
#include "prepguard/error.hpp"

/// Comma-separated values (RFC 4180) for the example programs.
namespace csv {

/// Reads records. The first is the header. A quoted field may hold commas, line ends and doubled quotes;
/// lines end in CR LF or LF. Anything else is an error with its line: a quote inside an unquoted field, text
/// behind a closing quote, a lone CR, a record longer or shorter than the header, a name given twice, a field
/// beyond 1 MiB.
class Reader {
 public:
  static constexpr std::size_t longest_field = std::size_t{1} << 20;

  /// `name`: what messages call the input. Throws bad_schema if there is no header.
  Reader(std::istream& in, std::string name) : in_(&in), name_(std::move(name)), buffer_(1U << 16) {
    skip_byte_order_mark();
    if (!read_record()) fail("the file is empty", "a header: the names of the columns, separated by commas");
    for (std::size_t k = 0; k < fields_; ++k) add_name(field(k));
  }

  const std::vector<std::string>& header() const noexcept { return header_; }
  const std::string& name() const noexcept { return name_; }

  /// Reads the next record; false at the end.
  bool next() {
    if (!read_record()) return false;
    if (fields_ != header_.size()) {
      fail("a record of another length", counted(header_.size()) + " as in the header", counted(fields_));
    }
    return true;
  }

  /// The line on which the current record begins, counted from 1.
  std::size_t line() const noexcept { return first_line_; }
  std::string_view field(std::size_t k) const noexcept {
    const std::size_t begin = k == 0 ? 0 : ends_[k - 1];
    return std::string_view(bytes_).substr(begin, ends_[k] - begin);
  }

  /// Throws bad_schema about the current record, and field `k` of it if there is one.
  [[noreturn]] void fail(std::string what, std::string expected, std::string got = {},
                         std::size_t k = no_field, std::string advice = {}) const {
    throw prepguard::Error({.code = prepguard::Errc::bad_schema,
                            .where = place(first_line_),
                            .what = std::move(what),
                            .column_name = k < header_.size() ? header_[k] : std::string(),
                            .expected = std::move(expected),
                            .got = std::move(got),
                            .advice = std::move(advice),
                            .check = "schema"});
  }
  std::string place(std::size_t line) const { return name_ + " line " + std::to_string(line); }

 private:
  static constexpr std::size_t no_field = std::numeric_limits<std::size_t>::max();
  static constexpr int at_end = -1;

  static std::string counted(std::size_t fields) {
    return std::to_string(fields) + (fields == 1 ? " field" : " fields");
  }

  int peek() {
    if (position_ == filled_) {
      in_->read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
      filled_ = static_cast<std::size_t>(in_->gcount());
      position_ = 0;
      if (filled_ == 0) {
        if (in_->bad()) fail("reading failed", "more of the file");
        return at_end;
      }
    }
    return static_cast<unsigned char>(buffer_[position_]);
  }
  int take() {
    const int c = peek();
    if (c != at_end) ++position_;
    if (c == '\n') ++line_;
    return c;
  }
  void append(int c) {
    bytes_ += static_cast<char>(c);
    const std::size_t begin = fields_ == 0 ? 0 : ends_[fields_ - 1];
    if (bytes_.size() - begin > longest_field)
      fail("a field beyond 1 MiB", "a shorter one", "", fields_, "close its quotes");
  }

  void skip_byte_order_mark() {
    if (peek() == 0xEF && filled_ >= 3 && std::string_view(buffer_.data(), 3) == "\xEF\xBB\xBF")
      position_ += 3;
  }

  /// Reads fields up to the end of a line; false if nothing is left.
  bool read_record() {
    bytes_.clear();
    fields_ = 0;
    first_line_ = line_;
    if (peek() == at_end) return false;
    while (read_field()) {
    }
    return true;
  }

  /// Reads one field and what ends it; true if another one follows.
  bool read_field() {
    if (peek() == '"') {
      read_quoted();
    } else {
      read_bare();
    }
    if (fields_ == ends_.size()) ends_.emplace_back();
    ends_[fields_++] = bytes_.size();
    const int c = take();
    if (c == '\r' && peek() != '\n')
      fail("a carriage return without a line feed", "lines that end in LF or CR LF");
    if (c == '\r') take();
    if (c == ',' || c == '\r' || c == '\n' || c == at_end) return c == ',';
    const std::string got{'"', static_cast<char>(c), '"'};
    fail("text behind a closing quote", "a comma or the end of the line", got, fields_ - 1);
  }

  void read_quoted() {
    take();
    for (int c = take(); c != '"' || peek() == '"'; c = take()) {
      if (c == at_end) fail("the file ends inside quotes", "a closing quote", "", fields_);
      append(c);
      if (c == '"') take();
    }
  }

  void read_bare() {
    for (int c = peek(); c != ',' && c != '\r' && c != '\n' && c != at_end; c = peek()) {
      if (c == '"')
        fail("a quote inside an unquoted field", "the whole field in quotes, quotes in it doubled", "",
             fields_);
      append(take());
    }
  }

  void add_name(std::string_view name) {
    if (!name.empty() && std::find(header_.begin(), header_.end(), name) != header_.end()) {
      fail("two columns are called \"" + std::string(name) + '"', "names of their own");
    }
    header_.emplace_back(name);
  }

  std::istream* in_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t position_ = 0, filled_ = 0;
  std::size_t line_ = 1, first_line_ = 1;
  std::string bytes_{};              // the fields of the record, one after the other
  std::vector<std::size_t> ends_{};  // where each ends in `bytes_`
  std::size_t fields_ = 0;
  std::vector<std::string> header_{};
};

/// Writes records, lines ending in CR LF. Numbers are the shortest text that reads back to the same bits; NaN
/// is an empty field.
class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(&out) {}

  void header(const std::vector<std::string>& names) {
    for (const std::string& name : names) append(quoted(name), &name == &names.front());
    end_record();
  }

  template <class T>
  void row(std::span<const T> values) {
    for (const T& value : values) {
      text_.clear();
      if (value == value) prepguard::detail::append_repr(text_, value);
      // A line of one empty field would be an empty line, which other readers skip.
      append(text_.empty() && values.size() == 1 ? "\"\"" : text_, &value == values.data());
    }
    end_record();
  }

 private:
  static std::string quoted(std::string_view text) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    return out + '"';
  }
  void append(std::string_view field, bool first) {
    if (!first) record_ += ',';
    record_ += field;
  }
  void end_record() {
    record_ += "\r\n";
    out_->write(record_.data(), static_cast<std::streamsize>(record_.size()));
    record_.clear();
  }

  std::ostream* out_;
  std::string text_{}, record_{};
};

}  // namespace csv
