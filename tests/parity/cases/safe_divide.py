# SPDX-License-Identifier: MIT
"""SafeDivide: a layer of a network, here as numpy computes it."""

from __future__ import annotations

import numpy as np

from own_steps import SafeDivide
from support import Writer, combinations, numbers, with_gaps


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, rows, 11_000):
        for epsilon in (1e-7, 0.1, 1e-3, 3.3e37):
            if statistics == data:
                writer.add(f"safe_divide {data}", SafeDivide(epsilon).fit(sample), sample, data, cells)
