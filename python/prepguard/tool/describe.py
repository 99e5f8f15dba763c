# SPDX-License-Identifier: MIT
"""A pipeline as a tree of steps with their options and what they learned, for people. It follows the keys of the
nodes, so it needs no change for a new step."""

from __future__ import annotations

from typing import Any, Iterator

import numpy as np

from ..arrays import TEXT, kind_of
from ..run import run
from ..steps import Cells
from .people import array_text, listed, short_number

HEAD = ("type", "version", "inputs")  # shown with the name of the step, or with its columns


def describe(payload: dict[str, Any]) -> Iterator[str]:
    """The lines; columns are named after the input column they come from."""
    dtype = np.dtype(payload["dtype"])
    columns = [Cells(column["name"], np.empty(0, dtype=object if kind_of(column["dtype"]) == TEXT else dtype))
               for column in payload["columns"]]
    return _node(payload["pipeline"], columns, dtype, "  ")


def _node(node: dict[str, Any], columns: list[Cells], dtype: np.dtype, indent: str) -> Iterator[str]:
    if node["type"] == "pipeline":
        for entry in node["steps"]:
            yield f"{indent}{entry['name']}: {entry['step']['type']}"
            yield from _node(entry["step"], columns, dtype, indent + "  ")
            columns = run(entry["step"], columns, dtype)
    elif node["type"] == "column_transformer":
        for entry in node["transformers"]:
            own = [columns[place] for place in entry["columns"]]
            weight = "" if entry["weight"] == 1.0 else f", weight {short_number(entry['weight'])}"
            names = listed([cells.label for cells in own])
            yield f"{indent}{entry['name']}: {entry['step']['type']} of {names}{weight}"
            yield from _node(entry["step"], own, dtype, indent + "  ")
    else:
        for line in _fields(node, [cells.label for cells in columns]):
            yield indent + line


def _fields(state: dict[str, Any], names: list[str]) -> Iterator[str]:
    for key, value in state.items():
        if key in HEAD:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict) and "values" not in value[0]:  # no arrays
            for index, part in enumerate(value):
                yield f"{names[index] if index < len(names) else key}: {listed(list(_fields(part, [])))}"
        elif shown := _shown(value):
            yield f"{key} {shown}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return short_number(value)
    if isinstance(value, int):
        return "none" if value == -1 else str(value)
    if isinstance(value, dict):
        return array_text(value)
    if isinstance(value, list):
        return f"[{listed(list(map(_shown, value)))}]" if value else ""
    return value
