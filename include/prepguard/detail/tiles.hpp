// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/detail/streaming.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/transformer.hpp"

// Batches run through a pipeline a tile of rows at a time, so that what one step writes is still in the L1
// cache when the next step, and the guard, read it.
//
// Views go by reference here and in `apply`: a view copied member by member and read back at once in wider
// pieces waits for its own stores, at every hand-over for longer than a row of thirty numbers takes to
// transform.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Copies cells of any strides; walks along the side on which the input is contiguous.
template <class T>
void copy_cells(const MatrixView<const T>& in, const MatrixView<T>& out) noexcept {
  if constexpr (Number<T>) {
    if (in.row_stride() == 1 && out.col_stride() == 1) {
      return transpose(in.data(), in.col_stride(), in.cols(), in.rows(), out.data(), out.row_stride());
    }
    if (in.col_stride() == 1 && out.row_stride() == 1) {
      return transpose(in.data(), in.row_stride(), in.rows(), in.cols(), out.data(), out.col_stride());
    }
  }
  if (in.row_stride() == 1 && in.col_stride() != 1) {
    for (std::size_t j = 0; j < in.cols(); ++j) {
      for (std::size_t i = 0; i < in.rows(); ++i) out(i, j) = in(i, j);
    }
    return;
  }
  for (std::size_t i = 0; i < in.rows(); ++i) {
    for (std::size_t j = 0; j < in.cols(); ++j) out(i, j) = in(i, j);
  }
}

/// `in`, or a copy of it if it is `out`: for steps that write cells of a row before they have read all of it.
template <class T, class Out>
MatrixView<const T> apart_from(const MatrixView<Out>& out, const MatrixView<const T>& in,
                               ScratchFrame& frame) {
  if (static_cast<const void*>(in.data()) != static_cast<const void*>(out.data())) return in;
  const MatrixView<T> copy = frame.matrix<T>(in.rows(), in.cols());
  copy_cells(in, copy);
  return copy;
}

template <class T>
MatrixView<const T> readable_tile(const MatrixView<const T>& view, std::size_t first, std::size_t count,
                                  ScratchFrame& frame) {
  if (view.contiguous_rows()) return view.middle_rows(first, count);
  const MatrixView<T> copy = frame.matrix<T>(count, view.cols());
  copy_cells(view.middle_rows(first, count), copy);
  return copy;
}

template <class T>
MixedView<const T> readable_tile(const MixedView<const T>& view, std::size_t first, std::size_t count,
                                 ScratchFrame& frame) {
  return {readable_tile(view.numbers, first, count, frame), readable_tile(view.texts, first, count, frame)};
}

/// Rows held in memory: the tiles are views of them, or gathered copies where cells of a row lie apart.
template <class Cell>
struct ViewSource {
  using View = InView<Cell>;
  const View& view;

  std::size_t rows() const noexcept { return view.rows(); }
  View tile(std::size_t first, std::size_t count, ScratchFrame& frame) const {
    return readable_tile(view, first, count, frame);
  }
};

/// Where results go: straight into the caller's memory, through a scratch tile if cells of a row lie apart
/// there, or nowhere (`discard`: a dry run that only finds errors).
template <class T>
struct Sink {
  const MatrixView<T>& view;
  bool discard = false;

  MatrixView<T> tile(std::size_t first, std::size_t count, ScratchFrame& frame) const {
    if (discard || !view.contiguous_rows()) return frame.matrix<T>(count, view.cols());
    return view.middle_rows(first, count);
  }
  void commit(const MatrixView<T>& tile, std::size_t first) const noexcept {
    if (discard || tile.data() == view.row(first)) return;
    copy_cells(MatrixView<const T>(tile), view.middle_rows(first, tile.rows()));
  }
};

template <class T>
struct MixedSink {
  const MixedView<T>& view;
  bool discard = false;

  MixedView<T> tile(std::size_t first, std::size_t count, ScratchFrame& frame) const {
    return {Sink<T>{view.numbers, discard}.tile(first, count, frame),
            Sink<Text>{view.texts, discard}.tile(first, count, frame)};
  }
  void commit(const MixedView<T>& tile, std::size_t first) const noexcept {
    Sink<T>{view.numbers, discard}.commit(tile.numbers, first);
    Sink<Text>{view.texts, discard}.commit(tile.texts, first);
  }
};

template <class T>
Sink<T> sink(const MatrixView<T>& view, bool discard) noexcept {
  return {view, discard};
}
template <class T>
MixedSink<T> sink(const MixedView<T>& view, bool discard) noexcept {
  return {view, discard};
}

/// Rows a tile, so that input and output of `width` 8-byte cells a row stay well inside an L1 cache; as many
/// as start every tile at a cache line where the first starts at one. Of wide rows some more, so that they do
/// not come singly.
inline std::size_t tile_rows(std::size_t width) noexcept {
  constexpr std::size_t cells = std::size_t{2} << 10, many_cells = 4 * cells, enough_rows = 8;
  width = std::max<std::size_t>(width, 1);
  const std::size_t least = std::clamp<std::size_t>(many_cells / width, 1, enough_rows);
  const std::size_t rows = std::clamp<std::size_t>(cells / width, least, 1024);
  return rows < 16 ? rows : rows / 16 * 16;
}

/// Where the numbers of a call's results go.
template <class T>
Streaming stream_to(const Sink<T>& target) noexcept {
  return Streaming(target.discard ? MatrixView<T>() : target.view);
}
template <class T>
Streaming stream_to(const MixedSink<T>& target) noexcept {
  return Streaming(target.discard ? MatrixView<T>() : target.view.numbers);
}

/// Runs `step` over all rows of `source` tile by tile; `on_tile(in, out, first_row, applied)` sees every tile
/// while it is hot and may throw, in which case this tile has not been committed.
template <class Step, class Source, class Target, class OnTile>
void run_tiles(const Step& step, const Source& source, const Target& target, OnTile&& on_tile) {
  const std::size_t rows = source.rows();
  const std::size_t tile = rows == 1 ? 1 : tile_rows(step.input_width() + step.output_width());
  const Streaming streaming = stream_to(target);
  for (std::size_t first = 0; first < rows; first += tile) {
    ScratchFrame frame;
    const std::size_t count = std::min(tile, rows - first);
    const auto in = source.tile(first, count, frame);
    const auto out = target.tile(first, count, frame);
    const Applied applied = step.apply(in, out);
    on_tile(in, out, first, applied);
    target.commit(out, first);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
