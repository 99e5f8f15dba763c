# SPDX-License-Identifier: MIT
"""Numbers, lists and tables for people."""

from __future__ import annotations

from typing import Any, Sequence

from ..arrays import FLOATS, is_nan, unpack


def short_number(value: float) -> str:
    """Six significant digits."""
    return f"{value:.6g}"


def counted(count: int, noun: str) -> str:
    """"1 row", "3 rows"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listed(items: Sequence[str], shown: int = 8) -> str:
    """Items with commas between them; of a long list the first ones and how many there are."""
    text = ", ".join(items[:shown])
    return text if len(items) <= shown else f"{text}, ... ({len(items)} in all)"


def array_text(array: dict[str, Any]) -> str:
    """The values of an array of the format, shortened; nothing for none."""
    real = array["dtype"] in FLOATS
    items = [short_number(value) if real and not is_nan(value) else str(value) for value in unpack(array).tolist()]
    return f"[{listed(items)}]" if items else ""


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of cells in columns as wide as their widest cell."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["".join(f"  {cell:{width}}" for cell, width in zip(row, widths)).rstrip(" ") for row in rows]
