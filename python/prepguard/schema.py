# SPDX-License-Identifier: MIT
"""The training sample: its columns, their kinds and statistics, and more data in the same container.

DataFrames are read by attribute (`columns`, `iloc`, column `dtype`); pandas is never imported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Optional, Sequence

import numpy as np

from .arrays import FLOATS, NUMBER, TEXT, is_nan, is_pandas_na, kind_of, lies_by_columns
from .envelope import check_text
from .error import Error
from .validate import MAX_CATEGORIES

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
ACCEPTED = "float32, float64, integers, bool, or text (str, with None or NaN for missing)"


@dataclass
class Column:
    """One training column. `cells`: numbers of the column's dtype, or an object array of str; `missing` says which
    are missing. `spelling` is the object that stands for a missing cell in training, `spellings` all ways seen.
    `as_objects`: it was an object column; `text_type`: the DataFrame's own type for text, if it had one."""

    name: str
    dtype: str
    cells: np.ndarray
    missing: np.ndarray
    spelling: Any = np.nan
    spellings: frozenset[str] = frozenset()
    as_objects: bool = False
    text_type: Any = None

    @property
    def kind(self) -> str:
        return kind_of(self.dtype)

    def present(self) -> np.ndarray:
        return self.cells[~self.missing]


@dataclass
class Sample:
    """The training rows as columns, and what they came in."""

    columns: list[Column]
    rows: int
    original: Any
    frame: bool
    labels: list[Any] = field(default_factory=list)

    def container(self, cells: Sequence[np.ndarray], dtype: str) -> Any:
        """Columns of cells (NaN or None: missing) in the container of training, numbers in `dtype`."""
        typed = [self._typed(column, values, dtype) for column, values in zip(self.columns, cells)]
        homogeneous = all(values.dtype != object for values in typed)
        if self.frame and not (homogeneous and self._is_one_block()):
            # as objects first, so that nothing is guessed from the cells
            frame = type(self.original)(dict(zip(self.labels, typed)), dtype=object)
            types = {label: column.text_type or values.dtype
                     for label, column, values in zip(self.labels, self.columns, typed)}
            return frame.astype(types)
        order = "F" if lies_by_columns(np.asarray(self.head(2))) else "C"
        matrix = np.empty((len(typed[0]), len(typed)), dtype=dtype if homogeneous else object, order=order)
        for index, values in enumerate(typed):
            matrix[:, index] = values
        return type(self.original)(matrix, columns=self.labels, copy=False) if self.frame else matrix

    def _is_one_block(self) -> bool:
        """A DataFrame over one array of numbers, as it may be made of one."""
        types = {column.dtype for column in self.columns}
        return len(types) == 1 and types <= {*FLOATS, "int64"}

    def head(self, rows: int) -> Any:
        """The first rows as they are."""
        return self.original.iloc[:rows] if self.frame else self.original[:rows]

    def _typed(self, column: Column, values: np.ndarray, dtype: str) -> np.ndarray:
        if column.kind == NUMBER and not column.as_objects:
            return values.astype(dtype)
        missing = np.array([value is None or is_nan(value) for value in values.tolist()], dtype=bool)
        cells = (values.astype(dtype) if column.kind == NUMBER else values).astype(object)
        for row in np.flatnonzero(missing):
            cells[row] = column.spelling
        return cells


def read_sample(sample: Any, fitted_names: Optional[Sequence[str]], columns: Optional[Sequence[str]]) -> Sample:
    """The sample in training order; by name if the fitted object knows names, else by position."""
    if sample is None:
        raise Error("bad_parameter", "sample is missing: pass the training rows (sample=X_train); names, types, "
                                     "ranges and self-test rows come from them")
    if hasattr(sample, "tocsr"):
        raise Error("bad_schema", "sample: sparse matrices are not supported; pass a dense array")
    if hasattr(sample, "to_pandas"):
        raise Error("bad_schema", f"sample: {type(sample).__module__.split('.')[0]} tables are not supported; pass "
                                  "sample.to_pandas()")
    result = _read_frame(sample, fitted_names, columns) if hasattr(sample, "iloc") and hasattr(sample, "columns") \
        else _read_array(sample, fitted_names, columns)
    if result.rows == 0:
        raise Error("bad_shape", "sample: expected at least one row, got none")
    names = [column.name for column in result.columns]
    twice = [name for name, count in Counter(names).items() if count > 1 or name == ""]
    if twice or not names:
        raise Error("bad_parameter", f"sample: column names must be unique and not empty, got {twice or names}")
    for name in names:
        check_text(name, "column name", "bad_schema")
    return result


def describe(column: Column, used: bool) -> dict[str, Any]:
    """The column as the file stores it."""
    return {"name": column.name, "dtype": column.dtype, "used": used,
            "training": _number_training(column) if column.kind == NUMBER else _text_training(column)}


def read_column(name: str, values: Any, as_objects: bool) -> Column:
    """One column of a sample; refused by name if it cannot be stored."""
    cells = np.asarray(values)
    where = f"sample column {name!r}"
    if cells.dtype.kind in "fiub":
        return _number_column(name, cells, where)
    if cells.dtype.kind == "U":
        cells = cells.astype(object)
    if cells.dtype != object:
        raise Error("bad_schema", f"{where}: type {cells.dtype} is not supported; expected {ACCEPTED}; convert or "
                                  "remove the column before fitting")
    column = _object_column(name, cells, where, as_objects)
    kind = getattr(values, "dtype", None)
    return replace(column, text_type=kind) if type(kind).__name__ == "StringDtype" else column


def _read_frame(sample: Any, fitted_names: Optional[Sequence[str]], names: Optional[Sequence[str]]) -> Sample:
    labels = list(sample.columns)
    if fitted_names is not None:
        absent = [name for name in fitted_names if name not in labels]
        if absent:
            raise Error("bad_schema", f"sample: column {absent[0]!r} is missing ({len(absent)} of "
                                      f"{len(fitted_names)}); the object was fitted with it")
        if labels != list(fitted_names):  # a selection would lie in memory in another way
            sample = sample.iloc[:, [labels.index(name) for name in fitted_names]]
        labels = list(fitted_names)
    shown = _names(names, labels, len(labels)) if all(isinstance(label, str) for label in labels) else \
        _names(names, None, len(labels))
    columns = []
    for index, name in enumerate(shown):
        series = sample.iloc[:, index]
        columns.append(read_column(name, series, getattr(series, "dtype", None) == np.dtype(object)))
    if fitted_names is None and all(isinstance(label, str) for label in labels):
        # fitted without names, so on an array: give it arrays
        return Sample(columns, len(sample), np.asarray(sample), False)
    return Sample(columns, len(sample), sample, True, labels)


def _read_array(sample: Any, fitted_names: Optional[Sequence[str]], names: Optional[Sequence[str]]) -> Sample:
    if fitted_names is not None:
        raise Error("bad_schema", f"sample: the object was fitted on named columns ({fitted_names[0]!r}, ...); "
                                  f"pass the training DataFrame, got {type(sample).__name__}")
    matrix = np.asarray(sample)
    if matrix.dtype.kind in "US":
        matrix = np.array(sample, dtype=object)
    if matrix.ndim != 2:
        raise Error("bad_shape", f"sample: expected rows x columns, got {matrix.ndim} dimensions")
    shown = _names(names, None, matrix.shape[1])
    columns = [read_column(name, matrix[:, index], matrix.dtype == object) for index, name in enumerate(shown)]
    return Sample(columns, matrix.shape[0], matrix, False)


def _names(given: Optional[Sequence[str]], known: Optional[Sequence[str]], width: int) -> list[str]:
    if given is None:
        return list(known) if known is not None else [f"x{index}" for index in range(width)]
    names = list(given)
    if len(names) != width or not all(isinstance(name, str) for name in names):
        raise Error("bad_parameter", f"columns: expected {width} names, got {names!r:.200}")
    if known is not None and names != list(known):
        raise Error("bad_parameter", f"columns: the sample already has names {list(known)!r:.200}; leave columns out")
    return names


def _number_column(name: str, cells: np.ndarray, where: str) -> Column:
    if cells.dtype.kind == "f":
        if cells.dtype.name not in FLOATS:
            raise Error("bad_schema", f"{where}: type {cells.dtype} is not supported; expected {ACCEPTED}")
        infinite = np.isinf(cells)
        if infinite.any():
            raise Error("non_finite", f"{where}: row {int(np.argmax(infinite))} is {cells[np.argmax(infinite)]}; "
                                      "training data must be finite or missing")
        missing = np.isnan(cells)
        return Column(name, cells.dtype.name, cells, missing, np.nan, frozenset({"nan"} if missing.any() else ()))
    if cells.dtype.kind == "u" and cells.size and int(cells.max()) >= 2**63:
        raise Error("bad_schema", f"{where}: {cells.max()} does not fit in int64")
    stored = cells if cells.dtype == bool else cells.astype(np.int64)
    return Column(name, "bool" if cells.dtype == bool else "int64", stored, np.zeros(cells.shape, dtype=bool))


def _object_column(name: str, cells: np.ndarray, where: str, as_objects: bool) -> Column:
    values = cells.tolist()
    missing = np.array([value is None or is_nan(value) or is_pandas_na(value) for value in values], dtype=bool)
    absent = [values[row] for row in np.flatnonzero(missing)]
    spellings = frozenset("none" if value is None else "nan" if is_nan(value) else "na" for value in absent)
    spelling = absent[0] if absent else np.nan
    present = [value for value, gone in zip(values, missing) if not gone]
    kinds = {_kind_of_object(value) for value in present}
    if kinds <= {"text"}:
        if "none" in spellings and len(spellings) > 1:
            raise Error("bad_schema", f"{where}: missing cells are both None and NaN; choose one before fitting")
        for value in {*present}:
            check_text(value, where, "bad_schema")
        text = np.array([None if gone else str(value) for value, gone in zip(values, missing)], dtype=object)
        return Column(name, "string", text, missing, spelling, spellings, True)
    numbers = _numbers_of_objects(present, kinds, missing, where)
    return Column(name, numbers.dtype.name, numbers, missing, spelling, spellings, as_objects)


def _kind_of_object(value: Any) -> str:
    for kind, types in (("text", str), ("bool", (bool, np.bool_)), ("integer", (int, np.integer)),
                        ("float", (float, np.floating))):
        if isinstance(value, types):
            return kind
    return type(value).__name__


def _numbers_of_objects(present: list[Any], kinds: set[str], missing: np.ndarray, where: str) -> np.ndarray:
    if not kinds <= {"integer", "float"} and kinds != {"bool"}:
        raise Error("bad_schema", f"{where}: objects of mixed or unknown kinds ({', '.join(sorted(kinds))}); "
                                  f"expected {ACCEPTED}; convert or remove the column before fitting")
    if not missing.any() and kinds == {"bool"}:
        return np.array(present, dtype=bool)
    if not missing.any() and kinds == {"integer"}:
        if not all(-2**63 <= value < 2**63 for value in present):
            raise Error("bad_schema", f"{where}: an integer does not fit in int64")
        return np.array(present, dtype=np.int64)
    numbers = np.full(missing.shape, np.nan)
    numbers[~missing] = np.array(present, dtype=np.float64)
    if np.isinf(numbers).any():
        raise Error("non_finite", f"{where}: row {int(np.argmax(np.isinf(numbers)))} is infinite; training data must "
                                  "be finite or missing")
    return numbers


def _counts(column: Column) -> dict[str, int]:
    gone = int(column.missing.sum())
    as_none = column.kind == TEXT and column.spellings == {"none"}
    return {"count": len(column.cells), "none": gone if as_none else 0, "nan": 0 if as_none else gone}


def _number_training(column: Column) -> dict[str, Any]:
    values = column.present().astype(np.float64)
    if values.size == 0:
        return {**_counts(column), "min": 0.0, "max": 0.0, "mean": 0.0, "std": 0.0, "quantiles": []}
    low, high = float(values.min()), float(values.max())
    mean = _without_overflow(np.mean, values, 64)
    std = _without_overflow(np.std, values, 600)
    quantiles = _without_overflow(lambda cells: np.quantile(cells, QUANTILES), values, 1)
    ordered = np.maximum.accumulate(np.clip(quantiles, low, high))
    return {**_counts(column), "min": low, "max": high, "mean": float(mean), "std": float(std),
            "quantiles": ordered.tolist()}


def _without_overflow(statistic: Callable[[np.ndarray], Any], values: np.ndarray, exponent: int) -> Any:
    """A statistic that scales with its values; near the largest double it is taken of values / 2^exponent."""
    with np.errstate(all="ignore"):
        result = statistic(values)
        return result if np.isfinite(result).all() else statistic(values * 2.0**-exponent) * 2.0**exponent


def _text_training(column: Column) -> dict[str, Any]:
    frequencies = Counter(column.present().tolist())
    kept = sorted(sorted(frequencies.items(), key=lambda item: (-item[1], item[0]))[:MAX_CATEGORIES])
    return {**_counts(column), "values": [value for value, _ in kept], "frequencies": [count for _, count in kept],
            "other": sum(frequencies.values()) - sum(count for _, count in kept)}
