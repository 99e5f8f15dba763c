#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the golden files beside this script: small artifacts of real scikit-learn objects, every option of every step.

    make_golden.py [OUTDIR]

Each is named after the step type it is about. Written once per release and never again: files of older versions must
load for ever. Run it for a new step type, and commit only what is new.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (Binarizer, FunctionTransformer, KBinsDiscretizer, LabelBinarizer, MaxAbsScaler,
                                   MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, PolynomialFeatures,
                                   PowerTransformer, QuantileTransformer, RobustScaler, SplineTransformer,
                                   StandardScaler)

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.path.join(HERE, "..", "..", "python")
sys.path.insert(0, PYTHON)
sys.path.append(os.path.join(PYTHON, "tests"))

import prepguard  # noqa: E402
from own_steps import SafeDivide  # noqa: E402
from prepguard.envelope import seal  # noqa: E402
from prepguard.validate import validate  # noqa: E402

POLICY = [{"check": "missing", "action": "reject_row", "column": "sex", "value": 0.0},
          {"check": "far_out_of_range", "action": "warn", "column": "", "value": 4.5}]


def numbers(dtype: str = "float64") -> pd.DataFrame:
    """Ordinary numbers with a gap, denormals and signed zeros, an offset, a constant, nothing at all."""
    return pd.DataFrame({
        "age": [22.0, 38.0, 26.0, np.nan, 58.0], "tiny": [1e-42, -0.0, 3e-42, 0.0, -7e-39],
        "epoch": [1.7e9, 1.7e9 + 128, 1.7e9 + 256, 1.7e9 + 384, 1.7e9 + 512], "constant": [14.625] * 5,
        "empty": [np.nan] * 5}).astype(dtype)


def whole(dtype: str = "float64") -> pd.DataFrame:
    """The same without gaps."""
    return numbers(dtype)[["age", "tiny", "epoch", "constant"]].fillna(31.5)


def lying_by_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells of a row are neighbours in memory: sums over them are other sums."""
    return pd.DataFrame(np.ascontiguousarray(frame.to_numpy()), columns=list(frame), copy=False)


def words(missing: Any) -> pd.DataFrame:
    return pd.DataFrame({
        "city": ["Åmål", "Lima", missing, "Lima", "企鵝 \"q\"\n", "Oslo", "Lima"], "sex": list("fmfmffm"),
        "one": ["only"] * 7}, dtype=object)


def codes(dtype: str) -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2, 1, 16, 1, 2], "b": [0.5, 0.25, 0.5, -0.0, 0.5, 8]}).astype(dtype)


def penguins() -> pd.DataFrame:
    return pd.DataFrame({
        "island": pd.Series(["Biscoe", "Dream", "Biscoe", "Dream", "Dream", "Biscoe"], dtype=object),
        "bill_mm": [39.1, 40.3, np.nan, 36.7, 50.0, 46.1], "mass_g": [3750.0, 3800.0, 3250.0, np.nan, 5700.0, 4500.0],
        "sex": pd.Series(["male", None, "female", "female", "male", None], dtype=object),
        "year": [2007, 2008, 2009, 2007, 2007, 2009],
        "note": pd.Series(list("aabbbb"), dtype=object)})


def mixed() -> ColumnTransformer:
    """Every container, weights, an unused column, columns that go through."""
    inner = ColumnTransformer([("fill", SimpleImputer(add_indicator=True), ["bill_mm"])], remainder="passthrough")
    return ColumnTransformer([
        ("num", make_pipeline(inner, "passthrough", MinMaxScaler((-1, 1)), StandardScaler(with_mean=False)),
         ["bill_mm", "mass_g"]),
        ("cat", make_pipeline(SimpleImputer(missing_values=None, strategy="constant", fill_value="?"),
                              OneHotEncoder(drop="if_binary")), ["sex"]),
        ("island", OneHotEncoder(handle_unknown="ignore"), ["island"]),
        ("year", OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=2), ["year"]),
        ("raw", "drop", ["note"])], transformer_weights={"num": 0.1}, sparse_threshold=0)


def golden() -> dict[str, tuple[Any, pd.DataFrame]]:
    """Name of a file -> unfitted object and the rows it is fitted on."""
    few = ["age", "tiny", "empty"]
    known = numbers()[few[:2]].fillna(-1.0)
    return {
        "standard_scaler": (StandardScaler(), numbers()),
        "standard_scaler_float32": (StandardScaler(with_mean=False), numbers("float32")[few]),
        "standard_scaler_mean": (StandardScaler(with_std=False), numbers()[few[:2]]),
        "min_max_scaler": (MinMaxScaler((-0.3, 0.7), clip=True), numbers()[few]),
        "min_max_scaler_float32": (MinMaxScaler(), numbers("float32")[["age", "epoch"]]),
        "max_abs_scaler": (MaxAbsScaler(), numbers()[few]),
        "max_abs_scaler_float32": (MaxAbsScaler(), numbers("float32")[["age", "epoch"]]),
        **({"max_abs_scaler_clip": (MaxAbsScaler(clip=True), numbers()[["age", "epoch"]])}
           if "clip" in MaxAbsScaler().get_params() else {}),  # scikit-learn 1.9 or newer
        "robust_scaler": (RobustScaler(), numbers()),
        "robust_scaler_float32": (RobustScaler(quantile_range=(10, 85.5), unit_variance=True), numbers("float32")[few]),
        "robust_scaler_center": (RobustScaler(with_scaling=False), numbers()[few]),
        "robust_scaler_scale": (RobustScaler(with_centering=False), numbers()[["age", "epoch"]]),
        "k_bins_discretizer": (KBinsDiscretizer(n_bins=3, encode="ordinal"), whole()),
        "k_bins_discretizer_onehot": (KBinsDiscretizer(n_bins=2, strategy="uniform"), whole()[["age", "constant"]]),
        "k_bins_discretizer_float32": (KBinsDiscretizer(n_bins=2, strategy="kmeans", encode="onehot-dense"),
                                       whole("float32")[["age"]]),
        "binarizer": (Binarizer(threshold=26.5), whole()),
        "binarizer_float32": (Binarizer(threshold=0.1), whole("float32")[["age", "tiny"]]),
        "normalizer": (Normalizer(), whole().loc[:, ["age", "tiny", "constant"]]),
        "normalizer_l1": (Normalizer(norm="l1"), lying_by_rows(whole())),
        "normalizer_float32": (Normalizer(norm="max"), whole("float32")[["age", "tiny"]]),
        "simple_imputer": (SimpleImputer(add_indicator=True), numbers()[few]),
        "simple_imputer_float32": (SimpleImputer(strategy="median", keep_empty_features=True), numbers("float32")[few]),
        "simple_imputer_value": (SimpleImputer(missing_values=-1.0, strategy="most_frequent"),
                                 pd.concat([known, known * 3 + 1], ignore_index=True)),
        "simple_imputer_constant": (SimpleImputer(strategy="constant", fill_value=-1.1), numbers()[few]),
        "simple_imputer_text": (make_pipeline(SimpleImputer(missing_values=None, strategy="most_frequent"),
                                              OneHotEncoder(handle_unknown="ignore")), words(None)),
        "simple_imputer_text_value": (make_pipeline(
            SimpleImputer(missing_values="f", strategy="constant", fill_value=""), OneHotEncoder()), words("")),
        "one_hot_encoder": (OneHotEncoder(handle_unknown="ignore", drop="first"), words(np.nan)),
        "one_hot_encoder_none": (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=2), words(None)),
        "one_hot_encoder_int": (OneHotEncoder(), codes("int64")),
        "one_hot_encoder_float32": (OneHotEncoder(handle_unknown="ignore", max_categories=3), codes("float32")),
        "one_hot_encoder_nan": (OneHotEncoder(handle_unknown="ignore", drop="if_binary"), numbers()[["age", "tiny"]]),
        "missing_indicator": (MissingIndicator(), numbers()[few]),
        "missing_indicator_value": (MissingIndicator(missing_values=-1.0, features="all"), known),
        "missing_indicator_text": (MissingIndicator(missing_values=None), words(None)),
        "missing_indicator_nothing": (ColumnTransformer([  # no outputs, but rows with a gap are refused
            ("gaps", MissingIndicator(), ["tiny"]), ("epoch", StandardScaler(), ["epoch"])]), numbers()),
        "simple_imputer_text_indicator": (make_pipeline(
            SimpleImputer(missing_values=None, strategy="most_frequent", add_indicator=True),
            OneHotEncoder(handle_unknown="ignore")), words(None)),
        "polynomial_features": (PolynomialFeatures((2, 3)), known),
        "polynomial_features_float32": (PolynomialFeatures(4, interaction_only=True, include_bias=False),
                                        numbers("float32")[["age", "tiny", "constant"]].fillna(0.3)),
        "power_transformer": (PowerTransformer(), numbers()[["age", "tiny", "constant"]].assign(tiny=[-1.0, 2.5, np.nan, 0.0, 7.25])),
        "power_transformer_box_cox": (PowerTransformer(method="box-cox", standardize=False), numbers("float32")[["age"]]),
        "quantile_transformer": (QuantileTransformer(n_quantiles=4), numbers()),
        "quantile_transformer_normal": (QuantileTransformer(n_quantiles=9, output_distribution="normal"), numbers("float32")[few]),
        "spline_transformer": (SplineTransformer(3), known),
        "spline_transformer_linear": (SplineTransformer(4, 2, knots="quantile", extrapolation="linear", include_bias=False), known),
        "spline_transformer_error": (SplineTransformer(3, 0, extrapolation="error"), known[["age"]]),
        "spline_transformer_periodic": (SplineTransformer(4, 1, extrapolation="periodic"), numbers("float32")[["age"]].fillna(0.3)),
        "safe_divide": (SafeDivide(0.1), numbers()[few]),
        "one_hot_encoder_given": (OneHotEncoder(categories=[[1, 2, 3, 16], [-0.0, 2**-17, 0.25, 0.5, 8.0]],
                                                drop=[2, 0.5], min_frequency=1), codes("float64")),
        "ordinal_encoder": (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), words(None)),
        "ordinal_encoder_nan": (OrdinalEncoder(encoded_missing_value=-2), words(np.nan)),
        "ordinal_encoder_int": (OrdinalEncoder(), codes("int64")),
        "ordinal_encoder_float32": (OrdinalEncoder(dtype=np.float32, handle_unknown="use_encoded_value",
                                                   unknown_value=np.nan), numbers("float32")[["age", "tiny"]]),
        "function_transformer": (FunctionTransformer(np.log1p, np.expm1), numbers()[["age", "epoch", "constant"]].assign(age=3.0)),
        "function_transformer_clip": (FunctionTransformer(np.clip, kw_args={"a_min": None, "a_max": 38}),
                                      numbers("float32")[["age", "tiny"]]),
        "function_transformer_period": (make_pipeline(
            FunctionTransformer(prepguard.functions.sin_period, kw_args={"period": 24}), MinMaxScaler((0, 3))), numbers()[["age"]]),
        "passthrough": (ColumnTransformer([("all", "passthrough", ["age", "tiny"])]), numbers()[few]),
        "column_transformer": (mixed(), penguins()),
        "pipeline": (make_pipeline(SimpleImputer(), StandardScaler()), numbers()[few]),
        **{name: (StandardScaler(), numbers()[few[:2]]) for name in targets()},
        **newer(),
    }


def newer() -> dict[str, tuple[Any, pd.DataFrame]]:
    """What scikit-learn 1.2 does not have yet."""
    if "min_frequency" not in OrdinalEncoder().get_params():
        return {}
    return {"ordinal_encoder_infrequent": (
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=2), words(np.nan))}


def targets() -> dict[str, Any]:
    """Name of a file -> what its model was trained to predict."""
    prices = np.array([[120.5, 3.0], [80.25, 1.0], [240.0, 2.0], [99.75, 2.0], [310.125, 5.0]])
    return {
        "target_scaled": make_pipeline(MinMaxScaler((-1, 1)), StandardScaler()).fit(prices),
        "target_classes": LabelBinarizer().fit(["Adelie", "Gentoo", "Chinstrap"]),
        "target_threshold": LabelBinarizer(neg_label=-1).fit([False, True]),
    }


def main(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    target = targets()
    for name, (step, sample) in golden().items():
        with warnings.catch_warnings(), np.errstate(all="ignore"), tempfile.TemporaryDirectory() as models:
            warnings.simplefilter("ignore")
            model = os.path.join(models, "model.bin")
            with open(model, "wb") as file:
                file.write(b"weights")
            data = prepguard.dumps(step.fit(sample), sample=sample, provenance_date="2024-01-01T00:00:00Z",
                                   model=model if name == "column_transformer" else None, target=target.get(name))
        if name == "column_transformer":
            data = seal(validate({**prepguard.loads(data).payload, "policy": POLICY}))
        with open(os.path.join(folder, name + ".prepguard.json"), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:] or [HERE])
