// SPDX-License-Identifier: MIT
#pragma once

#include "prepguard/any_of.hpp"
#include "prepguard/transformers.hpp"

namespace prepguard::inline PREPGUARD_ABI {

template <Number T, class List = BuiltInSteps<T>>
class AnyPipeline;
template <Number T, class List = BuiltInSteps<T>>
class ColumnStep;

/// Any step of `List`, or a container of such steps. To use steps of your own in column transformers and cereal archives, name
/// your own list: `AnyPipeline<double, StepList<StandardScaler<double>, MyStep<double>>>`.
template <Number T, class List = BuiltInSteps<T>>
using AnyStep = typename List::template with<AnyPipeline<T, List>, ColumnStep<T, List>>;

}  // namespace prepguard::inline PREPGUARD_ABI
