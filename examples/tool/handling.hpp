// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "prepguard/artifact.hpp"
#include "prepguard/detail/self_test.hpp"

namespace tool {

/// What serving does with a cell of one column that is missing, or that holds a value training never saw.
struct Handling {
  std::string missing;  ///< "filled or encoded", "stays NaN", "error" or "not read"
  std::string unknown;  ///< "error", "served", or "" where no value is unknown
};

namespace detail {

inline std::string missing_handling(const prepguard::Artifact<double>& artifact, std::size_t j) {
  using prepguard::MissingFlow;
  const bool none = artifact.schema().columns()[j].missing_text() == prepguard::Missing::none;
  std::vector<MissingFlow> flow(artifact.schema().size(), MissingFlow::never);
  flow[j] = none ? MissingFlow::none : MissingFlow::nan;
  flow = artifact.missing_flow(std::move(flow));
  if (std::find(flow.begin(), flow.end(), MissingFlow::refused) != flow.end()) return "error";
  const bool gone =
      std::all_of(flow.begin(), flow.end(), [](MissingFlow f) { return f == MissingFlow::never; });
  return gone ? "filled or encoded" : "stays NaN";
}

/// Tries it: the first self-test row with another cell in column `j`.
inline std::string unknown_handling(const prepguard::Artifact<double>& artifact, std::size_t j) {
  using prepguard::Array;
  const bool text = artifact.schema().columns()[j].kind() == prepguard::Kind::text;
  std::vector<Array> row;
  for (const Array& input : artifact.self_tests().front().inputs) {
    row.push_back(input.is_text() ? Array(Array::Texts{input.texts()[0]})
                                  : Array(Array::Reals{input.real(0)}));
  }
  row[j] = text ? Array(Array::Texts{std::string("\x01 no such value")}) : Array(Array::Reals{-12345.678});
  try {
    artifact.transform(prepguard::detail::SelfTestTable<double>(row, artifact.schema()).table());
  } catch (const prepguard::Error& error) {
    if (error.code() == prepguard::Errc::unknown_category) return "error";
  }
  return text ? "served" : "";
}

}  // namespace detail

inline Handling handling_of(const prepguard::Artifact<double>& artifact, std::size_t j) {
  if (!artifact.schema().columns()[j].used) return {"not read", ""};
  return {detail::missing_handling(artifact, j), detail::unknown_handling(artifact, j)};
}

}  // namespace tool
