# SPDX-License-Identifier: MIT
"""standard_scaler: x -= mean; x /= scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..arrays import pack, unpack
from ..error import Error
from ._step import (CONTRACTS, Block, Cells, Node, Read, Source, Step, all_numbers, check_statistic, operate,
                    statistic)

EMPTY = np.empty(0, dtype=np.float64)


def read(fitted: Any, block: Block) -> Read:
    with_mean, with_std = bool(fitted.with_mean), bool(fitted.with_std)
    own = {
        "with_mean": with_mean,
        "with_std": with_std,
        "mean": pack(statistic(fitted, "mean_", block) if with_mean else EMPTY),
        "scale": pack(statistic(fitted, "scale_", block) if with_std else EMPTY),
    }
    return Read(own, list(block.names), list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    width = len(kinds)
    mean = check_statistic(node["mean"], width if node["with_mean"] else 0, f"{path}.mean")
    scale = check_statistic(node["scale"], width if node["with_std"] else 0, f"{path}.scale", positive=True)
    if node["with_mean"] and node["with_std"] and (mean != scale).any():
        raise Error("bad_state", f"{path}: mean and scale are undefined for different columns: "
                                 f"{node['mean']['nan']} and {node['scale']['nan']}")
    return all_numbers(kinds, path)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    mean, scale, contract = unpack(node["mean"]), unpack(node["scale"]), node["contract"]
    result = []
    for index, (label, values) in enumerate(columns):
        if node["with_mean"]:
            values = operate(np.subtract, values, mean[index], contract)
        if node["with_std"]:
            values = operate(np.divide, values, scale[index], contract)
        result.append(Cells(label, values))
    return result


STEP = Step(
    "standard_scaler",
    (Source("StandardScaler", "sklearn.", ("n_features_in_", "mean_", "scale_", "with_mean", "with_std")),),
    {"with_mean": fields.boolean, "with_std": fields.boolean, "mean": fields.array, "scale": fields.array},
    read, check, transform, probed=True, contracts=CONTRACTS)
