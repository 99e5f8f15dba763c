# SPDX-License-Identifier: MIT
"""Self-test rows: chosen from the sample, expected values from running the fitted object itself."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any, Callable, Optional, Sequence

import numpy as np

from .arithmetic import types_used
from .arrays import NUMBER, pack
from .error import Error
from .schema import Column, Sample

MAX_ROWS = 64
MAX_PATTERNS = 8
MAX_MISSING_ROWS = 12
MAX_UNKNOWN_ROWS = 4
FEW_VALUES = 40


class Impossible(Exception):
    """The fitted object cannot be run, or does not compute, in this type."""


def choose_rows(fitted: Any, sample: Sample, dtype: str) -> list[np.ndarray]:
    """Cells of 2 to 64 rows, column by column: missing patterns and ordinary rows of the sample, then rows made of
    each column's extremes and categories, one per missing column, unknown values; each where `fitted` allows it."""
    def accepts(rows: list[list[Any]]) -> bool:
        cells = [_cells(column, [row[index] for row in rows]) for index, column in enumerate(sample.columns)]
        try:
            expected(fitted, sample.container(cells, dtype), dtype)
        except Impossible:
            return False
        return True

    def accepted(rows: list[list[Any]]) -> list[list[Any]]:
        """A made row may hold what training never saw together: a product, say, that an encoder does not know."""
        return rows if not rows or accepts(rows) else [row for row in rows if accepts([row])]

    places, base = _pattern_rows(sample), _base_row(sample)
    ordinary = [[_cell(column, row) for column in sample.columns] for row in places]
    special = _changed_rows(accepts, base, _missing_cells(sample), MAX_MISSING_ROWS)
    special += _changed_rows(accepts, base, _unknown_cells(sample), MAX_UNKNOWN_ROWS)
    made = _composed_rows(sample, len(places), MAX_ROWS - len(places) - len(special))
    rows = ordinary + accepted(made) + accepted(special)
    rows = rows if len(rows) > 1 else rows * 2
    return [_cells(column, [row[index] for row in rows]) for index, column in enumerate(sample.columns)]


def build(fitted: Any, sample: Sample, cells: Sequence[np.ndarray], dtype: str,
          tolerance: Sequence[int]) -> dict[str, Any]:
    """The self-test of one type, with a tolerance for each feature; raises `Impossible` with the reason if the fitted
    object has no answer in it."""
    with np.errstate(over="ignore"):
        if any(np.isinf(c.astype(dtype)).any() for column, c in zip(sample.columns, cells) if column.kind == NUMBER):
            raise Impossible(f"a number of the sample is beyond {dtype}")
    rows = sample.container(cells, dtype)
    want = expected(fitted, rows, dtype)
    if want.shape[1] != len(tolerance):
        raise Error("self_test_failed", f"the fitted object returns {want.shape[1]} columns, its state says "
                                        f"{len(tolerance)}")
    inputs = [values.astype(dtype) if column.kind == NUMBER else _spelled(column, values)
              for column, values in zip(sample.columns, cells)]
    return {"dtype": dtype, "rows": len(cells[0]), "inputs": [pack(values) for values in inputs],
            "expected": pack(want.ravel()), "tolerance": list(tolerance)}


def expected(fitted: Any, rows: Any, dtype: str) -> np.ndarray:
    """What the fitted object returns for rows in this type, as a matrix of the type."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            others = [use for use in types_used(fitted, rows) if use.dtype != dtype]
            result = fitted.transform(rows)
        except Error as problem:
            raise Impossible(problem.message) from None
        except Exception as problem:  # whatever the user's object raises
            raise Impossible(f"{type(problem).__name__}: {problem}") from None
    if others:
        raise Impossible(f"{others[0].where} computes in {others[0].dtype}")
    matrix = np.asarray(result.toarray() if hasattr(result, "toarray") else result)
    wide = matrix.astype(np.float64)
    with np.errstate(over="ignore"):
        narrow = np.ascontiguousarray(wide.astype(dtype))
    if np.isinf(narrow).any():
        raise Impossible("a result is infinite")
    if not np.array_equal(narrow.astype(np.float64), wide, equal_nan=True):
        raise Impossible(f"a result is not a {dtype}")
    return narrow


def _pattern_rows(sample: Sample) -> list[int]:
    """A row for each frequent pattern of missing columns, then evenly spaced ones."""
    missing = np.column_stack([column.missing for column in sample.columns])
    patterns = Counter(row.tobytes() for row in missing)
    first: dict[bytes, int] = {}
    for row in range(sample.rows):
        first.setdefault(missing[row].tobytes(), row)
    chosen = [first[pattern] for pattern, _ in patterns.most_common(MAX_PATTERNS)]
    spaced = np.linspace(0, sample.rows - 1, MAX_PATTERNS).astype(int).tolist()
    return list(dict.fromkeys(chosen + spaced))


def _base_row(sample: Sample) -> list[Any]:
    """An ordinary row with as few missing cells as there are."""
    missing = np.sum([column.missing for column in sample.columns], axis=0)
    row = int(np.argmin(missing))
    return [_cell(column, row) for column in sample.columns]


def _composed_rows(sample: Sample, ordinary: int, budget: int) -> list[list[Any]]:
    """Rows that walk every column through its telling values; columns with fewer repeat ordinary cells."""
    lists = [_telling_values(column) for column in sample.columns]
    count = max(2 - ordinary, min(budget, max(len(values) for values in lists)))
    spaced = np.linspace(0, sample.rows - 1, max(count, 1)).astype(int)
    return [[values[row] if row < len(values) else _cell(column, int(spaced[row]))
             for column, values in zip(sample.columns, lists)] for row in range(count)]


def _telling_values(column: Column) -> list[Any]:
    """Minimum and maximum, then each of a few distinct values, most frequent first."""
    present = column.present()
    if present.size == 0:
        return []
    values, counts = np.unique(present, return_counts=True)
    if column.kind == NUMBER and len(values) > FEW_VALUES:
        return [values[0].item(), values[-1].item()]
    ends = values[[0, -1]].tolist() if column.kind == NUMBER else []
    return list(dict.fromkeys(ends + values[np.argsort(-counts, kind="stable")].tolist()))[:MAX_ROWS]


def _missing_cells(sample: Sample) -> dict[int, Any]:
    """A missing cell for each column; columns that had some in training come first."""
    order = sorted(range(len(sample.columns)), key=lambda index: not sample.columns[index].missing.any())
    return {index: None for index in order if sample.columns[index].dtype not in ("int64", "bool")}


def _unknown_cells(sample: Sample) -> dict[int, Any]:
    """A value training did not have, for each column."""
    return {index: _unknown(column) for index, column in enumerate(sample.columns)}


def _unknown(column: Column) -> Any:
    present = column.present()
    if column.kind != NUMBER:
        text = "unknown"
        while text in present:
            text += "?"
        return text
    return float(present.max()) + 1.0 if present.size else 0.0


def _changed_rows(accepts: Callable[[list[list[Any]]], bool], base: list[Any], changes: dict[int, Any],
                  budget: int) -> list[list[Any]]:
    """The base row with some cells changed; only changes the fitted object accepts, spread over few rows."""
    def changed(chosen: dict[int, Any]) -> list[Any]:
        return [chosen.get(index, cell) for index, cell in enumerate(base)]

    allowed = changes if accepts([changed(changes)]) else \
        {index: cell for index, cell in changes.items() if accepts([changed({index: cell})])}
    count = min(budget, len(allowed))
    return [changed({index: allowed[index] for index in list(allowed)[place::count]}) for place in range(count)]


def _cell(column: Column, row: int) -> Any:
    return None if column.missing[row] else column.cells[row:row + 1].tolist()[0]


def _cells(column: Column, values: list[Any]) -> np.ndarray:
    """Cells of one column, None for missing: numbers as their widest type, text as objects."""
    if column.kind != NUMBER:
        return np.array([*values, None], dtype=object)[:-1]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _spelled(column: Column, values: np.ndarray) -> np.ndarray:
    """Text cells with missing as the file spells it for this column."""
    missing: Optional[float] = None if column.spellings == {"none"} else float("nan")
    return np.array([missing if value is None else value for value in values.tolist()] + [None], dtype=object)[:-1]
