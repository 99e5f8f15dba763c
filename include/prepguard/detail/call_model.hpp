// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/callable.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/matrix.hpp"

// Calling a model: with all rows, or with one after the other.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The results of a model that was called row by row: `cells` is rows x width, unless row `misfit` has
/// another width than row 0.
template <class S>
struct RowResults {
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  Matrix<S> cells{};
  std::size_t misfit = none;
  std::size_t misfit_width = 0;

  /// Puts the result of row `i` of `rows` in its place; false if it does not fit there.
  bool put(std::size_t i, std::size_t rows, std::span<const S> row) {
    if (i == 0) cells = Matrix<S>::uninitialized(rows, row.size());
    if (row.size() != cells.cols()) {
      misfit = i;
      misfit_width = row.size();
      return false;
    }
    std::ranges::copy(row, cells.row(i).begin());
    return true;
  }
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

template <class R>
using CellOfResult =
    typename decltype(cells_of_row(std::declval<const std::remove_cvref_t<R>&>()))::value_type;

template <ModelForm Form, class Model, class T, class... Extra>
auto call_row_by_row(Model& model, const MatrixView<const T>& features, Extra&... extra) {
  using Argument = decltype(argument_for<Form>(features));
  using Result = decltype(call_with<Form>(model, std::declval<const Argument&>(), extra...));
  RowResults<CellOfResult<Result>> results;
  std::vector<T> memory;
  for (std::size_t i = 0; i < features.rows(); ++i) {
    Argument argument = argument_for<Form>(features.middle_rows(i, 1), std::move(memory));
    const auto& result = call_with<Form>(model, argument, extra...);
    if (!results.put(i, features.rows(), cells_of_row(result))) break;
    if constexpr (Form == ModelForm::vector) memory = std::move(argument);
  }
  return results;
}

/// Calls `model` in the form `Form` with `rows`, or with dense row-major features made of them, and with what
/// else the caller passed. If the caller passed a single row, its result is that of the model.
template <ModelForm Form, class Model, class T, class Rows, class... Extra>
decltype(auto) call_model(Model& model, const MatrixView<const T>& features, const Rows& rows,
                          Extra&&... extra) {
  if constexpr (Form == ModelForm::rows) {
    return call_with<Form>(model, rows, std::forward<Extra>(extra)...);
  } else if constexpr (is_by_row(Form) && !is_one_row<Rows>()) {
    return call_row_by_row<Form>(model, features, extra...);
  } else if constexpr (is_by_row(Form)) {
    const auto argument = argument_for<Form>(features.middle_rows(0, 1));
    return call_with<Form>(model, argument, extra...);
  } else {
    const auto argument = argument_for<Form>(features);
    return call_with<Form>(model, argument, std::forward<Extra>(extra)...);
  }
}

/// What one call of a model in the form `Form` returns.
template <ModelForm Form, class Model, class T, class Rows, class... Extra>
consteval auto returned_type() {
  using Argument = decltype(argument_for<Form>(std::declval<const MatrixView<const T>&>()));
  if constexpr (Form == ModelForm::rows) {
    return std::type_identity<std::invoke_result_t<Model&, const Rows&, Extra...>>();
  } else if constexpr (is_by_row(Form)) {
    return std::type_identity<decltype(call_with<Form>(
        std::declval<Model&>(), std::declval<const Argument&>(), std::declval<EachRow<Extra>>()...))>();
  } else {
    return std::type_identity<decltype(call_with<Form>(
        std::declval<Model&>(), std::declval<const Argument&>(), std::declval<Extra>()...))>();
  }
}
template <ModelForm Form, class Model, class T, class Rows, class... Extra>
using Returned = typename decltype(returned_type<Form, Model, T, Rows, Extra...>())::type;

}  // namespace prepguard::inline PREPGUARD_ABI::detail
