# SPDX-License-Identifier: MIT
"""What the parity cases share: data of every kind, and the writer of cases (make_parity.py)."""

from __future__ import annotations

import os
import struct
import sys
from typing import Any, Iterator, Optional

import numpy as np
import pandas as pd
from sklearn.preprocessing import OrdinalEncoder

PYTHON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python")
sys.path.insert(0, PYTHON)
sys.path.append(os.path.join(PYTHON, "tests"))

import prepguard  # noqa: E402

TRAINING_ROWS = 2_000
TYPES = ("float32", "float64")
NONE, NAN = 2**32 - 1, 2**32 - 2
LARGEST = {"float32": 1.4e38, "float64": 1e153}  # a range and a variance that still are numbers
SMALLEST = {"float32": 2.0**-149, "float64": 2.0**-1074}


def numbers(r: np.random.RandomState, rows: int, like: str) -> np.ndarray:
    """25 columns of doubles that fit into the type `like`: ordinary, offset, denormal, huge, signed zeros, constant."""
    tiny, least = np.finfo(like).tiny, SMALLEST[like]
    columns = [r.normal(0, 1, rows), r.normal(100, 3, rows), r.uniform(0, 1, rows), np.exp(r.normal(0, 4, rows)),
               np.round(r.normal(44, 5, rows), 1), r.randint(-9, 10, rows) / 8, r.randint(0, 256, rows) * 1.0,
               1.7e9 + r.uniform(0, 3600, rows), -1e15 + r.uniform(0, 1e9, rows), 16777216.0 + r.randint(0, 9, rows),
               r.uniform(-1, 1, rows) * tiny * 0.9, r.randint(-9, 10, rows) * least, r.uniform(0, 4, rows) * tiny,
               r.uniform(-1, 1, rows) * LARGEST[like], r.uniform(0.5, 1, rows) * LARGEST[like],
               r.uniform(-1, 1, rows) * np.sqrt(LARGEST[like]), r.uniform(-1, 1, rows) / np.sqrt(LARGEST[like]),
               r.choice([0.0, -0.0], rows), r.choice([0.0, -0.0, 1.0, -1.0], rows), r.choice([-0.0, 5.0], rows),
               np.full(rows, 14.62), np.full(rows, -0.0), 2.0 ** r.randint(-60, 60, rows),
               1e8 + r.choice([-1.5e-8, 0.0, 1.5e-8], rows), r.normal(0, 1e-9, rows)]
    return np.column_stack(columns)


def with_gaps(r: np.random.RandomState, cells: np.ndarray, share: float = 0.08) -> np.ndarray:
    """NaN in every second column."""
    gaps = r.uniform(size=cells.shape) < share
    gaps[:, ::2] = False
    return np.where(gaps, np.nan, cells)


def texts(r: np.random.RandomState, rows: int, missing: Any, unknown: bool) -> pd.DataFrame:
    """Eight columns of text of very different length, one with `missing` cells."""
    pool = ["", "a", "Åmål", "企鵝", "nan", "None", "a\nb", "x" * 7, "x" * 8, "x" * 9, "é" * 60, "Lima", "Oslo", "lima", " "]
    data = {}
    for column in range(8):
        known = pool[column:column + 7]
        cells = list(r.choice(known, rows, p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.03, 0.02]))
        if unknown:
            for row in r.choice(rows, rows // 20, replace=False):
                cells[row] = r.choice(["Rome", "aa", "Åmal", "x" * 10, "xxxxxxxy"])
        if column == 6 and missing != "":
            for row in r.choice(rows, rows // 10, replace=False):
                cells[row] = missing
        data[f"t{column}"] = pd.Series(cells, dtype=object)
    return pd.DataFrame(data)


def codes(r: np.random.RandomState, rows: int, unknown: bool) -> np.ndarray:
    """Columns of few values each; all of them float32 values, unknown ones are their neighbours."""
    pools = [[-3, 0, 1, 2, 16777216], [0.5, 0.25, -0.5, 8], [0.1, 0.3, 0.7, 5.3],
             list(range(40)), [1e30, -1e-30, 2.0**-149, 0.0], [1.0, np.nan, 2.0]]
    data = []
    for pool in pools:
        known = np.asarray(pool, dtype=np.float32).astype(float)
        cells = r.choice(known, rows, p=np.arange(len(pool), 0, -1) / np.arange(len(pool) + 1).sum())
        if unknown:
            odd = r.uniform(size=rows) < 0.05
            cells = np.where(odd, r.choice([77.0, -1.0, 0.1, np.nan, 1e20, 16777215.0], rows), cells)
        data.append(np.where((cells == 0.0) & (r.uniform(size=rows) < 0.5), -cells, cells))
    return np.column_stack(data)


def typed_codes(r: np.random.RandomState, rows: int, dtype: str) -> np.ndarray:
    """Six columns of a few integers or truth values each."""
    high = {"int64": 9, "bool": 2}[dtype]
    return np.column_stack([r.randint(0, high, rows) * (1 if dtype == "bool" else 3**j) for j in range(6)]).astype(dtype)


def categories_of(sample: np.ndarray, shuffled: Optional[np.random.RandomState] = None) -> list[Any]:
    """The categories of each column, to be given to an encoder; texts in any order, a missing cell last."""
    lists = OrdinalEncoder().fit(sample).categories_
    for values in lists:
        missing = sum(value is None or value != value for value in values.tolist())
        if shuffled is not None:
            shuffled.shuffle(values[:len(values) - missing])
    return lists


def accepts(step: Any) -> bool:
    """Whether this scikit-learn has the options of the step."""
    try:
        step.fit([["a"]])
    except ValueError:
        return False
    return True


class Writer:
    """Writes cases, and the list of them."""

    def __init__(self, folder: str, prefix: str):
        self.folder, self.prefix, self.lines, self.inputs = folder, prefix, [], {}

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def add(self, group: str, fitted: Any, sample: Any, dtype: str, cells: Optional[np.ndarray],
            words: Optional[pd.DataFrame] = None, invert: Any = False, container: Any = np.ndarray) -> None:
        """One fitted object and the rows it serves: numbers, text, or numbers before text. `invert`: True, or what
        undoes the features where the object itself has no inverse_transform."""
        case = f"{self.prefix}-{len(self.lines)}"
        rows = frame(cells, words) if container is np.ndarray else container(cells, columns=sample.columns)
        for part in (".inverse", ".inverse_texts", ".texts"):  # of an earlier run in which the case was another one
            if os.path.exists(self.path(case + part)):
                os.unlink(self.path(case + part))
        with open(self.path(case + ".artifact"), "wb") as file:
            file.write(prepguard.dumps(fitted, sample=sample, provenance_date=""))
        expected = self.write(case + ".expected", fitted.transform(rows), dtype)
        if invert:
            undo = fitted.inverse_transform if invert is True else invert
            self.write_cells(case + ".inverse", np.asarray(undo(expected.copy())), dtype, cells, words)
        if words is not None:
            write_texts(self.path(case + ".texts"), words)
        self.lines.append(f"{case}\t{group}\t{len(expected)}\t{dtype}\t{self.numbers_file(cells)}")

    def write_cells(self, name: str, undone: np.ndarray, dtype: str, cells: Optional[np.ndarray],
                    words: Optional[pd.DataFrame]) -> None:
        """Rows of numbers before text, in a file each."""
        width = 0 if cells is None else cells.shape[1]
        if width:
            self.write(name, undone[:, :width].astype(np.float64), dtype)
        if words is not None:
            write_texts(self.path(name + "_texts"), pd.DataFrame(undone[:, width:], dtype=object))

    def numbers_file(self, cells: Optional[np.ndarray]) -> str:
        """The file of these numbers, written once however many cases read them."""
        if cells is None:
            return "-"
        if id(cells) not in self.inputs:
            name = f"{self.prefix}-numbers{len(self.inputs)}"
            self.write(name, cells, cells.dtype.name)
            self.inputs[id(cells)] = (name, cells)  # kept alive, so that the id stays its own
        return self.inputs[id(cells)][0]

    def write(self, name: str, result: Any, dtype: str) -> np.ndarray:
        dense = np.asarray(result.toarray() if hasattr(result, "toarray") else result)
        matrix = np.ascontiguousarray(dense.astype(np.float64).astype(dtype))
        assert np.array_equal(matrix.astype(np.float64), dense.astype(np.float64), equal_nan=True), "not of this type"
        assert not np.isinf(matrix).any(), "choose data that stays finite"
        matrix.astype(np.dtype(dtype).newbyteorder("<")).tofile(self.path(name))
        return matrix


def frame(cells: Optional[np.ndarray], words: Optional[pd.DataFrame]) -> Any:
    if words is None:
        return cells
    if cells is None:
        return words
    return pd.concat([pd.DataFrame({f"n{j}": cells[:, j] for j in range(cells.shape[1])}), words], axis=1)


def write_texts(path: str, words: pd.DataFrame) -> None:
    with open(path, "wb") as file:
        for name in words:
            for cell in words[name]:
                if isinstance(cell, str):
                    data = cell.encode("utf-8")
                    file.write(struct.pack("<I", len(data)) + data)
                else:
                    file.write(struct.pack("<I", NONE if cell is None else NAN))


def combinations(r: np.random.RandomState, make: Any, rows: int) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Statistics of each type with data of each type. Where they differ, values are such as both types hold."""
    for statistics in TYPES:
        for data in TYPES:
            like = "float64" if (statistics, data) == ("float64", "float64") else "float32"
            yield statistics, data, make(r, TRAINING_ROWS, like).astype(like).astype(statistics), \
                make(r, rows, like).astype(data)
