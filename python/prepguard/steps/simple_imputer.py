# SPDX-License-Identifier: MIT
"""simple_imputer: missing cells become a fill value per column; columns without one are dropped; a 0/1 indicator
may be appended for some columns."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .. import fields
from ..arrays import (FLOATS, NUMBER, TEXT, check_array, check_positions, is_nan, is_pandas_na, kind_of, pack, unpack)
from ..error import Error
from ._step import Block, Cells, Node, Read, Source, Step, one_kind

STRATEGIES = ("mean", "median", "most_frequent", "constant")
MISSING = ("nan", "none", "value")


def read(fitted: Any, block: Block) -> Read:
    strategy = fitted.strategy
    if strategy not in STRATEGIES:
        raise block.refuse(fitted, f"strategy={strategy!r} is not supported; expected one of {', '.join(STRATEGIES)}")
    kind = one_kind(block.kinds, block.where)
    missing = _missing(fitted, block, kind)
    fill = (_number_fill if kind == NUMBER else _text_fill)(fitted, block)
    dropped = np.array([is_nan(value) for value in fill.tolist()], dtype=bool)
    if dropped.any() and (getattr(fitted, "keep_empty_features", False) or is_nan(getattr(fitted, "fill_value", None))):
        raise block.refuse(fitted, f"column {block.names[int(np.argmax(dropped))]!r} would be filled with NaN; "
                                   "choose a number as fill_value")
    indicator = _indicator(fitted, block)
    if indicator and kind == TEXT:
        raise block.refuse(fitted, "add_indicator=True on text is not supported (its output mixes text and numbers)")
    kept = np.flatnonzero(~dropped)
    sentinel = [fitted.missing_values] if missing == "value" else []
    own = {
        "strategy": strategy,
        "missing": missing,
        "sentinel": pack(np.array(sentinel, dtype=object if kind == TEXT else np.float64)),
        "fill": pack(fill),
        "indicator": indicator,
    }
    names = [block.names[k] for k in kept] + [f"missingindicator_{block.names[k]}" for k in indicator]
    spellings = [block.spellings[k] for k in kept] + [frozenset()] * len(indicator)
    return Read(own, names, _positions(fitted, block, kept, indicator), spellings)


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    kind, width = one_kind(kinds, path), len(kinds)
    for key, words in (("strategy", STRATEGIES), ("missing", MISSING)):
        if node[key] not in words:
            raise Error("bad_state", f"{path}.{key}: expected one of {', '.join(words)}, got {node[key]!r}")
    for key, word in (("missing", "none"),) if kind == NUMBER else (("strategy", "mean"), ("strategy", "median")):
        if node[key] == word:
            raise Error("bad_state", f"{path}.{key}: {word!r} does not exist for columns of {kind}s")
    _check_kind(node["sentinel"], kind, int(node["missing"] == "value"), f"{path}.sentinel")
    _check_kind(node["fill"], kind, width, f"{path}.fill")
    if kind == NUMBER and node["fill"]["dtype"] not in FLOATS:
        raise Error("bad_state", f"{path}.fill.dtype: expected float32 or float64, got {node['fill']['dtype']!r}")
    if node["sentinel"]["none"] or node["sentinel"]["nan"] or node["fill"]["none"]:
        raise Error("bad_state", f"{path}: a sentinel, or a fill in none, is missing; expected a value")
    check_positions(node["indicator"], width, f"{path}.indicator")
    if node["indicator"] and kind == TEXT:
        raise Error("bad_state", f"{path}.indicator: expected none for text, got {node['indicator']}")
    return [kind] * (width - len(node["fill"]["nan"]) + len(node["indicator"]))


def fits(node: Node, dtype: str, path: str) -> None:
    """The sentinel is compared with cells of type T, so it must be a value of T."""
    for value in node["sentinel"]["values"]:
        with np.errstate(over="ignore"):
            if node["sentinel"]["dtype"] != "string" and float(np.dtype(dtype).type(value)) != value:
                raise Error("bad_state", f"{path}.sentinel.values[0]: {value!r} is not a {dtype}; cells of that type "
                                         "can never equal it")


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    fill, dropped = unpack(node["fill"]), set(node["fill"]["nan"])
    masks = [_mask(node, cells, path) for cells in columns]
    result = []
    for index, (label, values) in enumerate(columns):
        if index not in dropped:
            filled = values.copy()
            with np.errstate(over="ignore"):
                filled[masks[index]] = fill[index]
            result.append(Cells(label, filled))
    return result + [Cells(columns[k].label, masks[k].astype(dtype)) for k in node["indicator"]]


def _mask(node: Node, cells: Cells, path: str) -> np.ndarray:
    """Which cells are missing; a NaN that is not the missing marker is an error, as in scikit-learn."""
    values, text = cells.values, cells.values.dtype == object
    nan = np.array([is_nan(v) for v in values], dtype=bool) if text else np.isnan(values)
    if node["missing"] == "nan":
        return nan
    if nan.any():
        raise Error("non_finite", f"{path}: row {int(np.argmax(nan))}, column {cells.label!r}: NaN, but this imputer "
                                  f"replaces {node['missing']} only; send a value")
    if node["missing"] == "none":
        return np.array([v is None for v in values], dtype=bool) if text else nan
    sentinel = node["sentinel"]["values"][0]
    return np.array([v == sentinel for v in values], dtype=bool) if text else values.astype(np.float64) == sentinel


def _missing(fitted: Any, block: Block, kind: str) -> str:
    """How the file names the missing marker; refused where None and NaN would be told apart among numbers."""
    marker = fitted.missing_values
    seen = frozenset().union(*block.spellings)
    keeps_objects = getattr(getattr(fitted, "_fit_dtype", None), "kind", "") == "O"
    if is_nan(marker):
        if kind == NUMBER and keeps_objects and seen - {"nan"}:
            raise block.refuse(fitted, "missing_values=nan leaves the None cells of an object column as they are; "
                                       "convert the column to float")
        return "nan"
    if marker is None:
        if kind == NUMBER and seen - {"none"}:
            raise block.refuse(fitted, "missing_values=None does not replace NaN; convert the column to float")
        return "none" if kind == TEXT else "nan"
    if is_pandas_na(marker):
        if kind == TEXT and "none" in seen and len(seen) > 1:
            raise block.refuse(fitted, "missing_values=<NA> over columns that spell missing as None and as NaN; "
                                       "use one imputer for each")
        return "none" if kind == TEXT and "none" in seen else "nan"
    of_kind = isinstance(marker, str) if kind == TEXT else (
        isinstance(marker, numbers.Real) and not isinstance(marker, (bool, np.bool_)) and float(marker) == marker)
    if not of_kind:
        raise block.refuse(fitted, f"missing_values={marker!r} for columns of {kind}s is not supported")
    return "value"


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


def _indicator(fitted: Any, block: Block) -> list[int]:
    if not getattr(fitted, "add_indicator", False):
        return []
    if block.split:
        raise block.refuse(fitted, "add_indicator=True over text and numbers at once; use one imputer for each kind")
    return [int(position) for position in fitted.indicator_.features_]


def _positions(fitted: Any, block: Block, kept: np.ndarray, indicator: list[int]) -> list[int]:
    """Where the outputs stand in the imputer's own output: dropped columns close the gap."""
    gone = np.array([is_nan(value) for value in np.asarray(fitted.statistics_).tolist()], dtype=bool)
    place = np.cumsum(~gone) - 1
    own = [int(place[block.keep[k]]) for k in kept]
    return own + list(range(int((~gone).sum()), int((~gone).sum()) + len(indicator)))


def _check_kind(array: Node, kind: str, count: int, path: str) -> None:
    check_array(array, path)
    if kind_of(array["dtype"]) != kind:
        raise Error("bad_state", f"{path}.dtype: expected {kind}s like the columns, got {array['dtype']!r}")
    if len(array["values"]) != count:
        raise Error("bad_state", f"{path}: expected {count} values, got {len(array['values'])}")


STEP = Step(
    "simple_imputer",
    (Source("SimpleImputer", "sklearn.", ("n_features_in_", "statistics_", "strategy", "missing_values")),),
    {"strategy": fields.string, "missing": fields.string, "sentinel": fields.array, "fill": fields.array,
     "indicator": fields.list_of(fields.integer)},
    read, check, transform, fits)
