// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// The command line is not what the tool takes.
struct WrongUsage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The words of a command line, sorted.
struct Arguments {
  std::vector<std::string> files{};
  std::map<std::string, std::string, std::less<>> options{};             ///< name to value; empty for a flag
  std::map<std::string, std::vector<std::string>, std::less<>> lists{};  ///< name to all its values

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  std::optional<std::string> value(std::string_view option) const {
    const auto found = options.find(option);
    return found == options.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> values(std::string_view list) const {
    const auto found = lists.find(list);
    return found == lists.end() ? std::vector<std::string>() : found->second;
  }
};

/// One thing the tool does.
struct Verb {
  std::string_view name;
  std::string_view arguments;  ///< as the usage text shows them
  std::string_view purpose;
  std::size_t files;
  std::vector<std::string_view> flags;
  std::vector<std::string_view> options;  ///< take a value: `--name VALUE` or `--name=VALUE`
  std::vector<std::string_view> lists;    ///< the same, and may be given again
  bool (*run)(const Arguments&);          ///< false: the answer is no
};

/// Sorts `words` for `verb`; `--` ends the options, `-` is a file. Throws WrongUsage.
inline Arguments parse(std::span<const std::string_view> words, const Verb& verb) {
  const auto knows = [](const auto& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  Arguments arguments;
  const auto set = [&](std::string_view option, std::string_view value) {
    if (knows(verb.lists, option)) {
      arguments.lists[std::string(option)].emplace_back(value);
      return;
    }
    if (arguments.options.emplace(option, value).second) return;
    throw WrongUsage(std::string(option) + " is given twice");
  };
  bool only_files = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i], name = word.substr(0, word.find('='));
    if (only_files || word == "-" || !word.starts_with('-')) {
      arguments.files.emplace_back(word);
    } else if (word == "--") {
      only_files = true;
    } else if (knows(verb.flags, word)) {
      set(word, "");
    } else if (!knows(verb.options, name) && !knows(verb.lists, name)) {
      throw WrongUsage("no such option: " + std::string(word));
    } else if (name != word) {
      set(name, word.substr(name.size() + 1));
    } else if (++i < words.size()) {
      set(name, words[i]);
    } else {
      throw WrongUsage(std::string(word) + " needs a value");
    }
  }
  if (arguments.files.size() != verb.files) {
    throw WrongUsage("expected " + std::to_string(verb.files) + (verb.files == 1 ? " file" : " files") +
                     ", got " + std::to_string(arguments.files.size()));
  }
  return arguments;
}

}  // namespace tool
