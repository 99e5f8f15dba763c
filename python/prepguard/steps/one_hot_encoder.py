# SPDX-License-Identifier: MIT
"""one_hot_encoder: per column the frequent categories in order, then the infrequent group, minus the dropped one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..arrays import NUMBER
from ..error import Error
from ._categories import check_column, find, fits, read_categories, reduce, refuse_unknown
from ._step import FLOAT64_COEFFICIENTS, KERAS, NATIVE, Block, Cells, Node, Read, Source, Step, one_kind

# scikit-learn's word -> ours; `warn` warns, then does what `infrequent_if_exist` does
IMPORTED_UNKNOWN = {"error": "error", "ignore": "ignore", "infrequent_if_exist": "infrequent_if_exist",
                    "warn": "infrequent_if_exist"}
UNKNOWN = ("error", "ignore", "infrequent_if_exist", "first_column")


def read(fitted: Any, block: Block) -> Read:
    _check_options(fitted, block)
    kind = one_kind(block.kinds, block.where)
    columns, names = [], []
    for name, position in zip(block.names, block.keep):
        stored, categories = read_categories(fitted, block, kind, position, name)
        column = {**stored, "drop": _drop(fitted, position)}
        columns.append(column)
        names.extend(_names(fitted, block, name, column, categories))
    own = {"handle_unknown": IMPORTED_UNKNOWN[fitted.handle_unknown], "columns": columns}
    positions = None if block.split else list(range(len(names)))
    return Read(own, names, positions, [frozenset()] * len(names))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    kind = one_kind(kinds, path)
    if node["handle_unknown"] not in UNKNOWN:
        raise Error("bad_state", f"{path}.handle_unknown: expected one of {', '.join(UNKNOWN)}, "
                                 f"got {node['handle_unknown']!r}")
    if node["handle_unknown"] == "first_column" and node["contract"] != KERAS:
        raise Error("bad_state", f"{path}.handle_unknown: first_column belongs to contract keras, "
                                 f"got {node['contract']!r}")
    if len(node["columns"]) != len(kinds):
        raise Error("bad_state", f"{path}.columns: expected {len(kinds)}, got {len(node['columns'])}")
    for index, column in enumerate(node["columns"]):
        here = f"{path}.columns[{index}]"
        check_column(column, kind, node["contract"], here)
        length = reduce(column).length
        if not -1 <= column["drop"] < length:
            raise Error("bad_state", f"{here}.drop: expected -1 to {length - 1}, got {column['drop']}")
    return [NUMBER] * sum(_width(node, column) for column in node["columns"])


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    result = []
    for index, cells in enumerate(columns):
        result.extend(_encode(node, node["columns"][index], cells, dtype, path))
    return result


def _encode(node: Node, column: Node, cells: Cells, dtype: np.dtype, path: str) -> list[Cells]:
    codes = find(column["categories"], cells)
    places, group, length = reduce(column)
    unknown = codes < 0
    if node["handle_unknown"] == "error":
        refuse_unknown(unknown, column["categories"], cells, path)
    chosen = np.where(unknown, -1, places[codes])
    if node["handle_unknown"] == "infrequent_if_exist" and group is not None:
        chosen[unknown] = group
    outputs = [Cells(cells.label, (chosen == place).astype(dtype)) for place in range(length) if place != column["drop"]]
    marks = [Cells(cells.label, unknown.astype(dtype))] if node["handle_unknown"] == "first_column" else []
    return marks + outputs


def _width(node: Node, column: Node) -> int:
    return reduce(column).length - (column["drop"] >= 0) + (node["handle_unknown"] == "first_column")


def _check_options(fitted: Any, block: Block) -> None:
    if fitted.handle_unknown not in IMPORTED_UNKNOWN:
        raise block.refuse(fitted, f"handle_unknown={fitted.handle_unknown!r} is not supported; "
                                   f"expected one of {', '.join(IMPORTED_UNKNOWN)}")
    if np.dtype(fitted.dtype).kind not in "fiub":
        raise block.refuse(fitted, f"dtype={fitted.dtype!r} is not supported; expected a number type")


def _names(fitted: Any, block: Block, name: str, column: Node, categories: np.ndarray) -> list[str]:
    """Names of the outputs of a column, as get_feature_names_out makes them."""
    rare, drop = column["infrequent"], column["drop"]
    # scikit-learn turns the categories into objects when it appends the group: float32 then prints as its double
    shown = categories.tolist() if rare else list(categories)
    reduced = [value for place, value in enumerate(shown) if place not in rare] + ["infrequent_sklearn"] * bool(rare)
    kept = [value for place, value in enumerate(reduced) if place != drop]
    combine = getattr(fitted, "feature_name_combiner", "concat")
    if combine == "concat":
        return [f"{name}_{value!s}" for value in kept]
    try:
        names = [combine(name, value) for value in kept]
    except Exception as problem:  # whatever the user's function raises
        raise block.refuse(fitted, f"feature_name_combiner={combine!r} fails for column {name!r}: "
                                   f"{type(problem).__name__}: {problem}") from None
    for made in names:
        if not isinstance(made, str):
            raise block.refuse(fitted, f"feature_name_combiner={combine!r} makes {made!r} of column {name!r}; "
                                       "expected a text")
    return names


def _drop(fitted: Any, position: int) -> int:
    """Position in the reduced list; since scikit-learn 1.3 drop_idx_ counts all categories, before it did not."""
    dropped = getattr(fitted, "_drop_idx_after_grouping", fitted.drop_idx_)
    return -1 if dropped is None or dropped[position] is None else int(dropped[position])


STEP = Step(
    "one_hot_encoder",
    (Source("OneHotEncoder", "sklearn.", ("n_features_in_", "categories_", "drop_idx_", "handle_unknown", "dtype")),),
    {"handle_unknown": fields.string,
     "columns": fields.list_of(fields.record({"categories": fields.array,
                                              "infrequent": fields.list_of(fields.integer),
                                              "drop": fields.integer}))},
    read, check, transform, fits, contracts=(FLOAT64_COEFFICIENTS, KERAS, NATIVE))
