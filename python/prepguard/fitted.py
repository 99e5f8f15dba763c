# SPDX-License-Identifier: MIT
"""Fitted objects seen from outside: which step they are, what containers hold. Read by attribute, never imported."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, Optional

from .error import Error
from .steps import STEPS, Source, Step

PIPELINE = Source("Pipeline", "sklearn.", ("steps",))
COLUMN_TRANSFORMER = Source("ColumnTransformer", "sklearn.",
                            ("transformers_", "_transformer_to_input_indices", "n_features_in_"))


class Entry(NamedTuple):
    """One live entry of a ColumnTransformer."""

    name: str
    fitted: Any
    columns: list[int]
    weight: float


def is_pipeline(fitted: Any) -> bool:
    return _is(fitted, PIPELINE)


def is_column_transformer(fitted: Any) -> bool:
    return _is(fitted, COLUMN_TRANSFORMER)


def is_passthrough(fitted: Any) -> bool:
    return fitted is None or (isinstance(fitted, str) and fitted == "passthrough")


def step_of(fitted: Any, where: str) -> Step:
    """The row of THE LIST that reads this object; refused by its exact name if there is none."""
    if is_passthrough(fitted):
        return STEPS["passthrough"]
    for step in STEPS.values():
        for source in step.sources:
            if _is(fitted, source):
                require_fitted(fitted, source.attributes, where)
                return step
    name = f"{type(fitted).__module__}.{type(fitted).__name__}"
    known = sorted(source.name for step in STEPS.values() for source in step.sources)
    hint = "it is a model, not a transformer: export pipeline[:-1]" if hasattr(fitted, "predict") else \
        f"supported: {', '.join(known)}, Pipeline, ColumnTransformer, 'passthrough', 'drop'"
    raise Error("bad_parameter", f"{where}: {name} is not supported; {hint}")


def pipeline_steps(fitted: Any) -> list[tuple[str, Any]]:
    """Steps of a Pipeline without those that do nothing."""
    steps = [(name, step) for name, step in fitted.steps if not is_passthrough(step)]
    return steps or [(fitted.steps[0][0], "passthrough")]


def transformer_entries(fitted: Any, where: str) -> list[Entry]:
    """Entries of a ColumnTransformer that have columns and are not dropped, remainder last."""
    require_fitted(fitted, COLUMN_TRANSFORMER.attributes, where)
    names = [name for name, _, _ in fitted.transformers_]
    for name in names:
        if names.count(name) > 1:
            raise Error("bad_parameter", f"{where}: ColumnTransformer: entry name {name!r} is used twice; rename it")
    weights = fitted.transformer_weights or {}
    entries = []
    for name, step, spec in fitted.transformers_:
        if isinstance(step, str) and step == "drop":
            continue
        if isinstance(spec, (str, int)):
            raise Error("bad_parameter", f"{where} > {name!r}: columns={spec!r} selects one column as a vector; "
                                         f"pass [{spec!r}]")
        weight = weights.get(name)
        columns = [int(position) for position in fitted._transformer_to_input_indices[name]]
        if columns:
            entries.append(Entry(name, step, columns, 1.0 if weight is None else float(weight)))
    return entries


def require_fitted(fitted: Any, attributes: tuple[str, ...], where: str) -> None:
    for attribute in attributes:
        if not hasattr(fitted, attribute):
            raise Error("bad_shape", f"{where}: {type(fitted).__name__} is not fitted (it has no {attribute}); "
                                     "call fit first")


def input_names(fitted: Any) -> Optional[list[str]]:
    """Names of the columns the object was fitted on; None if it was fitted on an array."""
    if is_pipeline(fitted):
        return input_names(pipeline_steps(fitted)[0][1])
    names = getattr(fitted, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]


def input_width(fitted: Any) -> Optional[int]:
    """Number of columns the object was fitted on, where it says so."""
    if is_pipeline(fitted):
        return input_width(pipeline_steps(fitted)[0][1])
    width = getattr(fitted, "n_features_in_", None)
    return None if width is None else int(width)


def package_version(package: str, fitted: Any) -> str:
    """Version of the package the object comes from, if it is that package; never imports it."""
    if type(fitted).__module__.split(".")[0] != package:
        return ""
    return str(getattr(sys.modules.get(package), "__version__", ""))


def _is(fitted: Any, source: Source) -> bool:
    return type(fitted).__name__ == source.name and type(fitted).__module__.startswith(source.module)
