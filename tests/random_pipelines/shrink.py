# SPDX-License-Identifier: MIT
"""Makes a failing case small: fewer steps, options, columns and rows, as long as it fails in the same way."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Iterator, Optional

import numpy as np

from compare import Case, Engine, cause, run
from specs import DROP, PASS, Group, Leaf, Node, Part, size

SECONDS = 120


def shrink(case: Case, failure: str, engines: dict[str, Engine], seconds: float = SECONDS) -> tuple[Case, str]:
    """The smallest case found, and how it fails."""
    end = time.time() + seconds

    def fails(candidate: Case) -> Optional[str]:
        found = run([candidate], engines)[0].failed
        return found if found and cause(found) == cause(failure) else None

    for serving in case.serving:  # only the rows that show it
        if found := fails(replace(case, serving=(serving,))):
            case, failure = replace(case, serving=(serving,)), found
            break
    smaller = True
    while smaller and time.time() < end:
        smaller = False
        for candidate in candidates(case):
            if time.time() > end:
                break
            if weight(candidate) < weight(case) and (found := fails(candidate)):
                case, failure, smaller = candidate, found, True
                break
    return case, failure


def weight(case: Case) -> tuple[int, int, int, int]:
    return size(case.node), case.sample.shape[1], len(case.serving[0]), len(case.sample)


def candidates(case: Case) -> Iterator[Case]:
    """Cases one change away, the boldest first."""
    smaller = tuple(nodes(case.node))
    for node in smaller:
        yield replace(case, node=node)
    for node in smaller:  # a step behind an encoder or imputer, which cannot read the table as it is
        yield Case(node, _plain(case.sample), tuple(map(_plain, case.serving)))
    for column in reversed(range(case.sample.shape[1])):
        if case.sample.shape[1] > 1:
            kept = [other for other in range(case.sample.shape[1]) if other != column]
            yield Case(without(case.node, column, case.sample.shape[1]), _columns(case.sample, kept),
                       tuple(_columns(rows, kept) for rows in case.serving))
    for rows in _fewer(len(case.serving[0])):
        yield replace(case, serving=(_rows(case.serving[0], rows),))
    for rows in _fewer(len(case.sample)):
        yield replace(case, sample=_rows(case.sample, rows))


def nodes(node: Node) -> Iterator[Node]:
    """Nodes one change away."""
    if isinstance(node, Group):
        yield from (part.step for part in node.parts)
        if len(node.parts) > 1:
            for index in range(len(node.parts)):
                yield replace(node, parts=node.parts[:index] + node.parts[index + 1:])
        if node.remainder not in (None, DROP):
            yield replace(node, remainder=DROP)
            yield from (replace(node, remainder=inner) for inner in nodes(node.remainder))
        for index, part in enumerate(node.parts):
            for other in _parts(part, node.kind):
                yield replace(node, parts=node.parts[:index] + (other,) + node.parts[index + 1:])
    elif node not in (PASS, DROP):
        yield PASS
    for index in range(len(node.options)):
        yield replace(node, options=node.options[:index] + node.options[index + 1:])


def _parts(part: Part, kind: str) -> Iterator[Part]:
    yield from (replace(part, step=step) for step in nodes(part.step))
    if kind == "ColumnTransformer":
        for index in range(len(part.columns)) if len(part.columns) > 1 else ():
            yield replace(part, columns=part.columns[:index] + part.columns[index + 1:],
                          step=without(part.step, index, len(part.columns)))
        if part.how != "positions":
            yield replace(part, how="positions")


def without(node: Node, column: int, width: int) -> Node:
    """The node over columns of which one is gone."""
    if isinstance(node, Leaf):
        return node
    if node.kind == "Pipeline":
        first = node.parts[0]
        return replace(node, parts=(replace(first, step=without(first.step, column, width)), *node.parts[1:]))
    if node.kind == "FeatureUnion":
        return replace(node, parts=tuple(replace(part, step=without(part.step, column, width)) for part in node.parts))
    parts = []
    for part in node.parts:
        step = part.step
        for index in reversed(range(len(part.columns))):
            if part.columns[index] == column:
                step = without(step, index, len(part.columns))
        kept = tuple(other - (other > column) for other in part.columns if other != column)
        if kept:
            parts.append(replace(part, step=step, columns=kept))
    labels = None if node.labels is None else node.labels[:column] + node.labels[column + 1:]
    return replace(node, parts=tuple(parts), labels=labels, width=width - 1)


def _fewer(count: int) -> Iterator[list[int]]:
    """Which rows to keep: without halves, quarters, ..., single ones."""
    piece = count // 2
    while piece:
        for start in range(0, count, piece):
            kept = [row for row in range(count) if not start <= row < start + piece]
            if kept:
                yield kept
        piece //= 2


def _plain(rows: Any) -> Any:
    """A table of the same shape that holds small numbers only."""
    numbers = (np.arange(rows.shape[0] * rows.shape[1]) % 7.0).reshape(rows.shape)
    return type(rows)(numbers, columns=rows.columns) if hasattr(rows, "iloc") else numbers


def _columns(rows: Any, kept: list[int]) -> Any:
    return rows.iloc[:, kept] if hasattr(rows, "iloc") else rows[:, kept]


def _rows(rows: Any, kept: list[int]) -> Any:
    return rows.iloc[kept].reset_index(drop=True) if hasattr(rows, "iloc") else rows[kept]
