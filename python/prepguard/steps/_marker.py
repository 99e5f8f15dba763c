# SPDX-License-Identifier: MIT
"""What marks a missing cell, for the steps that ask: read from a fitted object, checked, applied."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .. import fields
from ..arrays import NUMBER, TEXT, check_array, is_nan, is_pandas_na, kind_of, pack
from ..error import Error
from ._step import Block, Cells, Node

MISSING = ("nan", "none", "value")
FIELDS = {"missing": fields.string, "sentinel": fields.array}


def read_marker(fitted: Any, block: Block, kind: str, not_nan: frozenset[str]) -> Node:
    """The keys `missing` and `sentinel`. `not_nan`: spellings that the object tells from NaN among numbers."""
    missing = _name_marker(fitted, block, kind, not_nan)
    sentinel = [fitted.missing_values] if missing == "value" else []
    return {"missing": missing, "sentinel": pack(np.array(sentinel, dtype=object if kind == TEXT else np.float64))}


def check_marker(node: Node, kind: str, path: str) -> None:
    if node["missing"] not in MISSING:
        raise Error("bad_state", f"{path}.missing: expected one of {', '.join(MISSING)}, got {node['missing']!r}")
    if kind == NUMBER and node["missing"] == "none":
        raise Error("bad_state", f"{path}.missing: 'none' does not exist for columns of {kind}s")
    check_kind(node["sentinel"], kind, int(node["missing"] == "value"), f"{path}.sentinel")
    if node["sentinel"]["none"] or node["sentinel"]["nan"]:
        raise Error("bad_state", f"{path}.sentinel: expected a value, got a missing one")


def fits(node: Node, dtype: str, path: str) -> None:
    """The sentinel is compared with cells of type T, so it must be a value of T."""
    for value in node["sentinel"]["values"]:
        with np.errstate(over="ignore"):
            if node["sentinel"]["dtype"] != "string" and float(np.dtype(dtype).type(value)) != value:
                raise Error("bad_state", f"{path}.sentinel.values[0]: {value!r} is not a {dtype}; cells of that type "
                                         "can never equal it")


def marked(node: Node, cells: Cells, path: str) -> np.ndarray:
    """Which cells are missing; a NaN that is not the missing marker is an error, as in scikit-learn."""
    values, text = cells.values, cells.values.dtype == object
    nan = np.array([is_nan(v) for v in values], dtype=bool) if text else np.isnan(values)
    if node["missing"] == "nan":
        return nan
    if nan.any():
        raise Error("non_finite", f"{path}: row {int(np.argmax(nan))}, column {cells.label!r}: NaN, but the missing value "
                                  f"of this step is another ({node['missing']}); send a value")
    if node["missing"] == "none":
        return np.array([v is None for v in values], dtype=bool) if text else nan
    sentinel = node["sentinel"]["values"][0]
    return np.array([v == sentinel for v in values], dtype=bool) if text else values.astype(np.float64) == sentinel


def check_kind(array: Node, kind: str, count: int, path: str) -> None:
    """An array of the kind of the columns, of this many values."""
    check_array(array, path)
    if kind_of(array["dtype"]) != kind:
        raise Error("bad_state", f"{path}.dtype: expected {kind}s like the columns, got {array['dtype']!r}")
    if len(array["values"]) != count:
        raise Error("bad_state", f"{path}: expected {count} values, got {len(array['values'])}")


def _name_marker(fitted: Any, block: Block, kind: str, not_nan: frozenset[str]) -> str:
    """How the file names the missing marker; refused where None and NaN would be told apart among numbers."""
    marker = fitted.missing_values
    seen = frozenset().union(*block.spellings)
    if is_nan(marker):
        if kind == NUMBER and seen & not_nan:
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
