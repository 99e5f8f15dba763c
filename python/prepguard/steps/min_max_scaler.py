# SPDX-License-Identifier: MIT
"""min_max_scaler: x *= scale; x += min; then, if asked, clip to the feature range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import fields
from ..arrays import pack, unpack
from ..error import Error
from ._step import (CONTRACTS, KERAS, Block, Cells, Node, Read, Source, Step, all_numbers, check_statistic, clip,
                    operate, statistic)
from ._tolerance import affine


def read(fitted: Any, block: Block) -> Read:
    low, high = (float(bound) for bound in fitted.feature_range)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise block.refuse(fitted, f"feature_range={fitted.feature_range!r} is not supported; bounds must be finite")
    clips = bool(getattr(fitted, "clip", False))
    if clips and any(str(bound) == "-0.0" for bound in (low, high)):
        raise block.refuse(fitted, f"feature_range={fitted.feature_range!r} with clip=True: NumPy 1 and 2 clip zeros to "
                                   "-0.0 differently; use 0.0")
    own = {
        "feature_min": low,
        "feature_max": high,
        "clip": clips,
        "scale": pack(statistic(fitted, "scale_", block)),
        "min": pack(statistic(fitted, "min_", block)),
    }
    return Read(own, list(block.names), list(block.keep), list(block.spellings))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    if not node["feature_min"] < node["feature_max"]:
        raise Error("bad_state", f"{path}: expected feature_min < feature_max, "
                                 f"got {node['feature_min']!r} and {node['feature_max']!r}")
    keras = node["contract"] == KERAS
    scale = check_statistic(node["scale"], len(kinds), f"{path}.scale", positive=not keras)
    if keras:
        for index, value in enumerate(node["scale"]["values"]):
            if value == 0.0 and not scale[index]:
                raise Error("bad_state", f"{path}.scale.values[{index}]: expected a number other than 0, got {value!r}")
    if (check_statistic(node["min"], len(kinds), f"{path}.min") != scale).any():
        raise Error("bad_state", f"{path}: min and scale are undefined for different columns: "
                                 f"{node['min']['nan']} and {node['scale']['nan']}")
    return all_numbers(kinds, path)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    scale, offset, contract = unpack(node["scale"]), unpack(node["min"]), node["contract"]
    result = []
    for index, (label, values) in enumerate(columns):
        values = operate(np.multiply, values, scale[index], contract)
        values = operate(np.add, values, offset[index], contract)
        if node["clip"]:
            # NumPy 2 keeps a -0.0 at a bound of 0.0, but x * scale + min is -0.0 only if min is, which `read` refuses
            values = clip(values, node["feature_min"], node["feature_max"])
        result.append(Cells(label, values))
    return result


def tolerances(node: Node, columns: list[int]) -> list[int]:
    return [affine(*each) for each in zip(columns, unpack(node["scale"]).tolist(), unpack(node["min"]).tolist())]


def inverse(node: Node, columns: list[Cells], dtype: np.dtype) -> list[Cells]:
    scale, offset, contract = unpack(node["scale"]), unpack(node["min"]), node["contract"]
    return [Cells(label, operate(np.divide, operate(np.subtract, values, offset[index], contract), scale[index], contract))
            for index, (label, values) in enumerate(columns)]


STEP = Step(
    "min_max_scaler",
    (Source("MinMaxScaler", "sklearn.", ("n_features_in_", "scale_", "min_", "feature_range")),),
    {"feature_min": fields.double, "feature_max": fields.double, "clip": fields.boolean, "scale": fields.array,
     "min": fields.array},
    read, check, transform, tolerances=tolerances, inverse=inverse, probed=True, contracts=CONTRACTS)
