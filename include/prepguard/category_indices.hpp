// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepguard/detail/bare_call.hpp"
#include "prepguard/detail/categories.hpp"
#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// An encoder as something that makes one index a cell, for `run_tiles`.
template <class Encoder>
struct IndicesOf {
  const Encoder& encoder;
  std::size_t input_width() const noexcept { return encoder.input_width(); }
  std::size_t output_width() const noexcept { return encoder.input_width(); }
  template <class In>
  bool apply(const In& in, const MatrixView<std::int32_t>& out) const noexcept {
    return encoder.look_up(in, out);
  }
};

}  // namespace detail

/// What encoders of categories offer to models that look categories up, such as those with embeddings: one
/// integer a cell.
///
/// * The index of a category is its position in `categories(j)`. It counts from 0 in every column; add
/// offsets of
///   your own where one table of embeddings serves several columns.
/// * Infrequent categories share one index, as they share an output or a code, and the frequent ones are
/// counted
///   without them. The group comes last; for an OrdinalEncoder, whose codes these are, before NaN.
/// * So column `j` has the indices 0 to `index_count(j) - 1`: that many embeddings.
/// * A dropped category has an index like any other: there is no redundant output to leave out.
/// * A cell that is no category: -1 where the encoder serves unknown ones (as zeros, a code or an output of
/// their
///   own), the group's index where it takes them for infrequent (`infrequent_if_exist`), unknown_category
///   where it refuses them.
template <class Encoder, class Cell>
class CategoryIndices {
 public:
  /// How many indices column `j` has.
  std::size_t index_count(std::size_t j) const { return encoder().table(j).reduced().size(); }

  /// The indices of the cells of `rows` (n x input_width), as many. Throws what `transform` throws for these
  /// rows: bad_shape, non_finite, unknown_category with row, column and value, bad_environment.
  Matrix<std::int32_t> transform_indices(const MatrixView<const Cell>& rows) const {
    detail::check_rows(Encoder::type, encoder(), rows);
    auto out = Matrix<std::int32_t>::uninitialized(rows.rows(), encoder().input_width());
    transform_indices(rows, MatrixView<std::int32_t>(out));
    return out;
  }

  /// The same into the caller's memory, n x input_width, any strides; nothing is allocated in a steady state.
  /// After an error found in the rows, what `out` holds is unspecified.
  void transform_indices(const MatrixView<const Cell>& rows, const MatrixView<std::int32_t>& out) const {
    detail::check_rows(Encoder::type, encoder(), rows);
    detail::check_out(Encoder::type, out, rows.rows(), encoder().input_width());
    detail::check_overlap(Encoder::type, rows, out);
    detail::require_environment();
    const detail::FloatEnvironment environment;
    const detail::BareCheck check{encoder(), Encoder::type};
    detail::run_tiles(detail::IndicesOf<Encoder>{encoder()}, detail::ViewSource<Cell>{rows},
                      detail::sink(out, false),
                      [&](const MatrixView<const Cell>& in, const MatrixView<std::int32_t>&,
                          std::size_t first, bool ok) { check(in, MatrixView<const double>(), first, ok); });
  }

  /// The bare work on one tile; false if a cell is refused.
  bool look_up(const MatrixView<const Cell>& in, const MatrixView<std::int32_t>& out) const noexcept {
    const bool refuses = encoder().handle_unknown() == HandleUnknown::error;
    std::int32_t least = 0;
    for (std::size_t j = 0; j < in.cols(); ++j) {
      const auto& table = encoder().table(j);
      table.index().for_each_position(in.row(0) + static_cast<std::ptrdiff_t>(j) * in.col_stride(),
                                      in.row_stride(), in.rows(), [&](std::size_t i, std::int32_t position) {
                                        const std::int32_t index = table.reduced().number(position);
                                        out(i, j) = index;
                                        least = index < least ? index : least;
                                      });
    }
    return !(refuses && least < 0);
  }

  friend bool operator==(const CategoryIndices&, const CategoryIndices&) = default;

 private:
  const Encoder& encoder() const noexcept { return static_cast<const Encoder&>(*this); }
};

}  // namespace prepguard::inline PREPGUARD_ABI
