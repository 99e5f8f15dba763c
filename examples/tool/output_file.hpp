// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "arguments.hpp"
#include "prepguard/error.hpp"

namespace tool {

/// A file that appears under its name only when it is complete; devices and pipes are written directly.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)), written_(path_) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path_, ignored);
    if (!exists(status) || is_regular_file(status)) written_ += ".part-" + std::to_string(::getpid());
    stream_.open(written_, std::ios::binary);
    if (!stream_) throw WrongUsage("cannot write " + path_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    std::error_code ignored;
    if (written_ != path_) std::filesystem::remove(written_, ignored);
  }

  std::ostream& stream() noexcept { return stream_; }

  void finish() {
    stream_.close();
    std::error_code failed;
    if (stream_ && written_ != path_) std::filesystem::rename(written_, path_, failed);
    if (!stream_ || failed) throw prepguard::Error(prepguard::Errc::io_failed, path_, "cannot write");
    written_ = path_;
  }

 private:
  std::string path_;
  std::string written_;
  std::ofstream stream_{};
};

}  // namespace tool
