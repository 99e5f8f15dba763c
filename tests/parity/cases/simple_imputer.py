# SPDX-License-Identifier: MIT
"""SimpleImputer: every strategy, marker and option, numbers and text."""

from __future__ import annotations

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from support import TRAINING_ROWS, TYPES, Writer, combinations, numbers, texts, with_gaps


def add_numbers(writer: Writer, r: np.random.RandomState) -> None:
    def whole(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return np.where(r.uniform(size=(count, 25)) < 0.1, -999.0, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, whole, 2_400):
        group = f"simple_imputer {data} (statistics {statistics})"
        gapped, served = with_gaps(r, sample), with_gaps(r, cells)
        empty = gapped.copy()
        empty[:, [3, 8]] = np.nan
        for strategy in ("mean", "median", "most_frequent", "constant"):
            fill = {"fill_value": -1.1} if strategy == "constant" else {}
            for rows, options in ((gapped, {"add_indicator": True}), (empty, {}), (empty, {"keep_empty_features": True})):
                step = SimpleImputer(strategy=strategy, **fill, **options).fit(rows)
                # A float32 mean that overflowed to NaN drops a column of values, which then nothing can bring back.
                invert = "add_indicator" in options and not any(value != value for value in step.statistics_)
                writer.add(group, step, rows, data, served, invert=invert)
            for marker in (-999.0, 0.0):
                step = SimpleImputer(missing_values=marker, strategy=strategy, **fill).fit(sample)
                writer.add(group, step, sample, data, cells)


def add_texts(writer: Writer, r: np.random.RandomState) -> None:
    for data in TYPES:
        for missing, marker in ((None, None), (np.nan, np.nan), ("", "a")):
            for options in ({"strategy": "most_frequent"}, {"strategy": "constant", "fill_value": "none seen"},
                            {"strategy": "most_frequent", "add_indicator": True}):
                sample, words = texts(r, TRAINING_ROWS, missing, False), texts(r, 3_600, missing, True)
                step = make_pipeline(SimpleImputer(missing_values=marker, **options),
                                     OneHotEncoder(handle_unknown="ignore", dtype=data)).fit(sample)
                writer.add(f"simple_imputer text {data}", step, sample, data, None, words)


def add(writer: Writer, r: np.random.RandomState) -> None:
    add_numbers(writer, r)
    add_texts(writer, r)
