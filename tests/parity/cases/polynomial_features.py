# SPDX-License-Identifier: MIT
"""PolynomialFeatures: every option, over numbers whose products stay finite."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import PolynomialFeatures

from support import TRAINING_ROWS, Writer, combinations, numbers

# columns, rows, options
OPTIONS = ((25, 900, {}), (25, 900, {"include_bias": False, "order": "F"}), (25, 900, {"interaction_only": True}),
           (9, 600, {"degree": 3}), (9, 600, {"degree": (2, 3), "include_bias": False}), (6, 400, {"degree": (3, 5)}),
           (7, 400, {"degree": 7, "interaction_only": True}), (5, 400, {"degree": (1, 4), "interaction_only": True}),
           (3, 400, {"degree": (0, 0)}))


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return np.clip(numbers(r, count, like), -1e6, 1e6)

    for _, data, sample, cells in combinations(r, rows, 900):
        for width, count, options in OPTIONS:
            chosen = np.sort(r.permutation(25)[:width])
            step = PolynomialFeatures(**options).fit(sample[:, chosen])
            writer.add(f"polynomial_features {data}", step, sample[:200, chosen], data,
                       np.ascontiguousarray(cells[:count, chosen]))
