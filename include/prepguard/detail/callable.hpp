// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/eigen.hpp"
#include "prepguard/error.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/model.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// An empty std::function or a null pointer is no model.
template <class Model>
void check_callable(const Model& model) {
  if constexpr (std::is_constructible_v<Model, std::nullptr_t> && requires { model == nullptr; }) {
    if (model == nullptr)
      throw Error(Errc::bad_parameter, "guard", "the model is an empty callable", "give it a target");
  }
}

/// How a model takes its features; model.hpp says what each means.
enum class ModelForm : std::uint8_t {
  custom,
  features,
  pointer,
  span,
  eigen_row,
  vector,
  number,
  matrix,
  none
};

/// The first form that `Model` (an lvalue reference, const or not) accepts. Generic lambdas are instantiated
/// with the forms that are asked about, so the order is part of the contract.
template <class Model, class T>
consteval ModelForm model_form() {
  using Custom = CallModel<std::remove_cvref_t<Model>>;
  if constexpr (requires(Model model, MatrixView<const T> features) { Custom::call(model, features); }) {
    return ModelForm::custom;
  } else if constexpr (std::is_invocable_v<Model, const Features<T>&>) {
    return ModelForm::features;
  } else if constexpr (std::is_invocable_v<Model, const T*, std::size_t, std::size_t>) {
    return ModelForm::pointer;
  } else if constexpr (std::is_invocable_v<Model, std::span<const T>>) {
    return ModelForm::span;
  } else if constexpr (std::is_invocable_v<Model, const FeatureRow<T>&>) {
    return ModelForm::eigen_row;
  } else if constexpr (std::is_invocable_v<Model, const std::vector<T>&>) {
    return ModelForm::vector;
  } else if constexpr (std::is_invocable_v<Model, T>) {
    return ModelForm::number;
  } else if constexpr (std::is_invocable_v<Model, const FeatureCopy<T>&>) {
    return ModelForm::matrix;
  } else {
    return ModelForm::none;
  }
}

constexpr bool is_by_row(ModelForm form) noexcept {
  return form >= ModelForm::span && form <= ModelForm::number;
}

/// A result that may refer to memory which is about to go.
template <class R>
std::remove_cvref_t<R> by_value(R&& result) {
  return std::forward<R>(result);
}

/// Calls a model with all features at once.
template <ModelForm Form, class Model, class T>
decltype(auto) call_with_all(Model& model, const MatrixView<const T>& features) {
  const auto rows = static_cast<Eigen::Index>(features.rows()),
             cols = static_cast<Eigen::Index>(features.cols());
  if constexpr (Form == ModelForm::custom) {
    return CallModel<std::remove_const_t<Model>>::call(model, features);
  } else if constexpr (Form == ModelForm::pointer) {
    return std::invoke(model, features.data(), features.rows(), features.cols());
  } else if constexpr (Form == ModelForm::features) {
    const Features<T> map(features.data(), rows, cols);
    return std::invoke(model, map);
  } else {
    const FeatureCopy<T> copy(Features<T>(features.data(), rows, cols));
    return by_value(std::invoke(model, copy));
  }
}

/// Calls a model with one row; `copy` is memory for those that want a vector.
template <ModelForm Form, class Model, class T>
decltype(auto) call_with_row(Model& model, std::span<const T> row, std::vector<T>& copy) {
  if constexpr (Form == ModelForm::span) {
    return std::invoke(model, row);
  } else if constexpr (Form == ModelForm::eigen_row) {
    const FeatureRow<T> map(row.data(), static_cast<Eigen::Index>(row.size()));
    return std::invoke(model, map);
  } else if constexpr (Form == ModelForm::vector) {
    copy.assign(row.begin(), row.end());
    return by_value(std::invoke(model, std::as_const(copy)));
  } else {
    return std::invoke(model, row[0]);
  }
}

/// The results of a model that was called row by row: `cells` is rows x width, unless row `misfit` has
/// another width than row 0.
template <class S>
struct RowResults {
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  Matrix<S> cells{};
  std::size_t misfit = none;
  std::size_t misfit_width = 0;
};

/// What the caller gets for what was returned: the gathered cells, or the thing itself.
template <class Answer>
struct ResultType {
  using Type = std::remove_cv_t<Answer>;
};
template <class S>
struct ResultType<RowResults<S>> {
  using Type = Matrix<S>;
};
template <class Answer>
using ResultOf = typename ResultType<Answer>::Type;

template <class Answer>
Answer&& result_of(Answer&& answer) noexcept {
  return std::forward<Answer>(answer);
}
template <class S>
Matrix<S>&& result_of(RowResults<S>&& results) noexcept {
  return std::move(results.cells);
}

template <class R>
concept RowOfNumbers =
    std::ranges::contiguous_range<R> && std::is_arithmetic_v<std::ranges::range_value_t<R>>;

/// The number, or numbers, that a model returned for one row.
template <class R>
auto cells_of_row(const R& result) noexcept {
  if constexpr (std::is_arithmetic_v<R>) {
    return std::span<const R>(&result, 1);
  } else if constexpr (OwningEigen<R> || MappedEigen<R>) {
    static_assert(int{R::InnerStrideAtCompileTime} == 1 &&
                      (int{R::RowsAtCompileTime} == 1 || int{R::ColsAtCompileTime} == 1),
                  "prepguard: a model that is called row by row must return an Eigen vector, not a matrix");
    return std::span<const typename R::Scalar>(result.data(), static_cast<std::size_t>(result.size()));
  } else {
    static_assert(
        RowOfNumbers<R>,
        "prepguard: a model that is called row by row must return a number or a row of numbers (vector, "
        "span, array, Eigen vector)");
    return std::span<const std::ranges::range_value_t<R>>(std::ranges::data(result),
                                                          std::ranges::size(result));
  }
}

template <ModelForm Form, class Model, class T>
auto call_row_by_row(Model& model, const MatrixView<const T>& features) {
  using Result = decltype(call_with_row<Form>(model, std::span<const T>(), std::declval<std::vector<T>&>()));
  using S = typename decltype(cells_of_row(std::declval<const std::remove_cvref_t<Result>&>()))::value_type;
  RowResults<S> results;
  std::vector<T> copy;
  for (std::size_t i = 0; i < features.rows(); ++i) {
    const auto& result = call_with_row<Form>(model, std::span(features.row(i), features.cols()), copy);
    const auto cells = cells_of_row(result);
    if (i == 0) results.cells = Matrix<S>::uninitialized(features.rows(), cells.size());
    if (cells.size() != results.cells.cols()) {
      results.misfit = i;
      results.misfit_width = cells.size();
      break;
    }
    std::ranges::copy(cells, results.cells.row(i).begin());
  }
  return results;
}

/// Calls `model` with dense row-major features, in the form it accepts. `OneRow`: the caller passed a single
/// row, and wants the result of that row.
template <bool OneRow, class Model, class T>
decltype(auto) call_model(Model& model, const MatrixView<const T>& features) {
  constexpr ModelForm form = model_form<Model&, T>();
  static_assert(
      form != ModelForm::none,
      "prepguard: the model takes none of the forms that a guard can offer (prepguard/model.hpp lists them): "
      "wrap it in a lambda, [&](const auto& features) {...}, or specialise prepguard::CallModel for its "
      "type");
  if constexpr (is_by_row(form) && OneRow) {
    std::vector<T> copy;
    return call_with_row<form>(model, std::span(features.row(0), features.cols()), copy);
  } else if constexpr (is_by_row(form)) {
    return call_row_by_row<form>(model, features);
  } else {
    return call_with_all<form>(model, features);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
