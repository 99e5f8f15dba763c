# SPDX-License-Identifier: MIT
"""What serving does with a cell of one column that is missing, or that holds a value training never saw: tried with
the first row of the self-test."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import TEXT, is_nan, kind_of, unpack
from ..error import Error
from ..run import run
from ..steps import Cells

ANY = {"none": [0], "nan": [0]}
NO_SUCH_TEXT, NO_SUCH_NUMBER = "\x01 no such value", -12345.678


def handling(payload: dict[str, Any], index: int) -> tuple[str, str]:
    """If missing: "filled or encoded", "stays NaN", "error" or "not read". If unknown: "error", "served", or ""."""
    column = payload["columns"][index]
    if not column["used"]:
        return "not read", ""
    text = kind_of(column["dtype"]) == TEXT
    missing = None if text and column["training"]["none"] > 0 else float("nan")
    return _if_missing(payload, index, missing), _if_unknown(payload, index, text)


def _if_missing(payload: dict[str, Any], index: int, missing: Any) -> str:
    name = payload["columns"][index]["name"]

    def refuse_hidden(node: dict[str, Any], columns: list[Cells], outputs: list[Cells]) -> None:
        """A missing value that is no category would hide among the unknown ones."""
        for cells, state in zip(columns, node.get("columns", ())):
            cell = cells.values.tolist()[0]
            hidden = (cell is None or is_nan(cell)) and not state.get("categories", ANY)["none" if cell is None else "nan"]
            if hidden and cells.label == name and any(made.label == name for made in outputs):
                raise Error("unknown_category", f"column {name!r}: a missing value is no category")

    try:
        outputs = run(payload["pipeline"], _row(payload, index, missing), np.dtype(payload["dtype"]),
                      watch=refuse_hidden)
    except Error:
        return "error"
    stays = any(cells.label == name and is_nan(cells.values.tolist()[0]) for cells in outputs)
    return "stays NaN" if stays else "filled or encoded"


def _if_unknown(payload: dict[str, Any], index: int, text: bool) -> str:
    try:
        run(payload["pipeline"], _row(payload, index, NO_SUCH_TEXT if text else NO_SUCH_NUMBER),
            np.dtype(payload["dtype"]))
    except Error as error:
        if error.code == "unknown_category":
            return "error"
    return "served" if text else ""


def _row(payload: dict[str, Any], index: int, cell: Any) -> list[Cells]:
    cells = [unpack(array)[:1] for array in payload["self_tests"][0]["inputs"]]
    cells[index] = np.array([cell], dtype=cells[index].dtype)
    return [Cells(column["name"], values) for column, values in zip(payload["columns"], cells)]
