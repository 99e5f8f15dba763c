// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

template <class T>
MatrixView<const Text> texts_of(const MixedView<T>& tile) noexcept {
  return tile.texts;
}
template <class T>
MatrixView<const Text> texts_of(const MatrixView<T>& tile) noexcept {
  if constexpr (std::is_same_v<std::remove_const_t<T>, Text>) {
    return tile;
  } else {
    return {};
  }
}

inline bool any_missing(const MatrixView<const Text>& texts) noexcept {
  for (std::size_t i = 0; i < texts.rows(); ++i) {
    for (std::size_t j = 0; j < texts.cols(); ++j) {
      if (texts(i, j).is_missing()) return true;
    }
  }
  return false;
}

/// The input columns of a pipeline, and which of them may be missing: those where it turns a missing value
/// into features that are there. Worked out once, from what the steps say about missing values.
class InputRules {
 public:
  template <class Prep>
  explicit InputRules(const Prep& prep) : layout_(layout_of(prep)) {
    for (std::size_t j = 0; j < layout_.size(); ++j) {
      replaces_nan_.push_back(replaces(prep, j, MissingFlow::nan));
      replaces_none_.push_back(layout_.kind(j) == Kind::text && replaces(prep, j, MissingFlow::none));
    }
  }

  const Layout& layout() const noexcept { return layout_; }
  bool may_be(Missing how, std::size_t column) const noexcept {
    return how == Missing::none ? replaces_none_[column] : replaces_nan_[column];
  }

 private:
  template <class Prep>
  static Layout layout_of(const Prep& prep) {
    if constexpr (requires { prep.input_layout(); }) {
      return prep.input_layout();
    } else {
      return Layout(prep.input_width(),
                    std::is_same_v<typename Prep::Input, Text> ? Kind::text : Kind::number);
    }
  }
  template <class Prep>
  bool replaces(const Prep& prep, std::size_t column, MissingFlow missing) const {
    std::vector<MissingFlow> flow(layout_.size(), MissingFlow::never);
    flow[column] = missing;
    flow = prep.missing_flow(std::move(flow));
    return std::all_of(flow.begin(), flow.end(), [](MissingFlow out) { return out == MissingFlow::never; });
  }

  Layout layout_;
  std::vector<bool> replaces_nan_{}, replaces_none_{};
};

/// What the cells of one row are.
struct CellFindings {
  std::size_t infinite = 0, missing = 0,
              replaced = 0;  ///< how many: infinite, missing and not, missing and replaced
  std::size_t first = 0;     ///< column of the first that is infinite or missing
  Check check{};             ///< which of both

  std::size_t bad() const noexcept { return infinite + missing; }
  void add(Check what, std::size_t column) noexcept {
    if (bad() == 0) {
      first = column;
      check = what;
    }
    ++(what == Check::inf ? infinite : missing);
  }
};

/// The checks that ride along when a batch is transformed: looks at every tile, its input and its features,
/// while it is hot. On a healthy tile it reads and returns; otherwise it goes through the rows and collects
/// the bad ones.
template <class Prep>
class RowChecks {
 public:
  RowChecks(const Prep& prep, const InputRules& rules) noexcept : prep_(prep), rules_(rules) {}

  template <class In, class Out>
  void operator()(const In& in, const Out& out, std::size_t first, bool ok) {
    if (ok && all_finite(numbers_of(in)) && !any_missing(texts_of(in)) && all_finite(numbers_of(out)))
        [[likely]]
      return;
    examine(in, out, first, ok);
  }

  /// Throws the report if a row was bad; else notes how many rows had missing values replaced.
  void finish(std::size_t rows, Tally& tally) const {
    rejection_.finish(rows, tally);
    tally.note(Check::missing, replaced_rows_);
  }

 private:
  /// If a step refused a cell the whole tile is in doubt, and every row is transformed again on its own.
  template <class In, class Out>
  [[gnu::noinline]] void examine(const In& in, const Out& out, std::size_t first, bool ok) {
    for (std::size_t i = 0; i < in.rows(); ++i) {
      const In row = in.middle_rows(i, 1);
      const Out made = out.middle_rows(i, 1);
      const MatrixView<const typename Prep::Scalar> features = numbers_of(made);
      const CellFindings cells = look_at(row);
      if (cells.bad() != 0) {
        reject_input(first + i, row, cells);
      } else if (!ok && !prep_.apply(row, made)) {
        Violation violation = replay().refused(first + i, row);
        const Check check = violation.check;
        reject(check, [&] { return std::move(violation); });
      } else if (const NonFinite bad = find_non_finite(features)) {
        reject(Check::non_finite_features,
               [&] { return replay().not_finite(first + i, row, features, bad.col); });
      } else {
        replaced_rows_ += cells.replaced != 0 ? 1 : 0;
      }
    }
  }

  template <class In>
  CellFindings look_at(const In& row) const noexcept {
    CellFindings found;
    const auto numbers = numbers_of(row);
    const auto texts = texts_of(row);
    const Layout& layout = rules_.layout();
    for (std::size_t j = 0; j < layout.size(); ++j) {
      Missing missing = Missing::no;
      if (layout.kind(j) == Kind::text) {
        missing = texts(0, layout.slot(j)).missing();
      } else if (!is_finite(&numbers(0, layout.slot(j)))) {
        missing = Missing::nan;
        if (is_infinite(&numbers(0, layout.slot(j)))) {
          found.add(Check::inf, j);
          continue;
        }
      }
      if (missing == Missing::no) continue;
      if (rules_.may_be(missing, j)) {
        ++found.replaced;
      } else {
        found.add(Check::missing, j);
      }
    }
    return found;
  }

  template <class In>
  void reject_input(std::size_t row, const In& cells, const CellFindings& found) {
    if (found.infinite != 0) rejection_.add(Check::inf);
    if (found.missing != 0) rejection_.add(Check::missing);
    rejection_.add_row();
    if (!rejection_.lists_more()) return;
    Violation violation =
        replay().columns().bad_cell(found.check, row, found.first, spelled(cells, found.first));
    if (found.bad() > 1) {
      violation.info.what += "; " + std::to_string(found.bad() - 1) + " more bad cells in this row";
    }
    rejection_.list(std::move(violation));
  }

  template <class Explain>
  void reject(Check check, Explain&& explain) {
    rejection_.add(check);
    rejection_.add_row();
    if (rejection_.lists_more()) rejection_.list(explain());
  }

  /// A bad cell in words: NaN, inf, -inf, or None in a column of text.
  template <class In>
  std::string spelled(const In& cells, std::size_t column) const {
    const std::size_t slot = rules_.layout().slot(column);
    if (rules_.layout().kind(column) == Kind::text) return shown(texts_of(cells)(0, slot));
    return non_finite_name(&numbers_of(cells)(0, slot));
  }

  Replay<Prep>& replay() {
    if (!replay_) replay_.emplace(prep_);
    return *replay_;
  }

  const Prep& prep_;
  const InputRules& rules_;
  Rejection rejection_{};
  std::optional<Replay<Prep>> replay_{};
  std::size_t replaced_rows_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
