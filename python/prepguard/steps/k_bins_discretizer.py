# SPDX-License-Identifier: MIT
"""k_bins_discretizer: the number of inner edges <= x, compared in float64; as a number, or one output a bin."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..arrays import FLOATS, NUMBER, check_array, pack, unpack
from ..error import Error
from ._step import FLOAT64_COEFFICIENTS, KERAS, NATIVE, Block, Cells, Node, Read, Source, Step, all_numbers, refuse_nan

ENCODE = {"ordinal": "ordinal", "onehot": "onehot", "onehot-dense": "onehot"}  # scikit-learn's word -> the file's


def read(fitted: Any, block: Block) -> Read:
    if fitted.encode not in ENCODE:
        raise block.refuse(fitted, f"encode={fitted.encode!r} is not supported; expected one of {', '.join(ENCODE)}")
    own = {"encode": ENCODE[fitted.encode],
           "columns": [_column(fitted, position, block, name) for name, position in zip(block.names, block.keep)]}
    if own["encode"] == "ordinal":
        return Read(own, list(block.names), list(block.keep), [frozenset()] * len(block.names))
    names = [f"{name}_{float(bin)}" for name, column in zip(block.names, own["columns"]) for bin in range(_bins(column))]
    return Read(own, names, None if block.split else list(range(len(names))), [frozenset()] * len(names))


def _column(fitted: Any, position: int, block: Block, name: str) -> Node:
    """Inner and outer edges. Without outer edges there is nothing to invert: a constant column, whose only bin goes
    from -inf to inf, and one whose bins were all too narrow to keep."""
    edges = np.asarray(fitted.bin_edges_[position])
    if edges.dtype.name not in FLOATS or edges.ndim != 1 or np.isnan(edges).any():
        raise block.refuse(fitted, f"bin_edges_ of column {name!r} are {edges!r:.60}; expected numbers without NaN")
    inner, outer = edges[1:-1], edges[[0, -1]] if len(edges) > 1 else edges[:0]
    if not np.isfinite(inner).all():
        raise block.refuse(fitted, f"bin_edges_ of column {name!r} overflow: {edges!r:.60}; rescale the column")
    if not (np.diff(inner) > 0).all():
        raise block.refuse(fitted, f"some bin_edges_ of column {name!r} are equal: its range has no room for "
                                   f"{len(edges) - 1} bins; use fewer bins, or rescale the column")
    return {"inner": pack(inner), "outer": pack(outer if np.isfinite(outer).all() else outer[:0])}


def _bins(column: Node) -> int:
    return len(column["inner"]["values"]) + 1


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    if node["encode"] not in ENCODE.values():
        raise Error("bad_state", f"{path}.encode: expected ordinal or onehot, got {node['encode']!r}")
    if len(node["columns"]) != len(kinds):
        raise Error("bad_state", f"{path}.columns: expected {len(kinds)}, got {len(node['columns'])}")
    for index, column in enumerate(node["columns"]):
        _check_column(column, node["contract"], f"{path}.columns[{index}]")
    all_numbers(kinds, path)
    return [NUMBER] * (len(kinds) if node["encode"] == "ordinal" else sum(map(_bins, node["columns"])))


def _check_column(column: Node, contract: str, path: str) -> None:
    inner, outer = column["inner"], column["outer"]
    for key, array in column.items():
        check_array(array, f"{path}.{key}")
        allowed = ("float32",) if contract == KERAS else FLOATS
        if array["dtype"] not in allowed:
            raise Error("bad_state", f"{path}.{key}.dtype: expected {' or '.join(allowed)}, got {array['dtype']!r}")
        if array["nan"]:
            raise Error("bad_state", f"{path}.{key}: expected no undefined edge, got one at {array['nan'][0]}")
    _check_ascending(inner["values"], f"{path}.inner")
    _check_ascending(outer["values"], f"{path}.outer")
    sizes = (0,) if contract == KERAS else (0, 2)
    if len(outer["values"]) not in sizes:
        raise Error("bad_state", f"{path}.outer: expected {' or '.join(map(str, sizes))} values, "
                                 f"got {len(outer['values'])}")
    if outer["values"] and outer["dtype"] != inner["dtype"]:
        raise Error("bad_state", f"{path}.outer.dtype: expected {inner['dtype']} like inner, got {outer['dtype']!r}")
    if outer["values"] and inner["values"] and not (
            outer["values"][0] <= inner["values"][0] and inner["values"][-1] <= outer["values"][1]):
        raise Error("bad_state", f"{path}.outer: expected edges around the inner ones, got {outer['values']}")


def _check_ascending(values: list[float], path: str) -> None:
    for index in range(1, len(values)):
        if not values[index - 1] < values[index]:
            raise Error("bad_state", f"{path}.values[{index}]: expected more than {values[index - 1]!r}, "
                                     f"got {values[index]!r}")


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    refuse_nan(columns, path)
    result = []
    for (label, values), column in zip(columns, node["columns"]):
        edges = unpack(column["inner"]).astype(np.float64)
        bins = np.searchsorted(edges, values.astype(np.float64), side="right")
        if node["encode"] == "ordinal":
            result.append(Cells(label, bins.astype(dtype)))
        else:
            result += [Cells(label, (bins == bin).astype(dtype)) for bin in range(_bins(column))]
    return result


STEP = Step(
    "k_bins_discretizer", (Source("KBinsDiscretizer", "sklearn.", ("n_features_in_", "bin_edges_", "encode")),),
    {"encode": fields.string,
     "columns": fields.list_of(fields.record({"inner": fields.array, "outer": fields.array}))},
    read, check, transform, contracts=(FLOAT64_COEFFICIENTS, KERAS, NATIVE))
