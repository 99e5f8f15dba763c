# SPDX-License-Identifier: MIT
"""FunctionTransformer: every function, with numpy's bits or within the bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.pipeline import make_pipeline

from support import TYPES, Writer, numbers, prepguard, with_gaps

ROWS = 4_000
EVERYWHERE = {"abs": np.abs, "negative": np.negative, "sign": np.sign, "floor": np.floor, "ceil": np.ceil, "rint": np.rint}
NOT_HUGE = {"square": np.square}
POSITIVE = {"sqrt": np.sqrt, "reciprocal": np.reciprocal}
CLIPS = {"clip": [(-0.5, 100.25), (0.0, 3.0), (None, 0.0), (0, None), (-1e300, 0.1)], "clip on pandas": [(0.0, 3.0), (-2, 0)]}
LIBRARY = {"log": np.log, "log2": np.log2, "log10": np.log10, "log1p": np.log1p, "exp": np.exp, "expm1": np.expm1,
           "sin": np.sin, "cos": np.cos, "tanh": np.tanh}
PERIODS = (24, 7.0, 365.25)


def add(writer: Writer, r: np.random.RandomState) -> None:
    for dtype in TYPES:
        exact, transcendental = f"function_transformer exact {dtype}", "function_transformer {} " + dtype
        everywhere = with_gaps(r, numbers(r, ROWS, dtype)).astype(dtype)
        huge = np.sqrt(np.finfo(dtype).max)
        for name, function in EVERYWHERE.items():
            one(writer, exact, FunctionTransformer(function, np.negative if name == "negative" else None), dtype,
                everywhere, invert=name == "negative")
        for function in NOT_HUGE.values():
            one(writer, exact, FunctionTransformer(function), dtype, np.where(abs(everywhere) < huge, everywhere, dtype_of(1.5, dtype)))
        small = 4 * np.finfo(dtype).tiny
        positive = np.where(abs(everywhere) < small, dtype_of(0.3, dtype), abs(everywhere))
        for function in POSITIVE.values():
            one(writer, exact, FunctionTransformer(function, np.square, check_inverse=False), dtype, positive,
                invert=function is np.sqrt and dtype == "float64")
        for name, bounds in CLIPS.items():
            for low, high in bounds:
                cells = everywhere if name == "clip" else pd.DataFrame(everywhere, columns=[f"n{j}" for j in range(25)])
                if not (low == -1e300 and dtype == "float32"):
                    one(writer, exact, FunctionTransformer(np.clip, kw_args={"a_min": low, "a_max": high}), dtype, cells)
        for name, function in LIBRARY.items():
            one(writer, transcendental.format(name), FunctionTransformer(function), dtype, domain(r, name, dtype))
        for function in (prepguard.functions.sin_period, prepguard.functions.cos_period):
            for period in PERIODS:
                one(writer, transcendental.format(function.__name__),
                    FunctionTransformer(function, kw_args={"period": period}), dtype, domain(r, "sin", dtype)[::3])
        scaled = make_pipeline(FunctionTransformer(np.log1p), StandardScaler())
        one(writer, f"pipeline log1p and standard_scaler {dtype}", scaled, dtype, domain(r, "log1p", dtype)[::2])


def one(writer: Writer, group: str, step: Any, dtype: str, cells: Any, invert: bool = False) -> None:
    rows = np.asarray(cells)
    sample = cells[:200]
    writer.add(group, step.fit(sample), sample, dtype, rows, invert=invert, container=type(cells))


def dtype_of(value: float, dtype: str) -> Any:
    return np.dtype(dtype).type(value)


def domain(r: np.random.RandomState, name: str, dtype: str) -> np.ndarray:
    """Ten columns on which the function is finite, of every size."""
    limits = np.finfo(dtype)
    count = (10 * ROWS, 10)
    if name.startswith("log"):
        exponents = r.uniform(np.log2(limits.tiny), np.log2(limits.max) - 1, count)
        cells = np.where(r.uniform(size=count) < 0.5, 2.0**exponents, 1.0 + r.normal(0, 0.2, count).clip(-0.9, 5))
        if name == "log1p":
            cells = np.where(r.uniform(size=count) < 0.3, r.uniform(-0.999, 0, count), cells)
    elif name.startswith("exp"):
        cells = np.where(r.uniform(size=count) < 0.5, r.normal(0, 1, count), r.uniform(-1, 1, count) * np.log(limits.max) * 0.99)
    else:
        cells = np.where(r.uniform(size=count) < 0.7, r.normal(0, 10, count), r.uniform(-1, 1, count) * 1e5)
    return with_gaps(r, cells.astype(dtype)).astype(dtype)
