# SPDX-License-Identifier: MIT
"""Grows a random pipeline step by step over the rows that each step would see."""

from __future__ import annotations

import warnings
from typing import Any, Optional

import numpy as np

import steps
from specs import DROP, PASS, Group, Leaf, Node, Part, build

HOW = ("positions", "names", "negative", "slice", "mask", "function")
WIDEST = 60


class Grower:
    """Makes nodes; `dtype` is what encoders are asked to return, so that a float32 table stays one."""

    def __init__(self, r: np.random.RandomState, dtype: str) -> None:
        self.r, self.dtype, self.choices = r, dtype, steps.known()

    def grow(self, rows: Any, depth: int) -> tuple[Node, Any]:
        """A node over the rows and what it makes of them."""
        for _ in range(20):
            node = self._try(rows, depth)
            made = None if node is None else transformed(node, rows)
            if made is not None and 0 < made.shape[1] <= WIDEST:
                return node, made
        return PASS, rows

    def _try(self, rows: Any, depth: int) -> Optional[Node]:
        mixed = len(set(block_kinds(rows))) > 1
        if depth == 0 or self.r.uniform() < (0.05 if mixed else 0.35):
            return self._leaf(rows)
        containers = (self._columns, self._pipe, self._union)
        return containers[self.r.choice(3, p=[0.7, 0.15, 0.15] if mixed else [0.35, 0.4, 0.25])](rows, depth - 1)

    def _leaf(self, rows: Any) -> Optional[Node]:
        kinds, missing = block_kinds(rows), has_missing(rows)
        if self.r.uniform() < 0.05:
            return PASS
        fitting = [choice for choice in self.choices
                   if (choice.takes == "both" or set(kinds) == {choice.takes}) and (choice.missing or not missing)]
        if not fitting:
            return None
        cells = _objects(rows)
        some = repr(float(cells[self.r.randint(len(cells)), 0])) if kinds[0] == "numbers" and not missing else "0"
        spelled = "None" if any(cell is None for cell in cells.ravel().tolist()) else "np.nan"
        dtype = self.dtype if self.r.uniform() < 0.98 else "float64"
        return steps.fill(fitting[self.r.randint(len(fitting))], self.r,
                          {"missing": spelled, "dtype": f"np.{dtype}", "some": some})

    def _pipe(self, rows: Any, depth: int) -> Node:
        parts = []
        for index in range(self.r.randint(1, 4)):
            step, rows = self.grow(rows, depth if index == 0 else min(depth, 1))
            parts.append(Part(f"s{index}", step))
            if hasattr(rows, "tocsr") and self.r.uniform() < 0.8:
                break  # few steps take sparse blocks
        return Group("Pipeline", tuple(parts))

    def _union(self, rows: Any, depth: int) -> Node:
        parts = [Part(f"u{index}", self.grow(rows, depth)[0]) for index in range(self.r.randint(1, 4))]
        if self.r.uniform() < 0.1:
            parts.insert(self.r.randint(len(parts) + 1), Part("gone", DROP))
        return Group("FeatureUnion", tuple(parts), self._weights(parts))

    def _columns(self, rows: Any, depth: int) -> Node:
        labels = tuple(rows.columns) if hasattr(rows, "iloc") else None
        kinds, width = block_kinds(rows), rows.shape[1]
        left, parts = list(self.r.permutation(width)), []
        while left and len(parts) < 4 and self.r.uniform() < (1.0 if not parts else 0.75):
            alike = [column for column in left if kinds[column] == kinds[left[0]]] if self.r.uniform() < 0.95 else left
            taken = [int(column) for column in alike[:self.r.randint(1, 5)]]
            taken = sorted(taken) if self.r.uniform() < 0.7 else taken
            left = [column for column in left if column not in taken or self.r.uniform() < 0.1]
            step = DROP if self.r.uniform() < 0.05 else self.grow(take(rows, taken), depth)[0]
            parts.append(Part(f"e{len(parts)}", step, tuple(taken), HOW[self.r.randint(len(HOW))]))
        rest = sorted({*range(width)}.difference(*(part.columns for part in parts)))
        remainder = DROP
        if rest and self.r.uniform() < 0.6:
            remainder = self.grow(take(rows, rest), min(depth, 1))[0]
        options = self._weights(parts)
        if self.r.uniform() < 0.1:
            options += (("verbose_feature_names_out", "False"),)
        if self.r.uniform() < 0.8:
            options += (("sparse_threshold", "0"),)
        return Group("ColumnTransformer", tuple(parts), options, remainder, labels, width)

    def _weights(self, parts: list[Part]) -> tuple[tuple[str, str], ...]:
        if self.r.uniform() < 0.75:
            return ()
        values = ["0.1", "3.0", "-0.5", "2", "1.0", "1e-3"]
        return (("transformer_weights", "{" + ", ".join(f"{part.name!r}: {values[self.r.randint(len(values))]}"
                                                        for part in parts if self.r.randint(2)) + "}"),)


def transformed(node: Node, rows: Any) -> Any:
    """What the fitted node makes of the rows it was fitted on; None if it cannot be fitted to them."""
    if node == PASS:
        return rows
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return build(node).fit_transform(rows)
        except Exception:  # whatever scikit-learn has against these rows
            return None


def block_kinds(rows: Any) -> list[str]:
    """numbers or text, column by column."""
    if hasattr(rows, "tocsr") or not (hasattr(rows, "iloc") or rows.dtype == object):
        return ["numbers"] * rows.shape[1]
    cells = _objects(rows)
    return ["text" if any(isinstance(cell, str) for cell in column) else "numbers" for column in cells.T.tolist()]


def has_missing(rows: Any) -> bool:
    return any(cell is None or cell != cell for cell in _objects(rows).ravel().tolist())


def take(rows: Any, columns: list[int]) -> Any:
    if hasattr(rows, "iloc"):
        return rows.iloc[:, columns]
    return rows[:, columns]


def _objects(rows: Any) -> np.ndarray:
    if hasattr(rows, "tocsr"):
        rows = rows.toarray()
    return rows.to_numpy(dtype=object) if hasattr(rows, "iloc") else np.asarray(rows, dtype=object)
