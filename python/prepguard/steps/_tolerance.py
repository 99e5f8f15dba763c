# SPDX-License-Identifier: MIT
"""How far a feature may be from what training gave, k in k * eps * max(1, |expected|), and what a step makes of it
(docs/numerics.md, section 6). The same operations as in include/prepguard/detail/tolerance.hpp."""

from __future__ import annotations

import math
from typing import Any

from ..error import Error

TRANSCENDENTAL = 8  # ulps of a function of the C library
UNBOUNDED = 1 << 53


def whole(k: float) -> int:
    """k, rounded up; all that is larger than any useful bound is one."""
    if math.isnan(k):  # of an undefined column: its outputs are NaN
        return 0
    return UNBOUNDED if k >= UNBOUNDED else math.ceil(k)


def affine(k: int, factor: float, offset: float) -> int:
    """Of x * factor + offset. An error of k * eps * max(1, |x|) becomes k * eps * max(|factor|, |y| + |offset|)."""
    if k == 0:
        return 0
    grown = abs(offset) + 1.0
    return whole(k * (abs(factor) if abs(factor) > grown else grown))


def scaled(k: int, offset: float, scale: float) -> int:
    """Of (x - offset) / scale."""
    return affine(k, _quotient(1.0, scale), _quotient(offset, scale))


def total(a: int, b: int) -> int:
    """Of two independent errors."""
    return min(a + b, UNBOUNDED)


def check_ulps(node: dict[str, Any], implied: int, path: str) -> None:
    """The `ulps` a node states are those of what it computes."""
    if node["ulps"] != implied:
        raise Error("bad_state", f"{path}.ulps: expected {implied}, got {node['ulps']}")


def _quotient(a: float, b: float) -> float:
    return a / b if b else math.nan
