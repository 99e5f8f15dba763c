// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "describe.hpp"
#include "handling.hpp"
#include "opened.hpp"
#include "people.hpp"

/// `inspect`: what is inside an artifact, for people or as JSON.
namespace tool {

/// One input column and what becomes of its odd cells.
struct ColumnFacts {
  prepguard::Column column{};
  Handling handling{};

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    prepguard::Column::fields(self.column, visit);
    visit("if_missing", self.handling.missing);
    visit("if_unknown", self.handling.unknown);
  }
};

/// The size of one self-test.
struct SelfTestFacts {
  prepguard::DType dtype{};
  std::int64_t rows = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("dtype", self.dtype);
    visit("rows", self.rows);
  }
};

/// What `inspect --json` prints: the content of the file without its self-test rows, and facts about it.
struct Facts {
  const Opened& opened;
  std::int64_t format = prepguard::detail::file_format;
  std::int64_t bytes = 0;
  std::vector<ColumnFacts> columns{};
  std::vector<prepguard::Target> target{};  ///< one or none
  std::vector<SelfTestFacts> self_tests{};

  explicit Facts(const Opened& file) : opened(file), bytes(static_cast<std::int64_t>(file.bytes.size())) {
    for (std::size_t j = 0; j < file.artifact.schema().size(); ++j) {
      columns.push_back({file.artifact.schema().columns()[j], handling_of(file.artifact, j)});
    }
    if (!file.artifact.target().empty()) target.push_back(file.artifact.target());
    for (const prepguard::SelfTest& test : file.artifact.self_tests())
      self_tests.push_back({test.dtype, test.rows});
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    const auto& artifact = self.opened.artifact;
    visit("file", self.opened.path);
    visit("format", self.format);
    visit("bytes", self.bytes);
    visit("library", artifact.facts().library);
    visit("library_version", artifact.facts().library_version);
    visit("provenance", artifact.provenance());
    visit("dtype", artifact.facts().dtype);
    visit("columns", self.columns);
    visit("pipeline", artifact.pipeline());
    visit("features", artifact.feature_names());
    visit("target", self.target);
    visit("models", artifact.models());
    visit("policy", artifact.policy());
    visit("self_tests", self.self_tests);
  }
};

namespace detail {

inline std::string joined(std::string text, std::string_view what, const std::string& version) {
  if (version.empty()) return text;
  return text + (text.empty() ? "" : ", ") + std::string(what) + (what.empty() ? "" : " ") + version;
}

inline void print_head(const Opened& file) {
  const auto& artifact = file.artifact;
  const prepguard::Provenance& made = artifact.provenance();
  std::string tools = joined(joined("", "scikit-learn", made.sklearn), "Keras", made.keras);
  tools = joined(joined(joined(tools, "numpy", made.numpy), "Python", made.python), "", made.date);
  std::cout << file.path << "\n  format " << prepguard::detail::file_format << ", "
            << counted(file.bytes.size(), "byte") << ", first written by " << artifact.facts().library << ' '
            << artifact.facts().library_version << '\n';
  if (!tools.empty()) std::cout << "  made with " << tools << '\n';
  std::cout << "  trained in " << name(artifact.dtype()) << "; self-tests";
  for (const prepguard::SelfTest& test : artifact.self_tests()) {
    const auto rows = static_cast<std::size_t>(test.rows);
    std::cout << (&test == &artifact.self_tests().front() ? " " : "; ") << name(test.dtype) << ": "
              << counted(rows, "row") << ", " << counted(rows * artifact.output_width(), "value");
  }
  std::cout << " (`verify` replays them)\n";
}

inline std::string training_of(const prepguard::Column& column) {
  if (column.rows_seen() == column.missing_seen()) return "nothing is known";
  if (column.kind() == prepguard::Kind::number) {
    const prepguard::NumberTraining& seen = column.numbers;
    return short_number(seen.min) + " to " + short_number(seen.max) + ", mean " + short_number(seen.mean) +
           ", std " + short_number(seen.std);
  }
  std::vector<std::string> values;
  for (std::size_t i = 0; i < column.texts.values.size(); ++i) {
    values.push_back(column.texts.values[i] + ' ' + std::to_string(column.texts.frequencies[i]));
  }
  return listed(values, 5);
}

inline void print_columns(const Facts& facts) {
  std::vector<std::vector<std::string>> rows{
      {"column", "type", "rows", "missing", "if missing", "if unknown", "training"}};
  for (const ColumnFacts& each : facts.columns) {
    rows.push_back({each.column.name, std::string(name(each.column.dtype)),
                    std::to_string(each.column.rows_seen()), std::to_string(each.column.missing_seen()),
                    each.handling.missing, each.handling.unknown, training_of(each.column)});
  }
  std::cout << "\ninput: " << counted(facts.columns.size(), "column") << ", bound by name\n";
  print_table(std::cout, rows);
}

/// What becomes of the model's outputs; nothing if they are what they are.
inline void print_target(const prepguard::Target& target) {
  if (target.empty()) return;
  std::cout << "\ntarget: ";
  if (target.classes().empty()) {
    std::cout << listed(target.names()) << ", scaled back by " << target.step<double>().type_name() << '\n';
  } else {
    std::cout << "one of " << target.classes().size() << " classes\n";
  }
}

inline void print_people(const Opened& file) {
  const auto& artifact = file.artifact;
  print_head(file);
  print_columns(Facts(file));
  std::cout << "\npipeline: " << artifact.pipeline().type_name() << '\n';
  Describer{std::cout, artifact.schema().names(), "  "}(artifact.pipeline());
  std::cout << "\noutput: " << counted(artifact.output_width(), "feature") << '\n';
  for (const std::string& feature : artifact.feature_names()) std::cout << "  " << feature << '\n';
  print_target(artifact.target());
  std::cout << "\nmodels" << (artifact.models().empty() ? ": none named\n" : "\n");
  for (const prepguard::ModelFile& model : artifact.models()) {
    std::cout << "  " << model.file << ", " << counted(static_cast<std::size_t>(model.bytes), "byte")
              << ", SHA-256 " << model.sha256 << '\n';
  }
  if (artifact.policy().empty()) return;
  std::cout << "\npolicy\n";
  for (const prepguard::PolicyEntry& entry : artifact.policy()) {
    std::cout << "  " << entry.check << ": " << entry.action
              << (entry.column.empty() ? "" : ", column " + entry.column)
              << (entry.value == 0.0 ? "" : ", " + short_number(entry.value)) << '\n';
  }
}

inline void print_json(const Opened& file) {
  std::string text;
  {
    prepguard::TextOutputArchive archive(text);
    archive.set_whole_file();
    archive(Facts(file));
  }
  std::cout << text << '\n';
}

}  // namespace detail

inline bool inspect(const Arguments& arguments) {
  const Opened file(arguments.files[0]);
  if (arguments.has("--json")) {
    detail::print_json(file);
  } else {
    detail::print_people(file);
  }
  return true;
}

}  // namespace tool
