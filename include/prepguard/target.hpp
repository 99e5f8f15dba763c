// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/array.hpp"
#include "prepguard/detail/class_choice.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/detail/target_step.hpp"
#include "prepguard/detail/target_test.hpp"
#include "prepguard/detail/to_any_step.hpp"
#include "prepguard/text.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// What a model's outputs mean. Training scaled what the model was to predict (scikit-learn's
/// TransformedTargetRegressor), or put numbers in place of classes (LabelEncoder, LabelBinarizer); a server
/// wants the quantity or the class back.
///
/// A guard undoes the scaling of every result by itself; classes are asked for: `decode` (decode.hpp).
/// A default-constructed target knows nothing: outputs are what they are.
///
/// Write `Target`. It is a template only so that a program without one does not compile its steps, which are
/// kept for both scalar types.
template <Number Wide = double, Number Narrow = float>
class BasicTarget {
 public:
  BasicTarget() = default;
  BasicTarget(const BasicTarget&) = default;
  BasicTarget(BasicTarget&&) noexcept = default;
  BasicTarget& operator=(BasicTarget other) noexcept { return detail::replace(*this, std::move(other)); }
  ~BasicTarget() = default;
  /// Outputs called `names`, scaled by `fitted` in training. Throws bad_state if it cannot be undone, or if
  /// it is not as many numbers in as out.
  template <Transformer S>
  BasicTarget(std::vector<std::string> names, const S& fitted) : names_(std::move(names)) {
    using T = typename S::Scalar;
    step_ = detail::target_step<Wide>(detail::to_any_step<T, BuiltInSteps<T>>(fitted),
                                      detail::Place("target") / "step");
    finish();
  }
  /// Outputs that stand for one of `classes`: their scores, or for two classes one score that is above
  /// `threshold` for the second. Throws bad_state if they are not all different.
  explicit BasicTarget(Array classes, double threshold = 0.5)
      : names_{"class"}, classes_(std::move(classes)), threshold_(classes_.size() == 2 ? threshold : 0.0) {
    Passthrough<Wide> none;
    const Wide cell{};
    step_ = none.fit(MixedView<const Wide>(MatrixView<const Wide>(&cell, 1, 1)));
    finish();
  }

  bool empty() const noexcept { return names_.empty(); }
  /// Names of what is predicted, one for each output; of classes one.
  const std::vector<std::string>& names() const noexcept { return names_; }
  /// Whether there is a scaling to undo, and the step that did it, for outputs of type `U`.
  bool scales() const noexcept { return !empty() && step_.template get_if<Passthrough<Wide>>() == nullptr; }
  template <Number U>
  const TargetStep<U>& step() const noexcept {
    if constexpr (std::is_same_v<U, Wide>) {
      return step_;
    } else {
      return narrow_.value;
    }
  }

  /// The classes as training had them, empty if it had none; `labels` as Python prints them.
  const Array& classes() const noexcept { return classes_; }
  const std::vector<std::string>& labels() const noexcept { return labels_.value; }
  double threshold() const noexcept { return threshold_; }

  const std::vector<TargetTest>& self_tests() const noexcept { return self_tests_; }

  /// Outputs of the model, n x names, back in the unit of the training target; without a scaling they are
  /// copied.
  template <Number U>
  Matrix<U> inverse_transform(MatrixView<const U> outputs) const {
    return step<U>().inverse_transform(outputs);
  }
  template <class M>
  auto inverse_transform(const M& outputs) const {
    return inverse_transform(MatrixView<const detail::CellOf<const M>>(outputs));
  }

  /// The class of every row of outputs, as a position in `classes()`: the column with the largest score, the
  /// first of several; or, of a single column, the second class above the threshold, and of more than two
  /// classes the one the number says. Throws bad_shape for another number of columns, non_finite,
  /// unknown_category for no such class.
  template <class U>
  requires std::is_arithmetic_v<U> std::vector<std::size_t> classes_of(const MatrixView<const U>& outputs)
  const {
    detail::check_class_columns(classes_.size(), outputs.cols());
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < outputs.rows(); ++i) {
      found.push_back(detail::class_of(outputs.middle_rows(i, 1), classes_.size(), threshold_, i));
    }
    return found;
  }

  /// Checks everything and builds what is derived; bad_state with the place of what is wrong.
  void prepare(const detail::Place& at);

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("names", self.names_);
    visit("step", self.step_);
    visit("classes", self.classes_);
    visit("threshold", self.threshold_);
    visit("self_tests", self.self_tests_);
  }
  friend bool operator==(const BasicTarget& a, const BasicTarget& b) {
    return a.names_ == b.names_ && a.step_ == b.step_ && a.classes_ == b.classes_ &&
           detail::bits_of(&a.threshold_) == detail::bits_of(&b.threshold_) && a.self_tests_ == b.self_tests_;
  }

 private:
  void prepare_state(const detail::Place& at);
  void prepare_step(const detail::Place& at);
  void prepare_classes(const detail::Place& at);
  void check_test(const detail::Place& at, const TargetTest& test) const;

  /// The state is there, its self-tests are still to be made.
  void finish() {
    const detail::Place at("target");
    prepare_state(at);
    if (classes_.empty()) {
      self_tests_ = {detail::scaled_test<Wide>(step_), detail::scaled_test<Narrow>(narrow_.value)};
    } else {
      self_tests_ = {detail::class_test<Wide>(classes_), detail::class_test<Narrow>(classes_)};
    }
    prepare(at);
  }

  std::vector<std::string> names_{};
  TargetStep<Wide> step_{};
  Array classes_{};
  double threshold_ = 0.0;
  std::vector<TargetTest> self_tests_{};
  detail::Derived<TargetStep<Narrow>> narrow_{};
  detail::Derived<std::vector<std::string>> labels_{};
};

using Target = BasicTarget<>;

template <Number Wide, Number Narrow>
void BasicTarget<Wide, Narrow>::prepare_state(const detail::Place& at) {
  const detail::Place names = at / "names", step = at / "step";
  names.require(!names_.empty(), "at least 1 name", "none");
  detail::check_unique_names(names, names_);
  prepare_step(step);
  prepare_classes(at);
}

template <Number Wide, Number Narrow>
void BasicTarget<Wide, Narrow>::prepare(const detail::Place& at) {
  prepare_state(at);
  const detail::Place tests = at / "self_tests";
  tests.require(self_tests_.size() == 2, "2 self-tests, one a scalar type",
                std::to_string(self_tests_.size()));
  tests.require(self_tests_[0].dtype != self_tests_[1].dtype, "2 self-tests, one a scalar type",
                "two of one");
  for (std::size_t i = 0; i < self_tests_.size(); ++i) check_test(tests[i], self_tests_[i]);
}

template <Number Wide, Number Narrow>
void BasicTarget<Wide, Narrow>::prepare_step(const detail::Place& at) {
  const Layout in(names_.size(), Kind::number);
  const Layout out = step_.prepare(in, at);
  at.require(out == in, "a step with " + std::to_string(in.size()) + " numbers in and out", "other outputs");
  const std::string reason = step_.no_inverse({});
  if (!reason.empty()) at.fail("a step that can be undone", reason);
  auto narrow = detail::target_step<Narrow>(step_, at);
  narrow.prepare(in, at);
  narrow_.value = std::move(narrow);
}

template <Number Wide, Number Narrow>
void BasicTarget<Wide, Narrow>::prepare_classes(const detail::Place& at) {
  const detail::Place place = at / "classes", values = place / "values";
  std::vector<std::string> labels;
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    labels.push_back(detail::python_text(classes_, i));
    const bool good = classes_.missing(i) == Missing::no && seen.insert(labels.back()).second;
    values[i].require(good, "a class of its own", labels.back());
  }
  const bool alone = classes_.empty() || (names_.size() == 1 && !scales());
  place.require(alone, "none beside a step that scales, or several names", std::to_string(classes_.size()));
  const bool used = classes_.size() == 2 ? detail::is_finite(&threshold_) : threshold_ == 0.0;
  (at / "threshold").require(used, "a finite number for two classes, else 0.0", "another");
  labels_.value = std::move(labels);
}

template <Number Wide, Number Narrow>
void BasicTarget<Wide, Narrow>::check_test(const detail::Place& at, const TargetTest& test) const {
  const bool real = test.dtype == DType::float32 || test.dtype == DType::float64;
  (at / "dtype").require(real, "float32 or float64", name(test.dtype));
  detail::require_at_least(at / "rows", test.rows, 1);
  const auto rows = static_cast<std::size_t>(test.rows);
  const detail::Place outputs = at / "outputs", expected = at / "expected", tolerance = at / "tolerance";
  (outputs / "dtype")
      .require(test.outputs.dtype() == test.dtype, name(test.dtype), name(test.outputs.dtype()));
  const std::size_t width = test.outputs.size() / rows;
  const bool whole = test.outputs.size() % rows == 0;
  const bool fits = width == names_.size() || (!classes_.empty() && width == classes_.size());
  outputs.require(whole && fits, "as many numbers a row as the model gives",
                  std::to_string(test.outputs.size()));
  const DType made = classes_.empty() ? test.dtype : classes_.dtype();
  (expected / "dtype").require(test.expected.dtype() == made, name(made), name(test.expected.dtype()));
  expected.require_count(test.expected.size(), rows * names_.size());
  tolerance.require_count(test.tolerance.size(), names_.size());
  for (std::size_t k = 0; k < test.tolerance.size(); ++k) {
    const std::int64_t ulps = test.tolerance[k];
    tolerance[k].require(ulps >= 0 && (ulps == 0 || classes_.empty()), "0 or, of numbers, more",
                         std::to_string(ulps));
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI
