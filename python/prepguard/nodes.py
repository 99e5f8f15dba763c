# SPDX-License-Identifier: MIT
"""Fitted object -> node of the format, and the names of its outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from . import contract
from .arrays import TEXT
from .error import Error
from .fitted import (Entry, feature_label, has_entries, imputer_and_indicator, input_width, is_passthrough, is_pipeline,
                     live_entries, pipeline_steps, shows_missing, step_of)
from .keras import Preprocessing
from .steps import Block
from .steps._step import FLOAT64_COEFFICIENTS
from .validate import check_node


@dataclass(frozen=True)
class Exported:
    """A node and what comes out of it; `used` are the input columns that a step reads."""

    node: dict[str, Any]
    block: Block
    used: frozenset[int]


def export(fitted: Any, block: Block) -> Exported:
    """The node of a fitted object that reads the block."""
    if isinstance(fitted, Preprocessing):
        return Exported(*fitted.export(block))
    width = input_width(fitted)
    if width is not None and not block.split and width != len(block.names):
        raise Error("bad_shape", f"{block.where}: fitted on {width} columns, the sample gives {len(block.names)}; "
                                 "pass the rows it was fitted on")
    if has_entries(fitted):
        return _export_entries(fitted, block)
    if TEXT in block.kinds and not block.split and shows_missing(fitted):
        return _join(imputer_and_indicator(fitted, len(block.names)), block, lambda _, output: output)
    if len(set(block.kinds)) > 1 and not block.split and not _takes_both_kinds(fitted):
        return _join([Entry(_short_name(fitted), fitted, list(range(len(block.names))), None)], block,
                     lambda _, output: output)
    if is_pipeline(fitted):
        return _export_steps(fitted, block)
    return _export_leaf(fitted, block)


def _export_leaf(fitted: Any, block: Block) -> Exported:
    step = step_of(fitted, block.where)
    read = step.read(fitted, block)
    node: dict[str, Any] = {"type": step.type, "version": step.version}
    if step.contracts:
        node["contract"] = FLOAT64_COEFFICIENTS
    node.update(inputs=len(block.names), **read.fields)
    kinds = _kinds(node, block)
    if step.probed:
        node["contract"] = contract.decide(fitted, step, node, block.where)
    after = Block(block.where, read.names, kinds, read.spellings, list(range(len(read.names))))
    return Exported(node, after, frozenset(range(len(block.names))))


def _export_steps(fitted: Any, block: Block) -> Exported:
    steps, current, used = [], block, None
    for name, step in pipeline_steps(fitted):
        if not current.names:
            raise current.refuse(step, "the step before it drops every column")
        exported = export(step, current.at(f"{block.where} > {name!r}"))
        used = exported.used if used is None else used
        steps.append({"name": name, "step": exported.node})
        current = exported.block
    node = {"type": "pipeline", "version": 1, "inputs": len(block.names), "steps": steps}
    return Exported(node, current.at(block.where), used or frozenset())


def _export_entries(fitted: Any, block: Block) -> Exported:
    return _join(live_entries(fitted, len(block.names), block.where), block, feature_label(fitted, block.where))


def _join(entries: list[Entry], block: Block, label: Callable[[str, str], str]) -> Exported:
    """A column_transformer node. An entry over text and numbers becomes one entry for each run of equal kind."""
    transformers, names, kinds, spellings, used = [], [], [], [], set()
    taken = {entry.name for entry in entries}
    for name, step, columns, weight, _ in entries:
        own = block.take(columns).at(f"{block.where} > {name!r}")
        whole = len(set(own.kinds)) == 1 or _takes_both_kinds(step)
        for index, run in enumerate([list(range(len(columns)))] if whole else _runs(own.kinds)):
            exported = export(step, own if whole else own.take(run, split=True))
            if weight not in (None, 1) and TEXT in exported.block.kinds:
                raise own.refuse(step, f"transformer_weights={weight!r} cannot multiply text")
            free = name if index == 0 else _free_name(f"{name}:{index + 1}", taken)
            transformers.append({"name": free, "columns": [columns[place] for place in run],
                                 "weight": 1.0 if weight is None else float(weight), "step": exported.node})
            names += [label(name, output) for output in exported.block.names]
            kinds += exported.block.kinds
            spellings += exported.block.spellings
            used |= {columns[run[place]] for place in exported.used}
    if not transformers:
        raise Error("bad_parameter", f"{block.where}: no transformer has columns; nothing would come out")
    node = {"type": "column_transformer", "version": 1, "inputs": len(block.names), "transformers": transformers}
    after = Block(block.where, names, kinds, spellings, list(range(len(names))))
    return Exported(node, after, frozenset(used))


def _kinds(node: dict[str, Any], block: Block) -> list[str]:
    try:
        return check_node(node, block.kinds, node["type"])
    except Error as problem:
        raise Error("bad_parameter", f"{block.where}: the fitted state cannot be used: {problem.message}") from None


def _takes_both_kinds(fitted: Any) -> bool:
    """What is inside a container is split where it needs to be."""
    return is_pipeline(fitted) or has_entries(fitted) or is_passthrough(fitted)


def _short_name(fitted: Any) -> str:
    return type(fitted).__name__.lower()


def _runs(kinds: list[str]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place, kind in enumerate(kinds):
        if runs and kinds[runs[-1][-1]] == kind:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _free_name(wanted: str, taken: set[str]) -> str:
    while wanted in taken:
        wanted += "'"
    return wanted
