// SPDX-License-Identifier: MIT
// Which model an artifact belongs to. Hashes come from FIPS 180-4 and from sha256sum, never from here.
#include "prepguard/model_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/error.hpp"
#include "prepguard/file.hpp"
#include "prepguard/prepguard.hpp"
#include "temporary_folder.hpp"

namespace model_pairing_test {
namespace {

namespace fs = std::filesystem;
using prepguard::load_file;
using prepguard::model_file;
using prepguard::ModelFile;
using prepguard::ModelPaths;

// sha256sum of "abc", "abd" and of nothing.
const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string abd = "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9";
const std::string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// Of the directory that `make_saved_model` makes, in it:
// find -L . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum
const std::string saved_model = "1cb87d53699ed5ce23c31a9bdf95005ea99b6dad915daf834d0174fa4c6b5593";

void put(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Files in nested folders, one hidden, one empty; their byte order is no order of folders: `variables.txt`
/// comes before `variables/deep`.
fs::path make_saved_model(const fs::path& top) {
  put(top / "saved_model.pb", "abc");
  put(top / "variables/variables.data", "hello\n");
  put(top / "variables/variables.index", "");
  put(top / "variables/deep/z", "x");
  put(top / "variables.txt", "y");
  put(top / "assets/vocabulary.txt", "a\nb\n");
  put(top / ".fingerprint", "hidden");
  put(top / "\xC3\x85 b.txt", "space");
  return top;
}

/// "code: message"; "ok" if nothing is thrown.
template <class Action>
std::string outcome(Action&& action) {
  try {
    action();
    return "ok";
  } catch (const prepguard::Error& error) {
    return std::string(name(error.code())) + ": " + error.what();
  }
}

std::string hash_outcome(const fs::path& path) {
  return outcome([&] { model_file(path); });
}

/// An artifact paired with `models`, written to a file.
fs::path make_artifact_of(const fs::path& path, const std::vector<ModelFile>& models) {
  prepguard::StandardScaler<double> scaler;
  const prepguard::Matrix<double> rows = cells::rows_of<double>({{1, 2}, {3, 5}, {4, 4}});
  scaler.fit(rows);
  prepguard::save_file(prepguard::make_artifact(scaler, rows).with_models(models), path);
  return path;
}

std::string load_outcome(const fs::path& artifact, ModelPaths models) {
  return outcome([&] { load_file<float>(artifact, {.model = std::move(models)}); });
}

}  // namespace

TEST_CASE("model pairing: a file") {
  const TemporaryFolder folder;
  put(folder / "model.bin", "abc");
  CHECK((model_file(folder / "model.bin") == ModelFile{"model.bin", 3, abc}));
  put(folder / "empty", "");
  CHECK((model_file(folder / "empty") == ModelFile{"empty", 0, nothing}));
  fs::create_symlink("model.bin", folder / "link");
  CHECK((model_file(folder / "link") == ModelFile{"link", 3, abc}));
  const std::pair<std::size_t, std::string_view> sizes[] = {
      {65536, "bf718b6f653bebc184e1479f1935b8da974d701b893afcf49e701f3e2f9f9c5a"},
      {65537, "008ffc88d3c96a9f307524eb361e47c5222a887fc45fa0c1fb8d429c5c23b430"},
      {1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};  // FIPS 180-4's example
  for (const auto& [size, digest] : sizes) {
    put(folder / "model.bin", std::string(size, 'a'));
    CHECK((model_file(folder / "model.bin") ==
           ModelFile{"model.bin", static_cast<std::int64_t>(size), std::string(digest)}));
  }
}

TEST_CASE("model pairing: a directory, by the list that sha256sum prints") {
  const TemporaryFolder folder;
  const fs::path top = make_saved_model(folder / "saved_model");
  const ModelFile model{"saved_model", 26, saved_model};
  CHECK((model_file(top) == model));
  CHECK((model_file(top / "") == model));
  CHECK((model_file(top / "variables/..") == model));
  CHECK((model_file(top / ".") == model));
  fs::create_directory(top / "without files");
  CHECK((model_file(top) == model));

  fs::create_directory_symlink(top, folder / "current");
  CHECK((model_file(folder / "current") == ModelFile{"current", 26, saved_model}));
  fs::rename(top / "saved_model.pb", folder / "elsewhere");
  fs::create_symlink(folder / "elsewhere", top / "saved_model.pb");
  CHECK((model_file(top) == model));
}

TEST_CASE("model pairing: whatever changes in a directory is refused") {
  struct Change {
    const char* what;
    std::function<void(const fs::path&)> apply;
  };
  const Change changes[] = {
      {"changed byte", [](const fs::path& top) { put(top / "saved_model.pb", "abd"); }},
      {"renamed file", [](const fs::path& top) { fs::rename(top / "variables.txt", top / "variables.tx"); }},
      {"moved file", [](const fs::path& top) { fs::rename(top / "variables/deep/z", top / "variables/z"); }},
      {"renamed folder", [](const fs::path& top) { fs::rename(top / "assets", top / "asset"); }},
      {"missing file", [](const fs::path& top) { fs::remove(top / "assets/vocabulary.txt"); }},
      {"missing empty file", [](const fs::path& top) { fs::remove(top / "variables/variables.index"); }},
      {"extra file", [](const fs::path& top) { put(top / "variables/more", "m"); }},
      {"extra empty file", [](const fs::path& top) { put(top / "~", ""); }},
      {"contents swapped",
       [](const fs::path& top) {
         put(top / "variables.txt", "x");
         put(top / "variables/deep/z", "y");
       }},
      {"bytes moved between files", [](const fs::path& top) {
         put(top / "variables/variables.data", "hello");
         put(top / "variables/variables.index", "\n");
       }}};
  const TemporaryFolder folder;
  const fs::path top = make_saved_model(folder / "saved_model");
  const fs::path artifact = make_artifact_of(folder / "a.json", {{"saved_model", 26, saved_model}});
  CHECK(load_outcome(artifact, top) == "ok");
  for (const Change& change : changes) {
    CAPTURE(change.what);
    change.apply(top);
    CHECK(load_outcome(artifact, top).find("expected saved_model, 26 bytes, SHA-256 " + saved_model) !=
          std::string::npos);
    fs::remove_all(top);
    make_saved_model(top);
    CHECK(load_outcome(artifact, top) == "ok");
  }
}

TEST_CASE("model pairing: what cannot be hashed is refused, not left out") {
  const TemporaryFolder folder;
  const fs::path top = make_saved_model(folder / "saved_model");
  const auto refuses = [&](const fs::path& culprit, const std::string& words) {
    CAPTURE(culprit);
    CHECK(hash_outcome(top) == "io_failed: " + culprit.string() + ": " + words);
    fs::remove_all(culprit);
    CHECK(hash_outcome(top) == "ok");
  };
  REQUIRE(::mkfifo((top / "assets/pipe").c_str(), 0600) == 0);
  refuses(top / "assets/pipe", "is a pipe, not a regular file");
  fs::create_directory_symlink("..", top / "assets/up");
  refuses(top / "assets/up", "is a symbolic link to a directory; do: put the directory in its place");
  fs::create_symlink("gone", top / "assets/dangling");
  refuses(top / "assets/dangling", "cannot inspect: No such file or directory");
  for (const std::string name : {"a\nb", "a\rb", "a\\b"}) {
    put(top / name, "");
    refuses(top / name, "has a line end or a backslash in its name; do: rename it");
  }
  CHECK(hash_outcome("/dev/null") == "io_failed: /dev/null: is a device, not a regular file");
  CHECK(hash_outcome("") == "io_failed: cannot open: No such file or directory");
  CHECK(hash_outcome(folder / "none") ==
        "io_failed: " + (folder / "none").string() + ": cannot open: No such file or directory");
  if (fs::exists("/proc/self/status")) {  // says it has 0 bytes and gives more: a file that grows
    CHECK(hash_outcome("/proc/self/status") ==
          "io_failed: /proc/self/status: changed its length while it was read; do: try again");
  }
  fs::create_directories(folder / "empty/inside");
  CHECK(hash_outcome(folder / "empty") ==
        "io_failed: " + (folder / "empty").string() + ": is a directory without files");
}

TEST_CASE("model pairing: load_file refuses another model, with both hashes, and loads nothing") {
  const TemporaryFolder folder;
  const fs::path artifact = make_artifact_of(folder / "a.json", {{"model.bin", 3, abc}});
  const fs::path model = folder / "model.bin";
  put(model, "abc");
  CHECK(load_outcome(artifact, model) == "ok");
  CHECK(load_outcome(artifact, {}) == "ok");
  put(model, "abd");
  CHECK(load_outcome(artifact, model) ==
        "model_mismatch: " + artifact.string() + ": " + model.string() +
            ": not the model this artifact was exported with: expected model.bin, 3 bytes, SHA-256 " + abc +
            ", got 3 bytes, SHA-256 " + abd +
            "; do: serve the model it was exported with, or export both again");
  CHECK(load_outcome(artifact, folder / "none") == "io_failed: " + artifact.string() + ": " +
                                                       (folder / "none").string() +
                                                       ": cannot open: No such file or directory");
  CHECK(load_outcome(artifact, "").starts_with("io_failed: "));  // an option left empty is no permission
  CHECK(outcome([&] {
          load_file<double>(artifact, {.self_test = false, .model = model});
        }).starts_with("model_mismatch: "));
  const fs::path unpaired = make_artifact_of(folder / "b.json", {});
  CHECK(load_outcome(unpaired, model) == "model_mismatch: " + unpaired.string() + ": " + model.string() +
                                             ": this artifact names no model; do: export it with the model, "
                                             "or load it without");
}

TEST_CASE("model pairing: a model goes by its name if the artifact knows it, else by its content") {
  const TemporaryFolder folder;
  const std::vector<ModelFile> models{{"encoder", 3, abc}, {"decoder", 3, abd}};
  const fs::path artifact = make_artifact_of(folder / "a.json", models);
  put(folder / "encoder", "abc");
  put(folder / "decoder", "abd");
  put(folder / "other", "abd");
  CHECK(load_outcome(artifact, {folder / "encoder", folder / "decoder"}) == "ok");
  CHECK(load_outcome(artifact, {folder / "decoder"}) == "ok");
  CHECK(load_outcome(artifact, {folder / "other"}) == "ok");
  put(folder / "other", "");
  const std::string neither = load_outcome(artifact, {folder / "encoder", folder / "other"});
  CHECK(neither.find("expected encoder, 3 bytes, SHA-256 " + abc + " or decoder, 3 bytes, SHA-256 " + abd +
                     ", got 0 bytes, SHA-256 " + nothing) != std::string::npos);
  put(folder / "decoder", "abc");  // the encoder, copied over it
  const std::string twice = load_outcome(artifact, {folder / "encoder", folder / "decoder"});
  CHECK(twice.find(
            "decoder: not the model this artifact was exported with: expected decoder, 3 bytes, SHA-256 " +
            abd + ", got 3 bytes, SHA-256 " + abc) != std::string::npos);
  CHECK(twice.find("or encoder") == std::string::npos);
}

TEST_CASE("model pairing: the stored size counts, too") {
  const TemporaryFolder folder;
  put(folder / "model.bin", "abc");
  const fs::path artifact = make_artifact_of(folder / "a.json", {{"model.bin", 4, abc}});
  CHECK(load_outcome(artifact, folder / "model.bin").starts_with("model_mismatch: "));
}

TEST_CASE("model pairing: paths in every form") {
  const std::string text = "a";
  const auto count = [](const ModelPaths& paths) { return std::distance(paths.begin(), paths.end()); };
  CHECK(ModelPaths().empty());
  CHECK(count("a") == 1);
  CHECK(count(text) == 1);
  CHECK(count(std::string_view(text)) == 1);
  CHECK(count(text.c_str()) == 1);
  CHECK(count(fs::path("a") / "b") == 1);
  CHECK(count({"a"}) == 1);
  CHECK(count({"a", "b"}) == 2);
  CHECK(count({text, fs::path("b")}) == 2);
  CHECK(count(std::vector<std::string>{"a", "b", "c"}) == 3);
  CHECK(count(std::vector<fs::path>{"a", "b"}) == 2);
  const char* const words[] = {"a", "b"};
  CHECK(count(words) == 2);
  const prepguard::LoadOptions options{.model = {"a", "b"}};
  CHECK(count(options.model) == 2);
  prepguard::LoadOptions copy = options;
  CHECK(count(ModelPaths(copy.model)) == 2);
  CHECK(count(std::move(copy.model)) == 2);
}

TEST_CASE("model pairing: models are stored as they were hashed, and kept when saved again") {
  const TemporaryFolder folder;
  put(folder / "model.bin", "abc");
  make_saved_model(folder / "saved_model");
  const auto models = prepguard::model_files({folder / "model.bin", folder / "saved_model"});
  const fs::path artifact = make_artifact_of(folder / "a.json", models);
  const auto loaded = load_file<double>(artifact, {.model = folder / "model.bin"});
  CHECK((loaded.models() == std::vector<ModelFile>{{"model.bin", 3, abc}, {"saved_model", 26, saved_model}}));
  CHECK((loaded.with_models({}).models().empty()));
  CHECK((loaded.with_models({}).with_models(models) == loaded));
  CHECK(&prepguard::find_model(loaded.models(), folder / "saved_model") == &loaded.models()[1]);
  CHECK(outcome([&] {
          loaded.with_models({{"a/b", 3, abc}});
        }).starts_with("bad_state: models[0].file: expected a name without a directory"));
}

}  // namespace model_pairing_test
