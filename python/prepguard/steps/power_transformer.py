# SPDX-License-Identifier: MIT
"""power_transformer: Yeo-Johnson's or Box-Cox's power of every cell, then, if asked for, x -= mean; x /= scale."""

from __future__ import annotations

import copy
import math
import warnings
from typing import Any

import numpy as np

from .. import contract, fields
from ..arrays import pack, same_bits, unpack
from ..error import Error
from . import standard_scaler
from ._step import (FLOAT32_COEFFICIENTS, FLOAT64_COEFFICIENTS, NATIVE, Block, Cells, Node, Read, Source, Step,
                    all_numbers, check_statistic, operate, require, statistic)
from ._tolerance import TRANSCENDENTAL, check_ulps, power, scaled

METHODS = ("yeo-johnson", "box-cox")
FORMULAS = ("expm1", "expm1_rounded", "power")
NO_STATISTIC = np.empty(0)
TINY = 2.0**-54  # 1 + TINY == 1


def read(fitted: Any, block: Block) -> Read:
    if fitted.method not in METHODS:
        raise block.refuse(fitted, f"method={fitted.method!r} is not supported; expected {' or '.join(METHODS)}")
    if np.asarray(fitted.lambdas_).dtype.kind == "i":  # the search ended where it began
        fitted = copy.copy(fitted)
        fitted.lambdas_ = fitted.lambdas_.astype(np.float64)
    lambdas, standardize = statistic(fitted, "lambdas_", block), bool(fitted.standardize)
    mean, scale = (statistic(fitted._scaler, name, block) if standardize else NO_STATISTIC for name in ("mean_", "scale_"))
    own = {"contract": _contract(fitted, block) if standardize else FLOAT64_COEFFICIENTS, "method": fitted.method,
           "formula": _formula(fitted, np.asarray(fitted.lambdas_)), "standardize": standardize, "lambdas": pack(lambdas),
           "mean": pack(mean), "scale": pack(scale), "ulps": TRANSCENDENTAL}
    return Read(own, list(block.names), list(block.keep), list(block.spellings))


def _contract(fitted: Any, block: Block) -> str:
    """That of the scaler inside."""
    scaler = fitted._scaler
    node = {"inputs": len(scaler.mean_), "with_mean": True, "with_std": True, "mean": pack(scaler.mean_),
            "scale": pack(scaler.scale_)}
    return contract.decide(scaler, standard_scaler.STEP, node, block.where)


def _formula(fitted: Any, lambdas: np.ndarray) -> str:
    """Whether x is added to 1, where a tiny one vanishes, and whether lambda is rounded for float32 rows, found by trying."""
    bare = copy.copy(fitted)
    bare.standardize = False
    positive = fitted.method == "box-cox"
    cells = np.geomspace(0.01, 100.0, 64).astype(np.float32)
    rows = np.repeat((cells if positive else np.concatenate([cells, -cells]))[:, None], len(lambdas), axis=1)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of feature names
        tiny = np.full((1, len(lambdas)), TINY)
        if not positive and any((np.asarray(bare.transform(sign * tiny)) == 0.0).any() for sign in (1, -1)):
            return "power"
        want, differ = np.ascontiguousarray(np.asarray(bare.transform(rows.copy()))), {}
        for formula in FORMULAS[:2]:
            node = {"method": fitted.method, "formula": formula}
            got = np.column_stack([_raised(node, *pair).astype(np.float32) for pair in zip(rows.T, lambdas)])
            differ[formula] = int(np.sum(~same_bits(got, want)))
    return min(differ, key=lambda formula: differ[formula])


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    require(node["method"] in METHODS, f"{path}.method", " or ".join(METHODS), node["method"])
    require(node["formula"] in FORMULAS, f"{path}.formula", " or ".join(FORMULAS), node["formula"])
    check_statistic(node["lambdas"], len(kinds), f"{path}.lambdas")
    width = len(kinds) if node["standardize"] else 0
    mean = check_statistic(node["mean"], width, f"{path}.mean")
    scale = check_statistic(node["scale"], width, f"{path}.scale", positive=True)
    if (mean != scale).any():
        raise Error("bad_state", f"{path}: mean and scale are undefined for different columns: {node['mean']['nan']} and "
                                 f"{node['scale']['nan']}")
    check_ulps(node, TRANSCENDENTAL, path)
    return all_numbers(kinds, path)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    lambdas, mean, scale, result = unpack(node["lambdas"]), unpack(node["mean"]), unpack(node["scale"]), []
    for index, (label, values) in enumerate(columns):
        if node["method"] == "box-cox":
            _refuse_non_positive(label, values, path)
        with np.errstate(all="ignore"):
            values = _raised(node, values, lambdas[index]).astype(dtype)
        if node["standardize"]:
            values = operate(np.subtract, values, mean[index], node["contract"])
            values = operate(np.divide, values, scale[index], node["contract"])
        result.append(Cells(label, values))
    return result


def _refuse_non_positive(label: str, values: np.ndarray, path: str) -> None:
    odd = values <= 0
    if odd.any():
        row = int(np.argmax(odd))
        raise Error("non_finite", f"{path}: row {row}, column {label!r}: Box-Cox power of {values[row].item()!r}; expected a "
                                  "number above 0, or a missing value")


def _raised(node: Node, values: np.ndarray, lambda_: np.floating) -> np.ndarray:
    if np.isnan(lambda_):
        return np.full(values.shape, np.nan)
    if node["method"] == "box-cox":
        rounded = values.dtype.type(lambda_) if node["formula"] == "expm1_rounded" else lambda_
        return _box_cox(values, float(rounded), abs(lambda_) < 1e-19)
    negative, sizes, below = values < 0, np.abs(values), float(lambda_.dtype.type(2.0) - lambda_)
    types = values.dtype if node["formula"] == "expm1_rounded" else np.result_type(values.dtype, lambda_.dtype)
    raise_ = _by_power if node["formula"] == "power" else _by_logarithm
    up = raise_(sizes, float(lambda_), abs(lambda_) < 2.0**-52, types)
    down = raise_(sizes, below, abs(below) <= 2.0**-52, types)
    return np.where(negative, -down, up)


def _box_cox(values: np.ndarray, lambda_: float, is_zero: bool) -> np.ndarray:
    """With the C library's functions, as scipy, and not NumPy's own."""
    logs = [math.log(x) if x == x else x for x in values.tolist()]
    return np.array(logs if is_zero else [_expm1(lambda_ * t) / lambda_ for t in logs], dtype=np.float64)


def _expm1(x: float) -> float:
    try:
        return math.expm1(x)
    except OverflowError:
        return math.inf


def _by_logarithm(sizes: np.ndarray, exponent: float, is_zero: bool, dtype: np.dtype) -> np.ndarray:
    """In `dtype` from the logarithm on."""
    logs, raised_to = np.log1p(sizes).astype(dtype), dtype.type(exponent)
    return logs if is_zero else np.expm1(raised_to * logs) / raised_to


def _by_power(sizes: np.ndarray, exponent: float, is_zero: bool, _: np.dtype) -> np.ndarray:
    """All in the type of the cells."""
    one, raised_to = sizes.dtype.type(1), sizes.dtype.type(exponent)
    return np.log1p(sizes) if is_zero else (np.power(sizes + one, raised_to) - one) / raised_to


def tolerances(node: Node, columns: list[int]) -> list[int]:
    box_cox, by_power, result = node["method"] == "box-cox", node["formula"] == "power", []
    means, scales = unpack(node["mean"]).tolist(), unpack(node["scale"]).tolist()
    for index, (k, lambda_) in enumerate(zip(columns, unpack(node["lambdas"]).tolist())):
        mean, scale = (means[index], scales[index]) if node["standardize"] else (0.0, 1.0)
        largest = abs(mean) + 8.0 * scale if node["standardize"] else None
        undefined = math.isnan(lambda_) or math.isnan(mean)
        result.append(0 if undefined else scaled(power(k, box_cox, by_power, lambda_, largest), mean, scale))
    return result


STEP = Step(
    "power_transformer",
    (Source("PowerTransformer", "sklearn.", ("n_features_in_", "lambdas_", "method", "standardize")),),
    {"method": fields.string, "formula": fields.string, "standardize": fields.boolean, "lambdas": fields.array,
     "mean": fields.array, "scale": fields.array, "ulps": fields.integer},
    read, check, transform, tolerances=tolerances, contracts=(FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS, NATIVE))
