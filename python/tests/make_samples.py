# SPDX-License-Identifier: MIT
"""Artifacts with rows and scikit-learn's own answers, for comparing other readers bit for bit.

    make_samples.py OUTDIR

writes for each case `<name>.prepguard.json`, `<name>.csv` (RFC 4180, a header, an empty field is missing, floats as
their shortest repr) and, for each type the artifact has a self-test of, `<name>.float64.bin` / `<name>.float32.bin`:
the output of the fitted scikit-learn object for the rows of the CSV, numbers cast to that type, row-major and
little-endian. Everything comes from fixed seeds.
"""

from __future__ import annotations

import csv
import os
import sys
import warnings
from typing import Any, Callable, NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (Binarizer, FunctionTransformer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler,
                                   Normalizer, OneHotEncoder, OrdinalEncoder, PolynomialFeatures,
                                   QuantileTransformer, RobustScaler, SplineTransformer, StandardScaler)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import prepguard  # noqa: E402
from own_steps import SafeDivide  # noqa: E402

DATE = "2024-01-01T00:00:00Z"
SERVING_ROWS = 300
EDGE_NUMBERS = [0.0, -0.0, 5e-324, 1e-45, 1.1754943508222875e-38, -1e-30, 0.1, 1.0 + 2.0**-23, 16777217.0, -1e15, 1e20]


class Case(NamedTuple):
    """A fitted object, the sample it was fitted on, and rows to serve."""

    fitted: Any
    sample: Any
    serving: Any


def numbers(seed: int, rows: int = 200, dtype: str = "float64", missing: bool = True) -> pd.DataFrame:
    """Five columns of very different size."""
    r = np.random.RandomState(seed)
    data = {"small": r.normal(0, 1e-9, rows), "unit": r.uniform(0, 1, rows), "hundred": r.normal(100, 3, rows),
            "epoch": 1.7e9 + r.uniform(0, 3600, rows), "skewed": np.exp(r.normal(0, 4, rows))}
    frame = pd.DataFrame(data)
    if missing:
        for index, name in enumerate(frame):
            frame.loc[r.permutation(rows)[:5 * index], name] = np.nan
    return frame.astype(dtype)


def serve_numbers(frame: pd.DataFrame, seed: int, missing: bool = True) -> pd.DataFrame:
    """Rows inside and outside the training range, and the numbers that break careless arithmetic."""
    r = np.random.RandomState(seed)
    rows = {}
    for name in frame:
        low, high = float(frame[name].min()), float(frame[name].max())
        if not low <= high:
            low, high = 0.0, 1.0
        cells = r.uniform(low - (high - low), high + (high - low), SERVING_ROWS)
        cells[:len(EDGE_NUMBERS)] = r.permutation(EDGE_NUMBERS)
        cells[20], cells[21] = low, high
        if missing:
            cells[r.permutation(np.arange(22, SERVING_ROWS))[:20]] = np.nan
        rows[name] = cells.astype(str(frame[name].dtype)) if frame[name].dtype.kind == "f" else cells
    return pd.DataFrame(rows)


def texts(cells: Any) -> pd.Series:
    """A column of objects, whatever type this pandas would choose for text."""
    return pd.Series(list(cells), dtype=object)


def penguins(seed: int, dtype: str = "float64", rows: int = 344) -> pd.DataFrame:
    """Invented penguins: numbers with gaps, text with None, a year."""
    r = np.random.RandomState(seed)
    frame = pd.DataFrame({
        "island": texts(r.choice(["Biscoe", "Dream", "Torgersen"], rows, p=[0.5, 0.35, 0.15])),
        "bill_length_mm": np.round(r.normal(44, 5.5, rows), 1).astype(dtype),
        "bill_depth_mm": np.round(r.normal(17, 2, rows), 1).astype(dtype),
        "body_mass_g": (np.round(r.normal(4200, 800, rows) / 25) * 25).astype(dtype),
        "sex": texts(r.choice(["female", "male"], rows)),
        "year": r.choice([2007, 2008, 2009], rows),
    })
    gaps = r.permutation(rows)
    frame.loc[gaps[:2], ["bill_length_mm", "bill_depth_mm", "body_mass_g"]] = np.nan
    frame.loc[gaps[:11], "sex"] = None
    return frame


def serve_penguins(frame: pd.DataFrame, seed: int, unknown: bool = True) -> pd.DataFrame:
    rows = penguins(seed, str(frame["body_mass_g"].dtype), SERVING_ROWS)
    rows.loc[5:9, "body_mass_g"] = np.nan
    if unknown:
        rows.loc[3:6, "island"] = ["Røros, \"north\"", "biscoe", " Dream", "企鵝"]
        rows.loc[10:12, "sex"] = "unknown\nsex"
    return rows


def words(seed: int, missing: Any = None, rows: int = 240) -> pd.DataFrame:
    """Text columns with rare values; `missing` is put in some cells of the first."""
    r = np.random.RandomState(seed)
    frame = pd.DataFrame({
        "city": texts(r.choice(["Åmål", "Lima", "Oslo", "Rome", "São Paulo", "nan", "None"], rows,
                               p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.03, 0.02])),
        "sex": texts(r.choice(["f", "m"], rows)),
        "grade": texts(r.choice(list("abcdefgh"), rows, p=[0.4, 0.3, 0.1, 0.08, 0.06, 0.03, 0.02, 0.01])),
    })
    if missing is not None:  # a category None and the text "None" would give two features one name
        frame["city"] = frame["city"].replace({"none": "None", "nan": "nan"}[missing], "none")
        frame.loc[::9, "city"] = None if missing == "none" else np.nan
    return frame


def serve_words(frame: pd.DataFrame, seed: int, unknown: bool = True, missing: Any = None) -> pd.DataFrame:
    rows = words(seed, missing, SERVING_ROWS)
    for name in frame:  # only what training saw
        known = [value for value in frame[name].unique() if isinstance(value, str)]
        rows[name] = rows[name].where(rows[name].isin(known) | rows[name].isna(), known[0])
    if unknown:
        rows.loc[1:3, "city"] = ["oslo", "Oslo ", "O"]
        rows.loc[4, "grade"] = "z"
    return rows


def _alone(step: Any, dtype: str = "float64", missing: bool = True, seed: int = 1) -> Case:
    frame = numbers(seed, dtype=dtype, missing=missing)
    return Case(step.fit(frame), frame, serve_numbers(frame, seed + 100, missing))


def _binned(step: Any, dtype: str = "float64", seed: int = 1) -> Case:
    """Columns that are wide enough for bins, without gaps."""
    frame = numbers(seed, dtype=dtype, missing=False).drop(columns="small")
    return Case(step.fit(frame), frame, serve_numbers(frame, seed + 100, False))


def _normalized(step: Any, dtype: str = "float64", by_rows: bool = False, seed: int = 38) -> Case:
    """Nine columns of similar size, so that every addition counts: an array, which lies in memory row by row, or a
    DataFrame, which lies column by column."""
    r = np.random.RandomState(seed)
    cells = (r.normal(size=(200, 9)) * np.exp(r.normal(size=9))).astype(dtype)
    names = [f"x{index}" for index in range(9)]
    sample = cells if by_rows else pd.DataFrame({name: cells[:, place] for place, name in enumerate(names)})
    rows = pd.DataFrame(r.normal(size=(SERVING_ROWS, 9)) * 10.0 ** r.randint(-3, 4, (SERVING_ROWS, 9)), columns=names)
    return Case(step.fit(sample), sample, rows.astype(dtype))


def _encoder(unknown: bool = True, missing: Any = None, seed: int = 3, step: Any = OneHotEncoder, **options: Any) -> Case:
    frame = words(seed, missing)
    return Case(step(**options).fit(frame), frame, serve_words(frame, seed + 100, unknown, missing))


def _lists(reverse: bool = False) -> list[list[str]]:
    """The categories of `words`, and some that it never has."""
    lists = [["Åmål", "Lima", "Oslo", "Rome", "São Paulo", "nan", "None", "Zürich"], ["x", "m", "f"], list("abcdefghij")]
    return [values[::-1] for values in lists] if reverse else lists


def _text_imputer(missing: Any, imputer: SimpleImputer, seed: int = 4) -> Case:
    frame = words(seed, missing)
    step = make_pipeline(imputer, OneHotEncoder(handle_unknown="ignore")).fit(frame)
    return Case(step, frame, serve_words(frame, seed + 100, True, missing))


def _codes(values: np.ndarray, seed: int = 5, step: Any = OneHotEncoder, **options: Any) -> Case:
    """A numeric encoder over two columns of codes."""
    r = np.random.RandomState(seed)
    frame = pd.DataFrame({"a": r.choice(values, 200), "b": r.choice(values, 200)}).astype(values.dtype)
    rows = pd.DataFrame({"a": r.choice(values, SERVING_ROWS), "b": r.choice(values, SERVING_ROWS)}).astype("float64")
    if options.get("handle_unknown", "error") != "error":
        rows.loc[3:6, "a"] = [77.0, -1.0, 0.5, 1e20]
        rows.loc[7, "b"] = np.nan
    return Case(step(**options).fit(frame), frame, rows)


def _named(feature: str, category: Any) -> str:
    return f"{feature} is {category!s}"


def _empty_column(keep: bool) -> Case:
    frame = numbers(6).assign(unit=np.nan)
    step = SimpleImputer(strategy="mean", keep_empty_features=keep).fit(frame)
    return Case(step, frame, serve_numbers(frame, 106))


def _sentinel() -> Case:
    frame = numbers(7, missing=False)
    frame.loc[::6, ["unit", "hundred"]] = -999.0
    rows = serve_numbers(frame, 107, missing=False)
    rows.loc[::5, "hundred"] = -999.0
    return Case(SimpleImputer(missing_values=-999.0, strategy="median").fit(frame), frame, rows)


def _huge() -> Case:
    r = np.random.RandomState(8)
    frame = pd.DataFrame({"huge": r.uniform(-1, 1, 60) * 1e153, "tiny": r.uniform(0, 1, 60) * 1e-300,
                          "constant": np.full(60, 14.62), "zero": np.zeros(60)})
    rows = pd.DataFrame({name: np.concatenate([frame[name], -frame[name] * 3]) for name in frame})
    return Case(StandardScaler().fit(frame), frame, rows)


def _mixed(dtype: str) -> Case:
    frame = penguins(9, dtype)
    measures = ["bill_length_mm", "bill_depth_mm", "body_mass_g"]
    step = ColumnTransformer([
        ("num", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), measures),
        ("cat", make_pipeline(SimpleImputer(missing_values=None, strategy="most_frequent"),
                              OneHotEncoder(handle_unknown="ignore", drop="if_binary")), ["island", "sex"]),
        ("year", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["year"]),
    ]).fit(frame)
    return Case(step, frame, serve_penguins(frame, 109))


def _text_and_numbers() -> Case:
    frame = penguins(10)
    step = ColumnTransformer([
        ("cat", make_pipeline(SimpleImputer(missing_values=None, strategy="most_frequent"),
                              OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=80)),
         ["island", "year", "sex"]),
        ("mass", MinMaxScaler(clip=True), ["body_mass_g"])], sparse_threshold=0).fit(frame)
    return Case(step, frame, serve_penguins(frame, 110))


def _nested() -> Case:
    frame = penguins(11)
    inner = ColumnTransformer([
        ("length", SimpleImputer(add_indicator=True), [0]),
        ("rest", SimpleImputer(strategy="constant", fill_value=-1.5), slice(1, 3))], verbose_feature_names_out=False)
    step = Pipeline([("columns", ColumnTransformer([
        ("num", Pipeline([("fill", inner), ("none", "passthrough"), ("range", MinMaxScaler((-1, 1))),
                          ("scale", StandardScaler())]), make_column_selector(r"^b.*_(mm|g)$")),
        ("island", OneHotEncoder(drop="first", handle_unknown="ignore"), ["island"]),
        ("out", "drop", ["sex"])], remainder="passthrough")), ("last", StandardScaler(with_mean=False))])
    step.set_params(columns__sparse_threshold=0)
    return Case(step.fit(frame), frame, serve_penguins(frame, 111))


def _weights() -> Case:
    frame = numbers(12)
    step = ColumnTransformer([("a", StandardScaler(), ["small", "unit"]), ("b", "passthrough", ["hundred", "unit"]),
                              ("c", MinMaxScaler(), ["skewed"])], transformer_weights={"a": 0.1, "b": 3.0}).fit(frame)
    return Case(step, frame, serve_numbers(frame, 112))


def _union(dtype: str) -> Case:
    """Entries that each read all columns, inside columns and around them."""
    frame = penguins(14, dtype)
    measures = ["bill_length_mm", "bill_depth_mm", "body_mass_g"]
    inner = FeatureUnion([("scaled", make_pipeline(SimpleImputer(), StandardScaler())), ("gone", "drop"), ("kept", "passthrough")],
                         transformer_weights={"scaled": 0.3})
    step = FeatureUnion([
        ("num", ColumnTransformer([("num", inner, measures)], remainder="drop")),
        ("cat", ColumnTransformer([("out", "drop", measures), ("sex", OneHotEncoder(handle_unknown="ignore"), [4])],
                                  remainder=OneHotEncoder(handle_unknown="ignore")))])
    return Case(step.fit(frame), frame, serve_penguins(frame, 114))


def _unnamed() -> Case:
    frame = numbers(13, missing=False)
    step = ColumnTransformer([("a", StandardScaler(), slice(0, 2)), ("b", "drop", [2])],
                             remainder=MinMaxScaler()).fit(frame.to_numpy())
    rows = serve_numbers(frame, 113, missing=False)
    rows.columns = [f"x{index}" for index in range(5)]
    return Case(step, frame.to_numpy(), rows)


def _products(dtype: str, **options: Any) -> Case:
    """Products of imputed numbers, scaled so that float32 holds them, and of categories."""
    frame = numbers(14, dtype=dtype)
    frame["grade"] = texts(np.random.RandomState(14).choice(list("xyz"), len(frame)))
    names = ["unit", "hundred", "small"]
    step = ColumnTransformer([
        ("num", make_pipeline(SimpleImputer(), StandardScaler(), PolynomialFeatures(**options)), names),
        ("cat", make_pipeline(OneHotEncoder(dtype=dtype), PolynomialFeatures(2, interaction_only=True)), ["grade"])],
        sparse_threshold=0).fit(frame)
    rows = serve_numbers(frame[names], 114)
    rows[names] = rows[names].clip(-1e4, 1e4)
    for index, name in enumerate(("skewed", "epoch")):
        rows[name] = np.float64(index)
    return Case(step, frame, rows.assign(grade=texts(["y", "z", "x"] * (len(rows) // 3))))


def _framed(case: Case) -> Case:
    case.fitted.set_output(transform="pandas")
    return case


def _ordinal_mixed() -> Case:
    """One encoder over text and numbers, then a scaler over codes."""
    frame = penguins(14)
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    step = ColumnTransformer([("codes", codes, ["island", "year"]), ("scaled", make_pipeline(OrdinalEncoder(), StandardScaler()),
                                                                     ["sex"])]).fit(frame)
    rows = serve_penguins(frame, 114)
    rows["sex"] = rows["sex"].where(rows["sex"] != "unknown\nsex", "male")
    return Case(step, frame, rows)


def _accepts(step: Any) -> bool:
    """Whether this scikit-learn has the options of the step."""
    try:
        step.fit([["a"]])
    except ValueError:
        return False
    return True


UNKNOWN = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
DENSE = {"sparse_output" if "sparse_output" in OneHotEncoder().get_params() else "sparse": False}

CASES: dict[str, Callable[[], Case]] = {
    "standard_scaler": lambda: _alone(StandardScaler()),
    "standard_scaler_float32": lambda: _alone(StandardScaler(), "float32"),
    "standard_scaler_without_mean": lambda: _alone(StandardScaler(with_mean=False), seed=21),
    "standard_scaler_without_std_float32": lambda: _alone(StandardScaler(with_std=False), "float32", seed=22),
    "standard_scaler_huge": _huge,
    "min_max_scaler": lambda: _alone(MinMaxScaler()),
    "min_max_scaler_float32": lambda: _alone(MinMaxScaler(), "float32"),
    "min_max_scaler_clip": lambda: _alone(MinMaxScaler((0, 0.7), clip=True), seed=23),
    "min_max_scaler_clip_float32": lambda: _alone(MinMaxScaler((-0.3, 0.7), clip=True), "float32", seed=24),
    "max_abs_scaler": lambda: _alone(MaxAbsScaler()),
    "max_abs_scaler_float32": lambda: _alone(MaxAbsScaler(), "float32", seed=25),
    "robust_scaler": lambda: _alone(RobustScaler()),
    "robust_scaler_float32": lambda: _alone(RobustScaler(quantile_range=(10, 85.5), unit_variance=True), "float32", seed=27),
    "robust_scaler_without_center": lambda: _alone(RobustScaler(with_centering=False), seed=28),
    "robust_scaler_without_scale_float32": lambda: _alone(RobustScaler(with_scaling=False), "float32", seed=29),
    "k_bins_discretizer": lambda: _binned(KBinsDiscretizer(n_bins=4, encode="ordinal"), seed=31),
    "k_bins_discretizer_onehot": lambda: _binned(KBinsDiscretizer(n_bins=3), seed=32),
    "k_bins_discretizer_uniform_float32": lambda: _binned(
        KBinsDiscretizer(n_bins=[2, 3, 4, 5], encode="onehot-dense", strategy="uniform"), "float32", 33),
    "k_bins_discretizer_kmeans_float32": lambda: _binned(
        KBinsDiscretizer(n_bins=3, encode="ordinal", strategy="kmeans"), "float32", 34),
    "k_bins_discretizer_scaled": lambda: _binned(
        make_pipeline(KBinsDiscretizer(n_bins=3), RobustScaler(with_centering=False)), seed=35),
    "binarizer": lambda: _alone(Binarizer(threshold=0.5), missing=False, seed=36),
    "binarizer_float32": lambda: _alone(Binarizer(threshold=100.1), "float32", False, 37),
    "normalizer": lambda: _normalized(Normalizer()),
    "normalizer_l1_by_rows": lambda: _normalized(Normalizer(norm="l1"), by_rows=True, seed=39),
    "normalizer_l2_by_rows_float32": lambda: _normalized(Normalizer(), "float32", True, 40),
    "normalizer_l1_float32": lambda: _normalized(Normalizer(norm="l1"), "float32", seed=41),
    "normalizer_max": lambda: _normalized(Normalizer(norm="max"), seed=42),
    "normalizer_after_scaler": lambda: _normalized(make_pipeline(StandardScaler(), Normalizer(norm="l1")), seed=43),
    "simple_imputer_mean": lambda: _alone(SimpleImputer()),
    "simple_imputer_mean_float32": lambda: _alone(SimpleImputer(), "float32"),
    "simple_imputer_median_float32": lambda: _alone(SimpleImputer(strategy="median"), "float32"),
    "simple_imputer_most_frequent": lambda: _alone(SimpleImputer(strategy="most_frequent")),
    "simple_imputer_constant": lambda: _alone(SimpleImputer(strategy="constant", fill_value=-1.1)),
    "simple_imputer_indicator": lambda: _alone(SimpleImputer(add_indicator=True)),
    "simple_imputer_sentinel": _sentinel,
    "simple_imputer_dropped_column": lambda: _empty_column(False),
    "simple_imputer_kept_column": lambda: _empty_column(True),
    "simple_imputer_text_nan": lambda: _text_imputer("nan", SimpleImputer(strategy="most_frequent")),
    "simple_imputer_text_none": lambda: _text_imputer(
        "none", SimpleImputer(missing_values=None, strategy="constant", fill_value="absent")),
    "simple_imputer_text_value": lambda: _text_imputer(
        "none", SimpleImputer(missing_values="nan", strategy="most_frequent")),
    "one_hot_encoder": lambda: _encoder(unknown=False),
    "one_hot_encoder_ignore": lambda: _encoder(handle_unknown="ignore"),
    "one_hot_encoder_none": lambda: _encoder(handle_unknown="ignore", missing="none"),
    "one_hot_encoder_nan": lambda: _encoder(handle_unknown="ignore", missing="nan"),
    "one_hot_encoder_drop_first": lambda: _encoder(handle_unknown="ignore", drop="first"),
    "one_hot_encoder_drop_if_binary": lambda: _encoder(unknown=False, drop="if_binary"),
    "one_hot_encoder_infrequent": lambda: _encoder(handle_unknown="infrequent_if_exist", min_frequency=10),
    "one_hot_encoder_infrequent_ignore": lambda: _encoder(handle_unknown="ignore", min_frequency=0.05, missing="none"),
    "one_hot_encoder_max_categories_drop": lambda: _encoder(
        handle_unknown="infrequent_if_exist", max_categories=4, drop="first"),
    "one_hot_encoder_int": lambda: _codes(np.array([-3, 0, 1, 2, 2**24]), handle_unknown="ignore"),
    "one_hot_encoder_bool": lambda: _codes(np.array([False, True])),
    "one_hot_encoder_float_nan": lambda: _codes(np.array([0.1, 0.3, 0.7, 5.0, np.nan]), handle_unknown="ignore"),
    "one_hot_encoder_float32_infrequent": lambda: _codes(
        np.array([0.1, 0.3, 0.7, 5.0], dtype="float32"), handle_unknown="infrequent_if_exist", max_categories=3),
    "simple_imputer_text_indicator": lambda: _text_imputer(
        "none", SimpleImputer(missing_values=None, strategy="most_frequent", add_indicator=True)),
    "missing_indicator": lambda: _alone(MissingIndicator(error_on_new=False)),
    "missing_indicator_all_float32": lambda: _alone(MissingIndicator(features="all"), "float32"),
    "function_transformer_rint": lambda: _alone(FunctionTransformer(np.rint, feature_names_out="one-to-one")),
    "function_transformer_clip_float32": lambda: _alone(
        FunctionTransformer(np.clip, kw_args={"a_min": 0.0, "a_max": 100.5}, feature_names_out="one-to-one"), "float32", seed=27),
    "function_transformer_square": lambda: _alone(make_pipeline(
        MinMaxScaler((-3, 2), clip=True), FunctionTransformer(np.square, feature_names_out="one-to-one")), seed=28),
    "polynomial_features": lambda: _products("float64", degree=3),
    "polynomial_features_float32": lambda: _products("float32", degree=(2, 4), interaction_only=True),
    "quantile_transformer": lambda: _alone(QuantileTransformer(n_quantiles=50), seed=44),
    "quantile_transformer_float32": lambda: _alone(QuantileTransformer(n_quantiles=11), "float32", seed=45),
    "quantile_transformer_scaled": lambda: _alone(make_pipeline(StandardScaler(), QuantileTransformer(n_quantiles=3),
                                                                MinMaxScaler((-1, 1))), seed=46),
    "spline_transformer": lambda: _alone(SplineTransformer(), missing=False, seed=47),
    "spline_transformer_linear_float32": lambda: _alone(
        SplineTransformer(4, 2, extrapolation="linear", include_bias=False), "float32", False, 48),
    "spline_transformer_periodic_float32": lambda: _alone(
        SplineTransformer(6, knots="quantile", extrapolation="periodic"), "float32", False, 49),
    "spline_transformer_scaled": lambda: _alone(make_pipeline(
        StandardScaler(), SplineTransformer(degree=1), MinMaxScaler()), missing=False, seed=50),
    "safe_divide": lambda: _alone(SafeDivide(0.1)),
    "safe_divide_float32": lambda: _alone(make_pipeline(StandardScaler(), SafeDivide()), "float32"),
    "one_hot_encoder_given": lambda: _encoder(handle_unknown="ignore", categories=_lists()),
    "one_hot_encoder_given_infrequent": lambda: _encoder(unknown=False, categories=_lists(True), min_frequency=8),
    "one_hot_encoder_drop_given": lambda: _encoder(handle_unknown="ignore", drop=["Oslo", "m", "h"]),
    "one_hot_encoder_drop_given_infrequent": lambda: _encoder(unknown=False, drop=["Oslo", "m", "a"], min_frequency=0.05),
    "one_hot_encoder_drop_if_binary_infrequent": lambda: _encoder(unknown=False, drop="if_binary", max_categories=2),
    "one_hot_encoder_dense_int": lambda: _encoder(dtype=np.int32, handle_unknown="ignore", **DENSE),
    "one_hot_encoder_bool_output": lambda: _encoder(dtype=bool, handle_unknown="ignore"),
    "one_hot_encoder_frame": lambda: _framed(_encoder(handle_unknown="ignore", **DENSE)),
    "one_hot_encoder_int_given": lambda: _codes(np.array([-3, 0, 1]), handle_unknown="ignore", categories=[[-3, 0, 1, 9]] * 2),
    "one_hot_encoder_tiny_and_huge": lambda: _codes(np.array([1e-05, 1e16, 1e15, 123456.0, -0.0001]), handle_unknown="ignore"),
    "ordinal_encoder": lambda: _encoder(unknown=False, step=OrdinalEncoder),
    "ordinal_encoder_unknown": lambda: _encoder(step=OrdinalEncoder, **UNKNOWN),
    "ordinal_encoder_none": lambda: _encoder(step=OrdinalEncoder, missing="none", **UNKNOWN),
    "ordinal_encoder_nan": lambda: _encoder(unknown=False, step=OrdinalEncoder, missing="nan"),
    "ordinal_encoder_nan_code": lambda: _encoder(step=OrdinalEncoder, missing="nan", encoded_missing_value=-2, **UNKNOWN),
    "ordinal_encoder_unknown_nan": lambda: _encoder(
        step=OrdinalEncoder, missing="nan", handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=99),
    "ordinal_encoder_one_code": lambda: _encoder(step=OrdinalEncoder, missing="nan", encoded_missing_value=-1, **UNKNOWN),
    "ordinal_encoder_given": lambda: _encoder(step=OrdinalEncoder, categories=_lists(True), **UNKNOWN),
    "ordinal_encoder_dtype": lambda: _encoder(step=OrdinalEncoder, dtype=np.int8, **UNKNOWN),
    "ordinal_encoder_frame": lambda: _framed(_encoder(step=OrdinalEncoder, **UNKNOWN)),
    "ordinal_encoder_int": lambda: _codes(np.array([-3, 0, 1, 2, 2**24]), step=OrdinalEncoder, **UNKNOWN),
    "ordinal_encoder_bool": lambda: _codes(np.array([False, True]), step=OrdinalEncoder),
    "ordinal_encoder_float_nan": lambda: _codes(np.array([0.1, 0.3, 0.7, 5.0, np.nan]), step=OrdinalEncoder, **UNKNOWN),
    "ordinal_encoder_float32": lambda: _codes(
        np.array([0.1, 0.3, 0.7, 5.0], dtype="float32"), step=OrdinalEncoder, dtype=np.float32, **UNKNOWN),
    "ordinal_encoder_mixed": _ordinal_mixed,
    "mixed": lambda: _mixed("float64"),
    "mixed_float32": lambda: _mixed("float32"),
    "mixed_split": _text_and_numbers,
    "nested": _nested,
    "weights": _weights,
    "union": lambda: _union("float64"),
    "union_float32": lambda: _union("float32"),
    "unnamed": _unnamed,
}
if "clip" in MaxAbsScaler().get_params():  # scikit-learn 1.9 or newer
    CASES["max_abs_scaler_clip"] = lambda: _alone(MaxAbsScaler(clip=True), seed=26)

# What only newer scikit-learn has.
if "min_frequency" in OrdinalEncoder().get_params():
    CASES.update({
        "ordinal_encoder_infrequent": lambda: _encoder(step=OrdinalEncoder, missing="nan", min_frequency=20, **UNKNOWN),
        "ordinal_encoder_infrequent_none": lambda: _encoder(step=OrdinalEncoder, missing="none", min_frequency=0.1, **UNKNOWN),
        "ordinal_encoder_unknown_in_group": lambda: _encoder(
            step=OrdinalEncoder, max_categories=2, handle_unknown="use_encoded_value", unknown_value=1),
        "ordinal_encoder_one_group": lambda: _encoder(step=OrdinalEncoder, missing="nan", max_categories=1, **UNKNOWN),
        "ordinal_encoder_int_infrequent": lambda: _codes(
            np.array([-3, 0, 1, 2, 2**24]), step=OrdinalEncoder, max_categories=3, **UNKNOWN),
        "ordinal_encoder_float_nan_infrequent": lambda: _codes(
            np.array([0.1, 0.3, 0.7, 5.0, np.nan]), step=OrdinalEncoder, min_frequency=41, **UNKNOWN)})
if "feature_name_combiner" in OneHotEncoder().get_params():
    CASES.update({
        "one_hot_encoder_combiner": lambda: _encoder(handle_unknown="ignore", missing="none", feature_name_combiner=_named),
        "one_hot_encoder_combiner_numbers": lambda: _codes(
            np.array([0.1, 0.3, 0.7], dtype="float32"), handle_unknown="ignore", max_categories=2, feature_name_combiner=_named),
        "one_hot_encoder_one_group": lambda: _encoder(handle_unknown="infrequent_if_exist", max_categories=1)})
if _accepts(OneHotEncoder(handle_unknown="warn")):
    CASES["one_hot_encoder_warn"] = lambda: _encoder(handle_unknown="warn", min_frequency=10)
    CASES["one_hot_encoder_warn_no_group"] = lambda: _encoder(handle_unknown="warn", drop="first")


def make(name: str) -> Case:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return CASES[name]()


def write_csv(path: str, rows: pd.DataFrame) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(list(rows.columns))
        for row in rows.itertuples(index=False):
            writer.writerow(["" if cell is None or cell != cell else
                             cell if isinstance(cell, str) else repr(float(cell)) for cell in row])


def read_csv(path: str, text: set[str], like: Any, dtype: str) -> Any:
    """The rows as the fitted object takes them: missing text spelled as in the sample, numbers cast to `dtype`."""
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    data = {}
    for index, name in enumerate(header):
        cells = [row[index] for row in rows]
        if name in text:
            spelling = None if any(cell is None for cell in like[name]) else np.nan
            data[name] = texts([cell if cell else spelling for cell in cells])
        else:
            data[name] = np.array([float(cell) if cell else np.nan for cell in cells]).astype(dtype)
    return pd.DataFrame(data) if isinstance(like, pd.DataFrame) else np.column_stack(list(data.values()))


def answer(fitted: Any, rows: Any, dtype: str) -> np.ndarray:
    """scikit-learn's output as a dense matrix of the type; every value must already be one of it."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = fitted.transform(rows)
    dense = np.asarray(result.toarray() if hasattr(result, "toarray") else result).astype(np.float64)
    matrix = np.ascontiguousarray(dense.astype(dtype))
    assert np.array_equal(matrix.astype(np.float64), dense, equal_nan=True), "not computed in this type"
    return matrix


def main(folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    for name in CASES:
        case, start = make(name), os.path.join(folder, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # artifacts of one type say so
            data = prepguard.dumps(case.fitted, sample=case.sample, provenance_date=DATE)
        payload = prepguard.loads(data).payload
        with open(start + ".prepguard.json", "wb") as file:
            file.write(data)
        write_csv(start + ".csv", case.serving)
        text = {column["name"] for column in payload["columns"] if column["dtype"] == "string"}
        for test in payload["self_tests"]:
            rows = read_csv(start + ".csv", text, case.sample, test["dtype"])
            matrix = answer(case.fitted, rows, test["dtype"])
            matrix.astype(np.dtype(test["dtype"]).newbyteorder("<")).tofile(f"{start}.{test['dtype']}.bin")
    print(f"{len(CASES)} artifacts in {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_samples.py OUTDIR")
    main(sys.argv[1])
