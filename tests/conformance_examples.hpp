// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/transformers.hpp"

/// What the conformance suite knows about each step of THE LIST: how it may be configured, rows to fit it to,
/// and ways to spoil its state. A step without an `Examples` of its own does not compile.
namespace conformance {

using prepguard::Array;
using prepguard::Matrix;
using prepguard::MatrixView;
using prepguard::Missing;
using prepguard::MixedView;
using prepguard::Number;
using prepguard::Text;
using prepguard::detail::OneHotColumn;

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

template <Number T>
struct Examples<prepguard::StandardScaler<T>> {
  using Step = prepguard::StandardScaler<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.with_mean = false}), Step(Options{.with_std = false}),
            Step(Options{.with_mean = false, .with_std = false})};
  }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  static std::vector<Damage<Step>> damages() {
    constexpr double gap = cells::nan<double>;
    static const auto scale = [](Step& s, Array values) { cells::set_field(s, "scale", std::move(values)); };
    return {
        {"scale.values[1]",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 0, 1, 1, 1}));
         }},
        {"scale.values[4]",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, 1, 1, -2}));
         }},
        {"scale",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1}));
         }},
        {"scale.dtype",
         [](Step& s) {
           scale(s, Array(Array::Integers{1, 1, 1, 1, 1}));
         }},
        {"mean.nan",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, gap, 1, 1}));
         }},
        {"mean", [](Step& s) { cells::set_field(s, "mean", Array(Array::Reals{1})); }},
        {"mean", [](Step& s) { cells::set_field(s, "with_mean", false); }},
        {"scale", [](Step& s) { cells::set_field(s, "with_std", false); }},
    };
  }
};

template <Number T>
struct Examples<prepguard::MinMaxScaler<T>> {
  using Step = prepguard::MinMaxScaler<T>;
  using Options = typename Step::Options;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.feature_min = -1, .feature_max = 2}), Step(Options{.clip = true})};
  }
  static Block<T> training() { return Block<T>(number_rows<T>()); }
  static std::vector<Damage<Step>> damages() {
    constexpr double gap = cells::nan<double>;
    static const auto scale = [](Step& s, Array values) { cells::set_field(s, "scale", std::move(values)); };
    return {
        {"scale.values[0]",
         [](Step& s) {
           scale(s, Array(Array::Reals{0, 1, 1, 1, 1}));
         }},
        {"scale.values[3]",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, 1, -1, 1}));
         }},
        {"scale",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, 1, 1, 1, 1, 1}));
         }},
        {"scale.dtype", [](Step& s) { scale(s, Array(Array::Texts(5))); }},
        {"min.nan",
         [](Step& s) {
           scale(s, Array(Array::Reals{1, gap, 1, 1, 1}));
         }},
        {"min", [](Step& s) { cells::set_field(s, "min", Array()); }},
        {"feature_min", [](Step& s) { cells::set_field(s, "feature_min", 5.0); }},
    };
  }
};

template <Number T, class Cell>
struct Examples<prepguard::OneHotEncoder<T, Cell>> {
  using Step = prepguard::OneHotEncoder<T, Cell>;
  using Options = typename Step::Options;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    return {Step(), Step(Options{.handle_unknown = prepguard::HandleUnknown::ignore})};
  }
  static Block<T> training() {
    if constexpr (text) {
      return Block<T>(text_rows());
    } else {
      return Block<T>(number_rows<T>());
    }
  }
  static Array categories(std::initializer_list<int> values) {
    if constexpr (text) {
      Array::Texts texts;
      for (const int value : values) texts.emplace_back(std::to_string(value));
      return Array(std::move(texts));
    } else {
      return Array(Array::Reals(values.begin(), values.end()));
    }
  }
  /// The first column of the state becomes this one.
  static void set_first(Step& step, OneHotColumn column) {
    Step::fields(step, [&](std::string_view, auto& field) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::vector<OneHotColumn>>) {
        field[0] = std::move(column);
      }
    });
  }
  static std::vector<Damage<Step>> damages() {
    std::vector<Damage<Step>> list = {
        {"columns[0].categories.values[2]",
         [](Step& s) {
           set_first(s, {categories({1, 2, 1}), {}, -1});
         }},
        {"columns[0].categories",
         [](Step& s) {
           set_first(s, {categories({}), {}, -1});
         }},
        {"columns[0].infrequent[0]",
         [](Step& s) {
           set_first(s, {categories({1, 2}), {2}, -1});
         }},
        {"columns[0].infrequent[1]",
         [](Step& s) {
           set_first(s, {categories({1, 2, 3}), {1, 1}, -1});
         }},
        {"columns[0].infrequent[0]",
         [](Step& s) {
           set_first(s, {categories({1, 2}), {-1}, -1});
         }},
        {"columns[0].drop",
         [](Step& s) {
           set_first(s, {categories({1, 2}), {}, 2});
         }},
        {"columns[0].drop",
         [](Step& s) {
           set_first(s, {categories({1, 2, 3}), {0, 1}, 2});
         }},
        {"columns[0].drop",
         [](Step& s) {
           set_first(s, {categories({1, 2}), {}, -2});
         }},
        {"columns", [](Step& s) { cells::set_field(s, "columns", std::vector<OneHotColumn>{}); }},
        {"columns[0].categories.dtype",
         [](Step& s) {
           set_first(s, {text ? Array(Array::Reals{1}) : Array(Array::Texts(1)), {}, -1});
         }},
    };
    if constexpr (!text) {
      list.push_back({"columns[0].categories.values[1]", [](Step& s) {
                        set_first(s, {categories({2, 1}), {}, -1});
                      }});
      list.push_back({"columns[0].categories.values[0]", [](Step& s) {
                        const std::int64_t between = (std::int64_t{1} << 53) + 1;  // no double, no float
                        set_first(s, {Array(Array::Integers{between}), {}, -1});
                      }});
    }
    return list;
  }
};

template <Number T, class Cell>
struct Examples<prepguard::SimpleImputer<T, Cell>> {
  using Step = prepguard::SimpleImputer<T, Cell>;
  using Options = typename Step::Options;
  using Strategy = prepguard::Strategy;
  static constexpr bool text = std::is_same_v<Cell, Text>;

  static std::vector<Step> unfitted() {
    if constexpr (text) {
      return {Step(), Step(Options{.strategy = Strategy::constant, .fill_value = "?"})};
    } else {
      return {Step(), Step(Options{.strategy = Strategy::median, .add_indicator = true}),
              Step(Options{.strategy = Strategy::most_frequent}),
              Step(Options{.strategy = Strategy::constant, .fill_value = -7.5})};
    }
  }
  static Block<T> training() {
    if constexpr (text) {
      return Block<T>(text_rows());
    } else {
      return Block<T>(number_rows<T>());
    }
  }
  static std::vector<Damage<Step>> damages() {
    using prepguard::MissingMarker;
    std::vector<Damage<Step>> list = {
        {"fill", [](Step& s) { cells::set_field(s, "fill", Array()); }},
        {"sentinel", [](Step& s) { cells::set_field(s, "missing", MissingMarker::value); }},
        {"sentinel", [](Step& s) { cells::set_field(s, "sentinel", Array(Array::Reals{1})); }},
    };
    if constexpr (text) {
      list.push_back({"strategy", [](Step& s) { cells::set_field(s, "strategy", Strategy::mean); }});
      list.push_back(
          {"indicator", [](Step& s) { cells::set_field(s, "indicator", std::vector<std::int64_t>{0}); }});
      list.push_back({"fill.dtype", [](Step& s) { cells::set_field(s, "fill", Array(Array::Reals(3))); }});
    } else {
      list.push_back({"missing", [](Step& s) { cells::set_field(s, "missing", MissingMarker::none); }});
      list.push_back(
          {"indicator[0]", [](Step& s) { cells::set_field(s, "indicator", std::vector<std::int64_t>{5}); }});
      list.push_back({"indicator[1]", [](Step& s) {
                        cells::set_field(s, "indicator", std::vector<std::int64_t>{1, 1});
                      }});
      list.push_back({"fill.dtype", [](Step& s) { cells::set_field(s, "fill", Array(Array::Texts(5))); }});
      if constexpr (std::is_same_v<T, float>) {
        list.push_back({"sentinel.values", [](Step& s) {
                          cells::set_field(s, "missing", MissingMarker::value);
                          cells::set_field(s, "sentinel", Array(Array::Reals{0.1}));  // no float
                        }});
      }
    }
    return list;
  }
};

template <Number T>
struct Examples<prepguard::Passthrough<T>> {
  using Step = prepguard::Passthrough<T>;

  static std::vector<Step> unfitted() { return {Step()}; }
  static Block<T> training() { return Block<T>(number_rows<T>(), text_rows()); }
  static std::vector<Damage<Step>> damages() { return {}; }
};

/// Calls `check` with an object of every step type of both scalar types.
template <class Check>
void for_every_step_type(Check&& check) {
  const auto over = [&]<class... Steps>(prepguard::StepList<Steps...>) {
    static_assert((prepguard::Estimator<Steps> && ...));
    const auto one = [&]<class Step>(Step step) {
      const std::string type(Step::type);
      const std::string scalar = sizeof(typename Step::Scalar) == 4 ? "float" : "double";
      CAPTURE(type);
      CAPTURE(scalar);
      check(std::move(step));
    };
    (one(Steps()), ...);
  };
  over(prepguard::BuiltInSteps<float>());
  over(prepguard::BuiltInSteps<double>());
}

template <class Step>
using BlockOf = Block<typename Step::Scalar>;

template <class Step>
Step fitted(Step step, const BlockOf<Step>& rows) {
  step.fit(prepguard::detail::part_of<typename Step::Input>(rows.view()));
  return step;
}

/// Calls `check(step, rows)` with every example of every step, fitted to its training rows.
template <class Check>
void for_every_fitted_step(Check&& check) {
  for_every_step_type([&]<class Step>(const Step&) {
    const BlockOf<Step> rows = Examples<Step>::training();
    for (const Step& example : Examples<Step>::unfitted()) check(fitted(example, rows), rows);
  });
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
