# SPDX-License-Identifier: MIT
"""standard_scaler: x -= mean; x /= scale."""

from __future__ import annotations

from ._step import CONTRACTS
from ._shift_and_divide import Keys, shift_and_divide

STEP = shift_and_divide("standard_scaler", "StandardScaler", Keys("with_mean", "with_std", "mean"), CONTRACTS)
