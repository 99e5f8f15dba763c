// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/envelope.hpp"
#include "prepguard/detail/json_walk.hpp"

/// The golden files, and ways to change their content: sealed again they reach the checks behind the
/// checksum.
namespace golden {

inline const std::filesystem::path folder = "tests/golden";  // of the project, where tests are run

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot read " + path.string() + "; run this at the top of the project");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The bytes of one golden file, by its name without the ending.
inline std::string bytes_of(const std::string& name) {
  return read(folder / (name + ".prepguard.json"));
}

/// Names of all golden files, sorted.
inline std::vector<std::string> names() {
  constexpr std::string_view ending = ".prepguard.json";
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.size() - ending.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::string payload_of(const std::string& name) {
  const std::string bytes = bytes_of(name);
  return std::string(prepguard::detail::unseal(bytes, bytes.size(), name));
}

/// One member of an object in canonical text.
struct Member {
  std::string path;
  std::size_t key;    ///< position of its key's opening quote
  std::size_t value;  ///< position of its value
  std::size_t end;    ///< behind its value
};

/// Every member of every object, in document order. Keys of canonical texts of artifacts have no escapes.
inline std::vector<Member> members_of(const std::string& payload) {
  std::vector<Member> members;
  prepguard::detail::walk_json(payload, [&](std::string_view path, std::size_t at) {
    if (path.empty() || path.back() == ']') return;
    const std::size_t key = payload.rfind('"', payload.rfind('"', at - 1) - 1);
    members.push_back({std::string(path), key, at, prepguard::detail::skip_value(payload, at)});
  });
  return members;
}

/// The payload with the value at `path` replaced by the JSON text `value`.
inline std::string with(std::string payload, std::string_view path, std::string_view value) {
  std::size_t found = payload.size();
  prepguard::detail::walk_json(payload, [&](std::string_view here, std::size_t at) {
    if (here == path) found = at;
  });
  if (found == payload.size()) throw std::runtime_error("there is no " + std::string(path));
  return payload.replace(found, prepguard::detail::skip_value(payload, found) - found, value);
}

/// The payload without one member.
inline std::string without(std::string payload, const Member& member) {
  const std::size_t next = prepguard::detail::skip_space(payload, member.end);
  if (payload[next] == ',') return payload.erase(member.key, next + 1 - member.key);
  const std::size_t comma = payload.find_last_not_of(" \n", member.key - 1);
  const std::size_t begin = payload[comma] == ',' ? comma : member.key;
  return payload.erase(begin, member.end - begin);
}

}  // namespace golden
