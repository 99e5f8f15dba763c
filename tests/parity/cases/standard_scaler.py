# SPDX-License-Identifier: MIT
"""StandardScaler: every option."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import StandardScaler

from support import Writer, combinations, numbers, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, rows, 12_000):
        group = f"{data} (statistics {statistics})"
        for options in ({}, {"with_mean": False}, {"with_std": False}, {"with_mean": False, "with_std": False}):
            writer.add(f"standard_scaler {group}", StandardScaler(**options).fit(sample), sample, data, cells, invert=True)
