// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
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

/// What comes of the first self-test row with `cell`, an array of one, in column `j`.
inline std::optional<prepguard::Errc> error_with(const prepguard::Artifact<double>& artifact, std::size_t j,
                                                 prepguard::Array cell) {
  using prepguard::Array;
  std::vector<Array> row;
  for (const Array& input : artifact.self_tests().front().inputs) {
    row.push_back(input.is_text() ? Array(Array::Texts{input.texts()[0]})
                                  : Array(Array::Reals{input.real(0)}));
  }
  row[j] = std::move(cell);
  try {
    artifact.transform(prepguard::detail::ArrayTable<double>(row, artifact.schema()).table());
  } catch (const prepguard::Error& error) {
    return error.code();
  }
  return std::nullopt;
}

inline std::string missing_handling(const prepguard::Artifact<double>& artifact, std::size_t j) {
  using prepguard::Array;
  using prepguard::MissingFlow;
  const prepguard::Column& column = artifact.schema().columns()[j];
  const prepguard::Missing spelling = column.missing_text();
  std::vector<MissingFlow> flow(artifact.schema().size(), MissingFlow::never);
  flow[j] = spelling == prepguard::Missing::none ? MissingFlow::none : MissingFlow::nan;
  flow = artifact.missing_flow(std::move(flow));
  if (std::find(flow.begin(), flow.end(), MissingFlow::refused) != flow.end()) return "error";
  const Array missing = column.kind() == prepguard::Kind::text
                            ? Array(Array::Texts{prepguard::OwnedText(prepguard::Text(spelling))})
                            : Array(Array::Reals{std::numeric_limits<double>::quiet_NaN()});
  if (error_with(artifact, j, missing)) return "error";  // a step without outputs may refuse it, too
  const bool gone =
      std::all_of(flow.begin(), flow.end(), [](MissingFlow f) { return f == MissingFlow::never; });
  return gone ? "filled or encoded" : "stays NaN";
}

inline std::string unknown_handling(const prepguard::Artifact<double>& artifact, std::size_t j) {
  using prepguard::Array;
  const bool text = artifact.schema().columns()[j].kind() == prepguard::Kind::text;
  const Array unknown =
      text ? Array(Array::Texts{std::string("\x01 no such value")}) : Array(Array::Reals{-12345.678});
  if (error_with(artifact, j, unknown) == prepguard::Errc::unknown_category) return "error";
  return text ? "served" : "";
}

}  // namespace detail

inline Handling handling_of(const prepguard::Artifact<double>& artifact, std::size_t j) {
  if (!artifact.schema().columns()[j].used) return {"not read", ""};
  return {detail::missing_handling(artifact, j), detail::unknown_handling(artifact, j)};
}

}  // namespace tool
