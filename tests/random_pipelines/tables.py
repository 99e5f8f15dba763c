# SPDX-License-Identifier: MIT
"""Random tables: numbers of very different size, whole numbers, bools, codes, text; missing cells and unseen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

TYPES = ("float32", "float64")
POOLS = (["a", "b", "c", "d"], ["Åmål", "企鵝", "nan", "None", ""], ["yes", "no"], [f"w{k:02d}" for k in range(25)], ["only"])
UNSEEN = ["zzz", "A", " a", "Åmal", "w25"]


@dataclass(frozen=True)
class Table:
    """Training rows, and rows to serve of three kinds: anything, nothing unseen, nothing unseen or missing."""

    sample: Any
    wild: Any
    known: Any
    tame: Any
    dtype: str


def make(r: np.random.RandomState) -> Table:
    dtype = TYPES[int(r.uniform() < 0.6)]
    shape = r.choice(["frame", "array", "objects"], p=[0.75, 0.2, 0.05])
    makers = {"frame": (_floats, _floats, _codes, _texts, _texts, _wholes, _bools), "array": (_floats, _floats, _codes),
              "objects": (_codes, _texts)}[shape]
    # objects that are all missing would be text, so that kind has no columns of gaps
    rows, columns = int(r.randint(20, 90)), {}
    for index in range(r.randint(1, 8)):
        maker = makers[r.randint(len(makers))]
        if maker is _wholes and dtype == "float32":
            maker = _floats  # whole numbers compute in float64
        columns[f"c{index}"] = maker(r, rows, dtype)
    def frame(which: int) -> pd.DataFrame:
        return pd.DataFrame({name: made[which] for name, made in columns.items()})
    frames = [frame(which) for which in range(4)]
    if shape != "frame":
        frames = [each.to_numpy(dtype=object if shape == "objects" else dtype) for each in frames]
        if shape == "array" and r.randint(2):
            frames[0] = np.asfortranarray(frames[0])
    return Table(*frames, dtype)


def _served(r: np.random.RandomState, cells: np.ndarray, odd: np.ndarray, missing: Any) -> tuple[Any, Any, Any, Any]:
    """The column, and rows served: with odd values and missing ones, with missing ones, with neither."""
    present = cells[[cell is not None and cell == cell for cell in cells.tolist()]]
    tame = r.choice(present if len(present) else odd, 40).astype(cells.dtype)
    known, wild = tame.copy(), np.where(r.uniform(size=40) < 0.3, r.choice(odd, 40), tame).astype(cells.dtype)
    if missing is not False:
        for rows in (known, wild):
            rows[r.uniform(size=40) < 0.15] = missing
    return (cells, wild, known, tame) if cells.dtype != object else tuple(
        pd.Series(each, dtype=object) for each in (cells, wild, known, tame))


def _floats(r: np.random.RandomState, rows: int, dtype: str) -> Any:
    cells = [lambda: r.normal(0, 1, rows), lambda: r.normal(100, 3, rows), lambda: np.exp(r.normal(0, 3, rows)),
             lambda: np.round(r.normal(44, 5, rows), 1), lambda: r.randint(-9, 10, rows) / 8.0, lambda: np.full(rows, 14.62),
             lambda: 1.7e9 + r.uniform(0, 3600, rows), lambda: r.normal(0, 1e-9, rows),
             lambda: r.choice([0.0, 1.0, -1.0], rows)][r.randint(9)]()
    gaps = r.uniform(size=rows) < r.choice([0.0, 0.0, 0.1, 0.4])
    gaps |= r.uniform() < 0.02  # nothing but gaps
    low, high = cells.min(), cells.max()
    odd = np.concatenate([r.uniform(low - (high - low), high + (high - low), 20), [0.0, -0.0, 1e-30, 0.1, -12345.678, low, high]])
    return _served(r, np.where(gaps, np.nan, cells).astype(dtype), odd.astype(dtype), np.nan)


def _codes(r: np.random.RandomState, rows: int, dtype: str) -> Any:
    """Few values, each one of both types."""
    pool = np.array([[-3.0, 0.0, 1.0, 2.0], [0.5, 0.25, -0.5, 8.0], [1.0, 2.0, np.nan, 3.0], np.arange(4.0)][r.randint(4)])
    cells = r.choice(pool, rows, p=[0.55, 0.25, 0.15, 0.05]).astype(dtype)
    return _served(r, cells, np.array([77.0, -1.0, 0.75, 1.0, 3.0], dtype=dtype), np.nan if np.isnan(cells).any() else False)


def _wholes(r: np.random.RandomState, rows: int, dtype: str) -> Any:
    return _served(r, r.randint(-3, r.choice([2, 6, 2000]), rows), np.array([-5, 0, 1, 5000]), False)


def _bools(r: np.random.RandomState, rows: int, dtype: str) -> Any:
    return _served(r, r.uniform(size=rows) < 0.5, np.array([False, True]), False)


def _texts(r: np.random.RandomState, rows: int, dtype: str) -> Any:
    pool = POOLS[r.randint(len(POOLS))]
    weights = 0.8 ** np.arange(len(pool))
    cells = np.array([*r.choice(pool, rows, p=weights / weights.sum()), None], dtype=object)[:-1]
    missing: Any = [False, None, np.nan][r.randint(3)]
    if missing is not False:
        cells[r.uniform(size=rows) < 0.2] = missing
        if all(cell is not missing for cell in cells):
            missing = False
    return _served(r, cells, np.array(UNSEEN, dtype=object), missing)
