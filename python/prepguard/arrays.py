# SPDX-License-Identifier: MIT
"""The `array` value of the format, and cells as numpy holds them.

Numbers are float32, float64, int64 or bool arrays with NaN for missing; text is an object array of str, with None or
a float NaN for missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .envelope import check_text
from .error import Error

FLOATS = ("float32", "float64")
NUMBERS = FLOATS + ("int64", "bool")
DTYPES = NUMBERS + ("string",)
NUMBER, TEXT = "number", "text"


def pack(cells: np.ndarray) -> dict[str, Any]:
    """numpy cells -> array value."""
    if cells.dtype == object:
        return _pack_text(cells.tolist())
    name = cells.dtype.name
    if name not in NUMBERS:
        raise Error("bad_schema", f"cells of type {name} cannot be stored; expected one of {', '.join(DTYPES)}")
    if name not in FLOATS:
        return {"dtype": name, "values": cells.tolist(), "none": [], "nan": []}
    missing = np.isnan(cells)
    values = np.where(missing, cells.dtype.type(0), cells).tolist()
    return {"dtype": name, "values": values, "none": [], "nan": np.flatnonzero(missing).tolist()}


def unpack(array: dict[str, Any]) -> np.ndarray:
    """array value -> numpy cells."""
    if array["dtype"] == "string":
        cells = np.empty(len(array["values"]), dtype=object)
        cells[:] = array["values"]
        cells[array["none"]] = None
    else:
        cells = np.array(array["values"], dtype=array["dtype"])
    if array["nan"]:
        cells[array["nan"]] = np.nan
    return cells


def kind_of(dtype: str) -> str:
    """`number` or `text`, the kind of the cells of an array or column of this dtype."""
    return TEXT if dtype == "string" else NUMBER


def check_array(array: dict[str, Any], path: str) -> None:
    """The invariants of an array value: positions ascending and in range, neutral values where missing."""
    count, dtype = len(array["values"]), array["dtype"]
    for key, holders in (("none", ("string",)), ("nan", FLOATS + ("string",))):
        places = array[key]
        if places and dtype not in holders:
            raise Error("bad_state", f"{path}.{key}: expected none in an array of {dtype}, got {len(places)}")
        check_positions(places, count, f"{path}.{key}")
        neutral = "" if dtype == "string" else 0.0
        for place in places:
            if repr(array["values"][place]) != repr(neutral):  # -0.0 is not neutral
                raise Error("bad_state", f"{path}.values[{place}]: expected {neutral!r} at a missing position, "
                                         f"got {array['values'][place]!r}")
    both = set(array["none"]) & set(array["nan"])
    if both:
        raise Error("bad_state", f"{path}: position {min(both)} is both in none and in nan")


def check_positions(places: list[int], count: int, path: str) -> None:
    """Strictly ascending positions in [0, count)."""
    for index, place in enumerate(places):
        lowest = places[index - 1] + 1 if index else 0
        if not lowest <= place < count:
            raise Error("bad_state", f"{path}[{index}]: expected an ascending position below {count}, got {place}")


def is_nan(value: Any) -> bool:
    """A float NaN of any type; never raises for other objects."""
    return isinstance(value, (float, np.floating)) and bool(value != value)


def is_pandas_na(value: Any) -> bool:
    """pandas.NA, recognised without importing pandas."""
    return type(value).__name__ == "NAType"


def lies_by_columns(matrix: np.ndarray) -> bool:
    """Whether the cells of a column are nearer to each other in memory than those of a row: some of NumPy's sums
    depend on it. A single row or column counts as lying by rows."""
    return min(matrix.shape) > 1 and abs(matrix.strides[0]) < abs(matrix.strides[1])


def same_bits(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Where two float arrays of one type are equal bit for bit; any NaN equals any NaN."""
    integers = np.dtype(f"i{want.dtype.itemsize}")
    equal = np.ascontiguousarray(got).view(integers) == np.ascontiguousarray(want).view(integers)
    return equal | (np.isnan(got) & np.isnan(want))


def _pack_text(cells: list[Any]) -> dict[str, Any]:
    none = [place for place, cell in enumerate(cells) if cell is None]
    nan = [place for place, cell in enumerate(cells) if is_nan(cell)]
    missing = {*none, *nan}
    values = []
    for place, cell in enumerate(cells):
        if place not in missing:
            if not isinstance(cell, str):
                raise Error("bad_schema", f"expected text, got {cell!r} of type {type(cell).__name__}")
            check_text(cell, "text", "bad_schema")
        values.append("" if place in missing else str(cell))
    return {"dtype": "string", "values": values, "none": none, "nan": nan}
