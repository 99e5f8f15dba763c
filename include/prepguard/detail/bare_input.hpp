// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/lasting_memory.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/finite.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Rows that are the features of a model without a pipeline.
class BareInput {
 public:
  /// Whether a call may have this argument: cells of float or double in memory.
  template <class Rows>
  static consteval bool takes() {
    return requires(const Rows& rows) {
      prepguard::all_finite(rows);
    };
  }

  template <class Rows>
  static std::size_t row_count(const Rows& rows) noexcept {
    return view_of(rows).rows();
  }

  /// How `Model` takes such rows. `Lasting`: it may read them after it has returned, so that it gets the
  /// caller's own object only if it takes nothing else.
  template <class Rows>
  using Cell = CellOf<const Rows>;
  template <bool Lasting, class Model, class Rows, class... Extra>
  static consteval ModelForm form() {
    constexpr bool own = gives_rows<Model, Rows, Extra...>();
    if constexpr (own && !Lasting) {
      return ModelForm::rows;
    } else {
      constexpr ModelForm form = model_form<Model&, Cell<Rows>, Extra...>();
      return own && form == ModelForm::none ? ModelForm::rows : form;
    }
  }

  /// The rows themselves if they are dense, or given to the model as they are, else a copy in memory of
  /// `frame`; always a copy if that is to last until a model has answered.
  template <ModelForm Form, class Frame, class Rows>
  static auto features(Frame& frame, Tally& tally, const Rows& rows) {
    const auto view = view_of(rows);
    using T = typename decltype(view)::Cell;
    check_schema(tally, [&] {
      check_memory("input", view, "matrix");
      if (view.cols() == 0) throw Error(Errc::bad_shape, "input", "expected at least 1 column, got 0");
    });
    require_environment();
    if (!all_finite(view)) [[unlikely]]
      reject(view, tally);
    const bool dense = view.contiguous_rows() &&
                       (view.row_stride() == static_cast<std::ptrdiff_t>(view.cols()) || view.rows() <= 1);
    if (Form == ModelForm::rows || (dense && !std::is_same_v<Frame, LastingMemory>))
      return FeatureBlock<T>{view, {}};
    const MatrixView<T> copy = frame.template matrix<T>(view.rows(), view.cols());
    copy_cells(view, copy);
    return FeatureBlock<T>{copy, {.scratch = byte_range(copy)}};
  }

  template <class... Extra>
  static void check_extra(Tally&, const Extra&...) noexcept {}

 private:
  /// Whether the model gets the caller's own object. An Eigen object, unless the model could only take it by
  /// Eigen's unchecked conversion of a matrix into a vector; anything else, unless it takes an Eigen map of
  /// it.
  template <class Model, class Rows, class... Extra>
  static consteval bool gives_rows() {
    using TakesMap = std::is_invocable<Model&, const Features<Cell<Rows>>&, Extra...>;
    using TakesRows = std::is_invocable<Model&, const Rows&, Extra...>;
    if constexpr (!AnyEigen<Rows>) {
      return std::conjunction_v<std::negation<TakesMap>, TakesRows>;
    } else if constexpr (is_one_row<Rows>()) {
      return TakesRows::value;
    } else {
      return std::conjunction_v<TakesMap, TakesRows>;
    }
  }

  template <class T>
  static MatrixView<const std::remove_const_t<T>> view_of(MatrixView<T> rows) noexcept {
    return rows;
  }
  template <class Rows>
  static auto view_of(const Rows& rows) noexcept {
    return MatrixView<const CellOf<const Rows>>(rows);
  }

  template <class T>
  [[gnu::cold]] static void reject(const MatrixView<const T>& rows, Tally& tally) {
    const InputColumns columns(rows.cols());
    Rejection rejection;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const NonFinite bad = find_non_finite(rows.middle_rows(i, 1));
      if (!bad) continue;
      const Check check = bad.kind == NonFiniteKind::nan ? Check::missing : Check::inf;
      rejection.add(check);
      rejection.add_row(i);
      if (!rejection.lists_more()) continue;
      rejection.list(columns.bad_cell(check, i, bad.col, non_finite_name(&rows(i, bad.col))));
    }
    rejection.finish(rows.rows(), tally);
  }
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
