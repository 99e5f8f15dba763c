# SPDX-License-Identifier: MIT
"""The numerics contract of a fitted scaler, found by comparing bits: no version string decides it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .arrays import same_bits
from .error import Error
from .steps import Cells, Step
from .steps._step import FLOAT32_COEFFICIENTS, FLOAT64_COEFFICIENTS

PROBES = 4096


def probe_rows(width: int) -> np.ndarray:
    """At least 4,096 float32 values of magnitudes 1e-30 to 1e30 and both signs, in rows of this width."""
    count = -(-PROBES // width) * width
    generator = np.random.RandomState(1)
    magnitude = 10.0 ** generator.uniform(-30.0, 30.0, count)
    return (magnitude * generator.choice([-1.0, 1.0], count)).astype(np.float32).reshape(-1, width)


def decide(fitted: Any, step: Step, node: dict[str, Any], where: str) -> str:
    """The contract whose formula gives the fitted object's own bits in float32."""
    rows = probe_rows(node["inputs"])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        want = np.asarray(fitted.transform(rows.copy()))
    if want.dtype == np.float32:
        columns = [Cells("", rows[:, index]) for index in range(node["inputs"])]
        for contract in (FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS):
            got = step.transform({**node, "contract": contract}, columns, rows.dtype, where)
            if same_bits(np.column_stack([cells.values for cells in got]), want).all():
                return contract
    raise Error("self_test_failed", f"{where}: {type(fitted).__name__} follows neither numerics contract: of "
                                    f"{rows.size} float32 values some come out with other bits than x op statistic; "
                                    "this scikit-learn computes in a way this version does not know")
