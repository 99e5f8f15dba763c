# SPDX-License-Identifier: MIT
"""missing_indicator: 1 where a cell is missing, else 0, for some of the columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..arrays import NUMBER, check_positions
from ..error import Error
from . import _marker
from ._step import Block, Cells, Node, Read, Source, Step, one_kind


def read(fitted: Any, block: Block) -> Read:
    if fitted.features not in ("missing-only", "all"):
        raise block.refuse(fitted, f"features={fitted.features!r} is not supported; expected 'missing-only' or 'all'")
    kind = one_kind(block.kinds, block.where)
    shown = {int(position): place for place, position in enumerate(fitted.features_)}
    indicator = [k for k, position in enumerate(block.keep) if position in shown]
    own = {**_marker.read_marker(fitted, block, kind, frozenset({"none"})), "indicator": indicator,
           "error_on_new": bool(fitted.error_on_new) and fitted.features == "missing-only"}
    return Read(own, [f"missingindicator_{block.names[k]}" for k in indicator],
                [shown[block.keep[k]] for k in indicator], [frozenset()] * len(indicator))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    _marker.check_marker(node, one_kind(kinds, path), path)
    check_positions(node["indicator"], len(kinds), f"{path}.indicator")
    return [NUMBER] * len(node["indicator"])


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    masks = [_marker.marked(node, cells, path) for cells in columns]
    for place, (cells, mask) in enumerate(zip(columns, masks)):
        if node["error_on_new"] and place not in node["indicator"] and mask.any():
            code = "non_finite" if node["missing"] == "nan" and cells.values.dtype != object else "unknown_category"
            raise Error(code, f"{path}: row {int(np.argmax(mask))}, column {cells.label!r}: a missing value in a column "
                              "that had none in training; send a value, or fit with error_on_new=False")
    return [Cells(columns[place].label, masks[place].astype(dtype)) for place in node["indicator"]]


STEP = Step(
    "missing_indicator",
    (Source("MissingIndicator", "sklearn.", ("features_", "missing_values", "features", "error_on_new")),),
    {**_marker.FIELDS, "indicator": fields.list_of(fields.integer), "error_on_new": fields.boolean},
    read, check, transform, _marker.fits)
