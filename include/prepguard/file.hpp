// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "prepguard/archive.hpp"
#include "prepguard/artifact.hpp"
#include "prepguard/detail/atomic_file.hpp"
#include "prepguard/detail/describe.hpp"
#include "prepguard/detail/envelope.hpp"
#include "prepguard/detail/json_walk.hpp"
#include "prepguard/detail/self_test.hpp"
#include "prepguard/model_files.hpp"
#include "prepguard/serialize.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// How a file is read.
struct LoadOptions {
  std::size_t cap = std::size_t{64} << 20;  ///< largest size in bytes that is read at all
  bool self_test = true;                    ///< replay the file's own rows
  ModelPaths model{};                       ///< refuse the file unless it was exported with each of these
};

namespace detail {

inline constexpr std::size_t most_nested_containers = 8;

/// Unknown step types and newer versions are reported before anything else inside the document is looked at; so is
/// nesting that is too deep, before it is followed.
template <Number T>
void check_nodes(std::string_view payload) {
  std::vector<std::string> containers;
  for_each_node(payload, [&](std::string_view path, const std::string& type, std::int64_t version) {
    const auto fail = [&](Errc code, std::string expected, std::string got, std::string advice = {}) {
      throw Error(ErrorInfo{
          .code = code,
          .where = std::string(path) + " (line " + std::to_string(line_of(payload, path, payload_first_line)) + ")",
          .expected = std::move(expected),
          .got = std::move(got),
          .advice = std::move(advice)});
    };
    const std::string update = "load it with the library that wrote it, or a newer one; this is " PREPGUARD_VERSION;
    AnyStep<T> step;
    if (!step.become(type)) fail(Errc::bad_version, "a step type this library knows", '"' + type + '"', update);
    const std::int64_t newest = step.visit([](const auto& held) { return held.version; });
    const Errc code = version > newest ? Errc::bad_version : Errc::bad_state;
    if (version != newest) {
      fail(code, type + " of version " + std::to_string(newest), "version " + std::to_string(version), update);
    }
    while (!containers.empty() && !is_inside(path, containers.back())) containers.pop_back();
    if (type != AnyPipeline<T>::type && type != ColumnStep<T>::type) return;
    containers.emplace_back(path);
    if (containers.size() > most_nested_containers) {
      fail(Errc::bad_state, "at most " + std::to_string(most_nested_containers) + " nested containers", "more");
    }
  });
}

/// A broken invariant with the line on which it stands.
[[noreturn]] inline void throw_with_line(const Error& error, std::string_view payload) {
  ErrorInfo info = error.info();
  if (!info.where.empty()) {
    info.where += " (line " + std::to_string(line_of(payload, info.where, payload_first_line)) + ")";
  }
  throw Error(std::move(info));
}

template <Number T>
Artifact<T> read_payload(std::string_view payload, const LoadOptions& options) {
  TextInputArchive archive(payload, payload_first_line);
  check_nodes<T>(payload);
  archive.set_whole_file();
  Artifact<T> artifact;
  archive(artifact);
  try {
    artifact.prepare();
    check_self_test_dtypes(artifact.facts());
  } catch (const Error& error) {
    if (error.code() != Errc::bad_state) throw;
    throw_with_line(error, payload);
  }
  if (options.self_test) {
    replay(artifact, self_test_of(artifact));
    replay(artifact.target());
  }
  for (const std::filesystem::path& path : options.model) find_model(artifact.models(), path);
  return artifact;
}

}  // namespace detail

/// Reads a sealed artifact from memory, in the order of docs/format.md: envelope, checksum, grammar, versions, keys,
/// invariants, self-test, models. `where` names it in errors.
/// Throws bad_format, bad_version, bad_state, self_test_failed, bad_environment; with `options.model` also
/// model_mismatch and io_failed.
template <Number T>
Artifact<T> load_bytes(std::string_view bytes, const LoadOptions& options = {}, const std::string& where = "artifact") {
  detail::require_environment();
  const detail::FloatEnvironment environment;
  const std::string_view payload = detail::unseal(bytes, options.cap, where);
  try {
    return detail::read_payload<T>(payload, options);
  } catch (const Error& error) {
    ErrorInfo info = error.info();
    info.where = info.where.empty() ? where : where + ": " + info.where;
    throw Error(std::move(info));
  }
}

/// Reads an artifact written by `prepguard.dump` in Python or `save_file` here, proves it whole and consistent, and
/// replays its self-test rows of scalar type `T`, bit for bit. Also throws io_failed.
///
/// ```
/// auto prep = prepguard::load_file<float>("penguins.prepguard.json", {.model = "penguins.onnx"});
/// auto features = prep.transform(rows);
/// ```
template <Number T>
Artifact<T> load_file(const std::filesystem::path& path, const LoadOptions& options = {}) {
  return load_bytes<T>(detail::read_file(path, options.cap), options, path.string());
}

/// The bytes of the file that holds `artifact`: canonical, so equal artifacts have equal files, and
/// `to_bytes(load_bytes(b)) == b`. They are read back and compared before they are returned.
template <Number T>
std::string to_bytes(const Artifact<T>& artifact) {
  detail::require_environment();
  const detail::FloatEnvironment environment;
  detail::check_self_test_dtypes(artifact.facts());
  std::string payload;
  {
    TextOutputArchive archive(payload);
    archive.set_whole_file();
    archive(artifact);
  }
  std::string bytes = detail::seal(payload);
  if (!(load_bytes<T>(bytes, {.cap = bytes.size(), .self_test = false}) == artifact)) {
    throw Error(Errc::bad_environment, "save", "what was written does not read back as it was");
  }
  return bytes;
}

/// Writes `artifact` so that at every moment the old or the new file is there, whole. Throws io_failed.
/// `save_file(make_artifact(fitted, rows).with_models(model_files("model.onnx")), path)` pairs it with a model.
template <Number T>
void save_file(const Artifact<T>& artifact, const std::filesystem::path& path) {
  detail::write_file(path, to_bytes(artifact));
}

/// Makes an artifact of something fitted in C++. `sample` are training rows: they give the columns their names and
/// statistics and the file its self-test rows, in both scalar types where the state allows the other.
template <Transformer S>
auto make_artifact(const S& fitted, const Table& sample) {
  using T = typename S::Scalar;
  return detail::artifact_from_sample<T>(detail::to_any_step<T, BuiltInSteps<T>>(fitted), fitted, sample);
}
/// The same from rows of numbers, with columns named `names` (x0, x1, ... if empty).
template <Transformer S>
auto make_artifact(const S& fitted, MatrixView<const typename S::Scalar> sample, std::vector<std::string> names = {}) {
  if (names.empty()) names = default_names(sample.cols());
  const detail::OwnedTable<typename S::Scalar> table(sample, std::move(names));
  return make_artifact(fitted, table.table());
}
/// The same without a sample: the self-test rows are made from the state (centres, bounds, categories), and the
/// columns carry no statistics, so that a guard knows no ranges.
template <Transformer S>
auto make_artifact(const S& fitted) {
  using T = typename S::Scalar;
  return detail::artifact_from_state<T>(detail::to_any_step<T, BuiltInSteps<T>>(fitted), fitted);
}

/// `save_file(make_artifact(fitted, sample...), path)`.
template <Transformer S, class... Sample>
void save_file(const S& fitted, const std::filesystem::path& path, const Sample&... sample) {
  save_file(make_artifact(fitted, sample...), path);
}

}  // namespace prepguard::inline PREPGUARD_ABI
