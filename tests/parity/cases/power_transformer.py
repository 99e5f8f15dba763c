# SPDX-License-Identifier: MIT
"""PowerTransformer: both methods with and without standardize, within the bound."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import PowerTransformer

from support import TYPES, Writer, with_gaps

ROWS = 12_000


def add(writer: Writer, r: np.random.RandomState) -> None:
    for dtype in TYPES:
        for method, make in (("yeo-johnson", mixed), ("box-cox", positive)):
            for standardize in (True, False):
                for statistics in TYPES:
                    sample = make(r, 2_000).astype(statistics)
                    cells = make(r, ROWS).astype(dtype)
                    fitted = PowerTransformer(method=method, standardize=standardize).fit(sample)
                    writer.add(f"power_transformer {method} {'standardized ' if standardize else ''}{dtype} "
                               f"(statistics {statistics})", fitted, sample, dtype, cells)
        fitted = PowerTransformer().fit(mixed(r, 2_000).astype(dtype))
        for lambda_ in (0.0, 2.0, 1.0, -1.5, 3.25, 1e-5):  # logarithms take the place of powers at 0 and 2
            fitted.lambdas_ = np.full_like(fitted.lambdas_, lambda_)
            writer.add(f"power_transformer lambda given {dtype}", fitted, mixed(r, 500).astype(dtype), dtype,
                       mixed(r, 2_000).astype(dtype))


def mixed(r: np.random.RandomState, rows: int) -> np.ndarray:
    return with_gaps(r, np.column_stack([
        r.normal(0, 1, rows), r.normal(100, 3, rows), r.uniform(0, 1, rows), np.exp(r.normal(0, 1, rows)),
        np.round(r.normal(44, 5, rows), 1), r.randint(-9, 10, rows) / 8, r.gamma(2, 3, rows), -np.exp(r.normal(0, 1, rows)),
        r.normal(0, 1e-4, rows), r.standard_t(4, rows), r.uniform(-5, 50, rows), 1000 * r.beta(2, 5, rows)]))


def positive(r: np.random.RandomState, rows: int) -> np.ndarray:
    return np.abs(mixed(r, rows)) + 1e-3
