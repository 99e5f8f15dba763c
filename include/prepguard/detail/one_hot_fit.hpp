// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "prepguard/detail/category_index.hpp"
#include "prepguard/detail/encoder_fit.hpp"
#include "prepguard/detail/one_hot_state.hpp"

namespace prepguard {

/// Which output of a column a OneHotEncoder leaves out, so that the others do not add up to 1.
enum class OneHotDrop : std::uint8_t {
  none,
  first,      ///< that of the first category
  if_binary,  ///< that of the first category, if there are two outputs
};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

template <class Cell, class Options>
void check_one_hot_options(std::string_view where, const Options& options) {
  check_category_options<Cell>(where, options);
  if (options.handle_unknown == HandleUnknown::first_column ||
      options.handle_unknown == HandleUnknown::use_encoded_value) {
    fail_option(
        where, "handle_unknown: expected error, ignore or infrequent_if_exist; Keras layers come from files");
  }
  if (options.drop_values.empty()) return;
  if (options.drop != OneHotDrop::none) fail_option(where, "drop, drop_values: expected one of them only");
  if (options.drop_values.is_text() == Number<Cell>) {
    fail_option(where, "drop_values: expected cells of the kind the encoder reads");
  }
}

/// The output of column `j` that the options leave out, as a position in its reduced list; -1: none.
template <class Cell, class Options>
std::int64_t dropped_output(std::string_view where, std::size_t j, const OneHotColumn& column,
                            const Options& options, std::size_t width) {
  const std::vector<ReducedCategory> list = column.reduced();
  if (options.drop_values.empty()) {
    return options.drop == OneHotDrop::first || (options.drop == OneHotDrop::if_binary && list.size() == 2)
               ? 0
               : -1;
  }
  if (options.drop_values.size() != width) {
    fail_option(where, "drop_values: expected one for each of " + std::to_string(width) + " columns, got " +
                           std::to_string(options.drop_values.size()));
  }
  const Cell cell = CategoryIndex<Cell>::cell_at(options.drop_values, j);
  const std::int32_t position = CategoryIndex<Cell>(column.categories).find(&cell);
  for (std::size_t k = 0; k < list.size(); ++k) {
    if (position >= 0 && !list[k].is_group && list[k].position == static_cast<std::size_t>(position)) {
      return static_cast<std::int64_t>(k);
    }
  }
  fail_fit(
      where, j,
      "category " + shown(cell) + " to be dropped is " + (position < 0 ? "not there" : "infrequent"),
      "choose one of " + list_of(column.categories) + "; for batches that may lack it give the categories");
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
