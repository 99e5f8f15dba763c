# SPDX-License-Identifier: MIT
"""MaxAbsScaler: with clipping where this scikit-learn has it."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import MaxAbsScaler

from support import Writer, combinations, numbers, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    choices = [{}, {"clip": True}] if "clip" in MaxAbsScaler().get_params() else [{}]
    for statistics, data, sample, cells in combinations(r, rows, 20_000):
        for options in choices:
            writer.add(f"max_abs_scaler {data} (statistics {statistics})", MaxAbsScaler(**options).fit(sample), sample, data,
                       cells, invert=True)
