// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <ranges>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "prepguard/artifact_facts.hpp"
#include "prepguard/detail/model_digest.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

// Which model files an artifact belongs to.
namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

template <class P>
concept PathLike = std::convertible_to<P, std::filesystem::path>;

/// A path is a range of its parts, too.
template <class R>
concept PathRange =
    !PathLike<R> && std::ranges::input_range<const R> && PathLike<std::ranges::range_reference_t<const R>>;

}  // namespace detail

/// Paths of models: a file, a directory, or several of them. `"model.onnx"`, `{"encoder.onnx", "vocabulary"}`
/// and any range of strings or paths become one.
class ModelPaths {
 public:
  ModelPaths() = default;
  ModelPaths(std::initializer_list<std::filesystem::path> paths) : paths_(paths) {}
  template <detail::PathLike P>
  ModelPaths(const P& path) : paths_{std::filesystem::path(path)} {}
  template <detail::PathRange Paths>
  ModelPaths(const Paths& paths) : paths_(std::ranges::begin(paths), std::ranges::end(paths)) {}

  bool empty() const noexcept { return paths_.empty(); }
  auto begin() const noexcept { return paths_.begin(); }
  auto end() const noexcept { return paths_.end(); }

 private:
  std::vector<std::filesystem::path> paths_{};
};

/// Name, size and SHA-256 of a model, read block by block; of a directory as docs/format.md defines it. For
/// `Artifact::with_models`. Throws io_failed.
inline ModelFile model_file(const std::filesystem::path& path) {
  const detail::ModelDigest digest = detail::digest_of_model(path);
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::absolute(path, ignored).lexically_normal();
  const std::filesystem::path name = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  return {name.string(), static_cast<std::int64_t>(digest.bytes), digest.sha256};
}

/// Of every path, in that order.
inline std::vector<ModelFile> model_files(const ModelPaths& paths) {
  std::vector<ModelFile> models;
  for (const std::filesystem::path& path : paths) models.push_back(model_file(path));
  return models;
}

namespace detail {

inline std::string describe_model(const ModelFile& model) {
  return std::to_string(model.bytes) + " bytes, SHA-256 " + model.sha256;
}

[[noreturn]] inline void refuse_model(const std::vector<ModelFile>& wanted, const ModelFile& got,
                                      const std::filesystem::path& path) {
  std::string expected;
  for (const ModelFile& model : wanted) {
    expected += (expected.empty() ? "" : " or ") + model.file + ", " + describe_model(model);
  }
  throw Error({.code = Errc::model_mismatch,
               .where = path.string(),
               .what = "not the model this artifact was exported with",
               .expected = std::move(expected),
               .got = describe_model(got),
               .advice = "serve the model it was exported with, or export both again",
               .check = "model_mismatch"});
}

}  // namespace detail

/// The one of `stored`, an artifact's `models()`, that the model at `path` is. It must be the one of its
/// name; if none has its name, it may be any. Throws model_mismatch with both hashes, io_failed.
inline const ModelFile& find_model(const std::vector<ModelFile>& stored, const std::filesystem::path& path) {
  if (stored.empty()) {
    throw Error({.code = Errc::model_mismatch,
                 .where = path.string(),
                 .what = "this artifact names no model",
                 .advice = "export it with the model, or load it without",
                 .check = "model_mismatch"});
  }
  const ModelFile got = model_file(path);
  const auto has_name = [&](const ModelFile& model) { return model.file == got.file; };
  const bool known = std::any_of(stored.begin(), stored.end(), has_name);
  std::vector<ModelFile> wanted;
  for (const ModelFile& model : stored) {
    if (known && !has_name(model)) continue;
    if (model.sha256 == got.sha256 && model.bytes == got.bytes) return model;
    wanted.push_back(model);
  }
  detail::refuse_model(wanted, got, path);
}

}  // namespace prepguard::inline PREPGUARD_ABI
