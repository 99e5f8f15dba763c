// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/binding.hpp"
#include "prepguard/detail/reading_plan.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/stamp.hpp"
#include "prepguard/error.hpp"
#include "prepguard/table.hpp"

namespace prepguard {

/// What a cell holds: a number of the pipeline's scalar type, or text.
enum class Kind : std::uint8_t { number, text };

constexpr std::string_view name(Kind kind) noexcept { return kind == Kind::number ? "number" : "text"; }

/// The kinds of the columns of a block, in order, and where each lies among those of its own kind.
class Layout {
 public:
  Layout() = default;
  Layout(const Layout&) = default;
  Layout(Layout&&) noexcept = default;
  Layout& operator=(Layout other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Layout() = default;
  explicit Layout(std::vector<Kind> kinds) : kinds_(std::move(kinds)) {
    for (const Kind kind : kinds_) slots_.push_back(kind == Kind::number ? numbers_++ : texts_++);
  }
  Layout(std::size_t width, Kind kind) : Layout(std::vector<Kind>(width, kind)) {}

  std::size_t size() const noexcept { return kinds_.size(); }
  std::size_t numbers() const noexcept { return numbers_; }
  std::size_t texts() const noexcept { return texts_; }
  Kind kind(std::size_t column) const noexcept { return kinds_[column]; }
  /// Position of `column` among the columns of its kind.
  std::size_t slot(std::size_t column) const noexcept { return slots_[column]; }
  const std::vector<Kind>& kinds() const noexcept { return kinds_; }

  friend bool operator==(const Layout&, const Layout&) = default;

 private:
  std::vector<Kind> kinds_{};
  std::vector<std::size_t> slots_{};
  std::size_t numbers_ = 0;
  std::size_t texts_ = 0;
};

/// What training saw in a column of numbers: rows, missing ones, and the distribution of the others.
struct NumberTraining {
  std::int64_t count = 0;  ///< rows seen; 0: nothing is known
  std::int64_t none = 0;   ///< of them None (always 0 for numbers)
  std::int64_t nan = 0;    ///< of them NaN
  double min = 0.0, max = 0.0, mean = 0.0, std = 0.0;
  std::vector<double> quantiles{};  ///< 1, 5, 25, 50, 75, 95, 99 %; empty if nothing is known

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("count", self.count);
    visit("none", self.none);
    visit("nan", self.nan);
    visit("min", self.min);
    visit("max", self.max);
    visit("mean", self.mean);
    visit("std", self.std);
    visit("quantiles", self.quantiles);
  }
  friend bool operator==(const NumberTraining&, const NumberTraining&) = default;
};

/// What training saw in a column of text: rows, missing ones, and the most frequent values.
struct TextTraining {
  std::int64_t count = 0, none = 0, nan = 0;
  std::vector<std::string> values{};        ///< distinct values in byte order, at most 1,000
  std::vector<std::int64_t> frequencies{};  ///< rows of each value
  std::int64_t other = 0;                   ///< rows whose value is not listed

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("count", self.count);
    visit("none", self.none);
    visit("nan", self.nan);
    visit("values", self.values);
    visit("frequencies", self.frequencies);
    visit("other", self.other);
  }
  friend bool operator==(const TextTraining&, const TextTraining&) = default;
};

/// One input column: its name, its dtype in training, whether any step reads it, and what training saw.
struct Column {
  std::string name{};
  DType dtype = DType::float64;
  bool used = true;
  NumberTraining numbers{};  ///< for a column of numbers
  TextTraining texts{};      ///< for a column of text

  Kind kind() const noexcept { return dtype == DType::string ? Kind::text : Kind::number; }
  std::int64_t rows_seen() const noexcept { return kind() == Kind::text ? texts.count : numbers.count; }
  std::int64_t missing_seen() const noexcept {
    return kind() == Kind::text ? texts.none + texts.nan : numbers.none + numbers.nan;
  }
  /// How a missing text cell is spelled for the steps: as training spelled it, NaN if it had none.
  Missing missing_text() const noexcept { return texts.none > 0 ? Missing::none : Missing::nan; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("dtype", self.dtype);
    visit("used", self.used);
    if (self.dtype == DType::string) {
      visit("training", self.texts);
    } else {
      visit("training", self.numbers);
    }
  }
  friend bool operator==(const Column&, const Column&) = default;
};

/// The input columns of a pipeline in training order.
class Schema {
 public:
  Schema() = default;
  Schema(const Schema&) = default;
  Schema(Schema&&) noexcept = default;
  Schema& operator=(Schema other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Schema() = default;
  explicit Schema(std::vector<Column> columns) : columns_(std::move(columns)) { rebuild(); }

  const std::vector<Column>& columns() const noexcept { return columns_; }
  std::size_t size() const noexcept { return columns_.size(); }
  const Layout& layout() const noexcept { return layout_; }
  /// Shared by copies; by it a Binding knows its schema again.
  const ContentStamp& stamp() const noexcept { return stamp_; }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Column& column : columns_) names.push_back(column.name);
    return names;
  }

  /// Finds every column by name; order and extra columns do not matter, an unused column may be absent.
  /// Throws bad_schema naming the first missing column or the first of another kind.
  Binding bind(const Table& table) const {
    std::vector<std::size_t> positions(size(), Binding::absent);
    std::size_t found = 0;
    for (std::size_t j = 0; j < size(); ++j) {
      for (std::size_t k = 0; k < table.cols(); ++k) {
        if (table.columns()[k].name == columns_[j].name) positions[j] = k;
      }
      if (positions[j] != Binding::absent) {
        ++found;
        check_kind(j, table.columns()[positions[j]]);
      } else if (columns_[j].used) {
        fail_missing(j, table);
      }
    }
    Binding binding(std::move(positions), table.cols() - found);
    binding.plan_ = plan(table, binding);
    return binding;
  }

  /// Throws bad_schema if `binding` was made for a table of other columns, or of the same in another order.
  void check(const Table& table, const Binding& binding) const {
    if (binding.plan().is_for(table.stamp(), stamp_)) [[likely]]
      return;  // whatever was compared when it was bound is still so
    bool fits = binding.size() == size();
    for (std::size_t j = 0; fits && j < size(); ++j) {
      const std::size_t k = binding[j];
      fits = k == Binding::absent ? !columns_[j].used
                                  : k < table.cols() && table.columns()[k].name == columns_[j].name &&
                                        table.columns()[k].is_text() == (columns_[j].kind() == Kind::text);
    }
    if (fits) return;
    throw Error(Errc::bad_schema, "input", "the binding was made for a table of other columns",
                "bind the columns of this table: schema().bind(table)");
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("columns", self.columns_);
    if constexpr (!std::is_const_v<Self>) self.rebuild();
  }
  friend bool operator==(const Schema& a, const Schema& b) { return a.columns_ == b.columns_; }

 private:
  void rebuild() {
    std::vector<Kind> kinds;
    for (const Column& column : columns_) kinds.push_back(column.kind());
    layout_ = Layout(std::move(kinds));
    stamp_ = ContentStamp::fresh();
  }

  ReadingPlan plan(const Table& table, const Binding& binding) const {
    ReadingPlan plan(table.stamp(), stamp_, size());
    for (std::size_t j = 0; j < size(); ++j) {
      const TableColumn* const given = binding[j] == Binding::absent ? nullptr : &table.columns()[binding[j]];
      plan.add({.column = j, .slot = layout_.slot(j), .missing = columns_[j].missing_text()}, given);
    }
    plan.settle();
    return plan;
  }

  void check_kind(std::size_t j, const TableColumn& given) const {
    if (given.is_text() == (columns_[j].kind() == Kind::text)) return;
    throw Error(ErrorInfo{.code = Errc::bad_schema,
                          .where = "input",
                          .what = "wrong kind of column",
                          .column = static_cast<std::int64_t>(j),
                          .columns = static_cast<std::int64_t>(size()),
                          .column_name = columns_[j].name,
                          .expected = std::string(name(columns_[j].kind())),
                          .got = given.is_text() ? "text" : "number",
                          .advice = "send this column as it was in training",
                          .check = "schema"});
  }

  [[noreturn]] void fail_missing(std::size_t j, const Table& table) const {
    std::string got;
    for (const TableColumn& given : table.columns()) {
      bool known = false;
      for (const Column& column : columns_) known = known || column.name == given.name;
      if (!known && got.empty()) got = "a table whose first unknown column is \"" + given.name + "\"";
    }
    throw Error(ErrorInfo{.code = Errc::bad_schema,
                          .where = "input",
                          .what = "missing column",
                          .column = static_cast<std::int64_t>(j),
                          .columns = static_cast<std::int64_t>(size()),
                          .column_name = columns_[j].name,
                          .expected = "a column of that name",
                          .got = got.empty() ? std::to_string(table.cols()) + " columns without it" : got,
                          .advice = "send every column the pipeline was trained on; order does not matter",
                          .check = "schema"});
  }

  std::vector<Column> columns_{};
  Layout layout_{};
  ContentStamp stamp_{};
};

}  // namespace prepguard
