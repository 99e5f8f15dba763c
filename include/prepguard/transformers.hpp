// SPDX-License-Identifier: MIT
#pragma once

#include "prepguard/any_of.hpp"
#include "prepguard/transformers/binarizer.hpp"
#include "prepguard/transformers/category_encoding.hpp"
#include "prepguard/transformers/function_transformer.hpp"
#include "prepguard/transformers/k_bins_discretizer.hpp"
#include "prepguard/transformers/lookup.hpp"
#include "prepguard/transformers/max_abs_scaler.hpp"
#include "prepguard/transformers/min_max_scaler.hpp"
#include "prepguard/transformers/missing_indicator.hpp"
#include "prepguard/transformers/normalizer.hpp"
#include "prepguard/transformers/one_hot_encoder.hpp"
#include "prepguard/transformers/ordinal_encoder.hpp"
#include "prepguard/transformers/passthrough.hpp"
#include "prepguard/transformers/polynomial_features.hpp"
#include "prepguard/transformers/power_transformer.hpp"
#include "prepguard/transformers/quantile_transformer.hpp"
#include "prepguard/transformers/robust_scaler.hpp"
#include "prepguard/transformers/safe_divide.hpp"
#include "prepguard/transformers/simple_imputer.hpp"
#include "prepguard/transformers/spline_transformer.hpp"
#include "prepguard/transformers/standard_scaler.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// THE LIST: every built-in step that contains no other. A new transformer is added here; files, pipelines
/// and the conformance suite follow. Where one type reads numbers or text, the one for numbers comes first.
template <Number T>
struct BuiltInSteps
    : StepList<StandardScaler<T>, MinMaxScaler<T>, MaxAbsScaler<T>, RobustScaler<T>, KBinsDiscretizer<T>,
               Binarizer<T>, Normalizer<T>, OneHotEncoder<T>, OneHotEncoder<T, Text>, OrdinalEncoder<T>,
               OrdinalEncoder<T, Text>, SimpleImputer<T>, SimpleImputer<T, Text>, MissingIndicator<T>,
               MissingIndicator<T, Text>, PolynomialFeatures<T>, SafeDivide<T>, FunctionTransformer<T>,
               QuantileTransformer<T>, PowerTransformer<T>, SplineTransformer<T>, Lookup<T>, Lookup<T, Text>,
               CategoryEncoding<T>, Passthrough<T>> {};

}  // namespace prepguard::inline PREPGUARD_ABI
