# SPDX-License-Identifier: MIT
"""Functions for scikit-learn's FunctionTransformer that NumPy has no name for.

    FunctionTransformer(prepguard.functions.sin_period, kw_args={"period": 24})
"""

from __future__ import annotations

from typing import Any

import numpy as np


def sin_period(x: Any, period: float) -> Any:
    """The sine of a time that repeats after `period`, as in scikit-learn's example of cyclical features."""
    return np.sin(x / float(period) * 2 * np.pi)


def cos_period(x: Any, period: float) -> Any:
    """The cosine of a time that repeats after `period`."""
    return np.cos(x / float(period) * 2 * np.pi)
