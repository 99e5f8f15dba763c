# SPDX-License-Identifier: MIT
"""MissingIndicator: every marker and option, numbers and text."""

from __future__ import annotations

import numpy as np
from sklearn.impute import MissingIndicator

from support import TRAINING_ROWS, TYPES, Writer, combinations, numbers, texts, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return np.where(r.uniform(size=(count, 25)) < 0.1, -999.0, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, rows, 5_000):
        group = f"missing_indicator {data}"
        for features in ("missing-only", "all"):
            for error in (True, False):
                step = MissingIndicator(features=features, error_on_new=error)
                writer.add(group, step.fit(with_gaps(r, sample)), with_gaps(r, sample), data, with_gaps(r, cells))
            for marker in (-999.0, 0.0):
                step = MissingIndicator(missing_values=marker, features=features, error_on_new=False).fit(sample)
                writer.add(group, step, sample, data, cells)
    for data in TYPES:
        for missing, marker in ((None, None), (np.nan, np.nan), ("", "a")):
            for options in ({}, {"features": "all"}, {"error_on_new": False}):
                sample, words = texts(r, TRAINING_ROWS, missing, False), texts(r, 5_000, missing, not options)
                step = MissingIndicator(missing_values=marker, **options).fit(sample)
                writer.add(f"missing_indicator text {data}", step, sample, data, None, words)
