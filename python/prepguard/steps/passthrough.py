# SPDX-License-Identifier: MIT
"""passthrough: columns as they come."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._step import Block, Cells, Node, Read, Step


def read(fitted: Any, block: Block) -> Read:
    """From the word 'passthrough', or the FunctionTransformer newer scikit-learn puts in its place."""
    return Read({}, list(block.names), list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    return list(kinds)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    return list(columns)


def tolerances(node: Node, columns: list[int]) -> list[int]:
    return list(columns)


def inverse(node: Node, columns: list[Cells], dtype: np.dtype) -> list[Cells]:
    return list(columns)


STEP = Step("passthrough", (), {}, read, check, transform, tolerances=tolerances, inverse=inverse, contracts=())
