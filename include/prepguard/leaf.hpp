// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// A step that contains no other step: one contract, a fixed width, all cells of one kind in and of one kind out.
///
/// `Derived` supplies `type`, `fields(self, visit)` (its state, in the order of docs/format.md, first
/// `LeafStep::header`), `validate(at)`, `output_width()`, `apply` and, where the answers differ from these,
/// `rebuild()`, `feature_names_out`, `missing_flow`, `source_column`, `refusal`, `invert`.
template <class Derived, Number T, class In, class Out = In>
class LeafStep : public TransformerBase<Derived, T, In, Out> {
 public:
  /// Version of the node in the file format.
  static constexpr std::int64_t version = 1;
  /// True for steps whose float32 results depend on the contract.
  static constexpr bool rounds_statistics = false;
  /// True for steps that also stand for a Keras layer.
  static constexpr bool has_keras_layer = false;
  /// False for steps that no scikit-learn class is.
  static constexpr bool has_sklearn_class = true;

  Contract contract() const noexcept { return contract_; }
  std::size_t input_width() const noexcept { return static_cast<std::size_t>(inputs_.value); }
  std::size_t output_width() const noexcept { return input_width(); }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const { return names; }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> columns) const { return columns; }

  /// Checks the whole state against the columns that come in, builds what is derived from it and returns the columns
  /// that go out. Throws bad_state naming the place.
  Layout prepare(const Layout& in, const detail::Place& at) {
    constexpr Kind reads = std::is_same_v<In, Text> ? Kind::text : Kind::number;
    constexpr Kind writes = std::is_same_v<Out, Text> ? Kind::text : Kind::number;
    detail::check_inputs(at, inputs_, in.size());
    for (std::size_t j = 0; j < in.size(); ++j) {
      if (in.kind(j) == reads) continue;
      (at / "inputs").fail("columns of " + std::string(name(reads)),
                           std::string(name(in.kind(j))) + " in column " + std::to_string(j));
    }
    const bool known = (contract_ != Contract::sklearn_float32_coefficients || Derived::rounds_statistics) &&
                       (contract_ != Contract::sklearn_float64_coefficients || Derived::has_sklearn_class) &&
                       (contract_ != Contract::keras || Derived::has_keras_layer);
    (at / "contract").require(known, "a contract this step has", contract_names[static_cast<std::size_t>(contract_)]);
    derived().validate(at);
    derived().rebuild();
    return Layout(derived().output_width(), writes);
  }

  /// Nothing is derived from the state unless a step says so.
  void rebuild() {}

 protected:
  LeafStep() = default;
  LeafStep(Contract contract, std::size_t width) noexcept : contract_(contract), inputs_(width) {}

  template <class Self, class Visit>
  static void header(Self& self, Visit&& visit) {
    visit("contract", self.contract_);
    visit("inputs", self.inputs_.value);
  }

  /// Takes over a state just fitted for `width` columns.
  void fitted(std::size_t width) {
    contract_ = Contract::native;
    inputs_ = detail::Width(width);
    constexpr Kind reads = std::is_same_v<In, Text> ? Kind::text : Kind::number;
    prepare(Layout(width, reads), detail::Place(Derived::type));
  }

  friend bool operator==(const LeafStep&, const LeafStep&) = default;

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  Contract contract_ = Contract::native;
  detail::Width inputs_{};
};

namespace detail {

/// A per-column statistic as the tables of kernels want it (column_table.hpp): doubles, first rounded to float where the contract says so.
template <Number T>
std::vector<double> coefficients(const Array& statistic, Contract contract) {
  std::vector<double> values = statistic.reals();
  if (sizeof(T) == sizeof(float) && contract == Contract::sklearn_float32_coefficients) {
    for (double& value : values) {
      volatile float rounded = static_cast<float>(value);  // volatile: no flag may drop the rounding
      value = static_cast<double>(rounded);
    }
  }
  return values;
}

/// A statistic of `width` columns: floating, finite or undefined.
inline void check_statistic(const Place& at, const Array& statistic, std::size_t width) {
  (at / "dtype").require(statistic.is_real(), "float32 or float64", name(statistic.dtype()));
  at.require_count(statistic.size(), width);
}

/// A divisor or factor: also > 0, or only not 0, where defined.
inline void check_scale(const Place& at, const Array& scale, std::size_t width, bool may_be_negative = false) {
  check_statistic(at, scale, width);
  for (std::size_t j = 0; j < width; ++j) {
    const double value = scale.reals()[j];
    if (is_nan(&value) || value > 0.0 || (may_be_negative && value < 0.0)) continue;
    (at / "values")[j].fail(may_be_negative ? "a number other than 0" : "a number > 0", repr_text(value));
  }
}

/// Two statistics of the same columns are undefined in the same places.
inline void check_same_undefined(const Place& at, const Array& a, const Array& b) {
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (a.missing(j) == b.missing(j)) continue;
    (at / "nan").fail("undefined exactly where scale is", "a difference in column " + std::to_string(j));
  }
}

}  // namespace detail

}  // namespace prepguard::inline PREPGUARD_ABI
