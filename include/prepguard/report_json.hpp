// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/json_writer.hpp"
#include "prepguard/detail/report_order.hpp"
#include "prepguard/detail/shown_text.hpp"
#include "prepguard/report.hpp"

// A report as JSON, for machines.
namespace prepguard::inline PREPGUARD_ABI {
namespace detail {

/// Writes values of a report under their names.
class ReportJson {
 public:
  explicit ReportJson(std::string& out) : json_(out) {}

  template <class Body>
  void object(const char* name, Body&& body) {
    at(name);
    json_.open_object();
    body();
    json_.close();
  }
  template <class List, class Each>
  void array(const char* name, const List& list, Each&& each) {
    at(name);
    json_.open_array();
    for (const auto& item : list) each(item);
    json_.close();
  }
  void count(const char* name, std::uint64_t value) {
    at(name);
    json_.write(value);
  }
  /// null if it is no finite number.
  void number(const char* name, const double& value) {
    at(name);
    if (is_finite(&value)) {
      json_.write(value);
    } else {
      json_.write_null();
    }
  }
  void text(const char* name, std::string_view value) {
    at(name);
    json_.write(std::string_view(valid_utf8(shortened(value, longest_text))));
  }
  void null(const char* name) {
    at(name);
    json_.write_null();
  }

 private:
  static constexpr std::size_t longest_text = std::size_t{1} << 16;

  void at(const char* name) noexcept {
    if (name != nullptr) json_.name_next(name);
  }

  JsonWriter json_;
};

inline void write_checks(ReportJson& json, const Report& report) {
  std::array<Check, check_count> checks{};
  for (std::size_t i = 0; i < check_count; ++i) checks[i] = static_cast<Check>(i);
  json.array("checks", checks, [&](Check check) {
    json.object(nullptr, [&] {
      json.text("check", name(check));
      json.text("stage", name(stage_of(check)));
      json.count("failed", report.of(check).failed);
      json.count("rejected", report.of(check).rejected);
      json.count("served", report.of(check).served);
    });
  });
}

inline void write_findings(ReportJson& json, const Report& report) {
  json.array("by_column", report.by_column, [&](const ColumnFindings& some) {
    json.object(nullptr, [&] {
      json.text("check", name(some.check));
      json.text("column", some.column);
      json.count("rows", some.rows);
    });
  });
}

inline void write_verdicts(ReportJson& json, const Report& report) {
  json.array("verdicts", report.verdicts, [&](const Verdict& verdict) {
    json.object(nullptr, [&] {
      json.text("check", name(verdict.check));
      json.array("columns", verdict.columns, [&](const std::string& column) { json.text(nullptr, column); });
      json.text("text", verdict.text);
      json.count("windows", verdict.windows);
    });
  });
}

/// `min`, `max`, `mean`, `std`; null if there were no values to take them of.
inline void write_moments(ReportJson& json, bool known, const std::array<const double*, 4>& values) {
  constexpr std::array<const char*, 4> names{"min", "max", "mean", "std"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (known) {
      json.number(names[i], *values[i]);
    } else {
      json.null(names[i]);
    }
  }
}

inline void write_column(ReportJson& json, const ColumnReport& column) {
  const auto number = [&](const double& value) { json.number(nullptr, value); };
  json.text("name", column.name);
  json.count("rows", column.rows);
  json.count("missing", column.missing);
  write_moments(json, column.rows > column.missing, {&column.min, &column.max, &column.mean, &column.std});
  if (const auto stability = stability_index(column)) {
    json.number("stability_index", *stability);
    json.array("shares", column.shares, number);
  } else {
    json.null("stability_index");
    json.array("shares", std::vector<double>(), number);
  }
  json.object("training", [&] {
    json.number("missing_share", column.training_missing);
    write_moments(json, true,
                  {&column.training_min, &column.training_max, &column.training_mean, &column.training_std});
    json.array("quantiles", column.edges, number);
  });
}

inline void write_unknown(ReportJson& json, const Report& report) {
  json.array("unknown_categories", report.unknown, [&](const UnknownCategories& unknown) {
    json.object(nullptr, [&] {
      json.text("column", unknown.column);
      json.count("rows", unknown.rows);
      json.array("top", unknown.top, [&](const auto& value) {
        json.object(nullptr, [&] {
          json.text("value", value.first);
          json.count("count", value.second);
        });
      });
    });
  });
}

}  // namespace detail

/// The report as a JSON object: `calls`, `checks` (all, in the order of `Check`), `by_column`, `verdicts`,
/// `columns` (in the order of the schema), `unknown_categories`, `hook`. A number that is not finite is null;
/// in a text what is not valid UTF-8 is U+FFFD. Keys are only added, never renamed, while `version` is 1.
inline std::string to_json(const Report& report) {
  const detail::FloatEnvironment environment;
  std::string out;
  detail::ReportJson json(out);
  const auto calls = [&](const char* name, const Report::Calls& some) {
    json.object(name, [&] {
      json.count("calls", some.calls);
      json.count("rows", some.rows);
    });
  };
  json.object(nullptr, [&] {
    json.count("version", 1);
    json.object("calls", [&] {
      calls("served", report.served);
      calls("refused", report.refused);
      calls("threw", report.threw);
    });
    detail::write_checks(json, report);
    detail::write_findings(json, report);
    detail::write_verdicts(json, report);
    json.array("columns", report.columns, [&](const ColumnReport& column) {
      json.object(nullptr, [&] { detail::write_column(json, column); });
    });
    detail::write_unknown(json, report);
    json.object("hook", [&] {
      json.count("told", report.hook.told);
      json.count("suppressed", report.hook.suppressed);
      json.count("threw", report.hook.threw);
    });
  });
  return out + '\n';
}

}  // namespace prepguard::inline PREPGUARD_ABI
