# SPDX-License-Identifier: MIT
"""FeatureUnion: weights, entries that are left out or go through, unions in pipelines and column transformers."""

from __future__ import annotations

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from support import Writer, combinations, numbers, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    def union() -> FeatureUnion:
        return FeatureUnion([("standard", StandardScaler()), ("gone", "drop"), ("kept", "passthrough"),
                             ("filled", make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler()))],
                            transformer_weights={"standard": 0.1, "filled": -3.0})

    for statistics, data, sample, cells in combinations(r, rows, 4_000):
        group = f"feature_union {data} (statistics {statistics})"
        columns = ColumnTransformer([("one", union(), [3, 1, 24]), ("two", union(), slice(4, 9))],
                                    transformer_weights={"two": 0.3})
        for step in (union(), make_pipeline(SimpleImputer(), union(), StandardScaler()), columns):
            writer.add(group, step.fit(sample), sample, data, cells)
