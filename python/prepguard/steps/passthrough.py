# SPDX-License-Identifier: MIT
"""passthrough: columns as they come."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._step import Block, Cells, Node, Read, Source, Step


def read(fitted: Any, block: Block) -> Read:
    """From the word 'passthrough', or the FunctionTransformer newer scikit-learn puts in its place."""
    function = getattr(fitted, "func", None)
    if function is not None:
        name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
        raise block.refuse(fitted, f"func={name} is not supported; only func=None (the identity) is")
    return Read({}, list(block.names), list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    return list(kinds)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    return list(columns)


STEP = Step("passthrough", (Source("FunctionTransformer", "sklearn."),), {}, read, check, transform, contracts=())
