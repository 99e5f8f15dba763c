// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "csv.hpp"
#include "csv_batch.hpp"

namespace examples {

/// Rows as they come from the field. Cells can be changed, to play what goes wrong.
class Sheet {
 public:
  /// Reads the columns that `schema` knows, and the text column `label`; at most 10,000 rows.
  Sheet(const std::filesystem::path& path, const prepguard::Schema& schema, const std::string& label) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    csv::Reader reader(in, path.filename().string());
    std::vector<prepguard::Column> columns = schema.columns();
    columns.push_back({.name = label, .dtype = prepguard::DType::string});
    csv::Batch batch(reader, prepguard::Schema(columns), 10'000);
    batch.fill(reader);
    const prepguard::Table table = batch.table();
    for (const prepguard::TableColumn& column : table.columns()) {
      if (!column.is_text()) {
        const auto cells = std::get<std::span<const double>>(column.values);
        numbers[column.name].assign(cells.begin(), cells.end());
        continue;
      }
      const auto cells = std::get<std::span<const std::string>>(column.values);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        texts[column.name].emplace_back(column.validity(i) ? prepguard::Text(cells[i])
                                                           : prepguard::Text(prepguard::Missing::nan));
      }
    }
    const auto labelled = texts.extract(label);
    for (const prepguard::OwnedText& cell : labelled.mapped()) labels.push_back(cell.text);
  }

  /// All columns, or all but one. Valid until a cell is changed.
  prepguard::Table table(const std::string& without = {}) { return part(0, labels.size(), without); }

  /// Some of the rows.
  prepguard::Table part(std::size_t begin, std::size_t count, const std::string& without = {}) {
    prepguard::Table rows;
    for (const auto& [name, cells] : numbers) {
      if (name != without) rows.add(name, std::span<const double>(cells).subspan(begin, count));
    }
    for (const auto& [name, cells] : texts) {
      views_[name].assign(cells.begin(), cells.end());
      if (name != without)
        rows.add(name, std::span<const prepguard::Text>(views_[name]).subspan(begin, count));
    }
    return rows;
  }

  std::vector<std::string> labels{};
  std::map<std::string, std::vector<double>> numbers{};
  std::map<std::string, std::vector<prepguard::OwnedText>> texts{};

 private:
  std::map<std::string, std::vector<prepguard::Text>> views_{};
};

}  // namespace examples
