# SPDX-License-Identifier: MIT
"""Normalizer: every norm over rows of many widths, in both orders in which they may lie in memory."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import Normalizer

from support import TYPES, Writer, numbers

WIDTHS = (1, 2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33, 64, 128, 129, 136, 257, 600)
VALUES = 12_000  # a case
DENORMAL, HUGE = [10, 11, 12, 17], [13, 14, 15]  # columns of `numbers`
ORDINARY = [place for place in range(25) if place not in DENORMAL + HUGE]


def add(writer: Writer, r: np.random.RandomState) -> None:
    for data in TYPES:
        for width in WIDTHS:
            kinds = [r.choice(ORDINARY, width)]
            if width < 64:
                kinds.append(r.choice(ORDINARY[:6], width))
            if width in (2, 9):
                kinds += [r.choice(DENORMAL, width), r.choice(HUGE, width)]
            for kind in kinds:
                count = max(2, VALUES // width)
                cells = many(r, count, kind, data)
                for order in "CF":
                    rows = np.array(cells, order=order)
                    for norm in ("l1", "l2", "max") if order == "C" else ("l1", "l2"):
                        fitted = Normalizer(norm=norm).fit(rows)
                        writer.add(f"normalizer {data}", fitted, rows[:50], data, rows)


def many(r: np.random.RandomState, rows: int, kind: np.ndarray, data: str) -> np.ndarray:
    """Columns of these kinds, no two alike."""
    blocks = [numbers(r, rows, data) for _ in range(4)]
    return np.column_stack([np.roll(blocks[place % 4][:, column], place) for place, column in enumerate(kind)]).astype(data)
