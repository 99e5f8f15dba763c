# SPDX-License-Identifier: MIT
"""A pipeline as plain data: it is written as Python source, from which it is built, and taken apart by the shrinker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

import numpy as np
import sklearn.compose
import sklearn.impute
import sklearn.pipeline
import sklearn.preprocessing

Options = tuple[tuple[str, str], ...]  # name and value as source text


@dataclass(frozen=True)
class Leaf:
    """A step without steps inside, or the word 'passthrough' or 'drop'."""

    kind: str
    options: Options = ()


@dataclass(frozen=True)
class Part:
    """A named step of a container; `columns` and `how` they are written only in a ColumnTransformer."""

    name: str
    step: "Node"
    columns: tuple[int, ...] = ()
    how: str = "positions"


@dataclass(frozen=True)
class Group:
    """A Pipeline, ColumnTransformer or FeatureUnion. `labels`: names of the columns it reads, None in an array."""

    kind: str
    parts: tuple[Part, ...]
    options: Options = ()
    remainder: Optional["Node"] = None
    labels: Optional[tuple[str, ...]] = None
    width: int = 0


Node = Union[Leaf, Group]
PASS, DROP = Leaf("passthrough"), Leaf("drop")
LIST_NAMES = {"Pipeline": "steps", "ColumnTransformer": "transformers", "FeatureUnion": "transformer_list"}


def source(node: Node) -> str:
    """The expression that makes the unfitted object."""
    if node in (PASS, DROP):
        return repr(node.kind)
    options = [f"{name}={value}" for name, value in node.options]
    if isinstance(node, Leaf):
        return f"{node.kind}({', '.join(options)})"
    parts = [f"({part.name!r}, {source(part.step)}" +
             (f", {selection(part, node)})" if node.kind == "ColumnTransformer" else ")") for part in node.parts]
    if node.remainder not in (None, DROP):
        options.insert(0, f"remainder={source(node.remainder)}")
    return f"{node.kind}({', '.join(['[' + ', '.join(parts) + ']', *options])})"


def selection(part: Part, group: Group) -> str:
    """The columns of an entry, written in one of the ways there are."""
    columns, labels = list(part.columns), group.labels
    names = None if labels is None else [labels[column] for column in columns]
    if part.how == "names" and names is not None:
        return repr(names)
    if part.how == "function" and names is not None:
        return f"lambda rows: [name for name in rows.columns if name in {names!r}]"
    if part.how == "mask" and columns == sorted(set(columns)):
        return repr([column in columns for column in range(group.width)])
    if part.how == "slice" and columns == list(range(columns[0], columns[-1] + 1)):
        return f"slice({columns[0]}, {columns[-1] + 1})"
    if part.how == "negative":
        return repr([column - group.width for column in columns])
    return repr(columns)


def namespace() -> dict[str, Any]:
    """What the source may name."""
    return {"np": np, **vars(sklearn.preprocessing), **vars(sklearn.impute), **vars(sklearn.compose),
            **vars(sklearn.pipeline)}


def build(node: Node) -> Any:
    """The unfitted object."""
    return eval(source(node), namespace())


def size(node: Node) -> int:
    """How much there is to read: what the shrinker makes small."""
    if isinstance(node, Leaf):
        return 1 + len(node.options)
    inside = sum(size(part.step) + len(part.columns) + (part.how != "positions") for part in node.parts)
    return 2 + len(node.options) + inside + (size(node.remainder) if node.remainder else 0)


def kinds(node: Node) -> set[str]:
    """The classes in it."""
    if isinstance(node, Leaf):
        return {node.kind}
    inside = [part.step for part in node.parts] + ([] if node.remainder in (None, DROP) else [node.remainder])
    return {node.kind}.union(*map(kinds, inside))
