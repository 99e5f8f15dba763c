// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/call_arguments.hpp"
#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/current_rules.hpp"
#include "prepguard/detail/finding_counts.hpp"
#include "prepguard/detail/input_checks.hpp"
#include "prepguard/detail/row_checks.hpp"
#include "prepguard/detail/stream_checks.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Rows that go through a pipeline. All checks of the input and of the features happen here.
template <Transformer Prep>
class PipelineInput {
 public:
  using Scalar = typename Prep::Scalar;

  PipelineInput(Prep prep, std::optional<Policy> policy)
      : prep_(checked(std::move(prep))),
        input_(prep_),
        known_(prep_, input_.layout(), InputColumns::of(prep_).names()),
        rules_(rules_for(policy ? *std::move(policy) : policy_of(prep_))),
        counts_(input_.layout().size(), prep_.output_width()),
        stream_(training_of(prep_), input_.layout()) {}

  PipelineInput(const PipelineInput&) = default;
  PipelineInput(PipelineInput&&) = default;
  PipelineInput& operator=(const PipelineInput& other) { return *this = PipelineInput(other); }
  PipelineInput& operator=(PipelineInput&&) = default;
  ~PipelineInput() = default;

  const Prep& pipeline() const noexcept { return prep_; }
  const Policy& policy() const {
    fitted();
    return rules_.get().policy();
  }
  void set_policy(Policy policy) {
    fitted();
    if (rules_.set_again([&](const RowRules<Scalar>& rules) { return rules.policy() == policy; })) return;
    rules_.set(rules_for(std::move(policy)));
  }

  /// Judges the rows that wait for a full window.
  void judge() const {
    fitted();
    const FloatEnvironment environment;
    stream_.judge_now(rules_.get());
  }
  void add_to(Report& report) const {
    if (rules_.empty()) return;  // moved away
    const std::vector<std::string> names = InputColumns::of(prep_).names();
    counts_.add_to(report, names, prep_.feature_names_out(names));
    stream_.add_to(report);
  }
  /// A copy that looks at single rows only: for trials, which no stream consists of.
  PipelineInput without_streams() const {
    PipelineInput copy(*this);
    copy.stream_ = {};
    return copy;
  }

  /// Whether a call may have these arguments: rows, or for pipelines with a schema a table and perhaps its
  /// binding.
  template <class Rows>
  static consteval bool takes() {
    if constexpr (std::same_as<Rows, Table> || std::same_as<Rows, BoundTable>) {
      return HasSchema<Prep>;
    } else {
      return std::convertible_to<const Rows&, InView<typename Prep::Input>>;
    }
  }
  /// Cells of the features of such rows, and how `Model` takes them. `Lasting`: it may read them after it
  /// has returned.
  template <class>
  using Cell = Scalar;
  template <bool Lasting, class Model, class Rows, class... Extra>
  static consteval ModelForm form() {
    return model_form<Model&, Scalar, Extra...>();
  }

  static std::size_t row_count(const Table& table) noexcept { return table.rows(); }
  static std::size_t row_count(const BoundTable& rows) noexcept { return rows.table.rows(); }
  static std::size_t row_count(const InView<typename Prep::Input>& rows) noexcept { return rows.rows(); }

  /// The features of `rows`, in memory of `frame`.
  template <ModelForm, class Frame>
  FeatureBlock<Scalar> features(Frame& frame, Tally& tally, const Table& table) const {
    const Binding binding = check_schema(tally, [&] { return fitted().schema().bind(table); });
    return features<ModelForm::features>(frame, tally, BoundTable{table, binding});
  }
  template <ModelForm, class Frame>
  FeatureBlock<Scalar> features(Frame& frame, Tally& tally, const BoundTable& rows) const {
    const Schema& schema = fitted().schema();
    check_schema(tally, [&] { schema.check(rows.table, rows.binding); });
    if (rows.binding.extra() != 0) tally.note(Check::schema, 1);
    const RowRules<Scalar>& rules = rules_.get();
    return transform(frame, tally, rules,
                     TableSource<Scalar>(rows.table, schema, rows.binding, &rules.watched_for_narrowing()));
  }
  template <ModelForm, class Frame>
  FeatureBlock<Scalar> features(Frame& frame, Tally& tally, const InView<typename Prep::Input>& rows) const {
    fitted();
    check_schema(tally, [&] { check_shape(rows); });
    return transform(frame, tally, rules_.get(), ViewSource<typename Prep::Input>{rows});
  }

  /// What is handed on to the model beside the rows is the caller's affair.
  template <class... Extra>
  static void check_extra(Tally&, const Extra&...) noexcept {}

 private:
  static Prep&& checked(Prep&& prep) {
    check_fitted("guard", prep.input_width());
    if constexpr (requires { prep.output_layout(); }) {
      if (prep.output_layout().texts() != 0) {
        throw Error(Errc::bad_parameter, "guard", "the pipeline leaves columns of text", "encode them first");
      }
    } else {
      static_assert(Number<typename Prep::Output>, "prepguard: the pipeline must turn text into numbers");
    }
    return std::move(prep);
  }

  /// What the file asks for; the defaults if there is none.
  static Policy policy_of(const Prep& prep) {
    if constexpr (requires { prep.policy(); }) {
      return Policy(prep.policy());
    } else {
      return Policy::serving();
    }
  }
  static std::vector<Column> training_of(const Prep& prep) {
    if constexpr (HasSchema<Prep>) {
      return prep.schema().columns();
    } else {
      return {};
    }
  }
  RowRules<Scalar> rules_for(Policy policy) const {
    const FloatEnvironment environment;
    const InputColumns columns = InputColumns::of(prep_);
    RowRules<Scalar> rules(std::move(policy), input_, known_, columns,
                           prep_.feature_names_out(columns.names()));
    if constexpr (HasTarget<Prep>) {
      if (prep_.target().scales() && rules.output().non_finite != Action::fail) {
        throw Error(
            Errc::bad_parameter, "policy",
            "check non_finite_output: results that are scaled back must be finite: expected fail, got " +
                std::string(name(rules.output().non_finite)),
            "choose fail");
      }
    }
    return rules;
  }

  /// The pipeline, unless it was moved away.
  const Prep& fitted() const {
    check_fitted("guard", rules_.empty() ? 0 : prep_.input_width());
    return prep_;
  }

  void check_shape(const InView<typename Prep::Input>& rows) const {
    if constexpr (requires { rows.numbers; }) {
      const Layout& layout = input_.layout();
      check_columns(rows.numbers, layout.numbers(), layout.texts() != 0 ? "columns of numbers" : "columns");
      check_columns(rows.texts, layout.texts(), "columns of text");
      check_same_rows("input", rows.numbers.rows(), rows.texts.rows());
    } else {
      check_columns(rows, input_.layout().size(), "columns");
    }
  }

  /// The one pass over the data: tile by tile, checked while hot, with IEEE arithmetic until it ends.
  template <class Frame, class Source>
  FeatureBlock<Scalar> transform(Frame& frame, Tally& tally, const RowRules<Scalar>& rules,
                                 const Source& source) const {
    const MatrixView<Scalar> features = frame.template matrix<Scalar>(source.rows(), prep_.output_width());
    require_environment();
    const FloatEnvironment environment;
    RowChecks<Prep, Source> checks(prep_, input_, known_, rules, source, counts_, stream_, tally);
    run_tiles(prep_, source, sink(OutView<typename Prep::Output>(features), false), checks);
    std::vector<std::size_t> gone = checks.finish(source.rows());
    const MatrixView<const Scalar> left = without_rows(features, gone);
    return {left, {byte_range(features), std::move(gone), rules.output(), checks.finite_features()}};
  }

  /// The rows that are not `gone`, moved together.
  static MatrixView<Scalar> without_rows(const MatrixView<Scalar>& features,
                                         const std::vector<std::size_t>& gone) noexcept {
    if (gone.empty()) [[likely]]
      return features;
    std::size_t to = gone.front(), next = 0;
    for (std::size_t from = to; from < features.rows(); ++from) {
      if (next < gone.size() && gone[next] == from) {
        ++next;
      } else {
        std::copy_n(features.row(from), features.cols(), features.row(to++));
      }
    }
    return features.middle_rows(0, to);
  }

  Prep prep_;
  InputRules input_;
  KnownCategories<Scalar> known_;
  CurrentRules<RowRules<Scalar>> rules_;
  FindingCounts counts_;
  StreamChecks<Scalar> stream_;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
