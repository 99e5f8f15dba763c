// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/artifact.hpp"
#include "prepguard/detail/array_table.hpp"
#include "prepguard/detail/number_text.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/error.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Equal bits (any NaN equals any NaN), or within `tolerance` * eps(T) * max(1, |want|).
template <Number T>
bool within(const T& got, const T& want, std::int64_t tolerance) noexcept {
  if (is_nan(&got) || is_nan(&want)) return is_nan(&got) && is_nan(&want);
  if (bits_of(&got) == bits_of(&want)) return true;
  if (tolerance == 0 || is_infinite(&got) || is_infinite(&want)) return false;
  const double allowed = static_cast<double>(tolerance) * double{std::numeric_limits<T>::epsilon()};
  return std::abs(double{got} - double{want}) <= allowed * std::max(1.0, std::abs(double{want}));
}

[[noreturn]] inline void fail_self_test(std::string what, std::int64_t row = -1, std::string feature = {},
                                        std::string expected = {}, std::string got = {}) {
  throw Error(ErrorInfo{.code = Errc::self_test_failed,
                        .where = "self-test",
                        .what = std::move(what),
                        .row = row,
                        .column_name = std::move(feature),
                        .expected = std::move(expected),
                        .got = std::move(got),
                        .advice = "export the pipeline again; if that does not help, this build computes differently"});
}

/// Transforms the self-test rows as one batch with the real kernels and compares with what training gave.
template <Number T>
void replay(const Artifact<T>& artifact, const SelfTest& test) {
  const ArrayTable<T> rows(test.inputs, artifact.schema());
  Matrix<T> got;
  try {
    got = artifact.transform(rows.table());
  } catch (const Error& error) {
    if (error.code() == Errc::bad_environment) throw;
    fail_self_test(std::string("its rows cannot be transformed: ") + error.what());
  }
  const std::size_t width = artifact.output_width();
  for (std::size_t i = 0; i < got.rows(); ++i) {
    for (std::size_t k = 0; k < width; ++k) {
      const T want = round_to<T>(test.expected.reals()[i * width + k]);
      if (within(got(i, k), want, test.tolerance[k])) continue;
      fail_self_test("a stored row gives another result here", static_cast<std::int64_t>(i),
                     artifact.feature_names()[k], repr_text(want), repr_text(got(i, k)));
    }
  }
}

/// Scales the target's outputs back, or decodes them, and compares with what training gave.
template <Number U>
void replay(const Target& target, const TargetTest& test) {
  const auto rows = static_cast<std::size_t>(test.rows);
  Matrix<U> outputs(rows, test.outputs.size() / rows);
  for (std::size_t k = 0; k < test.outputs.size(); ++k) outputs.data()[k] = round_to<U>(test.outputs.reals()[k]);
  if (!target.classes().empty()) {
    const std::vector<std::size_t> found = target.classes_of(MatrixView<const U>(outputs));
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string want = python_text(test.expected, i), got = target.labels()[found[i]];
      if (got != want) fail_self_test("the target gives another class", static_cast<std::int64_t>(i), "class", want, got);
    }
    return;
  }
  const Matrix<U> got = target.inverse_transform(MatrixView<const U>(outputs));
  for (std::size_t k = 0; k < test.expected.size(); ++k) {
    const U want = round_to<U>(test.expected.reals()[k]);
    const std::size_t i = k / got.cols(), j = k % got.cols();
    if (within(got(i, j), want, test.tolerance[j])) continue;
    fail_self_test("the target gives another result here", static_cast<std::int64_t>(i), target.names()[j], repr_text(want),
                   repr_text(got(i, j)));
  }
}
template <Number Wide, Number Narrow>
void replay(const BasicTarget<Wide, Narrow>& target) {
  for (const TargetTest& test : target.self_tests()) {
    try {
      test.dtype == DType::float32 ? replay<Narrow>(target, test) : replay<Wide>(target, test);
    } catch (const Error& error) {
      if (error.code() == Errc::bad_environment || error.code() == Errc::self_test_failed) throw;
      fail_self_test(std::string("the target's outputs cannot be undone: ") + error.what());
    }
  }
}

/// The artifact's self-test of scalar type `T`; bad_state if there is none.
template <Number T>
const SelfTest& self_test_of(const Artifact<T>& artifact) {
  for (const SelfTest& test : artifact.self_tests()) {
    if (test.dtype == dtype_of<T>) return test;
  }
  throw Error(ErrorInfo{.code = Errc::bad_state,
                        .where = "self_tests",
                        .expected = "a self-test of dtype " + std::string(name(dtype_of<T>)),
                        .got = "one of " + std::string(name(artifact.dtype())) + " only",
                        .advice = "load the file as " + std::string(name(artifact.dtype())) +
                                  ", or export it again from data of the other type"});
}

/// A self-test out of `rows`, whose results are those of this artifact, here and now.
template <Number T>
SelfTest make_self_test(const Artifact<T>& artifact, std::vector<Array> inputs) {
  SelfTest test{.dtype = dtype_of<T>, .rows = static_cast<std::int64_t>(inputs.front().size())};
  for (Array& input : inputs) {
    if (!input.is_text()) {
      Array::Reals cells;
      for (std::size_t i = 0; i < input.size(); ++i) cells.push_back(double{round_to<T>(input.real(i))});
      input = Array(std::move(cells), dtype_of<T>);
    }
  }
  test.inputs = std::move(inputs);
  const ArrayTable<T> rows(test.inputs, artifact.schema());
  const Matrix<T> made = artifact.transform(rows.table());
  test.expected = Array(Array::Reals(made.data(), made.data() + made.rows() * made.cols()), dtype_of<T>);
  test.tolerance = artifact.tolerances(std::vector<std::int64_t>(artifact.input_width(), 0));
  return test;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
