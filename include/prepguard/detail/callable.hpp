// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ranges>
#include <span>
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

/// What a call hands on to a model that is called row by row: the same object for every row, never moved
/// from.
template <class Extra>
using EachRow = std::remove_reference_t<Extra>&;

/// True if an argument is a single row by its type: a vector, span or array, an Eigen row.
template <class Rows>
consteval bool is_one_row() {
  if constexpr (requires { Rows::RowsAtCompileTime; }) {
    return int{Rows::RowsAtCompileTime} == 1;
  } else {
    return std::ranges::contiguous_range<const Rows&> && !requires(const Rows& rows) {
      rows.rowStride();
    };
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
  rows,  // the caller's own object
  none
};

/// The first form that `Model` (an lvalue reference, const or not) accepts, with what else a call hands on
/// (`Extra`: as the caller passed it) behind. Generic lambdas are instantiated with the forms that are asked
/// about, so the order is part of the contract.
template <class Model, class T, class... Extra>
consteval ModelForm model_form() {
  using Custom = CallModel<std::remove_cvref_t<Model>>;
  if constexpr (requires(Model model, MatrixView<const T> features, Extra && ... extra) {
                  Custom::call(model, features, std::forward<Extra>(extra)...);
                }) {
    return ModelForm::custom;
  } else if constexpr (std::is_invocable_v<Model, const Features<T>&, Extra...>) {
    return ModelForm::features;
  } else if constexpr (std::is_invocable_v<Model, const T*, std::size_t, std::size_t, Extra...>) {
    return ModelForm::pointer;
  } else if constexpr (std::is_invocable_v<Model, std::span<const T>, EachRow<Extra>...>) {
    return ModelForm::span;
  } else if constexpr (std::is_invocable_v<Model, const FeatureRow<T>&, EachRow<Extra>...>) {
    return ModelForm::eigen_row;
  } else if constexpr (std::is_invocable_v<Model, const std::vector<T>&, EachRow<Extra>...>) {
    return ModelForm::vector;
  } else if constexpr (std::is_invocable_v<Model, T, EachRow<Extra>...>) {
    return ModelForm::number;
  } else if constexpr (std::is_invocable_v<Model, const FeatureCopy<T>&, Extra...>) {
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

/// What a model of this form is given: an object that it may refer to until it has answered. `features`: all
/// rows, or one row for a model that takes one. `memory`: to be used again by those that want a vector.
template <ModelForm Form, class T>
auto argument_for(const MatrixView<const T>& features, std::vector<T> memory = {}) {
  const auto rows = static_cast<Eigen::Index>(features.rows()),
             cols = static_cast<Eigen::Index>(features.cols());
  if constexpr (Form == ModelForm::features) {
    return Features<T>(features.data(), rows, cols);
  } else if constexpr (Form == ModelForm::matrix) {
    return FeatureCopy<T>(Features<T>(features.data(), rows, cols));
  } else if constexpr (Form == ModelForm::span) {
    return std::span<const T>(features.data(), features.cols());
  } else if constexpr (Form == ModelForm::eigen_row) {
    return FeatureRow<T>(features.data(), cols);
  } else if constexpr (Form == ModelForm::vector) {
    memory.assign(features.data(), features.data() + features.cols());
    return memory;
  } else if constexpr (Form == ModelForm::number) {
    return *features.data();
  } else {
    return features;
  }
}

/// Calls a model with what `argument_for` made, or with the caller's own rows.
template <ModelForm Form, class Model, class Argument, class... Extra>
decltype(auto) call_with(Model& model, const Argument& argument, Extra&&... extra) {
  if constexpr (Form == ModelForm::custom) {
    return CallModel<std::remove_const_t<Model>>::call(model, argument, std::forward<Extra>(extra)...);
  } else if constexpr (Form == ModelForm::pointer) {
    return std::invoke(model, argument.data(), argument.rows(), argument.cols(),
                       std::forward<Extra>(extra)...);
  } else if constexpr (Form == ModelForm::matrix || Form == ModelForm::vector) {
    return by_value(std::invoke(model, argument, std::forward<Extra>(extra)...));
  } else {
    return std::invoke(model, argument, std::forward<Extra>(extra)...);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
