// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "prepguard/any_pipeline.hpp"
#include "prepguard/any_step.hpp"
#include "prepguard/detail/convert_step.hpp"
#include "prepguard/detail/place.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// The steps that a target may have gone through: numbers to as many numbers, with an inverse that every
/// reader of the format computes. A short list, because programs that load a file compile it for both scalar
/// types.
template <Number T>
struct TargetSteps : StepList<StandardScaler<T>, MinMaxScaler<T>, MaxAbsScaler<T>, RobustScaler<T>,
                              FunctionTransformer<T>, Passthrough<T>> {};

template <Number T>
using TargetStep = AnyStep<T, TargetSteps<T>>;

namespace detail {

/// Why a step is none of them. Steps that put codes in place of numbers have an inverse for codes only; a
/// model's outputs lie between them.
inline std::string why_no_target(const std::string& path, std::string_view type) {
  const bool codes = type == "k_bins_discretizer" || type == "ordinal_encoder";
  const bool invertible = type == "quantile_transformer" || type == "power_transformer";
  return without_inverse(path, type,
                         codes        ? "it makes codes, and outputs of a model lie between codes"
                         : invertible ? "it is not supported for targets"
                                      : "");
}

/// `step`, in whatever list and of whichever scalar type, as a step of a target. bad_state at `at` if it is
/// none.
template <Number To, class From>
TargetStep<To> target_step(const From& step, const Place& at) {
  return StepConverter<TargetStep<To>, From, decltype(&why_no_target)>(at, &why_no_target)(step);
}

}  // namespace detail

}  // namespace prepguard::inline PREPGUARD_ABI
