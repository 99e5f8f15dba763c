// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/detail/column_of.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/to_any_step.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// In place of a step: leaves the columns out.
struct Drop {};

/// Different steps for different columns of a table, scikit-learn's ColumnTransformer: the one place where a table of
/// numbers and text becomes a matrix.
///
/// ```
/// prepguard::ColumnTransformer<double> prep{
///     {"num", prepguard::Pipeline{SimpleImputer<double>{}, StandardScaler<double>{}}, {"bill_length_mm", "body_mass_g"}},
///     {"cat", OneHotEncoder<double, Text>{}, {"island"}}};
/// prep.fit(table);                       // binds columns by name
/// auto features = prep.transform(table); // any order of columns, extra ones are ignored
/// ```
/// Columns that no entry names are the remainder: dropped, or one more entry at the end.
template <Number T, class List = BuiltInSteps<T>>
class ColumnTransformer : public TransformerBase<ColumnTransformer<T, List>, T, Mixed<T>> {
 public:
  using Step = AnyStep<T, List>;
  static constexpr std::string_view type = "column_transformer";

  /// A name, a step (any of `List`, a Pipeline, another ColumnTransformer, or Drop), the columns by name, and a factor
  /// for the outputs.
  struct Entry {
    template <class S>
    Entry(std::string entry_name, S entry_step, std::vector<std::string> column_names, double entry_weight = 1.0)
        : name(std::move(entry_name)), columns(std::move(column_names)), weight(entry_weight) {
      if constexpr (!std::is_same_v<S, Drop>) {
        step = [held = std::move(entry_step)](std::vector<Column>& read) {
          return detail::to_any_step<T, List>(held, &read);
        };
      }
    }
    std::string name;
    std::vector<std::string> columns;
    double weight;
    /// Makes the step, still to be fitted, for the columns it reads, and marks those it uses. Nothing: dropped.
    std::function<Step(std::vector<Column>&)> step{};
  };

  ColumnTransformer() = default;
  ColumnTransformer(const ColumnTransformer&) = default;
  ColumnTransformer(ColumnTransformer&&) noexcept = default;
  ColumnTransformer& operator=(ColumnTransformer other) noexcept { return detail::replace(*this, std::move(other)); }
  ~ColumnTransformer() = default;
  /// Entries in order; the columns they do not name are dropped.
  ColumnTransformer(std::initializer_list<Entry> entries) : entries_(entries) {}
  /// The same, the other columns going through `remainder` (a step, or Drop) in their order in the table.
  template <class S>
  ColumnTransformer(std::initializer_list<Entry> entries, S remainder) : entries_(entries) {
    entries_.push_back(Entry("remainder", std::move(remainder), {}));
    has_remainder_ = true;
  }

  /// A fitted one, from its parts: what a loader has. It cannot be fitted again.
  ColumnTransformer(Schema schema, ColumnStep<T, List> step) : schema_(std::move(schema)), step_(std::move(step)) {}

  /// Whether outputs are called `entry__output` (scikit-learn's default) or as their steps call them; names that are
  /// then there twice are an error, bad_parameter.
  ColumnTransformer& verbose_feature_names_out(bool prefix) {
    ColumnTransformer fresh(*this);
    fresh.step_.verbose_feature_names_out(prefix);
    fresh.check_names();
    return *this = std::move(fresh);
  }

  /// Learns the columns of `table` by name and fits every entry's step to its columns.
  /// Throws bad_parameter for entries without a name of their own or without any step and for outputs of the same name,
  /// bad_schema for a column that is not there, cannot_fit as the steps do. Tables that follow may lack a column that no
  /// step reads.
  ColumnTransformer& fit(const Table& table) {
    detail::require_environment();
    const detail::FloatEnvironment environment;
    std::vector<Column> columns = columns_of(table);
    ColumnTransformer fresh(*this);
    fresh.step_ = unfitted(columns);
    fresh.schema_ = Schema(std::move(columns));
    const Layout& layout = fresh.schema_.layout();
    auto numbers = Matrix<T>::uninitialized(table.rows(), layout.numbers());
    auto texts = Matrix<Text>::uninitialized(table.rows(), layout.texts());
    const Binding binding = fresh.schema_.bind(table);
    detail::TableSource<T>(table, fresh.schema_, binding).fill(0, MixedView<T>(numbers, texts));
    fresh.step_.fit(MixedView<const T>(numbers, texts));
    fresh.check_names();
    return *this = std::move(fresh);
  }

  /// The same entries over `columns`, by position and still to be fitted; marks the columns that steps read.
  ColumnStep<T, List> unfitted(std::vector<Column>& columns) const {
    detail::check_entry_names(type, entries_);
    std::vector<ColumnBlock<Step>> blocks = resolve(columns);
    ColumnStep<T, List> made = ColumnStep<T, List>::unfitted(Schema(columns).layout(), std::move(blocks));
    made.verbose_feature_names_out(step_.verbose_feature_names_out());
    return made;
  }
  /// Whether it has entries: one made of its parts has not.
  bool can_fit() const noexcept { return !entries_.empty(); }

  /// The columns learned, in the order of the table.
  const Schema& schema() const noexcept { return schema_; }
  const ColumnStep<T, List>& step() const noexcept { return step_; }

  std::size_t input_width() const noexcept { return step_.input_width(); }
  std::size_t output_width() const noexcept { return step_.output_width(); }
  const Layout& input_layout() const noexcept { return step_.input_layout(); }
  const Layout& output_layout() const noexcept { return step_.output_layout(); }

  Applied apply(const MixedView<const T>& in, const MixedView<T>& out) const { return step_.apply(in, out); }
  bool invert(const MixedView<const T>& features, const MixedView<T>& out) const { return step_.invert(features, out); }
  std::string no_inverse(const std::string& path) const { return step_.no_inverse(path); }
  std::vector<std::string> feature_names_out(const std::vector<std::string>& names) const {
    return step_.feature_names_out(names);
  }
  std::vector<std::string> feature_names_out() const { return feature_names_out(schema_.names()); }
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& columns) const {
    return step_.missing_flow(columns);
  }
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& columns) const {
    return step_.tolerances(columns);
  }
  std::optional<Finding> diagnose(MixedView<const T> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    return step_.diagnose(row, names, path);
  }

  friend bool operator==(const ColumnTransformer& a, const ColumnTransformer& b) {
    return a.schema_ == b.schema_ && a.step_ == b.step_;
  }

 private:
  void check_names() const {
    std::vector<std::string> names = step_.input_width() == 0 ? std::vector<std::string>() : feature_names_out();
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return;
    throw Error(Errc::bad_parameter, std::string(type), "two outputs are called \"" + *twice + '"',
                "rename columns or entries, or use verbose_feature_names_out(true)");
  }

  /// The columns of `table`; none is used yet.
  static std::vector<Column> columns_of(const Table& table) {
    std::vector<Column> columns;
    for (const TableColumn& given : table.columns()) {
      columns.push_back(detail::column_of(given));
      columns.back().used = false;
    }
    return columns;
  }

  /// Entries with names turned into positions; a dropped one does not appear. Marks the columns that steps read.
  std::vector<ColumnBlock<Step>> resolve(std::vector<Column>& columns) const {
    std::vector<bool> named(columns.size(), false);
    std::vector<ColumnBlock<Step>> blocks;
    for (const Entry& entry : entries_) {
      const bool is_remainder = has_remainder_ && &entry == &entries_.back();
      ColumnBlock<Step> block{.name = entry.name, .weight = entry.weight};
      for (const std::string& name : entry.columns) block.columns.push_back(position_of(columns, name, entry.name));
      for (std::size_t j = 0; is_remainder && j < named.size(); ++j) {
        if (!named[j]) block.columns.push_back(static_cast<std::int64_t>(j));
      }
      for (const std::int64_t j : block.columns) named[static_cast<std::size_t>(j)] = true;
      if (!entry.step || block.columns.empty()) continue;
      std::vector<Column> read = detail::pick(columns, block);
      for (Column& column : read) column.used = false;
      block.step = entry.step(read);
      for (std::size_t k = 0; k < read.size(); ++k) {
        if (read[k].used) columns[static_cast<std::size_t>(block.columns[k])].used = true;
      }
      blocks.push_back(std::move(block));
    }
    if (blocks.empty()) throw Error(Errc::bad_parameter, std::string(type), "no column goes through any step");
    return blocks;
  }

  static std::int64_t position_of(const std::vector<Column>& columns, const std::string& column,
                                  const std::string& entry) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (columns[j].name == column) return static_cast<std::int64_t>(j);
    }
    throw Error(ErrorInfo{.code = Errc::bad_schema,
                          .where = std::string(type) + '.' + entry,
                          .what = "the table has no such column",
                          .column_name = column});
  }

  std::vector<Entry> entries_{};
  bool has_remainder_ = false;
  Schema schema_{};
  ColumnStep<T, List> step_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
