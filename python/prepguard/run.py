# SPDX-License-Identifier: MIT
"""The numpy twin of the C++ pipeline: runs a node over columns, one rounding at a time."""

from __future__ import annotations

from typing import Any, Callable, Optional

import numpy as np

from .arrays import same_bits, unpack
from .error import Error
from .steps import STEPS, Cells

Watch = Optional[Callable[[dict[str, Any], list[Cells], list[Cells]], None]]


def run(node: dict[str, Any], columns: list[Cells], dtype: np.dtype, path: str = "pipeline",
        watch: Watch = None) -> list[Cells]:
    """Outputs of a node, column by column. `watch` sees what every step without steps inside read and made."""
    if node["type"] == "pipeline":
        for index, entry in enumerate(node["steps"]):
            columns = run(entry["step"], columns, dtype, f"{path}.steps[{index}].step", watch)
        return columns
    if node["type"] == "column_transformer":
        return _run_transformers(node, columns, dtype, path, watch)
    where = f"{path} ({node['type']})"
    outputs = STEPS[node["type"]].transform(node, columns, dtype, where)
    _require_finite(outputs, where)
    if watch is not None:
        watch(node, columns, outputs)
    return outputs


def run_to_matrix(node: dict[str, Any], columns: list[Cells], rows: int, width: int, dtype: np.dtype) -> np.ndarray:
    """Outputs as one row-major matrix of T."""
    matrix = np.empty((rows, width), dtype=dtype)
    for index, cells in enumerate(run(node, columns, dtype)):
        matrix[:, index] = cells.values
    return matrix


def replay(payload: dict[str, Any], test: dict[str, Any], path: str) -> None:
    """Run one self-test of a payload; `self_test_failed` at the first value that differs."""
    dtype, features = np.dtype(test["dtype"]), payload["features"]
    columns = [Cells(column["name"], unpack(array)) for column, array in zip(payload["columns"], test["inputs"])]
    try:
        got = run_to_matrix(payload["pipeline"], columns, test["rows"], len(features), dtype)
    except Error as problem:
        raise Error("self_test_failed", f"{path} ({dtype}): {problem.message}") from None
    want = unpack(test["expected"]).reshape(test["rows"], len(features))
    wrong = ~_close(got, want, np.array(test["tolerance"]))
    if wrong.any():
        row, feature = (int(place[0]) for place in np.nonzero(wrong))
        raise Error("self_test_failed", f"{path} ({dtype}): {int(wrong.sum())} of {wrong.size} values differ; first: "
                                        f"row {row}, feature {features[feature]!r}: expected "
                                        f"{want[row, feature].item()!r}, got {got[row, feature].item()!r}")


def _run_transformers(node: dict[str, Any], columns: list[Cells], dtype: np.dtype, path: str,
                      watch: Watch) -> list[Cells]:
    result: list[Cells] = []
    for index, entry in enumerate(node["transformers"]):
        here = f"{path}.transformers[{index}]"
        outputs = run(entry["step"], [columns[c] for c in entry["columns"]], dtype, f"{here}.step", watch)
        if entry["weight"] != 1.0:
            with np.errstate(all="ignore"):
                weight = dtype.type(entry["weight"])
                outputs = [Cells(cells.label, cells.values * weight) for cells in outputs]
            _require_finite(outputs, f"{here}.weight")
        result += outputs
    return result


def _require_finite(outputs: list[Cells], where: str) -> None:
    for label, values in outputs:
        if values.dtype != object and np.isinf(values).any():
            row = int(np.argmax(np.isinf(values)))
            raise Error("non_finite", f"{where}: row {row}, column {label!r}: the result is {values[row]}; "
                                      "the input is far outside the training range")


def _close(got: np.ndarray, want: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    equal = same_bits(got, want)
    if tolerance.any():
        bound = tolerance * np.finfo(want.dtype).eps * np.maximum(1.0, np.abs(want.astype(np.float64)))
        equal |= (tolerance > 0) & (np.abs(got.astype(np.float64) - want) <= bound)
    return equal
