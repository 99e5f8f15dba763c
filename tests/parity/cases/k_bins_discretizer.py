# SPDX-License-Identifier: MIT
"""KBinsDiscretizer: every strategy and encoding; rows on the edges and on both sides of them."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.preprocessing import KBinsDiscretizer

from support import Writer, combinations, numbers

METHODS = ({}, {"quantile_method": "linear"}) if "quantile_method" in inspect.signature(KBinsDiscretizer).parameters else ({},)
ONE_HOT_ROWS = 3_000  # they have several outputs a cell
CONSTANT = (17, 20)  # columns of `numbers`


def add(writer: Writer, r: np.random.RandomState) -> None:
    choices = [{"n_bins": 4, "encode": "ordinal", "strategy": "uniform"}, {"n_bins": 7, "strategy": "uniform"},
               {"n_bins": 6, "encode": "ordinal", "strategy": "kmeans"}, {"encode": "onehot-dense", "strategy": "kmeans"}]
    choices += [{**options, **method} for method in METHODS for options in (
        {"n_bins": 50, "encode": "ordinal"}, {}, {"n_bins": 3, "encode": "onehot-dense"})]
    for statistics, data, sample, cells in combinations(r, numbers, 11_000):
        for options in choices:
            trial = KBinsDiscretizer(subsample=None, **{**options, "encode": "ordinal"}).fit(sample)
            kept = [place for place, edges in enumerate(trial.bin_edges_) if invertible(edges)]
            fitted = KBinsDiscretizer(subsample=None, **options).fit(sample[:, kept])
            rows = near_edges(r, cells[:None if fitted.encode == "ordinal" else ONE_HOT_ROWS, kept], fitted)
            # scikit-learn inverts one-hot rows of float32 to float64
            writer.add(f"k_bins_discretizer {data} (statistics {statistics})", fitted, sample[:, kept], data, rows,
                       invert=lambda features: fitted.inverse_transform(features).astype(data))
        kept = [*CONSTANT, 0, 4]
        fitted = KBinsDiscretizer(n_bins=[2, 3, 4, 9], strategy="uniform").fit(sample[:, kept])
        writer.add(f"k_bins_discretizer {data} (statistics {statistics})", fitted, sample[:, kept], data,
                   np.ascontiguousarray(cells[:ONE_HOT_ROWS, kept]))


def invertible(edges: np.ndarray) -> bool:
    return bool(len(edges) > 1 and np.isfinite(edges).all() and (np.diff(edges) > 0).all())


def near_edges(r: np.random.RandomState, cells: np.ndarray, fitted: Any) -> np.ndarray:
    """Every third cell is an edge, or a neighbour of one, in the type of the cells."""
    rows = cells.copy()
    for place, edges in enumerate(fitted.bin_edges_):
        near = edges.astype(cells.dtype)
        near = np.concatenate([near, np.nextafter(near, cells.dtype.type(-np.inf)), np.nextafter(near, cells.dtype.type(np.inf))])
        rows[::3, place] = r.choice(near, len(rows[::3]))
    return rows
