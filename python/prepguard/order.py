# SPDX-License-Identifier: MIT
"""In which order a fitted Normalizer adds up the cells of a row, found by running it on rows that lie in memory as
those of training do: no NumPy version decides it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .arithmetic import Leaf, parts
from .arrays import FLOATS, lies_by_columns, same_bits
from .error import Error
from .steps import STEPS, Cells
from .steps.normalizer import ORDERS

PROBES = 4096
TYPE = "normalizer"


def settle_orders(fitted: Any, rows: Any, node: dict[str, Any], where: str = "fitted") -> None:
    """Writes the order into every normalizer node; `rows` are some of training, as the fitted object gets them."""
    nodes = _normalizers(node)
    if not nodes:
        return
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = [part for part in parts(fitted, rows, where)
                 if isinstance(part, Leaf) and type(part.fitted).__name__ == "Normalizer"]
        for own, leaf in zip(nodes, found, strict=True):
            own["order"] = _order(leaf.fitted, np.asarray(leaf.rows), own, leaf.where)


def _normalizers(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The normalizer nodes in a node, in the order in which they run."""
    inside = [entry["step"] for entry in node.get("steps", node.get("transformers", []))]
    return [node] if node["type"] == TYPE else [found for step in inside for found in _normalizers(step)]


def _order(fitted: Any, like: np.ndarray, node: dict[str, Any], where: str) -> str:
    """The order whose formula gives the fitted object's own bits, in both types. Where both do (the largest of a row
    has no order), the first."""
    fits = set(ORDERS)
    for dtype in FLOATS:
        rows = _probe_rows(like, dtype)
        want = np.asarray(fitted.transform(rows.copy(order="K")))
        columns = [Cells("", rows[:, index]) for index in range(rows.shape[1])]
        fits -= {order for order in fits if not _gives({**node, "order": order}, columns, want, where)}
    if not fits:
        raise Error("self_test_failed", f"{where}: {type(fitted).__name__} adds up the cells of a row in neither of the "
                                        "orders this version knows; NumPy before 2 does so with norm='l1' over more than "
                                        "8192 columns, and on ARM with norm='l2'")
    return min(fits)


def _gives(node: dict[str, Any], columns: list[Cells], want: np.ndarray, where: str) -> bool:
    got = np.column_stack([cells.values for cells in STEPS[TYPE].transform(node, columns, want.dtype, where)])
    return got.dtype == want.dtype and bool(same_bits(got, want).all())


def _probe_rows(like: np.ndarray, dtype: str) -> np.ndarray:
    """Numbers of both signs and of several sizes, lying in memory like the array."""
    width = like.shape[1]
    generator = np.random.RandomState(2)
    count = max(2, -(-PROBES // width))
    cells = generator.normal(size=(count, width)) * 2.0 ** generator.randint(-3, 4, (count, width))
    return np.array(cells, dtype=dtype, order="F" if lies_by_columns(like) else "C")
