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

#include "prepguard/detail/cell_checks.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/explain_narrowing.hpp"
#include "prepguard/detail/known_categories.hpp"
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
template <class Prep, class Source>
class RowChecks {
  using T = typename Prep::Scalar;

 public:
  RowChecks(const Prep& prep, const InputRules& input, const KnownCategories<T>& known,
            const RowRules<T>& rules, const Source& source, const FindingCounts& counts,
            const StreamChecks<T>& stream, Tally& tally) noexcept
      : prep_(prep),
        input_(input),
        known_(known),
        rules_(rules),
        source_(source),
        cells_(input, known, rules, source, counts),
        stream_(stream),
        stride_(stream.stride(source.rows(), rules)),
        tally_(tally) {}

  template <class In, class Out>
  void operator()(const In& in, const Out& out, std::size_t first, const Applied& applied) {
    if (stride_ != 0) stream_.observe(in, stride_, rules_);
    const bool good_in = applied.mapped && (applied.finite_in || all_finite(numbers_of(in))) && cells_.healthy(in);
    if (good_in && (applied.finite_out || all_finite(numbers_of(out)))) [[likely]]
      return;
    examine(in, out, first, applied.mapped);
  }

  /// False if a row is served with features that are not finite.
  bool finite_features() const noexcept { return finite_; }

  /// Throws what many rows showed, or the report if a row failed, or none is left; else counts what was
  /// found, and returns the rows that must be taken out, in order.
  std::vector<std::size_t> finish(std::size_t rows) {
    stream_.refuse(rules_, tally_);
    for (std::size_t i = 0; examined_ && i < check_count; ++i) {
      if (counted_[i] != 0) tally_.note(static_cast<Check>(i), counted_[i]);
    }
    return rejection_.finish(rows, tally_);
  }

 private:
  /// If a step refused a cell the whole tile is in doubt, and every row is transformed again on its own.
  template <class In, class Out>
  [[gnu::noinline]] void examine(const In& in, const Out& out, std::size_t first, bool ok) {
    if (!examined_) counted_.fill(0);
    examined_ = true;
    for (std::size_t i = 0; i < in.rows(); ++i) {
      const In row = in.middle_rows(i, 1);
      const RowFindings found =
          cells_.look_at(row, first + i, [&](std::size_t j) { found_unknown(row, first + i, j); });
      if (found.bad != 0) {
        reject(found, first + i, [&] { return bad_cell(found, first + i, row); });
      } else if (!found.replace) {
        examine_features(row, row, out.middle_rows(i, 1), first + i, found, ok);
      } else {
        std::vector<T> cells;
        examine_features(repaired(row, first + i, cells), row, out.middle_rows(i, 1), first + i, found,
                         false);
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
      const auto column = static_cast<std::size_t>(violation.info.column);
      found.add(violation.check, refusal_action(violation), column);
      const bool noted = column >= input_.layout().size() || known_.has(column);
      if (violation.check == Check::unknown_category && !noted)
        note_unknown(row, violation.info.column_name, column);
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
      const std::optional<Check> check = cells_.check_of_cell(row, j, number);
      if (!check || !found.counted[static_cast<std::size_t>(*check)]) continue;
      const bool imputed = *check == Check::missing && input_.may_be(cells_.missing_of(row, j), j);
      const Action action = rules_.action(*check, j);
      if (action == Action::ignore || (!imputed && action > Action::replace)) continue;
      tally_.describe(Severity::warning, *check, [&] {
        Violation violation = replay().columns().bad_cell(*check, number, j, cells_.spelled(row, j));
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

  /// The row with what the policy puts in the place of its cells, which lie in `cells`.
  template <class In>
  In repaired(const In& row, std::size_t number, std::vector<T>& cells) const {
    const MatrixView<const T> numbers = numbers_of(row);
    cells.assign(numbers.row(0), numbers.row(0) + numbers.cols());
    for (std::size_t j = 0; j < input_.layout().size(); ++j) {
      const std::optional<Check> check = cells_.check_of_cell(row, j, number);
      if (!check || input_.layout().kind(j) == Kind::text || rules_.action(*check, j) != Action::replace)
        continue;
      if (*check == Check::missing && input_.may_be(cells_.missing_of(row, j), j)) continue;
      T& cell = cells[input_.layout().slot(j)];
      cell = rules_.instead_of(*check, cell, input_.layout().slot(j));
    }
    return with_numbers(row, MatrixView<const T>(cells.data(), 1, cells.size()));
  }

  template <class In>
  Violation bad_cell(const RowFindings& found, std::size_t number, const In& row) {
    Violation violation = explained(found, number, row);
    if (found.bad > 1)
      violation.info.what += "; " + std::to_string(found.bad - 1) + " more bad cells in this row";
    return violation;
  }
  template <class In>
  Violation explained(const RowFindings& found, std::size_t number, const In& row) {
    const InputColumns& columns = replay().columns();
    const std::size_t j = found.first;
    if constexpr (requires { source_.lost(number, j); }) {
      const Lost lost = source_.lost(number, j);
      const bool infinite = found.check == Check::inf && lost == Lost::overflow;
      if (infinite || found.check == Check::narrowing)
        return lost_cell(columns, found.check, number, j, lost, source_.number_text(number, j),
                         numbers_of(row)(0, input_.layout().slot(j)));
    }
    if (found.check != Check::unknown_category)
      return columns.bad_cell(found.check, number, j, cells_.spelled(row, j));
    return columns.unknown_cell(number, j, cells_.spelled(row, j), known_.expected(j));
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

  /// A category that an encoder ignores, or one that the policy does not let pass.
  template <class In>
  void found_unknown(const In& row, std::size_t number, std::size_t j) {
    note_unknown(row, known_.name(j), j);
    tally_.describe(Severity::warning, Check::unknown_category, [&] {
      return replay().columns().unknown_cell(number, j, cells_.spelled(row, j), known_.expected(j));
    });
  }

  /// Takes note of the category in column `j`, which no encoder knows.
  template <class In>
  void note_unknown(const In& row, const std::string& name, std::size_t j) {
    if (j >= input_.layout().size())
      return;  // a step refused a cell that no column of the input is known for
    if (input_.layout().kind(j) == Kind::text) {
      tally_.note_unknown(name, texts_of(row)(0, input_.layout().slot(j)).view());
    } else {
      tally_.note_unknown(name, cells_.spelled(row, j));
    }
  }

  Replay<Prep>& replay() {
    if (!replay_) replay_.emplace(prep_);
    return *replay_;
  }

  const Prep& prep_;
  const InputRules& input_;
  const KnownCategories<T>& known_;
  const RowRules<T>& rules_;
  const Source& source_;
  CellChecks<T, Source> cells_;
  const StreamChecks<T>& stream_;
  const std::size_t stride_;
  Tally& tally_;
  Rejection rejection_{};
  std::optional<Replay<Prep>> replay_{};
  std::array<std::size_t, check_count> counted_;  // not looked at before something is examined
  bool finite_ = true, examined_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
