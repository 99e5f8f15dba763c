// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/artifact_facts.hpp"
#include "prepguard/detail/artifact_checks.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/used_columns.hpp"
#include "prepguard/schema.hpp"
#include "prepguard/target.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// A fitted pipeline with all that proves it: its columns as training saw them, the names of its features, self-test
/// rows, the model it belongs to. What `load_file` returns. A transformer, not an estimator: it is replayed, never
/// fitted again.
///
/// `transform` takes a table (columns bound by name; `schema().bind` once, then transform with the binding) or, if all
/// columns are numbers, a matrix whose columns are in training order.
template <Number T>
class Artifact : public TransformerBase<Artifact<T>, T, Mixed<T>> {
 public:
  static constexpr std::string_view type = "pipeline";

  Artifact() = default;
  Artifact(const Artifact&) = default;
  Artifact(Artifact&&) noexcept = default;
  Artifact& operator=(Artifact other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Artifact() = default;
  /// From its parts; throws bad_state if they contradict each other. `features` are the output names.
  Artifact(Schema schema, AnyStep<T> pipeline, std::vector<std::string> features, ArtifactFacts facts = {})
      : schema_(std::move(schema)),
        pipeline_(std::move(pipeline)),
        features_(std::move(features)),
        facts_(std::move(facts)) {
    prepare();
  }

  const Schema& schema() const noexcept { return schema_; }
  const AnyStep<T>& pipeline() const noexcept { return pipeline_; }
  /// Names of the outputs.
  const std::vector<std::string>& feature_names() const noexcept { return features_; }
  /// What the model's outputs mean; an empty target if that is not known.
  const Target& target() const noexcept {
    static const Target unknown;
    return target_.empty() ? unknown : target_.front();
  }
  /// The same artifact for a model that was trained to predict `target`.
  Artifact with_target(Target target) const {
    Artifact made(*this);
    made.target_.clear();
    if (!target.empty()) made.target_.push_back(std::move(target));
    made.prepare();
    return made;
  }
  /// The same artifact for guards that follow these rules (`Policy::rules`); none: the guard's defaults.
  Artifact with_policy(std::vector<PolicyEntry> rules) const {
    Artifact made(*this);
    made.facts_.policy = std::move(rules);
    made.prepare();
    return made;
  }
  /// The same artifact for these models instead of those it names: `with_models(model_files("model.onnx"))`.
  Artifact with_models(std::vector<ModelFile> models) const {
    Artifact made(*this);
    made.facts_.models = std::move(models);
    made.prepare();
    return made;
  }
  const ArtifactFacts& facts() const noexcept { return facts_; }
  DType dtype() const noexcept { return facts_.dtype; }
  const Provenance& provenance() const noexcept { return facts_.provenance; }
  const std::vector<ModelFile>& models() const noexcept { return facts_.models; }
  const std::vector<PolicyEntry>& policy() const noexcept { return facts_.policy; }
  const std::vector<SelfTest>& self_tests() const noexcept { return facts_.self_tests; }

  std::size_t input_width() const noexcept { return pipeline_.input_width(); }
  std::size_t output_width() const noexcept { return pipeline_.output_width(); }
  const Layout& input_layout() const noexcept { return pipeline_.input_layout(); }
  const Layout& output_layout() const noexcept { return pipeline_.output_layout(); }

  Applied apply(const MixedView<const T>& in, const MixedView<T>& out) const { return pipeline_.apply(in, out); }
  bool invert(const MixedView<const T>& features, const MixedView<T>& out) const { return pipeline_.invert(features, out); }
  std::string no_inverse(const std::string& path) const { return pipeline_.no_inverse(path); }

  /// The stored names; `names` does not matter, the columns have theirs.
  std::vector<std::string> feature_names_out(const std::vector<std::string>&) const { return features_; }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> columns) const {
    return pipeline_.missing_flow(std::move(columns));
  }
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& columns) const {
    return pipeline_.tolerances(columns);
  }
  std::optional<Finding> diagnose(MixedView<const T> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    return pipeline_.diagnose(row, names, path);
  }

  /// Checks everything and builds what is derived; bad_state with the place of what is wrong.
  void prepare();

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("library", self.facts_.library);
    visit("library_version", self.facts_.library_version);
    visit("provenance", self.facts_.provenance);
    visit("dtype", self.facts_.dtype);
    Schema::fields(self.schema_, visit);
    visit("pipeline", self.pipeline_);
    visit("features", self.features_);
    visit("target", self.target_);
    visit("models", self.facts_.models);
    visit("policy", self.facts_.policy);
    visit("self_tests", self.facts_.self_tests);
  }

  friend bool operator==(const Artifact& a, const Artifact& b) {
    return a.schema_ == b.schema_ && a.pipeline_ == b.pipeline_ && a.features_ == b.features_ && a.target_ == b.target_ &&
           a.facts_ == b.facts_;
  }

 private:
  Schema schema_{};
  AnyStep<T> pipeline_{};
  std::vector<std::string> features_{};
  std::vector<Target> target_{};  // none or one
  ArtifactFacts facts_{};
};

template <Number T>
void Artifact<T>::prepare() {
  detail::check_columns(schema_);
  const detail::Place root;
  const detail::Place pipeline = root / "pipeline";
  const Layout out = pipeline_.prepare(schema_.layout(), pipeline);
  pipeline.require(out.texts() == 0, "outputs that are all numbers", "text among them");
  pipeline.require(out.size() != 0, "at least 1 output", "none");
  detail::check_used(schema_, detail::used_columns<T, BuiltInSteps<T>>(pipeline_));
  const detail::Place targets = root / "target";
  targets.require(target_.size() <= 1, "1 target or none", std::to_string(target_.size()));
  for (Target& target : target_) target.prepare(targets[0]);
  detail::check_facts(facts_);
  detail::check_policy(root / "policy", facts_.policy, schema_, features_);
  detail::check_unique_names(root / "features", features_);
  (root / "features").require_count(features_.size(), out.size());
  const detail::Place tests = root / "self_tests";
  const std::vector<std::int64_t> allowed = tolerances(std::vector<std::int64_t>(schema_.size(), 0));
  for (std::size_t i = 0; i < facts_.self_tests.size(); ++i) {
    detail::check_self_test(tests[i], facts_.self_tests[i], schema_, allowed);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI
