# SPDX-License-Identifier: MIT
"""Fitted objects seen from outside: which step they are, what containers hold. Read by attribute, never imported."""

from __future__ import annotations

import math
import copy
import sys
from numbers import Real
from typing import Any, Callable, Iterator, NamedTuple, Optional

from .error import Error
from .steps import STEPS, Source, Step

IMPUTER = Source("SimpleImputer", "sklearn.")
PIPELINE = Source("Pipeline", "sklearn.", ("steps",))
FUNCTION_TRANSFORMER = Source("FunctionTransformer", "sklearn.")
COLUMN_TRANSFORMER = Source("ColumnTransformer", "sklearn.",
                            ("transformers_", "_transformer_to_input_indices", "n_features_in_"))
FEATURE_UNION = Source("FeatureUnion", "sklearn.", ("transformer_list",))


class Entry(NamedTuple):
    """One live entry of a ColumnTransformer, or of a FeatureUnion, whose entries each read all columns."""

    name: str
    fitted: Any
    columns: list[int]
    weight: Any  # as scikit-learn multiplies by it; None for none
    view: Optional[slice] = None  # the columns of an array are taken by it, which leaves them where they lie


def is_pipeline(fitted: Any) -> bool:
    return _is(fitted, PIPELINE)


def is_column_transformer(fitted: Any) -> bool:
    return _is(fitted, COLUMN_TRANSFORMER)


def is_feature_union(fitted: Any) -> bool:
    return _is(fitted, FEATURE_UNION)


def has_entries(fitted: Any) -> bool:
    """Several steps beside each other, each over some of the columns."""
    return is_column_transformer(fitted) or is_feature_union(fitted)


def is_passthrough(fitted: Any) -> bool:
    """Whether it hands every column through; a FunctionTransformer without functions does."""
    if _is(fitted, FUNCTION_TRANSFORMER):
        return fitted.func is None and fitted.inverse_func is None and not callable(fitted.feature_names_out)
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
        f"supported: {', '.join(known)}, Pipeline, ColumnTransformer, FeatureUnion, 'passthrough', 'drop'"
    raise Error("bad_parameter", f"{where}: {name} is not supported; {hint}")


def pipeline_steps(fitted: Any) -> list[tuple[str, Any]]:
    """Steps of a Pipeline without those that do nothing."""
    steps = [(name, step) for name, step in fitted.steps if not is_passthrough(step)]
    return steps or [(fitted.steps[0][0], "passthrough")]


def live_entries(fitted: Any, width: int, where: str) -> list[Entry]:
    """Entries of a ColumnTransformer or FeatureUnion that have columns and are not dropped, remainder last; `width`
    columns come in."""
    listed = list(_transformers(fitted, where) if is_column_transformer(fitted) else _union(fitted, width))
    names = [entry.name for entry in listed]
    for name in names:
        if names.count(name) > 1:
            raise Error("bad_parameter", f"{where}: {type(fitted).__name__}: entry name {name!r} is used twice; rename it")
    return [entry for entry in listed if entry.columns and not _is_drop(entry.fitted)]


def _transformers(fitted: Any, where: str) -> Iterator[Entry]:
    require_fitted(fitted, COLUMN_TRANSFORMER.attributes, where)
    for name, step, spec in fitted.transformers_:
        # a list, slice, mask or selector gives a block; a bare name or number gives a vector
        if isinstance(spec, (str, Real)) and not _is_drop(step):
            raise Error("bad_parameter", f"{where} > {name!r}: columns={spec!r} selects one column as a vector; "
                                         f"pass [{spec!r}]")
        yield Entry(name, step, [int(position) for position in fitted._transformer_to_input_indices[name]],
                    _weight(fitted, name, where), spec if isinstance(spec, slice) else None)


def _union(fitted: Any, width: int) -> Iterator[Entry]:
    for name, step in fitted.transformer_list:
        yield Entry(name, step, list(range(width)), _weight(fitted, name, name), slice(None))


def _weight(fitted: Any, name: str, where: str) -> Any:
    weight = (fitted.transformer_weights or {}).get(name)
    if weight is not None and not (isinstance(weight, Real) and math.isfinite(weight)):
        raise Error("bad_parameter", f"{where}: transformer_weights of {name!r} is {weight!r} ({type(weight).__name__}); "
                                     "expected a finite number")
    return weight


def _is_drop(step: Any) -> bool:
    return isinstance(step, str) and step == "drop"


def feature_label(fitted: Any, where: str) -> Callable[[str, str], str]:
    """How a container names the outputs of an entry: label(entry, output). A function is run here, not stored."""
    verbose = getattr(fitted, "verbose_feature_names_out", True)
    if isinstance(verbose, bool):
        return (lambda entry, output: f"{entry}__{output}") if verbose else (lambda entry, output: output)
    if not isinstance(verbose, str) and not callable(verbose):
        raise Error("bad_parameter", f"{where}: verbose_feature_names_out={verbose!r} is not supported; expected True, "
                                     "False, a format or a function of two names")

    def label(entry: str, output: str) -> str:
        try:
            made = verbose(entry, output) if callable(verbose) else \
                verbose.format(transformer_name=entry, feature_name=output)
        except Exception as problem:  # whatever the user's format or function raises
            made = problem
        if not isinstance(made, str):
            raise Error("bad_parameter", f"{where}: verbose_feature_names_out={verbose!r} makes no name of {entry!r} and "
                                         f"{output!r}, but {made!r}")
        return made
    return label


def shows_missing(fitted: Any) -> bool:
    """Whether an imputer appends indicator columns."""
    return _is(fitted, IMPUTER) and bool(getattr(fitted, "add_indicator", False))


def imputer_and_indicator(fitted: Any, width: int) -> list[Entry]:
    """An imputer that appends indicators as two objects side by side. Text and numbers are never of one block."""
    imputer = copy.copy(fitted)
    imputer.add_indicator = False
    columns = list(range(width))
    return [Entry("simpleimputer", imputer, columns, None), Entry("missingindicator", fitted.indicator_, columns, None)]


def require_fitted(fitted: Any, attributes: tuple[str, ...], where: str) -> None:
    for attribute in attributes:
        if not hasattr(fitted, attribute):
            raise Error("bad_shape", f"{where}: {type(fitted).__name__} is not fitted (it has no {attribute}); "
                                     "call fit first")


def input_names(fitted: Any) -> Optional[list[str]]:
    """Names of the columns the object was fitted on; None if it was fitted on an array."""
    names = _first_known(fitted, lambda part: getattr(part, "feature_names_in_", None))
    return None if names is None else [str(name) for name in names]


def input_width(fitted: Any) -> Optional[int]:
    """Number of columns the object was fitted on, where it says so."""
    width = _first_known(fitted, lambda part: getattr(part, "n_features_in_", None))
    return None if width is None else int(width)


def _first_known(fitted: Any, ask: Callable[[Any], Any]) -> Any:
    """What a part that reads the input itself answers: the first step of a Pipeline, any entry of a FeatureUnion."""
    if is_pipeline(fitted):
        return _first_known(pipeline_steps(fitted)[0][1], ask)
    if is_feature_union(fitted):
        answers = (_first_known(step, ask) for _, step in fitted.transformer_list)
        return next((answer for answer in answers if answer is not None), None)
    return ask(fitted)


def package_version(package: str, fitted: Any) -> str:
    """Version of the package the object comes from, if it is that package; never imports it."""
    if type(fitted).__module__.split(".")[0] != package:
        return ""
    return str(getattr(sys.modules.get(package), "__version__", ""))


def _is(fitted: Any, source: Source) -> bool:
    return type(fitted).__name__ == source.name and type(fitted).__module__.startswith(source.module)
