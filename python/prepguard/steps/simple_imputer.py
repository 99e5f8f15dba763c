# SPDX-License-Identifier: MIT
"""simple_imputer: missing cells become a fill value per column; columns without one are dropped; a 0/1 indicator
may be appended for some columns."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .. import fields
from ..arrays import FLOATS, NUMBER, TEXT, check_positions, is_nan, pack, unpack
from ..error import Error
from . import _marker
from ._step import Block, Cells, Node, Read, Source, Step, one_kind

STRATEGIES = ("mean", "median", "most_frequent", "constant")


def read(fitted: Any, block: Block) -> Read:
    strategy = fitted.strategy
    if strategy not in STRATEGIES:
        raise block.refuse(fitted, f"strategy={strategy!r} is not supported; expected one of {', '.join(STRATEGIES)}")
    kind = one_kind(block.kinds, block.where)
    keeps_objects = getattr(getattr(fitted, "_fit_dtype", None), "kind", "") == "O"
    marker = _marker.read_marker(fitted, block, kind, frozenset({"none", "na"} if keeps_objects else ()))
    fill = (_number_fill if kind == NUMBER else _text_fill)(fitted, block)
    dropped = np.array([is_nan(value) for value in fill.tolist()], dtype=bool)
    if dropped.any() and (getattr(fitted, "keep_empty_features", False) or is_nan(getattr(fitted, "fill_value", None))):
        raise block.refuse(fitted, f"column {block.names[int(np.argmax(dropped))]!r} would be filled with NaN; "
                                   "choose a number as fill_value")
    indicator = _indicator(fitted)
    kept = np.flatnonzero(~dropped)
    own = {
        "strategy": strategy,
        **marker,
        "fill": pack(fill),
        "indicator": indicator,
    }
    names = [block.names[k] for k in kept] + [f"missingindicator_{block.names[k]}" for k in indicator]
    spellings = [block.spellings[k] for k in kept] + [frozenset()] * len(indicator)
    return Read(own, names, _positions(fitted, block, kept, indicator), spellings)


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    kind, width = one_kind(kinds, path), len(kinds)
    if node["strategy"] not in STRATEGIES:
        raise Error("bad_state", f"{path}.strategy: expected one of {', '.join(STRATEGIES)}, got {node['strategy']!r}")
    if kind == TEXT and node["strategy"] in ("mean", "median"):
        raise Error("bad_state", f"{path}.strategy: {node['strategy']!r} does not exist for columns of {kind}s")
    _marker.check_marker(node, kind, path)
    _marker.check_kind(node["fill"], kind, width, f"{path}.fill")
    if kind == NUMBER and node["fill"]["dtype"] not in FLOATS:
        raise Error("bad_state", f"{path}.fill.dtype: expected float32 or float64, got {node['fill']['dtype']!r}")
    if node["fill"]["none"]:
        raise Error("bad_state", f"{path}.fill.none: expected a value, got None")
    check_positions(node["indicator"], width, f"{path}.indicator")
    if node["indicator"] and kind == TEXT:
        raise Error("bad_state", f"{path}.indicator: expected none for text, got {node['indicator']}")
    return [kind] * (width - len(node["fill"]["nan"]) + len(node["indicator"]))


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    fill, dropped = unpack(node["fill"]), set(node["fill"]["nan"])
    masks = [_marker.marked(node, cells, path) for cells in columns]
    result = []
    for index, (label, values) in enumerate(columns):
        if index not in dropped:
            filled = values.copy()
            with np.errstate(over="ignore"):
                filled[masks[index]] = fill[index]
            result.append(Cells(label, filled))
    return result + [Cells(columns[k].label, masks[k].astype(dtype)) for k in node["indicator"]]


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """What comes in of each column that goes out; indicators are exact."""
    dropped = set(node["fill"]["nan"])
    return [k for index, k in enumerate(columns) if index not in dropped] + [0] * len(node["indicator"])


def _number_fill(fitted: Any, block: Block) -> np.ndarray:
    values = np.asarray(fitted.statistics_)[block.keep]
    if values.dtype.name in FLOATS:
        exact = values
    else:
        for name, value in zip(block.names, values.tolist()):
            if not isinstance(value, numbers.Real) or (float(value) != value and not is_nan(value)):
                raise block.refuse(fitted, f"fill value {value!r} of numeric column {name!r} is not a float64")
        exact = values.astype(np.float64)
    stored = getattr(fitted, "_fill_dtype", exact.dtype)  # newer scikit-learn rounds to the type of fit first
    if np.dtype(stored).name in FLOATS:
        exact = exact.astype(stored)
    for index in np.flatnonzero(np.isinf(exact)):
        raise block.refuse(fitted, f"fill value of column {block.names[index]!r} is {exact[index]}")
    return exact


def _text_fill(fitted: Any, block: Block) -> np.ndarray:
    values = np.asarray(fitted.statistics_, dtype=object)[block.keep]
    for name, value in zip(block.names, values.tolist()):
        if not isinstance(value, str) and not is_nan(value):
            raise block.refuse(fitted, f"fill value {value!r} of text column {name!r} is not text")
    return values


def _indicator(fitted: Any) -> list[int]:
    """Columns that get an indicator. Blocks with text never come here with one: nodes.py makes two steps of it."""
    return [int(position) for position in fitted.indicator_.features_] if getattr(fitted, "add_indicator", False) else []


def _positions(fitted: Any, block: Block, kept: np.ndarray, indicator: list[int]) -> list[int]:
    """Where the outputs stand in the imputer's own output: dropped columns close the gap."""
    gone = np.array([is_nan(value) for value in np.asarray(fitted.statistics_).tolist()], dtype=bool)
    place = np.cumsum(~gone) - 1
    own = [int(place[block.keep[k]]) for k in kept]
    return own + list(range(int((~gone).sum()), int((~gone).sum()) + len(indicator)))


STEP = Step(
    "simple_imputer",
    (Source("SimpleImputer", "sklearn.", ("n_features_in_", "statistics_", "strategy", "missing_values")),),
    {"strategy": fields.string, **_marker.FIELDS, "fill": fields.array, "indicator": fields.list_of(fields.integer)},
    read, check, transform, _marker.fits, tolerances)
