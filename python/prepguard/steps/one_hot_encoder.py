# SPDX-License-Identifier: MIT
"""one_hot_encoder: per column the frequent categories in order, then the infrequent group, minus the dropped one."""

from __future__ import annotations

import numbers
from typing import Any, Hashable, Optional

import numpy as np

from .. import fields
from ..arrays import FLOATS, TEXT, NUMBER, check_array, check_positions, is_nan, kind_of, pack, unpack
from ..error import Error
from ._step import (FLOAT64_COEFFICIENTS, KERAS, NATIVE, Block, Cells, Node, Read, Source, Step, one_kind)

IMPORTED_UNKNOWN = ("error", "ignore", "infrequent_if_exist")
UNKNOWN = IMPORTED_UNKNOWN + ("first_column",)
NAN = ("nan",)  # the key that makes every NaN one category; no cell equals a tuple


def read(fitted: Any, block: Block) -> Read:
    _check_options(fitted, block)
    kind = one_kind(block.kinds, block.where)
    columns, names = [], []
    for name, position in zip(block.names, block.keep):
        column, labels = _read_column(fitted, block, kind, position, name)
        columns.append(column)
        names.extend(f"{name}_{label}" for label in labels)
    own = {"handle_unknown": fitted.handle_unknown, "columns": columns}
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
        _check_column(column, kind, f"{path}.columns[{index}]")
    return [NUMBER] * sum(_width(node, column) for column in node["columns"])


def fits(node: Node, dtype: str, path: str) -> None:
    """A category that is not a value of T would never be met, or be met by a neighbour."""
    for index, column in enumerate(node["columns"]):
        categories = column["categories"]
        for place, value in enumerate(categories["values"]):
            with np.errstate(over="ignore"):
                if categories["dtype"] != "string" and np.dtype(dtype).type(value).item() != value:
                    raise Error("bad_state", f"{path}.columns[{index}].categories.values[{place}]: {value!r} "
                                             f"is not a {dtype}; use the type the encoder was fitted on")


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    result = []
    for index, cells in enumerate(columns):
        result.extend(_encode(node, node["columns"][index], cells, dtype, path))
    return result


def _encode(node: Node, column: Node, cells: Cells, dtype: np.dtype, path: str) -> list[Cells]:
    codes = (_text_codes if cells.values.dtype == object else _number_codes)(column["categories"], cells.values)
    slots, width, group = _slots(column)
    unknown = codes < 0
    if unknown.any() and node["handle_unknown"] == "error":
        row = int(np.argmax(unknown))
        raise Error("unknown_category", f"{path}: row {row}, column {cells.label!r}: unknown category "
                                        f"{cells.values[row:row + 1].tolist()[0]!r}; training had {len(slots)} others")
    chosen = np.where(unknown, -1, slots[codes])
    if node["handle_unknown"] == "infrequent_if_exist" and group is not None:
        chosen[unknown] = group
    outputs = [Cells(cells.label, (chosen == slot).astype(dtype)) for slot in range(width)]
    marks = [Cells(cells.label, unknown.astype(dtype))] if node["handle_unknown"] == "first_column" else []
    return marks + outputs


def _slots(column: Node) -> tuple[np.ndarray, int, Optional[int]]:
    """Output of each category (-1 if dropped), number of outputs, output of the infrequent group."""
    count = len(column["categories"]["values"])
    rare = np.zeros(count, dtype=bool)
    rare[column["infrequent"]] = True
    frequent = count - int(rare.sum())
    reduced = np.where(rare, frequent, np.cumsum(~rare) - 1)
    width, group, drop = frequent + bool(rare.any()), frequent if rare.any() else None, column["drop"]
    if drop >= 0:
        reduced = np.where(reduced == drop, -1, reduced - (reduced > drop))
        if group is not None:
            group = -1 if group == drop else group - 1
        width -= 1
    return reduced, width, group


def _width(node: Node, column: Node) -> int:
    return _slots(column)[1] + (node["handle_unknown"] == "first_column")


def _text_codes(categories: Node, values: np.ndarray) -> np.ndarray:
    table = {_key(value): code for code, value in enumerate(unpack(categories).tolist())}
    return np.array([table.get(_key(value), -1) for value in values], dtype=np.int64)


def _number_codes(categories: Node, values: np.ndarray) -> np.ndarray:
    """Compared in T; NaN is one category; -0.0 equals 0.0."""
    known = unpack(categories).astype(values.dtype)
    places = np.flatnonzero(~np.isnan(known))
    codes = np.full(values.shape, -1, dtype=np.int64)
    if places.size:
        nearest = np.minimum(np.searchsorted(known[places], values), places.size - 1)
        codes = np.where(known[places][nearest] == values, places[nearest], codes)
    if categories["nan"]:
        codes[np.isnan(values)] = categories["nan"][0]
    return codes


def _key(value: Any) -> Hashable:
    return NAN if is_nan(value) else value


def _check_column(column: Node, kind: str, path: str) -> None:
    categories = column["categories"]
    check_array(categories, f"{path}.categories")
    if kind_of(categories["dtype"]) != kind:
        raise Error("bad_state", f"{path}.categories.dtype: expected {kind}s like the column, "
                                 f"got {categories['dtype']!r}")
    count = len(categories["values"])
    if count == 0:
        raise Error("bad_state", f"{path}.categories: expected at least one category, got none")
    keys = [_key(value) for value in unpack(categories).tolist()]
    if len(set(keys)) != count:
        twice = next(value for place, value in enumerate(keys) if value in keys[:place])
        raise Error("bad_state", f"{path}.categories: duplicate category {twice!r}")
    if kind == NUMBER:
        numeric = [value for value in keys if value != NAN]
        if numeric != sorted(numeric):
            raise Error("bad_state", f"{path}.categories.values: expected ascending numbers")
    check_positions(column["infrequent"], count, f"{path}.infrequent")
    reduced = count - len(column["infrequent"]) + bool(column["infrequent"])
    if not -1 <= column["drop"] < reduced:
        raise Error("bad_state", f"{path}.drop: expected -1 to {reduced - 1}, got {column['drop']}")


def _check_options(fitted: Any, block: Block) -> None:
    if fitted.handle_unknown not in IMPORTED_UNKNOWN:
        raise block.refuse(fitted, f"handle_unknown={fitted.handle_unknown!r} is not supported; "
                                   f"expected one of {', '.join(IMPORTED_UNKNOWN)}")
    if np.dtype(fitted.dtype).kind not in "fiu":
        raise block.refuse(fitted, f"dtype={fitted.dtype!r} is not supported; expected a number type")
    combiner = getattr(fitted, "feature_name_combiner", "concat")
    if combiner != "concat":
        raise block.refuse(fitted, f"feature_name_combiner={combiner!r} is not supported; expected 'concat'")


def _read_column(fitted: Any, block: Block, kind: str, position: int, name: str) -> tuple[Node, list[str]]:
    categories = np.asarray(fitted.categories_[position])
    stored = _text_categories(fitted, block, categories, name) if kind == TEXT else \
        _number_categories(fitted, block, categories, name)
    infrequent = _infrequent(fitted, position, categories)
    column = {"categories": pack(stored), "infrequent": infrequent, "drop": _drop(fitted, position)}
    # scikit-learn turns the categories into objects when it appends the group: float32 then prints as its double
    labels = [str(value) for value in (categories.tolist() if infrequent else categories)]
    reduced = [label for place, label in enumerate(labels) if place not in infrequent]
    reduced += ["infrequent_sklearn"] if infrequent else []
    return column, [label for place, label in enumerate(reduced) if place != column["drop"]]


def _text_categories(fitted: Any, block: Block, categories: np.ndarray, name: str) -> np.ndarray:
    values = categories.astype(object)
    for value in values.tolist():
        if not (value is None or is_nan(value) or isinstance(value, str)):
            raise block.refuse(fitted, f"category {value!r} ({type(value).__name__}) of text column {name!r} is no text")
    return values


def _number_categories(fitted: Any, block: Block, categories: np.ndarray, name: str) -> np.ndarray:
    if categories.dtype.kind in "fb" and categories.dtype.name in FLOATS + ("bool",):
        return categories
    if categories.dtype.kind in "iu":
        return categories.astype(np.int64)
    values = categories.tolist()
    for value in values:
        if not isinstance(value, numbers.Real):
            raise block.refuse(fitted, f"category {value!r} ({type(value).__name__}) of numeric column {name!r} "
                                       "is not supported; expected numbers, or text and None in a text column")
    if all(isinstance(value, bool) for value in values):
        return categories.astype(bool)
    if all(isinstance(value, numbers.Integral) for value in values):
        return categories.astype(np.int64)
    return categories.astype(np.float64)


def _infrequent(fitted: Any, position: int, categories: np.ndarray) -> list[int]:
    groups = getattr(fitted, "infrequent_categories_", None)
    if groups is None or groups[position] is None:
        return []
    rare = {_key(value) for value in np.asarray(groups[position]).tolist()}
    return [place for place, value in enumerate(categories.tolist()) if _key(value) in rare]


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
