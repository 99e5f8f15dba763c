# SPDX-License-Identifier: MIT
"""RobustScaler: every option."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import RobustScaler

from support import Writer, combinations, numbers, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    choices = [{}, {"with_centering": False, "quantile_range": (10.0, 85.5), "unit_variance": True},
               {"with_scaling": False}, {"with_centering": False, "with_scaling": False}]
    for statistics, data, sample, cells in combinations(r, rows, 12_000):
        for options in choices:
            writer.add(f"robust_scaler {data} (statistics {statistics})", RobustScaler(**options).fit(sample), sample, data,
                       cells, invert=True)
