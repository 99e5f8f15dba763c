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


def run_inverse(node: dict[str, Any], columns: list[Cells], dtype: np.dtype, path: str, eps: float = 0.0) -> list[Cells]:
    """Undoes a node over numbers, every step of which has an inverse (`without_inverse`). Results that depend on the
    machine are moved by as many `eps` as they may be off, to see what becomes of that."""
    if node["type"] == "pipeline":
        for index, entry in reversed(list(enumerate(node["steps"]))):
            columns = run_inverse(entry["step"], columns, dtype, f"{path}.steps[{index}].step", eps)
        return columns
    if node["type"] == "column_transformer":
        return _invert_transformers(node, columns, dtype, path, eps)
    step = STEPS[node["type"]]
    undone = step.inverse(node, columns, dtype)
    if off := eps * step.inverse_ulps(node):
        undone = [Cells(label, values + off * np.maximum(1.0, np.abs(values))) for label, values in undone]
    _require_finite(undone, f"{path} (inverse of {node['type']})")
    return undone


def _invert_transformers(node: dict[str, Any], columns: list[Cells], dtype: np.dtype, path: str,
                         eps: float) -> list[Cells]:
    """Entry by entry; each of them makes as many columns as it reads, as everything does that has an inverse in numbers."""
    result: list[Optional[Cells]] = [None] * node["inputs"]
    for index, entry in enumerate(node["transformers"]):
        own, columns = columns[:len(entry["columns"])], columns[len(entry["columns"]):]
        if entry["weight"] != 1.0:
            with np.errstate(all="ignore"):
                own = [Cells(label, values / dtype.type(entry["weight"])) for label, values in own]
        undone = run_inverse(entry["step"], own, dtype, f"{path}.transformers[{index}].step", eps)
        for place, cells in zip(entry["columns"], undone):
            result[place] = cells
    return result


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
    wrong = ~within(got, want, np.array(test["tolerance"]))
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


def within(got: np.ndarray, want: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """Where values have equal bits, or differ by no more than the tolerance allows."""
    equal = same_bits(got, want)
    if tolerance.any():
        bound = tolerance * np.finfo(want.dtype).eps * np.maximum(1.0, np.abs(want.astype(np.float64)))
        equal |= (tolerance > 0) & (np.abs(got.astype(np.float64) - want) <= bound)
    return equal
