// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "csv_input.hpp"
#include "opened.hpp"
#include "output_file.hpp"
#include "people.hpp"
#include "prepguard/guard.hpp"
#include "prepguard/report_html.hpp"
#include "prepguard/report_json.hpp"
#include "prepguard/report_prometheus.hpp"
#include "prepguard/report_text.hpp"

/// `check`: would these rows be served, and do they look like training?
namespace tool {

namespace detail {

using prepguard::Action;
using prepguard::Check;
using prepguard::Policy;
using prepguard::Severity;

/// A policy that looks at every row but refuses no call for one: what `serving` would refuse is taken out,
/// and counted as such. Results are not looked at, because there is no model.
template <class T>
Policy looking_on(const Policy& serving, const prepguard::Artifact<T>& artifact) {
  Policy policy = serving;
  const auto soften = [&](Check check, const std::string& column) {
    if (serving.action(check, column) != Action::fail) return;
    for (const Action action : {Action::reject_row, Action::count}) {
      try {
        policy.set(check, action, column, serving.value(check, column));
        return;
      } catch (const prepguard::Error&) {  // not an action for this check; what can only fail, fails
      }
    }
  };
  for (std::size_t c = 0; c < prepguard::check_count; ++c) {
    const auto check = static_cast<Check>(c);
    if (check != Check::unknown_category || serving.has_rule(check)) soften(check, {});
  }
  // Without a rule a guard does as the encoder does; only those that refuse are to be softened.
  const prepguard::Schema& schema = artifact.schema();
  const prepguard::detail::KnownCategories<T> known(artifact, schema.layout(), schema.names());
  for (std::size_t j = 0; j < schema.size(); ++j) {
    const std::string& name = schema.columns()[j].name;
    if (known.refuses(j) && !serving.has_rule(Check::unknown_category, name))
      policy.set(Check::unknown_category, Action::reject_row, name);
  }
  for (const auto& rule : serving.rules()) {
    if (!rule.column.empty()) soften(*prepguard::check_named(rule.check), rule.column);
  }
  for (const Check check : {Check::non_finite_output, Check::saturated_output, Check::degenerate_output})
    policy.set(check, Action::ignore);
  return policy;
}

/// What a CSV file looks like to an artifact.
struct Findings {
  prepguard::Report report{};
  std::vector<std::string> extra{};                                           ///< columns nobody asked for
  std::map<std::pair<Severity, Check>, std::vector<std::string>> examples{};  ///< the first rows, in words

  bool refused(Check check) const { return report.of(check).failed + report.of(check).rejected != 0; }
  bool fit() const {
    for (std::size_t c = 0; c < prepguard::check_count; ++c) {
      if (refused(static_cast<Check>(c))) return false;
    }
    return report.verdicts.empty();
  }
};

inline std::string in_words(const prepguard::Violation& violation, const csv::Batch& batch) {
  const prepguard::ErrorInfo& info = violation.info;
  std::string text;
  if (info.row >= 0) text = "line " + std::to_string(batch.line(static_cast<std::size_t>(info.row))) + ", ";
  if (!info.column_name.empty()) text += "column \"" + info.column_name + "\": ";
  return prepguard::detail::shown_text(text + info.what, 300);
}

template <class T>
Findings look_at(const prepguard::Artifact<T>& artifact, csv::Reader& reader) {
  constexpr std::size_t most_examples = 3;
  Findings findings;
  csv::Batch batch(reader, artifact.schema(), rows_at_once);
  const Policy serving = artifact.policy().empty() ? Policy::serving() : Policy(artifact.policy());
  const auto no_model = [](const prepguard::MatrixView<const T>& features) {
    return prepguard::Matrix<T>(features.rows(), 1);
  };
  auto guarded = prepguard::guard(artifact.with_target({}), no_model, looking_on(serving, artifact));
  const auto remember = [&](Severity severity, const prepguard::Violation& violation) {
    std::vector<std::string>& examples = findings.examples[{severity, violation.check}];
    if (violation.info.row >= 0 && examples.size() < most_examples)
      examples.push_back(in_words(violation, batch));
  };
  guarded.set_hook(remember, std::numeric_limits<double>::infinity());
  try {
    const prepguard::Binding binding = artifact.schema().bind(batch.table());
    while (batch.fill(reader)) {
      const auto outcome = guarded.try_call(batch.table(), binding);
      // A batch of which no row is left is refused as a whole, and counted; anything else is no finding.
      if (!outcome && outcome.error().info().check.empty()) throw outcome.error();
    }
  } catch (const prepguard::Error& error) {
    if (error.info().where != "input") throw;
    throw_with_line(error, reader, batch);
  }
  if constexpr (requires { guarded.judge(); }) guarded.judge();  // rows that fill no window
  findings.report = guarded.report();
  if (findings.report.rows() == 0)
    throw prepguard::Error(prepguard::Errc::bad_shape, reader.name(), "has no rows");
  for (const std::string& name : reader.header()) {
    const std::vector<std::string> known = artifact.schema().names();
    if (std::find(known.begin(), known.end(), name) == known.end()) findings.extra.push_back(name);
  }
  return findings;
}

/// The checks that found something in rows that would be refused (`error`), or in those that would be served.
inline std::string checks_in_words(const Findings& findings, Severity severity) {
  std::string text;
  for (const Check check : prepguard::detail::found_checks(findings.report)) {
    const prepguard::Report::Found& found = findings.report.of(check);
    const std::size_t rows = severity == Severity::error ? found.failed + found.rejected : found.served;
    if (rows == 0 || prepguard::is_of_stream(check) || check == Check::schema) continue;
    text += "  " + std::string(name(check)) + ": " + counted(rows, "row") + " with " +
            std::string(prepguard::detail::meaning(check)) + '\n';
    const auto examples = findings.examples.find({severity, check});
    if (examples == findings.examples.end()) continue;
    for (const std::string& example : examples->second) text += "    " + example + '\n';
  }
  return text;
}

inline void print_screen(const Findings& findings, const std::string& title, prepguard::DType dtype) {
  const prepguard::Report& report = findings.report;
  std::cout << title << ": " << (findings.fit() ? "fit" : "NOT FIT") << " to be served\n  "
            << counted(report.rows(), "row") << ", served in " << name(dtype) << '\n';
  const std::string refused = checks_in_words(findings, Severity::error),
                    served = checks_in_words(findings, Severity::warning);
  if (!refused.empty()) std::cout << "would be refused\n" << refused;
  std::cout << prepguard::detail::verdicts_text(report);
  if (!served.empty()) std::cout << "would be served all the same\n" << served;
  if (!findings.extra.empty())
    std::cout << "columns the artifact does not read: " << prepguard::detail::names_text(findings.extra)
              << '\n';
  std::cout << prepguard::detail::columns_text(report) << prepguard::detail::unknown_text(report);
}

inline void write_file(const Arguments& arguments, const char* option, const std::string& text) {
  const auto path = arguments.value(option);
  if (!path) return;
  OutputFile file(*path);
  file.stream() << text;
  file.finish();
}

}  // namespace detail

/// False if rows would be refused, or many rows together do not look like training.
inline bool check(const Arguments& arguments) {
  const Opened file(arguments.files[0]);
  const prepguard::DType dtype = chosen_type(arguments, file);
  CsvInput input(arguments.files[1]);
  const detail::Findings findings = dtype == prepguard::DType::float32
                                        ? detail::look_at(file.served<float>(), input.reader())
                                        : detail::look_at(file.served<double>(), input.reader());
  const std::string title = input.reader().name() + " against " + file.path;
  detail::print_screen(findings, title, dtype);
  detail::write_file(arguments, "--html", prepguard::to_html(findings.report, title));
  detail::write_file(arguments, "--json", prepguard::to_json(findings.report));
  detail::write_file(arguments, "--prometheus", prepguard::to_prometheus(findings.report));
  return findings.fit();
}

}  // namespace tool
