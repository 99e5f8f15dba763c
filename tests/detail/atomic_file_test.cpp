// SPDX-License-Identifier: MIT
#include "prepguard/detail/atomic_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <bit>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "prepguard/error.hpp"
#include "temporary_folder.hpp"

namespace atomic_file_test {

namespace fs = std::filesystem;
using prepguard::Errc;
using prepguard::Error;
using prepguard::detail::read_file;
using prepguard::detail::write_file;

void put(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string get(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of an `io_failed`; "ok" if nothing is thrown.
template <class Action>
std::string outcome(Action&& action) {
  try {
    action();
    return "ok";
  } catch (const Error& error) {
    CHECK(name(error.code()) == name(Errc::io_failed));
    return error.what();
  }
}

std::string read_outcome(const fs::path& path, std::size_t cap = 1000) {
  return outcome([&] { read_file(path, cap); });
}

std::string write_outcome(const fs::path& path, std::string_view bytes = "new") {
  return outcome([&] { write_file(path, bytes); });
}

/// Runs `action` in a child process; its exit status, 100 for an exception, -signal if it was killed.
template <class Action>
int in_child(Action&& action) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int status = 100;
    try {
      status = action();
    } catch (...) {
    }
    ::_exit(status);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Gives up root's right to ignore permissions. Only for a child process.
bool become_ordinary_user() {
  return ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
}

TEST_CASE("what is written is read") {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\r\n\xFF", 6);
  for (const std::string& content : {std::string(), bytes, std::string(3000000, 'x')}) {
    write_file(folder / "file", content);
    CHECK(read_file(folder / "file", content.size()) == content);
  }
  CHECK(folder.size() == 1);
}

TEST_CASE("what cannot be read is named with its path and cause") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("loop", folder / "loop");
  put(folder / "plain", "x");
  const struct {
    fs::path path;
    const char* words;
  } rows[] = {
      {folder / "missing", "cannot open: No such file or directory"},
      {folder / "plain/x", "cannot open: Not a directory"},
      {folder / "loop", "cannot open: Too many levels of symbolic links"},
      {folder.path(), "is a directory, not a regular file"},
      {folder / "pipe", "is a pipe, not a regular file"},
      {"/dev/null", "is a device, not a regular file"},
      {"/dev/zero", "is a device, not a regular file"},
      {"", "No such file"},
  };
  for (const auto& row : rows) {
    const std::string message = read_outcome(row.path);
    INFO(message);
    CHECK(message.starts_with(row.path.string()));
    CHECK(message.find(row.words) != message.npos);
  }
}

TEST_CASE("the cap is looked at before reading") {
  const TemporaryFolder folder;
  put(folder / "sparse", "");
  fs::resize_file(folder / "sparse", std::uintmax_t{1} << 40);
  CHECK(read_outcome(folder / "sparse").find("1099511627776 bytes, more than the cap of 1000") !=
        std::string::npos);
  put(folder / "file", "12345");
  CHECK(read_outcome(folder / "file", 4).find("5 bytes, more than the cap of 4; do: raise the cap") !=
        std::string::npos);
  CHECK(read_outcome(folder / "file", 5) == "ok");
}

TEST_CASE("a file that changes its length while it is read is refused, never cut") {
  const TemporaryFolder folder;
  put(folder / "file", std::string(1 << 20, 'x'));
  const int status = in_child([&] {
    // /proc files say length 0 and give bytes all the same: the plainest file that is longer than it says.
    return fs::exists("/proc/self/status")
               ? (read_outcome("/proc/self/status").find("changed its length") != std::string::npos ? 0 : 1)
               : 2;
  });
  if (status == 2) MESSAGE("skipped: no /proc");
  CHECK((status == 0 || status == 2));
  int refused = 0;
  int whole = 0;
  std::jthread changer([&](std::stop_token stop) {
    for (std::uintmax_t size = 1 << 20; !stop.stop_requested(); size ^= 1 << 19)
      fs::resize_file(folder / "file", size);
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  while (std::chrono::steady_clock::now() < end) {
    try {
      const std::size_t size = read_file(folder / "file", 2 << 20).size();
      whole += size == (1 << 20) || size == ((1 << 20) ^ (1 << 19)) ? 1 : 0;
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("changed its length") != std::string::npos);
      ++refused;
    }
  }
  std::printf("file resized while it is read: %d whole, %d refused\n", whole, refused);
  CHECK(whole + refused > 0);
}

TEST_CASE("a failed write leaves the old file and no temporary") {
  const TemporaryFolder folder;
  put(folder / "file", "old");
  fs::create_directory(folder / "directory");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("loop", folder / "loop");
  const std::size_t before = folder.size();
  const struct {
    fs::path path;
    const char* words;
  } rows[] = {
      {folder / "missing/file", "cannot open the directory: No such file or directory"},
      {folder / "file/x", "Not a directory"},
      {folder / "directory", "is a directory, not a regular file"},
      {folder / "directory/", "is a directory, not a regular file"},
      {folder / "pipe", "is a pipe, not a regular file"},
      {folder / "loop", "cannot resolve the symbolic link: Too many levels of symbolic links"},
      {folder / std::string(300, 'n'), "File name too long"},
      {"/dev/full", "is a device, not a regular file"},
      {"", "No such file or directory"},
  };
  for (const auto& row : rows) {
    const std::string message = write_outcome(row.path);
    INFO(message);
    CHECK(message.find(row.words) != message.npos);
  }
  CHECK(folder.size() == before);
  CHECK(fs::is_character_file("/dev/full"));
  CHECK(get(folder / "file") == "old");
}

TEST_CASE("disk full") {
  const TemporaryFolder folder;
  put(folder / "file", "old");
  const int status = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100000, 100000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message = write_outcome(folder / "file", std::string(200000, 'x'));
    return message.find("cannot write: File too large") != std::string::npos ? 0 : 1;
  });
  CHECK(status == 0);
  CHECK(get(folder / "file") == "old");
  CHECK(folder.size() == 1);
}

TEST_CASE("read-only directory, no permission") {
  const TemporaryFolder folder;
  put(folder / "file", "old");
  fs::permissions(folder / "file", fs::perms::none);
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                                     fs::perms::others_exec);
  const int status = in_child([&] {
    if (!become_ordinary_user()) return 2;
    const bool write =
        write_outcome(folder / "file").find("cannot create a temporary file beside it: Permission denied") !=
        std::string::npos;
    const bool read =
        read_outcome(folder / "file").find("cannot open: Permission denied") != std::string::npos;
    return write && read ? 0 : 1;
  });
  if (status == 2) MESSAGE("skipped: cannot become an ordinary user");
  CHECK((status == 0 || status == 2));
  fs::permissions(folder.path(), fs::perms::owner_all);
  CHECK(folder.size() == 1);
}

TEST_CASE("symbolic links are followed, permissions kept") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  put(folder / "real/file", "old");
  fs::permissions(folder / "real/file", fs::perms(0640));
  fs::create_symlink("real/file", folder / "relative");
  fs::create_symlink(folder / "relative", folder / "absolute");
  fs::create_symlink("real/new", folder / "dangling");
  write_file(folder / "absolute", "new");
  write_file(folder / "dangling", "fresh");
  CHECK(get(folder / "real/file") == "new");
  CHECK(get(folder / "real/new") == "fresh");
  for (const char* name : {"relative", "absolute", "dangling"}) CHECK(fs::is_symlink(folder / name));
  CHECK(fs::status(folder / "real/file").permissions() == fs::perms(0640));
  const ::mode_t mask = ::umask(027);
  write_file(folder / "masked", "x");
  ::umask(mask);
  CHECK(fs::status(folder / "masked").permissions() == fs::perms(0640));
}

TEST_CASE("paths without a directory and paths that are not UTF-8") {
  const TemporaryFolder folder;
  const fs::path strange = folder / "caf\xE9 \xFF.json";
  write_file(strange, "x");
  CHECK(read_file(strange, 10) == "x");
  const int status = in_child([&] {
    fs::current_path(folder.path());
    write_file("plain", "y");
    return get(folder / "plain") == "y" ? 0 : 1;
  });
  CHECK(status == 0);
  CHECK(folder.size() == 2);
}

TEST_CASE("two writers and a reader: always one whole file") {
  const TemporaryFolder folder;
  const std::string contents[] = {std::string(300000, 'a'), std::string(200000, 'b')};
  write_file(folder / "file", contents[0]);
  {
    const auto write = [&](const std::string& content) {
      for (int i = 0; i < 50; ++i) write_file(folder / "file", content);
    };
    std::jthread first(write, contents[0]);
    std::jthread second(write, contents[1]);
    for (int i = 0; i < 200; ++i) {
      const std::string seen = read_file(folder / "file", 1000000);
      CHECK((seen == contents[0] || seen == contents[1]));
    }
  }
  CHECK(folder.size() == 1);
}

#if defined(__linux__)

/// From now on every system call `number` of this process fails with `error`; only those whose first argument
/// is `descriptor`, if one is given. False if the system does not support this. Only for a child process.
bool make_calls_fail(unsigned number, unsigned error, int descriptor = -1) {
  constexpr bool little = std::endian::native == std::endian::little;
  constexpr unsigned low_word = offsetof(seccomp_data, args) + (little ? 0 : 4);
  const auto wanted = static_cast<unsigned>(descriptor);
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low_word),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted, 1, 0),
      BPF_STMT(BPF_JMP | BPF_JA, descriptor < 0 ? 0u : 1u),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// The number the next descriptor will get.
int next_descriptor() {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(number);
  return number;
}

TEST_CASE("every system call of a write fails once") {
  const struct {
    unsigned call;
    unsigned error;
    int descriptor;  // -1 any, 0 the directory (opened first), 1 the temporary file
    const char* words;
    bool is_replaced;
  } rows[] = {
      {SYS_openat, EMFILE, -1, "cannot open the directory: Too many open files", false},
      {SYS_write, EIO, -1, "cannot write: Input/output error", false},
      {SYS_write, ENOSPC, -1, "cannot write: No space left on device", false},
      {SYS_write, EDQUOT, -1, "cannot write: Disk quota exceeded", false},
      {SYS_write, 0, -1, "cannot write: Input/output error", false},
      {SYS_fchmod, EPERM, -1, "cannot keep the permissions: Operation not permitted", false},
      {SYS_fsync, EIO, 1, "cannot flush to disk: Input/output error", false},
      {SYS_close, EIO, 1, "cannot close: Input/output error", false},
      {SYS_renameat, EACCES, -1, "cannot replace: Permission denied", false},
      {SYS_fsync, EIO, 0, "cannot flush the directory to disk: Input/output error", true},
      {SYS_fsync, EINVAL, 0, "ok", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.words);
    const TemporaryFolder folder;
    put(folder / "file", "old");
    const int status = in_child([&] {
      const int descriptor = row.descriptor < 0 ? -1 : next_descriptor() + row.descriptor;
      if (!make_calls_fail(row.call, row.error, descriptor)) return 2;
      return write_outcome(folder / "file").find(row.words) != std::string::npos ? 0 : 1;
    });
    if (status == 2) MESSAGE("skipped: system calls cannot be made to fail here");
    CHECK((status == 0 || status == 2));
    if (status == 0) CHECK(get(folder / "file") == (row.is_replaced ? "new" : "old"));
    CHECK(folder.size() == 1);
  }
}

TEST_CASE("every system call of a read fails once") {
  const TemporaryFolder folder;
  put(folder / "file", "old");
  const int status = in_child([&] {
    if (!make_calls_fail(SYS_read, EIO)) return 2;
    return read_outcome(folder / "file").find("cannot read: Input/output error") != std::string::npos ? 0 : 1;
  });
  CHECK((status == 0 || status == 2));
}

#endif

TEST_CASE("a writer killed at any moment leaves the old or the new file") {
  const TemporaryFolder folder;
  const std::string old_content(100000, 'o');
  const std::string new_content(150000, 'n');
  std::mt19937 random(11);
  int kept = 0;
  int replaced = 0;
  constexpr int kills = 200;
  for (int i = 0; i < kills; ++i) {
    put(folder / "file", old_content);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      write_file(folder / "file", new_content);
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = get(folder / "file");
    kept += found == old_content ? 1 : 0;
    replaced += found == new_content ? 1 : 0;
  }
  std::printf("G14: writer killed %d times: %d old, %d new, %d mixtures, %zu temporaries left\n", kills, kept,
              replaced, kills - kept - replaced, folder.size() - 1);
  CHECK(kept + replaced == kills);
}

}  // namespace atomic_file_test
