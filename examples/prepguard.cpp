// SPDX-License-Identifier: MIT
// The command line tool: looks into artifacts, proves and compares them, checks and transforms CSV files with
// them.
#include <cstddef>
#include <exception>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tool/arguments.hpp"
#include "tool/check.hpp"
#include "tool/diff.hpp"
#include "tool/inspect.hpp"
#include "tool/transform.hpp"
#include "tool/verify.hpp"

namespace {

enum Status { fine = 0, data_rejected = 1, wrong_usage = 2, artifact_unusable = 3 };

const tool::Verb verbs[] = {
    {"inspect", "FILE [--json]", "what is inside, for people", 1, {"--json"}, {}, {}, tool::inspect},
    {"verify",
     "FILE [--model PATH]...",
     "envelope, invariants, self-test, hashes of models",
     1,
     {},
     {},
     {"--model"},
     tool::verify},
    {"transform",
     "FILE INPUT.csv [-o OUTPUT.csv] [--dtype float32|float64]",
     "features of the rows, as CSV",
     2,
     {},
     {"-o", "--dtype"},
     {},
     tool::transform},
    {"check",
     "FILE INPUT.csv [--html OUT] [--json OUT] [--prometheus OUT] [--dtype float32|float64]",
     "are these rows fit to be served? the guard's report",
     2,
     {},
     {"--html", "--json", "--prometheus", "--dtype"},
     {},
     tool::check},
    {"diff", "OLD NEW", "what differs between two artifacts, and what it means", 2, {}, {}, {}, tool::diff},
};

void print_usage(std::ostream& out) {
  out << "usage:\n";
  for (const tool::Verb& verb : verbs) {
    out << "  prepguard " << verb.name << ' ' << verb.arguments << "\n      " << verb.purpose << '\n';
  }
  out << "\nCSV files have a header; columns are found by name; an empty field is missing; - is standard "
         "input.\n"
         "Exit status: 0 fine, 1 the data was rejected or the artifacts differ, 2 wrong usage, 3 the "
         "artifact is not usable.\n";
}

Status status_of(prepguard::Errc code) {
  switch (code) {
    case prepguard::Errc::bad_parameter:
      return wrong_usage;
    case prepguard::Errc::bad_shape:
    case prepguard::Errc::bad_schema:
    case prepguard::Errc::non_finite:
    case prepguard::Errc::unknown_category:
    case prepguard::Errc::rejected:
    case prepguard::Errc::cannot_fit:
      return data_rejected;
    default:
      return artifact_unusable;
  }
}

/// A message may quote cells; line ends and terminal codes in them must not look like ours.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else {
      line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return line;
}

Status fail(Status status, std::string_view message) {
  std::cerr << "prepguard: " << on_one_line(message) << '\n';
  return status;
}

Status run(std::span<const std::string_view> words) {
  const std::string_view first = words.empty() ? "" : words[0];
  if (first == "-h" || first == "--help" || first == "help") {
    print_usage(std::cout);
    return fine;
  }
  if (first == "--version") {
    std::cout << "prepguard " PREPGUARD_VERSION "\n";
    return fine;
  }
  for (const tool::Verb& verb : verbs) {
    if (verb.name != first) continue;
    const bool yes = verb.run(tool::parse(words.subspan(1), verb));
    std::cout.flush();
    if (!std::cout) throw prepguard::Error(prepguard::Errc::io_failed, "standard output", "cannot write");
    return yes ? fine : data_rejected;
  }
  throw tool::WrongUsage(words.empty() ? "what should be done?" : "no such command: " + std::string(first));
}

}  // namespace

int main(int count, char** words) {
  std::ios::sync_with_stdio(false);
  const std::vector<std::string_view> arguments(words + 1, words + count);
  try {
    return run(arguments);
  } catch (const tool::WrongUsage& problem) {
    return fail(wrong_usage, std::string(problem.what()) + "; see prepguard --help");
  } catch (const prepguard::Error& error) {
    return fail(status_of(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    return fail(artifact_unusable, "out of memory");
  }
}
