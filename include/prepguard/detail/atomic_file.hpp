// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "prepguard/detail/file_size.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

/// Files read once and replaced whole (POSIX). Every failure is an Error `io_failed` that names path and
/// cause.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Throws `path: cannot <action>: <what errno says>`.
[[noreturn]] inline void fail_io(const std::filesystem::path& path, std::string_view action,
                                 int error = errno) {
  throw Error(
      Errc::io_failed, path.string(),
      "cannot " + std::string(action) + ": " + std::error_code(error, std::generic_category()).message());
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int number() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }
  /// False if the system reports an error, with errno set; the descriptor is gone either way.
  bool close() noexcept { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

/// The words for what is at a path when it is no regular file.
inline std::string_view file_type_name(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

inline void require_regular_file(const std::filesystem::path& path, mode_t mode) {
  if (S_ISREG(mode)) return;
  throw Error(Errc::io_failed, path.string(),
              "is " + std::string(file_type_name(mode)) + ", not a regular file");
}

/// Reads up to `size` bytes; fewer only at the end of the file.
inline std::size_t read_fully(int file, char* bytes, std::size_t size, const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file, bytes + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_io(path, "read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

/// A regular file that is open, with its size then.
struct OpenFile {
  Descriptor descriptor{};
  std::size_t size = 0;
};

/// Opens a regular file. A pipe does not make it wait.
inline OpenFile open_file(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) fail_io(path, "open");
  struct ::stat status {};
  if (::fstat(file.number(), &status) != 0) fail_io(path, "inspect");
  require_regular_file(path, status.st_mode);
  return {std::move(file), static_cast<std::size_t>(status.st_size)};
}

[[noreturn]] inline void fail_changed(const std::filesystem::path& path) {
  throw Error(Errc::io_failed, path.string(), "changed its length while it was read", "try again");
}

/// The bytes of a regular file of at most `cap` bytes, opened once and read whole; a file whose length
/// changes meanwhile is refused.
inline std::string read_file(const std::filesystem::path& path, std::size_t cap) {
  const OpenFile file = open_file(path);
  check_file_size(file.size, cap, path.string());
  std::string bytes(file.size, '\0');
  char beyond = 0;
  const int number = file.descriptor.number();
  const bool complete = read_fully(number, bytes.data(), bytes.size(), path) == bytes.size();
  if (!complete || read_fully(number, &beyond, 1, path) != 0) fail_changed(path);
  return bytes;
}

/// Where a write to `path` really goes: symbolic links resolved, also one whose target does not exist yet.
inline std::filesystem::path resolve_links(const std::filesystem::path& path) {
  constexpr int most_links = 40;  // as the kernel's
  std::filesystem::path target = path;
  for (int i = 0; i <= most_links; ++i) {
    std::error_code error;
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(target, error))) return target;
    const std::filesystem::path link = std::filesystem::read_symlink(target, error);
    if (error) fail_io(path, "resolve the symbolic link", error.value());
    target = target.parent_path() / link;
  }
  fail_io(path, "resolve the symbolic link", ELOOP);
}

/// A new file of a name nobody uses, in a directory; removed again unless it was moved over its target.
class TemporaryFile {
 public:
  TemporaryFile(int directory, const std::filesystem::path& target)
      : directory_(directory), target_(&target) {
    static std::atomic<std::uint32_t> counter{0};
    do {
      const auto time = std::chrono::system_clock::now().time_since_epoch().count();
      name_ = ".prepguard-" + std::to_string(::getpid()) + '-' + std::to_string(counter++) + '-' +
              std::to_string(time) + ".tmp";
      file_ = Descriptor(::openat(directory_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    } while (!file_.is_open() && errno == EEXIST);
    if (!file_.is_open()) fail_io(target, "create a temporary file beside it");
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file_.number(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) fail_io(*target_, "write", put < 0 ? errno : EIO);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }

  void set_mode(mode_t mode) {
    if (::fchmod(file_.number(), mode & 07777) != 0) fail_io(*target_, "keep the permissions");
  }

  /// Brings the bytes to the disk and moves the file over the target.
  void replace_target() {
    if (::fsync(file_.number()) != 0) fail_io(*target_, "flush to disk");
    if (!file_.close()) fail_io(*target_, "close");
    if (::renameat(directory_, name_.c_str(), directory_, target_->filename().c_str()) != 0) {
      fail_io(*target_, "replace");
    }
    name_.clear();
  }

 private:
  int directory_;
  const std::filesystem::path* target_;
  std::string name_;
  Descriptor file_;
};

/// Makes `bytes` the content of `path`, whole or not at all: whenever the process dies, the old or the new
/// file is there. A symbolic link is followed, permissions are kept; the directory must be writable.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path target = resolve_links(path);
  struct ::stat status {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) fail_io(target, "inspect");
  if (exists) require_regular_file(target, status.st_mode);
  const std::filesystem::path parent = target.has_parent_path() ? target.parent_path() : ".";
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) fail_io(target, "open the directory");
  TemporaryFile temporary(directory.number(), target);
  temporary.write(bytes);
  if (exists) temporary.set_mode(status.st_mode);
  temporary.replace_target();
  // Some file systems cannot flush a directory and say EINVAL; the rename is done then all the same.
  if (::fsync(directory.number()) != 0 && errno != EINVAL) fail_io(target, "flush the directory to disk");
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
