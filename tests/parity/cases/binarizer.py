# SPDX-License-Identifier: MIT
"""Binarizer: cells at the threshold and on both sides of it."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import Binarizer

from support import TYPES, Writer, numbers

THRESHOLDS = (0.0, -0.0, 0.1, 44.3, 1.7e9 + 1800.1, -2.0**-149, 1e300)


def add(writer: Writer, r: np.random.RandomState) -> None:
    for data in TYPES:
        cells = numbers(r, 6_000, data).astype(data)
        for threshold in THRESHOLDS:
            fitted = Binarizer(threshold=threshold).fit(cells)
            with np.errstate(over="ignore"):
                near = np.clip(threshold, np.finfo(data).min, np.finfo(data).max).astype(data)
            rows = cells.copy()
            rows[::3] = r.choice([near, *(np.nextafter(near, cells.dtype.type(side)) for side in (-9e99, 9e99))],
                                 rows[::3].shape).astype(data)
            writer.add(f"binarizer {data}", fitted, cells[:2_000], data, np.where(np.isfinite(rows), rows, near))
