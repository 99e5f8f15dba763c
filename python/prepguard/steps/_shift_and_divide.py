# SPDX-License-Identifier: MIT
"""What standard_scaler and robust_scaler share: x -= shift; x /= scale, each only if it is asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import fields
from ..arrays import pack, unpack
from ..error import Error
from ._step import Block, Cells, Node, Read, Source, Step, all_numbers, check_statistic, operate, statistic
from ._tolerance import scaled

EMPTY = np.empty(0, dtype=np.float64)


class Keys(NamedTuple):
    """What a node calls the two options and the shift; scikit-learn's attributes are `<shift>_` and `scale_`."""

    with_shift: str
    with_scale: str
    shift: str


def shift_and_divide(type: str, source: str, keys: Keys, contracts: tuple[str, ...]) -> Step:
    """The row of a step of this kind."""

    def read(fitted: Any, block: Block) -> Read:
        with_shift, with_scale = bool(getattr(fitted, keys.with_shift)), bool(getattr(fitted, keys.with_scale))
        own = {
            keys.with_shift: with_shift,
            keys.with_scale: with_scale,
            keys.shift: pack(statistic(fitted, f"{keys.shift}_", block) if with_shift else EMPTY),
            "scale": pack(statistic(fitted, "scale_", block) if with_scale else EMPTY),
        }
        return Read(own, list(block.names), list(block.keep), list(block.spellings))

    def check(node: Node, kinds: list[str], path: str) -> list[str]:
        width = len(kinds)
        shift = check_statistic(node[keys.shift], width if node[keys.with_shift] else 0, f"{path}.{keys.shift}")
        scale = check_statistic(node["scale"], width if node[keys.with_scale] else 0, f"{path}.scale", positive=True)
        if node[keys.with_shift] and node[keys.with_scale] and (shift != scale).any():
            raise Error("bad_state", f"{path}: {keys.shift} and scale are undefined for different columns: "
                                     f"{node[keys.shift]['nan']} and {node['scale']['nan']}")
        return all_numbers(kinds, path)

    def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
        shift, scale, contract = unpack(node[keys.shift]), unpack(node["scale"]), node["contract"]
        result = []
        for index, (label, values) in enumerate(columns):
            if node[keys.with_shift]:
                values = operate(np.subtract, values, shift[index], contract)
            if node[keys.with_scale]:
                values = operate(np.divide, values, scale[index], contract)
            result.append(Cells(label, values))
        return result

    def tolerances(node: Node, columns: list[int]) -> list[int]:
        shift = unpack(node[keys.shift]).tolist() if node[keys.with_shift] else [0.0] * len(columns)
        scale = unpack(node["scale"]).tolist() if node[keys.with_scale] else [1.0] * len(columns)
        return [scaled(*each) for each in zip(columns, shift, scale)]

    def inverse(node: Node, columns: list[Cells], dtype: np.dtype) -> list[Cells]:
        shift, scale, contract = unpack(node[keys.shift]), unpack(node["scale"]), node["contract"]
        result = []
        for index, (label, values) in enumerate(columns):
            if node[keys.with_scale]:
                values = operate(np.multiply, values, scale[index], contract)
            if node[keys.with_shift]:
                values = operate(np.add, values, shift[index], contract)
            result.append(Cells(label, values))
        return result

    attributes = ("n_features_in_", f"{keys.shift}_", "scale_", keys.with_shift, keys.with_scale)
    return Step(type, (Source(source, "sklearn.", attributes),),
                {keys.with_shift: fields.boolean, keys.with_scale: fields.boolean, keys.shift: fields.array,
                 "scale": fields.array},
                read, check, transform, tolerances=tolerances, inverse=inverse, probed=True, contracts=contracts)
