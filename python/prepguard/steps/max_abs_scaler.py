# SPDX-License-Identifier: MIT
"""max_abs_scaler: x /= scale; then, if asked, clip to [-1, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..arrays import pack, unpack
from ._step import (SKLEARN_CONTRACTS, Block, Cells, Node, Read, Source, Step, all_numbers, check_statistic, clip,
                    operate, statistic)
from ._tolerance import scaled


def read(fitted: Any, block: Block) -> Read:
    own = {"clip": bool(getattr(fitted, "clip", False)), "scale": pack(statistic(fitted, "scale_", block))}
    return Read(own, list(block.names), list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    check_statistic(node["scale"], len(kinds), f"{path}.scale", positive=True)
    return all_numbers(kinds, path)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    scale, result = unpack(node["scale"]), []
    for index, (label, values) in enumerate(columns):
        values = operate(np.divide, values, scale[index], node["contract"])
        result.append(Cells(label, clip(values, -1.0, 1.0) if node["clip"] else values))
    return result


def tolerances(node: Node, columns: list[int]) -> list[int]:
    return [scaled(k, 0.0, scale) for k, scale in zip(columns, unpack(node["scale"]).tolist())]


def inverse(node: Node, columns: list[Cells], dtype: np.dtype) -> list[Cells]:
    scale = unpack(node["scale"])
    return [Cells(label, operate(np.multiply, values, scale[index], node["contract"]))
            for index, (label, values) in enumerate(columns)]


STEP = Step(
    "max_abs_scaler", (Source("MaxAbsScaler", "sklearn.", ("n_features_in_", "scale_")),),
    {"clip": fields.boolean, "scale": fields.array}, read, check, transform, tolerances=tolerances, inverse=inverse,
    probed=True, contracts=SKLEARN_CONTRACTS)
