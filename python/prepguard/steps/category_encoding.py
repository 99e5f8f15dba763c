# SPDX-License-Identifier: MIT
"""category_encoding: Keras's CategoryEncoding: indices of a row to one column per token, 0 and 1 or counts.

Keras only; read from layers by keras_layers.py.
"""

from __future__ import annotations

import numpy as np

from .. import fields
from ..arrays import NUMBER
from ..error import Error
from ._step import KERAS, NATIVE, Cells, Node, Step, all_numbers
from .lookup import integer

MODES = ("one_hot", "multi_hot", "count")
UNKNOWN = ("error", "ignore")


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    all_numbers(kinds, path)
    for key, names in (("output_mode", MODES), ("handle_unknown", UNKNOWN)):
        if node[key] not in names:
            raise Error("bad_state", f"{path}.{key}: expected one of {', '.join(names)}, got {node[key]!r}")
    if node["output_mode"] == "one_hot" and len(kinds) != 1:
        raise Error("bad_state", f"{path}.output_mode: expected multi_hot or count for {len(kinds)} columns, "
                                 "got 'one_hot'")
    if not 1 <= node["num_tokens"] <= 2**22:
        raise Error("bad_state", f"{path}.num_tokens: expected 1 to {2**22}, got {node['num_tokens']}")
    return [NUMBER] * node["num_tokens"]


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    counts = np.zeros((node["num_tokens"], len(columns[0].values)), dtype=dtype)
    for label, values in columns:
        for row, cell in enumerate(values.tolist()):
            where = f"{path}: row {row}, column {label!r}"
            index = integer(cell, dtype, where)
            if 0 <= index < node["num_tokens"]:
                counts[index, row] += 1
            elif node["handle_unknown"] == "error":
                raise Error("unknown_category", f"{where}: expected an index below {node['num_tokens']}, got {index}")
    outputs = counts if node["output_mode"] == "count" else np.minimum(counts, dtype.type(1))
    label = columns[0].label
    return [Cells(label, cells) for cells in outputs]


STEP = Step(
    "category_encoding", (),
    {"num_tokens": fields.integer, "output_mode": fields.string, "handle_unknown": fields.string},
    None, check, transform, contracts=(KERAS, NATIVE))
