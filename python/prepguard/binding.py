# SPDX-License-Identifier: MIT
"""Binding rows to the columns of an artifact: by name where they have names, else by position."""

from __future__ import annotations

import numbers
from typing import Any, Optional

import numpy as np

from .arrays import NUMBER, is_nan, is_pandas_na, kind_of
from .error import Error
from .steps import Cells


def bind(columns: list[dict[str, Any]], data: Any, dtype: np.dtype) -> tuple[list[Cells], int]:
    """One `Cells` per column of the artifact, converted to T = dtype or text, and the number of rows."""
    found, rows = _columns_of(columns, data)
    bound = []
    for column, cells in zip(columns, found):
        if cells is None or not column["used"]:
            cells = np.empty(rows, dtype=object)  # no step reads it
        elif kind_of(column["dtype"]) == NUMBER:
            cells = _numbers(column["name"], cells, dtype)
        else:
            cells = _text(column, cells)
        if len(cells) != rows:
            raise Error("bad_shape", f"column {column['name']!r}: expected {rows} rows, got {len(cells)}")
        bound.append(Cells(column["name"], cells))
    return bound, rows


def _columns_of(columns: list[dict[str, Any]], data: Any) -> tuple[list[Optional[np.ndarray]], int]:
    if hasattr(data, "tocsr"):
        raise Error("bad_schema", "sparse input is not supported; pass a dense array")
    if hasattr(data, "iloc") and hasattr(data, "columns"):
        labels = list(data.columns)
        if all(isinstance(label, str) for label in labels):
            _refuse_twice(labels)
            return _by_name(columns, {label: data.iloc[:, i] for i, label in enumerate(labels)}), len(data)
        return _by_position(columns, [np.asarray(data.iloc[:, i]) for i in range(len(labels))]), len(data)
    if isinstance(data, dict):
        found = _by_name(columns, data)
        return found, max((len(cells) for cells in found if cells is not None), default=0)
    if isinstance(data, (list, tuple)):
        return _from_rows(columns, list(data))
    matrix = np.asarray(data)
    if matrix.ndim != 2:
        raise Error("bad_shape", f"expected rows x {len(columns)} columns, got {matrix.ndim} dimensions")
    return _by_position(columns, list(matrix.T)), matrix.shape[0]


def _from_rows(columns: list[dict[str, Any]], rows: list[Any]) -> tuple[list[Optional[np.ndarray]], int]:
    if rows and isinstance(rows[0], dict):
        named = {key: [row.get(key) for row in rows] for key in rows[0]}
        return _by_name(columns, named), len(rows)
    for index, row in enumerate(rows):
        if len(row) != len(columns):
            raise Error("bad_shape", f"row {index}: expected {len(columns)} cells, got {len(row)}")
    return [_objects([row[index] for row in rows]) for index in range(len(columns))], len(rows)


def _by_name(columns: list[dict[str, Any]], data: Any) -> list[Optional[np.ndarray]]:
    absent = [column["name"] for column in columns if column["used"] and column["name"] not in data]
    if absent:
        raise Error("bad_schema", f"column {absent[0]!r} is missing ({len(absent)} of {len(columns)} are); "
                                  f"got {', '.join(map(repr, list(data)[:20]))}")
    return [_as_cells(data[column["name"]]) if column["name"] in data else None for column in columns]


def _by_position(columns: list[dict[str, Any]], cells: list[np.ndarray]) -> list[Optional[np.ndarray]]:
    if len(cells) != len(columns):
        raise Error("bad_shape", f"expected {len(columns)} columns, got {len(cells)}; "
                                 "pass named columns to bind them by name")
    return list(cells)


def _refuse_twice(labels: list[str]) -> None:
    for label in labels:
        if labels.count(label) > 1:
            raise Error("bad_schema", f"column {label!r} is there twice")


def _as_cells(values: Any) -> np.ndarray:
    return _objects(values) if isinstance(values, (list, tuple)) else np.asarray(values)


def _objects(values: Any) -> np.ndarray:
    cells = np.empty(len(values), dtype=object)
    cells[:] = list(values)
    return cells


def _numbers(name: str, cells: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Numbers as T. Integers that do not survive are rounded, as scikit-learn does."""
    if cells.dtype == object:
        cells = _numbers_of_objects(name, cells)
    if cells.dtype.kind not in "fiub" or cells.dtype.name == "float16":
        raise Error("bad_schema", f"column {name!r}: expected numbers, got {cells.dtype}")
    with np.errstate(over="ignore"):
        result = cells.astype(dtype)
    infinite = np.isinf(result)
    if infinite.any():
        row = int(np.argmax(infinite))
        raise Error("non_finite", f"row {row}, column {name!r}: {cells[row]} is not a finite {dtype}")
    return result


def _numbers_of_objects(name: str, cells: np.ndarray) -> np.ndarray:
    numeric = np.empty(len(cells), dtype=np.float64)
    for row, cell in enumerate(cells.tolist()):
        if cell is None or is_pandas_na(cell):
            numeric[row] = np.nan
        elif isinstance(cell, (numbers.Real, np.bool_)):
            numeric[row] = cell
        else:
            raise Error("bad_schema", f"row {row}, column {name!r}: expected a number, got {cell!r} "
                                      f"({type(cell).__name__})")
    return numeric


def _text(column: dict[str, Any], cells: np.ndarray) -> np.ndarray:
    """Text; a missing cell is spelled as in training."""
    missing = None if column["training"]["none"] > 0 else float("nan")
    result = np.empty(len(cells), dtype=object)
    for row, cell in enumerate(cells.tolist()):
        if isinstance(cell, str):
            result[row] = str(cell)
        elif cell is None or is_nan(cell) or is_pandas_na(cell):
            result[row] = missing
        else:
            raise Error("bad_schema", f"row {row}, column {column['name']!r}: expected text, got {cell!r} "
                                      f"({type(cell).__name__})")
    return result
