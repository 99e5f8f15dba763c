# SPDX-License-Identifier: MIT
"""normalizer: x /= norm(row). NumPy adds the cells of a row up in an order that depends on how the batch lies in
memory, so the node says which: `c` (row after row) or `f` (column after column, two rows or more)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..error import Error
from ._step import NATIVE, Block, Cells, Node, Read, Source, Step, all_numbers, refuse_nan
from ._tolerance import total

NORMS = ("l1", "l2", "max")
ORDERS = ("c", "f")
BLOCK = 128  # cells that NumPy's pairwise sum adds up in one go
LANES = {"float32": 4, "float64": 2}  # of the vectors in which NumPy's einsum adds up squares


def read(fitted: Any, block: Block) -> Read:
    """The order is found later, by running the object on rows as they lie in memory: see order.py."""
    if fitted.norm not in NORMS:
        raise block.refuse(fitted, f"norm={fitted.norm!r} is not supported; expected one of {', '.join(NORMS)}")
    if block.split:
        raise block.refuse(fitted, "over text and numbers at once is not supported; normalize numbers only")
    return Read({"norm": fitted.norm, "order": "c"}, list(block.names), list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    for key, words in (("norm", NORMS), ("order", ORDERS)):
        if node[key] not in words:
            raise Error("bad_state", f"{path}.{key}: expected one of {', '.join(words)}, got {node[key]!r}")
    return all_numbers(kinds, path)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    refuse_nan(columns, path)
    rows = np.stack([values for _, values in columns])  # one line a column, so that a sum runs over whole lines
    with np.errstate(all="ignore"):
        normal = (_native if node["contract"] == NATIVE and node["norm"] != "max" else _numpy)(node, rows)
    return [Cells(cells.label, values) for cells, values in zip(columns, normal)]


def _numpy(node: Node, rows: np.ndarray) -> np.ndarray:
    """As scikit-learn: everything in T."""
    if node["norm"] == "max":
        norms = np.abs(rows).max(axis=0)
    elif node["norm"] == "l1":
        norms = (_pairwise if node["order"] == "c" else _in_turn)(np.abs(rows))
    else:
        norms = np.sqrt(_by_lanes(rows) if node["order"] == "c" else _in_turn(rows * rows))
    return rows / np.where(norms < 10 * np.finfo(rows.dtype).eps, rows.dtype.type(1), norms)


def _native(node: Node, rows: np.ndarray) -> np.ndarray:
    """Cells over the power of two of the largest, summed up in float64, one rounding to T: nothing overflows."""
    cells = rows.astype(np.float64)
    largest = np.abs(cells).max(axis=0)
    exponent = np.where(np.isfinite(largest) & (largest > 0), np.clip(np.frexp(largest)[1] - 1, -1022, 1022), 0)
    scaled = cells * np.ldexp(1.0, -exponent)
    norms = _in_turn(np.abs(scaled)) if node["norm"] == "l1" else np.sqrt(_in_turn(scaled * scaled))
    small = norms * np.ldexp(1.0, exponent) < 10 * np.finfo(rows.dtype).eps
    return np.where(small, rows, (scaled / norms).astype(rows.dtype))


def _in_turn(lines: np.ndarray) -> np.ndarray:
    """One line after the other."""
    summed = lines[0].copy()
    for line in lines[1:]:
        summed += line
    return summed


def _pairwise(lines: np.ndarray) -> np.ndarray:
    """NumPy's sum of adjacent cells."""
    count = len(lines)
    if count < 8:
        return _in_turn(lines)
    if count > BLOCK:
        half = count // 2 - count // 2 % 8
        return _pairwise(lines[:half]) + _pairwise(lines[half:])
    whole = count - count % 8
    a = _in_turn(lines[:whole].reshape(-1, 8, lines.shape[1]))
    return _in_turn(np.concatenate([[((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]))], lines[whole:]]))


def _by_lanes(lines: np.ndarray) -> np.ndarray:
    """NumPy's sum of squares of adjacent cells: vectors, four at a time from the last to the first."""
    lanes = LANES[lines.dtype.name]
    padded = np.concatenate([lines, np.zeros((-len(lines) % lanes, lines.shape[1]), lines.dtype)])
    vectors = padded.reshape(-1, lanes, lines.shape[1])
    whole = len(lines) // (4 * lanes) * 4
    turn = [first + k for first in range(0, whole, 4) for k in (3, 2, 1, 0)] + list(range(whole, len(vectors)))
    sums = np.zeros_like(vectors[0])
    for vector in turn:
        sums = vectors[vector] * vectors[vector] + sums
    return sums[0] + sums[1] if lanes == 2 else (sums[0] + sums[1]) + (sums[2] + sums[3])


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """The relative errors of a cell and of the norm add up; that of the norm is at most the largest of its cells. A row of
    tiny numbers whose errors are not relative may be further off: its self-test then fails."""
    largest = max(columns)
    return [total(k, largest) for k in columns]


STEP = Step("normalizer", (Source("Normalizer", "sklearn.", ("n_features_in_", "norm")),),
            {"norm": fields.string, "order": fields.string}, read, check, transform, tolerances=tolerances)
