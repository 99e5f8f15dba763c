# SPDX-License-Identifier: MIT
"""The tolerance of each feature's self-test values, found by following the last bits that depend on the machine."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from .steps import STEPS
from .steps._tolerance import affine


class Column(NamedTuple):
    """A column between two steps: its kind of cells, and how far they may be from training's."""

    kind: str
    tolerance: int


def implied(node: dict[str, Any], kinds: list[str], edges: Optional[list[str]] = None) -> list[int]:
    """Of every output of a checked node that reads exact columns of these kinds. `edges` takes the paths of steps whose
    results jump at an edge that inexact values may fall on."""
    columns = [Column(kind, 0) for kind in kinds]
    return [column.tolerance for column in _follow(node, columns, "pipeline", [] if edges is None else edges)]


def _follow(node: dict[str, Any], columns: list[Column], path: str, edges: list[str]) -> list[Column]:
    if node["type"] == "pipeline":
        for index, entry in enumerate(node["steps"]):
            columns = _follow(entry["step"], columns, f"{path}.steps[{index}].step", edges)
        return columns
    if node["type"] == "column_transformer":
        result: list[Column] = []
        for index, entry in enumerate(node["transformers"]):
            inside = [columns[position] for position in entry["columns"]]
            made = _follow(entry["step"], inside, f"{path}.transformers[{index}].step", edges)
            result += [Column(kind, affine(k, entry["weight"], 0.0)) for kind, k in made]
        return result
    step = STEPS[node["type"]]
    kinds = step.check(node, [column.kind for column in columns], path)
    before = [column.tolerance for column in columns]
    exact = step.tolerances is None or not (any(before) or node.get("ulps"))
    after = [0] * len(kinds) if exact else step.tolerances(node, before)
    if any(before) and (not any(after) if step.edges is None else step.edges(node, before)):
        edges.append(f"{path} ({node['type']})")
    return [Column(kind, k) for kind, k in zip(kinds, after)]
