// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_step.hpp"
#include "prepguard/detail/chain.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/to_any_step.hpp"
#include "prepguard/pipeline.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Steps chosen at run time (typically by a file), run one after the other. Same results as `Pipeline`, bit for bit.
template <Number T, class List>
class AnyPipeline : public TransformerBase<AnyPipeline<T, List>, T, Mixed<T>> {
 public:
  using Step = AnyStep<T, List>;
  static constexpr std::string_view type = "pipeline";
  static constexpr std::int64_t version = 1;

  AnyPipeline() = default;
  AnyPipeline(const AnyPipeline&) = default;
  AnyPipeline(AnyPipeline&&) noexcept = default;
  AnyPipeline& operator=(AnyPipeline other) noexcept { return detail::replace(*this, std::move(other)); }
  ~AnyPipeline() = default;
  /// Named steps in order. Throws bad_parameter for an empty or repeated name, or one with `__` in it.
  explicit AnyPipeline(std::vector<Named<Step>> steps) : steps_(std::move(steps)) {
    try {
      check_names(detail::Place(type));
    } catch (const Error& error) {
      ErrorInfo info = error.info();
      info.code = Errc::bad_parameter;
      throw Error(std::move(info));
    }
    const Layout& in = steps_.front().step.input_layout();
    if (steps_.front().step.input_width() == 0) return;
    inputs_ = detail::Width(in.size());
    prepare(in, detail::Place(type));
  }
  /// The run-time form of a pipeline known to the compiler.
  template <class... Steps>
  explicit AnyPipeline(const Pipeline<Steps...>& pipeline) : AnyPipeline(detail::to_named_steps<T, List>(pipeline)) {}

  const std::vector<Named<Step>>& steps() const noexcept { return steps_; }

  /// Fits the first step to `rows`, transforms them, fits the next, and so on; after an error it is as it was.
  AnyPipeline& fit(MixedView<const T> rows) {
    if (steps_.empty()) throw Error(Errc::bad_parameter, std::string(type), "expected at least 1 step, got none");
    AnyPipeline fresh(*this);
    fresh.fit_from(0, rows);
    fresh.inputs_ = detail::Width(rows.cols());
    return *this = std::move(fresh);
  }

  std::size_t input_width() const noexcept { return static_cast<std::size_t>(inputs_.value); }
  std::size_t output_width() const noexcept { return steps_.empty() ? 0 : steps_.back().step.output_width(); }
  const Layout& input_layout() const noexcept { return steps_.front().step.input_layout(); }
  const Layout& output_layout() const noexcept { return steps_.back().step.output_layout(); }

  Applied apply(const MixedView<const T>& in, const MixedView<T>& out) const { return detail::apply_chain(cursor(), in, out); }
  bool invert(const MixedView<const T>& features, const MixedView<T>& out) const {
    return detail::invert_chain(cursor(), features, out);
  }
  std::string no_inverse(const std::string& path) const {
    return steps_.empty() ? std::string() : detail::chain_without_inverse(cursor(), path);
  }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    for (const Named<Step>& named : steps_) names = named.step.feature_names_out(std::move(names));
    return names;
  }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> columns) const {
    for (const Named<Step>& named : steps_) columns = named.step.missing_flow(std::move(columns));
    return columns;
  }
  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    for (const Named<Step>& named : steps_) columns = named.step.tolerances(columns);
    return columns;
  }
  std::optional<Finding> diagnose(MixedView<const T> row, const std::vector<std::string>& names,
                                  const std::string& path) const {
    return detail::diagnose_chain(cursor(), row, names, path);
  }

  Layout prepare(const Layout& in, const detail::Place& at) {
    check_names(at);
    detail::check_inputs(at, inputs_, in.size());
    Layout columns = in;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const detail::Place list = at / "steps", item = list[i], here = item / "step";
      columns = steps_[i].step.prepare(columns, here);
    }
    return columns;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("inputs", self.inputs_.value);
    visit("steps", self.steps_);
  }

  friend bool operator==(const AnyPipeline& a, const AnyPipeline& b) { return a.inputs_ == b.inputs_ && a.steps_ == b.steps_; }

 private:
  auto cursor() const noexcept { return detail::ListCursor<Step>{std::span(steps_)}; }

  void check_names(const detail::Place& at) const {
    const detail::Place list = at / "steps";
    list.require(!steps_.empty(), "at least 1 step", "none");
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const std::string& name = steps_[i].name;
      bool good = !name.empty() && name.find("__") == std::string::npos;
      for (std::size_t k = 0; k < i; ++k) good = good && steps_[k].name != name;
      if (!good) (list[i] / "name").fail("a name of its own without __", '"' + name + '"');
    }
  }

  void fit_from(std::size_t i, MixedView<const T> rows) {
    Step& step = steps_[i].step;
    step.fit(rows);
    if (i + 1 == steps_.size()) return;
    auto numbers = Matrix<T>::uninitialized(rows.rows(), step.output_layout().numbers());
    auto texts = Matrix<Text>::uninitialized(rows.rows(), step.output_layout().texts());
    step.transform(rows, MixedView<T>(numbers, texts));
    fit_from(i + 1, MixedView<const T>(numbers, texts));
  }

  std::vector<Named<Step>> steps_{};
  detail::Width inputs_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
