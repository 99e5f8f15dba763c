# SPDX-License-Identifier: MIT
"""How far a feature may be from what training gave, k in k * eps * max(1, |expected|), and what a step makes of it
(docs/numerics.md, section 6). The same operations as in include/prepguard/detail/tolerance.hpp."""

from __future__ import annotations

import math
from typing import Any, Optional

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


def power(k: int, box_cox: bool, by_power: bool, lambda_: float, largest: Optional[float]) -> int:
    """Of powers whose outputs are up to `largest`. In e^(lambda log x) the last bit of a logarithm becomes lambda log x bits:
    3 ulp for each bit of the power. Where 1 is subtracted from a power, its own error is multiplied by 1 / lambda. What comes
    in is multiplied by the slope, at most (1 + |x|)^lambda / max(1, |y|)."""
    up = abs(lambda_)
    down = up if box_cox else abs(2.0 - lambda_)
    if by_power and not box_cox:
        own = max([8.0, *(8.0 * (1.0 + 1.0 / exponent) for exponent in (up, down) if exponent >= 2.0**-52)])
    else:
        own = 8.0 + 3 * _bits_of_power(max(up, down), largest)
    return total(whole(own), whole(k * (1.0 + max(up, down))))


def _bits_of_power(factor: float, largest: Optional[float]) -> int:
    """Before the point; 64 where nothing is known about the outputs."""
    return 64 if largest is None else math.frexp(min(1.0 + factor * largest, 2.0**1000))[1]


def check_ulps(node: dict[str, Any], implied: int, path: str) -> None:
    """The `ulps` a node states are those of what it computes."""
    if node["ulps"] != implied:
        raise Error("bad_state", f"{path}.ulps: expected {implied}, got {node['ulps']}")


def _quotient(a: float, b: float) -> float:
    return a / b if b else math.nan
