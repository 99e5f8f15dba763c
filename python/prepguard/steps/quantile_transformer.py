# SPDX-License-Identifier: MIT
"""quantile_transformer: the share of training values below, by two interpolations; then, for normal, its quantile."""

from __future__ import annotations

import warnings
from statistics import NormalDist
from typing import Any

import numpy as np

from .. import fields
from ..arrays import FLOATS, check_array, pack, same_bits, unpack
from ._step import (FLOAT32_COEFFICIENTS, FLOAT64_COEFFICIENTS, NATIVE, Block, Cells, Node, Read, Source, Step,
                    all_numbers, require)
from ._tolerance import TRANSCENDENTAL, check_ulps, total, whole

DISTRIBUTIONS = ("uniform", "normal")
THRESHOLD = 1e-7
CLIP = (-5.199337582605575, 5.19933758270342)  # the normal quantiles of THRESHOLD - 2^-52 and of 1 - that
TAIL = {"uniform": 1.0, "normal": 360000.0}  # 1 / density at CLIP, for the size of the result there


def read(fitted: Any, block: Block) -> Read:
    if fitted.output_distribution not in DISTRIBUTIONS:
        raise block.refuse(fitted, f"output_distribution={fitted.output_distribution!r} is not supported; expected "
                                   f"{' or '.join(DISTRIBUTIONS)}")
    quantiles = np.asarray(fitted.quantiles_)[:, block.keep]
    if quantiles.dtype.name not in FLOATS or np.isinf(quantiles).any():
        raise block.refuse(fitted, f"quantiles_ are {quantiles.dtype.name} or not finite; rescale the columns")
    own = {"output_distribution": fitted.output_distribution, "references": pack(np.asarray(fitted.references_)),
           "quantiles": [pack(column) for column in quantiles.T], "ulps": _ulps(fitted.output_distribution)}
    own["contract"] = _contract(fitted, block, {**own, "inputs": len(block.names)})
    return Read(own, list(block.names), list(block.keep), list(block.spellings))


def _contract(fitted: Any, block: Block, node: Node) -> str:
    """Whether float32 cells are compared with the ends as they are or as float32 (NumPy 1), found by trying."""
    ends = np.array([[column["values"][place] for column in node["quantiles"]] for place in (0, -1)])
    width = np.asarray(fitted.quantiles_).shape[1]
    with np.errstate(all="ignore"):
        exact = ends.astype(np.float32)
        around = [exact, *(np.nextafter(exact, np.float32(way)) for way in (-np.inf, np.inf)),
                  exact + np.float32(THRESHOLD), exact - np.float32(THRESHOLD)]
        rows = np.zeros((2 * len(around), width), dtype=np.float32)
        rows[:, block.keep] = np.where(np.isfinite(np.concatenate(around)), np.concatenate(around), 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of feature names
        want = np.ascontiguousarray(np.asarray(fitted.transform(rows))[:, block.keep])
    columns = [Cells("", rows[:, place]) for place in block.keep]
    for contract in (FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS):
        got = transform({**node, "contract": contract}, columns, rows.dtype, "")
        made = np.column_stack([cells.values for cells in got])
        near = np.abs(made - want) <= node["ulps"] * np.finfo(np.float32).eps * np.maximum(1, np.abs(want))
        if (near | same_bits(made, want)).all():
            return contract
    raise block.refuse(fitted, "compares the ends of a column in a way this version does not know")


def _ulps(distribution: str) -> int:
    return TRANSCENDENTAL if distribution == "normal" else 0


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    require(node["output_distribution"] in DISTRIBUTIONS, f"{path}.output_distribution", " or ".join(DISTRIBUTIONS),
            node["output_distribution"])
    _check_ascending(node["references"], f"{path}.references", False)
    require(len(node["quantiles"]) == len(kinds), f"{path}.quantiles", f"{len(kinds)} arrays", len(node["quantiles"]))
    for index, column in enumerate(node["quantiles"]):
        here = f"{path}.quantiles[{index}]"
        _check_ascending(column, here, True)
        count = len(node["references"]["values"])
        require(len(column["values"]) == count, f"{here}.values", f"{count} numbers", len(column["values"]))
    check_ulps(node, _ulps(node["output_distribution"]), path)
    return all_numbers(kinds, path)


def _check_ascending(array: Node, path: str, may_be_undefined: bool) -> None:
    require(array["dtype"] in FLOATS, f"{path}.dtype", "float32 or float64", array["dtype"])
    check_array(array, path)
    values, missing = array["values"], len(array["nan"])
    require(len(values) > 0, path, "at least 1 number", values)
    require(missing == 0 or (may_be_undefined and missing == len(values)), f"{path}.nan", "all numbers, or none", missing)
    for index in range(1, len(values)):
        require(values[index - 1] <= values[index], f"{path}.values[{index}]", "numbers that do not descend", values[index])


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    references, normal, result = unpack(node["references"]), node["output_distribution"] == "normal", []
    for (label, values), column in zip(columns, node["quantiles"]):
        quantiles = unpack(column).astype(np.float64)
        undefined = np.nan if len(references) > 1 else 0.0 * values  # what numpy takes for the place among one NaN
        shares = np.full(values.shape, undefined, dtype=dtype) if column["nan"] else \
            _shares(values, quantiles, references, normal, node["contract"] == FLOAT32_COEFFICIENTS)
        result.append(Cells(label, _normal(shares) if normal else shares))
    return result


def _shares(values: np.ndarray, quantiles: np.ndarray, references: np.ndarray, normal: bool, rounded: bool) -> np.ndarray:
    """The mean of the line and of its mirror image, which differ where quantiles are equal; 0 and 1 at the ends."""
    missing = np.isnan(values)  # which np.interp takes for a number where there is one quantile
    with np.errstate(all="ignore"):
        up = np.interp(values, quantiles, references)
        down = np.interp(-values, -quantiles[::-1], -references[::-1])
        shares = (0.5 * (up - down)).astype(values.dtype)
        low, high = quantiles[[0, -1]].astype(values.dtype if rounded else np.float64).astype(np.float64)
        if normal:
            threshold = values.dtype.type(THRESHOLD)
            at_low, at_high = (values - threshold).astype(np.float64) < low, (values + threshold).astype(np.float64) > high
        else:
            at_low, at_high = values.astype(np.float64) == low, values.astype(np.float64) == high
    shares[at_high] = 1
    shares[at_low] = 0
    shares[missing] = np.nan
    return shares


def _normal(shares: np.ndarray) -> np.ndarray:
    """Their normal quantiles, cut off where the inverse could not tell them from the ends."""
    quantile = NormalDist().inv_cdf
    result = [quantile(share) if 0.0 < share < 1.0 else CLIP[int(share > 0.0)] if share == share else share
              for share in shares.tolist()]
    return np.clip(np.array(result, dtype=np.float64), *CLIP).astype(shares.dtype)


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """The quantiles bound the slope; where several are equal there is a jump, which no tolerance covers."""
    tail, references = TAIL[node["output_distribution"]], node["references"]["values"]
    return [total(node["ulps"], whole(k * _largest_slope(column, references) * tail if k else 0.0))
            for k, column in zip(columns, node["quantiles"])]


def edges(node: Node, columns: list[int]) -> bool:
    """Whether some of the quantiles of a column that is not exact are equal."""
    return any(k and len(set(column["values"])) < len(column["values"]) for k, column in zip(columns, node["quantiles"]))


def _largest_slope(column: Node, references: list[float]) -> float:
    """Of the line, times the largest |x|: what an error of eps * max(1, |x|) becomes at most."""
    quantiles = column["values"]
    if column["nan"]:
        return 0.0
    slopes = [0.0]
    for index in range(len(quantiles) - 1):
        width = quantiles[index + 1] - quantiles[index]
        if width > 0.0:
            slopes.append((references[index + 1] - references[index]) / width)
    return max(slopes) * max(1.0, abs(quantiles[0]), abs(quantiles[-1]))


STEP = Step(
    "quantile_transformer",
    (Source("QuantileTransformer", "sklearn.", ("n_features_in_", "quantiles_", "references_", "output_distribution")),),
    {"output_distribution": fields.string, "references": fields.array, "quantiles": fields.list_of(fields.array),
     "ulps": fields.integer},
    read, check, transform, tolerances=tolerances, edges=edges,
    contracts=(FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS, NATIVE))
