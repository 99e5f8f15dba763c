# SPDX-License-Identifier: MIT
"""What both encoders share: categories read from a fitted object, checked, looked up, and grouped if infrequent.

A column of an encoder is `{"categories", "infrequent", ...}`; its reduced list is the frequent categories in order,
then the group of the infrequent ones if there are any.
"""

from __future__ import annotations

import numbers
from typing import Any, Hashable, NamedTuple, Optional

import numpy as np

from ..arrays import FLOATS, NUMBER, TEXT, check_array, check_positions, is_nan, kind_of, pack, unpack
from ..error import Error
from ._step import KERAS, Block, Cells, Node

NAN = ("nan",)  # the key that makes every NaN one category; no cell equals a tuple


class Reduced(NamedTuple):
    """Place of each category in the reduced list, and of the group (None: there is none)."""

    places: np.ndarray
    group: Optional[int]
    length: int


def reduce(column: Node) -> Reduced:
    count = len(column["categories"]["values"])
    rare = np.zeros(count, dtype=bool)
    rare[column["infrequent"]] = True
    frequent = count - int(rare.sum())
    group = frequent if rare.any() else None
    return Reduced(np.where(rare, frequent, np.cumsum(~rare) - 1), group, frequent + (group is not None))


def find(categories: Node, cells: Cells) -> np.ndarray:
    """Position of each cell among the categories, -1 for an unknown one."""
    return (_find_text if cells.values.dtype == object else _find_numbers)(categories, cells.values)


def refuse_unknown(unknown: np.ndarray, categories: Node, cells: Cells, path: str) -> None:
    """The error for a category that training did not see, where the encoder does not allow it."""
    if unknown.any():
        row = int(np.argmax(unknown))
        raise Error("unknown_category", f"{path}: row {row}, column {cells.label!r}: unknown category "
                                        f"{cells.values[row:row + 1].tolist()[0]!r}; training had "
                                        f"{len(categories['values'])} others")


def check_column(column: Node, kind: str, contract: str, path: str) -> None:
    """Categories of the right kind, each once; numbers ascend, but for Keras, whose vocabularies go by count."""
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
    if kind == NUMBER and contract != KERAS:
        numeric = [value for value in keys if value != NAN]
        if numeric != sorted(numeric):
            raise Error("bad_state", f"{path}.categories.values: expected ascending numbers")
    check_positions(column["infrequent"], count, f"{path}.infrequent")


def fits(node: Node, dtype: str, path: str) -> None:
    """A category that is not a value of T would never be met, or be met by a neighbour."""
    for index, column in enumerate(node["columns"]):
        categories = column["categories"]
        for place, value in enumerate(categories["values"]):
            if categories["dtype"] != "string" and not is_value_of(value, dtype):
                raise Error("bad_state", f"{path}.columns[{index}].categories.values[{place}]: {value!r} "
                                         f"is not a {dtype}; use the type the encoder was fitted on")


def is_value_of(value: Any, dtype: str) -> bool:
    """Whether a number keeps its value in this type."""
    with np.errstate(over="ignore"):
        return bool(np.dtype(dtype).type(value).item() == value)


def read_categories(fitted: Any, block: Block, kind: str, position: int, name: str) -> tuple[Node, np.ndarray]:
    """`categories` and `infrequent` of one column of a fitted encoder, and the categories as it holds them."""
    categories = np.asarray(fitted.categories_[position])
    stored = (_text_categories if kind == TEXT else _number_categories)(fitted, block, categories, name)
    return {"categories": pack(stored), "infrequent": _infrequent(fitted, position, categories)}, categories


def _find_text(categories: Node, values: np.ndarray) -> np.ndarray:
    table = {_key(value): code for code, value in enumerate(unpack(categories).tolist())}
    return np.array([table.get(_key(value), -1) for value in values], dtype=np.int64)


def _find_numbers(categories: Node, values: np.ndarray) -> np.ndarray:
    """Compared in T; NaN is one category; -0.0 equals 0.0."""
    known = unpack(categories).astype(values.dtype)
    places = np.flatnonzero(~np.isnan(known))
    places = places[np.argsort(known[places], kind="stable")]
    codes = np.full(values.shape, -1, dtype=np.int64)
    if places.size:
        nearest = np.minimum(np.searchsorted(known[places], values), places.size - 1)
        codes = np.where(known[places][nearest] == values, places[nearest], codes)
    if categories["nan"]:
        codes[np.isnan(values)] = categories["nan"][0]
    return codes


def _key(value: Any) -> Hashable:
    return NAN if is_nan(value) else value


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
        return _as_int64(fitted, block, categories, name)
    values = categories.tolist()
    for value in values:
        if not isinstance(value, numbers.Real):
            raise block.refuse(fitted, f"category {value!r} ({type(value).__name__}) of numeric column {name!r} "
                                       "is not supported; expected numbers, or text and None in a text column")
    if all(isinstance(value, bool) for value in values):
        return categories.astype(bool)
    if all(isinstance(value, numbers.Integral) for value in values):
        return _as_int64(fitted, block, categories, name)
    for value in values:
        if not is_nan(value) and float(value) != value:
            raise block.refuse(fitted, f"category {value!r} of numeric column {name!r} is not a float64, "
                                       "as which a column of integers and floats is read")
    return categories.astype(np.float64)


def _as_int64(fitted: Any, block: Block, categories: np.ndarray, name: str) -> np.ndarray:
    for value in categories.tolist():
        if not -2**63 <= value < 2**63:
            raise block.refuse(fitted, f"category {value!r} of column {name!r} is not an int64")
    return categories.astype(np.int64)


def _infrequent(fitted: Any, position: int, categories: np.ndarray) -> list[int]:
    groups = getattr(fitted, "infrequent_categories_", None)
    if groups is None or groups[position] is None:
        return []
    rare = {_key(value) for value in np.asarray(groups[position]).tolist()}
    return [place for place, value in enumerate(categories.tolist()) if _key(value) in rare]
