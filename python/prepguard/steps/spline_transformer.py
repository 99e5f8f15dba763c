# SPDX-License-Identifier: MIT
"""spline_transformer: the B-splines of a column at x, by de Boor's recurrence as scipy runs it, in float64."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import fields
from ..arrays import FLOATS, NUMBER, check_array, pack, same_bits, unpack
from ..error import Error
from ._step import (FLOAT32_COEFFICIENTS, FLOAT64_COEFFICIENTS, NATIVE, Block, Cells, Node, Read, Source, Step,
                    all_numbers, refuse_nan, require)
from ._tolerance import whole

EXTRAPOLATIONS = ("constant", "continue", "error", "linear", "periodic")
HELD = ("constant", "linear")  # scikit-learn itself makes what is beyond the ends
MAX_DEGREE = 64
PROBES = 200
INSTEAD = "use extrapolation='continue' or 'error'"


def read(fitted: Any, block: Block) -> Read:
    _refuse_options(fitted, block)
    own = {"degree": int(fitted.degree), "extrapolation": fitted.extrapolation, "include_bias": bool(fitted.include_bias),
           "knots": [_knots(fitted, position, block, name) for name, position in zip(block.names, block.keep)]}
    if not all(_outputs(own, knots) for knots in own["knots"]):
        raise block.refuse(fitted, "degree=0 with 2 knots and include_bias=False puts out nothing; use more knots")
    own["contract"] = _contract(fitted, block, {**own, "inputs": len(block.names)})
    names = [f"{name}_sp_{index}" for name, knots in zip(block.names, own["knots"]) for index in range(_outputs(own, knots))]
    return Read(own, names, None if block.split else list(range(len(names))), [frozenset()] * len(names))


def _refuse_options(fitted: Any, block: Block) -> None:
    degree, extrapolation = fitted.degree, fitted.extrapolation
    if extrapolation not in EXTRAPOLATIONS:
        raise block.refuse(fitted, f"extrapolation={extrapolation!r} is not supported; expected one of "
                                   f"{', '.join(EXTRAPOLATIONS)}")
    if not 0 <= degree <= MAX_DEGREE:
        raise block.refuse(fitted, f"degree={degree!r} is not supported; expected 0 to {MAX_DEGREE}")
    if getattr(fitted, "sparse_output", False):
        raise block.refuse(fitted, "sparse_output=True is not supported: scikit-learn then computes in float64 whatever the "
                                   "rows are; use sparse_output=False")
    if getattr(fitted, "handle_missing", "error") != "error":
        raise block.refuse(fitted, f"handle_missing={fitted.handle_missing!r} is not supported; use handle_missing='error', "
                                   "with an imputer before it")
    if extrapolation == "constant" and degree == 0:
        raise block.refuse(fitted, "extrapolation='constant' with degree=0: scikit-learn fails on a row above the last knot; "
                                   f"use a degree of 1 or more, or {INSTEAD}")
    if extrapolation == "linear" and degree <= 1 and fitted.n_features_in_ > 1:
        raise block.refuse(fitted, f"extrapolation='linear' with degree={degree} of several columns: scikit-learn continues "
                                   "all but the first of them from inner knots, so that the order of the columns matters; "
                                   f"give each column a transformer of its own, or use a degree of 2 or more, or {INSTEAD}")


def _knots(fitted: Any, position: int, block: Block, name: str) -> Node:
    knots = np.asarray(fitted.bsplines_[position].t)
    problem = _expected_knots(knots.tolist(), fitted.degree, fitted.extrapolation)
    if knots.dtype != np.float64 or problem:
        raise block.refuse(fitted, f"knots of column {name!r} are {knots!r:.60}; expected {problem or 'float64'}; rescale "
                                   "the column, or choose other knots")
    if fitted.extrapolation == "linear" and knots[-fitted.degree - 2] == knots[-fitted.degree - 1]:
        raise block.refuse(fitted, f"extrapolation='linear' where the last knots of column {name!r} are equal: scipy's slope "
                                   f"there is undefined; use other knots, or {INSTEAD}")
    if fitted.extrapolation == "periodic" and knots[fitted.degree] == knots[-fitted.degree - 1]:
        raise block.refuse(fitted, f"extrapolation='periodic' of column {name!r}, which is constant and has no period: "
                                   f"scikit-learn 1.2 makes NaN of it; drop the column, or {INSTEAD}")
    return pack(knots)


def _expected_knots(knots: list[float], degree: int, extrapolation: str) -> str:
    """What the knots should be, if they are something else."""
    least = max(2 * degree + 2, 3 * degree + 1 if extrapolation == "periodic" else 0)
    if len(knots) < least:
        return f"at least {least} knots"
    if not np.isfinite(knots).all():
        return "finite knots"
    return "knots that do not descend" if any(a > b for a, b in zip(knots, knots[1:])) else ""


def _contract(fitted: Any, block: Block, node: Node) -> str:
    """Whether float32 rows meet the ends as they are or as float32 (NumPy 1), found by running the object on rows at,
    around and beyond its knots; of float64 rows it must give the bits of the formula."""
    per_column = _splines(node, node["knots"][0]) - (not node["include_bias"])
    kept = [place for position in block.keep for place in range(position * per_column, (position + 1) * per_column)]
    for dtype, contracts in (("float64", (FLOAT64_COEFFICIENTS,)),
                             ("float32", (FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS))):
        columns = [_probes(np.asarray(spline.t), node, np.dtype(dtype)) for spline in fitted.bsplines_]
        if min(map(len, columns)) == 0:  # a range without a float32, beyond which rows are an error
            break
        rows = np.column_stack([np.resize(column, max(map(len, columns))) for column in columns])
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of feature names
            want = np.ascontiguousarray(np.asarray(fitted.transform(rows))[:, kept])
        cells = [Cells(name, rows[:, place]) for name, place in zip(block.names, block.keep)]
        found = [contract for contract in contracts if _gives(want, {**node, "contract": contract}, cells)]
        if not found:
            raise block.refuse(fitted, f"extrapolation={node['extrapolation']!r} with degree={node['degree']} of {dtype} rows "
                                       f"gives other bits than the formulas this version knows; {INSTEAD}")
    return found[0]


def _gives(want: np.ndarray, node: Node, columns: list[Cells]) -> bool:
    """Equal bits, or no numbers in both where splines overflow."""
    with np.errstate(all="ignore"):
        made = np.vstack([_made(node, unpack(knots), cells)[:_outputs(node, knots)]
                          for cells, knots in zip(columns, node["knots"])])
        got = np.ascontiguousarray(made.T.astype(columns[0].values.dtype))
    return got.dtype == want.dtype and bool((same_bits(got, want) | (np.isinf(got) & ~np.isfinite(want))).all())


def _probes(knots: np.ndarray, node: Node, dtype: np.dtype) -> np.ndarray:
    """Rows at the knots and on both sides of them, between the ends and beyond, where these are allowed."""
    low, high = _ends(node, knots)
    r = np.random.RandomState(1)
    with np.errstate(all="ignore"):
        near = knots.astype(dtype)
        rows = np.concatenate([near, np.nextafter(near, dtype.type(-np.inf)), np.nextafter(near, dtype.type(np.inf)),
                               r.uniform(low, high, PROBES), low + (high - low) * r.uniform(-9, 10, PROBES)]).astype(dtype)
        wide = rows.astype(np.float64)
    return rows[((low <= wide) & (wide <= high)) if node["extrapolation"] == "error" else np.isfinite(rows)]


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    degree, extrapolation = node["degree"], node["extrapolation"]
    require(extrapolation in EXTRAPOLATIONS, f"{path}.extrapolation", f"one of {', '.join(EXTRAPOLATIONS)}", extrapolation)
    require(0 <= degree <= MAX_DEGREE, f"{path}.degree", f"0 to {MAX_DEGREE}", degree)
    require(degree > 0 or extrapolation != "constant", f"{path}.degree", "1 or more with extrapolation constant", degree)
    require(len(node["knots"]) == len(kinds), f"{path}.knots", f"{len(kinds)} arrays", len(node["knots"]))
    for index, knots in enumerate(node["knots"]):
        here = f"{path}.knots[{index}]"
        require(knots["dtype"] in FLOATS, f"{here}.dtype", "float32 or float64", knots["dtype"])
        check_array(knots, here)
        require(not knots["nan"], f"{here}.nan", "finite knots", knots["nan"])
        problem = _expected_knots(knots["values"], degree, extrapolation)
        require(not problem, f"{here}.values", problem, len(knots["values"]))
        require(_outputs(node, knots) > 0, here, "a spline beside the last, which include_bias leaves out", "none")
    all_numbers(kinds, path)
    return [NUMBER] * sum(_outputs(node, knots) for knots in node["knots"])


def fits(node: Node, dtype: str, path: str) -> None:
    """NumPy 1 divides float32 rows by the period as float32."""
    for index, knots in enumerate(node["knots"]):
        low, high = _ends(node, knots["values"])
        if node["extrapolation"] == "periodic" and node["contract"] == FLOAT32_COEFFICIENTS and low < high:
            require(np.dtype(dtype).type(high - low) > 0, f"{path}.knots[{index}]", f"a period above 0 as {dtype}", high - low)


def _splines(node: Node, knots: Node) -> int:
    return len(knots["values"]) - (2 if node["extrapolation"] == "periodic" else 1) * node["degree"] - 1


def _outputs(node: Node, knots: Node) -> int:
    return _splines(node, knots) - (not node["include_bias"])


def _ends(node: Node, knots: Any) -> tuple[float, float]:
    return float(knots[node["degree"]]), float(knots[-node["degree"] - 1])


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    refuse_nan(columns, path)
    result = []
    for cells, array in zip(columns, node["knots"]):
        knots = unpack(array).astype(np.float64)
        if node["extrapolation"] == "error":
            _refuse_outside(cells, _ends(node, knots), path)
        with np.errstate(all="ignore"):
            splines = _made(node, knots, cells)
            _refuse_overflow(splines, cells, path)
            result += [Cells(cells.label, splines[index].astype(dtype)) for index in range(_outputs(node, array))]
    return result


def _refuse_outside(cells: Cells, ends: tuple[float, float], path: str) -> None:
    wide = cells.values.astype(np.float64)
    outside = (wide < ends[0]) | (wide > ends[1])
    if outside.any():
        row = int(np.argmax(outside))
        raise Error("unknown_category", f"{path}: row {row}, column {cells.label!r}: {cells.values[row].item()!r} is outside "
                                        f"of the knots; expected a number from {list(ends)}; send a number of the training "
                                        "range, or train with another extrapolation")


def _refuse_overflow(splines: np.ndarray, cells: Cells, path: str) -> None:
    bad = np.isinf(splines).any(axis=0)
    if bad.any():
        row = int(np.argmax(bad))
        raise Error("non_finite", f"{path}: row {row}, column {cells.label!r}: {cells.values[row].item()!r}: its splines "
                                  "overflow; send a number near the training range; check the unit of this column")


def _made(node: Node, knots: np.ndarray, cells: Cells) -> np.ndarray:
    """All splines in float64, a line each; infinite where they overflow."""
    return (_held if node["extrapolation"] in HELD else _free)(node, knots.astype(np.float64), cells.values)


def _free(node: Node, knots: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Polynomials wherever x is; a period is subtracted before."""
    if node["extrapolation"] == "periodic":
        low, high = _ends(node, knots)
        narrow = _narrow(node, x, low, high, high - low)
        start, period = narrow.type(low), narrow.type(high - low)
        # a column without a range: as scikit-learn 1.9; 1.2 has no number for it
        x = start + (x.astype(narrow) - start) % period if low < high else np.zeros_like(x)
    return _splines_at(node, knots, x.astype(np.float64))


def _held(node: Node, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Polynomials between the ends; beyond them only the outermost splines go on: as many as `degree`, of straight pieces
    one more. A cell between an end and the end as float32 is NaN, as scipy makes it."""
    degree, linear, ends = node["degree"], node["extrapolation"] == "linear", _ends(node, knots)
    narrow, wide = _narrow(node, values, *ends), values.astype(np.float64)
    x = values.astype(narrow)
    beyond = x < narrow.type(ends[0]), x > narrow.type(ends[1])
    result = _splines_at(node, knots, np.clip(wide, *ends))
    result[:, (wide < ends[0]) | (wide > ends[1])] = np.nan
    levels, slopes = (_splines_at(node, knots, np.array(ends), slopes) for slopes in (False, True))
    some = degree + 1 if linear and degree <= 1 else degree
    for place, (end, rows, splines) in enumerate(zip(ends, beyond, (range(some), range(len(result) - some, len(result))))):
        result[:, rows] = 0.0
        for index in splines:
            value, slope = levels[index, place], slopes[index, place]
            if linear:
                kind = _narrow(node, values, *ends, slope)
                value = kind.type(value) + (x[rows] - narrow.type(end)).astype(kind) * kind.type(slope)
            result[index, rows] = value
    return result


def _narrow(node: Node, values: np.ndarray, *operands: float) -> np.dtype:
    """The type of what scikit-learn computes outside of scipy: with NumPy 1 that of the rows, if it has the operands."""
    held = all(abs(operand) <= np.finfo(values.dtype).max for operand in operands)
    return values.dtype if held and node["contract"] == FLOAT32_COEFFICIENTS else np.dtype(np.float64)


def _splines_at(node: Node, knots: np.ndarray, x: np.ndarray, slopes: bool = False) -> np.ndarray:
    """All splines (or their slopes) at x, a line each; numbers beyond the ends belong to the outermost intervals."""
    degree = node["degree"]
    interval = np.clip(np.searchsorted(knots, x, side="right") - 1, degree, len(knots) - degree - 2)
    h = np.zeros((degree + 1, len(x)))
    h[0] = 0.0 if slopes and degree == 0 else 1.0
    for j in range(1, degree + 1):
        before, last = h.copy(), slopes and j == degree
        h[0] = 0.0
        for n in range(1, j + 1):
            right, left = knots[interval + n], knots[interval + n - j]
            apart = left != right
            rise = j * before[n - 1] if last else before[n - 1]
            w = np.divide(rise, right - left, out=np.zeros_like(x), where=apart)
            h[n - 1] = np.where(apart, h[n - 1] + (-w if last else w * (right - x)), h[n - 1])
            h[n] = np.where(apart, w if last else w * (x - left), 0.0)
    count = _splines(node, {"values": knots})
    result = np.zeros((count, len(x)))
    for a in range(degree + 1):
        result[(interval + a - degree) % count, np.arange(len(x))] += h[a]
    result[:, ~np.isfinite(h).all(axis=0) | np.isnan(x)] = np.inf
    return result


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """The steepest slope; polynomials beyond the ends may be steeper."""
    result = []
    for k, knots in zip(columns, node["knots"]):
        result += [whole(k * _steepest(node, knots["values"]) if k and node["degree"] else 0.0)] * _outputs(node, knots)
    return result


def _steepest(node: Node, knots: list[float]) -> float:
    """Times the largest |x| between the ends: what an error of eps * max(1, |x|) becomes at most, and what the lines of
    `linear` add to it."""
    degree, slope = node["degree"], 0.0
    for left, right in zip(knots, knots[degree:]):
        if right - left > 0.0:
            slope = max(slope, degree / (right - left))
    return slope * max(1.0, *map(abs, _ends(node, knots))) + 2.0


def edges(node: Node, columns: list[int]) -> bool:
    """Whether a column that is not exact meets a jump: steps, knots as often as the degree, an end beyond which is an
    error."""
    jumps = node["degree"] == 0 or node["extrapolation"] == "error"
    return any(k and (jumps or any(left == right for left, right in zip(knots["values"], knots["values"][node["degree"]:])))
               for k, knots in zip(columns, node["knots"]))


STEP = Step(
    "spline_transformer",
    (Source("SplineTransformer", "sklearn.", ("n_features_in_", "bsplines_", "degree", "extrapolation", "include_bias")),),
    {"degree": fields.integer, "extrapolation": fields.string, "include_bias": fields.boolean,
     "knots": fields.list_of(fields.array)},
    read, check, transform, fits, tolerances=tolerances, edges=edges,
    contracts=(FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS, NATIVE))
