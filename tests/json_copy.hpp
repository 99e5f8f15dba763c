// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/json_reader.hpp"
#include "prepguard/detail/json_writer.hpp"

/// Documents of any shape through the reader and the writer, which otherwise only see the shapes of types.
namespace prepguard_tests {

using prepguard::detail::JsonReader;
using prepguard::detail::JsonWriter;

/// Copies values from a reader to a writer; keys are asked for as they stand in the text, or backwards.
class JsonCopy {
 public:
  explicit JsonCopy(std::string_view text) : text_(text) {}

  /// The canonical text of the document. Throws prepguard::Error if it is none.
  std::string canonical() {
    std::string out;
    JsonReader reader(text_);
    JsonWriter writer(out);
    copy(prepguard::detail::skip_space(text_, 0), reader, writer);
    return out;
  }

  /// Reads every object's keys from the last to the first; what comes is written in that order.
  std::string reversed() {
    backwards_ = true;
    return canonical();
  }

 private:
  void copy(std::size_t at, JsonReader& reader, JsonWriter& writer) {
    const char c = text_[at];
    if (c == '{') return copy_object(at, reader, writer);
    if (c == '[') return copy_array(at, reader, writer);
    if (c == '"') return writer.write(std::string_view(reader.read_string()));
    if (c == 't' || c == 'f') return writer.write(reader.read_bool());
    if (prepguard::detail::is_real(prepguard::detail::value_token(text_, at)))
      return writer.write(reader.read_real());
    writer.write(reader.read_integer());
  }

  void copy_object(std::size_t at, JsonReader& reader, JsonWriter& writer) {
    using namespace prepguard::detail;
    std::vector<std::pair<std::string, std::size_t>> members;
    for (at = next_item(text_, at + 1); text_[at] != '}'; at = next_item(text_, skip_value(text_, at))) {
      const std::string key = string_at(text_, at);
      at = value_of_key(text_, at);
      members.insert(backwards_ ? members.begin() : members.end(), {key, at});
    }
    reader.open_object();
    writer.open_object();
    for (const auto& [key, value] : members) {
      reader.name_next(key.c_str());
      writer.name_next(key.c_str());
      copy(value, reader, writer);
    }
    reader.close();
    writer.close();
  }

  void copy_array(std::size_t at, JsonReader& reader, JsonWriter& writer) {
    using namespace prepguard::detail;
    reader.open_array();
    writer.open_array();
    std::size_t size = reader.array_size();
    for (at = next_item(text_, at + 1); size > 0; --size) {
      copy(at, reader, writer);
      at = next_item(text_, skip_value(text_, at));
    }
    reader.close();
    writer.close();
  }

  std::string_view text_;
  bool backwards_ = false;
};

}  // namespace prepguard_tests
