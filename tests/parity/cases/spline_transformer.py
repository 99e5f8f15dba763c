# SPDX-License-Identifier: MIT
"""SplineTransformer: every extrapolation, degree and placement of knots; rows at the knots, on both sides, and far out."""

from __future__ import annotations

import warnings
from typing import Any, Iterator

import numpy as np
from sklearn.preprocessing import SplineTransformer

from support import Writer, combinations, numbers

KEPT = [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16, 17, 18, 20, 22, 23, 24]  # columns of `numbers` with room beyond their ends
EXTRAPOLATIONS = ("constant", "continue", "error", "linear", "periodic")


def options() -> Iterator[dict[str, Any]]:
    for extrapolation in EXTRAPOLATIONS:
        for degree in (0, 1, 2, 3, 5):
            for knots in ("uniform", "quantile"):
                yield {"extrapolation": extrapolation, "degree": degree, "knots": knots,
                       "n_knots": 6 if extrapolation == "periodic" else 2 + degree, "include_bias": degree % 2 == 1}


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return numbers(r, count, like)[:, KEPT]

    for statistics, data, sample, cells in combinations(r, rows, 250):
        for chosen in options():
            for columns in choose(chosen, sample):
                fitted = SplineTransformer(**chosen).fit(sample[:, columns])
                writer.add(f"spline_transformer {chosen['extrapolation']} {data} (statistics {statistics})", fitted,
                           sample[:, columns], data, near_knots(r, cells[:, columns], fitted))
        given = np.sort(sample[:4, :3].astype(np.float64), axis=0)
        fitted = SplineTransformer(degree=2, knots=given, extrapolation="continue").fit(sample[:, :3])
        writer.add(f"spline_transformer given knots {data} (statistics {statistics})", fitted, sample[:, :3], data,
                   near_knots(r, cells[:, :3], fitted))


def choose(chosen: dict[str, Any], sample: np.ndarray) -> list[list[int]]:
    """Columns that scikit-learn can serve with these options, and in the order they stand in only one by one."""
    degree, extrapolation = chosen["degree"], chosen["extrapolation"]
    several = [place for place in range(sample.shape[1]) if served(chosen, sample[:, [place]])]
    if degree == 0 and (extrapolation == "constant" or not chosen["include_bias"] and chosen["n_knots"] == 2):
        return []
    return [[place] for place in several[:5]] if extrapolation == "linear" and degree <= 1 else [several]


def served(chosen: dict[str, Any], column: np.ndarray) -> bool:
    """Not a constant column, nor one whose splines overflow, nor one whose last knots are equal: scipy's slope there is
    undefined; nor, where that is an error, one that leaves its own range when it is rounded to float32."""
    fitted = SplineTransformer(**chosen).fit(column)
    knots = fitted.bsplines_[0].t
    low, high = knots[chosen["degree"]], knots[-chosen["degree"] - 1]
    narrow = chosen["extrapolation"] != "error" or np.float32(low) >= low and np.float32(high) <= high
    inside = knots[(low <= knots) & (knots <= high)]
    probes = inside if chosen["extrapolation"] == "error" else np.append(inside, high + 1)  # as the self-test does
    whole = low < high and np.isfinite(fitted.transform(probes[:, None])).all()
    return bool(whole and knots[-chosen["degree"] - 2] < high and narrow)


def near_knots(r: np.random.RandomState, cells: np.ndarray, fitted: Any) -> np.ndarray:
    """Every third cell is a knot or a neighbour of one, every fifth is far out; none is where scikit-learn fails, or
    beyond the largest number."""
    rows = cells.copy()
    for place, spline in enumerate(fitted.bsplines_):
        low, high = spline.t[fitted.degree], spline.t[-fitted.degree - 1]
        near = spline.t.astype(cells.dtype)
        near = np.concatenate([near, np.nextafter(near, cells.dtype.type(-np.inf)), np.nextafter(near, cells.dtype.type(np.inf))])
        rows[::3, place] = r.choice(near, len(rows[::3]))
        rows[::5, place] = low + (high - low) * r.uniform(-9, 10, len(rows[::5]))
        wide = rows[:, place].astype(np.float64)
        if fitted.extrapolation == "error":
            rows[(wide < low) | (wide > high), place] = cells.dtype.type(low + (high - low) / 2)
    return rows[~np.isinf(fitted.transform(rows)).any(axis=1)]
