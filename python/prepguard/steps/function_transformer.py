# SPDX-License-Identifier: MIT
"""function_transformer: one function of NumPy, by its name, for every cell."""

from __future__ import annotations

import math
import sys
from typing import Any, Callable, Optional

import numpy as np

from .. import fields
from ..arrays import same_bits
from ..error import Error
from ..functions import cos_period, sin_period
from ._step import Block, Cells, Node, Read, Source, Step, all_numbers, clip
from ._tolerance import TRANSCENDENTAL, check_ulps, total

LARGEST = np.finfo(np.float64).max  # as a bound: none

EXACT: dict[str, Callable[..., Any]] = {
    "abs": np.absolute, "negative": np.negative, "square": np.square, "sqrt": np.sqrt, "reciprocal": np.reciprocal,
    "sign": np.sign, "floor": np.floor, "ceil": np.ceil, "rint": np.rint}
CLIPS = ("clip", "clip_keeps_zero")
LIBRARY: dict[str, Callable[..., Any]] = {
    "log": np.log, "log2": np.log2, "log10": np.log10, "log1p": np.log1p, "exp": np.exp, "expm1": np.expm1,
    "sin": np.sin, "cos": np.cos, "tanh": np.tanh}
PERIODIC: dict[str, Callable[..., Any]] = {"sin_period": sin_period, "cos_period": cos_period}
FUNCTIONS = {**EXACT, **LIBRARY, **PERIODIC}
NAMES = ("identity", *EXACT, *CLIPS, *LIBRARY, *PERIODIC)
JUMPS = ("sign", "floor", "ceil", "rint")
SUPPORTED = "None, numpy.{abs, " + ", ".join((*list(EXACT)[1:], "clip", *LIBRARY)) + "}, " \
            "prepguard.functions.{sin_period, cos_period}"


def read(fitted: Any, block: Block) -> Read:
    function, arguments = _named(fitted, "func", "kw_args", block)
    inverse, inverse_arguments = "", []
    if fitted.inverse_func is not None:
        inverse, inverse_arguments = _named(fitted, "inverse_func", "inv_kw_args", block)
    own = {"function": function, "inverse_function": inverse, "arguments": arguments,
           "inverse_arguments": inverse_arguments, "ulps": _ulps(function)}
    return Read(own, _names_out(fitted, block), list(block.keep), list(block.spellings))


def _named(fitted: Any, attribute: str, options: str, block: Block) -> tuple[str, list[float]]:
    """The name of a function and its arguments."""
    function, given = getattr(fitted, attribute), dict(getattr(fitted, options, None) or {})
    if function is np.clip:
        low, high = _bounds(fitted, options, given, block)
        return _clip_rule(fitted, attribute, options, (low, high), block), [low, high]
    name = "identity" if function is None else \
        next((name for name, known in FUNCTIONS.items() if known is function), None)
    if name is None:
        shown = getattr(function, "__name__", repr(function))
        raise block.refuse(fitted, f"{attribute}={shown} is not supported; supported: {SUPPORTED}")
    if name in PERIODIC:
        period = _number(given.pop("period", None))
        if period is None or period == 0.0:
            raise block.refuse(fitted, f"{options} must give {shown_name(name)} a period: one finite number, not 0")
        arguments = [period]
    else:
        arguments = []
    if given:
        raise block.refuse(fitted, f"{options}={given!r} is not supported; numpy.{name} is supported without options")
    return name, arguments


def shown_name(name: str) -> str:
    return f"prepguard.functions.{name}" if name in PERIODIC else f"numpy.{name}"


def _number(value: Any) -> Optional[float]:
    """One finite number as a float."""
    if isinstance(value, (int, float, np.integer, np.floating)) and math.isfinite(value):
        return float(value)
    return None


def _bounds(fitted: Any, options: str, given: dict[str, Any], block: Block) -> tuple[float, float]:
    low = given.pop("a_min", given.pop("min", None))
    high = given.pop("a_max", given.pop("max", None))
    bounds = (-LARGEST if low is None else _number(low), LARGEST if high is None else _number(high))
    if given or None in bounds or not bounds[0] <= bounds[1]:
        raise block.refuse(fitted, f"{options}={getattr(fitted, options)!r} is not supported; expected a_min and a_max, "
                                   "each a finite number or None, a_min <= a_max")
    return bounds


def _clip_rule(fitted: Any, attribute: str, options: str, bounds: tuple[float, float], block: Block) -> str:
    """What becomes of -0.0 where a bound is 0.0 differs between NumPy 1, NumPy 2 and pandas, so it is tried."""
    if 0.0 not in bounds:
        return CLIPS[0]
    pandas = sys.modules.get("pandas") if hasattr(fitted, "feature_names_in_") and not fitted.validate else None
    for rule in CLIPS:
        equal = True
        for dtype in ("float32", "float64"):
            for count in (1, 40):
                zeros = np.array([[-0.0, 0.0]] * count, dtype=dtype)
                rows = zeros if pandas is None else pandas.DataFrame(zeros)
                got = np.asarray(np.clip(rows, **getattr(fitted, options))).astype(dtype)
                equal &= bool(same_bits(got, clip(zeros, *bounds, keep_zero=rule == CLIPS[1])).all())
        if equal:
            return rule
    raise block.refuse(fitted, f"{attribute}=clip treats -0.0 at a bound of 0.0 in a way this version does not know")


def _names_out(fitted: Any, block: Block) -> list[str]:
    if not callable(getattr(fitted, "feature_names_out", None)):
        return list(block.names)
    names = [str(name) for name in fitted.feature_names_out(fitted, np.array(block.names, dtype=object))]
    if len(names) != len(block.names):
        raise block.refuse(fitted, f"feature_names_out gives {len(names)} names for {len(block.names)} columns")
    return names


def _ulps(function: str) -> int:
    return TRANSCENDENTAL if function in LIBRARY or function in PERIODIC else 0


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    if node["function"] not in NAMES:
        raise Error("bad_state", f"{path}.function: expected one of {', '.join(NAMES)}, got {node['function']!r}")
    if node["inverse_function"] not in (*NAMES, ""):
        raise Error("bad_state", f"{path}.inverse_function: expected one of {', '.join(NAMES)} or nothing, "
                                 f"got {node['inverse_function']!r}")
    _check_arguments(node["function"], node["arguments"], f"{path}.arguments")
    _check_arguments(node["inverse_function"], node["inverse_arguments"], f"{path}.inverse_arguments")
    check_ulps(node, _ulps(node["function"]), path)
    return all_numbers(kinds, path)


def _check_arguments(function: str, arguments: list[float], path: str) -> None:
    if function in CLIPS:
        good, expected = len(arguments) == 2 and arguments[0] <= arguments[1], "two numbers, low <= high"
    elif function in PERIODIC:
        good, expected = len(arguments) == 1 and arguments[0] != 0.0, "one number, not 0"
    else:
        good, expected = not arguments, "none"
    if not good:
        raise Error("bad_state", f"{path}: expected {expected}, got {arguments}")


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    result = []
    for label, values in columns:
        with np.errstate(all="ignore"):
            made = _apply(node["function"], node["arguments"], values)
        odd = np.isnan(made) & ~np.isnan(values)
        if odd.any():
            row = int(np.argmax(odd))
            raise Error("non_finite", f"{path}: row {row}, column {label!r}: {node['function']}({values[row].item()!r}) is NaN; "
                                      "expected a number the function is defined for, or a missing value")
        result.append(Cells(label, made))
    return result


def _apply(function: str, arguments: list[float], values: np.ndarray) -> np.ndarray:
    if function == "identity":
        return values
    if function in CLIPS:
        return clip(values, *arguments, keep_zero=function == CLIPS[1])
    return FUNCTIONS[function](values, *arguments)


def inverse(node: Node, columns: list[Cells], dtype: np.dtype) -> list[Cells]:
    turned = {**node, "function": node["inverse_function"], "arguments": node["inverse_arguments"]}
    return transform(turned, columns, dtype, "inverse of function_transformer")


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """Steps have edges, where one last bit decides: nothing is allowed there."""
    if node["function"] in JUMPS:
        return [0] * len(columns)
    if node["function"] == "square":
        return [total(k, k) for k in columns]
    return [total(node["ulps"], k) for k in columns]


STEP = Step(
    "function_transformer",
    (Source("FunctionTransformer", "sklearn.", ("func", "inverse_func", "validate")),),
    {"function": fields.string, "inverse_function": fields.string, "arguments": fields.list_of(fields.double),
     "inverse_arguments": fields.list_of(fields.double), "ulps": fields.integer},
    read, check, transform, tolerances=tolerances, inverse=inverse,
    invertible=lambda node: node["inverse_function"] != "", inverse_ulps=lambda node: _ulps(node["inverse_function"]))
