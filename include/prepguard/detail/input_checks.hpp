// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/callable.hpp"
#include "prepguard/detail/checks.hpp"
#include "prepguard/detail/output_actions.hpp"
#include "prepguard/detail/rejection.hpp"
#include "prepguard/policy.hpp"

// What the guard asks of its whole input, with a pipeline or without.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// What is to be known about features when the model has answered.
struct FeatureFacts {
  ByteRange scratch{};               ///< where they lie, if that memory is gone when the call ends
  std::vector<std::size_t> gone{};   ///< rows that came in and are not here, in order
  OutputActions output{};            ///< what to do about results
  bool finite = true;                ///< false if the policy let cells through that are not
};

/// Features on their way to the model.
template <class T>
struct FeatureBlock {
  MatrixView<const T> cells;
  FeatureFacts facts{};
};

/// Runs a check of the whole input; its error counts as one of the check `schema`.
template <class F>
decltype(auto) check_schema(Tally& tally, F&& check) {
  try {
    return check();
  } catch (const Error& error) {
    tally.fail(Check::schema);
    ErrorInfo info = error.info();
    info.check = name(Check::schema);
    throw_refusal(std::move(info));
  }
}

template <class T>
void check_columns(const MatrixView<T>& rows, std::size_t expected, std::string_view unit) {
  check_memory("input", rows, "matrix");
  if (rows.cols() == expected) return;
  throw Error(ErrorInfo{.code = Errc::bad_shape,
                        .where = "input",
                        .what = "wrong number of columns",
                        .expected = std::to_string(expected) + ' ' + std::string(unit),
                        .got = std::to_string(rows.cols()),
                        .advice = "pass the columns of training, in that order; rows are samples"});
}

/// A model that takes a single number has features of a single column.
template <ModelForm Form, class T>
void check_model_width(const MatrixView<const T>& features, Tally& tally) {
  if (Form != ModelForm::number || features.cols() == 1) return;
  tally.fail(Check::shape);
  throw_refusal({.code = Errc::bad_shape,
                 .where = "model",
                 .what = "it takes one number",
                 .expected = "1 feature",
                 .got = std::to_string(features.cols()),
                 .advice = "let the model take a row, for instance std::span<const T>",
                 .check = std::string(name(Check::shape))});
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
