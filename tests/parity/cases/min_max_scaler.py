# SPDX-License-Identifier: MIT
"""MinMaxScaler: ranges and clipping."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import MinMaxScaler

from support import Writer, combinations, numbers, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, rows, 12_000):
        group = f"{data} (statistics {statistics})"
        for options in ({}, {"clip": True}, {"feature_range": (-3.5, 7.25)}, {"feature_range": (-0.3, 0.7), "clip": True}):
            writer.add(f"min_max_scaler {group}", MinMaxScaler(**options).fit(sample), sample, data, cells, invert=True)
