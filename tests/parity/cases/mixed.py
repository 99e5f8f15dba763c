# SPDX-License-Identifier: MIT
"""A ColumnTransformer over numbers and text."""

from __future__ import annotations

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from support import TRAINING_ROWS, Writer, combinations, frame, numbers, texts, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, rows, 15_000):
        known, words = texts(r, TRAINING_ROWS, None, False), texts(r, len(cells), None, True)
        training = frame(sample, known)
        names = list(training)
        step = ColumnTransformer([
            ("scaled", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), names[:9]),
            ("ranged", make_pipeline(MinMaxScaler((-1, 1)), SimpleImputer()), names[5:17]),
            ("text", make_pipeline(SimpleImputer(missing_values=None, strategy="most_frequent"),
                                   OneHotEncoder(handle_unknown="ignore", dtype=data)), names[25:29]),
            ("rare", OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.1, dtype=data), names[29:]),
            ("kept", "passthrough", [names[20], names[18]])],
            transformer_weights={"ranged": 0.1}, sparse_threshold=0).fit(training)
        writer.add(f"column_transformer {data} (statistics {statistics})", step, training, data, cells, words)
