# SPDX-License-Identifier: MIT
"""What a model's outputs mean: the transformer training applied to the target, undone after the model, or its classes.
Read from a fitted object at export, run by the numpy twin."""

from __future__ import annotations

import math
import warnings
from typing import Any, Callable

import numpy as np

from .arrays import FLOATS, NUMBER, TEXT, pack, unpack
from .error import Error
from .fitted import input_names, input_width
from .nodes import export
from .run import run_inverse, within
from .steps import Block, Cells
from .validate import without_inverse

OUTPUTS = np.array([0.0, -0.0, 1.0, -1.0, 0.3, -0.7, 2.5, -2.5, 1e-3, 1 / 3, 0.1, 100.25])
SCORES = 12
PLAIN = {"type": "passthrough", "version": 1, "inputs": 1}


def describe_target(target: Any) -> list[dict[str, Any]]:
    """The payload's `target`: nothing, or what `target` says. It is the fitted transformer of the target (a scaler, a
    Pipeline, a TransformedTargetRegressor), or has the classes (LabelEncoder, LabelBinarizer, a classifier, or a list)."""
    if target is None:
        return []
    if type(target).__name__ == "TransformedTargetRegressor" and not hasattr(target, "transformer_"):
        raise Error("bad_shape", "target: TransformedTargetRegressor is not fitted (it has no transformer_); call fit first")
    if hasattr(target, "transformer_") and hasattr(target, "regressor_"):
        if target.func is None and target.transformer is None:
            return []
        return [_scaled(target.transformer_, checked=target.func is not None)]
    if isinstance(target, (list, tuple, np.ndarray)) or hasattr(target, "classes_"):
        return [_classes(target)]
    if type(target).__name__ in ("LabelEncoder", "LabelBinarizer"):
        raise Error("bad_shape", f"target: {type(target).__name__} is not fitted (it has no classes_); call fit first")
    if not hasattr(target, "inverse_transform"):
        raise Error("bad_parameter", f"target: {type(target).__module__}.{type(target).__name__} is not supported; expected "
                                     "the fitted transformer of the target, a TransformedTargetRegressor, LabelEncoder, "
                                     "LabelBinarizer, a classifier, or the classes as a list")
    return [_scaled(target, checked=False)]


def _scaled(fitted: Any, checked: bool) -> dict[str, Any]:
    width = input_width(fitted) or 1
    names = input_names(fitted) or (["y"] if width == 1 else [f"y{index}" for index in range(width)])
    block = Block("target", names, [NUMBER] * width, [frozenset()] * width, list(range(width)))
    exported = export(fitted, block)
    if TEXT in exported.block.kinds or len(exported.block.kinds) != width:
        raise Error("bad_parameter", f"target: expected {width} numbers out of {width}, got "
                                     f"{len(exported.block.kinds)} columns; a model's outputs must stay what they are")
    missing = without_inverse(exported.node)
    if missing:
        raise Error("bad_parameter", f"target: {missing}; what cannot be undone cannot be served")
    if checked:
        _check_pair(fitted)
    return {"names": names, "step": exported.node, "classes": pack(np.empty(0)), "threshold": 0.0,
            "self_tests": [_scaled_test(fitted, exported.node, dtype) for dtype in FLOATS]}


def _check_pair(fitted: Any) -> None:
    """func and inverse_func must undo each other, at least where both are tame."""
    want = np.array([[0.25], [0.5], [0.75]])
    with np.errstate(all="ignore"):
        got = np.asarray(fitted.transform(np.asarray(fitted.inverse_transform(want))))
    if not np.allclose(got, want, rtol=1e-6, atol=1e-9):
        raise Error("bad_parameter", f"target: func and inverse_func do not undo each other: {want.ravel().tolist()} become "
                                     f"{got.ravel().tolist()} on the way back and forth")


def _scaled_test(fitted: Any, node: dict[str, Any], dtype: str) -> dict[str, Any]:
    """Outputs, and what the fitted object's own inverse_transform makes of them; those it cannot undo are left out."""
    rows = np.column_stack([np.roll(OUTPUTS, index) for index in range(node["inputs"])]).astype(dtype)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            made = np.asarray(fitted.inverse_transform(rows.copy()))
        except Exception as problem:  # whatever the user's object raises
            raise Error("bad_parameter", f"target: inverse_transform failed: {type(problem).__name__}: {problem}") from None
    if made.shape != rows.shape or made.dtype != np.dtype(dtype):
        raise Error("bad_parameter", f"target: inverse_transform makes {made.shape} of {made.dtype} out of {rows.shape} of "
                                     f"{dtype}; expected the same shape and type")
    good = np.isfinite(made).all(axis=1)
    if not good.any():
        raise Error("bad_parameter", "target: inverse_transform makes nothing finite out of outputs from -2.5 to 100")
    return {"dtype": dtype, "rows": int(good.sum()), "outputs": pack(rows[good].ravel()),
            "expected": pack(made[good].ravel()), "tolerance": _tolerance(node, rows[good], dtype)}


def _tolerance(node: dict[str, Any], rows: np.ndarray, dtype: str) -> list[int]:
    """How far each result may be off: exact steps by nothing, functions of the C library by what their last bits become
    in the steps that follow, and one rounding for each."""
    columns = [Cells("", column.astype(np.float64)) for column in rows.T]
    eps = float(np.finfo(dtype).eps)
    exact = run_inverse(node, columns, np.dtype(np.float64), "target")
    moved = run_inverse(node, columns, np.dtype(np.float64), "target", eps)
    off = [np.max(np.abs(a.values - b.values) / np.maximum(1.0, np.abs(a.values))) / eps for a, b in zip(exact, moved)]
    return [math.ceil(worst) + 2 if worst > 0.0 else 0 for worst in off]


def _classes(target: Any) -> dict[str, Any]:
    labels = _labels(getattr(target, "classes_", target))
    threshold = 0.5 if len(labels) == 2 else 0.0
    positions = np.arange(len(labels))
    outputs: np.ndarray = positions.astype(float).reshape(-1, 1)
    if type(target).__name__ == "LabelBinarizer":
        if len(labels) == 2:
            threshold = (target.pos_label + target.neg_label) / 2.0
        outputs = _binarized(target, len(labels))
        decode: Callable[[np.ndarray], Any] = target.inverse_transform
    elif type(target).__name__ == "LabelEncoder":
        decode = lambda rows: target.inverse_transform(positions)  # noqa: E731
    else:
        decode = lambda rows: labels[positions]  # noqa: E731
    tests = [{"dtype": dtype, "rows": len(outputs), "outputs": pack(outputs.astype(dtype).ravel()),
              "expected": pack(_labels(decode(outputs.astype(dtype)))), "tolerance": [0]} for dtype in FLOATS]
    return {"names": ["class"], "step": dict(PLAIN), "classes": pack(labels), "threshold": float(threshold),
            "self_tests": tests}


def _binarized(fitted: Any, classes: int) -> np.ndarray:
    """The codes of all classes, and scores between them."""
    if str(getattr(fitted, "y_type_", "")).startswith("multilabel"):
        raise Error("bad_parameter", "target: LabelBinarizer of several labels a row is not supported; one class a row is")
    codes = fitted.transform(fitted.classes_)
    codes = np.asarray(codes.toarray() if hasattr(codes, "toarray") else codes, dtype=float)
    random = np.random.RandomState(0).uniform(fitted.neg_label, fitted.pos_label, (SCORES, codes.shape[1]))
    return np.concatenate([codes, random.astype(np.float32)])


def _labels(classes: Any) -> np.ndarray:
    """Class labels as the format holds them."""
    if isinstance(classes, (list, tuple)) and any(isinstance(part, np.ndarray) for part in classes):
        raise Error("bad_parameter", "target: several outputs with classes of their own are not supported; one is")
    if isinstance(classes, (list, tuple)) and len({type(label) for label in classes}) > 1:
        raise Error("bad_parameter", "target: classes must be all of one kind, got "
                                     + ", ".join(sorted({type(label).__name__ for label in classes})))
    labels = np.asarray(classes)
    if labels.ndim != 1 or labels.size == 0:
        raise Error("bad_parameter", f"target: expected a list of classes, got shape {labels.shape}")
    if labels.dtype.kind in "US":
        labels = labels.astype(str).astype(object)
    elif labels.dtype.kind in "iu":
        labels = labels.astype(np.int64)
    if labels.dtype == object and not all(isinstance(label, str) for label in labels.tolist()):
        raise Error("bad_parameter", "target: classes must be text, integers, floats or bools, none missing")
    return labels


def inverse_target(target: dict[str, Any], outputs: Any) -> np.ndarray:
    """Outputs of the model in the unit of the training target, in their own type and shape."""
    cells = np.asarray(outputs)
    if cells.dtype.name not in FLOATS:
        cells = cells.astype(np.float64)
    width, matrix = len(target["names"]), cells.reshape(-1, 1) if cells.ndim == 1 else cells
    if matrix.ndim != 2 or matrix.shape[1] != width:
        raise Error("bad_shape", f"target: expected {width} columns ({', '.join(target['names'][:5])}), got shape {cells.shape}")
    columns = [Cells(name, matrix[:, index]) for index, name in enumerate(target["names"])]
    made = run_inverse(target["step"], columns, cells.dtype, "target")
    return np.column_stack([column.values for column in made]).reshape(cells.shape)


def decode(target: dict[str, Any], outputs: Any) -> np.ndarray:
    """The classes that outputs stand for: the largest score of a row, or what its one number says."""
    labels, cells = unpack(target["classes"]), np.asarray(outputs)
    if labels.size == 0:
        raise Error("bad_parameter", "decode: the target has no classes; export it with its classes")
    matrix = cells.reshape(-1, 1) if cells.ndim == 1 else cells
    if matrix.ndim != 2 or matrix.shape[1] not in (1, labels.size):
        raise Error("bad_shape", f"decode: expected 1 column or {labels.size}, one for each class, got shape {cells.shape}")
    if not np.isfinite(matrix).all():
        row = int(np.argmin(np.isfinite(matrix).all(axis=1)))
        raise Error("non_finite", f"decode: row {row}: expected finite numbers, got {matrix[row].tolist()}")
    if matrix.shape[1] == labels.size:
        return labels[matrix.argmax(axis=1)]
    column = matrix[:, 0]
    if labels.size == 2 and column.dtype.kind == "f":
        return labels[(column > column.dtype.type(target["threshold"])).astype(int)]
    known = (column >= 0) & (column < labels.size) & (column == np.floor(column))
    if not known.all():
        row = int(np.argmin(known))
        raise Error("unknown_category", f"decode: row {row}: expected a whole number from 0 to {labels.size - 1}, "
                                        f"got {column[row].item()!r}")
    return labels[column.astype(int)]


def replay_target(target: dict[str, Any], test: dict[str, Any], path: str) -> None:
    """Run one self-test of a target; `self_test_failed` at the first value that differs."""
    outputs = unpack(test["outputs"]).reshape(test["rows"], -1)
    want = unpack(test["expected"])
    try:
        got = decode(target, outputs) if target["classes"]["values"] else inverse_target(target, outputs).ravel()
    except Error as problem:
        raise Error("self_test_failed", f"{path} ({test['dtype']}): {problem.message}") from None
    if want.dtype.name in FLOATS and got.dtype == want.dtype:
        wrong = ~within(got, want, np.tile(test["tolerance"], test["rows"]))
    else:
        wrong = got != want
    if wrong.any():
        place = int(np.argmax(wrong))
        raise Error("self_test_failed", f"{path} ({test['dtype']}): {int(wrong.sum())} of {wrong.size} values differ; first: "
                                        f"row {place // len(target['names'])}: expected {want[place]!r}, got {got[place]!r}")
