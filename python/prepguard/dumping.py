# SPDX-License-Identifier: MIT
"""Export: fitted object and training sample -> sealed bytes, proven against the fitted object before they leave."""

from __future__ import annotations

import datetime
import platform
import warnings
from collections import Counter
from itertools import zip_longest
from typing import Any, Iterable, Mapping, Optional, Sequence

import numpy as np

from . import selftest
from .arithmetic import sparse_stack, types_used
from .arrays import FLOATS, TEXT
from .envelope import seal, unseal
from .error import Error
from .files import Path, write_file
from .fitted import input_names, is_pipeline, package_version
from .keras import Preprocessing, opened
from .models import Paths, as_paths, model_entry
from .nodes import Exported, export
from .order import settle_orders
from .policy import describe_policy
from .run import replay
from .schema import Sample, describe, read_sample
from .steps import Block
from .steps._tolerance import UNBOUNDED
from .target import describe_target, replay_target
from .tolerance import implied
from .validate import check_fits, validate
from .version import __version__

PROBE_ROWS = 8


def dump(fitted: Any, path: Path, *, sample: Any, model: Paths = None, cast: Optional[str] = None,
         provenance_date: Optional[str] = None, columns: Optional[Sequence[str]] = None, target: Any = None,
         policy: Iterable[Mapping[str, Any]] = ()) -> None:
    """Write the artifact of a fitted object in one step: a reader sees the old file or the new one.

    `fitted`: a scikit-learn transformer, a Keras layer or model of preprocessing layers, a dict of column names to such
    layers, or the path of a saved `.keras` archive.
    `sample`: the training rows (DataFrame, array or list of rows), not transformed. `model`: what the artifact belongs
    to, a file, a directory or several. `cast`: "float32" or "float64", needed only if numeric blocks compute in different types.
    `provenance_date`: `YYYY-MM-DDTHH:MM:SSZ`, "" for none, default now. `columns`: names for unnamed input.
    `target`: what the model was trained to predict, if it was not the plain number: the fitted transformer of the target
    (a scaler, a Pipeline), a TransformedTargetRegressor, or the classes (LabelEncoder, LabelBinarizer, a classifier, a list).
    `policy`: what the guard is asked to do, rules like `{"check": "missing", "action": "reject_row", "column": "age"}`
    (docs/guard.md); none: its defaults.
    Raises `Error` if the object cannot be replayed bit for bit.
    """
    write_file(path, dumps(fitted, sample=sample, model=model, cast=cast, provenance_date=provenance_date,
                           columns=columns, target=target, policy=policy))


def dumps(fitted: Any, *, sample: Any, model: Paths = None, cast: Optional[str] = None,
          provenance_date: Optional[str] = None, columns: Optional[Sequence[str]] = None, target: Any = None,
          policy: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """The bytes `dump` writes."""
    if cast is not None and cast not in FLOATS:
        raise Error("bad_parameter", f"cast: expected 'float32' or 'float64', got {cast!r}")
    fitted = opened(fitted)
    rows = read_sample(sample, input_names(fitted), columns)
    block = Block("fitted", [c.name for c in rows.columns], [c.kind for c in rows.columns],
                  [c.spellings for c in rows.columns], list(range(len(rows.columns))))
    exported = export(fitted, block)
    _compare_names(fitted, block.names, exported.block.names)
    _refuse_outputs(exported.block)
    dtype = cast or _training_type(fitted, rows)
    payload = {
        "library": "prepguard",
        "library_version": __version__,
        "provenance": _provenance(fitted, provenance_date),
        "dtype": dtype,
        "columns": [describe(column, index in exported.used) for index, column in enumerate(rows.columns)],
        "pipeline": exported.node,
        "features": exported.block.names,
        "target": describe_target(target),
        "models": [model_entry(entry) for entry in as_paths(model)],
        "policy": describe_policy(policy, block.names, exported.block.names),
        "self_tests": _self_tests(fitted, rows, exported.node, dtype, _tolerance(exported, block.kinds)),
    }
    settle_orders(fitted, rows.head(PROBE_ROWS), exported.node)
    _check_spelling(payload)
    return _proven(payload, fitted, rows)


def _check_spelling(payload: dict[str, Any]) -> None:
    """A file spells the missing cells of a text column as its sample did; encoders trained on None must find None."""
    for position in sorted(_trained_on_none(payload["pipeline"], list(range(len(payload["columns"]))))):
        column = payload["columns"][position]
        if column["training"]["none"] == 0:
            raise Error("bad_parameter", f"sample: training saw None in column {column['name']!r}, the sample has none; "
                                         "pass all training rows, so that missing cells are spelled as in training")


def _trained_on_none(node: dict[str, Any], columns: list[int]) -> set[int]:
    """Positions of the input columns in which an encoder has None as a category."""
    if node["type"] == "pipeline":
        steps = [entry["step"] for entry in node["steps"] if entry["step"]["inputs"] == len(columns)]
        return set().union(*(_trained_on_none(step, columns) for step in steps))
    if node["type"] == "column_transformer":
        entries = [(entry["step"], [columns[c] for c in entry["columns"]]) for entry in node["transformers"]]
        return set().union(*(_trained_on_none(step, inside) for step, inside in entries))
    if node["type"] in ("one_hot_encoder", "ordinal_encoder"):
        return {position for position, column in zip(columns, node["columns"]) if column["categories"]["none"]}
    return set()


def _proven(payload: dict[str, Any], fitted: Any, rows: Sample) -> bytes:
    """The sealed payload, read back, validated and replayed."""
    data = seal(payload)
    again = validate(unseal(data))
    for described in again["target"]:
        for index, test in enumerate(described["self_tests"]):
            replay_target(described, test, f"target[0].self_tests[{index}]")
    for index, test in enumerate(again["self_tests"]):
        try:
            replay(again, test, f"self_tests[{index}]")
        except Error as problem:
            stacked = None if isinstance(fitted, Preprocessing) else sparse_stack(fitted, rows.head(1))
            if stacked is None:
                raise
            raise Error(problem.code, f"{problem.message}; {stacked} is a sparse matrix, which holds no -0.0: set "
                                      "sparse_output=False on encoders, sparse_threshold=0 on ColumnTransformer") from None
    return data


def _self_tests(fitted: Any, rows: Sample, node: dict[str, Any], dtype: str,
                tolerance: list[int]) -> list[dict[str, Any]]:
    check_fits(node, dtype)
    cells = selftest.choose_rows(fitted, rows, dtype)
    try:
        tests = [selftest.build(fitted, rows, cells, dtype, tolerance)]
    except selftest.Impossible as reason:
        raise Error("self_test_failed", f"the fitted object cannot transform rows of its own sample in {dtype}: "
                                        f"{reason}; pass the rows it was fitted on") from None
    if isinstance(fitted, Preprocessing) and fitted.types:
        return tests  # layers that compute in float32 have no answer in float64
    other = FLOATS[1 - FLOATS.index(dtype)]
    try:
        check_fits(node, other)
        try:
            tests.append(selftest.build(fitted, rows, cells, other, tolerance))
        except selftest.Impossible:  # a row made for one type may overflow, or be an unknown category, in the other
            tests.append(selftest.build(fitted, rows, selftest.choose_rows(fitted, rows, other), other, tolerance))
    except (selftest.Impossible, Error) as reason:
        if isinstance(reason, Error) and reason.code != "bad_state":
            raise
        warnings.warn(f"prepguard: no {other} self-test, so this artifact loads as {dtype} only: {reason}",
                      stacklevel=4)
    return tests


def _tolerance(exported: Exported, kinds: list[str]) -> list[int]:
    """Of each feature; refuses those that a last bit decides, warns of steps that turn one into another category."""
    edges: list[str] = []
    allowed = implied(exported.node, kinds, edges)
    for name, ulps in zip(exported.block.names, allowed):
        if ulps >= UNBOUNDED:
            raise Error("bad_parameter", f"feature {name!r} is decided by the last bit of a function such as a power or a "
                                         "logarithm, which differs between machines: its values can be anything; rescale "
                                         "the column before it, or leave that step out")
    for path in edges:
        warnings.warn(f"prepguard: {path} cuts at edges, and what it reads depends in its last bits on the machine: a cell "
                      "at an edge may come out differently in serving; put the step before the function", stacklevel=5)
    return allowed


def _training_type(fitted: Any, rows: Sample) -> str:
    """The one type all numeric blocks compute in."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            uses = types_used(fitted, rows.head(PROBE_ROWS))
    except Error:
        raise
    except Exception as problem:  # whatever the user's object raises
        raise Error("bad_schema", f"the fitted object cannot transform its own sample: {type(problem).__name__}: "
                                  f"{problem}; pass the rows it was fitted on") from None
    types = {use.dtype: use.where for use in uses}
    if len(types) > 1:
        blocks = ", ".join(f"{where} in {dtype}" for dtype, where in types.items())
        raise Error("bad_parameter", f"numeric blocks compute in different types: {blocks}; give the columns "
                                     "one type before fitting (encoders have dtype=, weights are Python floats), or pass "
                                     "cast='float32' or cast='float64'")
    return next(iter(types), fitted.natural_type if isinstance(fitted, Preprocessing) else "float64")


def _compare_names(fitted: Any, names: list[str], features: list[str]) -> None:
    """Our names against the fitted object's own, where it has them."""
    try:
        theirs = fitted.get_feature_names_out(np.array(names, dtype=object))
    except (AttributeError, ValueError):  # a step without names, or names that collide (refused later by validate)
        return
    if list(theirs) != features:
        differ = next((pair for pair in zip_longest(features, theirs) if pair[0] != pair[1]))
        raise Error("self_test_failed", f"feature name {differ[0]!r} is {differ[1]!r} in get_feature_names_out; this "
                                        "scikit-learn names features in a way this version does not know")


def _refuse_outputs(block: Block) -> None:
    """What comes out must be numbers with names of their own."""
    features = block.names
    if TEXT in block.kinds:
        raise Error("bad_parameter", f"feature {features[block.kinds.index(TEXT)]!r} is text; models read numbers: "
                                     "encode the column or drop it")
    twice = [name for name, count in Counter(features).items() if count > 1]
    if twice:
        raise Error("bad_parameter", f"{len(twice)} feature names would be used twice, the first is {twice[0]!r}; "
                                     "rename columns or entries, or set verbose_feature_names_out=True")


def _provenance(fitted: Any, date: Optional[str]) -> dict[str, str]:
    inner = fitted.steps[0][1] if is_pipeline(fitted) else fitted
    if date is None:
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"python": platform.python_version(), "numpy": np.__version__,
            "sklearn": package_version("sklearn", fitted), "keras": getattr(fitted, "keras_version", ""), "date": date}
