# SPDX-License-Identifier: MIT
"""In which type a fitted object really computes, found by running its steps on rows."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Optional, Union

import numpy as np

from .arrays import FLOATS
from .error import Error
from .fitted import Entry, has_entries, is_passthrough, is_pipeline, live_entries, pipeline_steps
from .keras import Preprocessing


# Steps whose arithmetic on sparse blocks is another one, with equal bits if all cells are 0 or 1.
SAME_FOR_ZEROS_AND_ONES = ("StandardScaler", "MaxAbsScaler", "RobustScaler", "PolynomialFeatures")
MAKES_ZEROS_AND_ONES = ("OneHotEncoder", "KBinsDiscretizer")


# Functions whose results on integers are others than on the same numbers as floats: they wrap around, or are cut off.
WRAPS = ("negative", "square", "reciprocal")


class Use(NamedTuple):
    """A step and the type it computes in."""

    where: str
    dtype: str


class Leaf(NamedTuple):
    """A fitted object that contains no other, the rows that reach it, and the step that made them, if one did."""

    where: str
    fitted: Any
    rows: Any
    maker: Any


class Weighed(NamedTuple):
    """An entry of a container whose outputs are multiplied by a weight, and the rows that reach it."""

    where: str
    entry: Entry
    rows: Any


class Joined(NamedTuple):
    """A container, after its entries, and the rows that reach it."""

    where: str
    fitted: Any
    rows: Any


def types_used(fitted: Any, rows: Any, where: str = "fitted") -> list[Use]:
    """The type of every numeric block; text, bool and integer categories have none of their own."""
    if isinstance(fitted, Preprocessing):
        return [Use(where, dtype) for dtype in fitted.types]
    uses: list[Use] = []
    for part in parts(fitted, rows, where):
        if isinstance(part, Leaf):
            uses += _types_of_leaf(part)
        elif isinstance(part, Weighed):
            uses += _types_of_product(part)
    return uses


def sparse_stack(fitted: Any, rows: Any) -> Optional[str]:
    """Where scikit-learn stacks blocks as a sparse matrix, in which every zero is +0.0; None if nowhere."""
    return next((part.where for part in parts(fitted, rows, "fitted")
                 if isinstance(part, Joined) and hasattr(part.fitted.transform(part.rows), "tocsr")), None)


def parts(fitted: Any, rows: Any, where: str, maker: Any = None) -> Iterator[Union[Leaf, Weighed, Joined]]:
    """What does the work in a fitted object, in the order in which it runs."""
    if is_pipeline(fitted):
        steps = pipeline_steps(fitted)
        for index, (name, step) in enumerate(steps):
            yield from parts(step, rows, f"{where} > {name!r}", maker)
            if index + 1 < len(steps):
                rows, maker = step.transform(rows), step
    elif has_entries(fitted):
        for entry in live_entries(fitted, rows.shape[1], where):
            own, here = _columns(rows, entry), f"{where} > {entry.name!r}"
            yield from parts(entry.fitted, own, here, maker)
            if entry.weight is not None:
                yield Weighed(here, entry, own)
        yield Joined(where, fitted, rows)
    else:
        yield Leaf(where, fitted, rows, maker)


def _types_of_product(part: Weighed) -> list[Use]:
    """The type in which a block is multiplied by its weight: a NumPy double widens float32 since NumPy 2."""
    where, entry, rows = part
    block = rows if is_passthrough(entry.fitted) else entry.fitted.transform(rows)
    product = block * entry.weight
    cells = _each_column(product)
    if entry.weight < 0 and (hasattr(block, "tocsr") or any(each.dtype.kind in "iub" for each in cells)):
        raise Error("bad_parameter", f"{where}: transformer_weights {entry.weight!r} leaves the zeros of a sparse or whole-"
                                     "number block +0.0, where those of numbers become -0.0; set sparse_output=False, or "
                                     f"weigh by {float(entry.weight)}")
    widened = [each for each, own in zip(cells, _each_column(block)) if each.dtype == np.float64 and own.dtype == np.float32]
    if float(np.float32(entry.weight)) != entry.weight:  # else zeros and ones times it are values of both types
        widened = cells
    types = [_type_of(each, integers_count=False) for each in widened]
    return [Use(f"{where} (times {entry.weight!r})", dtype) for dtype in dict.fromkeys(types) if dtype is not None]


def _types_of_leaf(part: Leaf) -> list[Use]:
    where, fitted, rows, maker = part
    name = type(fitted).__name__
    sparse = hasattr(rows, "tocsr")
    if sparse and not (name in SAME_FOR_ZEROS_AND_ONES and type(maker).__name__ in MAKES_ZEROS_AND_ONES):
        raise Error("bad_parameter", f"{where}: {name} reads a sparse block, which scikit-learn computes in another way; "
                                     "set sparse_output=False or encode='onehot-dense' on encoders, sparse_threshold=0 on "
                                     "ColumnTransformer")
    as_is = is_passthrough(fitted)
    if name == "FunctionTransformer" and not as_is:
        types = _types_of_function(fitted, rows, where)
    elif as_is or name in ("OneHotEncoder", "OrdinalEncoder"):  # categories are compared in the type of the cells
        types = [_type_of(cells, integers_count=as_is) for cells in _each_column(rows)]
    else:
        types = [_type_of(np.asarray(_dense(fitted.transform(rows))), integers_count=True)]
    return [Use(where, dtype) for dtype in dict.fromkeys(types) if dtype is not None]


def _types_of_function(fitted: Any, rows: Any, where: str) -> list[Optional[str]]:
    """The types numpy's function computes in; integers must give what the same numbers as floats give."""
    types: list[Optional[str]] = []
    for before, after in zip(_each_column(rows), _each_column(fitted.transform(rows))):
        inexact = after.dtype.kind == "f" and after.dtype.name not in FLOATS
        if inexact or (before.dtype.kind in "biu" and getattr(fitted.func, "__name__", "") in WRAPS):
            raise Error("bad_parameter", f"{where}: FunctionTransformer computes on {before.dtype} in {after.dtype}, not as on "
                                         "floats; convert the columns to float before")
        types.append(_type_of(after, integers_count=True))
    return types


def _type_of(cells: np.ndarray, integers_count: bool) -> Optional[str]:
    """float32, float64 or no preference. Integers and objects are computed in float64 by scikit-learn."""
    if cells.dtype.name in FLOATS:
        return cells.dtype.name
    if cells.dtype == object:
        values = [value for value in cells.ravel().tolist() if value is not None]
        if any(isinstance(value, str) for value in values) or not values:
            return None
        return "float64" if integers_count or any(isinstance(value, float) for value in values) else None
    return "float64" if integers_count and cells.dtype.kind in "iu" else None


def _each_column(rows: Any) -> list[np.ndarray]:
    if hasattr(rows, "iloc"):
        return [np.asarray(rows.iloc[:, index]) for index in range(rows.shape[1])]
    return [np.asarray(_dense(rows))]


def _columns(rows: Any, entry: Entry) -> Any:
    """The columns of an entry as scikit-learn takes them: how they lie in memory decides about some sums."""
    if entry.view == slice(None):
        return rows
    if hasattr(rows, "iloc"):
        return rows.iloc[:, entry.columns]
    return rows[:, entry.columns if entry.view is None else entry.view]


def _dense(rows: Any) -> Any:
    return rows.toarray() if hasattr(rows, "toarray") else rows
