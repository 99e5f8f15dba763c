// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/current_rules.hpp"
#include "prepguard/detail/environment_check.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/lasting_memory.hpp"
#include "prepguard/detail/output_actions.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/detail/row_findings.hpp"
#include "prepguard/detail/tiles.hpp"
#include "prepguard/finite.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// A policy for rows of which no column is known.
struct BareRules {
  Policy policy{};
  Action missing{}, inf{};
  OutputActions output{};

  /// Throws bad_parameter for a rule that cannot be followed.
  static BareRules of(Policy policy) {
    for (const PolicyEntry& rule : policy.rules()) {
      const bool acts = rule.action == name(Action::replace) || rule.action == name(Action::reject_row);
      if (!rule.column.empty()) refuse(rule, "a rule for all columns", '"' + rule.column + '"');
      if (acts) refuse(rule, "fail, count or ignore", rule.action);
    }
    const Action missing = policy.action(Check::missing), inf = policy.action(Check::inf);
    const OutputActions output = OutputActions::of(policy);
    return {std::move(policy), missing, inf, output};
  }

 private:
  [[noreturn]] static void refuse(const PolicyEntry& rule, std::string expected, std::string got) {
    throw Error(ErrorInfo{.code = Errc::bad_parameter,
                          .where = "policy",
                          .what = "check " + rule.check + " of a guard without a pipeline",
                          .expected = std::move(expected),
                          .got = std::move(got),
                          .advice = "guard a pipeline and the model, or choose another rule"});
  }
};

/// Rows that are the features of a model without a pipeline.
class BareInput {
 public:
  explicit BareInput(Policy policy) : rules_(BareRules::of(std::move(policy))) {}

  const Policy& policy() const { return rules().policy; }
  void set_policy(Policy policy) {
    (void)rules();
    if (rules_.set_again([&](const BareRules& old) { return old.policy == policy; })) return;
    rules_.set(BareRules::of(std::move(policy)));
  }

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
  auto features(Frame& frame, Tally& tally, const Rows& rows) const {
    const auto view = view_of(rows);
    using T = typename decltype(view)::Cell;
    check_schema(tally, [&] {
      check_memory("input", view, "matrix");
      if (view.cols() == 0) throw Error(Errc::bad_shape, "input", "expected at least 1 column, got 0");
    });
    require_environment();
    const BareRules& now = rules();
    const bool finite = all_finite(view);
    if (!finite) [[unlikely]]
      examine(view, now, {}, tally);
    FeatureFacts facts{.output = now.output, .finite = finite};
    const bool dense = view.contiguous_rows() &&
                       (view.row_stride() == static_cast<std::ptrdiff_t>(view.cols()) || view.rows() <= 1);
    if (Form == ModelForm::rows || (dense && !std::is_same_v<Frame, LastingMemory>))
      return FeatureBlock<T>{view, std::move(facts)};
    const MatrixView<T> copy = frame.template matrix<T>(view.rows(), view.cols());
    copy_cells(view, copy);
    facts.scratch = byte_range(copy);
    return FeatureBlock<T>{copy, std::move(facts)};
  }

  /// What is handed on to the model beside the rows, where that is numbers.
  template <class... Extra>
  void check_extra(Tally& tally, const Extra&... extra) const {
    std::size_t number = 1;
    (check_one(tally, ++number, extra), ...);
  }

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

  const BareRules& rules() const {
    if (rules_.empty())
      throw Error(Errc::bad_parameter, "guard", "it was moved away", "use the one it was moved to");
    return rules_.get();
  }

  template <class Extra>
  void check_one(Tally& tally, std::size_t number, const Extra& extra) const {
    if constexpr (std::is_same_v<Extra, float> || std::is_same_v<Extra, double>) {
      check_one(tally, number, MatrixView<const Extra>(&extra, 1, 1));
    } else if constexpr (takes<Extra>()) {
      const auto view = view_of(extra);
      if (!prepguard::all_finite(view)) [[unlikely]]
        examine(view, rules(), " of input " + std::to_string(number), tally);
    }
  }

  /// Goes through cells that are not all finite. `whose`: which input, if not the rows.
  template <class T>
  [[gnu::cold]] static void examine(const MatrixView<const T>& rows, const BareRules& rules,
                                    const std::string& whose, Tally& tally) {
    Rejection rejection;
    std::array<std::size_t, check_count> counted{};
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      RowFindings found;
      for (std::size_t j = 0; j < rows.cols(); ++j) {
        const T& cell = rows(i, j);
        if (is_finite(&cell)) continue;
        const bool nan = is_nan(&cell);
        found.add(nan ? Check::missing : Check::inf, nan ? rules.missing : rules.inf, j);
      }
      for (std::size_t c = 0; c < check_count; ++c) {
        if (found.refused[c]) rejection.add(static_cast<Check>(c));
        counted[c] += found.bad == 0 && found.counted[c] ? 1U : 0U;
      }
      if (found.bad == 0) continue;
      rejection.add_row(i);
      if (rejection.lists_more()) rejection.list(bad_cell(found, i, rows, whose));
    }
    for (std::size_t c = 0; c < check_count; ++c) {
      if (counted[c] != 0) tally.note(static_cast<Check>(c), counted[c]);
    }
    rejection.finish(rows.rows(), tally);
  }

  template <class T>
  static Violation bad_cell(const RowFindings& found, std::size_t row, const MatrixView<const T>& rows,
                            const std::string& whose) {
    const InputColumns columns(rows.cols());
    Violation violation =
        columns.bad_cell(found.check, row, found.first, non_finite_name(&rows(row, found.first)));
    violation.info.column_name += whose;
    return violation;
  }

  CurrentRules<BareRules> rules_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
