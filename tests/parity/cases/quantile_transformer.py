# SPDX-License-Identifier: MIT
"""QuantileTransformer: uniform bit for bit with its inverse, normal within the bound."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import QuantileTransformer

from support import Writer, combinations, numbers, with_gaps

OPTIONS: tuple[dict[str, Any], ...] = ({}, {"n_quantiles": 10}, {"n_quantiles": 1}, {"n_quantiles": 2},
                                       {"n_quantiles": 137})


def add(writer: Writer, r: np.random.RandomState) -> None:
    def rows(r: np.random.RandomState, count: int, like: str) -> np.ndarray:
        return with_gaps(r, numbers(r, count, like))

    for statistics, data, sample, cells in combinations(r, rows, 5_000):
        ends = np.nanmin(sample, axis=0), np.nanmax(sample, axis=0)
        cells[:20] = np.concatenate([np.tile(end, (10, 1)) for end in ends]).astype(data)
        cells[1:3] = np.nextafter(cells[1:3], np.array([[-np.inf], [np.inf]], dtype=data))
        cells[11:13] = np.nextafter(cells[11:13], np.array([[-np.inf], [np.inf]], dtype=data))
        for options in OPTIONS:
            for distribution in ("uniform", "normal"):
                fitted = QuantileTransformer(output_distribution=distribution, **options).fit(sample)
                writer.add(f"quantile_transformer {distribution} {data} (statistics {statistics})", fitted, sample, data,
                           cells, invert=distribution == "uniform")
