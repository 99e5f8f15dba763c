# SPDX-License-Identifier: MIT
"""One case: fitted, exported, served by scikit-learn and by an engine, bits compared."""

from __future__ import annotations

import os
import re
import sys
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Union

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "python"))

import prepguard  # noqa: E402
from specs import Node, build  # noqa: E402

# What the exporter may refuse: name, code, words of the message. Anything else it says is a failure.
REFUSALS = tuple((name, code, re.compile(words)) for name, code, words in (
    ("blocks compute in different types", "bad_parameter", "numeric blocks compute in different types"),
    ("text comes out", "bad_parameter", "is text; models read numbers"),
    ("feature names used twice", "bad_parameter", "feature names would be used twice"),
    ("nothing comes out", "bad_state", "at least one output"),
    ("a step reads a sparse block", "bad_parameter", "reads a sparse block"),
    ("an encoder fitted on objects that cannot run on numbers", "self_test_failed", "TypeError: ufunc 'isnan' not supported"),
    ("a weight of text", "bad_parameter", "cannot multiply text"),
    ("a power that overflows", "self_test_failed", "a result is infinite"),
    ("-0.0 in a sparse result", "self_test_failed", "which holds no -0.0"),
    ("splines without slope or period", "bad_parameter", "SplineTransformer: extrapolation='(linear|periodic)'.* (where|of) "),
    ("spline knots that rounding makes descend", "bad_parameter", "knots that do not descend"),
    ("a weighted block that float32 does not hold", "self_test_failed", "a result is not a float32"),
    ("features that a last bit decides", "bad_parameter", "is decided by the last bit"),
    ("splines that overflow", "self_test_failed", "its splines overflow"),
    ("-0.0 in a weighted block", "bad_parameter", "zeros of a sparse or whole-number block"),
))


@dataclass(frozen=True)
class Case:
    """An unfitted pipeline, its training rows, and rows to serve; the first that scikit-learn takes are served."""

    node: Node
    sample: Any
    serving: tuple[Any, ...]


@dataclass(frozen=True)
class Job:
    """Rows for an engine in one type, and scikit-learn's answer. `tolerance`: of each feature, 0 for equal bits."""

    artifact: bytes
    dtype: str
    numbers: np.ndarray
    texts: list[list[Any]]
    want: np.ndarray
    tolerance: np.ndarray


@dataclass
class Outcome:
    """What became of a case: refused by name, failed, or so many values equal."""

    refused: str = ""
    failed: str = ""
    values: int = 0
    ulps: float = 0.0  # the largest error of features that may differ, in units of their tolerance
    jobs: list[Job] = field(default_factory=list)


Engine = Callable[[list[Job]], list[Any]]  # for each job a matrix, or what went wrong as text


def run(cases: list[Case], engines: dict[str, Engine]) -> list[Outcome]:
    """All of them, so that an engine is asked once."""
    outcomes = [prepare(case) for case in cases]
    jobs = [(outcome, job) for outcome in outcomes for job in outcome.jobs]
    for name, engine in engines.items():
        for (outcome, job), got in zip(jobs, engine([job for _, job in jobs])):
            _judge(outcome, job, got, name)
    return outcomes


def prepare(case: Case) -> Outcome:
    """Fits, exports and asks scikit-learn."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fitted = build(case.node).fit(case.sample)
        except Exception as problem:
            return Outcome(refused=f"scikit-learn cannot fit it: {type(problem).__name__}")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            exported = _export(case, fitted)
        if any("cuts at edges" in str(warning.message) for warning in told):
            return Outcome(refused="edges behind inexact cells, which dump warns of")
        if isinstance(exported, Outcome):
            return exported
        try:
            return _jobs(case, fitted, exported)
        except Exception as problem:
            return Outcome(failed=f"cannot be served: {type(problem).__name__}: {problem}")


def _export(case: Case, fitted: Any) -> Union[bytes, Outcome]:
    """The artifact, or what dump said."""
    try:
        return prepguard.dumps(fitted, sample=case.sample, provenance_date="")
    except prepguard.Error as problem:
        return _refusal(problem)
    except Exception as problem:
        return Outcome(failed=f"dump raises {type(problem).__name__}: {problem}")


def _refusal(problem: prepguard.Error) -> Outcome:
    for name, code, words in REFUSALS:
        if problem.code == code and words.search(problem.message):
            return Outcome(refused=name)
    return Outcome(failed=f"dump refuses unexpectedly, {problem.code}: {problem.message}")


def _jobs(case: Case, fitted: Any, artifact: bytes) -> Outcome:
    payload = prepguard.loads(artifact).payload
    outcome, problem = Outcome(), None
    for test in payload["self_tests"]:
        for serving in case.serving:
            rows = typed(serving, test["dtype"])
            try:
                want = dense(fitted.transform(rows)).astype(np.float64)
            except Exception as error:  # an unseen or missing value that this pipeline refuses
                problem = error
                continue
            if not _holds(want, test["dtype"]):
                continue
            numbers, texts = cells_of(rows, payload["columns"], test["dtype"])
            outcome.jobs.append(Job(artifact, test["dtype"], numbers, texts, want.astype(test["dtype"]),
                                    np.array(test["tolerance"])))
            break
    if not outcome.jobs:
        return Outcome(refused=f"scikit-learn cannot serve it: {type(problem).__name__}")
    return outcome


def _holds(want: np.ndarray, dtype: str) -> bool:
    """Whether the answer is finite or missing, and was computed in this type."""
    narrow = want.astype(dtype)
    return not np.isinf(narrow).any() and np.array_equal(narrow.astype(np.float64), want, equal_nan=True)


def _judge(outcome: Outcome, job: Job, got: Any, engine: str) -> None:
    if outcome.failed:
        return
    if isinstance(got, str):
        outcome.failed = f"{engine} in {job.dtype}: {got}"
    elif got.shape != job.want.shape or got.dtype != job.want.dtype:
        outcome.failed = f"{engine} in {job.dtype}: {got.dtype} {got.shape} instead of {job.want.shape}"
    else:
        differ = differing(got, job.want)
        bound = np.finfo(job.dtype).eps * np.maximum(1.0, np.abs(job.want.astype(np.float64)))
        with np.errstate(all="ignore"):
            off = np.abs(got.astype(np.float64) - job.want) / (bound * job.tolerance)
        wrong = differ & ~((job.tolerance > 0) & (off <= 1.0))
        if wrong.any():
            row, column = (int(place[0]) for place in np.nonzero(wrong))
            outcome.failed = (f"{engine} in {job.dtype}: {int(wrong.sum())} of {wrong.size} values differ; first: row {row}, "
                              f"feature {column}: expected {job.want[row, column]!r}, got {got[row, column]!r}")
        outcome.values += differ.size
        outcome.ulps = max(outcome.ulps, float(np.max(off, where=differ & (job.tolerance > 0), initial=0.0)))


def differing(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Where bits differ; any NaN equals any NaN."""
    whole = f"u{want.itemsize}"
    same = np.ascontiguousarray(got).view(whole) == np.ascontiguousarray(want).view(whole)
    return ~(same | (np.isnan(got) & np.isnan(want)))


def dense(result: Any) -> np.ndarray:
    return np.asarray(result.toarray() if hasattr(result, "toarray") else result)


def typed(rows: Any, dtype: str) -> Any:
    """The rows with every number in this type, as the exporter runs them."""
    if not hasattr(rows, "iloc"):
        if rows.dtype != object:
            return rows.astype(dtype)
        cells = [np.dtype(dtype).type(cell) if isinstance(cell, float) else cell for cell in rows.ravel().tolist()]
        made = np.empty(len(cells), dtype=object)
        made[:] = cells
        return made.reshape(rows.shape)
    return rows.astype({name: dtype for name in rows.columns if rows[name].dtype != object})


def cells_of(rows: Any, columns: list[dict[str, Any]], dtype: str) -> tuple[np.ndarray, list[list[Any]]]:
    """The number columns as one matrix, and the text columns."""
    numbers, texts = [np.empty((len(rows), 0))], []
    for index, column in enumerate(columns):
        cells = np.asarray(rows.iloc[:, index] if hasattr(rows, "iloc") else rows[:, index])
        if column["dtype"] == "string":
            texts.append(cells.tolist())
        else:
            numbers.append(cells.astype(dtype).reshape(-1, 1))
    return np.column_stack(numbers).astype(dtype), texts


def cause(failure: str) -> str:
    """A failure without what differs from case to case: paths, names, numbers."""
    return re.sub(r"fitted( > '[^']*')*|\b\w+(\.\w+)+|'[^']*'|[0-9]+|; first: .*", "", failure)
