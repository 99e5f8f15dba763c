// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "prepguard/detail/atomic_file.hpp"
#include "prepguard/detail/sha256.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

// Size and SHA-256 of a model, a file or a directory (docs/format.md, section 3). Python's twin is
// prepguard/models.py. Every failure is an Error `io_failed` that names the path.
namespace prepguard::inline PREPGUARD_ABI::detail {

struct ModelDigest {
  std::uint64_t bytes = 0;
  std::string sha256{};
};

/// Of one regular file, read block by block.
inline ModelDigest digest_of_file(const std::filesystem::path& path) {
  const OpenFile file = open_file(path);
  std::string block(std::size_t{1} << 16, '\0');
  Sha256 hash;
  std::size_t got = block.size();
  while (got == block.size() && hash.size() <= file.size) {  // one that grows for ever is left
    got = read_fully(file.descriptor.number(), block.data(), block.size(), path);
    hash.add(std::string_view(block).substr(0, got));
  }
  if (hash.size() != file.size) fail_changed(path);
  return {hash.size(), hash.hex()};
}

/// True for a directory, false for a regular file or a link to one. All else would be skipped, waited for or
/// walked in circles, so it is refused.
inline bool is_folder(const std::filesystem::path& path) {
  struct ::stat here {
  }, target{};
  if (::lstat(path.c_str(), &here) != 0 || ::stat(path.c_str(), &target) != 0) fail_io(path, "inspect");
  if (!S_ISDIR(target.st_mode)) {
    require_regular_file(path, target.st_mode);
    return false;
  }
  if (!S_ISLNK(here.st_mode)) return true;
  throw Error(Errc::io_failed, path.string(), "is a symbolic link to a directory",
              "put the directory in its place");
}

/// Names of what is in a directory, in no order.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  if (error) fail_io(folder, "open", error.value());
  while (entry != std::filesystem::directory_iterator()) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
    if (error) fail_io(folder, "read", error.value());
  }
  return names;
}

/// Every file below `top`, by its path from there, in byte order.
inline std::vector<std::string> files_below(const std::filesystem::path& top) {
  std::vector<std::string> files, folders{""};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    for (const std::string& name : names_in(folder.empty() ? top : top / folder)) {
      std::string path = folder.empty() ? name : folder + '/' + name;
      // A line of the list must stand for one path, and be the line that sha256sum prints.
      if (name.find_first_of("\n\r\\") != std::string::npos) {
        throw Error(Errc::io_failed, (top / path).string(), "has a line end or a backslash in its name",
                    "rename it");
      }
      (is_folder(top / path) ? folders : files).push_back(std::move(path));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Of a directory: the bytes of all files below it, and the SHA-256 of the list of their digests.
inline ModelDigest digest_of_folder(const std::filesystem::path& top) {
  const std::vector<std::string> files = files_below(top);
  if (files.empty()) throw Error(Errc::io_failed, top.string(), "is a directory without files");
  std::uint64_t bytes = 0;
  Sha256 list;
  for (const std::string& file : files) {
    const ModelDigest digest = digest_of_file(top / file);
    bytes += digest.bytes;
    list.add(digest.sha256 + "  " + file + '\n');
  }
  return {bytes, list.hex()};
}

/// Of the file or directory at `path`, which may be a link to it.
inline ModelDigest digest_of_model(const std::filesystem::path& path) {
  struct ::stat status {};
  const bool folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return folder ? digest_of_folder(path) : digest_of_file(path);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
