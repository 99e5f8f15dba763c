# SPDX-License-Identifier: MIT
"""robust_scaler: x -= center; x /= scale. How the scale came about (quantile_range, unit_variance) is not stored."""

from __future__ import annotations

from ._step import SKLEARN_CONTRACTS
from ._shift_and_divide import Keys, shift_and_divide

STEP = shift_and_divide("robust_scaler", "RobustScaler", Keys("with_centering", "with_scaling", "center"),
                        SKLEARN_CONTRACTS)
