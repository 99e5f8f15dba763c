# SPDX-License-Identifier: MIT
"""safe_divide: x / (|x| + epsilon), as a network's own layer computes it: epsilon, sum and quotient rounded to T."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from .. import fields
from ..error import Error
from ._step import KERAS, NATIVE, Block, Cells, Node, Read, Source, Step, all_numbers, require
from ._tolerance import affine


def read(fitted: Any, block: Block) -> Read:
    """Any object of this name that computes the formula: a transformer (`transform`) or a layer (`call`)."""
    epsilon = fitted.epsilon
    if not isinstance(epsilon, numbers.Real) or not 0.0 < float(epsilon) < math.inf:
        raise block.refuse(fitted, f"epsilon={epsilon!r} is not supported; expected a number > 0")
    layer = callable(getattr(fitted, "call", None))
    if not layer and not callable(getattr(fitted, "transform", None)):
        raise block.refuse(fitted, "expected a transform method, or call as a layer has it")
    return Read({"contract": KERAS if layer else NATIVE, "epsilon": float(epsilon)}, list(block.names),
                list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    require(0.0 < node["epsilon"] < math.inf, f"{path}.epsilon", "a number > 0", node["epsilon"])
    return all_numbers(kinds, path)


def fits(node: Node, dtype: str, path: str) -> None:
    with np.errstate(all="ignore"):
        if not 0.0 < float(np.dtype(dtype).type(node["epsilon"])) < math.inf:
            raise Error("bad_state", f"{path}.epsilon: expected a number > 0 in {dtype}, got {node['epsilon']!r}")


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    epsilon = dtype.type(node["epsilon"])
    with np.errstate(all="ignore"):
        return [Cells(label, values / (np.abs(values) + epsilon)) for label, values in columns]


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """The slope is at most 1 / epsilon."""
    return [affine(k, 1.0 / node["epsilon"], 0.0) for k in columns]


STEP = Step("safe_divide", (Source("SafeDivide", "", ("epsilon",)),), {"epsilon": fields.double}, read, check, transform,
            fits, tolerances, contracts=(KERAS, NATIVE))
