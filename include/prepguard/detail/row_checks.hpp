// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/detail/row_findings.hpp"
#include "prepguard/detail/row_rules.hpp"
#include "prepguard/detail/stream_checks.hpp"
#include "prepguard/finite.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The checks that ride along when a batch is transformed: looks at every tile, its input and its features,
/// while it is hot. On a healthy tile it reads and returns; otherwise it goes through the rows, does what the
/// policy says about each finding, and collects the rows that must not reach the model.
template <class Prep>
class RowChecks {
  using T = typename Prep::Scalar;

 public:
  /// `rows`: of the whole batch.
  RowChecks(const Prep& prep, const InputRules& input, const RowRules<T>& rules, const StreamChecks<T>& stream,
            std::size_t rows, Tally& tally) noexcept
      : prep_(prep),
        input_(input),
        rules_(rules),
        stream_(stream),
        stride_(stream.stride(rows, rules)),
        tally_(tally) {}

  template <class In, class Out>
  void operator()(const In& in, const Out& out, std::size_t first, bool ok) {
    if (stride_ != 0) observe(in);
    if (ok && all_finite(numbers_of(in)) && rules_.all_within(numbers_of(in)) && !any_missing(texts_of(in)) &&
        all_finite(numbers_of(out))) [[likely]]
      return;
    examine(in, out, first, ok);
  }

  /// False if a row is served with features that are not finite.
  bool finite_features() const noexcept { return finite_; }

  /// Throws what many rows showed, or the report if a row failed, or none is left; else counts what was found,
  /// and returns the rows that must be taken out, in order.
  std::vector<std::size_t> finish(std::size_t rows) {
    stream_.refuse(rules_, tally_);
    for (std::size_t i = 0; examined_ && i < check_count; ++i) {
      if (counted_[i] != 0) tally_.note(static_cast<Check>(i), counted_[i]);
    }
    return rejection_.finish(rows, tally_);
  }

 private:
  /// Over all calls of a thread, every `stride_`th row.
  template <class In>
  void observe(const In& in) const noexcept {
    thread_local std::size_t skip = 0;  // rows until the next one that is looked at
    skip = std::min(skip, stride_ - 1);
    if (skip < in.rows()) stream_.observe(in, skip, stride_, rules_);
    skip = (skip + stride_ - in.rows() % stride_) % stride_;
  }

  /// If a step refused a cell the whole tile is in doubt, and every row is transformed again on its own.
  template <class In, class Out>
  [[gnu::noinline]] void examine(const In& in, const Out& out, std::size_t first, bool ok) {
    examined_ = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      const In row = in.middle_rows(i, 1);
      const RowFindings found = look_at(row);
      if (found.bad != 0) {
        reject(found, first + i, [&] { return bad_cell(found, first + i, row); });
      } else if (!found.replace) {
        examine_features(row, row, out.middle_rows(i, 1), first + i, found, ok);
      } else {
        std::vector<T> cells;
        examine_features(repaired(row, cells), row, out.middle_rows(i, 1), first + i, found, false);
      }
    }
  }

  /// A row whose cells may be served, `sent` before the policy repaired it: a step may refuse it all the
  /// same, or make a feature that may not.
  template <class In, class Out>
  void examine_features(const In& row, const In& sent, const Out& made, std::size_t number, RowFindings found,
                        bool ok) {
    if (!ok && !prep_.apply(row, made)) {
      Violation violation = replay().refused(number, row);
      found.add(violation.check, refusal_action(violation), static_cast<std::size_t>(violation.info.column));
      return reject(found, number, [&] { return std::move(violation); });
    }
    const MatrixView<const T> features = numbers_of(made);
    if (!all_finite(features)) {
      finite_ = false;
      for (std::size_t k = 0; k < features.cols(); ++k) {
        if (!found.finite || is_finite(&features(0, k))) continue;  // what was let in may come out
        found.add(Check::non_finite_features, rules_.action(Check::non_finite_features, k), k);
      }
      if (found.bad != 0)
        return reject(found, number, [&] { return replay().not_finite(number, row, features, found.first); });
    }
    for (std::size_t c = 0; c < check_count; ++c) counted_[c] += found.counted[c] ? 1U : 0U;
    if (tally_.listens()) describe_served(sent, features, number, found);
  }

  /// For the hook: what is served of a row although a check found something.
  template <class In>
  void describe_served(const In& row, const MatrixView<const T>& features, std::size_t number,
                       const RowFindings& found) {
    for (std::size_t j = 0; j < input_.layout().size(); ++j) {
      const std::optional<Check> check = check_of_cell(row, j);
      if (!check || !found.counted[static_cast<std::size_t>(*check)]) continue;
      const bool imputed = *check == Check::missing && input_.may_be(missing_of(row, j), j);
      const Action action = rules_.action(*check, j);
      if (action == Action::ignore || (!imputed && action > Action::replace)) continue;
      tally_.describe(Severity::warning, *check, [&] {
        Violation violation = replay().columns().bad_cell(*check, number, j, spelled(row, j));
        if (imputed || action == Action::replace) {
          violation.info.what =
              violation.info.got + (imputed ? "; the pipeline replaces it" : "; the policy replaces it");
          violation.info.advice.clear();
        }
        return violation;
      });
    }
    if (!found.counted[static_cast<std::size_t>(Check::non_finite_features)]) return;
    tally_.describe(Severity::warning, Check::non_finite_features, [&] {
      return replay().not_finite(number, row, features, find_non_finite(features).col);
    });
  }

  /// What a step refuses cannot be served, whatever the policy would like. Its first finding decides for the
  /// row.
  Action refusal_action(const Violation& violation) {
    const auto column = replay().columns().position(violation.info.column_name);
    const bool of_cell = column && violation.check != Check::non_finite_features;
    const Action action =
        of_cell ? rules_.action(violation.check, *column) : rules_.policy().action(violation.check);
    return action == Action::reject_row ? Action::reject_row : Action::fail;
  }

  template <class In>
  RowFindings look_at(const In& row) const noexcept {
    RowFindings found;
    const Layout& layout = input_.layout();
    for (std::size_t j = 0; j < layout.size(); ++j) {
      const std::optional<Check> check = check_of_cell(row, j);
      if (!check) continue;
      const bool imputed = *check == Check::missing && input_.may_be(missing_of(row, j), j);
      const Action action = rules_.action(*check, j);
      if (!imputed) {
        found.add(*check, action, j);
      } else if (action != Action::ignore) {
        found.counted[static_cast<std::size_t>(Check::missing)] = true;
      }
    }
    return found;
  }

  template <class In>
  std::optional<Check> check_of_cell(const In& row, std::size_t column) const noexcept {
    const std::size_t slot = input_.layout().slot(column);
    if (missing_of(row, column) != Missing::no) return Check::missing;
    if (input_.layout().kind(column) == Kind::text) return std::nullopt;
    const auto numbers = numbers_of(row);
    return is_finite(&numbers(0, slot)) ? rules_.outside(numbers(0, slot), column, slot) : Check::inf;
  }

  template <class In>
  Missing missing_of(const In& row, std::size_t column) const noexcept {
    const std::size_t slot = input_.layout().slot(column);
    if (input_.layout().kind(column) == Kind::text) return texts_of(row)(0, slot).missing();
    return is_nan(&numbers_of(row)(0, slot)) ? Missing::nan : Missing::no;
  }

  /// The row with what the policy puts in the place of its cells, which lie in `cells`.
  template <class In>
  In repaired(const In& row, std::vector<T>& cells) const {
    const MatrixView<const T> numbers = numbers_of(row);
    cells.assign(numbers.row(0), numbers.row(0) + numbers.cols());
    for (std::size_t j = 0; j < input_.layout().size(); ++j) {
      const std::optional<Check> check = check_of_cell(row, j);
      if (!check || input_.layout().kind(j) == Kind::text || rules_.action(*check, j) != Action::replace)
        continue;
      if (*check == Check::missing && input_.may_be(missing_of(row, j), j)) continue;
      T& cell = cells[input_.layout().slot(j)];
      cell = rules_.instead_of(*check, cell, input_.layout().slot(j));
    }
    return with_numbers(row, MatrixView<const T>(cells.data(), 1, cells.size()));
  }

  template <class In>
  Violation bad_cell(const RowFindings& found, std::size_t number, const In& row) {
    Violation violation =
        replay().columns().bad_cell(found.check, number, found.first, spelled(row, found.first));
    if (found.bad > 1)
      violation.info.what += "; " + std::to_string(found.bad - 1) + " more bad cells in this row";
    return violation;
  }

  template <class Explain>
  void reject(const RowFindings& found, std::size_t number, Explain&& explain) {
    for (std::size_t c = 0; c < check_count; ++c) {
      if (found.refused[c]) rejection_.add(static_cast<Check>(c));
    }
    const bool fails = found.action == Action::fail;
    rejection_.add_row(number, fails);
    if (rejection_.lists_more(fails)) rejection_.list(explain(), fails);
  }

  /// A bad cell in words: NaN, inf, -inf, 12.5, or None in a column of text.
  template <class In>
  std::string spelled(const In& cells, std::size_t column) const {
    const std::size_t slot = input_.layout().slot(column);
    if (input_.layout().kind(column) == Kind::text) return shown(texts_of(cells)(0, slot));
    const T& cell = numbers_of(cells)(0, slot);
    return is_finite(&cell) ? plain_number(cell) : non_finite_name(&cell);
  }

  Replay<Prep>& replay() {
    if (!replay_) replay_.emplace(prep_);
    return *replay_;
  }

  const Prep& prep_;
  const InputRules& input_;
  const RowRules<T>& rules_;
  const StreamChecks<T>& stream_;
  const std::size_t stride_;
  Tally& tally_;
  Rejection rejection_{};
  std::optional<Replay<Prep>> replay_{};
  std::array<std::size_t, check_count> counted_{};
  bool finite_ = true, examined_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
