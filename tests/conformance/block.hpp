// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/any_of.hpp"
#include "prepguard/transformer_base.hpp"

/// What the conformance suite (suite.inl) is told about a step: `Examples`, how it may be configured, rows to
/// fit it to, and ways to spoil its state; `inverse_is_typical` if many cells have the same features and the
/// inverse gives one of them.
namespace conformance {

using prepguard::Array;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Missing;
using prepguard::MixedView;
using prepguard::Number;
using prepguard::Text;

/// Rows of numbers and texts that own their memory.
template <Number T>
struct Block {
  Matrix<T> numbers{};
  Matrix<Text> texts{};

  Block(Matrix<T> number_cells, Matrix<Text> text_cells)
      : numbers(std::move(number_cells)), texts(std::move(text_cells)) {}
  explicit Block(Matrix<T> number_cells) : Block(std::move(number_cells), Matrix<Text>(0, 0)) {
    texts = Matrix<Text>(numbers.rows(), 0);
  }
  explicit Block(Matrix<Text> text_cells) : texts(std::move(text_cells)) {
    numbers = Matrix<T>(texts.rows(), 0);
  }
  Block(std::size_t rows, std::size_t number_columns, std::size_t text_columns)
      : numbers(rows, number_columns), texts(rows, text_columns) {}

  std::size_t rows() const { return numbers.rows(); }
  std::size_t cols() const { return numbers.cols() + texts.cols(); }
  MixedView<const T> view() const { return {MatrixView<const T>(numbers), MatrixView<const Text>(texts)}; }
  MixedView<T> target() { return {MatrixView<T>(numbers), MatrixView<Text>(texts)}; }

  /// The rows `order` names, in that order.
  Block pick(const std::vector<std::size_t>& order) const {
    Block some(order.size(), numbers.cols(), texts.cols());
    for (std::size_t i = 0; i < order.size(); ++i) {
      std::copy_n(numbers.row(order[i]).begin(), numbers.cols(), some.numbers.row(i).begin());
      std::copy_n(texts.row(order[i]).begin(), texts.cols(), some.texts.row(i).begin());
    }
    return some;
  }
};

/// A way to spoil a state: the place that `prepare` must name, and the deed.
template <class Step>
struct Damage {
  const char* place;
  void (*apply)(Step&);
};

/// Numbers of every size, both zeros and gaps; each column has two values or more.
template <Number T>
Matrix<T> number_rows() {
  constexpr T gap = cells::nan<T>;
  return cells::rows_of<T>({{T(1.1), T(-7.25), T(1e6 + 0.1), T(0.0), gap},
                            {T(2.3), gap, T(1e6 + 0.7), T(-0.0), T(3)},
                            {T(4.9), T(3.75), T(1e6 - 0.3), T(0.0), T(-5e-7)},
                            {gap, T(-7.25), T(1e6 + 2.9), T(1e-30), T(3)},
                            {T(0.7), T(11.5), T(1e6 + 2.9), T(-0.0), T(12345.678)},
                            {T(2.3), gap, T(1e6 + 0.1), T(1e-30), gap}});
}

/// The same without gaps.
template <Number T>
Matrix<T> whole_number_rows() {
  Matrix<T> rows = number_rows<T>();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (T& cell : rows.row(i)) cell = prepguard::detail::is_nan(&cell) ? T(-2.5) : cell;
  }
  return rows;
}

inline Matrix<Text> text_rows() {
  const Text none(Missing::none), gap(Missing::nan);
  return cells::rows_of<Text>({{"Biscoe", "x", gap},
                               {"Dream", gap, "b"},
                               {"Biscoe", "", "caf\u00e9"},
                               {none, "x", "a much longer text than fits into a word"},
                               {"Torgersen", "y", "b"},
                               {"Dream", "y", gap}});
}

template <class Step>
struct Examples;

/// The step types that went through the suite, by `typeid(Step).name()`.
inline std::set<std::string>& covered() {
  static std::set<std::string> names;
  return names;
}

template <class Step>
using BlockOf = Block<typename Step::Scalar>;

template <class Step>
Step fitted(Step step, const BlockOf<Step>& rows) {
  step.fit(prepguard::detail::part_of<typename Step::Input>(rows.view()));
  return step;
}

template <class Step>
BlockOf<Step> output_for(const Step& step, std::size_t rows) {
  using Output = typename Step::Output;
  if constexpr (std::is_same_v<Output, prepguard::Mixed<typename Step::Scalar>>) {
    return BlockOf<Step>(rows, step.output_layout().numbers(), step.output_layout().texts());
  } else {
    return BlockOf<Step>(rows, Number<Output> ? step.output_width() : 0,
                         Number<Output> ? 0 : step.output_width());
  }
}

template <class Step>
BlockOf<Step> transformed(const Step& step, const BlockOf<Step>& rows) {
  BlockOf<Step> out = output_for(step, rows.rows());
  step.transform(prepguard::detail::part_of<typename Step::Input>(rows.view()),
                 prepguard::detail::part_of<typename Step::Output>(out.target()));
  return out;
}

}  // namespace conformance
